"""A year without deaths is a zero only where somebody was looking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from convive.indicators import measure
from convive.indicators.observed import COVERS_SCHEMA, observed
from convive.standard import aggregates_schema
from convive.territory import Territory

AS_OF = dt.date(2014, 12, 31)
Years = Callable[..., dict[str, list[int]]]


@pytest.fixture
def years(territory: Territory) -> Years:
    """``years([(source, unit, year), …], (source, unit, first, last), …)``: the covered years of each unit."""

    def found(seen: list[tuple[str, str, int]], *covers: tuple[object, ...]) -> dict[str, list[int]]:
        records = pl.DataFrame(seen, schema={"source_id": pl.String, "unit": pl.String, "year": pl.Int32}, orient="row")
        declared = pl.DataFrame(covers, schema=COVERS_SCHEMA, orient="row")
        table = observed(records, declared, territory, as_of=AS_OF)
        return {unit: rows["year"].to_list() for (unit,), rows in table.group_by("unit_code", maintain_order=True)}

    return found


def test_a_branch_is_covered_from_its_first_to_its_last_record(years: Years) -> None:
    found = years([("pnp", "240101", 2011), ("pnp", "240301", 2013), ("pnp", "200101", 2012)])
    assert found["240102"] == found["2403"] == found["24"] == [2011, 2012, 2013]
    assert found["2001"] == [2012]
    assert found["PE"] == [2012]


def test_a_year_in_which_a_source_has_nothing_anywhere_is_not_covered(years: Years) -> None:
    assert years([("pnp", "240101", 2010), ("pnp", "240101", 2013)])["24"] == [2010, 2013]


def test_a_source_that_ends_earlier_in_one_branch_covers_it_no_longer(years: Years) -> None:
    found = years(
        [("sinadef", unit, year) for unit, last in (("20", 2012), ("24", 2014)) for year in range(2011, last + 1)]
    )
    assert found["20"] == [2011, 2012]
    assert found["24"] == [2011, 2012, 2013, 2014]
    assert found["PE"] == [2011, 2012]


def test_one_source_fills_what_another_leaves(years: Years) -> None:
    assert years([("pnp", "240101", 2011), ("morgue", "240101", 2012)])["24"] == [2011, 2012]


def test_a_declared_time_covers_years_without_any_record(years: Years) -> None:
    found = years([("pnp", "240101", 2012)], ("pnp", None, dt.date(2010, 6, 1), None))
    assert found["24"] == [2011, 2012, 2013, 2014]
    assert "20" not in found


def test_a_year_declared_in_part_is_not_covered(years: Years) -> None:
    assert years([("pnp", "24", 2011)], ("pnp", None, dt.date(2011, 1, 1), dt.date(2012, 6, 30)))["24"] == [2011]


def test_declared_units_are_covered_with_what_is_below_and_above_when_whole(years: Years) -> None:
    time = (dt.date(2014, 1, 1), None)
    found = years([], ("pnp", "240101", *time), ("pnp", "240102", *time))
    assert found == {"2401": [2014], "240101": [2014], "240102": [2014]}
    assert years([], ("pnp", "2401", *time), ("pnp", "2403", *time))["24"] == [2014]


def test_what_is_not_covered_gets_neither_zero_nor_rate_and_its_count_is_told(
    make_cases: Callable[..., pl.DataFrame], territory: Territory
) -> None:
    deaths = [{"occurred_on": dt.date(2011, 5, 1)}, {"occurred_on": dt.date(2013, 5, 1)}]
    covers = pl.DataFrame([("pnp", None, dt.date(2012, 1, 1), None)], schema=COVERS_SCHEMA, orient="row")
    aggregates = pl.DataFrame(schema=aggregates_schema())
    figures = measure(make_cases(*deaths), aggregates, territory, concept="ceic", as_of=AS_OF, covers=covers)
    total = figures.filter(unit_code="24", disaggregation="total")
    counts = total.filter(pl.col("indicator") == "homicides", pl.col("period").str.len_chars() == 4)
    assert counts.select("period", "count", "status", "status_reason").rows() == [
        ("2011", 1, "not_comparable", "indicators.partly_observed"),
        ("2012", 0, "final", ""),
        ("2013", 1, "final", ""),
        ("2014", 0, "provisional", ""),
    ]
    assert total.filter(indicator="homicide_rate")["period"].to_list() == ["2012", "2013", "2014"]
    assert total.filter(indicator="homicides", period="2011-H1")["status"].to_list() == ["not_comparable"]
