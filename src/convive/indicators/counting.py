"""Deaths counted by unit, period and category.

They are counted once, at the unit where they are placed; the tree of units adds them up. Keys are Categorical, so that
grouping compares numbers and not words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from convive.engine import Engine
from convive.indicators.catalogue import catalogue
from convive.indicators.deaths import category, located, period_expression
from convive.indicators.observed import observed
from convive.indicators.rules import rules
from convive.indicators.tally import Question, answered, questions
from convive.standard import coded_fields, concept_columns
from convive.territory import Territory

TOTAL = "total"
FORMS = ("month", "half", "year", "all")
HOURS = ("weekday", "hour", "hour_of_week")
ONLY_WHOLE = ("hour_of_week", "month")
"""Made for the whole time alone: in one year an hour of the week has too few deaths, and a month is a period."""
SYNTHETIC = 1 << 62
"""The bit of ``mask`` that says that a synthetic record is among those counted; lower bits are sources."""


@dataclass(frozen=True)
class Scene:
    """What every indicator looks at.

    ``cases`` are those with a unit and a date, with the columns ``unit``, ``on``, ``in_<form>`` for each form of
    period, ``by_<breakdown>`` for each breakdown, and ``mask``. ``tree``: unit, above (the unit itself and all above
    it), level of the latter. ``observed``: unit_code and year that the sources cover. ``sources``: bit of ``mask`` →
    source. ``counted``: the answer to each of :func:`~convive.indicators.tally.questions`. ``breakdowns`` remembers
    what two indicators both need.
    """

    cases: pl.DataFrame
    territory: Territory
    tree: pl.DataFrame
    observed: pl.DataFrame
    concept: str
    place: str
    as_of: dt.date
    sources: dict[int, str]
    counted: Mapping[Question, pl.DataFrame]
    breakdowns: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)

    @property
    def finest(self) -> str:
        """The finest level of the territory."""
        return self.territory.levels[-1]


def prepare(
    cases: pl.DataFrame,
    territory: Territory,
    covers: pl.DataFrame,
    *,
    concept: str,
    place: str,
    as_of: dt.date,
    engine: Engine,
) -> Scene:
    """Everything that is computed once for all indicators."""
    placed = located(cases.select(_looked_at(concept, place)), place)
    groups = placed["sources"].unique().to_list()
    names = sorted({name for group in groups for name in group})
    bits = {name: 1 << number for number, name in enumerate(names)}
    masks = [sum(bits[name] for name in group) for group in groups]
    table = pl.DataFrame({"sources": groups, "mask": masks}, schema={"sources": pl.List(pl.String), "mask": pl.Int64})
    synthetic = pl.when("synthetic").then(pl.lit(SYNTHETIC)).otherwise(0)
    prepared = (
        placed.join(table, on="sources", how="left", maintain_order="left")
        .lazy()
        .with_columns(
            pl.col("unit").cast(pl.Categorical),
            *(period_expression(form).cast(pl.Categorical).alias(f"in_{form}") for form in FORMS),
            *(category(name, place).cast(pl.Categorical).alias(f"by_{name}") for name in _breakdowns()),
            mask=pl.col("mask") | synthetic,
        )
        .collect()
    )
    tree = territory.ancestors.select(
        unit=pl.col("code").cast(pl.Categorical), above=pl.col("ancestor").cast(pl.Categorical), level="level"
    )
    sources = {bit: name for name, bit in bits.items()}
    there = observed(_seen(prepared, sources), covers, territory, as_of=as_of)
    counted = answered(prepared, questions(concept), engine)
    return Scene(prepared, territory, tree, there, concept, place, as_of, sources, counted)


def _seen(cases: pl.DataFrame, sources: dict[int, str]) -> pl.DataFrame:
    """What each source recorded: source_id, unit, year."""
    groups = cases.group_by("unit", pl.col("on").dt.year().alias("year"), "mask").agg()
    each = [
        groups.filter(pl.col("mask") & bit != 0).select(
            pl.lit(name).alias("source_id"), pl.col("unit").cast(pl.String), "year"
        )
        for bit, name in sources.items()
    ]
    return (
        pl.concat(each).unique()
        if each
        else pl.DataFrame(schema={"source_id": pl.String, "unit": pl.String, "year": pl.Int32})
    )


def totals(which: str, forms: Sequence[str], scene: Scene) -> pl.DataFrame:
    """Counts by unit and period: unit_code, period, disaggregation, category, count, mask.

    ``which``: the identifier of an indicator, or what :func:`part_of` makes of it.
    """
    finest = pl.concat([scene.counted[which, form] for form in forms])
    return _summed(finest, TOTAL, pl.lit(TOTAL, dtype=pl.Categorical), scene.tree)


def breakdown(base: str, name: str, scene: Scene) -> pl.DataFrame:
    """Counts of a base by category, for years and for the whole time; those of ``ONLY_WHOLE`` for the latter only."""
    if (base, name) not in scene.breakdowns:
        scene.breakdowns[base, name] = _new_breakdown(base, name, scene)
    return scene.breakdowns[base, name]


def with_zeros(counts: pl.DataFrame, forms: Sequence[str], scene: Scene) -> pl.DataFrame:
    """A unit without deaths in a year that the sources cover has the figure 0, not a hole.

    So have months and half-years above the finest level.
    """
    if scene.observed.is_empty():
        return counts
    grid = pl.concat([_grid(form, scene) for form in forms])
    grid = grid.with_columns(pl.col("unit_code", "period").cast(pl.Categorical))
    empty = grid.join(counts, on=["unit_code", "period"], how="anti")
    zeros = empty.with_columns(
        pl.lit(TOTAL, dtype=pl.Categorical).alias("disaggregation"),
        pl.lit(TOTAL, dtype=pl.Categorical).alias("category"),
        pl.lit(0, dtype=pl.Int64).alias("count"),
        pl.lit(0, dtype=pl.Int64).alias("mask"),
    )
    return pl.concat([counts, zeros.select(counts.columns)])


def _looked_at(concept: str, place: str) -> list[str]:
    """The columns of the cases that the catalogue asks for; the others would only be carried along."""
    indicators = catalogue().values()
    parts = [indicator.part for indicator in indicators if indicator.part]
    named = [*(one.concept for one in indicators), *(part.concept for part in parts)]
    concepts = [concept, *(name for name in named if name)]
    fields = [name for indicator in indicators for name in indicator.where]
    fields += [part.field for part in parts if part.field]
    fields += [name for name in _breakdowns() if name in coded_fields()]
    times = ["occurred_on", "occurred_time", "occurred_precision", "died_on", "registered_on", "age_years"]
    always = ["sources", "status", "synthetic", f"{place}_unit", "intent", *concept_columns("undetermined"), *times]
    return list(dict.fromkeys([*always, *fields, *(f"figure_in_{name}" for name in ("qualified", *concepts))]))


def _breakdowns() -> list[str]:
    return list(dict.fromkeys(name for indicator in catalogue().values() for name in indicator.breakdowns))


def _new_breakdown(base: str, name: str, scene: Scene) -> pl.DataFrame:
    finest = scene.counted[base, name]
    whole = finest.with_columns(period=pl.lit("all", dtype=pl.Categorical))
    tree = scene.tree
    if name in HOURS and rules()["hours_need_level_above_finest"]:
        tree = tree.filter(pl.col("level") != scene.finest)
    parts = [whole] if name in ONLY_WHOLE else [finest, whole]
    return _summed(pl.concat(parts), name, pl.col("category"), tree)


def _summed(finest: pl.DataFrame, disaggregation: str, category: pl.Expr, tree: pl.DataFrame) -> pl.DataFrame:
    """Counts of the finest units added up the tree."""
    return (
        finest.lazy()
        .join(tree.lazy(), on="unit", how="inner")
        .group_by(pl.col("above").alias("unit_code"), "period", category.alias("category"))
        .agg(pl.col("count").sum(), pl.col("mask").bitwise_or())
        .with_columns(disaggregation=pl.lit(disaggregation, dtype=pl.Categorical))
        .select("unit_code", "period", "disaggregation", "category", "count", "mask")
        .collect()
    )


def unobserved(counts: pl.DataFrame, scene: Scene) -> pl.Expr:
    """Whether a figure is of a year that the sources cover only in part of its unit."""
    year = pl.col("year").cast(pl.String).cast(pl.Categorical)
    covered = scene.observed.select(pl.col("unit_code").cast(pl.Categorical), year)
    there = counts.select("unit_code", "period").unique()
    years = there.with_columns(year=pl.col("period").cast(pl.String).str.head(4).cast(pl.Categorical))
    partly = years.filter(pl.col("period") != "all").join(covered, on=["unit_code", "year"], how="anti")
    if partly.is_empty():
        return pl.lit(False)
    return pl.struct("unit_code", "period").is_in(partly.select(pl.struct("unit_code", "period")).to_series().implode())


def _grid(form: str, scene: Scene) -> pl.DataFrame:
    there = scene.observed
    if form in ("month", "half"):
        finest = scene.territory.units.filter(pl.col("level") == scene.finest)["code"]
        there = there.filter(~pl.col("unit_code").is_in(finest.implode()))
    tails = {"year": [""], "half": ["-H1", "-H2"], "month": [f"-{month:02}" for month in range(1, 13)]}.get(form)
    if tails is None:
        return there.select("unit_code").unique().with_columns(period=pl.lit("all"))
    begun = [
        {"year": year, "period": f"{year}{tail}"}
        for year in there["year"].unique().sort()
        for tail in tails
        if _begin(f"{year}{tail}") <= scene.as_of
    ]
    periods = pl.DataFrame(begun, schema={"year": pl.Int32, "period": pl.String})
    return there.join(periods, on="year").select("unit_code", "period")


def _begin(period: str) -> dt.date:
    tail = period[5:]
    month = 1 if tail in ("", "H1") else 7 if tail == "H2" else int(tail)
    return dt.date(int(period[:4]), month, 1)
