"""Moran's I: whether units next to each other are alike, over the whole map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import shuffle, stream
from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.neighbours import Neighbours
from convive.analysis.threads import Run, in_threads

NULL = "values permuted among the units"


@dataclass(frozen=True)
class Moran:
    """``statistic`` I, its ``expected`` value and ``variance`` under randomisation, ``z``, ``p_normal`` two-sided by
    the normal approximation and ``p`` two-sided by permutation. ``islands``: units left without a say."""

    statistic: float
    expected: float
    variance: float
    z: float
    p_normal: float
    p: float
    islands: NDArray[np.int64]
    simulations: int
    seed: int
    null: str = NULL


def moran(values: ArrayLike, neighbours: Neighbours, *, simulations: int = 999, seed: int = 0) -> Moran:
    """Moran's I of ``values`` (n,) with row-standardised weights (Moran, Biometrika 1950; moments under randomisation:
    Cliff & Ord, Spatial Processes, 1981, §1.5).

    Raises :class:`~convive.errors.AnalysisError` for missing or constant values, or where nobody has a neighbour.
    """
    array = checked_values(values, neighbours.n, what="values", varied=True)
    at_least(len(array), 4)
    at_least(len(neighbours.other), 1)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    weights = neighbours.row_standardised()
    z = array - array.mean()
    scale = len(z) / weights.weight.sum() / (z @ z)
    statistic = float(scale * (z @ weights.lag(z)))
    expected, variance = _moments(z, weights)
    simulated = np.empty(simulations)
    in_threads(_permuted, simulations, z, weights.begins, weights.other, weights.weight, seed, simulated)
    simulated *= scale
    tails = np.count_nonzero(simulated >= statistic - 1e-12), np.count_nonzero(simulated <= statistic + 1e-12)
    score = (statistic - expected) / np.sqrt(variance)
    return Moran(
        statistic=statistic,
        expected=expected,
        variance=variance,
        z=float(score),
        p_normal=float(2 * stats.norm.sf(abs(score))),
        p=min(1.0, 2 * (1 + min(tails)) / (1 + simulations)),
        islands=weights.islands,
        simulations=simulations,
        seed=seed,
    )


def _moments(z: Floats, weights: Neighbours) -> tuple[float, float]:
    n = len(z)
    of = np.repeat(np.arange(n), weights.counts)
    forward = of * n + weights.other
    backward = weights.other * n + of
    place = np.searchsorted(forward, backward)
    there = (place < len(forward)) & (forward[np.minimum(place, len(forward) - 1)] == backward)
    mirrored = np.where(there, weights.weight[np.minimum(place, len(forward) - 1)], 0.0)
    s0 = weights.weight.sum()
    # Each pair counts twice over where both name each other, once where one does not.
    s1 = float(np.sum((weights.weight + mirrored) ** 2 * np.where(there, 0.5, 1.0)))
    given = np.bincount(of, weights=weights.weight, minlength=n)
    got = np.bincount(weights.other, weights=weights.weight, minlength=n)
    s2 = float(np.sum((given + got) ** 2))
    kurtosis = float(n * np.sum(z**4) / np.sum(z**2) ** 2)
    expected = -1.0 / (n - 1)
    upper = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) - kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return expected, float(upper / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2)


@njit(cache=True, nogil=True)
def _permuted(
    run: Run,
    z: Floats,
    begins: NDArray[np.int64],
    other: NDArray[np.int64],
    weight: Floats,
    seed: int,
    simulated: Floats,
) -> None:
    for number in range(run[0], run[1]):
        own = z.copy()
        shuffle(own, stream(seed, number))
        total = 0.0
        for unit in range(len(own)):
            lag = 0.0
            for place in range(begins[unit], begins[unit + 1]):
                lag += weight[place] * own[other[place]]
            total += own[unit] * lag
        simulated[number] = total
