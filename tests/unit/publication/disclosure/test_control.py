"""From private to public figures: what stays, what is blanked, what is left out."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

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
