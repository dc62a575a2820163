"""What events send out along streets, and the equal-split continuous kernel read off it.

The definition adds up all paths between an event and a place, whose number grows like a power of their length. But
its splits are those of a wave on strings: what all events send out is let run along all streets at once, step by
step, and what enters each street when is written down. A place's density is then a weighted sum of what entered its own
street. The time grows with the streets and not with the events or paths; all lengths are kept, between two steps by
linear interpolation.

What leaves a corner now came in at the other ends of its streets earlier, so that a corner can go many steps at once
ahead of the others as long as its streets take: slabs of steps. Corners with a street between them that takes less
than a slab go together, step by step. Corners are numbered along Hilbert's curve and taken by blocks, each of which
goes as far ahead as the others let it (the time skewing of Wonnacott, IPDPS 2000, on a graph) while its past is at hand
in the processor's cache: so a large city takes no longer a street than a small one. What a corner reckons does not
depend on when, so that neither blocks nor threads change any figure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from convive.analysis.checks import Floats
from convive.analysis.network import Chains, Integers, Lixels, Network, chains
from convive.analysis.threads import Run, in_threads

KERNELS = ("heat", "quartic", "epanechnikov")
FURTHEST = {"heat": 6.0, "quartic": 1.0, "epanechnikov": 1.0}
"""How many bandwidths each kernel reaches."""
STEPS = 256
"""Steps in which a kernel's reach is walked."""
SLAB = 16
"""Steps that a corner goes at once."""
SLABS = STEPS // SLAB
BLOCK = 512
"""Groups of corners that go ahead together: what enters their streets takes some 4 MB."""


class Plan(NamedTuple):
    """Streets, lixels and a kernel, as the compiled functions take them: the directed chains that leave each node, how
    many steps each takes and from which group comes what arrives by it, the ends and length of chains (no shorter than
    a step), the nodes by groups of those that go together, and the lixels by chain, where each lies along it and its
    number."""

    node_begins: Integers
    out: Integers
    takes: Floats
    beside: Integers
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
        length = np.maximum(self.line.length, step)
        out, ends = self.line.out, self.line.ends
        group, group_begins, members, slow = _together(ends[length < SLAB * step], len(self.line.begins) - 1)
        self.plan = Plan(
            self.line.begins,
            out,
            length[out // 2] / step,
            group[ends[out // 2, 1 - out % 2]],
            ends,
            length,
            group_begins,
            members,
            slow,
            KERNELS.index(kernel),
            bandwidth,
            step,
            *_lined(self.line, streets.length, pieces.first, pieces.middle),
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
        into, entered = np.empty(len(plan.lixel)), np.zeros((2 * len(plan.length), SLAB + STEPS))
        _begun(plan, *placed, entered)
        done = np.zeros(len(plan.slow), np.int64)
        while done.min() < SLABS:
            in_threads(_walked, -(-len(done) // BLOCK), plan, done.copy(), done, entered)
        in_threads(read, len(plan.length), plan, entered, *placed, into)
        return into

    def _begins(self, chain: Integers) -> Integers:
        return np.searchsorted(chain, np.arange(len(self.line.length) + 1))


def _lined(line: Chains, length: Floats, first: Integers, middle: Floats) -> tuple[Integers, Floats, Integers]:
    """Where each chain's lixels begin, how far along it each lies, and which it is: in order without sorting, as the
    segments are."""
    at, order = np.empty(len(middle)), np.empty(len(middle), np.int64)
    _line_up(line.walked, line.offset, line.backward, length, first, middle, at, order)
    count = np.bincount(line.chain, np.diff(first), len(line.length)).astype(np.int64)
    return np.concatenate([[0], np.cumsum(count)]), at, order


@njit(cache=True)
def _line_up(
    walked: Integers,
    offset: Floats,
    backward: NDArray[np.bool_],
    length: Floats,
    first: Integers,
    middle: Floats,
    at: Floats,
    order: Integers,
) -> None:
    done = 0
    for segment in walked:
        count = first[segment + 1] - first[segment]
        for one in range(count):
            lixel = first[segment] + (count - 1 - one if backward[segment] else one)
            along = length[segment] - middle[lixel] if backward[segment] else middle[lixel]
            at[done], order[done] = offset[segment] + along, lixel
            done += 1


def _together(short: Integers, nodes: int) -> tuple[Integers, Integers, Integers, NDArray[np.bool_]]:
    """Nodes by the ``short`` chains (ends) between them: the group of each, where each group begins, the nodes by
    group, and the groups that go step by step: a single node too, where a short chain comes back to it."""
    joined = coo_array((np.ones(len(short)), (short[:, 0], short[:, 1])), shape=(nodes, nodes))
    count, group = connected_components(joined, directed=False)
    order = np.argsort(group, kind="stable")
    slow = np.zeros(count, np.bool_)
    slow[group[short[:, 0]]] = True
    return group.astype(np.int64), np.searchsorted(group[order], np.arange(count + 1)), order, slow


@njit(cache=True)
def room(plan: Plan) -> Floats:
    """Where it is written down what enters each directed chain at each step: (chains, steps). The first ``SLAB`` are
    those before step 0: nothing enters then, but interpolation looks there."""
    return np.empty((2 * len(plan.length), SLAB + STEPS))


@njit(cache=True, nogil=True)
def sent(plan: Plan, begins: Integers, at: Floats, weight: Floats, entered: Floats) -> None:
    """What enters each directed chain at each step, of places by chain."""
    entered[:] = 0.0
    _begun(plan, begins, at, weight, entered)
    done = np.zeros(len(plan.slow), np.int64)
    while done.min() < SLABS:
        _walked((0, -(-len(done) // BLOCK)), plan, done.copy(), done, entered)


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
    node = plan.ends[chain, way]
    first, last = plan.node_begins[node], plan.node_begins[node + 1]
    for street in range(first, last):
        entered[plan.out[street], SLAB + now] += 2.0 / (last - first) * amount
    entered[2 * chain + way, SLAB + now] -= amount


@njit(cache=True, nogil=True)
def _walked(run: Run, plan: Plan, before: Integers, done: Integers, entered: Floats) -> None:
    """Blocks of groups go as far ahead as what other blocks had ``done`` (slabs of each group) ``before`` lets them."""
    most = 0
    for node in range(len(plan.node_begins) - 1):
        most = max(most, plan.node_begins[node + 1] - plan.node_begins[node])
    coming, total = np.empty((most, SLAB)), np.empty(SLAB)
    for block in range(run[0], run[1]):
        begin, end = block * BLOCK, min(block * BLOCK + BLOCK, len(done))
        went = True
        while went:
            went = False
            for group in range(begin, end):
                until = done[group]
                if until < SLABS:
                    until = _free(plan, group, begin, end, before, done)
                for slab in range(done[group], until):
                    _advanced(plan, group, SLAB + slab * SLAB, entered, coming, total)
                went |= until > done[group]
                done[group] = until


@njit(cache=True)
def _free(plan: Plan, group: int, begin: int, end: int, before: Integers, done: Integers) -> int:
    """How many slabs a group may have done: those for which all that comes to it is known."""
    until = SLABS
    for place in range(plan.group_begins[group], plan.group_begins[group + 1]):
        node = plan.group[place]
        for street in range(plan.node_begins[node], plan.node_begins[node + 1]):
            other = plan.beside[street]
            if other != group:
                known = done[other] if begin <= other < end else before[other]
                until = min(until, known + int(plan.takes[street]) // SLAB)
    return until


@njit(cache=True)
def _advanced(plan: Plan, group: int, now: int, entered: Floats, coming: Floats, total: Floats) -> None:
    """A slab of steps from ``now`` on at a group of nodes."""
    first, last = plan.group_begins[group], plan.group_begins[group + 1]
    if not plan.slow[group]:
        _passed(plan, plan.group[first], now, SLAB, entered, coming, total)
        return
    for step in range(now, now + SLAB):
        for place in range(first, last):
            _passed(plan, plan.group[place], step, 1, entered, coming, total)


@njit(cache=True, inline="always")
def _passed(plan: Plan, node: int, now: int, count: int, entered: Floats, coming: Floats, total: Floats) -> None:
    """What comes to a node in ``count`` steps from ``now`` on goes on into its streets."""
    first = plan.node_begins[node]
    streets = plan.node_begins[node + 1] - first
    total[:count] = 0.0
    for street in range(streets):
        way, came = plan.out[first + street], coming[street]
        since = now - plan.takes[first + street]
        whole = int(np.floor(since))
        part = since - whole
        if whole < 0:
            past = entered[way ^ 1]
            for step in range(count):
                was = past[whole + step] * (1.0 - part) if whole + step >= 0 else 0.0
                came[step] = was + past[whole + step + 1] * part if whole + step >= -1 else 0.0
        else:
            past = entered[way ^ 1, whole : whole + count + 1]
            for step in range(count):
                came[step] = past[step] * (1.0 - part) + past[step + 1] * part
        for step in range(count):
            total[step] += came[step]
    share = 2.0 / max(streets, 1)
    for street in range(streets):
        out, came = entered[plan.out[first + street], now : now + count], coming[street]
        for step in range(count):
            out[step] += share * total[step] - came[step]


@njit(cache=True, nogil=True)
def read(run: Run, plan: Plan, entered: Floats, begins: Integers, at: Floats, weight: Floats, into: Floats) -> None:
    """The density at the lixels of chains: of what entered them at both ends, and of the places on them."""
    fading = np.empty(STEPS)
    for now in range(STEPS):
        fading[now] = _kernel(plan.kind, plan.bandwidth, now * plan.step)
    moments = np.zeros((5, STEPS + 1))
    for chain in range(run[0], run[1]):
        for lixel in range(plan.lixel_begins[chain], plan.lixel_begins[chain + 1]):
            into[plan.lixel[lixel]] = 0.0
        for way in range(2):
            came = entered[2 * chain + way, SLAB:]
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
