"""Chance that can be repeated: random numbers for compiled kernels, one stream a simulation.

Simulation ``i`` of a seed always draws the same numbers, whichever thread runs it, so that results do not depend on the
number of threads. The generator is SplitMix64 (Steele, Lea & Flood, OOPSLA 2014); whole numbers below a bound are drawn
without bias (Lemire, ACM TOMACS 2019).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)


@njit(cache=True, inline="always")
def _mixed(state: np.uint64) -> np.uint64:
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


@njit(cache=True)
def stream(seed: int, simulation: int) -> NDArray[np.uint64]:
    """The state of one simulation's generator, an array of one number that draws change."""
    state = np.empty(1, np.uint64)
    state[0] = _mixed(np.uint64(seed) + _GOLDEN) ^ _mixed((np.uint64(simulation) + np.uint64(1)) * _GOLDEN)
    return state


@njit(cache=True, inline="always")
def draw(state: NDArray[np.uint64]) -> np.uint64:
    """64 random bits."""
    state[0] += _GOLDEN
    return _mixed(state[0])


@njit(cache=True, inline="always")
def uniform(state: NDArray[np.uint64]) -> float:
    """A number in [0, 1)."""
    return np.float64(draw(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, inline="always")
def below(state: NDArray[np.uint64], bound: int) -> np.int64:
    """A whole number from 0 to ``bound`` - 1, each as likely; ``bound`` below 2**32."""
    limit = np.uint64(bound)
    product = (draw(state) >> np.uint64(32)) * limit
    if (product & _LOW) < limit:
        least = ((_LOW + np.uint64(1)) - limit) % limit
        while (product & _LOW) < least:
            product = (draw(state) >> np.uint64(32)) * limit
    return np.int64(product >> np.uint64(32))


@njit(cache=True)
def shuffle(values: np.ndarray, state: NDArray[np.uint64]) -> None:
    """Bring ``values`` into a random order, in place (Fisher & Yates; Durstenfeld, CACM 1964)."""
    for last in range(len(values) - 1, 0, -1):
        at = below(state, last + 1)
        values[last], values[at] = values[at], values[last]


@njit(cache=True)
def poisson(mean: float, state: NDArray[np.uint64]) -> int:
    """A Poisson number: by multiplication where ``mean`` is below 30, else the sum of two of half the mean."""
    if mean <= 0.0:
        return 0
    parts = 1
    while mean / parts >= 30.0:
        parts *= 2
    floor = np.exp(-mean / parts)
    count = 0
    for _ in range(parts):
        product = uniform(state)
        while product > floor:
            count += 1
            product *= uniform(state)
    return count


def share_limits(part: float, whole: float, confidence: float) -> tuple[float, float]:
    """The exact interval of a share, ``part`` of ``whole`` (Clopper & Pearson, Biometrika 1934)."""
    tail = (1 - confidence) / 2
    low = float(stats.beta.ppf(tail, part, whole - part + 1)) if part > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, part + 1, whole - part)) if part < whole else 1.0
    return low, high


def p_value(observed: float, simulated: NDArray[np.float64]) -> float:
    """The share of simulations at least as large as what was observed, itself one of them (Davison & Hinkley 1997,
    §4.2.3): never 0."""
    return float((1 + np.count_nonzero(np.asarray(simulated) >= observed)) / (1 + len(simulated)))
