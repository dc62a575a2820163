"""The example of Tumbes, read by the real rooms, tells what the founding paper tells."""

from __future__ import annotations

import datetime as dt
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from convive.indicators import measure
from convive.observatory import Observatory
from convive.publication import audit
from convive.register import Register, build_register
from convive.sources import Harmonised, read_sources
from convive.territory import Territory

TUMBES = Path(__file__).parents[2] / "examples" / "tumbes"
AS_OF = dt.date(2015, 6, 30)
DIFFERING = {
    "matrix-human-rights",
    "cali-decrease",
    "press-share-2012",
    "officers-share",
    "youth-idle",
    "one-population",
}


@dataclass(frozen=True)
class Known:
    """What the rooms made of the example."""

    territory: Territory
    harmonised: Harmonised
    register: Register
    figures: pl.DataFrame

    def value(self, address: str) -> float:
        """The value of one figure, by its address."""
        indicator, unit, period, *rest = address.split("/")
        disaggregation, category = rest or ("total", "total")
        found = self.figures.filter(
            indicator=indicator, unit_code=unit, period=period, disaggregation=disaggregation, category=category
        )
        assert found.height == 1, address
        return float(found["value"][0])


@pytest.fixture(scope="module")
def tumbes() -> Known:
    observatory = Observatory.open(TUMBES)
    territory = Territory.load(observatory.territory)
    harmonised = read_sources(observatory, territory, as_of=AS_OF)
    register = build_register(harmonised.records)
    settings = observatory.settings.observatory
    figures = measure(
        register.cases, harmonised.aggregates, territory, concept=settings.concept, as_of=AS_OF, place=settings.place
    )
    return Known(territory, harmonised, register, figures)


COUNTS = {
    "homicides/24/2011": 11,
    "homicides/24/2012": 48,
    "homicides/24/2013": 45,
    "homicides/24/2014": 54,
    "homicides/24/2015-H1": 26,
    "qualified_homicides/24/2011": 7,
    "qualified_homicides/24/2012": 43,
    "qualified_homicides/24/2013": 39,
    "qualified_homicides/24/2014": 48,
    "homicides/24/2011/age_group/15-29": 2,
    "homicides/24/2011/age_group/30-44": 4,
    "homicides/24/2014/age_group/15-29": 23,
    "homicides/24/2014/age_group/30-44": 22,
    "homicides/24/2014/mechanism/firearm": 46,
    "homicides/24/2014/motive/revenge": 22,
    "homicides/24/2014/place_type/street": 28,
}
SHARES = {
    "share_qualified/24/2011": (64, 0),
    "share_qualified/24/2014": (89, 0),
    "share_public_place/24/2014": (70.4, 1),
    "share_firearm/24/2014": (85.2, 1),
    "share_motive_unknown/24/2014": (41, 0),
    "share_by/24/2014/motive/revenge": (41, 0),
    "share_by/24/2011/age_group/15-29": (18, 0),
    "share_by/24/2014/age_group/15-29": (43, 0),
    "share_by/24/2011/age_group/30-44": (36, 0),
    "share_by/24/2014/age_group/30-44": (41, 0),
}


@pytest.mark.parametrize(("address", "count"), COUNTS.items())
def test_counts_are_those_of_the_paper(tumbes: Known, address: str, count: int) -> None:
    assert tumbes.value(address) == count


@pytest.mark.parametrize(("address", "stated"), SHARES.items())
def test_shares_round_to_those_of_the_paper(tumbes: Known, address: str, stated: tuple[float, int]) -> None:
    percent, decimals = stated
    assert round(100 * tumbes.value(address), decimals) == percent


@pytest.mark.parametrize("period", ["2011", "2012", "2013", "2014", "2015-H1"])
def test_more_than_nine_in_ten_are_men_but_not_all(tumbes: Known, period: str) -> None:
    year = int(period[:4])
    cases = tumbes.register.cases.filter(pl.col("figure_in_ceic"), pl.col("occurred_on").dt.year() == year)
    assert 0.9 < (cases["sex"].cast(pl.String) == "male").mean() < 1  # type: ignore[operator]


def test_of_26_homicides_of_the_first_half_of_2015_one_is_cleared(tumbes: Known) -> None:
    assert tumbes.value("resolved_share/24/2015-H1") * 26 == pytest.approx(1)


def test_motive_not_specified_is_22_in_2014(tumbes: Known) -> None:
    parts = ["unknown", "not_recorded"]
    assert sum(tumbes.value(f"homicides/24/2014/motive/{part}") for part in parts) == 22


def test_seven_press_cases_of_2012_are_in_the_truth() -> None:
    press = pl.read_csv(TUMBES / "synthetic-truth" / "truth.csv", infer_schema=False).filter(press="1")
    assert press["place"].value_counts().sort("place").rows() == [
        ("bar", 3),
        ("open_area", 1),
        ("street", 2),
        ("vehicle", 1),
    ]
    assert (press["on"].str.slice(0, 4) == "2012").all()
    assert (press["sex"] == "male").all()
    assert press["age"].cast(pl.Int64).max() < 45  # type: ignore[operator]


def test_every_homicide_of_the_register_is_one_of_the_truth(tumbes: Known) -> None:
    truth = pl.read_csv(TUMBES / "synthetic-truth" / "truth.csv", infer_schema=False).filter(kind="homicide")
    cases = tumbes.register.cases.filter("figure_in_ceic")
    told = cases.select(
        on=pl.col("occurred_on").cast(pl.String),
        sex=pl.col("sex").cast(pl.String),
        age=pl.col("age_years").cast(pl.Int64).cast(pl.String),
        mechanism=pl.col("mechanism").cast(pl.String),
        motive=pl.col("motive").cast(pl.String),
        resolved=pl.col("resolved").cast(pl.String),
        place=pl.col("place_type").cast(pl.String),
    )
    assert sorted(told.rows()) == sorted(truth.select(told.columns).rows())


def test_institutions_contradict_each_other_somewhere(tumbes: Known) -> None:
    cases = tumbes.register.cases.filter("figure_in_ceic")
    for field in ("age_years", "motive", "resolved", "mechanism"):
        assert cases[f"{field}_disagree"].sum() > 0, field


def test_the_paper_is_quoted_where_nothing_can_be_computed(tumbes: Known) -> None:
    assert tumbes.value("homicide_rate_published/city:tumbes/2014") == 37.1
    assert tumbes.value("homicide_rate_published/PE/2014") == 6.7
    assert tumbes.value("qualified_homicides_published/24/2012") == 43


def test_population_says_what_the_paper_says_and_adds_up(tumbes: Known) -> None:
    people = {(code, year): count for code, year, count in tumbes.territory.population.select(
        "unit_code", "year", "population").iter_rows()}  # fmt: skip
    assert people["2401", 2013] == 164_404
    assert people["24", 2014] == 234_694
    for year in range(2011, 2016):
        for parent, length in (("24", 4), ("2401", 6), ("2402", 6), ("2403", 6)):
            below = [
                n for (code, y), n in people.items() if y == year and code.startswith(parent) and len(code) == length
            ]
            assert sum(below) == people[parent, year]
    assert tumbes.territory.population["synthetic"].all()


def test_no_row_is_lost(tumbes: Known) -> None:
    for name, rows in tumbes.harmonised.files.select("source_id", "rows").iter_rows():
        records = tumbes.harmonised.records.filter(pl.col("source_id").cast(pl.String) == name)["row"].n_unique()
        rejected = tumbes.harmonised.rejects.filter(source_id=name, scope="row")["row"].n_unique()
        aggregates = tumbes.harmonised.aggregates.filter(source_id=name).height
        assert rows == records + rejected + aggregates, name


def test_planted_faults_are_found_and_nothing_else(tumbes: Known) -> None:
    found = tumbes.harmonised.rejects.group_by("source_id", "code", "scope").len().sort(pl.all()).rows()
    assert found == [
        ("fiscalia", "event-without-victims", "row", 1),
        ("hospital", "impossible-age", "value", 1),
        ("morgue", "impossible-date", "row", 1),
        ("policia", "formula-cell", "value", 1),
        ("policia", "future-date", "row", 1),
        ("policia", "impossible-age", "value", 1),
        ("policia", "impossible-date", "row", 1),
        ("policia", "unknown-code", "value", 1),
        ("policia", "unknown-place", "value", 1),
    ]


def test_the_audit_finds_the_six_that_do_not_follow(tumbes: Known) -> None:
    findings = {finding.claim.id: finding.verdict for finding in audit.check(TUMBES / "claims.toml", tumbes.figures)}
    assert {name for name, verdict in findings.items() if verdict == "differs"} == DIFFERING
    assert {verdict for name, verdict in findings.items() if name not in DIFFERING} == {"holds"}


@pytest.mark.parametrize("script", ["make_synthetic", "make_schematic_map"])
def test_generators_give_the_bytes_that_are_kept(script: str, tmp_path: Path) -> None:
    _module(script).main(tmp_path)
    kept = TUMBES / "territory" if script == "make_schematic_map" else TUMBES
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert made
    for path in made:
        assert path.read_bytes() == (kept / path.relative_to(tmp_path)).read_bytes(), path.name


def _module(name: str) -> ModuleType:
    import sys

    spec = importlib.util.spec_from_file_location(f"tumbes_{name}", TUMBES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
