"""The answer clock of open reports, as it is published: bodies and categories by their names, no report alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convive.publication.release.allowed import entry
from convive.voice.reports.catalogue import Catalogue
from convive.voice.reports.clock import ALL, MILESTONES, OTHERS, Clock, Median, Row

Names = Mapping[str, Mapping[str, str]]


def clock(told: Clock, catalogue: Catalogue) -> dict[str, Any]:
    """The content of ``data/answer_clock.json``: rows with the worst delays first, then that of all reports.

    A row without a category stands for the other categories of its body; one without a body for all reports.
    """
    bodies = {code: dict(one.name) for code, one in catalogue.bodies.items()}
    categories = {code: dict(one.name) for code, one in catalogue.categories.items()}
    return entry(
        "answer_clock",
        {
            "on": told.as_of.isoformat(),
            "minimum": told.minimum,
            "within_days": told.within_days,
            "rows": [_row(one, bodies, categories) for one in told.rows],
            "all": _row(told.all, bodies, categories) if told.all else None,
        },
    )


def _row(one: Row, bodies: Names, categories: Names) -> dict[str, Any]:
    share, low, high = one.in_time
    return entry(
        "answer_clock_row",
        {
            "body": None if one.body == ALL else _named(one.body, bodies),
            "category": None if one.category in (ALL, OTHERS) else _named(one.category, categories),
            "reports": one.outcome.received,
            "closed": one.outcome.closed,
            "solved": one.outcome.solved,
            "not_solved": one.outcome.not_solved,
            "in_time": {"share": share, "low": low, "high": high},
            "longest_open": one.longest_open,
            "until": {name: _median(getattr(one, name)) for name in MILESTONES},
        },
    )


def _named(code: str, names: Names) -> Mapping[str, str]:
    """The names of ``code``; itself where the catalogue has it no longer."""
    return names.get(code, {"es": code, "en": code})


def _median(one: Median) -> dict[str, Any]:
    return entry("answer_clock_median", {"days": one.days, "low": one.low, "high": one.high, "came": one.came})
