"""How good the data are, in counts over all cases: what is missing and where sources disagree."""

from __future__ import annotations

from typing import Any

import polars as pl

from convive.publication.release import allowed
from convive.standard import MISSING_KINDS, Field, fields


def quality(cases: pl.DataFrame, *, minimum_cell: int) -> dict[str, Any]:
    """``cases`` and for each field that may be told of: how often it is missing and on how many cases sources disagree.

    Cases that people annulled are not looked at. Counts from 1 to ``minimum_cell`` - 1, and those that leave so few
    cases with a value, are null.
    """
    cases = cases.filter(pl.col("status").ne_missing("annulled"))
    told = [field for field in fields().values() if field.disclosure != "secret" and field.name in _fused(cases)]
    rows = cases.select(_counts(field, cases) for field in told).row(0) if told else ()
    entries = [_entry(field, counts, cases.height, minimum_cell) for field, counts in zip(told, rows, strict=True)]
    return allowed.entry("quality", {"cases": cases.height, "fields": entries})


def _fused(cases: pl.DataFrame) -> set[str]:
    return {column.removesuffix("_disagree") for column in cases.columns if column.endswith("_disagree")}


def _counts(field: Field, cases: pl.DataFrame) -> pl.Expr:
    return pl.struct(
        _missing(field, cases).sum().alias("missing"),
        pl.col(f"{field.name}_disagree").fill_null(False).sum().alias("disagreements"),
    ).alias(field.name)


def _missing(field: Field, cases: pl.DataFrame) -> pl.Expr:
    """True where the value should exist and does not; what does not apply is not missing."""
    if field.kind == "place":
        return pl.col(f"{field.name}_unit").is_null()
    if field.measured:
        return pl.col(field.name).is_null() & (pl.col(f"{field.name}_missing") != "not_applicable").fill_null(True)
    del cases
    return pl.col(field.name).cast(pl.String).is_in(MISSING_KINDS).fill_null(True)


def _entry(field: Field, counts: dict[str, int], cases: int, minimum_cell: int) -> dict[str, Any]:
    missing = protected(counts["missing"], cases, minimum_cell)
    return allowed.entry(
        "quality_field",
        {
            "field": field.name,
            "label": dict(field.label),
            "required": field.required,
            "missing": missing,
            "missing_share": None if missing is None or not cases else round(missing / cases, 4),
            "disagreements": protected(counts["disagreements"], cases, minimum_cell),
        },
    )


def protected(count: int, cases: int, minimum_cell: int) -> int | None:
    """``count`` of ``cases``; None where it, or what it leaves, is one or a few people."""
    return None if 0 < count < minimum_cell or 0 < cases - count < minimum_cell else count
