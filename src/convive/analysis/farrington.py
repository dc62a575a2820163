"""Farrington's alarm, in its flexible form: is this week's count more than the same weeks of past years foretell?

The method of England's public-health laboratories (Farrington et al., JRSS A 1996; Noufaily et al., Statistics in
Medicine 2013). A log-linear quasi-Poisson regression on the past: a level for each season of the year, a trend, weeks
of past outbreaks weighed down, the last half year left out so that an outbreak that has begun does not hide itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import stream
from convive.analysis.checks import Floats, at_least, require
from convive.analysis.farrington_regression import fitted, reference
from convive.analysis.threads import Run, in_threads
from convive.analysis.weekly import (
    FalseAlarms,
    checked_counts,
    checked_simulations,
    count,
    false_alarms,
    null_of,
    quantile,
)

NULL = "this week's count follows the regression on past years (negative binomial, or Poisson where no more variable)"

SAID, MISSING, NO_PAST, TOO_FEW = 0, 1, 2, 3
STATES = (
    "said",
    "this week has no count",
    "no events at this time of the year in the past: nothing can be said",
    "too few events in the last weeks for an alarm",
)
"""What ``state`` numbers mean."""

MOST_UNCERTAIN = math.log(1000)
"""An expected count that may as well be a thousand times itself is none: its upper limit is infinite."""

THRESHOLDS = ("negative-binomial", "mean-quantile", "two-thirds")


@dataclass(frozen=True)
class Farrington:
    """One row for each of the judged ``weeks`` (positions in the series).

    ``expected`` count with the ``dispersion`` (variance over mean) around it, the ``upper`` limit, whether the count is
    above it (``alarm``), ``p`` (probability of such a count or more), ``trend`` (change of the log-mean a week; NaN
    where none was used), and ``state`` (see ``STATES``). NaN where nothing can be said. ``missing``: weeks of the
    series without a count. ``false_alarms``: how many a year the same rule raises on the last year when nothing
    happens.
    """

    weeks: NDArray[np.int64]
    observed: Floats
    expected: Floats
    dispersion: Floats
    upper: Floats
    alarm: NDArray[np.bool_]
    p: Floats
    trend: Floats
    state: NDArray[np.int64]
    missing: int
    alpha: float
    threshold: str
    false_alarms: FalseAlarms
    null: str = NULL


def farrington(
    counts: ArrayLike,
    *,
    weeks: ArrayLike | None = None,
    years: int = 5,
    half_window: int = 3,
    seasons: int = 10,
    left_out: int = 26,
    trend: bool = True,
    trend_p: float = 1.0,
    reweight: bool = True,
    weigh_down_above: float = 2.58,
    alpha: float = 0.01,
    threshold: str = "negative-binomial",
    least_events: int = 5,
    least_events_weeks: int = 4,
    period: int = 52,
    simulations: int = 999,
    seed: int = 0,
) -> Farrington:
    """Judge ``counts`` (n,) of consecutive weeks, NaN where a week has no data.

    ``weeks``: positions to judge; all that have ``years`` of past, if not given. The reference weeks are those within
    ``half_window`` of the same week of each past year; with ``seasons`` > 1 the rest of the years is used too, in
    ``seasons`` - 1 blocks each with its own level. The last ``left_out`` weeks are no reference. ``trend`` is kept
    where its p-value is below ``trend_p`` (1: always), there are three years, and it does not foretell more than was
    ever seen. With ``reweight``, weeks whose Anscombe residual exceeds ``weigh_down_above`` count less.

    ``threshold`` of probability ``alpha``: ``negative-binomial`` quantile around the expected count (Noufaily 2013),
    ``mean-quantile`` (the same around the upper limit of the expected count; Salmon et al., J. Statistical Software
    2016, §3.1.2), or ``two-thirds`` (normal after that power, Farrington 1996). No alarm with fewer than
    ``least_events`` in the last ``least_events_weeks`` weeks.

    False alarms: ``simulations`` series from :func:`~convive.analysis.weekly.null_of`, each judged as the observed.
    Raises :class:`~convive.errors.AnalysisError`.
    """
    require(years >= 1, what="years", got=years, wanted=">= 1")
    require(half_window >= 0, what="half_window", got=half_window, wanted=">= 0")
    require(
        1 <= seasons <= period - 2 * half_window, what="seasons", got=seasons, wanted=f"1 … {period - 2 * half_window}"
    )
    require(left_out >= half_window, what="left_out", got=left_out, wanted=">= half_window")
    require(0 < alpha < 0.5, what="alpha", got=alpha, wanted="0 … 0.5")
    require(threshold in THRESHOLDS, what="threshold", got=threshold, wanted=" | ".join(THRESHOLDS))
    require(least_events_weeks >= 1, what="least_events_weeks", got=least_events_weeks, wanted=">= 1")
    checked_simulations(simulations)
    series = checked_counts(counts, missing=True)
    past = years * period + half_window
    at_least(len(series), past + 1)
    judged = np.arange(past, len(series)) if weeks is None else np.atleast_1d(np.asarray(weeks, dtype=np.int64))
    at_least(len(judged), 1)
    within = bool(judged.min() >= past and judged.max() < len(series))
    require(within, what="weeks", got=f"{judged.min()} … {judged.max()}", wanted=f"{past} … {len(series) - 1}")

    rule = np.array([years, half_window, seasons, left_out, period, least_events, least_events_weeks], np.int64)
    how = np.array([alpha, weigh_down_above, float(stats.norm.isf(alpha)), float(reweight)])
    method = THRESHOLDS.index(threshold)
    # Two-sided critical values of t by degrees of freedom; none is passed where there is to be no trend.
    freedom = np.arange(1, past + 2)
    critical = stats.t.isf(min(trend_p, 1.0) / 2, freedom) if trend else np.full(len(freedom), np.inf)
    found = np.empty((len(judged), 6))
    _judge(series, judged, rule, how, critical, method, found)
    expected, dispersion, error, upper, slope, state = found.T
    observed = series[judged]

    null = null_of(series, period)
    first = max(past, len(series) - period)
    mean = null.mean[first - past :]
    alarms = np.zeros(simulations, np.int64)
    in_threads(_simulate, simulations, mean, null.dispersion, past, rule, how, critical, method, seed, alarms)
    year = false_alarms(alarms, len(mean) - past, float(mean[past:].mean()), null.dispersion, seed, null.words)
    return Farrington(
        weeks=judged,
        observed=observed,
        expected=expected,
        dispersion=dispersion,
        upper=upper,
        alarm=(state == SAID) & (observed > upper),
        p=_p(observed, expected, dispersion, error, alpha, threshold),
        trend=slope,
        state=state.astype(np.int64),
        missing=int(np.isnan(series).sum()),
        alpha=alpha,
        threshold=threshold,
        false_alarms=year,
    )


def _p(y: Floats, mean: Floats, dispersion: Floats, error: Floats, alpha: float, threshold: str) -> Floats:
    """The probability of ``y`` or more; ``error`` is that of the log-mean."""
    if threshold == "two-thirds":
        spread = np.sqrt(4 / 9 * mean ** (1 / 3) * (dispersion + mean * error**2))
        p: Floats = stats.norm.sf((y ** (2 / 3) - mean ** (2 / 3)) / spread)
        return p
    if threshold == "mean-quantile":
        mean = mean * np.exp(stats.norm.isf(alpha) * error)
    wide = np.maximum(dispersion, 1 + 1e-12)
    varied = stats.nbinom.sf(y - 1, mean / (wide - 1), 1 / wide)
    p = np.where(dispersion > 1, varied, stats.poisson.sf(y - 1, mean))
    return np.clip(p, 0.0, 1.0)


@njit(cache=True)
def _judge(
    series: Floats,
    weeks: NDArray[np.int64],
    rule: NDArray[np.int64],
    how: Floats,
    critical: Floats,
    method: int,
    found: Floats,
) -> None:
    """For each of ``weeks``: expected, dispersion, standard error of the log-mean, upper limit, trend, state."""
    most = rule[0] * rule[4] + 2 * rule[1] + 2
    y, t, level = np.empty(most), np.empty(most), np.empty(most, np.int64)
    for row in range(len(weeks)):
        found[row] = np.nan
        now = weeks[row]
        if math.isnan(series[now]):
            found[row, 5] = MISSING
            continue
        n = reference(series, now, rule, y, t, level)
        if not fitted(y[:n], t[:n], level[:n], rule, how, critical, found[row]):
            found[row, 5] = NO_PAST
            continue
        found[row, 3] = _upper(found[row, 0], found[row, 1], found[row, 2], how, method)
        found[row, 5] = SAID if _lately(series, now, rule[6]) >= rule[5] else TOO_FEW


@njit(cache=True)
def _lately(series: Floats, now: int, weeks: int) -> float:
    total = 0.0
    for at in range(max(0, now - weeks + 1), now + 1):
        if not math.isnan(series[at]):
            total += series[at]
    return total


@njit(cache=True)
def _upper(mean: float, phi: float, error: float, how: Floats, method: int) -> float:
    if method == 2:
        spread = math.sqrt(4 / 9 * mean ** (1 / 3) * (phi + mean * error * error))
        return float((mean ** (2 / 3) + how[2] * spread) ** 1.5)
    if method == 1:
        if how[2] * error > MOST_UNCERTAIN:
            return np.inf
        mean *= math.exp(how[2] * error)
    return quantile(1.0 - how[0], mean, phi)


@njit(cache=True, nogil=True)
def _simulate(
    run: Run,
    mean: Floats,
    dispersion: float,
    past: int,
    rule: NDArray[np.int64],
    how: Floats,
    critical: Floats,
    method: int,
    seed: int,
    alarms: NDArray[np.int64],
) -> None:
    for number in range(run[0], run[1]):
        state = stream(seed, number)
        series = np.empty(len(mean))
        for at in range(len(mean)):
            series[at] = count(mean[at], dispersion, state)
        found = np.empty((len(mean) - past, 6))
        _judge(series, np.arange(past, len(mean)), rule, how, critical, method, found)
        for row in range(len(found)):
            if found[row, 5] == SAID and series[past + row] > found[row, 3]:
                alarms[number] += 1
