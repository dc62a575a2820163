"""The streets as a network: segments that meet at nodes, events brought to the nearest one, pieces of equal length.

Lines meet where they share a vertex, or, when asked, wherever they cross: a bridge over a street is no crossing, so
that data which know their bridges should come with shared vertices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import Floats, checked_points, checked_values, require
from convive.analysis.hilbert import along_curve
from convive.analysis.nearest import boxed, nearest
from convive.errors import AnalysisError, Problem

Integers = NDArray[np.int64]

MOST_LIXELS = 20_000_000


@dataclass(frozen=True)
class Network:
    """``nodes`` (k, 2; metres) and ``segments`` (m, 2): straight pieces from one node to another, with their ``length``
    (m,; metres) and the ``line`` (m,) that each was part of."""

    nodes: Floats
    segments: Integers
    length: Floats
    line: Integers

    @property
    def total(self) -> float:
        """Metres of street in all."""
        return float(self.length.sum())

    def place(self, segment: Integers, along: Floats) -> Floats:
        """The points (n, 2) that lie ``along`` metres on ``segment``."""
        first, last = self.nodes[self.segments[segment, 0]], self.nodes[self.segments[segment, 1]]
        points: Floats = first + (last - first) * (along / self.length[segment])[:, None]
        return points


@dataclass(frozen=True)
class Located:
    """Events on a network: the ``segment`` (n,) of each, how far ``along`` it from its first node and how far ``away``
    it was, in metres; segment -1 where no street is within reach."""

    segment: Integers
    along: Floats
    away: Floats

    @property
    def beyond(self) -> int:
        """Events without a street within reach."""
        return int((self.segment < 0).sum())


@dataclass(frozen=True)
class Lixels:
    """A network cut into pieces of nearly equal length ("linear pixels", Xie & Yan 2008): the ``segment`` of each,
    where it ``begins`` along it, and its ``length``; those of segment ``s`` are ``first[s]:first[s + 1]``."""

    segment: Integers
    begins: Floats
    length: Floats
    first: Integers

    @property
    def middle(self) -> Floats:
        """How far along its segment the middle of each lies."""
        return self.begins + self.length / 2


def network(
    lines: Sequence[ArrayLike], *, tolerance: float = 0.1, crossings: bool = False, metres: bool = False
) -> Network:
    """The network of ``lines``, each (points, 2) in metres.

    Vertices within ``tolerance`` metres (rounded to its multiples) are one; pieces without length fall away.
    ``crossings``: lines also meet where they only cross. Raises :class:`~convive.errors.AnalysisError`.
    """
    require(bool(np.isfinite(tolerance)) and tolerance > 0, what="tolerance", got=tolerance, wanted="> 0")
    parts = [np.asarray(one, dtype=np.float64) for one in lines]
    kept = [one for one in parts if one.ndim != 2 or len(one) > 1]
    if not kept:
        raise AnalysisError(Problem("analysis-no-streets", values={"n": len(parts)}))
    checked_points(np.concatenate(kept), least=2, metres=metres)
    number = np.repeat(np.arange(len(kept)), [len(one) for one in kept])
    points = np.concatenate(kept)
    if crossings:
        points, number, of = _crossed(points, number)
    else:
        of = np.arange(len(kept))
    follows = np.flatnonzero(number[1:] == number[:-1])
    cells, at = np.unique(np.round(points / tolerance).astype(np.int64), axis=0, return_inverse=True)
    nodes = np.empty((len(cells), 2))
    nodes[at.ravel()[::-1]] = points[::-1]
    ends = np.column_stack([at.ravel()[follows], at.ravel()[follows + 1]])
    some = ends[:, 0] != ends[:, 1]
    ends, line = ends[some], of[number[follows][some]]
    if len(ends) == 0:
        raise AnalysisError(Problem("analysis-no-streets", values={"n": len(parts)}))
    return Network(nodes, ends, np.hypot(*(nodes[ends[:, 1]] - nodes[ends[:, 0]]).T), line)


def located(points: ArrayLike, streets: Network, *, reach: float, metres: bool = False) -> Located:
    """``points`` (n, 2; metres) brought to the nearest point of the nearest segment no further than ``reach`` metres;
    of several equally near the first."""
    space = checked_points(points, metres=metres)
    require(bool(np.isfinite(reach)) and reach >= 0, what="reach", got=reach, wanted=">= 0")
    first, last = streets.nodes[streets.segments[:, 0]], streets.nodes[streets.segments[:, 1]]
    # A reach of 0 takes what lies on a street but for rounding.
    segment, away = nearest(space, boxed(first, last), max(reach, 1e-9))
    one = np.flatnonzero(segment >= 0)
    on, along = segment[one], np.zeros(len(space))
    share = ((space[one] - first[on]) * (last[on] - first[on])).sum(axis=1) / streets.length[on] ** 2
    along[one] = np.clip(share, 0, 1) * streets.length[on]
    return Located(segment, along, away)


def lixels(streets: Network, length: float) -> Lixels:
    """``streets`` cut into pieces: each segment into equal ones of at most ``length`` metres."""
    require(bool(np.isfinite(length)) and length > 0, what="length", got=length, wanted="> 0")
    parts = np.maximum(1, np.ceil(streets.length / length - 1e-9)).astype(np.int64)
    require(int(parts.sum()) <= MOST_LIXELS, what="length", got=length, wanted=f"at most {MOST_LIXELS} pieces")
    segment = np.repeat(np.arange(len(parts)), parts)
    first = np.concatenate([[0], np.cumsum(parts)])
    piece = streets.length / parts
    begins = (np.arange(len(segment)) - first[segment]) * piece[segment]
    return Lixels(segment, begins, piece[segment], first)


def over_lixels(values: ArrayLike, pieces: Lixels, what: str) -> Floats:
    """``values`` of each lixel, checked."""
    return checked_values(values, len(pieces.segment), what=what)


def _crossed(points: Floats, number: Integers) -> tuple[Floats, Integers, Integers]:
    """Lines cut where they cross: points, the piece that each belongs to, and the line of each piece."""
    lines = shapely.linestrings(points, indices=number)
    pieces = shapely.get_parts(shapely.node(shapely.multilinestrings(lines)))
    of = shapely.STRtree(lines).nearest(shapely.line_interpolate_point(pieces, 0.5, normalized=True))
    cut, piece = shapely.get_coordinates(pieces, return_index=True)
    return cut, piece, of


@dataclass(frozen=True)
class Chains:
    """A network without the nodes at which a street merely goes on: ``ends`` (c, 2) and ``length`` of each chain of
    segments, and of each segment its ``chain``, where it begins along it (``offset``) and whether it runs ``backward``.
    ``walked``: the segments chain by chain and along them. Nodes and chains are numbered along Hilbert's curve, so that
    those near each other lie near each other in memory.

    ``begins``, ``out``: the directed chains that leave node ``n`` are ``out[begins[n]:begins[n + 1]]``, where ``2 c``
    runs along chain ``c`` and ``2 c + 1`` against it."""

    ends: Integers
    length: Floats
    chain: Integers
    offset: Floats
    backward: NDArray[np.bool_]
    walked: Integers
    begins: Integers
    out: Integers


def chains(streets: Network) -> Chains:
    """The chains of ``streets``."""
    n = len(streets.nodes)
    number = np.empty(n, np.int64)
    number[along_curve(streets.nodes)] = np.arange(n)
    segments = number[streets.segments]
    both = segments.ravel()
    begins = np.concatenate([[0], np.cumsum(np.bincount(both, minlength=n))])
    half = np.argsort(both, kind="stable")
    degree = np.diff(begins)
    chain, offset, backward, walked, ends, length = _chained(segments, streets.length, begins, half, degree)
    flat = ends.ravel()
    leaves = np.argsort(flat, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=n))])
    return Chains(ends, length, chain, offset, backward, walked, begins, leaves)


@njit(cache=True)
def _chained(
    segments: Integers, length: Floats, begins: Integers, half: Integers, degree: Integers
) -> tuple[Integers, Floats, NDArray[np.bool_], Integers, Integers, Floats]:
    """``half``: ends of segments (2 s + end) by node. Chains start at nodes where streets meet or end; what is left
    then are rings, which start anywhere."""
    m = len(segments)
    chain, offset, backward = np.full(m, -1, np.int64), np.zeros(m), np.zeros(m, np.bool_)
    walked, ends, whole = np.empty(m, np.int64), np.empty((m, 2), np.int64), np.zeros(m)
    count = done = 0
    for rings in range(2):
        for node in range(len(degree)):
            if rings == 0 and degree[node] == 2:
                continue
            for place in range(begins[node], begins[node + 1]):
                at = half[place]
                if chain[at // 2] >= 0:
                    continue
                here, total = node, 0.0
                while True:
                    segment = at // 2
                    chain[segment], offset[segment], backward[segment] = count, total, at % 2 == 1
                    walked[done] = segment
                    done += 1
                    total += length[segment]
                    here = segments[segment, 1 - at % 2]
                    if here == node or degree[here] != 2:
                        break
                    first = half[begins[here]]
                    at = half[begins[here] + 1] if first // 2 == segment else first
                ends[count, 0], ends[count, 1], whole[count] = node, here, total
                count += 1
    return chain, offset, backward, walked, ends[:count].copy(), whole[:count].copy()
