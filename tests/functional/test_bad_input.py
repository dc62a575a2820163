"""Bad input gets a clear answer: where, what, what to do; and the good rows go on."""

from __future__ import annotations

import zipfile
from typing import Any

import openpyxl
import pytest


def good_rows_go_on(city: Any, *, rejected: int, rows: int) -> None:
    """A build uses what can be used, and the account of rows balances."""
    assert city.run("build", "--until", "figures").code == 0
    records, files = city.table("records"), city.table("files")
    assert records["source_record_number"].to_list()[:5] == [f"D-{number}" for number in range(1, 6)]
    bad = city.table("rejects")
    assert bad.filter(bad["scope"] == "row")["row"].n_unique() == rejected
    assert files["rows"].sum() == rows == records["row"].n_unique() + rejected


# row 7 → code, column, value that is told, whether the whole row is rejected
VALUES = {
    "a future date": ("D-6,01/01/2015,240101,TUMBES,30,MASCULINO,HOMICIDIO,", "future-date", "FECHA", "01/01/2015", 1),
    "31 February": (
        "D-6,31/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,",
        "impossible-date",
        "FECHA",
        "31/02/2014",
        1,
    ),
    "no date": ("D-6,,240101,TUMBES,30,MASCULINO,HOMICIDIO,", "no-usable-date", "", "", 1),
    "negative age": ("D-6,01/02/2014,240101,TUMBES,-3,MASCULINO,HOMICIDIO,", "impossible-age", "EDAD", "-3", 0),
    "999 age": ("D-6,01/02/2014,240101,TUMBES,999,MASCULINO,HOMICIDIO,", "impossible-age", "EDAD", "999", 0),
    "unknown code": ("D-6,01/02/2014,240101,TUMBES,30,MARCIANO,HOMICIDIO,", "unknown-code", "SEXO", "MARCIANO", 0),
    "unknown place": ("D-6,01/02/2014,,XANADU,30,MASCULINO,HOMICIDIO,", None, "DISTRITO", "XANADU", 0),
    "a cell with =": ('D-6,01/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,"=2+5"', "formula-cell", "ARMA", "=2+5", 0),
    "a command": ("D-6,01/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,+cmd|x!A0", "formula-cell", "ARMA", "+cmd|x", 0),
    "a short row": ("D-6,01/02/2014,240101", "too-few-fields", "", "3", 1),
    "a long row": ("D-6,01/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,,x", "too-many-fields", "", "9", 1),
    "markup": ("D-6,01/02/2014,240101,TUMBES,30,[/bold],HOMICIDIO,", "unknown-code", "SEXO", "[/bold]", 0),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_bad_row_or_value(city: Any, kind: str) -> None:
    row, code, column, value, rejected = VALUES[kind]
    city.receive(row)
    answer = city.run("check")
    assert answer.code == 1
    answer.says("policia/hechos.csv:7", value)
    good_rows_go_on(city, rejected=rejected, rows=6)
    (told,) = city.table("rejects").rows(named=True)
    assert code is None or told["code"] == code
    assert told["row"] == 7
    assert value in told["value"]
    assert column in told["column"]
    answer.says(told["reason_es"], told["remedy_es"])
    city.run("check", language="en").says(told["reason_en"], told["remedy_en"])
    assert (told["raw_row"] is not None) == bool(rejected)


def stops(city: Any, *parts: str) -> None:
    """Neither check nor build goes through; both say ``parts``; nothing is half built."""
    for command in ("check", "build"):
        answer = city.run(command)
        assert answer.code == 1
        answer.says(*parts)
    assert not (city.folder / "private").exists()
    assert not (city.folder / ".building").exists()


def test_a_missing_profile(city: Any) -> None:
    city.profile.unlink()
    stops(city, "policia", "no tiene profile.toml", "Copie el perfil")


def test_a_misspelt_key_of_a_profile(city: Any) -> None:
    city.profile.write_text(city.profile.read_text("utf-8") + '\n[reader]\nencodign = "utf-8"\n', "utf-8")
    stops(city, "policia/profile.toml", "reader.encodign")


def test_a_wrong_encoding(city: Any) -> None:
    city.delivery.write_bytes(city.delivery.read_bytes() + "D-6,01/02/2014,,NUÑO,1,,,\n".encode("cp1252"))
    stops(city, "policia/hechos.csv:7", "no está en utf-8", "0xD1", "cp1252")


@pytest.mark.parametrize(("renamed", "near"), [("EDAD_VICTIMA", "EDAD_VICTIMA"), ("OTRA", "NUMERO, FECHA")])
def test_a_renamed_column(city: Any, renamed: str, near: str) -> None:
    city.receive(header=f"NUMERO,FECHA,UBIGEO,DISTRITO,{renamed},SEXO,INTENCION,ARMA\n")
    there = f"NUMERO, FECHA, UBIGEO, DISTRITO, {renamed}, SEXO, INTENCION, ARMA"
    stops(city, "policia/hechos.csv:1 [EDAD]", "Falta la columna «EDAD»", there, f"¿Se llama ahora «{near}")


def test_no_date_column(city: Any) -> None:
    city.receive(header="NUMERO,CUANDO,UBIGEO,DISTRITO,EDAD,SEXO,INTENCION,ARMA\n")
    stops(city, "policia/hechos.csv:1", "ninguna columna de fecha", "CUANDO")


def test_a_duplicate_unit(city: Any) -> None:
    units = city.folder / "territory" / "units.csv"
    units.write_text(units.read_text("utf-8") + "240102,Otra,district,2401\n", "utf-8")
    stops(city, "units.csv:6", "240102", "ya apareció antes")


def test_an_invalid_polygon(city: Any) -> None:
    path = city.folder / "territory" / "districts.geojson"
    path.write_text(
        path.read_text("utf-8").replace(
            "[-81, -4], [-80, -4], [-80, -3], [-81, -3], [-81, -4]",
            "[-81, -4], [-80, -3], [-80, -4], [-81, -3], [-81, -4]",
        ),
        "utf-8",
    )
    answer = city.run("check")
    assert answer.code == 1
    answer.says("districts.geojson", "240101", "válido")


@pytest.mark.parametrize(
    "ring",
    [
        "[[-81, -4], [-80, -4]]",
        '[["a", -4], [-80, -4], [-80, -3], ["a", -4]]',
        "[[NaN, -4], [-80, -4], [-80, -3], [NaN, -4]]",
    ],
)
def test_a_polygon_that_cannot_be_read(city: Any, ring: str) -> None:
    path = city.folder / "territory" / "districts.geojson"
    good = "[[-81, -4], [-80, -4], [-80, -3], [-81, -3], [-81, -4]]"
    path.write_text(path.read_text("utf-8").replace(good, ring), "utf-8")
    stops(city, "districts.geojson:1", "240101", "no se puede leer")


def test_features_without_geometry_make_no_map_and_stop_nothing(city: Any) -> None:
    path = city.folder / "territory" / "districts.geojson"
    feature = '{"type": "Feature", "properties": {"code": "240101"}, "geometry": null}'
    path.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "utf-8")
    city.run("check").says("districts.geojson:1", "240101", "sin polígono")
    assert city.run("build").code == 0


def test_a_focus_that_the_territory_does_not_have(city: Any) -> None:
    settings = city.folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace('focus = "24"', 'focus = "2402"'), "utf-8")
    stops(city, "observatory.toml [observatory.focus]", "«2402»", "los más parecidos")


def test_a_name_with_bytes_that_are_no_letters(city: Any) -> None:
    city.delivery.rename(str(city.delivery.parent) + "/homi\udcff.csv")
    stops(city, "policia/homi?.csv", "bytes que no son letras", "Cámbiele el nombre")


def test_an_indicator_that_the_catalogue_does_not_have(city: Any) -> None:
    folder = city.folder / "sources" / "estudio"
    folder.mkdir()
    keys = {"id": "estudio", "version": 1, "row": "aggregate", "body": "statistics", "title.es": "x", "title.en": "x"}
    about = "".join(f"{key} = {value if value == 1 else repr(value)}\n" for key, value in keys.items())
    table = '[aggregate]\nindicator = "QUE"\nunit = "UNIDAD"\nperiod = "ANIO"\ncount = "N"\n'
    (folder / "profile.toml").write_text(f"[profile]\n{about}\n{table}", "utf-8")
    (folder / "a.csv").write_text("QUE,UNIDAD,ANIO,N\nhomicides_published,24,2014,3\nrobos,24,2014,3\n", "utf-8")
    stops(city, "estudio/a.csv:3", "«robos»", "homicides_published")


def test_one_word_met_often_does_not_hide_the_others(city: Any) -> None:
    rows = [f"E-{n},01/02/2014,240101,TUMBES,30,{'MARCIANO' if n < 30 else 'VENUSINA'},HOMICIDIO," for n in range(31)]
    city.receive(*rows)
    city.run("check").says("policia/hechos.csv:7", "MARCIANO (en 30 filas)", "policia/hechos.csv:37", "VENUSINA")


def test_private_tables_are_for_their_owner(city: Any) -> None:
    assert city.run("build", "--until", "data").code == 0
    assert (city.folder / "private").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("value", "words"), [("0", "La población es cero"), ("", "en blanco"), ("-5", "negativa")])
def test_a_population_that_is_none(city: Any, value: str, words: str) -> None:
    path = city.folder / "territory" / "population.csv"
    path.write_text(path.read_text("utf-8").replace("240102,500", f"240102,{value}"), "utf-8")
    answer = city.run("check")
    assert answer.code == 1
    answer.says("population.csv:5", words)


def test_a_missing_population_gives_counts_without_rates(city: Any) -> None:
    path = city.folder / "territory" / "population.csv"
    path.write_text(path.read_text("utf-8").replace("2014,240102,500\n", ""), "utf-8")
    good_rows_go_on(city, rejected=0, rows=5)
    figures = city.table("figures").filter(unit_code="240102", period="2014", category="total")
    assert figures.filter(indicator="homicides")["count"].to_list() == [2]
    assert figures.filter(indicator="homicide_rate").is_empty()


def test_an_empty_file(city: Any) -> None:
    city.delivery.write_bytes(b"")
    stops(city, "policia/hechos.csv", "El archivo está vacío", "Pida")


def test_a_file_beyond_the_limit(city: Any) -> None:
    city.profile.write_text(city.profile.read_text("utf-8") + "\n[reader]\nmax_bytes = 2097152\n", "utf-8")
    city.delivery.write_bytes(city.delivery.read_bytes() * 8000)
    stops(city, "policia/hechos.csv", "mide", "el límite es 2 MB")


def test_a_zip_bomb(city: Any) -> None:
    with zipfile.ZipFile(city.delivery.with_suffix(".xlsx"), "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    stops(city, "policia/hechos.xlsx", "95 MB", "dañino")


def test_formula_cells_of_a_workbook(city: Any) -> None:
    book = openpyxl.Workbook()
    for line in city.delivery.read_text("utf-8").splitlines():
        book.active.append(line.split(","))
    book.active.append(["D-6", "01/02/2014", "240101", "TUMBES", "=30+4", "MASCULINO", "HOMICIDIO", ""])
    book.save(city.delivery.with_suffix(".xlsx"))
    city.delivery.unlink()
    city.run("check").says("policia/hechos.xlsx:7 [EDAD]", "=30+4", "fórmula")
    good_rows_go_on(city, rejected=0, rows=6)
