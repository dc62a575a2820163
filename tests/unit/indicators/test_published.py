"""Numbers that a source had counted: as published, added up only where that makes sense, and only once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.errors import CatalogueError
from convive.indicators import measure
from convive.indicators.published import published
from convive.territory import Territory

Made = Callable[..., pl.DataFrame]


@pytest.fixture
def complaints(territory: Territory, make_aggregates: Made) -> Callable[..., dict[str, float]]:
    """Total complaints by unit, of some published numbers."""

    def totals(*numbers: dict[str, Any]) -> dict[str, float]:
        figures = published(make_aggregates(*numbers), territory).filter(disaggregation="total")
        assert figures.select("unit_code", "period").is_unique().all()
        return dict(figures.select("unit_code", "value").rows())

    return totals


Complaints = Callable[..., dict[str, float]]


def test_complaints_are_added_up_the_tree(complaints: Complaints) -> None:
    found = complaints({"value": 5.0}, {"value": 7.0, "unit_code": "240301"}, {"value": 1.0, "unit_code": "200101"})
    assert found == {
        "240101": 5,
        "240301": 7,
        "200101": 1,
        "2401": 5,
        "2403": 7,
        "2001": 1,
        "24": 12,
        "20": 1,
        "PE": 13,
    }


def test_categories_make_a_total(complaints: Complaints) -> None:
    found = complaints(
        {"value": 5.0, "disaggregation": "article", "category": "106"},
        {"value": 7.0, "disaggregation": "article", "category": "108"},
    )
    assert found["24"] == found["240101"] == 12


def test_a_total_beside_its_categories_is_not_added_to_them(complaints: Complaints) -> None:
    found = complaints({"value": 12.0}, {"value": 5.0, "disaggregation": "article", "category": "106"})
    assert found["24"] == 12


def test_two_breakdowns_of_one_total_are_not_added_to_each_other(complaints: Complaints) -> None:
    article = [{"value": 6.0, "disaggregation": "article", "category": code} for code in ("106", "108")]
    sex = [{"value": 6.0, "disaggregation": "sex", "category": code} for code in ("male", "female")]
    assert complaints(*article, *sex)["24"] == 12


def test_a_rate_is_shown_and_never_added(territory: Territory, make_aggregates: Made) -> None:
    rate = {"indicator": "homicide_rate_published", "measure": "rate_per_100k"}
    figures = published(make_aggregates(rate | {"unit_code": "24", "value": 37.1}), territory)
    row = figures.row(0, named=True)
    assert figures.height == 1
    assert (row["value"], row["status"], row["population"]) == (37.1, "as_published", None)


def test_published_numbers_stand_among_the_figures_without_interval(
    territory: Territory, make_cases: Made, make_aggregates: Made
) -> None:
    figures = measure(
        make_cases({}),
        make_aggregates({"value": 5.0, "count": 5}),
        territory,
        concept="ceic",
        as_of=dt.date(2013, 1, 1),
    )
    row = figures.filter(indicator="prosecutor_complaints", unit_code="24", disaggregation="total").row(0, named=True)
    assert (row["value"], row["count"], row["low"], row["high"]) == (5, 5, None, None)
    assert (row["unit_name"], row["sources"], row["definition_version"]) == (
        "Tumbes",
        "mpfn",
        "prosecutor_complaints@1",
    )


def test_sources_of_a_sum_are_all_named_and_synthetic_ones_make_it_synthetic(
    territory: Territory, make_aggregates: Made
) -> None:
    other = {"unit_code": "240301", "source_id": "a-source", "synthetic": True, "value": 1.0}
    row = published(make_aggregates({"value": 5.0}, other), territory).filter(unit_code="24").row(0, named=True)
    assert (row["value"], row["sources"], row["synthetic"]) == (6, "a-source+mpfn", True)


def test_an_indicator_that_the_catalogue_does_not_know_is_refused(territory: Territory, make_aggregates: Made) -> None:
    with pytest.raises(CatalogueError) as stopped:
        published(make_aggregates({"indicator": "murders", "value": 5.0}), territory)
    assert [problem.value for problem in stopped.value.problems] == ["murders"]
    assert "prosecutor_complaints" in stopped.value.describe("en")
