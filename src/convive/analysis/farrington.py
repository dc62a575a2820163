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
        n = _reference(series, now, rule, y, t, level)
        if not _fitted(y[:n], t[:n], level[:n], rule, how, critical, found[row]):
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
def _reference(
    series: Floats, now: int, rule: NDArray[np.int64], y: Floats, t: Floats, level: NDArray[np.int64]
) -> int:
    """Gather past weeks: count, time before now, and season (the last is that of now). Returns how many."""
    half, seasons, period = rule[1], rule[2], rule[4]
    between = period - 2 * half - 1
    long, longer = (between // (seasons - 1), between % (seasons - 1)) if seasons > 1 else (0, 0)
    n = 0
    for year in range(rule[0], 0, -1):
        begin = now - year * period - half
        for after in range(period if seasons > 1 else 2 * half + 1):
            at = begin + after
            if at >= now - rule[3] or math.isnan(series[at]):
                continue
            beyond = after - 2 * half - 1
            if beyond < 0:
                level[n] = seasons - 1
            elif beyond < longer * (long + 1):
                # The first blocks take what does not divide evenly, a week each.
                level[n] = beyond // (long + 1)
            else:
                level[n] = longer + (beyond - longer * (long + 1)) // long
            y[n], t[n] = series[at], at - now
            n += 1
    return n


@njit(cache=True)
def _fitted(
    y: Floats,
    t: Floats,
    level: NDArray[np.int64],
    rule: NDArray[np.int64],
    how: Floats,
    critical: Floats,
    row: Floats,
) -> bool:
    """Fill expected, dispersion, error and trend of ``row``; false where the past of this season has no events."""
    n, seasons = len(y), int(rule[2])
    mean, hat, weight = np.empty(n), np.empty(n), np.empty(n)
    total, centre = np.empty(seasons), np.empty(seasons)
    present = np.zeros(seasons, np.bool_)
    most = 0.0
    for i in range(n):
        present[level[i]] = True
        most = max(most, y[i])
    levels = int(np.count_nonzero(present))
    for with_trend in (True, False):
        # No trend asked for, fewer than three years, or nothing left to estimate it from.
        if with_trend and (rule[0] < 3 or not math.isfinite(critical[0]) or n - levels - 1 < 1):
            continue
        freedom = n - levels - (1 if with_trend else 0)
        if freedom < 1:
            return False
        weight[:] = 1.0
        slope, information = _regression(y, t, level, weight, with_trend, mean, hat, total, centre)
        if math.isnan(slope) or total[seasons - 1] <= 0.0:
            if with_trend and math.isnan(slope):
                continue
            return False
        phi = _pearson(y, mean, weight, freedom)
        if how[3] > 0.0:
            _weigh(y, mean, hat, phi, how[1], weight)
            slope, information = _regression(y, t, level, weight, with_trend, mean, hat, total, centre)
            if math.isnan(slope):
                continue
            phi = _pearson(y, mean, weight, freedom)
        # t is the time before now, hence the mean now is that at t = 0.
        last = seasons - 1
        events, exposure = 0.0, 0.0
        for i in range(n):
            if level[i] == last:
                events += weight[i] * y[i]
                exposure += weight[i] * math.exp(slope * t[i])
        expected = events / exposure
        variance = 1.0 / total[last]
        if with_trend:
            if abs(slope) * math.sqrt(information / phi) <= critical[freedom - 1] or expected > most:
                continue
            variance += centre[last] ** 2 / information
        row[0], row[1], row[2] = expected, phi, math.sqrt(phi * variance)
        row[4] = slope if with_trend else np.nan
        return True
    return False


@njit(cache=True)
def _regression(
    y: Floats,
    t: Floats,
    level: NDArray[np.int64],
    weight: Floats,
    with_trend: bool,
    mean: Floats,
    hat: Floats,
    total: Floats,
    centre: Floats,
) -> tuple[float, float]:
    """Weighted Poisson regression with a level for each season and one slope: the slope and its information.

    Given the slope the levels are known in closed form, so only the slope is searched (Newton on a concave function).
    Fills ``mean`` and leverage ``hat`` of each week, ``total`` (weighted events) and ``centre`` (mean time) of each
    season. A season without events has mean 0 and takes no part. NaN where the slope runs away.
    """
    n, seasons = len(y), len(total)
    exposure, moment, square = np.empty(seasons), np.empty(seasons), np.empty(seasons)
    total[:] = 0.0
    span, reach = 0.0, 0.0
    for i in range(n):
        total[level[i]] += weight[i] * y[i]
        reach += weight[i] * y[i] * t[i]
        span = max(span, -t[i])
    slope, information = 0.0, 0.0
    settled = False
    for _ in range(100):
        exposure[:], moment[:], square[:] = 0.0, 0.0, 0.0
        for i in range(n):
            grown = weight[i] * math.exp(slope * t[i])
            exposure[level[i]] += grown
            moment[level[i]] += grown * t[i]
            square[level[i]] += grown * t[i] * t[i]
        score, information = reach, 0.0
        for one in range(seasons):
            if exposure[one] > 0.0:
                centre[one] = moment[one] / exposure[one]
                score -= total[one] * centre[one]
                information += total[one] * (square[one] / exposure[one] - centre[one] ** 2)
        if not with_trend or settled:
            break
        if information <= 1e-9:
            return np.nan, 0.0
        step = min(max(score / information, -2.0 / span), 2.0 / span)
        slope += step
        if abs(slope) * span > 40.0:
            return np.nan, 0.0
        settled = abs(step) * span < 1e-10
    for i in range(n):
        one = level[i]
        mean[i] = total[one] / exposure[one] * math.exp(slope * t[i])
        share = weight[i] * mean[i] / total[one] if total[one] > 0.0 else 0.0
        hat[i] = share
        if with_trend:
            hat[i] += weight[i] * mean[i] * (t[i] - centre[one]) ** 2 / information
    return slope, information


@njit(cache=True)
def _pearson(y: Floats, mean: Floats, weight: Floats, freedom: int) -> float:
    """The dispersion, at least 1."""
    total = 0.0
    for i in range(len(y)):
        if mean[i] > 0.0:
            total += weight[i] * (y[i] - mean[i]) ** 2 / mean[i]
    return max(1.0, total / freedom)


@njit(cache=True)
def _weigh(y: Floats, mean: Floats, hat: Floats, phi: float, above: float, weight: Floats) -> None:
    """Weigh down weeks whose Anscombe residual is large (Farrington 1996, §3.6; limit of Noufaily 2013, §3.2)."""
    total = 0.0
    for i in range(len(y)):
        weight[i] = 1.0
        if mean[i] > 0.0 and hat[i] < 1.0:
            residual = 1.5 * (y[i] ** (2 / 3) * mean[i] ** (-1 / 6) - math.sqrt(mean[i]))
            residual /= math.sqrt(phi * (1.0 - hat[i]))
            if residual > above:
                weight[i] = residual**-2.0
        total += weight[i]
    for i in range(len(y)):
        weight[i] *= len(y) / total


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
