"""Who is next to whom: the weights that every local statistic uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from convive.analysis.checks import Floats, checked_points, require

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Of each unit ``i`` its neighbours ``other[begins[i]:begins[i + 1]]``, in ascending order, and their
    ``weight``."""

    begins: Places
    other: Places
    weight: Floats

    @property
    def n(self) -> int:
        """How many units there are."""
        return len(self.begins) - 1

    @property
    def counts(self) -> Places:
        """How many neighbours each unit has."""
        return np.diff(self.begins)

    @property
    def islands(self) -> Places:
        """The units without neighbours."""
        return np.flatnonzero(self.counts == 0)

    @property
    def equal_in_rows(self) -> bool:
        """Whether all neighbours of a unit weigh the same, for every unit."""
        if not len(self.weight):
            return True
        first = self.weight[np.minimum(self.begins[:-1], len(self.weight) - 1)]
        return bool(np.all(np.repeat(first, self.counts) == self.weight))

    def row_standardised(self) -> Neighbours:
        """The same with the weights of each unit's neighbours adding up to 1."""
        of = np.repeat(np.arange(self.n), self.counts)
        sums = np.bincount(of, weights=self.weight, minlength=self.n)
        return Neighbours(self.begins, self.other, self.weight / sums[of])

    def lag(self, values: Floats) -> Floats:
        """The weighted sum of the neighbours' values of each unit; 0 for an island."""
        of = np.repeat(np.arange(self.n), self.counts)
        sums: Floats = np.bincount(of, weights=self.weight * values[self.other], minlength=self.n).astype(np.float64)
        return sums


def from_pairs(n: int, pairs: ArrayLike) -> Neighbours:
    """Contiguity: ``pairs`` (m, 2) of units (0 … n-1) that touch each other, each weighing 1 both ways."""
    ends = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    inside = bool(np.all((ends >= 0) & (ends < n)))
    require(inside, what="pairs", got="a unit outside", wanted=f"0 … {n - 1}")
    ends = ends[ends[:, 0] != ends[:, 1]]
    return _sorted(n, np.unique(np.vstack([ends, ends[:, ::-1]]), axis=0))


def k_nearest(points: ArrayLike, k: int, *, metres: bool = False) -> Neighbours:
    """The ``k`` nearest of each of ``points`` (n, 2; metres), each weighing 1; not always both ways."""
    places = checked_points(points, least=2, metres=metres)
    n = len(places)
    require(1 <= k < n, what="k", got=k, wanted=f"1 … {n - 1}")
    _, found = cKDTree(places).query(places, k=k + 1)
    own = np.arange(n)[:, None]
    # A point on top of others may be told before them, or not be told at all: take itself out wherever it stands.
    is_self = found == own
    is_self[~is_self.any(axis=1), -1] = True
    return _sorted(n, np.column_stack([np.repeat(np.arange(n), k), found[~is_self]]))


def within_distance(points: ArrayLike, distance: float, *, metres: bool = False) -> Neighbours:
    """All that lie no further than ``distance`` (metres) from each of ``points`` (n, 2), each weighing 1."""
    places = checked_points(points, least=1, metres=metres)
    require(distance > 0, what="distance", got=distance, wanted="> 0")
    pairs = cKDTree(places).query_pairs(distance, output_type="ndarray")
    return from_pairs(len(places), pairs)


def grid(rows: int, columns: int, *, diagonal: bool = True) -> Neighbours:
    """Cells of a grid, row by row; with ``diagonal`` those that touch at a corner as well (queen), else rook."""
    require(rows > 0 and columns > 0, what="rows, columns", got=(rows, columns), wanted="> 0")
    cell = np.arange(rows * columns).reshape(rows, columns)
    beside = [(cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:])]
    if diagonal:
        beside += [(cell[:-1, :-1], cell[1:, 1:]), (cell[:-1, 1:], cell[1:, :-1])]
    return from_pairs(
        rows * columns, np.vstack([np.column_stack([one.ravel(), other.ravel()]) for one, other in beside])
    )


def _sorted(n: int, ends: Places) -> Neighbours:
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    begins = np.concatenate([[0], np.cumsum(np.bincount(ends[:, 0], minlength=n))])
    return Neighbours(begins, np.ascontiguousarray(ends[:, 1]), np.ones(len(ends)))
