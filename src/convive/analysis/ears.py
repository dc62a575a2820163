"""EARS C1, C2 and C3: is this week's count more than the last weeks foretell? For series too short for Farrington.

The methods of the United States' Early Aberration Reporting System (Hutwagner et al., Journal of Urban Health 2003;80
(2 Suppl 1):i89–96): mean and standard deviation of the ``baseline`` weeks just before. They know no season and no
trend, and their nominal probabilities assume normal counts, which small counts are not: read the false alarms a year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import stream
from convive.analysis.checks import Floats, require
from convive.analysis.threads import Run, in_threads
from convive.analysis.weekly import (
    FalseAlarms,
    checked_counts,
    checked_simulations,
    count,
    false_alarms,
    null_of,
)

NULL = "this week's count differs from the mean of the baseline weeks by chance only"

METHODS = ("C1", "C2", "C3")
GAP = 2
"""So many weeks C2 and C3 leave out between the baseline and the judged week, lest an outbreak raise its own limit."""
LAGS = 2
"""So many weeks before the judged one C3 adds."""


@dataclass(frozen=True)
class Ears:
    """One row for each judged week (``weeks``: positions in the series).

    ``statistic``: standard deviations above the ``mean`` of the baseline (C1, C2), or the sum of what three weeks had
    beyond one (C3). ``spread``: the standard deviation used, at least the minimum. ``upper``: counts above it raise an
    ``alarm`` (for C3 minus infinity where the two weeks before suffice). NaN, and no alarm, where a week or one of its
    baseline has no count; ``missing`` weeks of the series have none. ``false_alarms``: how many a year the same rule
    raises when nothing happens.
    """

    method: str
    weeks: NDArray[np.int64]
    observed: Floats
    mean: Floats
    spread: Floats
    statistic: Floats
    upper: Floats
    alarm: NDArray[np.bool_]
    missing: int
    threshold: float
    false_alarms: FalseAlarms
    null: str = NULL


def ears(
    counts: ArrayLike,
    *,
    method: str = "C1",
    baseline: int = 7,
    threshold: float | None = None,
    least_spread: float = 0.5,
    period: int = 52,
    simulations: int = 999,
    seed: int = 0,
) -> Ears:
    """Judge every week of ``counts`` (n,; consecutive, NaN where there are no data) that has its baseline.

    ``C1``: against the ``baseline`` weeks before; ``C2``: the same, two weeks left out between; ``C3``: the sum over
    this and the two weeks before of what C2 exceeds 1 by. Alarm above ``threshold`` (3 for C1 and C2, 2 for C3).
    ``least_spread``: the standard deviation is taken to be at least this; with 0, one event after quiet weeks is an
    alarm (0.5 or 1 for sparse counts is advice of H. Burkom, documentation of R's ``surveillance::earsC``).

    False alarms: ``simulations`` series of a year from :func:`~convive.analysis.weekly.null_of` (fitted with cycles of
    ``period`` weeks). Raises :class:`~convive.errors.AnalysisError`.
    """
    require(method in METHODS, what="method", got=method, wanted=" | ".join(METHODS))
    require(baseline >= 3, what="baseline", got=baseline, wanted=">= 3")
    require(least_spread >= 0, what="least_spread", got=least_spread, wanted=">= 0")
    limit = (2.0 if method == "C3" else 3.0) if threshold is None else float(threshold)
    require(limit > 0, what="threshold", got=limit, wanted="> 0")
    checked_simulations(simulations)
    gap = 0 if method == "C1" else GAP
    before = baseline + gap + (LAGS if method == "C3" else 0)
    series = checked_counts(counts, least=before + 1, missing=True)
    third = method == "C3"

    mean, spread, statistic, upper = _judged(series, baseline, gap, third, limit, float(least_spread))[:, before:]
    null = null_of(series, period)
    expected = null.mean[-min(len(series), period + before) :]
    alarms = np.zeros(simulations, np.int64)
    rule = baseline, gap, third, limit, float(least_spread), before
    in_threads(_simulate, simulations, expected, null.dispersion, *rule, seed, alarms)
    observed = series[before:]
    with np.errstate(invalid="ignore"):
        alarm = observed > upper
    return Ears(
        method=method,
        weeks=np.arange(before, len(series)),
        observed=observed,
        mean=mean,
        spread=spread,
        statistic=statistic,
        upper=upper,
        alarm=alarm,
        missing=int(np.isnan(series).sum()),
        threshold=limit,
        false_alarms=false_alarms(
            alarms,
            len(expected) - before,
            float(expected[before:].mean()),
            null.dispersion,
            seed,
            null.words,
        ),
    )


@njit(cache=True)
def _judged(series: Floats, baseline: int, gap: int, third: bool, threshold: float, least_spread: float) -> Floats:
    """Mean, spread, statistic and upper limit of every week; NaN where there is no baseline or a count is missing."""
    n = len(series)
    found = np.full((4, n), np.nan)
    score = np.full(n, np.nan)
    for week in range(baseline + gap, n):
        mean, spread = 0.0, 0.0
        for at in range(week - gap - baseline, week - gap):
            mean += series[at]
        mean /= baseline
        for at in range(week - gap - baseline, week - gap):
            spread += (series[at] - mean) ** 2
        spread = math.sqrt(spread / (baseline - 1))
        if math.isnan(spread):
            continue
        spread = max(spread, least_spread)
        above = series[week] - mean
        # Without spread any excess is infinitely many standard deviations, and no excess is none.
        score[week] = above / spread if spread > 0.0 or math.isnan(above) else (np.inf if above > 0.0 else 0.0)
        if not third:
            found[0, week], found[1, week], found[2, week] = mean, spread, score[week]
            found[3, week] = np.nan if math.isnan(above) else mean + threshold * spread
        elif week >= 2:
            earlier = max(0.0, score[week - 1] - 1.0) + max(0.0, score[week - 2] - 1.0)
            if math.isnan(score[week] + score[week - 1] + score[week - 2]):
                continue
            found[0, week], found[1, week] = mean, spread
            found[2, week] = earlier + max(0.0, score[week] - 1.0)
            found[3, week] = -np.inf if earlier > threshold else mean + spread * (1.0 + threshold - earlier)
    return found


@njit(cache=True, nogil=True)
def _simulate(
    run: Run,
    mean: Floats,
    dispersion: float,
    baseline: int,
    gap: int,
    third: bool,
    threshold: float,
    least_spread: float,
    before: int,
    seed: int,
    alarms: NDArray[np.int64],
) -> None:
    for number in range(run[0], run[1]):
        state = stream(seed, number)
        series = np.empty(len(mean))
        for at in range(len(mean)):
            series[at] = count(mean[at], dispersion, state)
        upper = _judged(series, baseline, gap, third, threshold, least_spread)[3]
        for at in range(before, len(mean)):
            if series[at] > upper[at]:
                alarms[number] += 1
