"""Nearest-neighbour hierarchical clusters: groups of events closer to each other than chance brings, groups of groups.

The method of CrimeStat (Levine, *CrimeStat IV*, 2013, chapter 7): events nearer than a random pair of neighbours would
be form clusters of at least ``least`` events; the middles of clusters form clusters of a higher order, and so on. Its
simulations say how many such clusters chance alone makes, which is often many.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.spatial import cKDTree

from convive.analysis.chance import p_value, stream, uniform
from convive.analysis.checks import Floats, checked_points, require
from convive.analysis.near_pairs import in_space

NULL = "events anywhere in the area, independently"


@dataclass(frozen=True)
class Cluster:
    """``members``: positions of its events (of the clusters of the order below, above the first order). ``middle`` in
    metres; ``ellipse``: half axes of one standard deviation in metres and the angle of the longer one from the x axis,
    in degrees. ``p``: how often the largest cluster that chance makes has as many events; NaN above the first order."""

    members: NDArray[np.int64]
    middle: tuple[float, float]
    ellipse: tuple[float, float, float]
    p: float


@dataclass(frozen=True)
class HierarchicalClusters:
    """``orders``: clusters of the first order, of the second, ...; ``threshold`` of the first in metres. ``expected``
    clusters of the first order by chance, the central ``confidence`` of them from ``low`` to ``high``, and ``p`` of as
    many or more."""

    orders: tuple[tuple[Cluster, ...], ...]
    threshold: float
    expected: float
    low: float
    high: float
    p: float
    area: float
    least: int
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


def hierarchical_clusters(
    points: ArrayLike,
    area: float,
    *,
    least: int = 5,
    threshold: float | None = None,
    tail: float = 0.5,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> HierarchicalClusters:
    """Clusters of ``points`` (n, 2; metres) in an ``area`` of square metres.

    ``threshold``: the distance in metres below which two events belong together; where not given, the lower limit of
    the mean random distance between nearest neighbours, 0.5 √(A/n) - t × 0.26136 √(A/n²), where t leaves ``tail`` to
    its left (0.5: the mean itself). The event with most neighbours seeds a cluster of itself and them, the next of what
    remains seeds the next. The null's events lie in a square of the same area, without its border's effect removed.
    Raises :class:`~convive.errors.AnalysisError`.
    """
    space = checked_points(points, least=3, spread=True, metres=metres)
    require(bool(np.isfinite(area)) and area > 0, what="area", got=area, wanted="> 0")
    require(least >= 2, what="least", got=least, wanted=">= 2")
    require(0 < tail <= 0.5, what="tail", got=tail, wanted="0 … 0.5")
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    reach = _random_distance(len(space), area, tail) if threshold is None else float(threshold)
    require(reach > 0, what="threshold", got=reach, wanted="> 0")
    first = _members(_grouped(space, reach, least))
    chance_counts, chance_largest = _by_chance(len(space), area, reach, least, simulations, seed)
    orders = [tuple(_cluster(space, members, p_value(len(members), chance_largest)) for members in first)]
    while len(orders[-1]) > least:
        middles = np.array([one.middle for one in orders[-1]])
        higher = _members(_grouped(middles, _random_distance(len(middles), area, tail), least))
        if not higher:
            break
        orders.append(tuple(_cluster(middles, members, float("nan")) for members in higher))
    low, high = np.quantile(chance_counts, ((1 - confidence) / 2, (1 + confidence) / 2))
    return HierarchicalClusters(
        tuple(orders) if orders[0] else (),
        reach,
        float(chance_counts.mean()),
        float(low),
        float(high),
        p_value(len(first), chance_counts),
        float(area),
        least,
        confidence,
        simulations,
        seed,
    )


def _random_distance(n: int, area: float, tail: float) -> float:
    mean, error = 0.5 * math.sqrt(area / n), 0.26136 * math.sqrt(area) / n
    return max(mean - float(stats.norm.isf(tail)) * error, 0.0)


def _members(group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The events of each cluster, in their order."""
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], np.arange(int(group.max(initial=-1)) + 2))
    return [order[first:after] for first, after in pairwise(begins)]


def _grouped(space: Floats, reach: float, least: int) -> NDArray[np.int64]:
    """The cluster of each event, -1 for none."""
    pairs = cKDTree(space).query_pairs(reach, output_type="ndarray").astype(np.int64)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    begins = np.searchsorted(both[:, 0], np.arange(len(space) + 1))
    counts = np.diff(begins)
    grouped: NDArray[np.int64] = _seeded(
        begins, np.ascontiguousarray(both[:, 1]), np.lexsort((np.arange(len(space)), -counts)), least
    )
    return grouped


@njit(cache=True)
def _seeded(
    begins: NDArray[np.int64], other: NDArray[np.int64], order: NDArray[np.int64], least: int
) -> NDArray[np.int64]:
    """The cluster of each event, -1 for none: events by their neighbours, most first, seed one of what is still free.

    ``order`` is by neighbours at the start; the number still free is counted when an event's turn comes, and the event
    goes back into line where others have more.
    """
    n = len(begins) - 1
    group = np.full(n, -1, np.int64)
    free = np.empty(n, np.int64)
    most = 0
    for at in range(n):
        free[at] = begins[at + 1] - begins[at]
        most = max(most, free[at])
    # Events in line by how many free neighbours they have: a stack for each number, first in order on top.
    head, after = np.full(most + 1, -1, np.int64), np.full(n, -1, np.int64)
    for place in range(n - 1, -1, -1):
        at = order[place]
        after[at] = head[free[at]]
        head[free[at]] = at
    number, level = 0, most
    while level >= least - 1 and level >= 1:
        at = head[level]
        if at < 0:
            level -= 1
            continue
        head[level] = after[at]
        if group[at] >= 0:
            continue
        if free[at] < level:
            after[at] = head[free[at]]
            head[free[at]] = at
            continue
        group[at] = number
        for place in range(begins[at], begins[at + 1]):
            if group[other[place]] < 0:
                group[other[place]] = number
        for place in range(begins[at] - 1, begins[at + 1]):
            joined = at if place < begins[at] else other[place]
            if group[joined] == number:
                for beside in range(begins[joined], begins[joined + 1]):
                    free[other[beside]] -= 1
        number += 1
    return group


def _by_chance(n: int, area: float, reach: float, least: int, simulations: int, seed: int) -> tuple[Floats, Floats]:
    """How many clusters each simulation makes, and the events of its largest."""
    counts, largest = np.empty(simulations), np.empty(simulations)
    for number in range(simulations):
        points = _anywhere(n, math.sqrt(area), seed, number)
        group = _grouped(points[in_space(points, np.array([reach]))], reach, least)
        sizes = np.bincount(group[group >= 0])
        counts[number] = len(sizes)
        largest[number] = sizes.max(initial=0)
    return counts, largest


@njit(cache=True)
def _anywhere(n: int, side: float, seed: int, number: int) -> Floats:
    state = stream(seed, number)
    points = np.empty((n, 2))
    for at in range(n):
        points[at, 0] = uniform(state) * side
        points[at, 1] = uniform(state) * side
    return points


def _cluster(space: Floats, members: NDArray[np.int64], p: float) -> Cluster:
    own = space[members]
    middle = own.mean(axis=0)
    spread = np.atleast_2d(np.cov(own.T))
    values, axes = np.linalg.eigh(spread)
    angle = math.degrees(math.atan2(axes[1, 1], axes[0, 1])) % 180
    shape = math.sqrt(max(values[1], 0)), math.sqrt(max(values[0], 0)), angle
    return Cluster(members, (float(middle[0]), float(middle[1])), shape, p)
