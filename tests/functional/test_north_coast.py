"""The guide to the north coast does what it says: its own settings, on the real data, beside a plain count."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from convive.build import build, inspect
from convive.observatory import Observatory

GUIDES = [Path(__file__).parents[2] / "docs" / name for name in ("north-coast.md", "north-coast.en.md")]
SETTINGS = re.compile(r"`([\w/.-]+\.toml)`:\n\n```toml\n(.*?)```", re.S)
DEPARTMENTS = {"ANCASH": "02", "LA LIBERTAD": "13", "LAMBAYEQUE": "14", "LIMA": "15", "PIURA": "20", "TUMBES": "24"}
PROVINCES = {
    ("TUMBES", "TUMBES"): "2401",
    ("TUMBES", "CONTRALMIRANTE VILLAR"): "2402",
    ("TUMBES", "ZARUMILLA"): "2403",
    ("PIURA", "PIURA"): "2001",
    ("PIURA", "SULLANA"): "2006",
    ("PIURA", "TALARA"): "2007",
}
INDICATORS = {"HOMICIDIO": "homicides", "SUICIDIO": "suicides"}

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def coast(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Observatory:
    """The observatory of the guide, set up as the guide says and built up to its open data."""
    folder = tmp_path_factory.mktemp("north") / "costa-norte"
    for name, words in SETTINGS.findall(GUIDES[0].read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, "utf-8")
    shutil.copy(real_data / "sinadef_firearm_deaths_north_lima.csv", folder / "sources" / "sinadef")
    shutil.copy(real_data / "mpfn_complaints_lambayeque_2019_2023.csv", folder / "sources" / "fiscalia")
    boundaries = [real_data / f"peru_{level}_simple.geojson" for level in ("departamental", "provincial")]
    for path in [*real_data.glob("population_*.csv"), *boundaries]:
        shutil.copy(path, folder / "territory")
    observatory = Observatory.open(folder)
    build(observatory)
    return observatory


@pytest.fixture(scope="module")
def certificates(real_data: Path) -> list[dict[str, str]]:
    with (real_data / "sinadef_firearm_deaths_north_lima.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def figures(coast: Observatory) -> pl.DataFrame:
    return pl.read_parquet(coast.private / "figures.parquet")


def test_both_guides_give_the_same_settings() -> None:
    spanish, english = (dict(SETTINGS.findall(guide.read_text("utf-8"))) for guide in GUIDES)
    assert spanish == english
    assert len(spanish) == 4


def test_check_tells_what_the_guide_says(coast: Observatory) -> None:
    inspection = inspect(coast)
    assert (inspection.rows, inspection.rows_rejected, inspection.values_rejected) == (2595, 0, 4)
    assert set(inspection.rejects["code"]) == {"icd10-contradicts"}
    told = sorted((problem.code, problem.value) for problem in inspection.problems)
    assert told == [("boundary-twice", "0510"), ("boundary-twice", "2001"), ("population-absent", "130112")]


def test_nothing_is_lost(coast: Observatory) -> None:
    assert pl.read_parquet(coast.private / "records.parquet").height == 872
    aggregates = pl.read_parquet(coast.private / "aggregates.parquet")
    assert aggregates.height == 1723
    assert aggregates["count"].sum() == 353_607


@pytest.mark.parametrize("stated", sorted(INDICATORS))
def test_counts_by_department_and_year_equal_a_plain_count(
    figures: pl.DataFrame, certificates: list[dict[str, str]], stated: str
) -> None:
    rows = [row for row in certificates if row["muerte_violenta"] == stated]
    plain = Counter((row["departamento_fallecimiento"], row["anio"]) for row in rows)
    counted = figures.filter((pl.col("indicator") == INDICATORS[stated]) & (pl.col("disaggregation") == "total"))
    for department, code in DEPARTMENTS.items():
        ours = dict(counted.filter(pl.col("unit_code") == code).select("period", "count").iter_rows())
        for year in map(str, range(2017, 2026)):
            assert ours.get(year, 0) == plain[department, year], (department, year)


def test_the_provinces_are_drawn_and_their_counts_equal_a_plain_count(
    coast: Observatory, figures: pl.DataFrame, certificates: list[dict[str, str]]
) -> None:
    features = json.loads((coast.public / "data" / "territory.geojson").read_text("utf-8"))["features"]
    drawn = [feature["properties"]["code"] for feature in features]
    assert set(PROVINCES.values()) | set(DEPARTMENTS.values()) <= set(drawn)
    homicides = [row for row in certificates if row["muerte_violenta"] == "HOMICIDIO"]
    plain = Counter((row["departamento_fallecimiento"], row["provincia_fallecimiento"]) for row in homicides)
    chosen = (pl.col("indicator") == "homicides") & (pl.col("disaggregation") == "total") & (pl.col("period") == "all")
    ours = dict(figures.filter(chosen).select("unit_code", "count").iter_rows())
    assert {code: ours.get(code, 0) for code in PROVINCES.values()} == {
        code: plain[place] for place, code in PROVINCES.items()
    }


def test_homicides_by_sex_equal_a_plain_count(figures: pl.DataFrame, certificates: list[dict[str, str]]) -> None:
    codes = {"MASCULINO": "male", "FEMENINO": "female", "SIN REGISTRO": "not_recorded"}
    homicides = [row for row in certificates if row["muerte_violenta"] == "HOMICIDIO"]
    plain = Counter((row["departamento_fallecimiento"], codes[row["sexo"]]) for row in homicides)
    chosen = (pl.col("indicator") == "homicides") & (pl.col("disaggregation") == "sex") & (pl.col("period") == "all")
    ours = figures.filter(chosen)
    for department, code in DEPARTMENTS.items():
        counted = dict(ours.filter(pl.col("unit_code") == code).select("category", "count").iter_rows())
        for sex in codes.values():
            assert counted.get(sex, 0) == plain[department, sex]


def test_rates_use_the_population_of_their_year_and_the_break_is_flagged(figures: pl.DataFrame) -> None:
    rates = figures.filter((pl.col("indicator") == "homicide_rate") & (pl.col("unit_code") == "24"))
    told = {row["period"]: (row["count"], row["population"], row["status"]) for row in rates.iter_rows(named=True)}
    assert told["2024"][:2] == (2, 265_844)
    assert told["2024"][2] != "not_comparable"
    assert told["2025"] == (1, 309_153, "not_comparable")
    assert set(told) == {"2023", "2024", "2025"}
