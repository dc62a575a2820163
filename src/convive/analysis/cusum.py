"""CUSUM alarms: has the level risen, by a little but for long? What a week alone does not show, weeks together do.

Each week adds the evidence that it brings for a raised level (the logarithm of the likelihood ratio); evidence below
nothing is forgotten; an alarm where it passes the threshold, after which the sum begins anew (Lucas, Technometrics
1985;27:129–44, for Poisson counts; Höhle & Paul, Computational Statistics & Data Analysis 2008;52:4357–68, for negative
binomial counts, means that change with the season, and rises of unknown size).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import stream
from convive.analysis.checks import Floats, checked_values, require
from convive.analysis.threads import Run, in_threads
from convive.analysis.weekly import (
    WEEKS_A_YEAR,
    FalseAlarms,
    checked_counts,
    checked_simulations,
    count,
    false_alarms,
)
from convive.errors import AnalysisError, Problem

NULL = "independent weeks around the mean in control"

WEEKS_SIMULATED = 520
"""A simulation lasts at least this: alarms of a good CUSUM are rarer than one a year."""

MOST_STATES = 2_000
"""So many states the exact run length is solved with at most."""


@dataclass(frozen=True)
class Cusum:
    """One row for each judged week (``weeks``: positions in the series).

    ``mean`` in control; ``statistic``: the evidence gathered, in natural logarithms; ``alarm`` where it reaches
    ``threshold``; ``since``: the position where the rise began, as it seems that week (-1 where there is no evidence of
    one). A ``missing`` week adds nothing. ``alpha``: the variance is mean + alpha · mean². ``false_alarms``: how many a
    year the same rule raises when nothing happens.
    """

    weeks: NDArray[np.int64]
    observed: Floats
    mean: Floats
    statistic: Floats
    alarm: NDArray[np.bool_]
    since: NDArray[np.int64]
    missing: int
    alpha: float
    ratio: float | None
    threshold: float
    false_alarms: FalseAlarms
    null: str = NULL


def cusum(
    counts: ArrayLike,
    mean: ArrayLike | None = None,
    *,
    training: int | None = None,
    ratio: float | None = 2.0,
    alpha: float | None = None,
    threshold: float | None = None,
    wanted: float = 1.0,
    least: int = 1,
    window: int = 52,
    simulations: int = 199,
    seed: int = 0,
) -> Cusum:
    """Judge ``counts`` (n,) of consecutive weeks, NaN where there are no data.

    In control is either ``mean`` (a number, or one of each week: n,), taken as known; or the mean of the first
    ``training`` weeks, which are then not judged. ``ratio``: the rise looked for (2: twice the mean); none: of any
    size, the generalised likelihood ratio over rises that began ``least`` to ``window`` weeks ago. ``alpha``: the
    variance is mean + alpha · mean² (0: Poisson); estimated from the training, else from all weeks around ``mean``, if
    not given. ``threshold``: the evidence for an alarm; if not given, the one that brings ``wanted`` false alarms a
    year (0.05 where even that brings fewer).

    False alarms: ``simulations`` series of the null model (the last year's means over again), of at least ten years
    each; where the mean is estimated from training, so it is in each of them, and the means of the simulations differ
    as training weeks do. Raises :class:`~convive.errors.AnalysisError`.
    """
    require((mean is None) != (training is None), what="mean, training", got="both or none", wanted="one of them")
    require(ratio is None or ratio > 1, what="ratio", got=ratio, wanted="> 1")
    require(alpha is None or alpha >= 0, what="alpha", got=alpha, wanted=">= 0")
    require(threshold is None or threshold > 0, what="threshold", got=threshold, wanted="> 0")
    require(0 < wanted < WEEKS_A_YEAR / 2, what="wanted", got=wanted, wanted=f"0 … {WEEKS_A_YEAR / 2:g}")
    require(1 <= least <= window, what="least", got=least, wanted="1 … window")
    checked_simulations(simulations)
    series = checked_counts(counts, least=2, missing=True)
    trained, level, varied = _control(series, mean, training, alpha)
    judged, control = series[trained:], level[trained:]

    law = np.array([-1.0 if ratio is None else math.log(ratio), float(least), float(window)])
    # The training of a simulation is as long as that observed, of weeks with counts.
    learnt = 0 if training is None else int(np.count_nonzero(~np.isnan(series[:trained])))
    long = max(len(judged), WEEKS_SIMULATED)
    last = control[-52:]
    means = np.concatenate([np.full(learnt, control[0]), np.resize(last, long)])
    alarms = np.zeros(simulations, np.int64)

    def simulated(limit: float) -> NDArray[np.int64]:
        in_threads(_simulate, simulations, means, varied, alpha is None, learnt, law, limit, seed, alarms)
        return alarms

    limit = threshold if threshold is not None else _threshold(simulated, wanted * long / WEEKS_A_YEAR)
    statistic, alarm, since = _judged(judged, control, varied, law, limit)
    learning = f", estimated from {learnt} weeks in each simulation" if learnt else ", taken as known"
    words = "Poisson counts" if varied == 0 else f"negative binomial counts of variance mean + {varied:.4g} · mean²"
    return Cusum(
        weeks=np.arange(trained, len(series)),
        observed=judged,
        mean=control,
        statistic=statistic,
        alarm=alarm,
        since=np.where(since >= 0, since + trained, -1),
        missing=int(np.isnan(series).sum()),
        alpha=varied,
        ratio=ratio,
        threshold=limit,
        false_alarms=false_alarms(
            simulated(limit),
            long,
            float(last.mean()),
            float(1 + varied * last.mean()),
            seed,
            f"{NULL}{learning}, {words}",
        ),
    )


def run_length(mean: float, reference: float, interval: float, *, head_start: float = 0.0, alpha: float = 0.0) -> float:
    """The exact expected number of weeks to an alarm of Lucas's CUSUM, S ← max(0, S + count - ``reference``), alarm at
    S ≥ ``interval``, begun at ``head_start``, where counts have ``mean`` and variance mean + ``alpha`` · mean².

    By the Markov chain of Brook & Evans (Biometrika 1972;59:539–49), without approximation: the three numbers must be
    multiples of one step. 365.25 / 7 divided by it is the number of false alarms a year. The likelihood-ratio CUSUM of
    :func:`cusum` for Poisson counts is this one with reference (ratio - 1) · mean / log(ratio) and interval threshold /
    log(ratio). Raises :class:`~convive.errors.AnalysisError`.
    """
    require(mean > 0, what="mean", got=mean, wanted="> 0")
    require(reference > 0, what="reference", got=reference, wanted="> 0")
    require(interval > 0, what="interval", got=interval, wanted="> 0")
    require(0 <= head_start < interval, what="head_start", got=head_start, wanted="0 … interval")
    require(alpha >= 0, what="alpha", got=alpha, wanted=">= 0")
    parts = [Fraction(one).limit_denominator(1000) for one in (reference, interval, head_start)]
    step = math.lcm(*(one.denominator for one in parts))
    down, states, begin = (int(one * step) for one in parts)
    require(states <= MOST_STATES, what="interval", got=interval, wanted=f"<= {MOST_STATES} · 1/{step}")
    most = (states + down) // step + 1
    law = stats.poisson(mean) if alpha == 0 else stats.nbinom(1 / alpha, 1 / (1 + alpha * mean))
    chance = law.pmf(np.arange(most + 1))
    moves = np.zeros((states, states))
    for counted in range(most + 1):
        to = np.maximum(np.arange(states) + counted * step - down, 0)
        within = np.flatnonzero(to < states)
        np.add.at(moves, (within, to[within]), chance[counted])
    lengths = np.linalg.solve(np.eye(states) - moves, np.ones(states))
    return float(lengths[begin])


def _control(
    series: Floats, mean: ArrayLike | None, training: int | None, alpha: float | None
) -> tuple[int, Floats, float]:
    """How many weeks train, the mean of each week in control, and alpha."""
    if training is not None:
        require(8 <= training < len(series), what="training", got=training, wanted=f"8 … {len(series) - 1}")
        seen = series[:training][~np.isnan(series[:training])]
        require(len(seen) >= 8, what="training", got=len(seen), wanted=">= 8")
        if not seen.any():
            raise AnalysisError(Problem("analysis-all-zero", values={"n": len(seen)}))
        level = np.full(len(series), seen.mean())
        return training, level, _alpha(seen, np.full(len(seen), seen.mean()), 1) if alpha is None else alpha
    given = np.asarray(mean, dtype=np.float64)
    level = checked_values(np.full(len(series), given) if given.ndim == 0 else given, len(series), what="mean")
    require(bool(level.min() > 0), what="mean", got=float(level.min()), wanted="> 0")
    seen = ~np.isnan(series)
    return 0, level, _alpha(series[seen], level[seen], 0) if alpha is None else alpha


@njit(cache=True)
def _alpha(seen: Floats, mean: Floats, estimated: int) -> float:
    """Alpha by moments, at least 0."""
    beyond, scale = 0.0, 0.0
    for at in range(len(seen)):
        beyond += (seen[at] - mean[at]) ** 2 * len(seen) / (len(seen) - estimated) - mean[at]
        scale += mean[at] ** 2
    return max(0.0, beyond / scale)


def _threshold(simulated: Callable[[float], NDArray[np.int64]], expected: float) -> float:
    """The evidence at which simulations have ``expected`` alarms each, or a little fewer."""
    low, high = 0.05, 60.0
    for _ in range(14):
        middle = math.sqrt(low * high)
        if simulated(middle).mean() > expected:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True)
def _judged(
    series: Floats, mean: Floats, alpha: float, law: Floats, threshold: float
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    n = len(series)
    statistic, alarm, since = np.zeros(n), np.zeros(n, np.bool_), np.full(n, -1)
    known, kappa = law[0] > 0.0, law[0]
    total, begun = 0.0, 0
    for week in range(n):
        if known:
            if not math.isnan(series[week]):
                total += _evidence(series[week], mean[week], alpha, kappa)
            if total <= 0.0:
                total, begun = 0.0, week + 1
        else:
            total, at = _most_evidence(series, mean, alpha, begun, week, int(law[1]), int(law[2]))
        statistic[week] = total
        if total > 0.0:
            since[week] = begun if known else at
        if total >= threshold:
            alarm[week] = True
            total, begun = 0.0, week + 1
    return statistic, alarm, since


@njit(cache=True)
def _evidence(x: float, mean: float, alpha: float, kappa: float) -> float:
    """The log-likelihood ratio of a week at exp(``kappa``) times the mean."""
    if alpha == 0.0:
        return x * kappa - mean * math.expm1(kappa)
    return x * kappa - (x + 1.0 / alpha) * math.log1p(alpha * mean * math.expm1(kappa) / (1.0 + alpha * mean))


@njit(cache=True)
def _most_evidence(
    series: Floats, mean: Floats, alpha: float, begun: int, week: int, least: int, window: int
) -> tuple[float, int]:
    """The largest log-likelihood ratio over rises of any size that began up to ``window`` weeks ago, and where."""
    best, at = 0.0, -1
    counted, expected, score, weeks, kappa = 0.0, 0.0, 0.0, 0, 0.0
    alike = True
    for first in range(week, max(begun, week - window + 1) - 1, -1):
        if not math.isnan(series[first]):
            counted += series[first]
            expected += mean[first]
            # The slope of the likelihood where nothing has risen: without one upwards, the largest ratio is 1.
            score += (series[first] - mean[first]) / (1.0 + alpha * mean[first])
            weeks += 1
            alike = alike and mean[first] == mean[week]
        if week - first + 1 < least or weeks == 0 or score <= 0.0:
            continue
        if alpha == 0.0:
            kappa = math.log(counted / expected)
            value = counted * kappa - counted + expected
        elif alike:
            kappa = math.log(counted / expected)
            level = expected / weeks
            grown = math.log1p(alpha * level * math.expm1(kappa) / (1.0 + alpha * level))
            value = counted * kappa - (counted + weeks / alpha) * grown
        else:
            kappa, value = _rise(series, mean, alpha, first, week, math.log(counted / expected))
        if value > best:
            best, at = value, first
    return best, at


@njit(cache=True)
def _rise(series: Floats, mean: Floats, alpha: float, first: int, week: int, kappa: float) -> tuple[float, float]:
    """The most likely rise of negative binomial weeks of different means, and its log-likelihood ratio (Newton)."""
    kappa = max(kappa, 0.01)
    for _ in range(50):
        slope, bend = 0.0, 0.0
        for at in range(first, week + 1):
            if not math.isnan(series[at]):
                level = mean[at] * math.exp(kappa)
                slope += (series[at] - level) / (1.0 + alpha * level)
                bend += level * (1.0 + alpha * series[at]) / (1.0 + alpha * level) ** 2
        step = min(max(slope / bend, -1.0), 1.0)
        kappa = max(kappa + step, 0.0)
        if abs(step) < 1e-9:
            break
    value = 0.0
    for at in range(first, week + 1):
        if not math.isnan(series[at]):
            value += _evidence(series[at], mean[at], alpha, kappa)
    return kappa, value


@njit(cache=True, nogil=True)
def _simulate(
    run: Run,
    means: Floats,
    alpha: float,
    estimate_alpha: bool,
    learnt: int,
    law: Floats,
    threshold: float,
    seed: int,
    alarms: NDArray[np.int64],
) -> None:
    """Alarms of each simulation of weeks around ``means``, of which the first ``learnt`` are its training."""
    for number in range(run[0], run[1]):
        state = stream(seed, number)
        series = np.empty(len(means))
        for at in range(len(means)):
            series[at] = count(means[at], 1.0 + alpha * means[at], state)
        level, varied = means[learnt:].copy(), alpha
        alarms[number] = 0
        if learnt > 0:
            level[:] = series[:learnt].mean()
            # A training without events is refused where it is observed: such a simulation has no alarms.
            if level[0] <= 0.0:
                continue
            if estimate_alpha:
                varied = _alpha(series[:learnt], np.full(learnt, level[0]), 1)
        alarms[number] = np.count_nonzero(_judged(series[learnt:], level, varied, law, threshold)[1])
