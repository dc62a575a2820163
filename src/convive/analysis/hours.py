"""Hours of the week: when the risk is high, and how many events lie in hours that a rule would close.

An hour of the week is a number from 0 (Monday, midnight to one) to 167 (Sunday, 23 h to midnight), in local time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import p_value, share_limits, stream, uniform
from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.local_statistics import false_discovery
from convive.analysis.threads import Run, in_threads

WEEK = 168
THURSDAY = 3 * 24
"""The hour of the week at which 1970 began."""

NULL = "events fall on hours in proportion to their exposure"


@dataclass(frozen=True)
class Aoristic:
    """``weight`` (168,): how many events each hour of the week is given; they add up to ``events``. ``error`` (168,):
    how far the number of events in truth may lie from it, as a standard deviation, because their moments are not known
    (each anywhere in its window, independently); 0 where all are. ``without_begin``, ``without_end``,
    ``without_both``: events left out because an end of their window is missing; ``reversed``: because it ends before
    it begins."""

    weight: Floats
    error: Floats
    events: int
    without_begin: int
    without_end: int
    without_both: int
    reversed: int


@dataclass(frozen=True)
class RiskPeriod:
    """Consecutive hours from hour ``first`` to the end of hour ``last`` of the week, which may pass through its end.

    ``ratio``: the risk an hour inside over that outside, with its interval ``low``–``high`` as of a period named
    beforehand: a period that was looked for seems riskier than it is. ``p`` pays for having looked everywhere."""

    first: int
    last: int
    hours: int
    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    llr: float
    p: float


@dataclass(frozen=True)
class RiskPeriods:
    """``periods`` that share no hour with a stronger one; ``rate_low`` and ``rate_high`` (168,): the exact interval of
    each hour's count; ``p`` of each hour for itself with its false-discovery rate ``q``."""

    periods: tuple[RiskPeriod, ...]
    rate_low: Floats
    rate_high: Floats
    p: Floats
    q: Floats
    events: float
    simulations: int
    seed: int
    confidence: float
    null: str = NULL


@dataclass(frozen=True)
class Rule:
    """What a rule that closes some hours of the week would have covered: ``share`` of the events inside with its
    interval ``low``–``high``, ``hours`` closed a week and the ``ratio`` of the risk in them to that in the others, with
    its interval. It says nothing of what would have happened had the rule held: events may move to other hours."""

    inside: float
    events: float
    share: float
    low: float
    high: float
    hours: int
    ratio: float
    ratio_low: float
    ratio_high: float
    confidence: float


def hour_of_week(days: ArrayLike) -> NDArray[np.int64]:
    """The hour of the week of moments in days since 1970, local time; -1 where it is not known."""
    hours = np.asarray(days, dtype=np.float64) * 24
    known = np.isfinite(hours)
    whole = np.floor(np.where(known, hours, 0) + 1e-9).astype(np.int64)
    return np.where(known, (whole + THURSDAY) % WEEK, -1)


def aoristic(begins: ArrayLike, ends: ArrayLike) -> Aoristic:
    """Events known only to lie between ``begins`` and ``ends`` (n,; days since 1970, local time, NaN where not known),
    shared out evenly over the time between (Ratcliffe, International Journal of GIS 2000).

    An event whose window is a moment counts in its hour. Nothing is guessed for a missing end: those are counted apart.
    """
    first = np.atleast_1d(np.asarray(begins, dtype=np.float64))
    last = np.atleast_1d(np.asarray(ends, dtype=np.float64))
    require(first.shape == last.shape, what="ends", got=last.shape, wanted=str(first.shape))
    no_begin, no_end = ~np.isfinite(first), ~np.isfinite(last)
    with np.errstate(invalid="ignore"):
        backwards = ~no_begin & ~no_end & (last < first - 1e-9)
    usable = ~(no_begin | no_end | backwards)
    weight, variance = _spread_out((first[usable] * 24 + THURSDAY), (last[usable] * 24 + THURSDAY))
    return Aoristic(
        weight=weight,
        error=np.sqrt(variance),
        events=int(usable.sum()),
        without_begin=int((no_begin & ~no_end).sum()),
        without_end=int((no_end & ~no_begin).sum()),
        without_both=int((no_begin & no_end).sum()),
        reversed=int(backwards.sum()),
    )


def risk_periods(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    longest: int = 84,
    most: int = 5,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> RiskPeriods:
    """The runs of up to ``longest`` hours with more events than their exposure brings, at most ``most`` of them.

    ``counts`` (168,): events by hour of the week, whole or aoristic weights. ``exposure`` (168,): by what events would
    fall on hours without risk periods (people about), every hour alike by default. All runs are compared by their
    likelihood ratio, and the largest with the largest of simulated weeks (Kulldorff 1997, on a circle; Wallenstein,
    Weinberg & Gould 1989). Weights are simulated as as many whole events, and intervals are of whole events. Raises
    :class:`~convive.errors.AnalysisError`.
    """
    events, share = _checked(counts, exposure)
    require(1 <= longest < WEEK, what="longest", got=longest, wanted=f"1 … {WEEK - 1}")
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    whole = float(events.sum())
    largest = np.empty(simulations)
    in_threads(_simulated, simulations, np.cumsum(share), share, round(whole), longest, seed, largest)
    table = _runs(events, share, longest)
    periods: list[RiskPeriod] = []
    taken = np.zeros(WEEK, dtype=bool)
    for place in np.argsort(-table, axis=None, kind="stable"):
        first, length = divmod(int(place), longest)
        hours = (first + np.arange(length + 1)) % WEEK
        if table[first, length] <= 0 or len(periods) == most:
            break
        if taken[hours].any():
            continue
        taken[hours] = True
        inside, expected = float(events[hours].sum()), float(whole * share[hours].sum())
        ratio, low, high = _ratio(inside, whole, expected / whole, confidence)
        llr = float(table[first, length])
        told = p_value(llr - 1e-9, largest)
        periods.append(RiskPeriod(first, int(hours[-1]), length + 1, inside, expected, ratio, low, high, llr, told))
    tail = (1 - confidence) / 2
    rounded = np.round(events)
    low_counts = np.where(rounded > 0, stats.gamma.ppf(tail, np.maximum(rounded, 1)), 0.0)
    above = stats.binom.sf(rounded - 1, round(whole), share)
    p = np.minimum(1.0, 2 * np.minimum(above, stats.binom.cdf(rounded, round(whole), share)))
    return RiskPeriods(
        tuple(periods),
        low_counts,
        stats.gamma.ppf(1 - tail, rounded + 1),
        p,
        false_discovery(p),
        whole,
        simulations,
        seed,
        confidence,
    )


def closing_rule(counts: ArrayLike, closed: ArrayLike, *, confidence: float = 0.95) -> Rule:
    """What share of the events falls in the hours ``closed`` (168, true or false), with the exact binomial interval
    (Clopper & Pearson 1934)."""
    events, _ = _checked(counts, None)
    shut = np.asarray(closed, dtype=bool)
    hours = int(shut.sum())
    wanted = "some hours of 168, not all"
    require(shut.shape == (WEEK,) and 0 < hours < WEEK, what="closed", got=f"{hours} of {shut.size}", wanted=wanted)
    inside, whole = float(events[shut].sum()), float(events.sum())
    low, high = _binomial(inside, whole, confidence)
    ratio = _ratio(inside, whole, hours / WEEK, confidence)
    return Rule(inside, whole, inside / whole, low, high, hours, *ratio, confidence)


def _checked(counts: ArrayLike, exposure: ArrayLike | None) -> tuple[Floats, Floats]:
    events = checked_values(counts, WEEK, what="counts")
    require(bool(events.min() >= 0), what="counts", got=float(events.min()), wanted=">= 0")
    at_least(int(np.floor(events.sum() + 1e-9)), 5)
    measure = np.ones(WEEK) if exposure is None else checked_values(exposure, WEEK, what="exposure")
    require(bool(measure.min() > 0), what="exposure", got=float(measure.min()), wanted="> 0")
    return events, measure / measure.sum()


def _binomial(inside: float, whole: float, confidence: float) -> tuple[float, float]:
    return share_limits(round(inside), round(whole), confidence)


def _ratio(inside: float, whole: float, share: float, confidence: float) -> tuple[float, float, float]:
    """The risk inside over that outside, which is a matter of the share inside alone once the whole is given."""
    low, high = _binomial(inside, whole, confidence)

    def told(part: float) -> float:
        return float("inf") if part >= 1 else part / (1 - part) * (1 - share) / share

    return told(inside / whole), told(low), told(high)


@njit(cache=True)
def _spread_out(first: Floats, last: Floats) -> tuple[Floats, Floats]:
    """What each hour of the week is given by all events, and the variance of that."""
    weight, variance = np.zeros(WEEK), np.zeros(WEEK)
    for event in range(len(first)):
        own = np.zeros(WEEK)
        begin, end = first[event], last[event]
        length = end - begin
        if length <= 1e-9:
            own[int(np.floor(begin + 1e-9)) % WEEK] = 1.0
        else:
            weeks = np.floor(length / WEEK)
            own += weeks * 1.0 / length
            at, rest = begin, begin + (length - weeks * WEEK)
            while at < rest - 1e-12:
                until = min(np.floor(at + 1e-9) + 1.0, rest)
                own[int(np.floor(at + 1e-9)) % WEEK] += (until - at) / length
                at = until
        weight += own
        variance += own * (1.0 - own)
    return weight, np.maximum(variance, 0.0)


@njit(cache=True)
def _runs(events: Floats, share: Floats, longest: int) -> Floats:
    """The likelihood ratio of every run (first hour, length - 1); 0 where events are fewer than expected."""
    whole = events.sum()
    table = np.zeros((WEEK, longest))
    for first in range(WEEK):
        inside, part = 0.0, 0.0
        for length in range(longest):
            hour = (first + length) % WEEK
            inside += events[hour]
            part += share[hour]
            expected = whole * part
            if inside > expected:
                told = inside * np.log(inside / expected)
                if inside < whole:
                    told += (whole - inside) * np.log((whole - inside) / (whole - expected))
                table[first, length] = told
    return table


@njit(cache=True, nogil=True)
def _simulated(run: Run, until: Floats, share: Floats, events: int, longest: int, seed: int, largest: Floats) -> None:
    for number in range(run[0], run[1]):
        state = stream(seed, number)
        week = np.zeros(WEEK)
        for _ in range(events):
            hour = int(np.searchsorted(until, uniform(state), side="right"))
            week[min(hour, WEEK - 1)] += 1.0
        largest[number] = _runs(week, share, longest).max()
