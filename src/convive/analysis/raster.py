"""Square cells over a city: where densities are counted, forecasts are made and hot spots are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import Floats, checked_points, require
from convive.analysis.threads import Run, in_threads

MOST_CELLS = 100_000_000

PARTS = 8
"""Parts in which points are looked at."""


@dataclass(frozen=True)
class Raster:
    """``rows`` × ``columns`` square cells of ``size`` metres from the lower left corner (``left``, ``bottom``); row 0
    is the southernmost. Arrays over a raster have the shape (rows, columns)."""

    left: float
    bottom: float
    size: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        require(bool(np.isfinite(self.size)) and self.size > 0, what="size", got=self.size, wanted="> 0")
        cells = self.rows * self.columns
        require(
            self.rows > 0 and self.columns > 0 and cells <= MOST_CELLS,
            what="rows × columns",
            got=f"{self.rows} × {self.columns}",
            wanted=f"1 … {MOST_CELLS}",
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.rows, self.columns

    def centres(self) -> tuple[Floats, Floats]:
        """The middles of the columns (columns,) and of the rows (rows,), in metres."""
        x: Floats = self.left + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.size
        y: Floats = self.bottom + (np.arange(self.rows, dtype=np.float64) + 0.5) * self.size
        return x, y

    def cell_of(self, points: ArrayLike) -> NDArray[np.int64]:
        """The cell (row × columns + column) of each of ``points`` (n, 2; metres), -1 outside.

        A point on a border belongs to the cell above or to the right of it.
        """
        space = checked_points(points, metres=True)
        cell = np.empty(len(space), np.int64)
        in_threads(_cells, len(space), space, self.left, self.bottom, self.size, self.rows, self.columns, cell)
        return cell

    def beyond(self, points: ArrayLike) -> int:
        """How many of ``points`` (n, 2; metres) lie outside of all cells."""
        space = checked_points(points, metres=True)
        found = np.zeros(PARTS, np.int64)
        in_threads(_beyond, PARTS, space, self.left, self.bottom, self.size, self.rows, self.columns, found)
        return int(found.sum())

    def counted(self, points: ArrayLike) -> tuple[NDArray[np.int64], int]:
        """How many of ``points`` lie in each cell (rows, columns), and how many outside of all."""
        cell = self.cell_of(points)
        inside = cell[cell >= 0]
        counts = np.bincount(inside, minlength=self.rows * self.columns).reshape(self.shape)
        return counts, len(cell) - len(inside)


def raster_around(points: ArrayLike, size: float, *, margin: float = 0.0, metres: bool = False) -> Raster:
    """The raster of cells of ``size`` metres that holds all ``points`` (n, 2; metres) and ``margin`` metres around;
    its corner is a multiple of ``size``, so that two deliveries share their cells."""
    space = checked_points(points, least=1, metres=metres)
    require(size > 0, what="size", got=size, wanted="> 0")
    low = np.floor((space.min(axis=0) - margin) / size)
    high = np.floor((space.max(axis=0) + margin) / size) + 1
    columns, rows = (high - low).astype(int)
    return Raster(float(low[0] * size), float(low[1] * size), float(size), int(rows), int(columns))


@njit(cache=True, nogil=True)
def _cells(
    run: Run,
    points: Floats,
    left: float,
    bottom: float,
    size: float,
    rows: int,
    columns: int,
    cell: NDArray[np.int64],
) -> None:
    for at in range(run[0], run[1]):
        across, up = (points[at, 0] - left) / size, (points[at, 1] - bottom) / size
        inside = across >= 0 and up >= 0 and across < columns and up < rows
        cell[at] = int(up) * columns + int(across) if inside else -1


@njit(cache=True, nogil=True)
def _beyond(
    run: Run,
    points: Floats,
    left: float,
    bottom: float,
    size: float,
    rows: int,
    columns: int,
    found: NDArray[np.int64],
) -> None:
    for part in range(run[0], run[1]):
        count = 0
        own = points[len(points) * part // PARTS : len(points) * (part + 1) // PARTS]
        for at in range(len(own)):
            across, up = (own[at, 0] - left) / size, (own[at, 1] - bottom) / size
            count += 1 - ((across >= 0) & (up >= 0) & (across < columns) & (up < rows))
        found[part] = count
