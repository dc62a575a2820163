"""A whole build, as a city runs it: nothing planted in its private files comes out on a page, in a chart or data."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import subprocess
import sys
import urllib.parse
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import openpyxl
import polars as pl
import pytest

PEOPLE = {
    "given names": "Zenobio Canario",
    "surname": "Quispetrucho",
    "second surname": "Ñahuincopa",
    "full name": "Filomeno Chirapaq Wayllas",
    "alias": "Cara de Loro Azul",
    "identity number": "70654321",
    "birth": "1987-11-23",
    "birth as received": "23/11/1987",
    "address": "Jirón Los Canarios 987",
    "longitude": "80.4514732",
    "longitude, four decimals": "80.4514",
    "latitude": "3.5669184",
    "latitude, four decimals": "3.5669",
    "narrative": "interceptado por sujetos a bordo de una mototaxi turquesa",
    "record number": "EXP-2014-0098877",
}
ODD_COLUMNS = {
    "phone": "972 555 018",
    "column's name": "CELULAR DE LA VIUDA TELESFORA",
    "mother": "Hermelinda Piscoya Zuloeta",
    "mail": "telesfora.canaria@correo.invalid",
}
CODED = {
    "sex": "varón amigo de Nicanora",
    "age": "edad de Policarpo",
    "mechanism": "cuchillo de Eleuterio",
    "place type": "bodega de doña Remigia",
    "motive": "deuda con Saturnino Paucar",
    "offence": "delito de Anacleto",
    "occupation": "chofer_de_hipolito",
    "place": "Caserío Los Loros de Abundio",
    "time": "hora de Crisóstoma",
    "registered": "el lunes de Pancracia",
    "bad date": "31/02/2025 según Melquiades",
    "formula": "=HYPERLINK(Ruperta)",
}
"""Words where a code, a number or a date is expected: they become rejects and what a mapping does not know."""
AROUND = {
    "note beside the files": "Llamar a Casimira Yamunaqué",
    "unread folder": "caso-Baltazara",
    "sheet": "Hoja de Gumersinda",
    "author": "Teófilo Escribano",
    "comment of a cell": "Comentario de Aristarco",
    "hidden column": "Testigo Protegido Wenceslao",
    "comment in a profile": "perfil hecho por Fortunata",
    "comment in settings": "ajustes hechos por Genoveva",
    "folder of the observatory": "Escritorio del fiscal Zutanejo",
}
IN_FILE_NAMES = {"file of a victim": "denuncia Evangelina Purizaca 41999888"}
CANARIES = PEOPLE | ODD_COLUMNS | CODED | AROUND

FINE = {
    "FECHA DEL HECHO": "05/06/2025",
    "HORA": "22:30",
    "DISTRITO": "PUERTO VIEJO",
    "SEXO": "MASCULINO",
    "EDAD": "37",
    "ARMA": "ARMA DE FUEGO",
    "LUGAR": "VIA PUBLICA",
    "MOTIVO": "VENGANZA",
    "DELITO": "HOMICIDIO CALIFICADO",
    "FECHA DE REGISTRO": "06/06/2025",
}
PERSON = {
    "DIRECCION": PEOPLE["address"],
    "LONGITUD": "-80.4514732",
    "LATITUD": "-3.5669184",
    "NOMBRES": PEOPLE["given names"],
    "APELLIDO PATERNO": PEOPLE["surname"],
    "APELLIDO MATERNO": PEOPLE["second surname"],
    "NOMBRE COMPLETO": PEOPLE["full name"],
    "ALIAS": PEOPLE["alias"],
    "DNI": PEOPLE["identity number"],
    "FECHA DE NACIMIENTO": PEOPLE["birth as received"],
    "RESUMEN": PEOPLE["narrative"],
    "CORREO": ODD_COLUMNS["mail"],
    "MADRE": ODD_COLUMNS["mother"],
}
COLUMNS = ["NUMERO", *FINE, *PERSON, "OCUPACION"]
ODD = {
    "SEXO": "sex",
    "EDAD": "age",
    "ARMA": "mechanism",
    "LUGAR": "place type",
    "MOTIVO": "motive",
    "DELITO": "offence",
    "OCUPACION": "occupation",
    "DISTRITO": "place",
    "HORA": "time",
    "FECHA DE REGISTRO": "registered",
    "FECHA DEL HECHO": "bad date",
    "RESUMEN": "formula",
}
PROFILE = f"""# {AROUND["comment in a profile"]}
[profile]
id = "fiscalia"
version = 1
extends = "generic"
body = "prosecutor"
received_on = 2025-12-31
synthetic = true
title.es = "Fiscalía (inventada)"
title.en = "Prosecutors (invented)"
"""


def rows() -> list[dict[str, str]]:
    """A person whole, and then a row for each column where something odd stands in it."""
    number = PEOPLE["record number"]
    whole = [FINE | PERSON | {"NUMERO": number}]
    return whole + [
        FINE | PERSON | {"NUMERO": f"{number}-{place}", column: CODED[word]}
        for place, (column, word) in enumerate(ODD.items(), 1)
    ]


def plant(folder: Path) -> None:
    """A second source in the new observatory, with canaries wherever a person may write."""
    source = folder / "sources" / "fiscalia"
    unread = source / AROUND["unread folder"]
    unread.mkdir(parents=True)
    (unread / "leame.txt").write_text(AROUND["note beside the files"], "utf-8")
    (source / "profile.toml").write_text(PROFILE, "utf-8")
    header = [*COLUMNS, ODD_COLUMNS["column's name"]]
    table = pl.DataFrame([dict(zip(header, row, strict=True)) for row in _lines(header)])
    table.write_csv(source / f"{IN_FILE_NAMES['file of a victim']}.csv")
    workbook(source / "segunda entrega.xlsx", header)
    with (folder / "observatory.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"# {AROUND['comment in settings']}\n")


def _lines(header: list[str]) -> list[list[str]]:
    return [[(row | {header[-1]: ODD_COLUMNS["phone"]}).get(name, "") for name in header] for row in rows()]


def workbook(path: Path, header: list[str]) -> None:
    book = openpyxl.Workbook()
    book.properties.creator = AROUND["author"]
    sheet = book.active
    sheet.title = AROUND["sheet"]
    sheet.append([*header, "TESTIGO"])
    sheet["A1"].comment = openpyxl.comments.Comment(AROUND["comment of a cell"], AROUND["author"])
    for place, line in enumerate(_lines(header)):
        sheet.append([f"{line[0]}-B{place}", *line[1:], AROUND["hidden column"]])
    sheet.column_dimensions["Z"].hidden = True
    book.save(path)


def convive(command: str, folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "convive", command, str(folder)],
        capture_output=True,
        text=True,
        env=os.environ | {"CONVIVE_LANG": "es"},
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The observatory that ``convive init`` makes, with a second source, built with its site."""
    folder = tmp_path_factory.mktemp("whole") / AROUND["folder of the observatory"] / "ciudad"
    folder.parent.mkdir()
    convive("init", folder)
    plant(folder)
    convive("build", folder)
    return folder


def test_the_canaries_were_read(built: Path, looking: ModuleType) -> None:
    """They are in the private tables, records and rejects: the search below has something to miss."""
    private = looking.found(PEOPLE | CODED, built / "private")
    assert {name for _, name in private} >= (set(PEOPLE) | set(CODED)) - {"birth as received"}
    assert pl.read_parquet(built / "private" / "rejects.parquet").height >= 10
    figures = pl.read_csv(built / "public" / "data" / "figures.csv", infer_schema=False)
    assert figures.filter(indicator="homicides", disaggregation="total", period="all")["count"].cast(int).max() > 36


def test_no_canary_in_the_site_or_its_data(built: Path, looking: ModuleType) -> None:
    public = built / "public"
    kinds = {path.suffix for path in public.rglob("*") if path.is_file()}
    assert kinds >= {".html", ".svg", ".csv", ".json", ".parquet", ".geojson", ".txt", ".css"}
    assert looking.found(CANARIES, public) == []


def test_no_name_of_a_received_file_in_the_site_or_its_data(built: Path, looking: ModuleType) -> None:
    """An institution may name a file after a victim; the hash tells which file it was."""
    assert looking.found(IN_FILE_NAMES, built / "public") == []


WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda word: word.encode(),
    "in another encoding": lambda word: word.encode("utf-16"),
    "as Windows writes": lambda word: word.encode("cp1252"),
    "in capitals without accents": lambda word: word.upper().replace("Ñ", "N").encode(),
    "as entities": lambda word: "".join(f"&#{ord(letter)};" for letter in word).encode(),
    "as named entities": lambda word: html.escape(word).replace("Ñ", "&Ntilde;").encode(),
    "in an address": lambda word: urllib.parse.quote_plus(word).encode(),
    "in JSON": lambda word: json.dumps({"x": word}).encode(),
    "in JSON within an attribute": lambda word: html.escape(json.dumps(word)).encode(),
    "in base 64": lambda word: b"data:text/plain;base64," + base64.b64encode(b"12" + word.encode()),
    "with gzip": lambda word: gzip.compress(word.encode()),
    "broken over lines": lambda word: word.replace(" ", "\n   ").encode(),
    "as a number with separators": lambda word: f"{int(word):,}".encode() if word.isdigit() else word.encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_search_finds_what_is_there(tmp_path: Path, looking: ModuleType, way: str) -> None:
    words = {name: PEOPLE[name] for name in ("second surname", "full name", "identity number")}
    for name, word in words.items():
        (tmp_path / f"{name}.bin").write_bytes(b"<p>" + WAYS[way](word) if way != "with gzip" else WAYS[way](word))
    assert looking.found(words, tmp_path) == [(f"{name}.bin", name) for name in sorted(words)]


def test_the_search_looks_into_archives_tables_and_paths(tmp_path: Path, looking: ModuleType) -> None:
    (tmp_path / "a").mkdir()
    with zipfile.ZipFile(tmp_path / "a" / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.gz", gzip.compress(PEOPLE["alias"].encode()))
    pl.DataFrame({"x": [PEOPLE["surname"]] * 3}).write_parquet(tmp_path / "x.parquet")
    (tmp_path / PEOPLE["address"]).mkdir()
    hits = looking.found({name: PEOPLE[name] for name in ("alias", "surname", "address")}, tmp_path)
    assert hits == [(PEOPLE["address"], "address"), ("a/x.zip", "alias"), ("x.parquet", "surname")]
