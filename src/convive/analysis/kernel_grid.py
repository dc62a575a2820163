"""The grid that events are laid on, and kernels over it by Fourier transform.

Events are shared out among the sixteen cells around them by cubic B-splines, then the kernel is laid over all at once
by Fourier transform: the time depends on the cells, hardly on the events. What sharing out blurs is divided out again
(as in particle-mesh Ewald sums: Essmann et al., Journal of Chemical Physics 1995), so that the result is that of adding
up every event's own kernel, to less than a thousandth of the maximum.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import fft

from convive.analysis.checks import Floats
from convive.analysis.raster import Raster
from convive.errors import AnalysisError, Problem

KERNELS = ("gaussian", "quartic")

WORKERS = -1
"""All processors; the result does not depend on their number."""

FINE = {"gaussian": 2.5, "quartic": 6.0}
"""Cells that a standard deviation of each kernel spans at least, else the grid is refined within."""

FINEST = 9


class KernelGrid:
    """The padded grid on which events are shared out, and the kernels over it."""

    def __init__(self, raster: Raster, widest: float, kernel: str, least: float | None = None) -> None:
        deviation = _deviation(widest if least is None else least, kernel)
        finer = 1
        while deviation * finer < FINE[kernel] * raster.size and finer < FINEST:
            finer += 2
        if deviation * finer < raster.size:
            raise AnalysisError(
                Problem("analysis-cells-too-coarse", values={"size": raster.size, "bandwidth": f"{deviation:g}"})
            )
        self.raster, self.name, self.finer = raster, kernel, finer
        self.size = raster.size / finer
        reach = 5.5 * widest if kernel == "gaussian" else widest
        self.margin = math.ceil(reach / raster.size) * finer
        wanted = (raster.rows * finer + 2 * self.margin, raster.columns * finer + 2 * self.margin)
        self.shape = tuple(fft.next_fast_len(int(one), real=True) for one in wanted)

    def of_events(self, points: Floats, weights: Floats) -> NDArray[np.complex128]:
        """The transform of events shared out among the sixteen nearest middles of cells, sharpened again."""
        left = self.raster.left - self.margin * self.size
        bottom = self.raster.bottom - self.margin * self.size
        room = np.zeros(self.shape)
        used_rows = self.raster.rows * self.finer + 2 * self.margin
        used_columns = self.raster.columns * self.finer + 2 * self.margin
        _shared_out(points, weights, left, bottom, self.size, used_rows, used_columns, room)
        tall, wide = np.sinc(fft.fftfreq(self.shape[0])) ** 4, np.sinc(fft.rfftfreq(self.shape[1])) ** 4
        sharpened: NDArray[np.complex128] = self._transformed(room) / (tall[:, None] * wide[None, :])
        return sharpened

    def of_cells(self, values: Floats) -> NDArray[np.complex128]:
        """The transform of values that lie evenly in the cells of the raster."""
        room = np.zeros(self.shape)
        fine = np.repeat(np.repeat(values, self.finer, axis=0), self.finer, axis=1) / self.finer**2
        room[self.margin : self.margin + len(fine), self.margin : self.margin + fine.shape[1]] = fine
        return self._transformed(room)

    def kernel(self, bandwidth: float, *, power: int = 1) -> NDArray[np.complex128]:
        """The transform of the kernel (or its square) over the padded grid, centred on cell (0, 0)."""
        rows, columns = (np.minimum(np.arange(n), n - np.arange(n)) * self.size for n in self.shape)
        if self.name == "gaussian":
            variance = bandwidth**2 / power
            tall, wide = np.exp(-(rows**2) / (2 * variance)), np.exp(-(columns**2) / (2 * variance))
            height = 1 / (2 * math.pi * variance)
            if power == 2:
                height /= 4 * math.pi * bandwidth**2
            transformed = fft.fft(tall)[:, None] * fft.rfft(wide)[None, :] * height
        else:
            apart = (rows[:, None] ** 2 + columns[None, :] ** 2) / bandwidth**2
            shape = np.maximum(1 - apart, 0) ** 2 * (3 / (math.pi * bandwidth**2))
            shape = shape**power
            transformed = self._transformed(shape)
        return np.asarray(transformed, dtype=np.complex128)

    def laid(self, spectrum: NDArray[np.complex128]) -> Floats:
        """Back to the cells of the raster, at their middles."""
        whole = fft.irfft2(spectrum, s=self.shape, workers=WORKERS)
        first = self.margin + self.finer // 2
        rows, columns = self.raster.shape
        cut = whole[first : first + rows * self.finer : self.finer, first : first + columns * self.finer : self.finer]
        laid: Floats = np.maximum(cut[:rows, :columns], 0.0)
        return laid

    def _transformed(self, room: Floats) -> NDArray[np.complex128]:
        return np.asarray(fft.rfft2(room, workers=WORKERS), dtype=np.complex128)


def _deviation(bandwidth: float, kernel: str) -> float:
    return bandwidth if kernel == "gaussian" else bandwidth / math.sqrt(8)


@njit(cache=True)
def _shared_out(
    points: Floats, weights: Floats, left: float, bottom: float, size: float, rows: int, columns: int, room: Floats
) -> None:
    wide, tall = np.empty(4), np.empty(4)
    for at in range(len(points)):
        across = (points[at, 0] - left) / size - 0.5
        up = (points[at, 1] - bottom) / size - 0.5
        column, row = int(np.floor(across)), int(np.floor(up))
        if column < 1 or row < 1 or column + 2 >= columns or row + 2 >= rows:
            continue
        _spline(across - column, wide)
        _spline(up - row, tall)
        for above in range(4):
            part = weights[at] * tall[above]
            for aside in range(4):
                room[row - 1 + above, column - 1 + aside] += part * wide[aside]


@njit(cache=True, inline="always")
def _spline(past: float, into: Floats) -> None:
    """The cubic B-spline's weights of the four middles around a point that lies ``past`` the second, in cells."""
    rest = 1 - past
    into[0] = rest**3 / 6
    into[1] = 2 / 3 - past * past * (1 + rest) / 2
    into[2] = 2 / 3 - rest * rest * (1 + past) / 2
    into[3] = past**3 / 6
