"""Placebo in time: the same design with starts at which nothing began, on the periods before the true one alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from scipy import stats

from convive.errors import EvaluationError
from convive.evaluation.limits import limits
from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel, Series

Data = TypeVar("Data", Series, Panel)

ALPHA = 0.05


def placebo_in_time(
    design: Callable[[Data, dt.date], Effect], data: Data, start: dt.date
) -> tuple[tuple[Placebo, ...], Diagnostic | None]:
    """Effects of ``design`` at made-up starts before ``start``, each with its own stretch of periods after, and whether
    they stand out more often than one in twenty allows. None where the past is too short for any.

    Bertrand, Duflo & Mullainathan, Quarterly Journal of Economics 2004.
    """
    last = sum(end <= start for end in data.ends)
    least = limits()
    first, stretch = least.before[data.period], max(least.after[data.period], 1)
    found: list[Placebo] = []
    for at in range(first, last - stretch + 1, stretch * 2):
        fake = data.starts[at]
        try:
            effect = design(data.within(0, min(at + stretch * 2, last)), fake)
        except EvaluationError:
            continue
        found.append(Placebo("time", fake.isoformat(), effect.estimate, effect.low, effect.high, effect.p))
    if not found:
        return (), None
    alarms = sum(one.p is not None and one.p < ALPHA for one in found)
    p = float(stats.binom.sf(alarms - 1, len(found), ALPHA))
    return tuple(found), Diagnostic("placebo-time", float(alarms), p=p, held=p >= ALPHA, bears=True)
