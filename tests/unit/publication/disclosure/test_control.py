"""From private to public figures: what stays, what is blanked, what is left out."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from convive.indicators import catalogue
from convive.publication.disclosure import Disclosed, disclose, rules
from convive.standard import fields, figures_schema

KEYS = ["indicator", "unit_code", "period", "disaggregation", "category"]


@pytest.fixture(scope="module")
def private(counting: Callable[[int], pl.DataFrame]) -> pl.DataFrame:
    return counting(24)


@pytest.fixture(scope="module")
def disclosed(private: pl.DataFrame, parents: pl.DataFrame) -> Disclosed:
    return disclose(private, parents, minimum_cell=3)


def cell(figures: pl.DataFrame, *address: str) -> dict[str, object]:
    found = figures.filter(pl.all_horizontal(pl.col(key) == part for key, part in zip(KEYS, address, strict=True)))
    return found.row(0, named=True)


def test_the_fact_of_a_homicide_is_never_withheld(private: pl.DataFrame, disclosed: Disclosed) -> None:
    facts = (pl.col("indicator") == "homicides") & (pl.col("disaggregation") == "total")
    order = ["unit_code", "period"]
    assert disclosed.figures.filter(facts).sort(order).equals(private.filter(facts).sort(order))


def test_a_suppressed_figure_keeps_its_row_and_tells_no_number(disclosed: Disclosed) -> None:
    withheld = disclosed.figures.filter(pl.col("status") == "suppressed")
    assert withheld.height == disclosed.suppressed > 0
    assert withheld.select(pl.col("value", "low", "high", "count").is_not_null().any()).row(0) == (False,) * 4
    assert set(withheld["status_reason"]) == {"disclosure.small", "disclosure.too_few"}


def test_no_small_count_of_an_attribute_is_published(disclosed: Disclosed) -> None:
    protected = [one.id for one in rules().breakdowns.values() if one.small == "suppress"]
    shown = disclosed.figures.filter(
        pl.col("disaggregation").is_in(protected),
        pl.col("count").is_between(1, 2),
        ~pl.col("category").is_in(["unknown", "not_recorded"]),
    )
    assert shown.is_empty()


def test_a_share_is_withheld_with_its_count(disclosed: Disclosed) -> None:
    shares = disclosed.figures.filter(pl.col("indicator") == "share_by")
    counts = disclosed.figures.filter(pl.col("indicator") == "homicides", pl.col("disaggregation") != "total")
    both = shares.join(counts, on=["unit_code", "period", "disaggregation", "category"], suffix="_of_count")
    assert both.height == shares.height > 0
    assert (both["status"] == both["status_of_count"]).all()


def test_qualified_homicides_are_a_cell_of_homicides(disclosed: Disclosed) -> None:
    cells = disclosed.figures.filter(
        pl.col("indicator") == "homicides", pl.col("disaggregation") == "qualified", pl.col("category") == "yes"
    )
    for indicator in ("qualified_homicides", "share_qualified"):
        totals = disclosed.figures.filter(pl.col("indicator") == indicator)
        both = totals.join(cells, on=["unit_code", "period"], suffix="_of_cell")
        told = both.filter(pl.col("status_of_cell") == "suppressed")
        assert told.height > 0
        assert set(told["status"]) == {"suppressed"}


def test_months_are_never_crossed_with_an_attribute(disclosed: Disclosed) -> None:
    months = disclosed.figures.filter(pl.col("period").str.contains(r"^\d{4}-\d{2}$"))
    assert set(months["indicator"]) == {"homicides"}
    assert set(months["disaggregation"]) == {"total"}


def test_a_small_unit_gets_no_breakdown(private: pl.DataFrame, disclosed: Disclosed) -> None:
    totals = private.filter(pl.col("indicator") == "homicides", pl.col("disaggregation") == "total")
    few = totals.filter(pl.col("count").is_between(1, 9)).select("unit_code", "period")
    rows = disclosed.figures.filter(pl.col("disaggregation") == "sex").join(few, on=["unit_code", "period"])
    told = rows.filter(pl.col("count") > 0)
    assert rows.height > 0
    assert told.is_empty()


def test_a_row_is_not_absent_because_nobody_was_counted(private: pl.DataFrame, disclosed: Disclosed) -> None:
    """Else a missing row among suppressed ones would say zero."""
    hidden = disclosed.figures.filter(pl.col("status") == "suppressed", pl.col("indicator") == "homicides")
    added = hidden.join(private, on=KEYS, how="anti")
    assert added.height > 0


@pytest.mark.parametrize("change", ["indicator", "disaggregation"])
def test_what_no_rule_names_is_left_out(private: pl.DataFrame, parents: pl.DataFrame, change: str) -> None:
    extra = private.filter(pl.col("disaggregation") == "sex").with_columns(pl.lit("surname").alias(change))
    found = disclose(pl.concat([private, extra]), parents, minimum_cell=3)
    assert "surname" not in found.figures[change]
    assert found.left_out


def test_what_a_source_published_itself_passes(private: pl.DataFrame, parents: pl.DataFrame) -> None:
    told = private.head(1).with_columns(
        indicator=pl.lit("homicides_published"), disaggregation=pl.lit("sex"), category=pl.lit("female"),
        status=pl.lit("as_published"), count=pl.lit(1, dtype=pl.Int64),
    )  # fmt: skip
    found = disclose(pl.concat([private, told]), parents, minimum_cell=3).figures
    assert cell(found, "homicides_published", told["unit_code"][0], told["period"][0], "sex", "female")["count"] == 1


def test_equal_figures_give_equal_decisions_in_any_order(private: pl.DataFrame, parents: pl.DataFrame) -> None:
    shuffled = private.sample(fraction=1.0, shuffle=True, seed=1)
    found = [disclose(frame, parents, minimum_cell=3).figures for frame in (private, shuffled)]
    assert found[0].equals(found[1])


def test_nothing_at_all_is_no_mistake(parents: pl.DataFrame) -> None:
    assert disclose(pl.DataFrame(schema=figures_schema()), parents, minimum_cell=3).figures.is_empty()


def test_every_breakdown_is_of_a_field_that_may_be_counted() -> None:
    secret = {name for name, field in fields().items() if field.disclosure == "secret"}
    assert not secret & set(rules().breakdowns)


def test_every_indicator_of_the_catalogue_has_a_rule() -> None:
    counted = {name for name, one in catalogue().items() if one.kind != "published"}
    assert counted == set(rules().indicators)


def test_a_share_is_of_the_categories_that_the_catalogue_names() -> None:
    named = {name: one.part for name, one in catalogue().items() if one.part is not None and one.part.field is not None}
    assert named
    for name, part in named.items():
        assert rules().indicators[name].disaggregation == part.field
        assert part.property or set(part.codes) == set(rules().indicators[name].categories)


def test_a_suppressed_row_does_not_say_by_its_sources_whether_it_is_zero(
    private: pl.DataFrame, parents: pl.DataFrame
) -> None:
    by_category = pl.when(pl.col("disaggregation") == "total").then(pl.lit("morgue+police")).otherwise(pl.lit("police"))
    found = disclose(private.with_columns(sources=by_category), parents, minimum_cell=3).figures
    assert set(found.filter(pl.col("status") == "suppressed")["sources"]) == {"morgue+police"}


def test_a_suppressed_total_does_not_say_by_its_row_that_it_is_not_zero(
    private: pl.DataFrame, parents: pl.DataFrame
) -> None:
    """Suicides: one district had one. Every unit has a row, so that a row alone says nothing."""
    one = private.filter(pl.col("disaggregation") == "total", pl.col("period").is_in(["2014", "all"]))
    one = one.filter(pl.col("unit_code").is_in(["24", "2401", "240101"])).filter(pl.col("indicator") == "homicides")
    suicides = one.with_columns(indicator=pl.lit("suicides"), count=pl.lit(1, dtype=pl.Int64), value=pl.lit(1.0))
    found = disclose(pl.concat([private, suicides]), parents, minimum_cell=3).figures
    told = found.filter(pl.col("indicator") == "suicides")
    assert set(told["unit_code"]) == set(private["unit_code"])
    assert told.filter(pl.col("count") == 0).height > 0
    assert told.filter(pl.col("count") == 1).is_empty()
    assert told.filter(pl.col("status") == "suppressed").height >= suicides.height


def test_a_named_sum_is_decided_with_its_categories(private: pl.DataFrame, parents: pl.DataFrame) -> None:
    """Firearm deaths stand in the breakdown by mechanism too: never one shown and the other hidden."""
    cells = private.filter(pl.col("indicator") == "homicides", pl.col("category") == "firearm")
    shares = cells.with_columns(
        indicator=pl.lit("share_firearm"), disaggregation=pl.lit("total"), category=pl.lit("total")
    )
    found = disclose(pl.concat([private, shares]), parents, minimum_cell=3).figures
    firearm = found.filter(pl.col("indicator") == "homicides", pl.col("category") == "firearm")
    both = found.filter(pl.col("indicator") == "share_firearm").join(
        firearm, on=["unit_code", "period"], suffix="_cell"
    )
    assert both.height > 10
    assert ((both["status"] == "suppressed") == (both["status_cell"] == "suppressed")).all()
