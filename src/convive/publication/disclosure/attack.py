"""The attacker: what can be deduced of suppressed cells from everything published.

The attacker knows the published cells, every public total, the sums that tie cells (see :mod:`table`) and that counts
are whole numbers that are not negative. For each suppressed cell that leaves an interval of feasible values. Two ways
to find it:

- *propagation*: each relation narrows its cells by what the others can at most and at least be, until nothing moves.
  Fast; the interval found holds the true one.
- *exact*: for every connected block of relations the smallest and largest feasible value by integer programming
  (HiGHS), by linear programming where a block has more than :data:`INTEGER_CELLS` cells. Feasible tables found on the
  way certify the cells that they move, so that few cells need programs of their own.

Source of the method: Fischetti & Salazar-González (2001), "Solving the cell suppression problem on tabular data with
linear constraints", Management Science 47(7); the attacker's intervals are the ones used there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from convive.publication.disclosure.table import Counts, Mask, Table

INTEGER_CELLS = 600
"""Blocks up to this many unknown cells are solved in whole numbers."""
SAMPLES = 6
"""Pairs of random directions in which feasible tables are sought before cells get programs of their own."""
_PASSES = 200


@dataclass(frozen=True)
class Intervals:
    """Feasible values of every cell, rows × columns; a published cell is its own interval."""

    low: Counts
    high: Counts

    @property
    def width(self) -> Counts:
        return self.high - self.low


def propagate(table: Table, hidden: Mask) -> Intervals:
    """Intervals by propagation to a fixpoint; each holds the exact one."""
    system = _System.of(table, hidden)
    low, high = system.start(table)
    for _ in range(_PASSES):
        if not system.narrow(low, high):
            break
    return _spread(table, hidden, low, high)


def exact(table: Table, hidden: Mask, wanted: Mask, enough: Counts) -> Intervals:
    """Intervals of the cells in ``wanted``, as wide as can be shown; the search for a cell ends when its interval is
    ``enough`` wide.

    Cells outside ``wanted`` keep their interval by propagation.
    """
    found = propagate(table, hidden)
    system = _System.of(table, hidden)
    low, high = found.low.ravel()[system.cells].copy(), found.high.ravel()[system.cells].copy()
    truth = table.counts.ravel()[system.cells]
    asked = (wanted & (found.width > 0)).ravel()[system.cells]
    need = enough.ravel()[system.cells]
    for block, equations in system.blocks(low, high, asked):
        program = _Program.of(system, block, equations, low, high)
        seen = program.search(truth[block], asked[block], np.minimum(need[block], (high - low)[block]))
        settled = asked[block]
        low[block[settled]], high[block[settled]] = seen[0][settled], seen[1][settled]
    return _spread(table, hidden, low, high)


@dataclass(frozen=True)
class _System:
    """The relations as the attacker has them: published cells moved to the right-hand side."""

    cells: Counts
    matrix: sp.csr_matrix
    right: Counts

    @classmethod
    def of(cls, table: Table, hidden: Mask) -> _System:
        matrix, right = table.relations
        cells = np.flatnonzero(hidden.ravel())
        shown = np.where(hidden.ravel(), 0, table.counts.ravel())
        unknown = sp.csr_matrix(matrix[:, cells])
        used = np.diff(unknown.indptr) > 0
        return cls(cells, sp.csr_matrix(unknown[used]), (right - matrix @ shown)[used])

    def start(self, table: Table) -> tuple[Counts, Counts]:
        high = table.upper.ravel()[self.cells].copy()
        return np.zeros_like(high), high

    def narrow(self, low: Counts, high: Counts) -> bool:
        """One pass over all relations, in place; False where nothing moved."""
        sign, column = self.matrix.data, self.matrix.indices
        if not len(sign):
            return False
        equation = np.repeat(np.arange(len(self.right)), np.diff(self.matrix.indptr))
        positive = sign > 0
        least = np.where(positive, low[column], -high[column])
        most = np.where(positive, high[column], -low[column])
        least_sum = np.add.reduceat(least, self.matrix.indptr[:-1])
        most_sum = np.add.reduceat(most, self.matrix.indptr[:-1])
        top = self.right[equation] - (least_sum[equation] - least)
        bottom = self.right[equation] - (most_sum[equation] - most)
        before = (low.copy(), high.copy())
        np.minimum.at(high, column, np.where(positive, top, -bottom))
        np.maximum.at(low, column, np.where(positive, bottom, -top))
        return bool((low != before[0]).any() or (high != before[1]).any())

    def blocks(self, low: Counts, high: Counts, asked: Mask) -> list[tuple[Counts, Counts]]:
        """(cells, relations) of every connected block with an asked cell; cells already determined tie nothing
        together."""
        free = np.flatnonzero(high > low)
        matrix = sp.csr_matrix(self.matrix[:, free])
        links = sp.bmat([[None, matrix.T], [matrix, None]], format="csr")
        _, label = connected_components(links, directed=False)
        cell_label, relation_label = label[: len(free)], label[len(free) :]
        order, relation_order = np.argsort(cell_label, kind="stable"), np.argsort(relation_label, kind="stable")
        wanted = np.unique(cell_label[asked[free]])
        starts, ends = (np.searchsorted(cell_label[order], wanted, side=side) for side in ("left", "right"))
        first, last = (np.searchsorted(relation_label[relation_order], wanted, side=side) for side in ("left", "right"))
        return [(free[order[a:b]], relation_order[c:d]) for a, b, c, d in zip(starts, ends, first, last, strict=True)]


@dataclass(frozen=True)
class _Program:
    """Feasible values of one block."""

    matrix: sp.csr_matrix
    right: Counts
    low: Counts
    high: Counts

    @classmethod
    def of(cls, system: _System, block: Counts, equations: Counts, low: Counts, high: Counts) -> _Program:
        lines = system.matrix[equations]
        settled = np.where(high > low, 0, low)
        return cls(sp.csr_matrix(lines[:, block]), system.right[equations] - lines @ settled, low[block], high[block])

    def search(self, truth: Counts, asked: Mask, need: Counts) -> tuple[Counts, Counts]:
        """Smallest and largest value seen of each cell; exact for asked cells whose spread stays below ``need``."""
        seen_low, seen_high = truth.copy(), truth.copy()
        random = np.random.default_rng(0)
        for _ in range(SAMPLES):
            open_cells = asked & (seen_high - seen_low < need)
            if not open_cells.any():
                return seen_low, seen_high
            weights = np.where(
                open_cells, random.uniform(0.5, 1.5, len(truth)) * random.choice([-1, 1], len(truth)), 0.0
            )
            for direction in (weights, -weights):
                self._see(direction, seen_low, seen_high)
        for cell in np.flatnonzero(asked & (seen_high - seen_low < need)):
            direction = np.zeros(len(truth))
            for sign in (1.0, -1.0):
                direction[cell] = sign
                self._see(direction, seen_low, seen_high)
        return seen_low, seen_high

    def _see(self, direction: npt.NDArray[np.float64], seen_low: Counts, seen_high: Counts) -> None:
        whole = len(direction) <= INTEGER_CELLS
        solved = milp(
            direction,
            constraints=LinearConstraint(self.matrix, self.right, self.right),
            bounds=Bounds(self.low.astype(float), self.high.astype(float)),
            integrality=np.full(len(direction), int(whole)),
            options={"presolve": True},
        )
        if solved.x is None:
            raise ArithmeticError(f"the attacker's program has no solution: {solved.message}")
        # Inwards: a fractional vertex of the relaxation shows no more than the whole numbers between it and the true
        # table.
        np.minimum(seen_low, np.ceil(solved.x - 1e-6).astype(np.int64), out=seen_low)
        np.maximum(seen_high, np.floor(solved.x + 1e-6).astype(np.int64), out=seen_high)


def _spread(table: Table, hidden: Mask, low: Counts, high: Counts) -> Intervals:
    full_low, full_high = table.counts.copy(), table.counts.copy()
    full_low[hidden], full_high[hidden] = low, high
    return Intervals(full_low, full_high)
