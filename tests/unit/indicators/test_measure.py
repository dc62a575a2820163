"""Figures as a table: schema, statuses, order, sums that agree, sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from convive.indicators import catalogue, measure
from convive.standard import aggregates_schema, figures_schema
from convive.territory import Territory

NONE = pl.DataFrame(schema=aggregates_schema())
LATER = dt.date(2020, 1, 1)
KEY = ["indicator", "unit_code", "period", "disaggregation", "category"]
Made = Callable[..., pl.DataFrame]
Measured = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def measured(territory: Territory, make_cases: Made) -> Measured:
    """Figures of some deaths."""

    def figures(*deaths: dict[str, object], as_of: dt.date = LATER, concept: str = "ceic", place: str = "occurrence"):  # type: ignore[no-untyped-def]
        return measure(make_cases(*deaths), NONE, territory, concept=concept, as_of=as_of, place=place)

    return figures


@pytest.fixture(scope="module")
def many(make_cases: Made) -> pl.DataFrame:
    """300 random cases of three years (seeded)."""
    dice = np.random.default_rng(5)
    units = ["240101", "240102", "240301", "2401", "24", "200101"]
    return make_cases(
        *(
            {
                "occurrence_unit": str(dice.choice(units)),
                "occurred_on": dt.date(2011, 1, 1) + dt.timedelta(days=int(dice.integers(0, 1460))),
                "occurred_time": dt.time(int(dice.integers(0, 24))) if dice.random() < 0.7 else None,
                "intent": str(dice.choice(["intentional"] * 6 + ["undetermined", "self_harm", "unintentional"])),
                "sex": str(dice.choice(["male", "female", "unknown"], p=[0.85, 0.1, 0.05])),
                "mechanism": str(dice.choice(["firearm", "sharp", "not_recorded"])),
                "penal_type": str(dice.choice(["art106", "art108", "not_recorded"])),
                "age_years": float(dice.integers(0, 90)) if dice.random() < 0.9 else None,
                "source_id": str(dice.choice(["pnp", "mpfn"])),
                "synthetic": bool(dice.random() < 0.1),
            }
            for _ in range(300)
        )
    )


@pytest.fixture(scope="module")
def figures(many: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    return measure(many, NONE, territory, concept="ceic", as_of=LATER)


def test_the_table_has_its_schema_and_no_figure_twice(figures: pl.DataFrame) -> None:
    assert dict(figures.schema) == figures_schema()
    assert figures.select(KEY).is_unique().all()
    assert figures["unit_name"].null_count() == 0
    assert set(figures["definition_version"]) <= {one.definition_version for one in catalogue().values()}


def test_the_order_is_that_of_the_words_whatever_the_order_of_cases(
    figures: pl.DataFrame, many: pl.DataFrame, territory: Territory
) -> None:
    assert_frame_equal(figures, figures.sort(KEY))
    shuffled = many.sample(fraction=1, shuffle=True, seed=3)
    assert_frame_equal(figures, measure(shuffled, NONE, territory, concept="ceic", as_of=LATER))


def test_every_value_lies_in_its_interval(figures: pl.DataFrame) -> None:
    assert figures.select((pl.col("low") <= pl.col("value")) & (pl.col("value") <= pl.col("high"))).to_series().all()


def test_totals_are_plain_counts(figures: pl.DataFrame, many: pl.DataFrame) -> None:
    homicides = many.filter("figure_in_ceic").with_columns(
        unit=pl.col("occurrence_unit").cast(pl.String), year=pl.col("occurred_on").dt.year().cast(pl.String)
    )
    for unit in ("24", "2401", "240101", "20"):
        plain = homicides.filter(pl.col("unit").str.starts_with(unit)).group_by("year").len().sort("year")
        total = figures.filter(indicator="homicides", unit_code=unit, disaggregation="total")
        total = total.filter(pl.col("period").is_in(plain["year"].implode())).sort("period")
        assert total["count"].to_list() == plain["len"].to_list()


@pytest.mark.parametrize("breakdown", catalogue()["homicides"].breakdowns)
def test_categories_add_up_to_the_total(figures: pl.DataFrame, breakdown: str) -> None:
    homicides = figures.filter(indicator="homicides")
    parts = homicides.filter(disaggregation=breakdown).group_by("unit_code", "period").agg(parts=pl.col("count").sum())
    both = parts.join(homicides.filter(disaggregation="total"), on=["unit_code", "period"])
    assert both.height == parts.height > 0
    assert both["parts"].to_list() == both["count"].to_list()


def test_periods_add_up_to_the_whole_time(figures: pl.DataFrame) -> None:
    total = figures.filter(indicator="homicides", unit_code="24", disaggregation="total")
    by_form = total.group_by(pl.col("period").str.replace_all(r"\d", "#")).agg(pl.col("count").sum())
    assert by_form["count"].n_unique() == 1
    assert set(by_form["period"]) == {"all", "####", "####-##", "####-H#"}


def test_every_death_is_in_one_of_four_counts(figures: pl.DataFrame, many: pl.DataFrame) -> None:
    kinds = ["homicides", "suicides", "undetermined_deaths", "other_deaths"]
    whole = figures.filter(pl.col("indicator").is_in(kinds), unit_code="PE", period="all", disaggregation="total")
    assert whole["count"].sum() == many.height


def test_rates_carry_count_and_population_and_say_when_a_break_lies_before(measured: Measured) -> None:
    rates = measured(*({"occurred_on": dt.date(year, 1, 1)} for year in (2011, 2012, 2013, 2014)))
    rates = rates.filter(indicator="homicide_rate", unit_code="24")
    assert rates["value"].to_list() == pytest.approx([100_000 / n for n in (100_000, 101_000, 102_000, 150_000)])
    assert rates["population"].to_list() == [100_000, 101_000, 102_000, 150_000]
    assert rates["status"].to_list() == ["final", "final", "final", "not_comparable"]
    assert rates["status_reason"].to_list() == ["", "", "", "indicators.beyond_break"]


def test_a_unit_whose_series_does_not_break_stays_comparable(measured: Measured) -> None:
    rates = measured({}, {"occurred_on": dt.date(2014, 1, 1)}).filter(indicator="homicide_rate", unit_code="2401")
    assert set(rates["status"]) == {"final"}


@pytest.mark.parametrize(
    ("as_of", "provisional"),
    [
        (dt.date(2012, 12, 31), ["2012", "2012-07", "2012-H2"]),
        (dt.date(2013, 5, 31), ["2012", "2012-12", "2012-H2"]),
        (dt.date(2013, 6, 30), []),
    ],
)
def test_recent_periods_are_provisional(measured: Measured, as_of: dt.date, provisional: list[str]) -> None:
    deaths = [{"occurred_on": dt.date(2012, month, 1)} for month in range(1, 13)]
    figures = measured(*deaths, as_of=as_of).filter(indicator="homicides", unit_code="24", disaggregation="total")
    status = dict(figures.select("period", "status").rows())
    assert status["all"] == "provisional"
    assert status["2012-H1"] == "final"
    assert all(status[period] == "provisional" for period in provisional)
    assert (status["2012"] == "provisional") == ("2012" in provisional)


def test_no_zero_is_said_of_a_time_not_yet_seen(measured: Measured) -> None:
    figures = measured({}, {"occurred_on": dt.date(2013, 4, 1)}, as_of=dt.date(2013, 5, 15))
    months = figures.filter(indicator="homicides", unit_code="24", disaggregation="total")["period"].to_list()
    assert "2013-05" in months
    assert "2013-06" not in months
    assert "2013-H2" not in months


def test_sources_and_invention_are_told(measured: Measured) -> None:
    figures = measured({}, {"source_id": "mpfn", "occurrence_unit": "240301", "synthetic": True})
    by_unit = figures.filter(indicator="homicides", period="2012", disaggregation="total")
    told = {unit: (sources, made) for unit, sources, made in by_unit.select("unit_code", "sources", "synthetic").rows()}
    assert told["24"] == ("mpfn+pnp", True)
    assert told["2401"] == ("pnp", False)


def test_the_place_by_which_deaths_are_counted_is_told_and_obeyed(measured: Measured) -> None:
    death = {"occurrence_unit": "240301", "death_unit": "200101", "died_on": dt.date(2013, 1, 1)}
    figures = measured(death, place="death").filter(indicator="homicides", disaggregation="total", period="2013")
    assert set(figures["place"]) == {"death"}
    assert figures.filter(unit_code="20")["count"].to_list() == [1]
    assert figures.filter(unit_code="24").is_empty()


def test_the_concept_decides_what_a_homicide_is(measured: Measured) -> None:
    lawful = {"intent": "legal_intervention"}
    counted = {
        concept: measured(lawful, {}, concept=concept).filter(
            indicator="homicides", unit_code="24", period="2012", disaggregation="total"
        )["count"][0]
        for concept in ("ceic", "bogota")
    }
    assert counted == {"ceic": 1, "bogota": 2}


@pytest.mark.parametrize(("precision", "month"), [("month", "03"), ("year", "not_recorded")])
def test_a_vague_date_has_no_weekday(measured: Measured, precision: str, month: str) -> None:
    figures = measured({"occurred_precision": precision}).filter(indicator="homicides", unit_code="24", period="all")
    told = {name: figures.filter(disaggregation=name)["category"].to_list() for name in ("weekday", "month")}
    assert told == {"weekday": ["not_recorded"], "month": [month]}


def test_a_median_has_an_interval_by_order_statistics(measured: Measured) -> None:
    delays = [3, 1, 4, 1, 5, 9, 2, 6, 5, 35]
    figures = measured(*({"registered_on": dt.date(2012, 3, 5) + dt.timedelta(days=days)} for days in delays))
    row = figures.filter(indicator="registration_delay_days", unit_code="24", period="2012").row(0, named=True)
    assert (row["value"], row["low"], row["high"], row["denominator"]) == (4.5, 1, 9, 10)


def test_no_cases_no_figures(measured: Measured) -> None:
    empty = measured()
    assert empty.is_empty()
    assert dict(empty.schema) == figures_schema()


def test_twenty_thousand_cases_are_no_trouble(many: pl.DataFrame, territory: Territory) -> None:
    figures = measure(pl.concat([many] * 70), NONE, territory, concept="ceic", as_of=LATER)
    few = measure(many, NONE, territory, concept="ceic", as_of=LATER)
    assert figures.height == few.height
    counts, times = (table.filter(indicator="homicides")["count"] for table in (figures, few))
    assert counts.to_list() == (times * 70).to_list()
