"""Words planted in the private zone are looked for in every published byte."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from convive import __version__
from convive.indicators.observed import COVERS_SCHEMA
from convive.observatory import Observatory
from convive.publication.edition import Edition
from convive.publication.release.whole import release
from convive.register import Register, Summary
from convive.sources import Harmonised
from convive.standard import (
    aggregates_schema,
    case_records_schema,
    case_schema,
    files_schema,
    record_schema,
    rejects_schema,
)
from convive.territory import Territory

CANARIES = {
    "given_names": "Zenobio Canario",
    "surname_1": "Quispetrucho",
    "surname_2": "Ñahuincopa",
    "full_name": "Zenobio Quispetrucho Ñahuincopa",
    "alias": "Cara de Loro Azul",
    "identity_number": "70654321",
    "address": "Jirón Los Canarios 987 interior 4",
    "narrative": "fue interceptado por sujetos a bordo de una mototaxi turquesa",
    "perpetrator_group": "Los Plumíferos del Norte",
    "source_record_number": "EXP-2014-0098877",
    "mechanism_words": "proyectil amarillo canario",
    "longitude": "-80.4514732",
    "latitude": "-3.5669184",
    "birth_on": "1987-11-23",
}

OBSERVATORY = """
[observatory]
id = "canarios"
name = {es = "Observatorio de prueba", en = "Test observatory"}
focus = "24"
as_of = 2015-12-31
"""

TERRITORY = """
levels = ["department", "province", "district"]
country = {code = "PE"}

[[units]]
file = "units.csv"

[[population]]
file = "population.csv"
series = "prueba"
"""


@pytest.fixture(scope="session")
def observatory(tmp_path_factory: pytest.TempPathFactory, parents: pl.DataFrame) -> Observatory:
    folder = tmp_path_factory.mktemp("observatory")
    (folder / "observatory.toml").write_text(OBSERVATORY, "utf-8")
    (folder / "territory").mkdir()
    (folder / "territory" / "territory.toml").write_text(TERRITORY, "utf-8")
    parents.write_csv(folder / "territory" / "units.csv")
    people = [(code, year, 20_000) for code in parents["code"] for year in range(2011, 2016)]
    population = pl.DataFrame(people, schema=["code", "year", "population"], orient="row")
    population.write_csv(folder / "territory" / "population.csv")
    (folder / "sources" / "police").mkdir(parents=True)
    planted = ",".join(CANARIES) + "\n" + ",".join(CANARIES.values()) + "\n"
    (folder / "sources" / "police" / "received.csv").write_text(planted, "utf-8")
    return Observatory.open(folder)


@pytest.fixture(scope="session")
def public(
    observatory: Observatory, counting: Callable[[int], pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("public")
    _release(folder, observatory, counting(24))
    return folder


def _release(folder: Path, observatory: Observatory, figures: pl.DataFrame) -> None:
    release(
        folder,
        observatory=observatory,
        as_of=dt.date(2015, 12, 31),
        figures=figures,
        harmonised=_harmonised(),
        register=_register(),
        territory=Territory.load(observatory.territory),
        version=__version__,
    )


def _harmonised() -> Harmonised:
    sentence = "El valor «{}» no figura en la lista."
    rejects = [
        {
            "source_id": "police",
            "file": "received.csv",
            "file_sha256": "ab" * 32,
            "row": number,
            "column": name,
            "value": word,
            "code": "code-unknown",
            "scope": "value",
            **{
                f"{part}_{language}": sentence.format(word)
                for part in ("reason", "remedy")
                for language in ("es", "en")
            },
            "raw_row": json.dumps(CANARIES, ensure_ascii=False),
        }
        for number, (name, word) in enumerate(CANARIES.items(), start=2)
    ]
    files = {
        "source_id": "police",
        "source_body": "police",
        "file": "received.csv",
        "file_sha256": "ab" * 32,
        **dict.fromkeys(("bytes", "rows", "records", "rejected", "aggregates"), 14),
        "received_on": dt.date(2016, 1, 31),
        "synthetic": True,
        "title_es": "Policía",
        "title_en": "Police",
        "publisher": "PNP",
        "licence": "",
    }
    return Harmonised(
        records=_planted(record_schema()),
        rejects=pl.DataFrame(rejects, schema=rejects_schema()),
        aggregates=pl.DataFrame(schema=aggregates_schema()),
        files=pl.DataFrame([files], schema=files_schema()),
        covers=pl.DataFrame(schema=COVERS_SCHEMA),
        problems=(),
    )


def _register() -> Register:
    """Every column of the cases that can hold words holds those of its field, or all of them."""
    cases = _planted(case_schema())
    return Register(
        cases=cases,
        case_records=pl.DataFrame(schema=case_records_schema()),
        summary=Summary(records=cases.height, cases=cases.height, disagreements={"full_name": 1}),
        contradictions=pl.DataFrame(),
    )


def _planted(schema: dict[str, pl.DataType]) -> pl.DataFrame:
    everything = " | ".join(CANARIES.values())
    columns = []
    for name, dtype in schema.items():
        if dtype in (pl.String, pl.Categorical):
            word = next((word for field, word in CANARIES.items() if name.startswith(field)), everything)
            columns.append(pl.Series(name, [word] * 9, dtype=dtype))
        elif name in ("longitude", "latitude"):
            columns.append(pl.Series(name, [float(CANARIES[name])] * 9, dtype=dtype))
        elif name == "birth_on":
            columns.append(pl.Series(name, [dt.date.fromisoformat(CANARIES[name])] * 9, dtype=dtype))
        else:
            columns.append(pl.Series(name, [None] * 9, dtype=dtype))
    return pl.DataFrame(columns)


def forms(word: str) -> list[bytes]:
    """The word as a file may hold it: as text, in another encoding, escaped, in other cases, in base 64."""
    spelt = {word, word.upper(), word.lower(), json.dumps(word)[1:-1]}
    plain = [form.encode(encoding) for form in spelt for encoding in ("utf-8", "latin-1", "utf-16-le")]
    return [*plain, base64.b64encode(word.encode())[:-3]]


def parquet_words(path: Path) -> bytes:
    """Compressed columns, read out."""
    return pl.read_parquet(path).write_csv().encode()


def test_no_canary_in_any_published_byte(public: Path) -> None:
    files = [path for path in public.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"figures.csv", "figures.parquet", "sources.json", "datapackage.json"}
    found = []
    for path in files:
        content = path.read_bytes() + path.name.encode() + (parquet_words(path) if path.suffix == ".parquet" else b"")
        found += [(path.name, name) for name, word in CANARIES.items() for form in forms(word) if form in content]
    assert found == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    pl.DataFrame({"x": [CANARIES["full_name"]] * 3}).write_parquet(tmp_path / "x.parquet")
    assert any(form in parquet_words(tmp_path / "x.parquet") for form in forms(CANARIES["full_name"]))
    assert any(form in CANARIES["narrative"].upper().encode() for form in forms(CANARIES["narrative"]))


def test_the_same_inputs_give_the_same_bytes(
    observatory: Observatory, counting: Callable[[int], pl.DataFrame], public: Path, tmp_path: Path
) -> None:
    _release(tmp_path, observatory, counting(24))
    told = {path.relative_to(public): path.read_bytes() for path in public.rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert told == again


def test_an_edition_holds_nothing_but_what_was_published(public: Path, tmp_path: Path) -> None:
    """Loaded from a folder that has ``data/`` alone: no private file is within reach."""
    edition = Edition.load(public)
    assert edition.focus == "24"
    assert edition.figures.height > 100
    assert not any(canary in repr(edition) for canary in CANARIES.values())
    with pytest.raises(FileNotFoundError):
        Edition.load(tmp_path)
