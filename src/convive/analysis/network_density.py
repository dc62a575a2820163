"""Kernel density along streets: where on the street network events gather, not across rivers and blocks.

An event's kernel is cut out of the street along which one can get there. Where streets meet it is split, equally and
so that the density does not jump (the equal-split continuous kernel of Okabe, Satoh & Sugihara, IJGIS 2009, §4): of
what reaches a corner of ``m`` streets, 2 / m goes on into each and (m - 2) / m comes back with the opposite sign. With
a Gaussian kernel that is the density that heat spreading along the streets brings (McSwiggan, Baddeley & Nair,
Scandinavian Journal of Statistics 2017, theorem 1). Nothing leaves at a dead end: all of it comes back, so that the
density adds up to the events.

The definition adds up all paths between an event and a place, whose number grows like a power of their length. But
these splits are those of a wave on strings: what all events send out is let run along all streets at once, step by
step, and what enters each street when is written down. A place's density is then a weighted sum of what entered its own
street. The time grows with the streets and not with the events or paths; all lengths are kept, between two steps by
linear interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import draw, stream, uniform
from convive.analysis.checks import Floats, at_least, checked_points, require
from convive.analysis.density import limits
from convive.analysis.network import Integers, Lixels, Located, Network, chains, lixels, located, over_lixels
from convive.analysis.threads import Run, in_threads

KERNELS = ("heat", "quartic", "epanechnikov")
FURTHEST = {"heat": 6.0, "quartic": 1.0, "epanechnikov": 1.0}
"""How many bandwidths each kernel reaches."""
STEPS = 256
"""Steps in which a kernel's reach is walked."""
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
    ground = _Ground(streets, lixels(streets, lixel), kernel, float(bandwidth))
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
    return _Ground(streets, pieces, kernel, float(bandwidth)).laid(pieces.segment, pieces.middle, weight)


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
    ground = _Ground(streets, lixels(streets, lixel), kernel, float(bandwidth))
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


class _Plan(NamedTuple):
    """Streets, lixels and a kernel, as the compiled functions take them: the directed chains that leave each node, the
    ends and length of chains (no shorter than a step), and the lixels by chain, where each lies along it and its
    number."""

    node_begins: Integers
    out: Integers
    ends: Integers
    length: Floats
    kind: int
    bandwidth: float
    step: float
    lixel_begins: Integers
    lixel_at: Floats
    lixel: Integers


class _Ground:
    """The streets under a kernel: brings places to chains and reads densities off them."""

    def __init__(self, streets: Network, pieces: Lixels, kernel: str, bandwidth: float) -> None:
        self.streets, self.pieces, self.line = streets, pieces, chains(streets)
        step = bandwidth * FURTHEST[kernel] / STEPS
        chain, at = self.along(pieces.segment, pieces.middle)
        order = np.lexsort((at, chain))
        self.plan = _Plan(
            self.line.begins,
            self.line.out,
            self.line.ends,
            np.maximum(self.line.length, step),
            KERNELS.index(kernel),
            bandwidth,
            step,
            self._begins(chain[order]),
            at[order],
            order,
        )

    def along(self, segment: Integers, along: Floats) -> tuple[Integers, Floats]:
        """The chains of places on segments, and how far along these they lie."""
        chain, back = self.line.chain[segment], self.line.backward[segment]
        at = self.line.offset[segment] + np.where(back, self.streets.length[segment] - along, along)
        return chain, np.clip(at, 0, self.line.length[chain])

    def sorted(self, segment: Integers, along: Floats, weight: Floats) -> tuple[Integers, Floats, Floats]:
        """Where each chain's places begin, the places by chain and along it, and their weights."""
        chain, at = self.along(segment, along)
        order = np.lexsort((at, chain))
        return self._begins(chain[order]), at[order], weight[order]

    def laid(self, segment: Integers, along: Floats, weight: Floats) -> Floats:
        """The density of weighted places, at the middle of each lixel."""
        placed = self.sorted(segment, along, weight)
        into = np.empty(len(self.plan.lixel))
        in_threads(_laid, len(self.plan.length), self.plan, _entered(self.plan, *placed), *placed, into)
        return into

    def _begins(self, chain: Integers) -> Integers:
        return np.searchsorted(chain, np.arange(len(self.line.length) + 1))


@njit(cache=True, inline="always")
def _kernel(kind: int, bandwidth: float, far: float) -> float:
    share = far / bandwidth
    if kind == 0:
        height: float = np.exp(-0.5 * share * share) * 0.3989422804014327 / bandwidth
        return height
    if share >= 1.0:
        return 0.0
    if kind == 1:
        return 0.9375 * (1.0 - share * share) ** 2 / bandwidth
    return 0.75 * (1.0 - share * share) / bandwidth


@njit(cache=True)
def _entered(plan: _Plan, begins: Integers, at: Floats, weight: Floats) -> Floats:
    """What enters each directed chain (columns) at each step (rows), of places by chain."""
    entered = np.zeros((STEPS + 2, 2 * len(plan.length)))
    for chain in range(len(plan.length)):
        for place in range(begins[chain], begins[chain + 1]):
            for way in range(2):
                when = (at[place] if way == 0 else plan.length[chain] - at[place]) / plan.step
                whole = int(when)
                if whole < STEPS:
                    late = weight[place] * (when - whole)
                    early = weight[place] - late
                    _split(plan, entered, chain, way, whole, early)
                    _split(plan, entered, chain, way, whole + 1, late)
    most = 0
    for node in range(len(plan.node_begins) - 1):
        most = max(most, plan.node_begins[node + 1] - plan.node_begins[node])
    coming = np.empty(most)
    for now in range(1, STEPS + 1):
        for node in range(len(plan.node_begins) - 1):
            first, last = plan.node_begins[node], plan.node_begins[node + 1]
            total = 0.0
            for street in range(first, last):
                way = plan.out[street]
                coming[street - first] = _arrived(entered, way ^ 1, plan.length[way // 2] / plan.step, now)
                total += coming[street - first]
            for street in range(first, last):
                entered[now, plan.out[street]] += 2.0 / (last - first) * total - coming[street - first]
    return entered


@njit(cache=True, inline="always")
def _split(plan: _Plan, entered: Floats, chain: int, way: int, now: int, amount: float) -> None:
    """What comes out at an end of a chain goes into all streets there."""
    node = plan.ends[chain, way]
    first, last = plan.node_begins[node], plan.node_begins[node + 1]
    for street in range(first, last):
        entered[now, plan.out[street]] += 2.0 / (last - first) * amount
    entered[now, 2 * chain + way] -= amount


@njit(cache=True, inline="always")
def _arrived(entered: Floats, way: int, lasts: float, now: int) -> float:
    """What comes out of a directed chain that takes ``lasts`` steps (one at least)."""
    since = now - lasts
    if since < 0.0:
        return 0.0
    whole = int(since)
    part = since - whole
    amount: float = entered[whole, way] * (1.0 - part)
    if part > 0.0:
        amount += entered[whole + 1, way] * part
    return amount


@njit(cache=True)
def _read(plan: _Plan, entered: Floats, chain: int, begins: Integers, at: Floats, weight: Floats, into: Floats) -> None:
    """The density at the lixels of one chain: of what entered it at both ends, and of the places on it."""
    reach = STEPS * plan.step
    own = range(plan.lixel_begins[chain], plan.lixel_begins[chain + 1])
    for lixel in own:
        into[plan.lixel[lixel]] = 0.0
    gone, amount = np.empty(STEPS + 1), np.empty(STEPS + 1)
    for way in range(2):
        held = 0
        for now in range(STEPS + 1):
            if entered[now, 2 * chain + way] != 0.0:
                gone[held], amount[held] = now * plan.step, entered[now, 2 * chain + way]
                held += 1
        for lixel in own:
            far = plan.lixel_at[lixel] if way == 0 else plan.length[chain] - plan.lixel_at[lixel]
            told = 0.0
            for one in range(held):
                if gone[one] + far >= reach:
                    break
                told += amount[one] * _kernel(plan.kind, plan.bandwidth, gone[one] + far)
            into[plan.lixel[lixel]] += told
    first = begins[chain]
    for lixel in own:
        while first < begins[chain + 1] and at[first] < plan.lixel_at[lixel] - reach:
            first += 1
        told = 0.0
        for place in range(first, begins[chain + 1]):
            if at[place] - plan.lixel_at[lixel] > reach:
                break
            told += weight[place] * _kernel(plan.kind, plan.bandwidth, abs(at[place] - plan.lixel_at[lixel]))
        into[plan.lixel[lixel]] += told


@njit(cache=True, nogil=True)
def _laid(run: Run, plan: _Plan, entered: Floats, begins: Integers, at: Floats, weight: Floats, into: Floats) -> None:
    for chain in range(run[0], run[1]):
        _read(plan, entered, chain, begins, at, weight, into)


@njit(cache=True, nogil=True)
def _squares(
    run: Run, plan: _Plan, begins: Integers, at: Floats, weight: Floats, draws: int, seed: int, parts: Floats
) -> None:
    """The sum of each place's squared kernel, estimated by the square of their sum with random signs."""
    for part in range(run[0], run[1]):
        into = np.empty(len(plan.lixel))
        for number in range(part, draws, PARTS):
            state = stream(seed, number)
            signed = weight.copy()
            for place in range(len(signed)):
                if draw(state) >> np.uint64(63):
                    signed[place] = -signed[place]
            entered = _entered(plan, begins, at, signed)
            for chain in range(len(plan.length)):
                _read(plan, entered, chain, begins, at, signed, into)
            parts[part] += into * into


@njit(cache=True, nogil=True)
def _simulated(
    run: Run,
    plan: _Plan,
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
        into = np.empty(len(observed))
        for number in range(part, len(largest), PARTS):
            state = stream(seed, number)
            on, at = np.empty(events, np.int64), np.empty(events)
            for event in range(events):
                piece = min(int(np.searchsorted(until, uniform(state), side="right")), len(until) - 1)
                on[event], at[event] = chain[piece], low[piece] + uniform(state) * (high[piece] - low[piece])
            order = np.argsort(at)
            order = order[np.argsort(on[order], kind="mergesort")]
            begins = np.searchsorted(on[order], np.arange(len(plan.length) + 1))
            entered = _entered(plan, begins, at[order], np.ones(events))
            for one in range(len(plan.length)):
                _read(plan, entered, one, begins, at[order], np.ones(events), into)
            above[part] += into >= observed
            total[part] += into
            largest[number] = (into / scale).max()
