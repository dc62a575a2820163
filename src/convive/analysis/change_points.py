"""Change points: when did the level of weekly counts change, from what to what, and how sure is it?

The best division of the whole series into stretches of one level each: exact, not step by step (optimal partitioning,
Jackson et al., IEEE Signal Processing Letters 2005; pruned, Killick, Fearnhead & Eckley, JASA 2012). Each change costs
a penalty, set so that a series without any change gets none with the wanted confidence. Season is no change of level:
judge whole years, or counts of which the season is small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from convive.analysis.chance import p_value, shuffle, stream
from convive.analysis.checks import Floats, require
from convive.analysis.threads import Run, in_threads
from convive.analysis.weekly import FalseAlarms, checked_counts, checked_simulations, count, false_alarms

NULL = "one level throughout, independent weeks"


@dataclass(frozen=True)
class ChangePoints:
    """The changes, in order of time, one row each.

    ``first``: position of the first week of the new level, and the shortest interval ``low``–``high`` of positions that
    holds it with posterior probability ``confidence`` (equal chances beforehand, the neighbouring changes as found);
    ``probability`` of ``first`` itself. ``before`` and ``after``: mean counts a week of the two stretches; ``ratio`` of
    the levels with its interval ``ratio_low``–``ratio_high``, the uncertain place of the change included. ``p``: as
    large an improvement by one change within both stretches, if they had one level. The changes were looked for: ``p``
    and the ratios flatter those found; that any was found at all is judged by ``overall``, the p-value of the series
    having no change: that of its weeks in random order, which needs no law and is exact, or, where the dispersion is
    given, that of the simulated series, whose mean is estimated.

    ``levels``: mean of each stretch (changes + 1). ``penalty`` of a change, in twice the log-likelihood over the
    ``dispersion`` (variance over mean). ``false_alarms``: how many changes a year are found where there is none.
    """

    first: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    probability: Floats
    before: Floats
    after: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    p: Floats
    levels: Floats
    overall: float
    penalty: float
    dispersion: float
    confidence: float
    weeks: int
    false_alarms: FalseAlarms
    simulations: int
    seed: int
    null: str = NULL


def change_points(
    counts: ArrayLike,
    *,
    penalty: float | None = None,
    dispersion: float | None = None,
    least: int = 4,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> ChangePoints:
    """Divide ``counts`` (n,) of consecutive weeks (or months, years) without gaps.

    ``penalty`` of a change; if not given, the one at which a share ``confidence`` of the simulated series without a
    change gets none. ``dispersion``: variance over mean within a stretch (1: Poisson); if not given, estimated from the
    differences of successive weeks, which changes of level hardly touch, as in each simulation. ``least``: the shortest
    stretch. Takes n² steps at worst, n where changes are many.

    The simulated counts are Poisson, or negative binomial where the dispersion exceeds 1. Location after the marginal
    likelihood of gamma levels with Jeffreys' prior (Raftery & Akman, Biometrika 1986;73:85–9, for one change), tempered
    by the dispersion. Raises :class:`~convive.errors.AnalysisError`.
    """
    require(penalty is None or penalty > 0, what="penalty", got=penalty, wanted="> 0")
    require(dispersion is None or dispersion >= 1, what="dispersion", got=dispersion, wanted=">= 1")
    require(least >= 1, what="least", got=least, wanted=">= 1")
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    checked_simulations(simulations)
    series = checked_counts(counts, least=max(2 * least, 8))
    n, mean = len(series), float(series.mean())
    spread = _dispersion(series) if dispersion is None else float(dispersion)
    estimate = dispersion is None

    worst = np.zeros(simulations)
    in_threads(_hardest, simulations, n, mean, spread, estimate, least, seed, worst)
    cost = float(np.quantile(worst, confidence, method="higher")) if penalty is None else float(penalty)
    sums = _sums(series)
    ends = _divided(sums, spread, least, cost)
    none = np.zeros(simulations, np.int64)
    in_threads(_found_in_none, simulations, n, mean, spread, estimate, least, cost, seed, worst, none)

    reordered = worst
    if estimate:
        reordered = np.zeros(simulations)
        in_threads(_hardest_in_any_order, simulations, series, least, seed, reordered)

    begins = np.concatenate([[0], ends[:-1]])
    levels = (sums[ends] - sums[begins]) / (ends - begins)
    rows = [
        _change(sums, int(begins[at]), int(ends[at]), int(ends[at + 1]), spread, least, confidence, simulations, seed)
        for at in range(len(ends) - 1)
    ]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 7)
    with np.errstate(divide="ignore"):
        ratio = levels[1:] / levels[:-1]
    law = "Poisson" if spread == 1 else "negative binomial"
    return ChangePoints(
        first=ends[:-1],
        low=table[:, 0].astype(np.int64),
        high=table[:, 1].astype(np.int64),
        probability=table[:, 2],
        before=levels[:-1],
        after=levels[1:],
        ratio=ratio,
        ratio_low=table[:, 3],
        ratio_high=table[:, 4],
        p=table[:, 5],
        levels=levels,
        overall=p_value(_worth(sums, spread, least) - 1e-9, reordered),
        penalty=cost,
        dispersion=spread,
        confidence=confidence,
        weeks=n,
        false_alarms=false_alarms(none, n, mean, spread, seed, f"{NULL}, {law} counts"),
        simulations=simulations,
        seed=seed,
    )


def _change(
    sums: Floats,
    begin: int,
    at: int,
    end: int,
    dispersion: float,
    least: int,
    confidence: float,
    simulations: int,
    seed: int,
) -> tuple[float, ...]:
    """Interval of the place, its probability, interval of the ratio, p-value and gain of the change at ``at``."""
    places = np.arange(begin + least, end - least + 1)
    weeks = np.stack([places - begin, end - places]) / dispersion
    shapes = np.stack([sums[places] - sums[begin], sums[end] - sums[places]]) / dispersion + 0.5
    evidence = (special.gammaln(shapes) - shapes * np.log(weeks)).sum(axis=0)
    share = special.softmax(evidence)
    low, high = _shortest(share, confidence)

    def below(log_ratio: float) -> float:
        # The second level over the first: a beta number, given the place, of the two gamma levels.
        odds = np.exp(log_ratio) * weeks[1] / weeks[0]
        return float((share * special.betainc(shapes[1], shapes[0], odds / (1 + odds))).sum())

    tail = (1 - confidence) / 2
    bounds = [np.exp(optimize.brentq(lambda one, to=to: below(one) - to, -60, 60)) for to in (tail, 1 - tail)]
    gain = _gain(sums[begin : end + 1] - sums[begin], dispersion, least)
    gains = np.zeros(simulations)
    level = float(sums[end] - sums[begin]) / (end - begin)
    in_threads(_gains, simulations, end - begin, level, dispersion, least, seed, gains)
    return (
        float(places[low]),
        float(places[high]),
        float(share[at - places[0]]),
        bounds[0],
        bounds[1],
        p_value(gain, gains),
        gain,
    )


def _shortest(share: Floats, confidence: float) -> tuple[int, int]:
    """The shortest run of ``share`` that holds ``confidence``; of several, the one that holds most."""
    total = np.concatenate([[0.0], np.cumsum(share)])
    best, held = (0, len(share) - 1), 0.0
    for low in range(len(share)):
        high = int(np.searchsorted(total, total[low] + confidence - 1e-12)) - 1
        if high >= len(share):
            break
        holds = total[high + 1] - total[low]
        if (low - high, holds) > (best[0] - best[1], held):
            best, held = (low, high), holds
    return best


@njit(cache=True)
def _dispersion(series: Floats) -> float:
    """Variance over mean, at least 1, from successive differences: (y' - y)² is twice the variance, y' + y the mean."""
    apart, total = 0.0, 0.0
    for at in range(1, len(series)):
        apart += (series[at] - series[at - 1]) ** 2
        total += series[at] + series[at - 1]
    return max(1.0, apart / total) if total > 0.0 else 1.0


@njit(cache=True)
def _sums(series: Floats) -> Floats:
    sums = np.zeros(len(series) + 1)
    for at in range(len(series)):
        sums[at + 1] = sums[at] + series[at]
    return sums


@njit(cache=True, inline="always")
def _cost(events: float, weeks: int, dispersion: float) -> float:
    """Minus twice the log-likelihood of a stretch at its own level, but for what all divisions share."""
    return -2.0 * events * np.log(events / weeks) / dispersion if events > 0.0 else 0.0


@njit(cache=True)
def _divided(sums: Floats, dispersion: float, least: int, penalty: float) -> NDArray[np.int64]:
    """The ends of the stretches of the best division."""
    n = len(sums) - 1
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    last = np.zeros(n + 1, np.int64)
    open_, dead, reached = np.empty(n + 1, np.int64), np.full(n + 1, n + 1), np.empty(n + 1)
    opened = 0
    for end in range(least, n + 1):
        begin = end - least
        if np.isfinite(best[begin]):
            open_[opened] = begin
            opened += 1
        kept = 0
        for one in range(opened):
            begin = open_[one]
            if end >= dead[begin]:
                continue
            reached[kept] = best[begin] + _cost(sums[end] - sums[begin], end - begin, dispersion)
            if reached[kept] + penalty < best[end]:
                best[end] = reached[kept] + penalty
                last[end] = begin
            open_[kept] = begin
            kept += 1
        opened = kept
        for one in range(opened):
            # What begins here instead must first be long enough: until then the older begin stays.
            if reached[one] > best[end]:
                dead[open_[one]] = min(dead[open_[one]], end + least)
    ends = np.empty(n + 1, np.int64)
    stretches, at = 0, n
    while at > 0:
        ends[stretches] = at
        stretches += 1
        at = last[at]
    return ends[:stretches][::-1].copy()


@njit(cache=True)
def _gain(sums: Floats, dispersion: float, least: int) -> float:
    """The most that one change improves the likelihood by."""
    n = len(sums) - 1
    whole, best = _cost(sums[n], n, dispersion), 0.0
    for at in range(least, n - least + 1):
        parts = _cost(sums[at], at, dispersion) + _cost(sums[n] - sums[at], n - at, dispersion)
        best = max(best, whole - parts)
    return best


@njit(cache=True)
def _worth(sums: Floats, dispersion: float, least: int) -> float:
    """The largest penalty at which any change is found: the largest improvement per change (Dinkelbach 1967)."""
    n = len(sums) - 1
    penalty = _gain(sums, dispersion, least)
    if penalty <= 1e-12:
        return 0.0
    for _ in range(50):
        ends = _divided(sums, dispersion, least, penalty * (1.0 + 1e-9))
        changes = len(ends) - 1
        if changes == 0:
            break
        gain, begin = _cost(sums[n], n, dispersion), 0
        for end in ends:
            gain -= _cost(sums[end] - sums[begin], end - begin, dispersion)
            begin = end
        penalty = gain / changes
    return penalty


@njit(cache=True)
def _drawn(n: int, mean: float, dispersion: float, seed: int, number: int) -> Floats:
    state = stream(seed, number)
    series = np.empty(n)
    for at in range(n):
        series[at] = count(mean, dispersion, state)
    return series


@njit(cache=True, nogil=True)
def _hardest(
    run: Run, n: int, mean: float, dispersion: float, estimate: bool, least: int, seed: int, worst: Floats
) -> None:
    """The largest penalty at which each simulation without a change gets one."""
    for number in range(run[0], run[1]):
        series = _drawn(n, mean, dispersion, seed, number)
        worst[number] = _worth(_sums(series), _dispersion(series) if estimate else dispersion, least)


@njit(cache=True, nogil=True)
def _hardest_in_any_order(run: Run, series: Floats, least: int, seed: int, worst: Floats) -> None:
    """The same of the weeks themselves in random order, each time with the dispersion that it seems to have."""
    for number in range(run[0], run[1]):
        own = series.copy()
        shuffle(own, stream(seed, number))
        worst[number] = _worth(_sums(own), _dispersion(own), least)


@njit(cache=True, nogil=True)
def _found_in_none(
    run: Run,
    n: int,
    mean: float,
    dispersion: float,
    estimate: bool,
    least: int,
    penalty: float,
    seed: int,
    worst: Floats,
    found: NDArray[np.int64],
) -> None:
    for number in range(run[0], run[1]):
        if worst[number] <= penalty:
            continue
        series = _drawn(n, mean, dispersion, seed, number)
        spread = _dispersion(series) if estimate else dispersion
        found[number] = len(_divided(_sums(series), spread, least, penalty)) - 1


@njit(cache=True, nogil=True)
def _gains(run: Run, n: int, mean: float, dispersion: float, least: int, seed: int, gains: Floats) -> None:
    for number in range(run[0], run[1]):
        gains[number] = _gain(_sums(_drawn(n, mean, dispersion, seed, number)), dispersion, least)
