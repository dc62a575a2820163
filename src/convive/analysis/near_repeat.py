"""Near repeats and Knox's test: are events that are near in space also near in time, more than chance brings?

After a shooting, retaliation near by within weeks is what a city can still prevent. The null model: places and moments
are what they are, and any moment may belong to any place (times permuted among the events). It holds fixed the hot
spots and the seasons; it does not hold where places grow and shrink differently over the years, which looks like near
repeats (Kulldorff & Hjalmars, Biometrics 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import p_value, shuffle, stream
from convive.analysis.checks import Floats, checked_points, checked_times, require
from convive.analysis.near_pairs import Bands, NearPairs, Positions, band_of, edges_of, in_space, near_pairs
from convive.analysis.threads import Run, in_threads

Counts = NDArray[np.int64]

NULL = "times permuted among the events, places fixed"


@dataclass(frozen=True)
class NearRepeat:
    """Pairs by distance band (rows) and time band (columns).

    ``distances`` and ``times``: the upper edges of the bands, in metres and days; a pair at an edge belongs to the band
    below it. ``observed`` pairs, ``expected`` (the mean of the simulations), ``ratio`` of the two (NaN where none is
    expected), ``p`` of each cell for itself and ``p_family`` of each cell among all (the largest standardised excess of
    a simulation, Westfall & Young 1993). ``overall``: the p-value of the largest excess of the table.
    """

    distances: Floats
    times: Floats
    observed: Counts
    expected: Floats
    ratio: Floats
    p: Floats
    p_family: Floats
    overall: float
    events: int
    simulations: int
    seed: int
    null: str = NULL


@dataclass(frozen=True)
class Knox:
    """Pairs near in space and time: ``observed``, ``expected`` (the mean of the simulations), their ``ratio`` with the
    central 95% of ``observed`` over the simulations (``low``, ``high``), and ``p``.

    ``near_space`` and ``near_time``: pairs near in one of the two. ``expected_product``: Knox's own expectation, the
    product of both shares.
    """

    observed: int
    expected: float
    expected_product: float
    ratio: float
    low: float
    high: float
    p: float
    near_space: int
    near_time: int
    events: int
    simulations: int
    seed: int
    null: str = NULL


def near_repeat(
    points: ArrayLike,
    times: ArrayLike,
    distances: ArrayLike,
    durations: ArrayLike,
    *,
    simulations: int = 999,
    seed: int = 0,
    metric: str = "euclidean",
    metres: bool = False,
) -> NearRepeat:
    """The near-repeat table of events at ``points`` (n, 2; metres) and ``times`` (n,; days or datetime64).

    ``distances`` and ``durations``: upper edges of the bands; 0 as the first edge of ``distances`` makes a band of
    events at one place. ``metric``: ``euclidean`` or ``manhattan``. ``metres``: that small coordinates are metres.
    (Knox, Applied Statistics 1964; Ratcliffe & Rengert, Security Journal 2008.) Raises
    :class:`~convive.errors.AnalysisError`.
    """
    space, moments = _checked(points, times, simulations, metres=metres)
    near, late = edges_of(distances, what="distances"), edges_of(durations, what="durations")
    order = in_space(space, near)
    space, moments = space[order], moments[order]
    pairs = near_pairs(space, near, metric=metric)
    observed, simulated = _counted(pairs, moments, near, late, simulations, seed)
    expected = simulated.mean(axis=0)
    # Standardised by all tables, the observed one among them: else it alone would be measured by what others are.
    together = np.concatenate([observed[None], simulated])
    middle, spread = together.mean(axis=0), together.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    excess = (observed - middle) / scale
    largest = ((simulated - middle) / scale).reshape(simulations, -1).max(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    return NearRepeat(
        distances=near,
        times=late,
        observed=observed,
        expected=expected,
        ratio=ratio,
        p=(1 + (simulated >= observed).sum(axis=0)) / (1 + simulations),
        p_family=(1 + (largest[:, None, None] >= excess - 1e-9).sum(axis=0)) / (1 + simulations),
        overall=p_value(float(excess.max()) - 1e-9, largest),
        events=len(space),
        simulations=simulations,
        seed=seed,
    )


def knox(
    points: ArrayLike,
    times: ArrayLike,
    distance: float,
    duration: float,
    *,
    simulations: int = 999,
    seed: int = 0,
    metric: str = "euclidean",
    metres: bool = False,
) -> Knox:
    """Knox's test: how many pairs lie within ``distance`` (metres) and ``duration`` (days), and would by chance.

    Arguments as in :func:`near_repeat`. (Knox, Applied Statistics 1964; permutation after Mantel, Cancer Research
    1967.) Raises :class:`~convive.errors.AnalysisError`.
    """
    space, moments = _checked(points, times, simulations, metres=metres)
    near, late = edges_of(distance, what="distance"), edges_of(duration, what="duration")
    order = in_space(space, near)
    space, moments = space[order], moments[order]
    pairs = near_pairs(space, near, metric=metric)
    table, tables = _counted(pairs, moments, near, late, simulations, seed)
    observed, simulated = int(table[0, 0]), tables[:, 0, 0].astype(np.float64)
    expected = float(simulated.mean())
    bounds = np.quantile(simulated, (0.025, 0.975))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, low, high = (float(np.float64(observed) / one) for one in (expected, bounds[1], bounds[0]))
    whole = len(space) * (len(space) - 1) / 2
    near_time = _within(np.sort(moments), float(late[0]))
    return Knox(
        observed=observed,
        expected=expected,
        expected_product=pairs.count * near_time / whole,
        ratio=ratio if expected > 0 else float("nan"),
        low=low if expected > 0 else float("nan"),
        high=high if expected > 0 else float("nan"),
        p=p_value(observed, simulated),
        near_space=pairs.count,
        near_time=near_time,
        events=len(space),
        simulations=simulations,
        seed=seed,
    )


def _checked(points: ArrayLike, times: ArrayLike, simulations: int, *, metres: bool) -> tuple[Floats, Floats]:
    space = checked_points(points, least=3, spread=True, metres=metres)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    return space, checked_times(times, len(space))


def _counted(
    pairs: NearPairs, moments: Floats, near: Floats, late: Floats, simulations: int, seed: int
) -> tuple[Counts, Counts]:
    """The observed table and those of the simulations (simulation, distance band, time band)."""
    tables = np.zeros((simulations + 1, len(near), len(late)), np.int64)
    in_threads(_simulated, len(tables), pairs.begins, pairs.other, pairs.band, moments, late, seed, tables)
    return tables[0], tables[1:]


@njit(cache=True, nogil=True)
def _simulated(
    run: Run,
    begins: NDArray[np.int64],
    other: Positions,
    band: Bands,
    moments: Floats,
    late: Floats,
    seed: int,
    tables: Counts,
) -> None:
    longest = late[-1]
    for number in range(run[0], run[1]):
        own = moments.copy()
        if number > 0:
            shuffle(own, stream(seed, number))
        table = np.zeros((tables.shape[1], tables.shape[2]), np.int64)
        for at in range(len(own)):
            moment = own[at]
            for place in range(begins[at], begins[at + 1]):
                apart = abs(moment - own[other[place]])
                if apart <= longest:
                    table[band[place], band_of(apart, late)] += 1
        tables[number] = table


@njit(cache=True)
def _within(moments: Floats, reach: float) -> int:
    """How many pairs of sorted ``moments`` are no further apart than ``reach``."""
    first, count = 0, 0
    for at in range(len(moments)):
        while moments[at] - moments[first] > reach:
            first += 1
        count += at - first
    return count
