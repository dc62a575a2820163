"""Cases as they are counted: one row a death of a base population, with its unit, its periods and its categories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from convive.indicators.catalogue import Indicator, Part
from convive.standard import age_group_expression, classification, concept_expression

NOT_RECORDED = "not_recorded"
DATES = {
    "occurrence": ("occurred_on", "died_on", "registered_on"),
    "residence": ("occurred_on", "died_on", "registered_on"),
    "death": ("died_on", "occurred_on", "registered_on"),
}


def counted_on(place: str) -> pl.Expr:
    """The date by which a case is counted: that of the event, else of the death, else of the registration."""
    return pl.coalesce(DATES[place])


def base_expression(base: str, concept: str) -> pl.Expr:
    """Which cases belong to a base of the catalogue."""
    homicide = pl.col(f"figure_in_{concept}")
    undetermined = concept_expression("undetermined") & ~homicide
    if base == "concept":
        return homicide
    if base == "undetermined":
        return undetermined
    if base == "other":
        return ~homicide & ~undetermined & (pl.col("intent").cast(pl.String) != "self_harm")
    return pl.lit(True)


def in_indicator(indicator: Indicator, concept: str) -> pl.Expr:
    """Which cases an indicator counts."""
    counted = base_expression(indicator.base, concept)
    if indicator.concept:
        counted &= pl.col(f"figure_in_{indicator.concept}")
    for name, codes in indicator.where.items():
        counted &= pl.col(name).cast(pl.String).is_in(list(codes))
    return counted


def in_part(part: Part) -> pl.Expr:
    """Which of the counted cases are in the numerator of a share."""
    if part.concept:
        return pl.col(f"figure_in_{part.concept}")
    assert part.field is not None
    codes: Iterable[str] = part.codes
    if part.property:
        listed = classification("place_type" if part.field == "place_type" else part.field)
        codes = listed.with_property(part.property)
    return pl.col(part.field).cast(pl.String).is_in(list(codes))


def category(breakdown: str, place: str) -> pl.Expr:
    """The category of a case in a breakdown; what is not known is a category too."""
    clock = pl.col("occurred_time").dt.hour()
    day = pl.when(~_is_vaguer_than("day")).then(pl.col("occurred_on").dt.weekday())
    hour = clock.cast(pl.String).str.zfill(2)
    match breakdown:
        case "age_group":
            return age_group_expression()
        case "qualified":
            return pl.when("figure_in_qualified").then(pl.lit("yes")).otherwise(pl.lit("no"))
        case "resolved":
            return pl.when(pl.col("resolved").cast(pl.String) == "yes").then(pl.lit("yes")).otherwise(pl.lit("no"))
        case "weekday":
            return day.cast(pl.String).fill_null(NOT_RECORDED)
        case "hour":
            return hour.fill_null(NOT_RECORDED)
        case "hour_of_week":
            return pl.concat_str(day.cast(pl.String), hour, separator="-").fill_null(NOT_RECORDED)
        case "month":
            month = pl.when(~_is_vaguer_than("month")).then(counted_on(place).dt.month())
            return month.cast(pl.String).str.zfill(2).fill_null(NOT_RECORDED)
        case _:
            return pl.col(breakdown).cast(pl.String)


def _is_vaguer_than(precision: str) -> pl.Expr:
    """The moment is known less exactly: a month written as its first day has no weekday."""
    vaguer = {"day": ["month", "year"], "month": ["year"]}[precision]
    return pl.col("occurred_precision").cast(pl.String).is_in(vaguer).fill_null(False)


def located(cases: pl.DataFrame, place: str) -> pl.DataFrame:
    """``cases`` with unit, date and year; those without a unit or a date are left out (see :func:`unlocated`).

    So are cases that people annulled, which no figure counts.
    """
    return (
        cases.with_columns(unit=pl.col(f"{place}_unit").cast(pl.String), on=counted_on(place))
        .filter(pl.col("unit").is_not_null() & pl.col("on").is_not_null() & pl.col("status").ne_missing("annulled"))
        .with_columns(year=pl.col("on").dt.year())
    )


def period_expression(form: str) -> pl.Expr:
    """The period of a death: ``2014``, ``2014-H1``, ``2014-03`` or ``all``."""
    on = pl.col("on")
    match form:
        case "year":
            return on.dt.year().cast(pl.String)
        case "half":
            half = pl.when(on.dt.month() <= 6).then(pl.lit("-H1")).otherwise(pl.lit("-H2"))
            return on.dt.year().cast(pl.String) + half
        case "month":
            return on.dt.strftime("%Y-%m")
        case _:
            return pl.lit("all")


def period_end(period: str) -> dt.date:
    """The last day of a year, half-year or month."""
    year = int(period[:4])
    tail = period[5:]
    if tail == "H1":
        return dt.date(year, 6, 30)
    if tail and tail != "H2":
        month = int(tail)
        return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    return dt.date(year, 12, 31)
