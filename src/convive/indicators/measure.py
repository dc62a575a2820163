"""All figures of an observatory, from its cases, its aggregates and its territory.

Deaths are counted once at the unit where they are placed; the tree of units adds them up. Intervals are computed on distinct counts.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import CatalogueError, Problem
from convive.indicators.catalogue import Indicator, catalogue
from convive.indicators.deaths import category, in_indicator, in_part, located, period_end, period_expression
from convive.indicators.intervals import binomial_interval, median_interval, poisson_interval
from convive.standard import figures_schema
from convive.territory import Territory

TOTAL = "total"
HOURS = ("weekday", "hour", "hour_of_week")
KEYS = ("unit_code", "period", "disaggregation", "category")
PER = 100_000


@cache
def rules() -> dict[str, Any]:
    """How figures are made, apart from what they mean (``rules.toml``)."""
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))


@dataclass(frozen=True)
class _Scene:
    """What every indicator looks at."""

    cases: pl.DataFrame
    territory: Territory
    concept: str
    place: str
    as_of: dt.date
    sources: dict[int, str]

    @property
    def finest(self) -> str:
        return self.territory.levels[-1]


def measure(
    cases: pl.DataFrame,
    aggregates: pl.DataFrame,
    territory: Territory,
    *,
    concept: str,
    as_of: dt.date,
    place: str = "occurrence",
) -> pl.DataFrame:
    """Every figure of the catalogue that the cases and aggregates can bear, with the columns of the figures schema, sorted.

    ``place`` says by which place deaths are counted. Cases without a unit at that place are in no figure: :func:`unlocated` counts them.
    Raises :class:`CatalogueError` for an aggregate whose indicator is not in the catalogue.
    """
    scene = _scene(located(cases, place), territory, concept, place, as_of)
    parts = [part for indicator in catalogue().values() for part in _figures_of(indicator, scene)]
    parts.append(_published(aggregates, territory, as_of))
    names = territory.units.select(unit_code="code", unit_name="name", unit_level="level").unique("unit_code")
    whole = pl.concat([_aligned(part) for part in parts]).join(names, on="unit_code", how="left")
    return whole.select(list(figures_schema())).sort("indicator", *KEYS)


def _aligned(part: pl.DataFrame) -> pl.DataFrame:
    """``part`` with all columns of the figures schema but those that say the unit's name and level."""
    schema = {name: dtype for name, dtype in figures_schema().items() if name not in ("unit_name", "unit_level")}
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in part.columns]
    return part.with_columns(absent).select(list(schema)).cast(schema)


def unlocated(cases: pl.DataFrame, *, concept: str, place: str) -> int:
    """Homicides that no figure holds because their unit at ``place`` is not known."""
    return int(cases.select((pl.col(f"figure_in_{concept}") & pl.col(f"{place}_unit").is_null()).sum()).item())


def _scene(cases: pl.DataFrame, territory: Territory, concept: str, place: str, as_of: dt.date) -> _Scene:
    names = sorted({name for group in cases["sources"].unique().to_list() for name in group})
    bits = {name: 1 << number for number, name in enumerate(names)}
    groups = cases["sources"].unique().to_list()
    masks = [sum(bits[name] for name in group) for group in groups]
    table = pl.DataFrame({"sources": groups, "mask": masks}, schema={"sources": pl.List(pl.String), "mask": pl.UInt64})
    with_mask = cases.join(table, on="sources", how="left", maintain_order="left")
    return _Scene(with_mask, territory, concept, place, as_of, {bit: name for name, bit in bits.items()})


def _figures_of(indicator: Indicator, scene: _Scene) -> Iterator[pl.DataFrame]:
    if indicator.kind == "published":
        return
    counted = scene.cases.filter(in_indicator(indicator, scene.concept))
    match indicator.kind:
        case "count":
            yield _finished(_counts(indicator, counted, scene), indicator, scene)
        case "rate":
            yield _finished(_rates(indicator, counted, scene), indicator, scene)
        case "share":
            yield _finished(_shares(indicator, counted, scene), indicator, scene)
        case "breakdown_share":
            yield _finished(_breakdown_shares(indicator, counted, scene), indicator, scene)
        case _:
            yield _finished(_medians(indicator, counted, scene), indicator, scene)


def _counts(indicator: Indicator, counted: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    totals = _with_zeros(_totals(counted, indicator.periods, scene), indicator, scene)
    breakdowns = [_breakdown(counted, name, scene) for name in indicator.breakdowns]
    table = pl.concat([totals, *breakdowns])
    low, high = poisson_interval(table["count"].to_numpy(), confidence=rules()["confidence"])
    return table.with_columns(value=pl.col("count").cast(pl.Float64), low=low, high=high)


def _rates(indicator: Indicator, counted: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    """Only whole years, and only where unit and year have a population."""
    table = _with_zeros(_totals(counted, ("year",), scene), indicator, scene)
    population = scene.territory.population.select(
        "unit_code", period=pl.col("year").cast(pl.String), population="population"
    )
    table = table.join(population, on=["unit_code", "period"], how="inner").filter(
        pl.col("period").cast(pl.Int32) <= _last_whole_year(scene.as_of)
    )
    low, high = poisson_interval(table["count"].to_numpy(), confidence=rules()["confidence"])
    per = PER / pl.col("population")
    table = table.with_columns(
        value=pl.col("count") * per, low=pl.lit(pl.Series(low)) * per, high=pl.lit(pl.Series(high)) * per
    )
    breaks = scene.territory.breaks.group_by("unit_code").agg(pl.col("to_year").min().alias("broken"))
    return (
        table.join(breaks, on="unit_code", how="left")
        .with_columns(after_break=(pl.col("period").cast(pl.Int64) >= pl.col("broken")).fill_null(False))
        .drop("broken")
    )


def _shares(indicator: Indicator, counted: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    assert indicator.part is not None
    whole = _totals(counted, indicator.periods, scene)
    part = _totals(counted.filter(in_part(indicator.part)), indicator.periods, scene).select(*KEYS, part="count")
    table = (
        whole.rename({"count": "denominator"})
        .join(part, on=list(KEYS), how="left")
        .with_columns(count=pl.col("part").fill_null(0))
    )
    return _as_share(table.drop("part"))


def _breakdown_shares(indicator: Indicator, counted: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    """Above the finest level, where a share can mean something."""
    coarse = scene.territory.units.filter(pl.col("level") != scene.finest)["code"]
    tables = [
        _breakdown(counted, name, scene).filter(pl.col("unit_code").is_in(coarse.implode()))
        for name in indicator.breakdowns
    ]
    table = pl.concat(tables)
    whole = pl.col("count").sum().over("unit_code", "period", "disaggregation").alias("denominator")
    return _as_share(table.with_columns(whole))


def _as_share(table: pl.DataFrame) -> pl.DataFrame:
    low, high = binomial_interval(
        table["count"].to_numpy(), table["denominator"].to_numpy(), confidence=rules()["confidence"]
    )
    return table.with_columns(value=pl.col("count") / pl.col("denominator"), low=low, high=high)


def _medians(indicator: Indicator, counted: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    days = (pl.col("registered_on") - pl.coalesce("occurred_on", "died_on")).dt.total_days()
    known = (
        counted.with_columns(days=days)
        .filter(pl.col("days").is_not_null())
        .select("unit", "on", "days", "mask", "synthetic")
    )
    above = _above(known, scene).filter(pl.col("level") != scene.finest)
    tables = [
        above.group_by(pl.col("ancestor").alias("unit_code"), period_expression(form).alias("period")).agg(
            pl.col("days").sort(), pl.len().alias("count"), pl.col("mask").bitwise_or(), pl.col("synthetic").any()
        )
        for form in indicator.periods
    ]
    table = pl.concat(tables).with_columns(disaggregation=pl.lit(TOTAL), category=pl.lit(TOTAL))
    found = [median_interval(days.to_numpy(), confidence=rules()["confidence"]) for days in table["days"]]
    medians = pl.DataFrame(found, schema={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}, orient="row")
    return pl.concat([table.drop("days"), medians], how="horizontal").with_columns(denominator=pl.col("count"))


def _totals(counted: pl.DataFrame, forms: Sequence[str], scene: _Scene) -> pl.DataFrame:
    finest = [counted.group_by("unit", period_expression(form).alias("period")).agg(*_added()) for form in forms]
    return _summed(pl.concat(finest), TOTAL, pl.lit(TOTAL), scene)


def _breakdown(counted: pl.DataFrame, name: str, scene: _Scene) -> pl.DataFrame:
    """Deaths by category, for years and for the whole time; hours of the week only for the whole time."""
    yearly = counted.group_by("unit", "year", category(name, scene.place).alias("category")).agg(*_added())
    forms = [pl.lit("all")] if name == "hour_of_week" else [pl.col("year").cast(pl.String), pl.lit("all")]
    table = pl.concat([yearly.with_columns(period=form).drop("year") for form in forms])
    made = _summed(table, name, pl.col("category"), scene)
    if name in HOURS and rules()["hours_need_level_above_finest"]:
        fine = scene.territory.units.filter(pl.col("level") == scene.finest)["code"]
        made = made.filter(~pl.col("unit_code").is_in(fine.implode()))
    return made


def _added() -> list[pl.Expr]:
    return [pl.len().alias("count"), pl.col("mask").bitwise_or(), pl.col("synthetic").any()]


def _summed(finest: pl.DataFrame, disaggregation: str, category_: pl.Expr, scene: _Scene) -> pl.DataFrame:
    """Counts of the finest units added up the tree."""
    return (
        _above(finest, scene)
        .group_by(pl.col("ancestor").alias("unit_code"), "period", category_.alias("category"))
        .agg(pl.col("count").sum(), pl.col("mask").bitwise_or(), pl.col("synthetic").any())
        .select(
            "unit_code",
            "period",
            pl.lit(disaggregation).alias("disaggregation"),
            "category",
            pl.col("count").cast(pl.Int64),
            "mask",
            "synthetic",
        )
    )


def _above(frame: pl.DataFrame, scene: _Scene) -> pl.DataFrame:
    return frame.join(scene.territory.ancestors, left_on="unit", right_on="code", how="inner")


def _with_zeros(totals: pl.DataFrame, indicator: Indicator, scene: _Scene) -> pl.DataFrame:
    """A unit without deaths in a year of the observed time has the figure 0, not a hole; shorter periods so above the finest level."""
    if not indicator.zeros or scene.cases.is_empty():
        return totals
    first, last = scene.cases["year"].min(), min(scene.cases["year"].max(), scene.as_of.year)  # type: ignore[type-var]
    years = pl.DataFrame({"year": pl.int_range(first, last + 1, eager=True)})  # type: ignore[operator]
    units = _units_with_cases_below(scene)
    grids = [_grid(units, years, form, scene) for form in indicator.periods]
    empty = pl.concat(grids).join(totals, on=["unit_code", "period"], how="anti")
    zeros = empty.select(
        "unit_code",
        "period",
        pl.lit(TOTAL).alias("disaggregation"),
        pl.lit(TOTAL).alias("category"),
        pl.lit(0, dtype=pl.Int64).alias("count"),
        pl.lit(0, dtype=pl.UInt64).alias("mask"),
        pl.lit(False).alias("synthetic"),
    )
    return pl.concat([totals, zeros])


def _units_with_cases_below(scene: _Scene) -> pl.DataFrame:
    """Units of the branches that the sources cover: every unit below a unit, one step under the root, that has a case."""
    tree = scene.territory.ancestors
    covered = tree.filter(pl.col("code").is_in(scene.cases["unit"].unique().implode()))["ancestor"].unique()
    tops = scene.territory.units.filter(pl.col("code").is_in(covered.implode()))
    coarse = [level for level in scene.territory.levels if level in tops["level"].to_list()]
    branch = coarse[1] if len(coarse) > 1 else coarse[0]
    roots = tops.filter(pl.col("level") == branch)["code"]
    below = tree.filter(pl.col("ancestor").is_in(roots.implode()))["code"].unique()
    units = scene.territory.units.filter(
        pl.col("code").is_in(below.implode()) | pl.col("code").is_in(covered.implode())
    )
    return units.select(unit_code="code", level="level").unique(maintain_order=True)


def _grid(units: pl.DataFrame, years: pl.DataFrame, form: str, scene: _Scene) -> pl.DataFrame:
    coarse = units if form in ("year", "all") else units.filter(pl.col("level") != scene.finest)
    if form == "all":
        return coarse.select("unit_code", pl.lit("all").alias("period"))
    parts = {"year": [""], "half": ["-H1", "-H2"], "month": [f"-{month:02}" for month in range(1, 13)]}[form]
    periods = [f"{year}{part}" for year in years["year"].to_list() for part in parts]
    begun = [period for period in periods if _begin(period) <= scene.as_of]
    return coarse.select("unit_code").join(pl.DataFrame({"period": begun}, schema={"period": pl.String}), how="cross")


def _begin(period: str) -> dt.date:
    tail = period[5:]
    month = 1 if tail in ("", "H1") else 7 if tail == "H2" else int(tail)
    return dt.date(int(period[:4]), month, 1)


def _finished(table: pl.DataFrame, indicator: Indicator, scene: _Scene) -> pl.DataFrame:
    """Status, sources, place and definition of each figure."""
    masks = table["mask"].unique().to_list()
    sources = {mask: "+".join(name for bit, name in scene.sources.items() if mask & bit) for mask in masks}
    said = (
        pl.col("mask").replace_strict(list(sources), list(sources.values()), return_dtype=pl.String)
        if masks
        else pl.lit("")
    )
    if "after_break" not in table.columns:
        table = table.with_columns(after_break=pl.lit(False))
    provisional = {period: _is_provisional(period, scene.as_of) for period in table["period"].unique().to_list()}
    status = (
        pl.when("after_break")
        .then(pl.lit("not_comparable"))
        .when(
            pl.col("period").replace_strict(
                list(provisional), list(provisional.values()), default=False, return_dtype=pl.Boolean
            )
        )
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("final"))
    )
    return table.with_columns(
        indicator=pl.lit(indicator.id),
        sources=said,
        status=status,
        status_reason=pl.when("after_break").then(pl.lit("indicators.after_break")).otherwise(pl.lit("")),
        definition_version=pl.lit(indicator.definition_version),
        place=pl.lit(scene.place),
    ).drop("mask", "after_break")


def _is_provisional(period: str, as_of: dt.date) -> bool:
    """Late records still come in: the year of the cut-off and what ended shortly before it; the whole time includes them."""
    if period == "all":
        return True
    end = period_end(period)
    months = (as_of.year - end.year) * 12 + as_of.month - end.month
    return end >= as_of or months < int(rules()["provisional_months"])


def _last_whole_year(as_of: dt.date) -> int:
    return as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1


def _published(aggregates: pl.DataFrame, territory: Territory, as_of: dt.date) -> pl.DataFrame:
    """Numbers that a source had already counted, as it published them; counts that may be added are added up the tree."""
    if aggregates.is_empty():
        return pl.DataFrame(schema=figures_schema())
    known = catalogue()
    unknown = sorted(set(aggregates["indicator"].unique().to_list()) - set(known))
    if unknown:
        there = ", ".join(name for name, indicator in known.items() if indicator.kind == "published")
        raise CatalogueError([Problem("unknown-indicator", value=name, values={"there": there}) for name in unknown])
    added = [name for name, indicator in known.items() if indicator.sum]
    alone = aggregates.filter(~pl.col("indicator").is_in(added)).with_columns(sources="source_id")
    by = ["indicator", "period", "disaggregation", "category"]
    summed = (
        aggregates.filter(pl.col("indicator").is_in(added))
        .join(territory.ancestors.select(unit_code="code", above="ancestor"), on="unit_code")
        .group_by(pl.col("above").alias("unit_code"), *by)
        .agg(
            pl.col("value").sum(),
            pl.col("count").sum(),
            pl.col("source_id").unique().sort().str.join("+").alias("sources"),
            pl.col("synthetic").any(),
        )
    )
    whole = (
        summed.group_by("unit_code", "indicator", "period")
        .agg(pl.col("value", "count").sum(), pl.col("sources").first(), pl.col("synthetic").any())
        .with_columns(disaggregation=pl.lit(TOTAL), category=pl.lit(TOTAL))
    )
    columns = [
        "indicator",
        "unit_code",
        "period",
        "disaggregation",
        "category",
        "value",
        "count",
        "population",
        "sources",
        "synthetic",
    ]
    table = pl.concat(
        [
            alone.select(columns),
            summed.with_columns(population=pl.lit(None, dtype=pl.Int64)).select(columns),
            whole.with_columns(population=pl.lit(None, dtype=pl.Int64)).select(columns),
        ]
    )
    version = {name: indicator.definition_version for name, indicator in known.items()}
    return table.with_columns(
        status=pl.lit("as_published"),
        status_reason=pl.lit(""),
        definition_version=pl.col("indicator").replace_strict(
            list(version), list(version.values()), return_dtype=pl.String
        ),
        place=pl.lit(""),
        denominator=pl.lit(None, dtype=pl.Int64),
        low=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
    )
