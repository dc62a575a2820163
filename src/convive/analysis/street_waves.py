"""What events send out along streets, and the equal-split continuous kernel read off it.

The definition adds up all paths between an event and a place, whose number grows like a power of their length. But
its splits are those of a wave on strings: what all events send out is let run along all streets at once, step by
step, and what enters each street when is written down. A place's density is then a weighted sum of what entered its own
street. The time grows with the streets and not with the events or paths; all lengths are kept, between two steps by
linear interpolation.

What leaves a corner now came in at the other ends of its streets earlier, so that a corner can go many steps at once
ahead of the others as long as its streets take: a slab of steps. Corners with a street between them that takes less
than a slab go together, step by step. So each street's past is read and written in runs, and a large city takes no
longer a street than a small one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from convive.analysis.checks import Floats
from convive.analysis.network import Integers, Lixels, Network, chains
from convive.analysis.threads import Run, in_threads

KERNELS = ("heat", "quartic", "epanechnikov")
FURTHEST = {"heat": 6.0, "quartic": 1.0, "epanechnikov": 1.0}
"""How many bandwidths each kernel reaches."""
STEPS = 256
"""Steps in which a kernel's reach is walked."""
SLAB = 16
"""Steps that a corner goes at once."""
SLABS = 1 + STEPS // SLAB
"""Slabs that are written down. The first is that before step 0: nothing enters then, but interpolation looks there."""


class Plan(NamedTuple):
    """Streets, lixels and a kernel, as the compiled functions take them: the directed chains that leave each node, the
    ends and length of chains (no shorter than a step), the nodes by those that go together, and the lixels by chain,
    where each lies along it and its number."""

    node_begins: Integers
    out: Integers
    ends: Integers
    length: Floats
    group_begins: Integers
    group: Integers
    slow: NDArray[np.bool_]
    kind: int
    bandwidth: float
    step: float
    lixel_begins: Integers
    lixel_at: Floats
    lixel: Integers


class Ground:
    """The streets under a kernel: brings places to chains and reads densities off them."""

    def __init__(self, streets: Network, pieces: Lixels, kernel: str, bandwidth: float) -> None:
        self.streets, self.pieces, self.line = streets, pieces, chains(streets)
        step = bandwidth * FURTHEST[kernel] / STEPS
        chain, at = self.along(pieces.segment, pieces.middle)
        order = np.lexsort((at, chain))
        length = np.maximum(self.line.length, step)
        self.plan = Plan(
            self.line.begins,
            self.line.out,
            self.line.ends,
            length,
            *_together(self.line.ends[length < SLAB * step], len(self.line.begins) - 1),
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
        plan, placed = self.plan, self.sorted(segment, along, weight)
        # Fresh zeros are cheaper than what the compiled functions would have to clear.
        into, entered = np.empty(len(plan.lixel)), np.zeros((SLABS, 2 * len(plan.length), SLAB))
        _begun(plan, *placed, entered)
        for slab in range(1, SLABS):
            in_threads(_walked, len(plan.group_begins) - 1, plan, slab, entered)
        in_threads(read, len(plan.length), plan, entered, *placed, into)
        return into

    def _begins(self, chain: Integers) -> Integers:
        return np.searchsorted(chain, np.arange(len(self.line.length) + 1))


def _together(short: Integers, nodes: int) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Nodes by the ``short`` chains (ends) between them: where each group begins, the nodes by group, and the groups
    that go step by step: a single node too, where a short chain comes back to it."""
    joined = coo_array((np.ones(len(short)), (short[:, 0], short[:, 1])), shape=(nodes, nodes))
    count, group = connected_components(joined, directed=False)
    order = np.argsort(group, kind="stable")
    slow = np.zeros(count, np.bool_)
    slow[group[short[:, 0]]] = True
    return np.searchsorted(group[order], np.arange(count + 1)), order, slow


@njit(cache=True)
def room(plan: Plan) -> Floats:
    """Where it is written down what enters each directed chain at each step: (slabs, chains, steps), so that what
    corners beside each other need at a time lies together."""
    return np.empty((SLABS, 2 * len(plan.length), SLAB))


@njit(cache=True, nogil=True)
def sent(plan: Plan, begins: Integers, at: Floats, weight: Floats, entered: Floats) -> None:
    """What enters each directed chain at each step, of places by chain."""
    entered[:] = 0.0
    _begun(plan, begins, at, weight, entered)
    for slab in range(1, SLABS):
        _walked((0, len(plan.group_begins) - 1), plan, slab, entered)


@njit(cache=True)
def _begun(plan: Plan, begins: Integers, at: Floats, weight: Floats, entered: Floats) -> None:
    """What enters the chains from the places on the chains beside them."""
    for chain in range(len(plan.length)):
        for place in range(begins[chain], begins[chain + 1]):
            for way in range(2):
                when = (at[place] if way == 0 else plan.length[chain] - at[place]) / plan.step
                whole = int(when)
                late = weight[place] * (when - whole)
                _split(plan, entered, chain, way, whole, weight[place] - late)
                _split(plan, entered, chain, way, whole + 1, late)


@njit(cache=True, inline="always")
def _split(plan: Plan, entered: Floats, chain: int, way: int, now: int, amount: float) -> None:
    """What comes out at an end of a chain goes into all streets there."""
    if now >= STEPS:
        return
    slab, step = 1 + now // SLAB, now % SLAB
    node = plan.ends[chain, way]
    first, last = plan.node_begins[node], plan.node_begins[node + 1]
    for street in range(first, last):
        entered[slab, plan.out[street], step] += 2.0 / (last - first) * amount
    entered[slab, 2 * chain + way, step] -= amount


@njit(cache=True, nogil=True)
def _walked(run: Run, plan: Plan, slab: int, entered: Floats) -> None:
    """One slab of steps at groups of nodes."""
    most = 0
    for node in range(len(plan.node_begins) - 1):
        most = max(most, plan.node_begins[node + 1] - plan.node_begins[node])
    coming, total, past = np.empty((most, SLAB)), np.empty(SLAB), np.empty(SLAB + 1)
    for group in range(run[0], run[1]):
        first, last = plan.group_begins[group], plan.group_begins[group + 1]
        if not plan.slow[group]:
            _passed(plan, plan.group[first], slab, 0, SLAB, entered, coming, total, past)
            continue
        for step in range(SLAB):
            for place in range(first, last):
                _passed(plan, plan.group[place], slab, step, step + 1, entered, coming, total, past)


@njit(cache=True)
def _passed(
    plan: Plan,
    node: int,
    slab: int,
    begin: int,
    end: int,
    entered: Floats,
    coming: Floats,
    total: Floats,
    past: Floats,
) -> None:
    """What comes to a node in the steps of a slab from ``begin`` to ``end`` goes on into its streets."""
    first, last = plan.node_begins[node], plan.node_begins[node + 1]
    if first == last:
        return
    total[begin:end] = 0.0
    for street in range(first, last):
        way = plan.out[street]
        since = slab * SLAB - plan.length[way // 2] / plan.step
        came = coming[street - first]
        if since + end <= 0.0:
            came[begin:end] = 0.0
            continue
        whole = int(since) if since >= 0.0 else -1 - int(-since)
        part = since - whole
        _recalled(entered, way ^ 1, whole + begin, end - begin + 1, past)
        for step in range(begin, end):
            came[step] = past[step - begin] * (1.0 - part) + past[step - begin + 1] * part
            total[step] += came[step]
    share = 2.0 / (last - first)
    for street in range(first, last):
        out, came = entered[slab, plan.out[street]], coming[street - first]
        for step in range(begin, end):
            out[step] += share * total[step] - came[step]


@njit(cache=True, inline="always")
def _recalled(entered: Floats, way: int, begin: int, count: int, past: Floats) -> None:
    """What entered a directed chain in ``count`` steps from ``begin``, counted from the slab before step 0."""
    done = 0
    while done < count:
        at = begin + done
        if at < 0:
            past[done] = 0.0
            done += 1
            continue
        slab, step = at // SLAB, at % SLAB
        here = min(SLAB - step, count - done)
        past[done : done + here] = entered[slab, way, step : step + here]
        done += here


@njit(cache=True, nogil=True)
def read(run: Run, plan: Plan, entered: Floats, begins: Integers, at: Floats, weight: Floats, into: Floats) -> None:
    """The density at the lixels of chains: of what entered them at both ends, and of the places on them."""
    fading, came = np.empty(STEPS), np.empty(STEPS)
    for now in range(STEPS):
        fading[now] = _kernel(plan.kind, plan.bandwidth, now * plan.step)
    moments = np.zeros((5, STEPS + 1))
    for chain in range(run[0], run[1]):
        for lixel in range(plan.lixel_begins[chain], plan.lixel_begins[chain + 1]):
            into[plan.lixel[lixel]] = 0.0
        for way in range(2):
            _recalled(entered, 2 * chain + way, SLAB, STEPS, came)
            if plan.kind == 0:
                _read_heat(plan, came, fading, chain, way, into)
            else:
                _read_power(plan, came, moments, chain, way, into)
        _read_own(plan, chain, begins, at, weight, into)


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
def _read_heat(plan: Plan, came: Floats, fading: Floats, chain: int, way: int, into: Floats) -> None:
    """The Gaussian of steps and way together is that of the steps, that of the way, and a power that both share: a
    polynomial, reckoned as Horner does."""
    first = 0
    while first < STEPS and came[first] == 0.0:
        first += 1
    if first == STEPS:
        return
    own = plan.lixel_begins[chain]
    count = plan.lixel_begins[chain + 1] - own
    base, told = np.empty(count), np.zeros(count)
    for lixel in range(count):
        base[lixel] = np.exp(-_far(plan, chain, way, own + lixel) * plan.step / plan.bandwidth**2)
    for now in range(STEPS - 1, first - 1, -1):
        amount = came[now] * fading[now]
        for lixel in range(count):
            told[lixel] = told[lixel] * base[lixel] + amount
    for lixel in range(count):
        share = _far(plan, chain, way, own + lixel) / plan.bandwidth
        into[plan.lixel[own + lixel]] += told[lixel] * base[lixel] ** first * np.exp(-0.5 * share * share)


@njit(cache=True)
def _read_power(plan: Plan, came: Floats, moments: Floats, chain: int, way: int, into: Floats) -> None:
    """A kernel that is a polynomial needs but the moments of what entered until it reaches no further."""
    for now in range(STEPS):
        gone, amount = now / STEPS, came[now]
        for power in range(5):
            moments[power, now + 1] = moments[power, now] + amount
            amount *= gone
    for lixel in range(plan.lixel_begins[chain], plan.lixel_begins[chain + 1]):
        far = _far(plan, chain, way, lixel) / plan.bandwidth
        if far >= 1.0:
            continue
        m = moments[:, min(int(np.ceil((1.0 - far) * STEPS)), STEPS + 1)]
        if plan.kind == 1:
            told = m[0] * (1 - far * far) ** 2 - 4 * far * (1 - far * far) * m[1] + (6 * far * far - 2) * m[2]
            told = 0.9375 * (told + 4 * far * m[3] + m[4])
        else:
            told = 0.75 * ((1 - far * far) * m[0] - 2 * far * m[1] - m[2])
        into[plan.lixel[lixel]] += told / plan.bandwidth


@njit(cache=True, inline="always")
def _far(plan: Plan, chain: int, way: int, lixel: int) -> float:
    """How far a lixel lies from the end of its chain at which ``way`` enters."""
    at: float = plan.lixel_at[lixel]
    return at if way == 0 else plan.length[chain] - at


@njit(cache=True)
def _read_own(plan: Plan, chain: int, begins: Integers, at: Floats, weight: Floats, into: Floats) -> None:
    """The density of the places on a chain at its lixels, straight along it."""
    reach = STEPS * plan.step
    first = begins[chain]
    for lixel in range(plan.lixel_begins[chain], plan.lixel_begins[chain + 1]):
        while first < begins[chain + 1] and at[first] < plan.lixel_at[lixel] - reach:
            first += 1
        told = 0.0
        for place in range(first, begins[chain + 1]):
            if at[place] - plan.lixel_at[lixel] > reach:
                break
            told += weight[place] * _kernel(plan.kind, plan.bandwidth, abs(at[place] - plan.lixel_at[lixel]))
        into[plan.lixel[lixel]] += told
