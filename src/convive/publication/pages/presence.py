"""Which pages have something to show. A page without content keeps its address and says why it is empty, but neither
the menu nor the front page leads there."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from convive.publication.charts.catalogue import BREAKDOWNS
from convive.publication.pages import addresses
from convive.publication.reading import Reader


def shown(reader: Reader) -> tuple[str, ...]:
    """The pages that have content, in the order of the menu."""
    return tuple(name for name in addresses.NAMES if name not in _CONTENT or _CONTENT[name](reader))


def has_victims(reader: Reader) -> bool:
    described = any(name in reader.charts for name in BREAKDOWNS if name.startswith("victims-"))
    return reader.full_year() is not None and described


def has_map(reader: Reader) -> bool:
    counted = reader.rows("homicides", period=reader.full_year() or "")
    return not counted.filter(pl.col("unit_code").is_in(reader.below()["code"].to_list())).is_empty()


def has_moved(reader: Reader) -> bool:
    told = reader.edition.patterns.get("moved", {})
    return any(told.get(name) for name in ("similarity", "spread", "operations"))


def has_ahead(reader: Reader) -> bool:
    told = reader.edition.patterns.get("ahead", {})
    return any(told.get(name) for name in ("forecast", "why"))


_CONTENT: dict[str, Callable[[Reader], bool]] = {
    "victims": has_victims,
    "trend": lambda reader: bool(reader.full_years()),
    "hours": lambda reader: "hours-week" in reader.charts,
    "map": has_map,
    "alerts": lambda reader: bool(reader.edition.patterns.get("alarms", {}).get("enough")),
    "moved": has_moved,
    "evaluations": lambda reader: bool(reader.edition.evaluations or reader.edition.plan),
    "ahead": has_ahead,
    "reasons": lambda reader: "reasons-motive" in reader.charts,
    "choose": lambda reader: bool(reader.edition.choice),
    "act": lambda reader: bool(reader.edition.plan),
    "answer": lambda reader: bool(reader.edition.committee),
    "quality": lambda reader: bool(reader.edition.scorecard.get("sources")),
    "audit": lambda reader: bool(reader.edition.audit),
}
"""Whether a page has content; a page that is not named here always has."""
