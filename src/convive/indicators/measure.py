"""All figures of an observatory, from its cases, its aggregates and its territory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from convive.engine import Engine, LocalEngine
from convive.indicators.catalogue import Indicator, catalogue
from convive.indicators.counting import SYNTHETIC, TOTAL, Scene, breakdown, prepare, totals, unobserved, with_zeros
from convive.indicators.deaths import period_end
from convive.indicators.intervals import binomial_interval, median_rank, poisson_interval
from convive.indicators.observed import COVERS_SCHEMA
from convive.indicators.published import published
from convive.indicators.rules import rules
from convive.indicators.tally import DELAY, part_of
from convive.standard import figures_schema
from convive.territory import Territory, beyond_breaks

KEYS = ("unit_code", "period", "disaggregation", "category")
PER = 100_000


def measure(
    cases: pl.DataFrame,
    aggregates: pl.DataFrame,
    territory: Territory,
    *,
    concept: str,
    as_of: dt.date,
    place: str = "occurrence",
    covers: pl.DataFrame | None = None,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Every figure of the catalogue that the cases and aggregates can bear, in the figures schema, sorted.

    ``place`` says by which place deaths are counted; ``covers`` what sources declare to look at
    (:data:`~convive.indicators.observed.COVERS_SCHEMA`), without which zeros are taken from their records. Cases
    without a unit there are in no figure: :func:`unlocated` counts them. ``engine``: where deaths are counted. Raises
    :class:`~convive.errors.CatalogueError` for an aggregate whose indicator is not in the catalogue.
    """
    declared = pl.DataFrame(schema=COVERS_SCHEMA) if covers is None else covers
    scene = prepare(
        cases, territory, declared, concept=concept, place=place, as_of=as_of, engine=engine or LocalEngine()
    )
    parts = [_finished(part, indicator, scene) for indicator, part in _measured(scene)]
    return _whole([*parts, published(aggregates, territory)], territory)


def unlocated(cases: pl.DataFrame, *, concept: str, place: str) -> int:
    """Homicides that no figure holds because their unit at ``place`` is not known."""
    return int(cases.select((pl.col(f"figure_in_{concept}") & pl.col(f"{place}_unit").is_null()).sum()).item())


def _measured(scene: Scene) -> Iterator[tuple[Indicator, pl.DataFrame]]:
    for indicator in catalogue().values():
        if indicator.kind == "published":
            continue
        match indicator.kind:
            case "count":
                yield indicator, _counts(indicator, scene)
            case "rate":
                yield indicator, _rates(indicator, scene)
            case "share":
                yield indicator, _shares(indicator, scene)
            case "breakdown_share":
                yield indicator, _breakdown_shares(indicator, scene)
            case _:
                yield indicator, _medians(indicator, scene)


def _counts(indicator: Indicator, scene: Scene) -> pl.DataFrame:
    whole = totals(indicator.id, indicator.periods, scene)
    if indicator.zeros:
        whole = with_zeros(whole, indicator.periods, scene)
    table = pl.concat([whole, *(breakdown(indicator.base, name, scene) for name in indicator.breakdowns)])
    low, high = poisson_interval(table["count"].to_numpy(), confidence=rules()["confidence"])
    partly = unobserved(table, scene)
    return table.with_columns(value=pl.col("count").cast(pl.Float64), low=low, high=high, is_partial=partly)


def _rates(indicator: Indicator, scene: Scene) -> pl.DataFrame:
    """Only whole years that the sources cover, and only where unit and year have a population; a year beyond a break
    says so."""
    known = scene.territory.population.filter(pl.col("year") <= _last_whole_year(scene.as_of))
    population = beyond_breaks(known, scene.territory.breaks).select(
        pl.col("unit_code").cast(pl.Categorical),
        pl.col("year").cast(pl.String).cast(pl.Categorical).alias("period"),
        "year",
        "population",
        "is_beyond_break",
    )
    covered = scene.observed.select(pl.col("unit_code").cast(pl.Categorical), "year")
    table = (
        with_zeros(totals(indicator.id, ("year",), scene), ("year",), scene)
        .join(population, on=["unit_code", "period"], how="inner")
        .join(covered, on=["unit_code", "year"], how="semi")
    )
    low, high = poisson_interval(table["count"].to_numpy(), confidence=rules()["confidence"])
    per = PER / pl.col("population")
    exact = table.with_columns(value=pl.col("count") * per, low=low, high=high)
    return exact.with_columns(pl.col("low", "high") * per).drop("year")


def _shares(indicator: Indicator, scene: Scene) -> pl.DataFrame:
    assert indicator.part is not None
    whole = totals(indicator.id, indicator.periods, scene)
    part = totals(part_of(indicator.id), indicator.periods, scene).select(*KEYS, part="count")
    table = whole.rename({"count": "denominator"}).join(part, on=KEYS, how="left")
    return _as_share(table.with_columns(count=pl.col("part").fill_null(0)).drop("part"))


def _breakdown_shares(indicator: Indicator, scene: Scene) -> pl.DataFrame:
    """Above the finest level, where a share can mean something."""
    coarse = scene.tree.filter(pl.col("level") != scene.finest).select(unit_code="above").unique()
    made = [breakdown(indicator.base, name, scene) for name in indicator.breakdowns]
    table = pl.concat([one.join(coarse, on="unit_code", how="semi") for one in made])
    whole = pl.col("count").sum().over("unit_code", "period", "disaggregation").alias("denominator")
    return _as_share(table.with_columns(whole))


def _as_share(table: pl.DataFrame) -> pl.DataFrame:
    part, whole = table["count"].to_numpy(), table["denominator"].to_numpy()
    low, high = binomial_interval(part, whole, confidence=rules()["confidence"])
    return table.with_columns(value=pl.col("count") / pl.col("denominator"), low=low, high=high)


def _medians(indicator: Indicator, scene: Scene) -> pl.DataFrame:
    finest = scene.counted[indicator.id, DELAY]
    coarse = scene.tree.filter(pl.col("level") != scene.finest)
    above = finest.join(coarse, on="unit", how="inner")
    periods = {"year": pl.col("period"), "all": pl.lit("all", dtype=pl.Categorical).alias("period")}
    tables = [
        above.group_by(pl.col("above").alias("unit_code"), periods[form]).agg(
            pl.col(DELAY).repeat_by("count").explode().sort(), pl.col("count").sum(), pl.col("mask").bitwise_or()
        )
        for form in indicator.periods
    ]
    table = pl.concat(tables)
    rank = pl.lit(pl.Series(median_rank(table["count"].to_numpy(), confidence=rules()["confidence"])))
    total = pl.lit(TOTAL, dtype=pl.Categorical)
    return table.with_columns(
        value=pl.col("days").list.median(),
        low=pl.col("days").list.get(rank).cast(pl.Float64),
        high=pl.col("days").list.get(pl.col("count") - 1 - rank).cast(pl.Float64),
        disaggregation=total,
        category=total,
        denominator=pl.col("count"),
    ).drop("days")


def _finished(table: pl.DataFrame, indicator: Indicator, scene: Scene) -> pl.DataFrame:
    """Status, sources, place and definition of each figure."""
    sources = {mask: _source_names(mask, scene) for mask in table["mask"].unique().to_list()}
    recent = [period for period in table["period"].cast(pl.String).unique() if _is_provisional(period, scene.as_of)]
    why = {"is_partial": "indicators.partly_observed", "is_beyond_break": "indicators.beyond_break"}
    reasons = [pl.when(name).then(pl.lit(told)) for name, told in why.items() if name in table.columns]
    reason = pl.coalesce(*reasons, pl.lit("")) if reasons else pl.lit("")
    status = (
        pl.when(reason != "")
        .then(pl.lit("not_comparable"))
        .when(pl.col("period").is_in(recent))
        .then(pl.lit("provisional"))
    )
    return table.with_columns(
        indicator=pl.lit(indicator.id),
        sources=pl.col("mask").replace_strict(sources, return_dtype=pl.String),
        synthetic=(pl.col("mask") & SYNTHETIC) != 0,
        status=status.otherwise(pl.lit("final")),
        status_reason=reason,
        definition_version=pl.lit(indicator.definition_version),
        place=pl.lit(scene.place),
    )


def _source_names(mask: int, scene: Scene) -> str:
    return "+".join(name for bit, name in scene.sources.items() if mask & bit)


def _is_provisional(period: str, as_of: dt.date) -> bool:
    """Late records still come in: the year of the cut-off, what ended shortly before it, and the whole time."""
    if period == "all":
        return True
    end = period_end(period)
    months = (as_of.year - end.year) * 12 + as_of.month - end.month
    return months < int(rules()["provisional_months"])


def _last_whole_year(as_of: dt.date) -> int:
    return as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1


def _whole(parts: list[pl.DataFrame], territory: Territory) -> pl.DataFrame:
    """All parts with the columns of the figures schema, sorted; sorting compares the places of few distinct words."""
    units = territory.units.unique("code", maintain_order=True)
    names = units.select(pl.col("code").cast(pl.Categorical).alias("unit_code"), unit_name="name", unit_level="level")
    words = dict.fromkeys(("indicator", *KEYS), pl.Categorical)
    schema = {name: words.get(name, dtype) for name, dtype in figures_schema().items() if name not in names.columns[1:]}
    whole = pl.concat([_aligned(part, schema) for part in parts]).join(names, on="unit_code", how="left")
    order = whole.select(
        pl.col(name).cast(pl.Enum(whole[name].cast(pl.String).unique().sort())).to_physical() for name in words
    ).select(pl.arg_sort_by(*words))
    return whole[order.to_series()].select(pl.col(name).cast(dtype) for name, dtype in figures_schema().items())


def _aligned(part: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in part.columns]
    return part.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
