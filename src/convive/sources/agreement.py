"""Dates of one record that cannot all be true."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from convive.sources.values import CATEGORY


def agreeing_dates(records: pl.DataFrame, unused: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``records`` without the dates that contradict a firmer one, and ``unused`` with a line for each.

    The death is firmer than the event, the event firmer than registration, birth, and the end of its interval.
    """
    for name, wrong, code in _rules(set(records.columns)):
        told = records.filter(wrong).select(
            "row", column=pl.lit(name), value=f"{name}_raw", code=pl.lit(code), scope=pl.lit("value")
        )
        if told.is_empty():
            continue
        unused = pl.concat([unused, told.unique(maintain_order=True)])
        kind = pl.when(wrong).then(pl.lit("unmapped")).otherwise(pl.col(f"{name}_missing").cast(pl.String))
        records = records.with_columns(
            pl.when(wrong).then(None).otherwise(pl.col(name)).alias(name),
            kind.cast(CATEGORY).alias(f"{name}_missing"),
        )
    return records, unused


def _rules(there: set[str]) -> Iterator[tuple[str, pl.Expr, str]]:
    if {"occurred_on", "died_on"} <= there:
        yield "occurred_on", pl.col("occurred_on") > pl.col("died_on"), "event-after-death"
    if {"occurred_from", "occurred_to"} <= there:
        yield "occurred_to", pl.col("occurred_to") < pl.col("occurred_from"), "interval-reversed"
    if {"registered_on", "occurred_on"} <= there:
        yield "registered_on", pl.col("registered_on") < pl.col("occurred_on"), "registered-before-event"
    latest = [pl.col(name) for name in ("died_on", "occurred_on") if name in there]
    if "birth_on" in there and latest:
        yield "birth_on", pl.col("birth_on") > pl.coalesce(latest), "born-after-event"
