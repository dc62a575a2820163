"""The built-in profiles read their samples, and the real files as a plain count reads them."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.observatory import Observatory
from convive.sources import Harmonised, read_sources
from convive.sources.profile import BUILT_IN
from convive.standard import coded_fields
from convive.territory import Territory

Written = Callable[..., str]
SINADEF = "sinadef_firearm_deaths_north_lima.csv"
MPFN = "mpfn_complaints_lambayeque_2019_2023.csv"
UNITS = """
[[units]]
file = "peru_{file}_simple.geojson"
level = "{level}"
repeats = true
columns = {{ code = "{code}", name = "{name}" }}
"""
LEVELS = [
    ("departamental", "department", "FIRST_IDDP", "NOMBDEP"),
    ("provincial", "province", "FIRST_IDPR", "NOMBPROV"),
    ("distrital", "district", "IDDIST", "NOMBDIST"),
]


def sample(desk: Any, profile: Written, name: str) -> Harmonised:
    desk.put(name, profile(extends=name, row="aggregate" if name == "mpfn" else "victim"))
    shutil.copy(BUILT_IN / name / "sample.csv", desk.folder / "sources" / name)
    result: Harmonised = desk.read()
    return result


def test_sample_of_the_generic_profile(desk: Any, profile: Written) -> None:
    result = sample(desk, profile, "generic")
    records = result.records.sort("row")
    assert records["occurred_on"].to_list() == [dt.date(2014, 5, 3), dt.date(2014, 8, 17), dt.date(2014, 11, 1)]
    assert records["occurred_time"].to_list() == [dt.time(22, 30), dt.time(2, 15), None]
    assert records["occurred_precision"].to_list() == ["minute", "minute", "day"]
    assert records["occurrence_unit"].to_list() == ["240101", "240302", "240105"]
    assert records["mechanism"].to_list() == ["firearm", "sharp", "not_recorded"]
    assert records["motive"].to_list() == ["revenge", "quarrel", "unknown"]
    assert records["police_class"].to_list() == ["homicidio_calificado", "homicidio_simple", "feminicidio"]
    assert records["age_years_missing"].to_list() == [None, "unknown", None]
    assert records["registration_delay_days"].to_list() == [2, 1, 2]
    assert result.rejects.is_empty()
    assert result.problems == ()


def test_sample_of_the_death_registry_in_the_portals_form(desk: Any, profile: Written) -> None:
    result = sample(desk, profile, "sinadef")
    records = result.records.sort("row")
    assert records["intent"].to_list() == [
        "intentional",
        "intentional",
        "unknown",
        "self_harm",
        "not_recorded",
        "unintentional",
    ]
    assert records["mechanism"].to_list() == ["firearm", "sharp", "firearm", "firearm", "firearm", "vehicle"]
    assert records["mechanism_words"].to_list()[:2] == ["PAF", "PUNZO CORTANTE"]
    assert records["firearm_type"].to_list()[3] == "handgun"
    assert records["died_on"].to_list()[0] == dt.date(2019, 3, 2)
    assert records["age_years"].to_list()[:5] == [24.0, 31.0, 45.0, 52.0, None]
    assert records["age_years"].to_list()[5] == pytest.approx(8 / 12)
    assert records["death_unit"].to_list() == ["240101", "240101", "240302", "240101", None, "240105"]
    assert records["residence_unit"].to_list() == ["240101", "240101", "240302", "240101", None, None]
    assert records["occurrence_unit"].null_count() == 6
    assert records["occurred_on"].null_count() == 6
    assert records["place_type"].unique().to_list() == ["not_recorded"]
    assert result.problems == ()


def test_codes_speak_for_a_silent_certificate_where_a_city_allows_it(desk: Any, profile: Written) -> None:
    column = 'from = "MUERTE VIOLENTA", codes = "intent", otherwise = "icd10", otherwise_codes = ["intentional"]'
    desk.put("sinadef", profile(f"[columns]\nintent = {{ {column} }}", extends="sinadef"))
    shutil.copy(BUILT_IN / "sinadef" / "sample.csv", desk.folder / "sources" / "sinadef")
    third = desk.read().records.sort("row").row(2, named=True)
    assert (third["intent"], third["intent_raw"]) == ("intentional", "NO SE CONOCE")
    assert (third["intent_column"], third["intent_version"]) == ("icd10", "who-icd10")


def test_sample_of_the_prosecutors(desk: Any, profile: Written) -> None:
    result = sample(desk, profile, "mpfn")
    found = result.aggregates.sort("row").select("indicator", "unit_code", "period", "category", "count").rows()
    assert found == [
        ("prosecutor_complaints", "240101", "2018", "art106", 12),
        ("prosecutor_complaints", "240101", "2018", "art108", 5),
        ("prosecutor_complaints", "240101", "2018", "art108", 2),
        ("prosecutor_complaints", "240101", "2018", "contra-el-patrimonio-extorsion-200", 31),
        ("prosecutor_complaints", "240101", "2019", "contra-el-patrimonio-extorsion-s-art", 4),
    ]
    assert result.problems == ()


@pytest.fixture(scope="module")
def north(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Harmonised:
    """The real files in an observatory of their own."""
    folder = tmp_path_factory.mktemp("north")
    settings = '[observatory]\nid = "norte"\nname.es = "Norte"\nname.en = "North"\nfocus = "24"\n'
    (folder / "observatory.toml").write_text(settings, "utf-8")
    (folder / "territory").mkdir()
    tables = [UNITS.format(file=file, level=level, code=code, name=name) for file, level, code, name in LEVELS]
    head = 'levels = ["country", "department", "province", "district"]\nnesting = "prefix"\n'
    (folder / "territory" / "territory.toml").write_text(head + "".join(tables), "utf-8")
    for file, *_ in LEVELS:
        shutil.copy(real_data / f"peru_{file}_simple.geojson", folder / "territory")
    for source, file in (("sinadef", SINADEF), ("mpfn", MPFN)):
        (folder / "sources" / source).mkdir(parents=True)
        shutil.copy(real_data / file, folder / "sources" / source)
        about = f'[profile]\nid = "{source}"\nversion = 1\nextends = "{source}"\nreceived_on = 2025-12-15\n'
        (folder / "sources" / source / "profile.toml").write_text(about, "utf-8")
    territory = Territory.load(folder / "territory")
    return read_sources(Observatory.open(folder), territory, as_of=dt.date(2025, 12, 15))


def plain(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The file as a spreadsheet shows it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def counted(values: pl.Series) -> dict[Any, int]:
    return dict(Counter(values.to_list()))


@pytest.mark.real_data
def test_every_row_of_the_death_registry_is_a_record(north: Harmonised) -> None:
    assert north.records.height == 872
    assert north.records["row"].to_list() == list(range(2, 874))
    assert north.rejects.filter(pl.col("scope") == "row").is_empty()
    assert north.problems == ()


@pytest.mark.real_data
def test_the_death_registry_counts_as_a_plain_count_does(north: Harmonised, real_data: Path) -> None:
    rows = plain(real_data / SINADEF)
    records = north.records
    intent = {
        "HOMICIDIO": "intentional",
        "SUICIDIO": "self_harm",
        "OTRO ACCIDENTE": "unintentional",
        "NO SE CONOCE": "unknown",
        "SIN REGISTRO": "not_recorded",
    }
    sex = {"MASCULINO": "male", "FEMENINO": "female", "SIN REGISTRO": "not_recorded"}
    department = {
        "LIMA": "15",
        "LA LIBERTAD": "13",
        "ANCASH": "02",
        "SIN REGISTRO": None,
        "PIURA": "20",
        "LAMBAYEQUE": "14",
        "TUMBES": "24",
    }
    assert counted(records["intent"]) == Counter(intent[row["muerte_violenta"]] for row in rows)
    assert counted(records["sex"]) == Counter(sex[row["sexo"]] for row in rows)
    assert counted(records["died_on"].dt.year()) == Counter(int(row["anio"]) for row in rows)
    units = records["death_unit"].cast(pl.String).str.head(2)
    assert counted(units) == Counter(department[row["departamento_fallecimiento"]] for row in rows)
    together = list(zip(units, records["died_on"].dt.year(), records["sex"], records["intent"], strict=True))
    assert Counter(together) == Counter(
        (
            department[row["departamento_fallecimiento"]],
            int(row["anio"]),
            sex[row["sexo"]],
            intent[row["muerte_violenta"]],
        )
        for row in rows
    )
    ages = [None if row["edad_años"] == "NA" else float(row["edad_años"]) for row in rows]
    assert records["age_years"].to_list() == ages


@pytest.mark.real_data
def test_no_word_of_the_death_registry_is_left_unmapped(north: Harmonised) -> None:
    for name in coded_fields():
        assert "unmapped" not in north.records[name].to_list(), name
    assert set(north.rejects["code"]) == {"unknown-place", "icd10-contradicts"}


@pytest.mark.real_data
def test_place_of_death_is_not_the_place_of_the_event(north: Harmonised) -> None:
    assert counted(north.records["occurrence_certainty"]) == {"not_recorded": 872}
    assert north.records["occurrence_unit"].null_count() == 872
    assert counted(north.records["death_certainty"])["not_recorded"] == 55


@pytest.mark.real_data
def test_residence_codes_of_the_identity_registry_agree_with_the_names(north: Harmonised, real_data: Path) -> None:
    rows = plain(real_data / SINADEF)
    tumbes = north.records.filter(pl.col("residence_unit").cast(pl.String).str.starts_with("24"))
    assert tumbes.height == sum(row["departamento_domicilio"] == "TUMBES" for row in rows)
    abroad = north.records.filter(pl.col("residence_certainty") == "abroad")
    assert abroad.height == sum(row["departamento_domicilio"] == "EXTRANJERO" for row in rows)


@pytest.mark.real_data
def test_mechanism_follows_the_words(north: Harmonised) -> None:
    assert counted(north.records["mechanism"]) == {"firearm": 868, "sharp": 2, "unknown": 2}
    decided = north.records.filter(pl.col("mechanism") == "firearm", pl.col("mechanism_words").is_null())
    assert decided.is_empty()
    words = counted(north.records["mechanism_words"])
    assert words["DEGUELLO"] == 2
    assert words["PAF"] > 700


@pytest.mark.real_data
def test_codes_that_contradict_the_certificate_are_told(north: Harmonised) -> None:
    told = north.rejects.filter(pl.col("code") == "icd10-contradicts")
    assert counted(told["value"]) == {"W349": 3, "X939": 1}
    assert told["scope"].unique().to_list() == ["value"]


@pytest.mark.real_data
def test_complaints_sum_as_a_plain_sum_does(north: Harmonised, real_data: Path) -> None:
    rows = plain(real_data / MPFN, ";")
    assert north.aggregates.height == len(rows) == 1723
    plainly: Counter[str] = Counter()
    homicides: Counter[tuple[str, str]] = Counter()
    for row in rows:
        plainly[row["anio_denuncia"]] += int(row["cantidad"])
        if row["subgenerico"] == "HOMICIDIO" and row["articulo"] in ("106", "108"):
            homicides[(row["anio_denuncia"], f"art{row['articulo']}")] += int(row["cantidad"])
    summed = north.aggregates.group_by("period").agg(pl.col("count").sum())
    assert dict(summed.iter_rows()) == plainly
    articles = north.aggregates.filter(pl.col("category").is_in(["art106", "art108"]))
    by_article = articles.group_by("period", "category").agg(pl.col("count").sum())
    assert {(period, category): count for period, category, count in by_article.iter_rows()} == homicides
    assert set(north.aggregates["unit_code"]) == {"140101"}
