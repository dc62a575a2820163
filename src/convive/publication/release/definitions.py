"""What each published indicator means, from the catalogue."""

from __future__ import annotations

from typing import Any

import polars as pl

from convive.indicators import Indicator, catalogue
from convive.publication.release import allowed

TEXTS = ("label", "definition", "numerator", "denominator", "method", "caution")


def definitions(figures: pl.DataFrame) -> dict[str, Any]:
    """Definitions of the indicators that ``figures`` hold, by id, in the order of the catalogue."""
    used = set(figures["indicator"].unique().to_list())
    return {name: _entry(one) for name, one in catalogue().items() if name in used}


def _entry(one: Indicator) -> dict[str, Any]:
    texts = {name: _text(getattr(one, name).model_dump()) for name in TEXTS}
    about = {"id": one.id, "version": one.definition_version, "kind": one.kind, "unit": one.unit}
    return allowed.entry("definition", about | {"standard": one.standard} | texts)


def _text(texts: dict[str, str]) -> dict[str, str] | str:
    """One empty text instead of two: what has no denominator says nothing of it."""
    return texts if any(texts.values()) else ""
