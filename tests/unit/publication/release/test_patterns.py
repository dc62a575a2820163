"""What is told of hours is found where it is, silent where it is not, and lets no hour's deaths be computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from convive.publication.release.patterns import patterns
from convive.publication.release.patterns.alarms import weekly
from convive.territory import Territory

MONDAY = dt.date(2014, 5, 5)
AS_OF = dt.date(2014, 6, 30)


@pytest.fixture
def territory(tumbes) -> Territory:  # type: ignore[no-untyped-def]
    return Territory.load(tumbes / "territory")


def cases(hours: Sequence[int | None], *, unit: str = "240101", precision: str = "day") -> pl.DataFrame:
    """One case an hour of the week; None where the hour is not known."""
    days = [MONDAY + dt.timedelta(days=(hour or 0) // 24) for hour in hours]
    times = [None if hour is None else dt.time(hour % 24, 15) for hour in hours]
    return pl.DataFrame(
        {"occurred_on": days, "occurred_time": times},
        schema_overrides={"occurred_time": pl.Time},
    ).with_columns(
        occurred_precision=pl.lit(precision),
        occurrence_unit=pl.lit(unit),
        figure_in_ceic=pl.lit(True),
        status=pl.lit("matched"),
    )


def hours_of(table: pl.DataFrame, territory: Territory, least: int = 5) -> dict:  # type: ignore[type-arg]
    how = {"focus": "24", "concept": "ceic", "place": "occurrence", "minimum_cell": least, "as_of": AS_OF}
    return patterns(table, territory, **how)["hours"]  # type: ignore[arg-type, no-any-return]


def scattered(n: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(0, 168, n).tolist()


def test_a_weekend_that_stands_out_is_told_with_its_interval(territory: Territory) -> None:
    weekend = (118 + np.random.default_rng(2).integers(0, 30, 70)) % 168
    told = hours_of(cases([*scattered(80), *weekend.tolist()]), territory)
    assert len(told["periods"]) == 1
    period = told["periods"][0]
    assert period["low"] > 1.5
    assert period["low"] < period["ratio"] < period["high"]
    assert period["p"] == 0.001


def test_where_nothing_stands_out_nothing_is_told(territory: Territory) -> None:
    told = hours_of(cases(scattered(120, 5)), territory)
    assert told["enough"]
    assert told["periods"] == []


def test_of_few_deaths_with_a_known_hour_nothing_is_said(territory: Territory) -> None:
    told = hours_of(cases([*scattered(20), *[None] * 60]), territory)
    assert not told["enough"]
    assert told["rules"] == told["periods"] == []
    vague = hours_of(cases(scattered(90), precision="month"), territory)
    assert not vague["enough"]


def test_deaths_elsewhere_annulled_or_of_another_kind_are_not_looked_at(territory: Territory) -> None:
    elsewhere = cases(scattered(90), unit="200101")
    annulled = cases(scattered(90)).with_columns(status=pl.lit("annulled"))
    other = cases(scattered(90)).with_columns(figure_in_ceic=pl.lit(False))
    assert not hours_of(pl.concat([elsewhere, annulled, other]), territory)["enough"]


def test_windows_are_shared_out_and_missing_ends_are_told(territory: Territory) -> None:
    """Sixty deaths known to lie between Friday 22 h and Saturday 2 h, ten with an end missing, thirty at any hour."""
    friday = dt.datetime(2014, 5, 9, 22)
    window = cases([None] * 70).with_columns(
        occurred_from=pl.Series([friday] * 70),
        occurred_to=pl.Series([friday + dt.timedelta(hours=4)] * 60 + [None] * 10, dtype=pl.Datetime),
    )
    told = hours_of(pl.concat([cases(scattered(30)), window], how="diagonal"), territory)
    assert (told["windows"], told["without_end"], told["known_share"]) == (60, 10, 0.9)
    (period,) = told["periods"]
    assert (period["first"], period["last"]) == (4 * 24 + 22, 5 * 24 + 1)
    long = window.with_columns(occurred_to=pl.lit(friday + dt.timedelta(days=30)))
    assert hours_of(pl.concat([cases(scattered(30)), long], how="diagonal"), territory)["windows"] is None


def test_a_death_known_only_within_a_month_is_of_no_week() -> None:
    begins = dt.datetime(2014, 5, 5, 12)
    known = cases([0, 1, 2])
    within = cases([None] * 4, precision="period").with_columns(
        occurred_from=pl.lit(begins),
        occurred_to=pl.Series([begins + dt.timedelta(days=one) for one in (1, 6, 20)] + [None], dtype=pl.Datetime),
    )
    counts, first = weekly(pl.concat([known, within], how="diagonal"), AS_OF)
    assert counts[(MONDAY - first).days // 7] == 3 + 2


def test_a_rule_counts_the_hours_after_midnight_to_the_night_before(territory: Territory) -> None:
    saturday_1 = 5 * 24 + 1
    told = hours_of(cases([saturday_1] * 40 + [60] * 40), territory)
    by_rule = {(one["nights"], one["from"]): one for one in told["rules"]}
    assert by_rule["weekend", 23]["share"] == by_rule["all", 1]["share"] == 0.5
    assert by_rule["all", 2]["share"] is None
    assert (by_rule["all", 22]["hours"], by_rule["weekend", 3]["hours"]) == (56, 9)


def test_what_is_told_of_rules_is_too_coarse_for_the_deaths_of_an_hour(territory: Territory) -> None:
    """The one more death in an hour that two rules differ by moves no share that is told."""
    base = [*scattered(200, 3), *[46] * 60]
    one_more = [*base[:-1], 22]
    before, after = (hours_of(cases(hours), territory)["rules"] for hours in (base, one_more))
    changed = [one for one, other in zip(before, after, strict=True) if one["share"] != other["share"]]
    assert len(changed) <= 1
    assert all(one["share"] is None or round(one["share"] * 100) % 5 == 0 for one in before)
    assert "inside" not in before[0]


def test_few_deaths_inside_or_outside_are_withheld(territory: Territory) -> None:
    inside = [5 * 24 + 1] * 4
    told = hours_of(cases([*inside, *[60] * 60]), territory)
    assert {one["share"] for one in told["rules"] if one["nights"] == "weekend"} == {None}
