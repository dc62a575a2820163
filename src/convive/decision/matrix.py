"""The matrix of a decision: approaches by criteria, their weighted sums and places.

Weighted sum (Fishburn, Operations Research 1967): each score times its criterion's weight, added where more is better
and subtracted where less is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]

TOLERANCE = 1e-9
"""Values nearer to each other than this part of the largest are equal: 1/3 + 1/3 + 1/3 is 1."""


@dataclass(frozen=True)
class Scale:
    """The scale that all criteria share: from ``low`` to ``high`` in steps of ``step``."""

    low: float
    high: float
    step: float = 1.0

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    def clipped(self, scores: ArrayLike) -> Floats:
        return np.clip(np.asarray(scores, dtype=np.float64), self.low, self.high)


@dataclass(frozen=True)
class Matrix:
    """``scores`` (n, m) of n approaches on m criteria; ``signs`` (m,) 1 where more is better and -1 where less is;
    ``weights`` (m,) in the units of the decision, not negative, not all zero."""

    approaches: tuple[str, ...]
    criteria: tuple[str, ...]
    scores: Floats
    signs: Floats
    weights: Floats
    scale: Scale

    @property
    def oriented(self) -> Floats:
        """Scores of which more is better. A cost of 1 … 5 becomes -1 … -5: another zero, which moves no comparison."""
        return self.scores * self.signs

    @property
    def totals(self) -> Floats:
        """The weighted sum of each approach (n,), in the units of the weights."""
        return weighted_sums(self.oriented, self.weights)

    @property
    def first(self) -> Booleans:
        """Who holds the first place (n,): several where they share it."""
        return first_places(self.totals)


@dataclass(frozen=True)
class WrongTotal:
    """A total that was printed and does not follow from its own row."""

    approach: str
    printed: float
    computed: float


def weighted_sums(oriented: ArrayLike, weights: ArrayLike) -> Floats:
    """Values (…, n) of ``oriented`` scores (…, n, m) under ``weights`` (m,)."""
    return np.asarray(np.asarray(oriented, dtype=np.float64) @ np.asarray(weights, dtype=np.float64))


def first_places(values: ArrayLike) -> Booleans:
    """Which of ``values`` (…, n) are the largest, within :data:`TOLERANCE`."""
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array >= array.max(axis=-1, keepdims=True) - slack(array))


def places(values: ArrayLike) -> Integers:
    """The place of each value (n,), 1 the largest; equal ones share the better place: 17 16 16 13 → 1 2 2 4."""
    array = np.asarray(values, dtype=np.float64)
    return np.asarray((array[None, :] > array[:, None] + slack(array)).sum(axis=1) + 1, dtype=np.int64)


def slack(values: Floats) -> float:
    """How far apart two of ``values`` may lie and still be equal."""
    return float(TOLERANCE * max(1.0, np.abs(values).max(initial=0.0)))


def audit_totals(matrix: Matrix, printed: Mapping[str, float]) -> list[WrongTotal]:
    """The ``printed`` totals, by approach, that differ from what their rows add up to."""
    computed = dict(zip(matrix.approaches, matrix.totals.tolist(), strict=True))
    return [
        WrongTotal(approach, total, computed[approach])
        for approach, total in printed.items()
        if abs(total - computed[approach]) > slack(matrix.totals)
    ]
