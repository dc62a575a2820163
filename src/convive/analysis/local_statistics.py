"""Local Moran and Getis–Ord: which units stand out together with their neighbours, and which only seem to.

The null model of both: the unit's own value stays, those of its neighbours are drawn from all others (conditional
permutation; Anselin 1995). A map shows many units at once, hence ``q``: the share of false discoveries that one accepts
by calling this unit and all less doubtful ones significant (Benjamini & Hochberg, JRSS B 1995; for local statistics
Caldas de Castro & Singer, Geographical Analysis 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import below, stream
from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.neighbours import Neighbours
from convive.analysis.threads import Run, in_threads

NULL = "own value fixed, neighbours' values drawn from all others"
ROUNDING = 1e-10
CHUNK = 256
FEW = 32
"""Up to so many neighbours a draw that repeats one is drawn again; beyond, an order is shuffled in part."""


@dataclass(frozen=True)
class LocalMoran:
    """``statistic`` I of each unit; ``quadrant`` (1 high among high, 2 low among high, 3 low among low, 4 high among
    low; 0 for an island); ``p`` two-sided and ``q`` its false-discovery rate, NaN for an island; ``p_one_sided`` in the
    direction observed, as other programs tell it."""

    statistic: Floats
    quadrant: NDArray[np.int64]
    p: Floats
    p_one_sided: Floats
    q: Floats
    islands: NDArray[np.int64]
    simulations: int
    seed: int
    null: str = NULL


@dataclass(frozen=True)
class GetisOrd:
    """``statistic`` G of each unit, ``z`` by the normal approximation, ``p`` two-sided by permutation and ``q`` its
    false-discovery rate, NaN for an island; ``p_one_sided`` in the direction observed."""

    statistic: Floats
    z: Floats
    p: Floats
    p_one_sided: Floats
    q: Floats
    islands: NDArray[np.int64]
    simulations: int
    seed: int
    null: str = NULL


def local_moran(values: ArrayLike, neighbours: Neighbours, *, simulations: int = 999, seed: int = 0) -> LocalMoran:
    """Local Moran's I of ``values`` (n,) with row-standardised weights (Anselin, Geographical Analysis 1995, eq. 12).

    Raises :class:`~convive.errors.AnalysisError` for missing or constant values.
    """
    array, weights = _checked(values, neighbours, simulations)
    z = (array - array.mean()) / array.std()
    lag = weights.lag(z)
    above, below_ = _simulated(z, weights, simulations, seed)
    positive = z > 0
    larger, smaller = np.where(positive, above, below_), np.where(positive, below_, above)
    quadrant = np.select([(z > 0) & (lag > 0), (z <= 0) & (lag > 0), (z <= 0) & (lag <= 0)], [1, 2, 3], 4)
    quadrant[weights.counts == 0] = 0
    p, one_sided, q = _p_values(larger, smaller, weights, simulations)
    statistic = (len(z) - 1) * z * lag / (z @ z)
    return LocalMoran(statistic, quadrant, p, one_sided, q, weights.islands, simulations, seed)


def getis_ord(
    values: ArrayLike, neighbours: Neighbours, *, star: bool = True, simulations: int = 999, seed: int = 0
) -> GetisOrd:
    """Getis and Ord's local G of ``values`` (n,), none negative, with binary weights; ``star``: the unit itself counts
    among its neighbours (Gi*). (Ord & Getis, Geographical Analysis 1995, eqs. 5–14.)

    Raises :class:`~convive.errors.AnalysisError` for missing, constant or negative values.
    """
    array, _ = _checked(values, neighbours, simulations)
    require(bool(array.min() >= 0), what="values", got=float(array.min()), wanted=">= 0")
    n, counts = len(array), neighbours.counts.astype(np.float64)
    weights = Neighbours(neighbours.begins, neighbours.other, np.ones(len(neighbours.other)))
    lag = weights.lag(array)
    above, below_ = _simulated(array, weights, simulations, seed)
    if star:
        total, members = lag + array, counts + 1
        mean, spread, whole = np.full(n, array.mean()), np.full(n, array.std()), np.full(n, array.sum())
        scale = spread * np.sqrt((n * members - members**2) / (n - 1))
    else:
        total, members, whole = lag, counts, array.sum() - array
        mean = whole / (n - 1)
        spread = np.sqrt(np.maximum((np.sum(array**2) - array**2) / (n - 1) - mean**2, 0))
        scale = spread * np.sqrt(((n - 1) * members - members**2) / (n - 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        z, statistic = (total - members * mean) / scale, total / whole
    z[counts == 0] = np.nan
    p, one_sided, q = _p_values(above, below_, weights, simulations)
    return GetisOrd(statistic, z, p, one_sided, q, weights.islands, simulations, seed)


def false_discovery(p: Floats) -> Floats:
    """The false-discovery rate of each of ``p``; NaN where it is NaN (Benjamini & Hochberg 1995)."""
    q = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = stats.false_discovery_control(p[known])
    return q


def _checked(values: ArrayLike, neighbours: Neighbours, simulations: int) -> tuple[Floats, Neighbours]:
    array = checked_values(values, neighbours.n, what="values", varied=True)
    at_least(len(array), 3)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    return array, neighbours.row_standardised()


def _p_values(above: Floats, below_: Floats, weights: Neighbours, simulations: int) -> tuple[Floats, Floats, Floats]:
    one_sided = (1 + np.minimum(above, below_)) / (1 + simulations)
    one_sided[weights.counts == 0] = np.nan
    p = np.minimum(1.0, 2 * one_sided)
    return p, one_sided, false_discovery(p)


def _simulated(values: Floats, weights: Neighbours, simulations: int, seed: int) -> tuple[Floats, Floats]:
    """In how many simulations each unit's lag was at least, and at most, as large as observed."""
    slack = ROUNDING * max(float(np.abs(values).max()), 1e-300)
    if weights.equal_in_rows:
        return _shared(values, weights, simulations, seed, slack)
    above, below_ = np.zeros(weights.n), np.zeros(weights.n)
    lag = weights.lag(values)
    chunks = (weights.n + CHUNK - 1) // CHUNK
    fixed = values, weights.begins, weights.weight, lag
    in_threads(_drawn, chunks, *fixed, simulations, seed, slack, above, below_)
    return above, below_


def _shared(values: Floats, weights: Neighbours, simulations: int, seed: int, slack: float) -> tuple[Floats, Floats]:
    """The same where all neighbours of a unit weigh the same: one draw serves every unit with as many neighbours.

    A simulation draws distinct units; the first k of them are the neighbours of any unit that has k, unless it is among
    them itself: the next one drawn stands in for it. So each unit's neighbours are drawn from all others, each as
    likely, and units share their draws, as they do in esda.
    """
    counts = weights.counts
    sums = Neighbours(weights.begins, weights.other, np.ones(len(weights.other))).lag(values)
    most = int(counts.max(initial=0))
    drawn = np.empty((simulations, most + 1), np.int64)
    in_threads(_distinct, simulations, drawn, weights.n, seed)
    running = np.cumsum(values[drawn], axis=1)
    above, below_ = np.zeros(weights.n), np.zeros(weights.n)
    for k in np.unique(counts[counts > 0]):
        units = np.flatnonzero(counts == k)
        in_order = np.sort(running[:, k - 1])
        above[units] = simulations - np.searchsorted(in_order, sums[units] - slack, side="left")
        below_[units] = np.searchsorted(in_order, sums[units] + slack, side="right")
    simulation, place = np.nonzero(np.arange(most + 1) < counts[drawn])
    unit = drawn[simulation, place]
    k = counts[unit]
    told = running[simulation, k - 1]
    right = told - values[unit] + values[drawn[simulation, k]]
    least, largest = sums[unit] - slack, sums[unit] + slack
    np.add.at(above, unit, (right >= least).astype(np.float64) - (told >= least))
    np.add.at(below_, unit, (right <= largest).astype(np.float64) - (told <= largest))
    return above, below_


@njit(cache=True, nogil=True)
def _distinct(run: Run, drawn: NDArray[np.int64], n: int, seed: int) -> None:
    """Fills each row with distinct units, by a shuffle that goes no further than it must."""
    for simulation in range(run[0], run[1]):
        state = stream(seed, simulation)
        places = {np.int64(-1): np.int64(-1)}
        for place in range(drawn.shape[1]):
            swap = np.int64(place) + below(state, n - place)
            drawn[simulation, place] = places.get(swap, swap)
            places[swap] = places.get(np.int64(place), np.int64(place))


@njit(cache=True, nogil=True)
def _drawn(
    run: Run,
    values: Floats,
    begins: NDArray[np.int64],
    weight: Floats,
    lag: Floats,
    simulations: int,
    seed: int,
    slack: float,
    above: Floats,
    below_: Floats,
) -> None:
    n = len(values)
    for chunk in range(run[0], run[1]):
        order = np.empty(0, np.int64)
        for unit in range(chunk * CHUNK, min((chunk + 1) * CHUNK, n)):
            first, k = begins[unit], begins[unit + 1] - begins[unit]
            if k == 0:
                continue
            few = k <= FEW and 4 * k <= n
            if not few and len(order) == 0:
                order = np.arange(n)
            state = stream(seed, unit)
            drawn = np.empty(k, np.int64)
            for _ in range(simulations):
                total = 0.0
                for place in range(k):
                    if few:
                        _draw_another(drawn, place, n, state)
                        at = drawn[place]
                    else:
                        swap = place + below(state, n - 1 - place)
                        drawn[place] = swap
                        order[place], order[swap] = order[swap], order[place]
                        at = order[place]
                    at = n - 1 if at == unit else at
                    total += weight[first + place] * values[at]
                if not few:
                    for place in range(k - 1, -1, -1):
                        swap = drawn[place]
                        order[place], order[swap] = order[swap], order[place]
                if total >= lag[unit] - slack:
                    above[unit] += 1
                if total <= lag[unit] + slack:
                    below_[unit] += 1


@njit(cache=True, inline="always")
def _draw_another(drawn: NDArray[np.int64], place: int, n: int, state: NDArray[np.uint64]) -> None:
    """Puts one of 0 … n-2 that was not drawn before at ``place``; the caller lets n-1 stand for the unit itself."""
    fresh = False
    while not fresh:
        drawn[place] = below(state, n - 1)
        fresh = True
        for earlier in range(place):
            if drawn[earlier] == drawn[place]:
                fresh = False
