"""Numbers that a source had already counted, as it published them."""

from __future__ import annotations

import polars as pl

from convive.errors import CatalogueError, Problem
from convive.indicators.catalogue import catalogue
from convive.indicators.counting import TOTAL
from convive.standard import figures_schema
from convive.territory import Territory

KEYS = ["unit_code", "indicator", "period"]


def published(aggregates: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    """Figures with status ``as_published``; counts that may be added are added up the tree and over their categories.

    Raises :class:`CatalogueError` for an aggregate whose indicator is not in the catalogue.
    """
    if aggregates.is_empty():
        return pl.DataFrame(schema=figures_schema())
    refuse_unknown(aggregates)
    sums = [name for name, indicator in catalogue().items() if indicator.sum]
    alone = aggregates.filter(~pl.col("indicator").is_in(sums)).with_columns(sources="source_id")
    sums_of = aggregates.filter(pl.col("indicator").is_in(sums))
    parts = sums_of.filter(pl.col("disaggregation") != TOTAL)
    total = pl.lit(TOTAL)
    whole = _added_up(_once(sums_of).with_columns(disaggregation=total, category=total), territory)
    added = pl.concat([_added_up(parts, territory), whole])
    version = {name: indicator.definition_version for name, indicator in catalogue().items()}
    told = ["disaggregation", "category", "value", "count", "sources", "synthetic"]
    return pl.concat(
        [alone.select(*KEYS, *told, "population"), added.select(*KEYS, *told)], how="diagonal"
    ).with_columns(
        status=pl.lit("as_published"),
        status_reason=pl.lit(""),
        definition_version=pl.col("indicator").replace_strict(version, return_dtype=pl.String),
        place=pl.lit(""),
    )


def _once(aggregates: pl.DataFrame) -> pl.DataFrame:
    """Of what a source tells of a unit and period, what makes its total: the one it gives, else one breakdown."""
    rank = pl.when(pl.col("disaggregation") == TOTAL).then(pl.lit("")).otherwise("disaggregation")
    return aggregates.filter(rank == rank.min().over("source_id", *KEYS))


def _added_up(aggregates: pl.DataFrame, territory: Territory) -> pl.DataFrame:
    tree = territory.ancestors.select(unit_code="code", above="ancestor")
    return (
        aggregates.join(tree, on="unit_code")
        .group_by(pl.col("above").alias("unit_code"), "indicator", "period", "disaggregation", "category")
        .agg(
            pl.col("value", "count").sum(),
            pl.col("source_id").unique().sort().str.join("+").alias("sources"),
            pl.col("synthetic").any(),
        )
    )


def refuse_unknown(aggregates: pl.DataFrame) -> None:
    """Raise :class:`CatalogueError` with the first row of each indicator that the catalogue does not have."""
    known = catalogue()
    unknown = aggregates.filter(~pl.col("indicator").is_in(list(known))).unique("indicator", maintain_order=True)
    there = ", ".join(name for name, indicator in known.items() if indicator.kind == "published")
    problems = [
        Problem(
            "unknown-indicator",
            f"{row['source_id']}/{row['file']}",
            row["row"],
            value=row["indicator"],
            values={"there": there},
        )
        for row in unknown.iter_rows(named=True)
    ]
    if problems:
        raise CatalogueError(problems)
