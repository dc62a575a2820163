"""Values of cases that people corrected, and cases that they annulled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl

from convive.register.ledger import Applied
from convive.register.ranking import Integers
from convive.standard import fields

SOURCE = "decision"
"""What ``F_source`` says of a value that people decided."""

_READERS: dict[str, Callable[[str], object]] = {
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "integer": int,
    "number": float,
}


def corrected(cases: pl.DataFrame, case: Integers, decided: Applied) -> pl.DataFrame:
    """``cases`` (row = case number) with what was ``decided`` of their records; ``case`` numbers each record's case.

    Of several corrections of one value the last holds.
    """
    by_field: dict[str, dict[int, str]] = {}
    for at, name, value in decided.values:
        by_field.setdefault(name, {})[int(case[at])] = value
    for name, values in by_field.items():
        cases = cases.with_columns(_columns(cases, name, values))
    touched = {int(case[at]) for at, _, _ in decided.values}
    annulled = {int(case[at]) for at in decided.annulled}
    if not touched | annulled:
        return cases
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    status = (
        pl.when(row.is_in(sorted(annulled)))
        .then(pl.lit("annulled"))
        .when(row.is_in(sorted(touched)))
        .then(pl.lit("revised"))
        .otherwise(pl.col("status").cast(pl.String))
    )
    return cases.with_columns(status.cast(pl.Categorical).alias("status"))


def _columns(cases: pl.DataFrame, name: str, values: dict[int, str]) -> list[pl.Series]:
    """The field with its new values, where they come from, and for measured fields that nothing is missing any more."""
    field = fields()[name]
    read = _READERS.get(field.kind, str)
    said: dict[str, dict[int, Any]] = {
        name: {at: read(value) for at, value in values.items()},
        f"{name}_source": dict.fromkeys(values, SOURCE),
    }
    if field.measured:
        said[f"{name}_missing"] = dict.fromkeys(values)
    return [_set(cases[column], told) for column, told in said.items()]


def _set(column: pl.Series, values: dict[int, Any]) -> pl.Series:
    plain = column.cast(pl.String) if column.dtype == pl.Categorical else column
    new = pl.DataFrame({"at": list(values), "new": list(values.values())}, schema={"at": pl.Int64, "new": plain.dtype})
    beside = (
        plain.alias("old")
        .to_frame()
        .with_row_index("at")
        .cast({"at": pl.Int64})
        .join(new.with_columns(hit=True), on="at", how="left", maintain_order="left")
    )
    made = beside.select(pl.when("hit").then("new").otherwise("old").alias(column.name)).to_series()
    return made.cast(column.dtype)
