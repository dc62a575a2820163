"""Breaks of a population series: a change from one year to the next that is a new way of counting, not births and
journeys.

Growth g is ln(P₂/P₁) per year. It is set beside the growths of all units of the same level over the same years: their
median m and their median absolute deviation (MAD), which a few broken series do not move. The rule and its numbers are
data (``data/breaks.toml``).
"""

from __future__ import annotations

import polars as pl

from convive.territory.settings import BreakRule

BREAKS_SCHEMA: dict[str, pl.DataType] = {
    "unit_code": pl.String(),
    "from_year": pl.Int64(),
    "to_year": pl.Int64(),
    "change": pl.Float64(),
    "reason": pl.String(),
}


def find_breaks(population: pl.DataFrame, units: pl.DataFrame, rule: BreakRule) -> pl.DataFrame:
    """:data:`BREAKS_SCHEMA`, by unit and year. ``change`` is the fraction P₂/P₁ − 1; ``reason`` the address of a text.

    ``population``: unit_code, year, population, series. ``units``: code, level.
    """
    growth = _growth(population).join(units.select(unit_code="code", level="level"), on="unit_code")
    peers = growth.group_by("level", "from_year", "to_year").agg(
        n=pl.len(),
        middle=pl.col("growth").median(),
        spread=(pl.col("growth") - pl.col("growth").median()).abs().median(),
    )
    judged = growth.join(peers, on=["level", "from_year", "to_year"]).with_columns(
        alone=pl.col("n") < rule.minimum_units,
        limit=(rule.spread_multiple * pl.col("spread")).clip(lower_bound=rule.minimum),
    )
    limit = pl.when("alone").then(rule.minimum).otherwise(pl.col("limit"))
    away = (pl.col("growth") - pl.when("alone").then(0.0).otherwise(pl.col("middle"))).abs()
    found = judged.filter(away > limit).with_columns(reason=_reason())
    return found.select(list(BREAKS_SCHEMA)).sort("unit_code", "from_year")


def beyond_breaks(population: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """``population`` with ``is_beyond_break``: whether a break parts a year from its unit's longest stretch.

    Rates within that stretch can be compared with each other. Of two stretches as long, the earlier is taken, so that
    a break marks the years after it until more of them have come together.
    """
    steps = breaks.select("unit_code", "to_year")
    stretch = pl.col("to_year").le(pl.col("year")).sum().alias("stretch")
    rows = population.join(steps, on="unit_code", how="left").group_by(population.columns).agg(stretch)
    sizes = rows.group_by("unit_code", "stretch").len()
    longest = sizes.sort("unit_code", "len", "stretch", descending=[False, True, False]).unique(
        "unit_code", keep="first"
    )
    told = rows.join(longest.select("unit_code", longest="stretch"), on="unit_code")
    return told.select(*population.columns, is_beyond_break=pl.col("stretch") != pl.col("longest"))


def _growth(population: pl.DataFrame) -> pl.DataFrame:
    ordered = population.sort("unit_code", "year")
    columns = pl.col("year", "population", "series")
    before = ordered.select(columns.shift(1).over("unit_code").name.suffix("_before"))
    pairs = pl.concat([ordered, before], how="horizontal").filter(pl.col("year_before").is_not_null())
    ratio = pl.col("population") / pl.col("population_before")
    return pairs.select(
        "unit_code",
        from_year="year_before",
        to_year="year",
        change=ratio - 1,
        growth=ratio.log() / (pl.col("year") - pl.col("year_before")),
        same_series=pl.col("series") == pl.col("series_before"),
    )


def _reason() -> pl.Expr:
    return (
        pl.when(~pl.col("same_series"))
        .then(pl.lit("territory.break.other_series"))
        .when("alone")
        .then(pl.lit("territory.break.growth"))
        .otherwise(pl.lit("territory.break.beside_others"))
    )
