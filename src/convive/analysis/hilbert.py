"""An order of places along Hilbert's curve (1891): whoever is near in the order is near in space, at every scale.

Work that goes through a city in this order finds what it needs of the neighbours still in the processor's cache, in a
large city as in a small one. Rows of a grid would not do: they grow longer with the city.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.checks import Floats

LEVELS = 20
"""Halvings of the side: cells of a metre in a country of a thousand kilometres."""


def along_curve(points: Floats) -> NDArray[np.int64]:
    """An order of ``points`` (n, 2) along the curve; of those in one cell the first comes first."""
    if len(points) == 0:
        return np.empty(0, np.int64)
    low = points.min(axis=0)
    side = float((points.max(axis=0) - low).max())
    cells = ((points - low) * ((2**LEVELS - 1) / side if side > 0 else 0.0)).astype(np.int64)
    return np.argsort(_place(cells), kind="stable")


@njit(cache=True)
def _place(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far along the curve each cell (column, row) lies: a quarter of the square after another, turned so that it
    begins where the last one ended."""
    told = np.empty(len(cells), np.int64)
    for at in range(len(cells)):
        x, y, far = cells[at, 0], cells[at, 1], 0
        for level in range(LEVELS - 1, -1, -1):
            right, up = (x >> level) & 1, (y >> level) & 1
            far = 4 * far + ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    x, y = ~x, ~y
                x, y = y, x
        told[at] = far
    return told
