"""The regression behind Farrington's alarm: which past weeks are asked, and the quasi-Poisson fit to them.

Farrington et al., JRSS A 1996, §3; Noufaily et al., Statistics in Medicine 2013, §3. Compiled: an alarm simulates
thousands of years of weeks, each with its own fit.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.checks import Floats


@njit(cache=True)
def reference(series: Floats, now: int, rule: NDArray[np.int64], y: Floats, t: Floats, level: NDArray[np.int64]) -> int:
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
def fitted(
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
