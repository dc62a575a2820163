"""The quality of a register, criterion by criterion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from convive.register import build_register
from convive.register.quality import agreement, breaks, criteria, sources
from convive.standard import record_schema

MakeRecords = Callable[..., pl.DataFrame]
MAY = dt.date(2014, 5, 3)
JUAN = {"identity_number": "41234567", "intent": "intentional", "sex": "male", "occurred_on": MAY, "age_years": 30.0}


@pytest.fixture
def records(make_records: MakeRecords) -> pl.DataFrame:
    return make_records(
        JUAN | {"mechanism": "firearm", "registered_on": dt.date(2014, 5, 5)},
        JUAN | {"source_id": "morgue", "mechanism": "sharp"},
        JUAN | {"source_id": "morgue", "identity_number": "47654321", "age_years": None},
        JUAN | {"source_id": "morgue", "identity_number": "47654321", "row": 9},
        {"source_id": "morgue", "intent": "undetermined", "occurred_on": MAY},
    )


def test_every_criterion_stands_alone_and_there_is_no_total(records: pl.DataFrame) -> None:
    found = {one.id: one for one in criteria(build_register(records).cases, "ceic")}
    assert (found["undetermined"].part, found["undetermined"].whole) == (1, 3)
    assert found["undetermined"].state == "falls_short"
    assert (found["weapon_known"].part, found["weapon_known"].whole) == (1, 2)
    assert (found["several_sources"].share, found["several_sources"].state) == (0.5, "shown")
    assert (found["convergence"].part, found["convergence"].whole) == (1, 2)
    assert found["unit_of_record"].state == "meets"
    assert "taller" in found["unit_of_record"].named_in["es"]
    assert (found["broad_concept"].part, found["broad_concept"].whole) == (2, 2)
    assert found["repeated"].whole == 2
    assert all(one.named_in.keys() == {"es", "en"} for one in found.values())


def test_a_criterion_of_the_broad_concept_in_time_and_repeated_counts_its_cases() -> None:
    day = dt.date(2014, 3, 1)
    rows = [
        ("a", True, True, 3, ["x", "y"], day, day + dt.timedelta(days=30), "e1", 3),
        ("b", True, True, 2, ["x", "y"], day, day + dt.timedelta(days=400), "e1", 1),
        ("c", True, True, 1, ["x"], None, day, "e2", 2),
        ("d", False, True, 1, ["x"], day, day, "e2", 2),
    ]
    names = ["case_id", "figure_in_ceic", "figure_in_bogota", "n_records", "sources", "occurred_on", "registered_on"]
    names += ["incident_id", "victims_in_incident"]
    blank = build_register(pl.DataFrame(schema=record_schema())).cases.drop(names)
    told = pl.DataFrame(rows, schema=names, orient="row")
    cases = pl.concat([told, blank.clear(n=len(rows))], how="horizontal")
    found = {one.id: one for one in criteria(cases.with_columns(status=pl.lit("draft")), "ceic")}
    shares = {name: (found[name].part, found[name].whole) for name in ("broad_concept", "in_time", "repeated")}
    assert shares == {"broad_concept": (3, 4), "in_time": (1, 3), "repeated": (1, 3)}
    assert (found["unit_of_record"].part, found["unit_of_record"].state) == (1, "falls_short"), (
        "e1 has two cases of three"
    )


def test_without_homicides_nothing_can_be_said(records: pl.DataFrame) -> None:
    cases = build_register(records.clear()).cases
    assert {one.state for one in criteria(cases, "ceic")} == {"unsaid"}
    assert sources(records.clear(), build_register(records.clear()).case_records) == []
    assert breaks(records.clear()) == []


def test_a_source_is_told_by_what_it_repeats_misses_and_how_late_it_is(records: pl.DataFrame) -> None:
    morgue, police = sources(records, build_register(records).case_records)
    assert (morgue.source, morgue.records, morgue.repeated) == ("morgue", 4, 1)
    assert (police.delay_median, police.delay_p90) == (2.0, 2.0)
    assert morgue.missing["mechanism"] == 3
    assert police.missing["motive"] is None, "what a source never gives is not missing in it"


def test_agreement_counts_cases_of_which_two_sources_know_the_value(records: pl.DataFrame) -> None:
    register = build_register(records)
    found = {one.field: (one.cases, one.agree) for one in agreement(records, register.case_records, register.cases)}
    assert found["mechanism"] == (1, 0)
    assert found["sex"] == (1, 1)
    assert "motive" not in found


def motives(make_records: MakeRecords, years: dict[int, dict[str, int]]) -> pl.DataFrame:
    rows = [
        {"motive": motive, "occurred_on": dt.date(year, 3, 1)}
        for year, counts in years.items()
        for motive, n in counts.items()
        for _ in range(n)
    ]
    return make_records(*rows)


def test_a_category_merged_into_another_is_a_break(make_records: MakeRecords) -> None:
    """As common and organised crime in 2014."""
    before = {"organised_crime": 6, "common_crime": 5, "quarrel": 9}
    after = {"common_or_organised_crime": 10, "quarrel": 10}
    (found,) = breaks(motives(make_records, {2012: before, 2013: before, 2014: after, 2015: after}))
    assert (found.field, found.before, found.year) == ("motive", 2013, 2014)
    assert found.gone == ("common_crime", "organised_crime")
    assert found.came == ("common_or_organised_crime",)


def test_a_rare_category_that_stays_away_for_a_year_is_no_break(make_records: MakeRecords) -> None:
    always, rare = {"quarrel": 20}, {"quarrel": 20, "robbery": 3}
    assert breaks(motives(make_records, {2012: rare, 2013: always, 2014: rare})) == []


def test_a_category_that_comes_back_is_no_break(make_records: MakeRecords) -> None:
    some, other = {"quarrel": 20, "robbery": 9}, {"quarrel": 20}
    assert breaks(motives(make_records, {2012: some, 2013: other, 2014: some})) == []
