"""Values of cases that people corrected, and cases that they annulled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from convive.errors import Problem
from convive.register.ledger import Applied, OfCase
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


FOLLOW = {"intent": ("iccs_code", "penal_type", "police_class")}
"""Codes in which a source said the same as the field: once people decide it, they count no more, unless decided too."""
UNSAID = "not_recorded"


def corrected(cases: pl.DataFrame, case: Integers, decided: Applied) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """``cases`` (row = case number) with what was ``decided`` of their records; ``case`` numbers each record's case.

    Of several corrections of one value the last holds. The problems tell of cases that hold two different values
    decided, and of annulled ones that have since taken in records on which nobody decided.
    """
    by_field: dict[str, dict[int, str]] = {}
    problems: list[Problem] = []
    for one in decided.values:
        values = by_field.setdefault(one.field, {})
        for at in _cases(one, case):
            if values.get(at, one.value) != one.value:
                problems.append(_problem("case-decided-twice", one, value=one.value, other=values[at]))
            values[at] = one.value
    for name, codes in FOLLOW.items():
        for code in codes:
            told = by_field.get(code, {})
            unsaid = {at: UNSAID for at in by_field.get(name, {}) if at not in told}
            if unsaid:
                by_field[code] = told | unsaid
    for name, values in by_field.items():
        cases = cases.with_columns(_columns(cases, name, values))
    touched = {at for one in decided.values for at in _cases(one, case)}
    annulled = {at for one in decided.annulled for at in _cases(one, case)}
    for one in decided.annulled:
        held = int(np.isin(case, _cases(one, case)).sum())
        if len(one.line.decision.records) > 1 and held > len(one.at):
            problems.append(_problem("case-annulled-grew", one, n=held - len(one.at)))
    if not touched | annulled:
        return cases, ()
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    status = (
        pl.when(row.is_in(sorted(annulled)))
        .then(pl.lit("annulled"))
        .when(row.is_in(sorted(touched)))
        .then(pl.lit("revised"))
        .otherwise(pl.col("status").cast(pl.String))
    )
    return cases.with_columns(status.cast(pl.Categorical).alias("status")), tuple(problems)


def _cases(one: OfCase, case: Integers) -> list[int]:
    return sorted({int(case[at]) for at in one.at})


def _problem(code: str, one: OfCase, **values: object) -> Problem:
    return Problem(code, file=one.line.file, row=one.line.number, column=one.field, values=values)


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
