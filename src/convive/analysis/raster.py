"""Square cells over a city: where densities are counted, forecasts are made and hot spots are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import Floats, checked_points, require

MOST_CELLS = 100_000_000


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
        column = np.floor((space[:, 0] - self.left) / self.size)
        row = np.floor((space[:, 1] - self.bottom) / self.size)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        cell = np.where(inside, row * self.columns + column, -1)
        return cell.astype(np.int64)

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
