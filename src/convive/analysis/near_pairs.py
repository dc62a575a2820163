"""Pairs of events that lie near each other: found once on a grid, then looked up by every simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import Floats, checked_values, require
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

Bands = NDArray[np.uint8]
Positions = NDArray[np.int32]

MOST_PAIRS = 600_000_000
"""Pairs that fit in the memory of a laptop (5 bytes each)."""

METRICS = ("euclidean", "manhattan")


@dataclass(frozen=True)
class NearPairs:
    """Of each event ``i`` its later neighbours ``other[begins[i]:begins[i + 1]]`` and the distance band of each."""

    begins: NDArray[np.int64]
    other: Positions
    band: Bands

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return len(self.other)


def edges_of(bands: ArrayLike, *, what: str) -> Floats:
    """The upper edges of ``bands``, which must increase from 0 on; a value at an edge belongs to the band below it."""
    edges = checked_values(np.atleast_1d(np.asarray(bands, dtype=np.float64)), what=what)
    rising = len(edges) > 0 and edges[0] >= 0 and bool(np.all(np.diff(edges) > 0)) and len(edges) < 255
    require(rising, what=what, got=edges.tolist(), wanted="edges that increase from 0 on")
    return edges


def in_space(points: Floats, edges: Floats) -> NDArray[np.int64]:
    """An order of ``points`` in which those near each other stand near each other: what a simulation looks up for the
    neighbours of an event is then at hand, however many events there are."""
    key, _ = _cells(points, float(edges[-1]))
    return np.argsort(key, kind="stable")


def near_pairs(points: Floats, edges: Floats, *, metric: str = "euclidean") -> NearPairs:
    """All pairs of ``points`` (n, 2) no further apart than the last of ``edges``, each with its band.

    ``metric``: ``euclidean``, or ``manhattan`` for a city of blocks. Raises
    :class:`~convive.errors.AnalysisError` where there are more pairs than memory holds.
    """
    require(metric in METRICS, what="metric", got=metric, wanted=" / ".join(METRICS))
    key, wide = _cells(points, float(edges[-1]))
    order = np.argsort(key, kind="stable")
    keys, starts = np.unique(key[order], return_index=True)
    ends = np.append(starts[1:], len(key))
    by_blocks = metric == "manhattan"
    counts = np.zeros(len(points), np.int64)
    nothing = np.empty(0, np.int32), np.empty(0, np.uint8)
    asked = points, order, keys, starts, ends, key, wide, edges, by_blocks, counts
    in_threads(_paired, len(points), *asked, counts, *nothing)
    begins = np.concatenate([[0], np.cumsum(counts)])
    if begins[-1] > MOST_PAIRS:
        raise AnalysisError(Problem("analysis-too-many-pairs", values={"n": int(begins[-1]), "most": MOST_PAIRS}))
    other, band = np.empty(begins[-1], np.int32), np.empty(begins[-1], np.uint8)
    in_threads(_paired, len(points), *asked, begins, other, band)
    return NearPairs(begins, other, band)


def _cells(points: Floats, reach: float) -> tuple[NDArray[np.int64], int]:
    """The number of each point's cell of the grid, row after row, and how many cells a row has."""
    size = reach if reach > 0 else 1.0
    cells = np.floor((points - points.min(axis=0)) / size).astype(np.int64)
    wide = int(cells[:, 0].max()) + 1
    return cells[:, 1] * wide + cells[:, 0], wide


@njit(cache=True, nogil=True)
def _paired(
    run: Run,
    points: Floats,
    order: NDArray[np.int64],
    keys: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    key: NDArray[np.int64],
    wide: int,
    edges: Floats,
    by_blocks: bool,
    counts: NDArray[np.int64],
    begins: NDArray[np.int64],
    other: Positions,
    band: Bands,
) -> None:
    """Counts the later neighbours of each event, or writes them where ``other`` has room."""
    writes = len(other) > 0
    reach = edges[-1]
    for at in range(run[0], run[1]):
        found = 0
        column = key[at] % wide
        for up in range(-1, 2):
            for aside in range(-1, 2):
                if column + aside < 0 or column + aside >= wide:
                    continue
                wanted = key[at] + up * wide + aside
                place = np.searchsorted(keys, wanted)
                if place == len(keys) or keys[place] != wanted:
                    continue
                for position in range(starts[place], ends[place]):
                    candidate = order[position]
                    if candidate <= at:
                        continue
                    across, along = abs(points[at, 0] - points[candidate, 0]), abs(points[at, 1] - points[candidate, 1])
                    apart = across + along if by_blocks else np.sqrt(across * across + along * along)
                    if apart <= reach:
                        if writes:
                            other[begins[at] + found] = candidate
                            band[begins[at] + found] = band_of(apart, edges)
                        found += 1
        if not writes:
            counts[at] = found


@njit(cache=True, inline="always")
def band_of(value: float, edges: Floats) -> int:
    """The first band whose edge ``value`` does not pass; as many as there are bands where it passes all."""
    place = 0
    while place < len(edges) and value > edges[place]:
        place += 1
    return place
