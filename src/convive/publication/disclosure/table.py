"""A table of counts whose cells are tied by sums: what disclosure control and its attacker both work on.

Rows are (unit, period), columns are categories. Two kinds of sum tie the cells: within a row, the categories of each
column group add up to the row's total, a public fact; between rows, a parent row is the sum of its children in every
column (districts to province, months to year). Cases of a parent that no child holds (district unknown, month unknown)
are a row of their own, never published, so that every relation is an equality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

UNBOUNDED = 1_000_000
"""Upper limit of a cell whose row has no public total."""


@dataclass(frozen=True)
class Sum:
    """Row ``parent`` is the sum of rows ``children``, column by column."""

    parent: int
    children: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        return (self.parent, *self.children)


@dataclass(frozen=True)
class Table:
    """``counts``: rows × columns. ``groups``: for each column the number of its breakdown. ``totals``: public total of
    each row, or -1 where it is not public. ``real``: rows that can be published; the others are remainders.
    ``margins``: (wide column, its narrow columns) where one breakdown is a coarser form of another, e.g. Monday and its
    hours; columns of group -1 add up to nothing.
    """

    counts: Counts
    totals: Counts
    groups: Counts
    sums: tuple[Sum, ...] = ()
    real: Mask | None = None
    margins: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @cached_property
    def published_rows(self) -> Mask:
        return np.ones(len(self.counts), dtype=np.bool_) if self.real is None else self.real

    @cached_property
    def upper(self) -> Counts:
        """The largest value that each cell could have, from the totals alone."""
        limit = np.where(self.totals < 0, UNBOUNDED, self.totals)
        return np.repeat(limit[:, None], self.counts.shape[1], axis=1)

    @cached_property
    def relations(self) -> tuple[sp.csr_matrix, Counts]:
        """``(a, b)`` with ``a @ counts.ravel() == b`` for every table that has these sums and totals."""
        parts = [*self._within_rows(), *self._between_rows(), *self._between_columns()]
        rows = sum(part[0].shape[0] for part in parts)
        if not rows:
            return sp.csr_matrix((0, self.counts.size), dtype=np.int64), np.empty(0, dtype=np.int64)
        matrix = sp.vstack([part[0] for part in parts], format="csr", dtype=np.int64)
        return matrix, np.concatenate([part[1] for part in parts])

    def _within_rows(self) -> list[tuple[sp.csr_matrix, Counts]]:
        row_count, columns = self.counts.shape
        known = np.flatnonzero(self.totals >= 0)
        parts = []
        for group in np.unique(self.groups[self.groups >= 0]):
            members = np.flatnonzero(self.groups == group)
            cells = (known[:, None] * columns + members[None, :]).ravel()
            equations = np.repeat(np.arange(len(known)), len(members))
            shape = (len(known), row_count * columns)
            matrix = sp.csr_matrix((np.ones(len(cells), dtype=np.int64), (equations, cells)), shape=shape)
            parts.append((matrix, self.totals[known]))
        return parts

    def _between_rows(self) -> list[tuple[sp.csr_matrix, Counts]]:
        if not self.sums:
            return []
        row_count, columns = self.counts.shape
        triples = [(k, row, 1 if row == s.parent else -1) for k, s in enumerate(self.sums) for row in s.rows]
        equation, row, sign = (np.array(part, dtype=np.int64) for part in zip(*triples, strict=True))
        spread = np.arange(columns)
        equations = (equation[:, None] * columns + spread).ravel()
        cells = (row[:, None] * columns + spread).ravel()
        shape = (len(self.sums) * columns, row_count * columns)
        matrix = sp.csr_matrix((np.repeat(sign, columns), (equations, cells)), shape=shape)
        return [(matrix, np.zeros(shape[0], dtype=np.int64))]

    def _between_columns(self) -> list[tuple[sp.csr_matrix, Counts]]:
        if not self.margins:
            return []
        row_count, columns = self.counts.shape
        triples = [
            (k, c, 1 if c == wide else -1) for k, (wide, narrow) in enumerate(self.margins) for c in (wide, *narrow)
        ]
        equation, column, sign = (np.array(part, dtype=np.int64) for part in zip(*triples, strict=True))
        rows = np.arange(row_count)[:, None]
        equations, cells = (rows * len(self.margins) + equation).ravel(), (rows * columns + column).ravel()
        shape = (row_count * len(self.margins), row_count * columns)
        matrix = sp.csr_matrix((np.tile(sign, row_count), (equations, cells)), shape=shape)
        return [(matrix, np.zeros(shape[0], dtype=np.int64))]


def with_remainders(
    counts: Counts, totals: Counts, groups: Counts, families: Sequence[tuple[int, Sequence[int]]], **rest: object
) -> Table:
    """A table in which each parent equals the sum of its children: what they do not hold becomes a row of its own.

    ``families``: (parent row, child rows). Raises ``ValueError`` where children hold more than their parent.
    """
    extra: list[Counts] = []
    extra_totals: list[int] = []
    sums: list[Sum] = []
    for parent, children in families:
        rest_counts = counts[parent] - counts[list(children)].sum(axis=0)
        if (rest_counts < 0).any():
            raise ValueError(f"the children of row {parent} hold more than it does")
        members = tuple(children)
        if rest_counts.any():
            members = (*members, len(counts) + len(extra))
            extra.append(rest_counts)
            public = totals[parent] >= 0 and (totals[list(children)] >= 0).all()
            extra_totals.append(int(totals[parent] - totals[list(children)].sum()) if public else -1)
        sums.append(Sum(parent, members))
    real = np.ones(len(counts) + len(extra), dtype=np.bool_)
    real[len(counts) :] = False
    if extra:
        counts = np.vstack([counts, np.array(extra, dtype=np.int64)])
        totals = np.concatenate([totals, np.array(extra_totals, dtype=np.int64)])
    return Table(counts, totals, groups, tuple(sums), real, **rest)  # type: ignore[arg-type]
