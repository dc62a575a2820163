"""What is counted of the cases: every question of the catalogue, answered part by part and added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from convive.engine import Engine
from convive.indicators.catalogue import catalogue
from convive.indicators.deaths import base_expression, in_indicator, in_part

Question = tuple[str, str]
"""An indicator (or a :func:`part_of` it) and a form of period; an indicator and ``DELAY``; a base and a breakdown."""

DELAY = "days"

Asked = Mapping[Question, tuple[pl.Expr, list[pl.Expr]]]
"""Of each question which cases it looks at, and by what they are counted."""


def part_of(indicator: str) -> str:
    """The name under which the numerator of a share is counted."""
    return f"{indicator}/part"


def questions(concept: str) -> Asked:
    """All questions that the catalogue asks of cases with the columns of a
    :class:`~convive.indicators.counting.Scene`."""
    unit, year = pl.col("unit"), pl.col("in_year").alias("period")
    asked: dict[Question, tuple[pl.Expr, list[pl.Expr]]] = {}
    for indicator in catalogue().values():
        if indicator.kind == "published":
            continue
        which = in_indicator(indicator, concept)
        forms = ("year",) if indicator.kind == "rate" else indicator.periods
        if indicator.kind in ("count", "rate", "share"):
            for form in forms:
                by = [unit, pl.col(f"in_{form}").alias("period")]
                asked[indicator.id, form] = which, by
                if indicator.part:
                    asked[part_of(indicator.id), form] = which & in_part(indicator.part), by
        if indicator.kind in ("count", "breakdown_share"):
            for name in indicator.breakdowns:
                category = pl.col(f"by_{name}").alias("category")
                asked[indicator.base, name] = base_expression(indicator.base, concept), [unit, year, category]
        if indicator.kind == "median":
            days = (pl.col("registered_on") - pl.coalesce("occurred_on", "died_on")).dt.total_days().alias(DELAY)
            asked[indicator.id, DELAY] = which & days.is_not_null(), [unit, year, days]
    return asked


def answered(cases: pl.DataFrame, asked: Asked, engine: Engine) -> dict[Question, pl.DataFrame]:
    """The answer to each question: its keys, count (deaths) and mask (what their masks have in common, by OR)."""
    parts = engine.parts(partial(_tallied, asked=asked), cases)
    keys = {question: [one.meta.output_name() for one in by] for question, (_, by) in asked.items()}
    return {question: _added([part[place] for part in parts], keys[question]) for place, question in enumerate(asked)}


def _tallied(cases: pl.DataFrame, asked: Asked) -> list[pl.DataFrame]:
    counts = [pl.len().cast(pl.Int64).alias("count"), pl.col("mask").bitwise_or()]
    return pl.collect_all([cases.lazy().filter(which).group_by(by).agg(counts) for which, by in asked.values()])


def _added(parts: Sequence[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    if len(parts) == 1:
        return parts[0]
    return pl.concat(parts).group_by(keys).agg(pl.col("count").sum(), pl.col("mask").bitwise_or())
