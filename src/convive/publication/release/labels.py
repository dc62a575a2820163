"""Names of the categories that the figures use, for whoever opens the data without Convive."""

from __future__ import annotations

from typing import Any

import polars as pl

from convive.standard import KINDS, Classification, classification, classifications, fields


def labels(figures: pl.DataFrame) -> dict[str, Any]:
    """By disaggregation: title, version, source and the label of each code in both languages, in the order of the
    list."""
    used = figures.filter(pl.col("disaggregation") != "total")["disaggregation"].unique().sort().to_list()
    lists = {name: _list_of(name) for name in used}
    return {name: _entry(found) for name, found in lists.items() if found is not None}


def _list_of(disaggregation: str) -> Classification | None:
    """The classification of the field of that name, or the one that has the name itself (age groups, weekdays)."""
    field = fields().get(disaggregation)
    name = field.classification if field is not None and field.classification else disaggregation
    return classification(name) if name in classifications() else None


def _entry(found: Classification) -> dict[str, Any]:
    codes = {code.code: {**code.labels, "verified": code.verified} for code in found.codes.values()}
    unknown = {kind.code: {**kind.label, "verified": True} for kind in KINDS.values()}
    return {
        "id": found.id,
        "version": found.version,
        "title": dict(found.title),
        "source": found.source,
        "note": dict(found.note),
        "codes": codes | unknown,
    }
