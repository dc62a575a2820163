"""Kernel density along streets: where on the street network events gather, not across rivers and blocks.

An event's kernel is cut out of the street along which one can get there. Where streets meet it is split, equally and
so that the density does not jump (the equal-split continuous kernel of Okabe, Satoh & Sugihara, IJGIS 2009, §4): of
what reaches a corner of ``m`` streets, 2 / m goes on into each and (m - 2) / m comes back with the opposite sign. With
a Gaussian kernel that is the density that heat spreading along the streets brings (McSwiggan, Baddeley & Nair,
Scandinavian Journal of Statistics 2017, theorem 1). Nothing leaves at a dead end: all of it comes back, so that the
density adds up to the events.

How the sum over all paths is found is told in :mod:`~convive.analysis.street_waves`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import draw, stream, uniform
from convive.analysis.checks import Floats, at_least, checked_points, require
from convive.analysis.density import limits
from convive.analysis.network import Integers, Lixels, Located, Network, lixels, located, over_lixels
from convive.analysis.street_waves import KERNELS, Ground, Plan, read, room, sent
from convive.analysis.threads import Run, in_threads

DRAWS = 32
PARTS = 8
"""Parts in which simulations are added up, so that sums do not depend on the number of threads."""


@dataclass(frozen=True)
class NetworkDensity:
    """Events a metre of street at the middle of each of ``lixels``.

    ``low`` and ``high``: the interval of each as if events were Poisson (as in
    :class:`~convive.analysis.density.Density`); the kernels' squares in it are estimated by ``draws`` draws of signs
    with ``seed`` (Hutchinson 1990). ``bandwidth`` in metres: the standard deviation (heat) or reach of the kernel.
    ``beyond``: events without a street within reach, which are left out of ``events``.
    """

    lixels: Lixels
    value: Floats
    low: Floats
    high: Floats
    bandwidth: float
    kernel: str
    events: int
    beyond: int
    confidence: float
    draws: int
    seed: int


@dataclass(frozen=True)
class NetworkExcess:
    """Where along the streets there are more events than the null model brings: ``p`` of each lixel for itself,
    ``p_family`` among all (by the largest of each simulation: Westfall & Young 1993); ``significant`` where the latter
    is at most ``level``. ``expected``: the mean of the simulations. ``events`` it is of; ``beyond``: those far from
    every street or on streets without exposure, left out."""

    lixels: Lixels
    p: Floats
    p_family: Floats
    significant: NDArray[np.bool_]
    expected: Floats
    events: int
    beyond: int
    level: float
    simulations: int
    seed: int
    null: str


def network_density(
    points: ArrayLike,
    streets: Network,
    bandwidth: float,
    *,
    kernel: str = "quartic",
    lixel: float = 10.0,
    reach: float = 50.0,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
    metres: bool = False,
) -> NetworkDensity:
    """The density of ``points`` (n, 2; metres) along ``streets``, at the middles of pieces of at most ``lixel`` metres.

    Each event counts on the nearest street no further than ``reach`` metres. ``draws``: of signs, for the interval; 0
    tells none. ``kernel``: ``quartic`` or
    ``epanechnikov`` (``bandwidth`` is their reach), or ``heat`` (Gaussian; ``bandwidth`` is its standard deviation).
    Chains of streets shorter than a step, which is the kernel's reach / 256, count as one step long. Raises
    :class:`~convive.errors.AnalysisError`.
    """
    _argument(kernel, bandwidth)
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(draws == 0 or draws >= 8, what="draws", got=draws, wanted="0, or >= 8")
    events = located(points, streets, reach=reach, metres=metres)
    known = events.segment >= 0
    at_least(int(known.sum()), 1)
    ground = Ground(streets, lixels(streets, lixel), kernel, float(bandwidth))
    placed = events.segment[known], events.along[known], np.ones(int(known.sum()))
    value = ground.laid(*placed)
    low = high = np.full(len(value), np.nan)
    if draws:
        parts = np.zeros((PARTS, len(value)))
        in_threads(_squares, PARTS, ground.plan, *ground.sorted(*placed), draws, seed, parts)
        low, high = limits(np.maximum(value, 0.0), parts.sum(axis=0) / draws, confidence)
    return NetworkDensity(
        ground.pieces,
        value,
        low,
        high,
        float(bandwidth),
        kernel,
        int(known.sum()),
        events.beyond,
        confidence,
        draws,
        seed,
    )


def smoothed_along(
    amounts: ArrayLike, streets: Network, pieces: Lixels, bandwidth: float, *, kernel: str = "quartic"
) -> Floats:
    """``amounts`` of each of ``pieces``, laid at its middle and smoothed along ``streets``: a metre of street's
    share at the middle of each. For what is known by pieces and not by points. Raises
    :class:`~convive.errors.AnalysisError`."""
    _argument(kernel, bandwidth)
    weight = over_lixels(amounts, pieces, "amounts")
    return Ground(streets, pieces, kernel, float(bandwidth)).laid(pieces.segment, pieces.middle, weight)


def network_excess(
    points: ArrayLike,
    streets: Network,
    bandwidth: float,
    *,
    kernel: str = "quartic",
    lixel: float = 10.0,
    reach: float = 50.0,
    exposure: ArrayLike | None = None,
    simulations: int = 999,
    seed: int = 0,
    level: float = 0.05,
    metres: bool = False,
) -> NetworkExcess:
    """Where the density along ``streets`` is more than if events fell on every metre of street alike, or in proportion
    to ``exposure`` a metre (one of each lixel: people about, or 0 where nothing is recorded). Other arguments as in
    :func:`network_density`. Raises :class:`~convive.errors.AnalysisError`.
    """
    _argument(kernel, bandwidth)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    space = checked_points(points, least=2, spread=True, metres=metres)
    events = located(space, streets, reach=reach, metres=True)
    ground = Ground(streets, lixels(streets, lixel), kernel, float(bandwidth))
    pieces = ground.pieces
    risk = np.ones(len(pieces.segment)) if exposure is None else over_lixels(exposure, pieces, "exposure")
    require(bool(risk.min() >= 0 and risk.sum() > 0), what="exposure", got=float(risk.min()), wanted=">= 0")
    on = _lixel_of(events, pieces)
    counted = (on >= 0) & (risk[on] > 0)
    n = int(counted.sum())
    at_least(n, 2)
    observed = ground.laid(events.segment[counted], events.along[counted], np.ones(n))
    weight = risk * pieces.length / (risk * pieces.length).sum()
    scale = ground.laid(pieces.segment, pieces.middle, weight)
    scale = np.sqrt(np.maximum(scale, scale.max() * 1e-6))
    chain, low = ground.along(pieces.segment, pieces.begins)
    _, high = ground.along(pieces.segment, pieces.begins + pieces.length)
    above, total = np.zeros((PARTS, len(observed)), np.int64), np.zeros((PARTS, len(observed)))
    largest = np.empty(simulations)
    fixed = ground.plan, np.cumsum(weight), chain, low, high, observed, scale, n, seed
    in_threads(_simulated, PARTS, *fixed, above, total, largest)
    p_family = (1 + (largest[:, None] >= (observed / scale)[None]).sum(axis=0)) / (1 + simulations)
    return NetworkExcess(
        pieces,
        (1 + above.sum(axis=0)) / (1 + simulations),
        p_family,
        p_family <= level,
        total.sum(axis=0) / simulations,
        n,
        len(counted) - n,
        level,
        simulations,
        seed,
        "events fall on metres of street in proportion to the exposure",
    )


def _argument(kernel: str, bandwidth: float) -> None:
    require(kernel in KERNELS, what="kernel", got=kernel, wanted=" / ".join(KERNELS))
    require(bool(np.isfinite(bandwidth)) and bandwidth > 0, what="bandwidth", got=bandwidth, wanted="> 0")


def _lixel_of(events: Located, pieces: Lixels) -> Integers:
    known = np.maximum(events.segment, 0)
    length = pieces.length[pieces.first[known]]
    count = np.diff(pieces.first)[known]
    found = pieces.first[known] + np.minimum((events.along / length).astype(np.int64), count - 1)
    return np.where(events.segment >= 0, found, -1)


@njit(cache=True, nogil=True)
def _squares(
    run: Run, plan: Plan, begins: Integers, at: Floats, weight: Floats, draws: int, seed: int, parts: Floats
) -> None:
    """The sum of each place's squared kernel, estimated by the square of their sum with random signs."""
    for part in range(run[0], run[1]):
        into, entered = np.empty(len(plan.lixel)), room(plan)
        for number in range(part, draws, PARTS):
            state = stream(seed, number)
            signed = weight.copy()
            for place in range(len(signed)):
                if draw(state) >> np.uint64(63):
                    signed[place] = -signed[place]
            sent(plan, begins, at, signed, entered)
            read((0, len(plan.length)), plan, entered, begins, at, signed, into)
            parts[part] += into * into


@njit(cache=True, nogil=True)
def _simulated(
    run: Run,
    plan: Plan,
    until: Floats,
    chain: Integers,
    low: Floats,
    high: Floats,
    observed: Floats,
    scale: Floats,
    events: int,
    seed: int,
    above: NDArray[np.int64],
    total: Floats,
    largest: Floats,
) -> None:
    """How often the density of ``events`` drawn on lixels (by ``until``, from ``low`` to ``high`` along their chains)
    is as large as what was observed, its sum, and the largest of each simulation."""
    for part in range(run[0], run[1]):
        into, entered, alike = np.empty(len(observed)), room(plan), np.ones(events)
        for number in range(part, len(largest), PARTS):
            state = stream(seed, number)
            on, at = np.empty(events, np.int64), np.empty(events)
            for event in range(events):
                piece = min(int(np.searchsorted(until, uniform(state), side="right")), len(until) - 1)
                on[event], at[event] = chain[piece], low[piece] + uniform(state) * (high[piece] - low[piece])
            order = np.argsort(at)
            order = order[np.argsort(on[order], kind="mergesort")]
            begins = np.searchsorted(on[order], np.arange(len(plan.length) + 1))
            placed = at[order]
            sent(plan, begins, placed, alike, entered)
            read((0, len(plan.length)), plan, entered, begins, placed, alike, into)
            above[part] += into >= observed
            total[part] += into
            largest[number] = (into / scale).max()
