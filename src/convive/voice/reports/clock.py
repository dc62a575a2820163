"""The answer clock: how long each body takes to answer, act and solve, by category; the worst delays first.

Figures of fewer than ``minimum`` reports are not told: they stand together in a last row of their body or, where that
is small as well, in the row of all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convive.voice.reports.shares import Outcome
from convive.voice.reports.states import Standing, State
from convive.voice.reports.survival import waiting

ALL = ""
"""Stands for every body, or every category."""
OTHERS = "*"
"""Stands for the categories of a body that have too few reports to stand alone."""
MILESTONES = ("answered", "acted", "solved")


@dataclass(frozen=True)
class Case:
    """One report as the clock sees it. ``ever_closed``: a body closed it once, though it may be open again."""

    body: str
    category: str
    standing: Standing
    ever_closed: bool = False


@dataclass(frozen=True)
class Median:
    """Days until half had it, with its interval of 95 %; None: not even half have it, or no end can be told."""

    days: float | None
    low: float | None
    high: float | None
    came: int


@dataclass(frozen=True)
class Row:
    """What is told of one body and category. ``in_time``: share answered within the days of the rules, with interval;
    ``longest_open``: days that the oldest report without an answer has waited, None where all have one."""

    body: str
    category: str
    outcome: Outcome
    answered: Median
    acted: Median
    solved: Median
    in_time: tuple[float, float, float]
    longest_open: float | None


@dataclass(frozen=True)
class Clock:
    """The clock at ``as_of``: rows with the worst delays first, and one of ``all`` reports; None where there are too
    few of all."""

    as_of: dt.date
    minimum: int
    within_days: int
    rows: tuple[Row, ...]
    all: Row | None


def answer_clock(cases: Iterable[Case], *, at: dt.datetime, minimum: int, within_days: int) -> Clock:
    """The clock of ``cases`` at the moment ``at``."""
    known = list(cases)
    rows = [_row(body, category, chosen, at, within_days) for body, category, chosen in _groups(known, minimum)]
    rows.sort(key=_worst_first)
    whole = _row(ALL, ALL, known, at, within_days) if len(known) >= minimum else None
    return Clock(at.date(), minimum, within_days, tuple(rows), whole)


def _groups(cases: Sequence[Case], minimum: int) -> list[tuple[str, str, list[Case]]]:
    """Body and category of at least ``minimum`` reports; the rest of each body together, where it is enough."""
    told: list[tuple[str, str, list[Case]]] = []
    for body in sorted({one.body for one in cases}):
        of_body = [one for one in cases if one.body == body]
        rest: list[Case] = []
        for category in sorted({one.category for one in of_body}):
            chosen = [one for one in of_body if one.category == category]
            if len(chosen) >= minimum:
                told.append((body, category, chosen))
            else:
                rest += chosen
        if len(rest) >= minimum:
            told.append((body, OTHERS, rest))
    return told


def _row(body: str, category: str, cases: Sequence[Case], at: dt.datetime, within_days: int) -> Row:
    medians = {name: _median(cases, name, at) for name in MILESTONES}
    days, came = _waits(cases, "answered", at)
    curve = waiting(days, came)
    low, high = curve.share_interval(within_days)
    unanswered = [wait for wait, ended in zip(days, came, strict=True) if not ended]
    return Row(
        body=body,
        category=category,
        outcome=_outcome(cases),
        **medians,
        in_time=(curve.share_by(within_days), low, high),
        longest_open=max(unanswered, default=None),
    )


def _median(cases: Sequence[Case], milestone: str, at: dt.datetime) -> Median:
    curve = waiting(*_waits(cases, milestone, at))
    low, high = curve.median_interval()
    return Median(curve.median(), low, high, curve.came)


def _waits(cases: Sequence[Case], milestone: str, at: dt.datetime) -> tuple[list[float], list[bool]]:
    """Days that each waited for ``milestone``, and whether it came by ``at``."""
    days, came = [], []
    for one in cases:
        reached: dt.datetime | None = getattr(one.standing, milestone)
        ended = reached is not None and reached <= at
        until = reached if reached is not None and ended else at
        days.append(max(0.0, (until - one.standing.received) / dt.timedelta(days=1)))
        came.append(ended)
    return days, came


def _outcome(cases: Sequence[Case]) -> Outcome:
    states = [one.standing.state for one in cases]
    return Outcome(
        received=len(cases),
        answered=sum(one.standing.answered is not None for one in cases),
        acted=sum(one.standing.acted is not None for one in cases),
        closed=sum(one.ever_closed or one.standing.closed is not None for one in cases),
        solved=states.count(State.SOLVED),
        not_solved=states.count(State.NOT_SOLVED),
    )


def _worst_first(row: Row) -> tuple[float, float, float, str, str]:
    """Who has not answered half of its reports comes before all others, then the longer median; between equals, the
    smaller share answered in time, then the longest wait."""
    median = float("inf") if row.answered.days is None else row.answered.days
    return -median, row.in_time[0], -(row.longest_open or 0.0), row.body, row.category
