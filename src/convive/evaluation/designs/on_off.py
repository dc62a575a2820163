"""Measures that are on and off: bans on carrying firearms at weekends, paydays and holidays, as in Cali and Bogotá.

Hours with the ban are compared with hours without it in the same month, on the same weekday, at the same hour
(Villaveces et al., JAMA 2000;283:1205–1209), by Poisson regression conditional on the events of each such stratum: what
makes one month, weekday or hour worse than another drops out. Errors go by month, within which events may bring others.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Break, Floats

NAME = "on-off"

FEWEST_MONTHS = 12
FEWEST_EVENTS = 20
"""Events in strata that have both kinds of hours, on and off together."""


@dataclass(frozen=True)
class Strata:
    """By stratum of month, weekday and hour (strata,): events and hours while the measure was ``on`` and ``off``, and
    the ``month`` (0, 1, …) it lies in."""

    events_on: Floats
    events_off: Floats
    hours_on: Floats
    hours_off: Floats
    month: NDArray[np.int64]

    @property
    def telling(self) -> NDArray[np.bool_]:
        """Strata that say something: hours of both kinds and an event."""
        return (self.hours_on > 0) & (self.hours_off > 0) & (self.events_on + self.events_off > 0)


def on_off(
    times: ArrayLike,
    on: Sequence[tuple[dt.datetime, dt.datetime]],
    first: dt.date,
    last: dt.date,
    *,
    breaks: Iterable[Break] = (),
    confidence: float = 0.95,
) -> Effect:
    """The rate ratio of hours ``on`` (from, to; to not included) over like hours off, from the ``times`` of events
    (datetime64) from ``first`` to the day before ``last``.

    Months in which a break lies are left out and told. Raises :class:`~convive.errors.EvaluationError`: less than a
    year, spells outside the data or none, no month, weekday and hour with both kinds, too few events to speak of.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    strata, warnings = stratify(times, on, first, last, breaks=breaks)
    told = strata.telling
    n = int((strata.events_on + strata.events_off)[told].sum())
    if n < FEWEST_EVENTS or strata.events_on[told].sum() == 0 or strata.events_off[told].sum() == 0:
        values = {"n": n, "on": int(strata.events_on[told].sum()), "least": FEWEST_EVENTS}
        raise EvaluationError(Problem("evaluation-on-off-few", values=values))
    effect, error, months = conditional(strata)
    reach = error * float(stats.t.isf((1 - confidence) / 2, months - 1))
    ratio, low, high = (math.exp(effect + side) for side in (0.0, -reach, reach))
    observed = float(strata.events_on.sum())
    return Effect(
        NAME,
        "rate-ratio",
        ratio,
        low,
        high,
        2 * float(stats.t.sf(abs(effect) / error, months - 1)),
        "months",
        averted=Interval(observed * (1 / ratio - 1), observed * (1 / high - 1), observed * (1 / low - 1)),
        diagnostics=(Diagnostic("telling-events", float(n)), Diagnostic("months", float(months))),
        warnings=warnings,
        confidence=confidence,
        details={"observed": observed, "without": observed / ratio, "telling_events": float(n)},
    )


def stratify(
    times: ArrayLike,
    on: Sequence[tuple[dt.datetime, dt.datetime]],
    first: dt.date,
    last: dt.date,
    *,
    breaks: Iterable[Break] = (),
) -> tuple[Strata, tuple[Problem, ...]]:
    """Events and hours by month, weekday and hour; months with a break left out, and told."""
    days = (last - first).days
    months = (last.year - first.year) * 12 + last.month - first.month
    if months < FEWEST_MONTHS:
        values = {"months": months, "least": FEWEST_MONTHS}
        raise EvaluationError(Problem("evaluation-on-off-short", value=first.isoformat(), values=values))
    begin = np.datetime64(first, "h")
    active = np.zeros(days * 24, bool)
    for since, until in on:
        at, to = (int((np.datetime64(one, "h") - begin).astype(int)) for one in (since, until))
        if at < 0 or to > len(active) or to <= at:
            outside = {"first": first, "last": last}
            raise EvaluationError(Problem("evaluation-on-off-outside", value=since.isoformat(), values=outside))
        active[at:to] = True
    if not active.any() or active.all():
        raise EvaluationError(Problem("evaluation-on-off-none", values={"hours": int(active.sum())}))
    hour = begin + np.arange(len(active))
    month = hour.astype("datetime64[M]").astype(np.int64) - np.datetime64(first, "M").astype(np.int64)
    weekday = (hour.astype("datetime64[D]").astype(np.int64) + 3) % 7
    kept, warnings = np.ones(len(active), bool), []
    for one in breaks:
        broken = (one.on.year - first.year) * 12 + one.on.month - first.month
        if 0 <= broken <= int(month.max()) and one.on.day > 1:
            kept &= month != broken
            warnings.append(Problem("evaluation-on-off-break", value=one.on.isoformat(), values={"kind": one.kind}))
    place = np.asarray(times, dtype="datetime64[h]")
    hours_in = (place - begin).astype(np.int64)
    hours_in = hours_in[(hours_in >= 0) & (hours_in < len(active))]
    events = np.bincount(hours_in, minlength=len(active)).astype(np.float64)
    if events.sum() == 0:
        raise EvaluationError(Problem("evaluation-on-off-few", values={"n": 0, "on": 0, "least": FEWEST_EVENTS}))
    key = (month * 7 + weekday) * 24 + np.arange(len(active)) % 24
    strata = int(key.max()) + 1

    def summed(values: Floats, which: NDArray[np.bool_]) -> Floats:
        return np.bincount(key, weights=values * (which & kept), minlength=strata).astype(np.float64)

    hours = np.ones(len(active))
    found = Strata(
        summed(events, active),
        summed(events, ~active),
        summed(hours, active),
        summed(hours, ~active),
        np.arange(strata) // (7 * 24),
    )
    if not ((found.hours_on > 0) & (found.hours_off > 0)).any():
        raise EvaluationError(Problem("evaluation-on-off-no-like-hours"))
    return found, tuple(warnings)


def conditional(strata: Strata) -> tuple[float, float, int]:
    """The log rate ratio by maximum likelihood conditional on each stratum's events (Breslow & Day 1987, §4.5), its
    error clustered by month with M/(M − 1), and the number of months M that say something."""
    told = strata.telling
    on, n = strata.events_on[told], (strata.events_on + strata.events_off)[told]
    odds = strata.hours_on[told] / strata.hours_off[told]
    effect = 0.0
    for _ in range(100):
        share = odds * math.exp(effect) / (1 + odds * math.exp(effect))
        information = float((n * share * (1 - share)).sum())
        move = float((on - n * share).sum()) / information
        effect += min(max(move, -1.0), 1.0)
        if abs(move) < 1e-10:
            break
    share = odds * math.exp(effect) / (1 + odds * math.exp(effect))
    information = float((n * share * (1 - share)).sum())
    by_month = np.bincount(strata.month[told], weights=on - n * share)
    months = len(np.unique(strata.month[told]))
    error = math.sqrt(months / (months - 1) * float(by_month @ by_month)) / information
    return effect, error, months
