"""The grid that events are laid on, and kernels over it by Fourier transform.

Events are shared out among the sixteen cells around them by cubic B-splines, then the kernel is laid over all at once
by Fourier transform: the time depends on the cells, hardly on the events. What sharing out blurs is divided out again
(as in particle-mesh Ewald sums: Essmann et al., Journal of Chemical Physics 1995), so that the result is that of adding
up every event's own kernel, to less than a thousandth of the maximum.

That takes two or three cells to a standard deviation. Where the raster has fewer, it is refined within; where it has
more, all is done on coarser cells, and the smooth result is read at the raster's middles by the same splines.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import fft

from convive.analysis.checks import Floats
from convive.analysis.raster import Raster
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

KERNELS = ("gaussian", "quartic")

WORKERS = -1
"""All processors; the result does not depend on their number."""

FINE = {"gaussian": 2.5, "quartic": 6.0}
"""Cells that a standard deviation of each kernel spans at least: else the grid is refined within, and coarser while it
does."""

FINEST = 9

PARTS = 8
"""Parts in which many events are shared out, so that sums do not depend on the number of threads."""

BLOCK = 128
"""Events whose splines are reckoned at once."""


class KernelGrid:
    """The padded grid on which events are shared out, and the kernels over it."""

    def __init__(self, raster: Raster, widest: float, kernel: str, least: float | None = None) -> None:
        deviation = _deviation(widest if least is None else least, kernel)
        finer, coarser = 1, max(1, int(deviation / (FINE[kernel] * raster.size)))
        while deviation * finer < FINE[kernel] * raster.size and finer < FINEST:
            finer += 2
        if deviation * finer < raster.size:
            raise AnalysisError(
                Problem("analysis-cells-too-coarse", values={"size": raster.size, "bandwidth": f"{deviation:g}"})
            )
        self.raster, self.name, self.finer, self.coarser = raster, kernel, finer, coarser
        self.size = raster.size / finer * coarser
        reach = 5.5 * widest if kernel == "gaussian" else widest
        # Two more for the spline that reads the outermost middles.
        self.margin = (math.ceil(reach / raster.size / coarser) + (2 if coarser > 1 else 0)) * finer
        self.used = tuple(math.ceil(one / coarser) * finer + 2 * self.margin for one in raster.shape)
        self.shape = tuple(fft.next_fast_len(int(one), real=True) for one in self.used)

    def of_events(self, points: Floats, weights: Floats | None = None) -> NDArray[np.complex128]:
        """The transform of events (of weight 1 where none is given) shared out among the sixteen nearest middles of
        cells, sharpened again."""
        corner = self.raster.left - self.margin * self.size, self.raster.bottom - self.margin * self.size
        parts = max(1, min(PARTS, len(points) * 16 // (self.shape[0] * self.shape[1])))
        rooms = np.zeros((parts, *self.shape))
        weights = np.ones(1) if weights is None else weights
        in_threads(_shared_out, parts, points, weights, *corner, self.size, *self.used, rooms)
        return self._transformed(rooms.sum(axis=0) if parts > 1 else rooms[0]) * self._sharpened()

    def of_cells(self, values: Floats) -> NDArray[np.complex128]:
        """The transform of values that lie evenly in the cells of the raster."""
        if self.coarser > 1:
            x, y = self.raster.centres()
            rows, columns = np.nonzero(values)
            return self.of_events(np.column_stack([x[columns], y[rows]]), np.ascontiguousarray(values[rows, columns]))
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
        rows, columns = self.raster.shape
        if self.coarser > 1:
            coarse = fft.irfft2(spectrum * self._sharpened(), s=self.shape, workers=WORKERS)
            laid = np.empty((rows, columns))
            in_threads(_read, rows, coarse, self.coarser, self.margin, laid)
            return laid
        whole = fft.irfft2(spectrum, s=self.shape, workers=WORKERS)
        first = self.margin + self.finer // 2
        cut = whole[first : first + rows * self.finer : self.finer, first : first + columns * self.finer : self.finer]
        cells: Floats = np.maximum(cut[:rows, :columns], 0.0)
        return cells

    def _sharpened(self) -> Floats:
        """What undoes the blur of a spline, by frequency."""
        tall, wide = np.sinc(fft.fftfreq(self.shape[0])) ** -4, np.sinc(fft.rfftfreq(self.shape[1])) ** -4
        both: Floats = tall[:, None] * wide[None, :]
        return both

    def _transformed(self, room: Floats) -> NDArray[np.complex128]:
        return np.asarray(fft.rfft2(room, workers=WORKERS), dtype=np.complex128)


def _deviation(bandwidth: float, kernel: str) -> float:
    return bandwidth if kernel == "gaussian" else bandwidth / math.sqrt(8)


@njit(cache=True, nogil=True)
def _shared_out(
    run: Run,
    points: Floats,
    weights: Floats,
    left: float,
    bottom: float,
    size: float,
    rows: int,
    columns: int,
    rooms: Floats,
) -> None:
    """Each part of the events in a room of its own; one weight alone is that of all. In blocks, whose splines are
    reckoned many at once; an event that the grid does not hold is laid on its corner with a weight of 0."""
    wide, tall, corner = np.empty((4, BLOCK)), np.empty((4, BLOCK)), np.empty(BLOCK, np.uint64)
    per_metre, each = 1 / size, len(weights) > 1
    for part in range(run[0], run[1]):
        room = rooms[part].ravel()
        end = len(points) * (part + 1) // len(rooms)
        for first in range(len(points) * part // len(rooms), end, BLOCK):
            count = min(BLOCK, end - first)
            for at in range(count):
                across = (points[first + at, 0] - left) * per_metre - 0.5
                up = (points[first + at, 1] - bottom) * per_metre - 0.5
                held = across >= 1 and up >= 1 and across < columns - 2 and up < rows - 2
                across, up = across if held else 1.0, up if held else 1.0
                column, row = np.floor(across), np.floor(up)
                weight = (weights[first + at] if each else weights[0]) if held else 0.0
                _spline(across - column, 1.0, wide, at)
                _spline(up - row, weight, tall, at)
                corner[at] = np.uint64((row - 1) * rooms.shape[2] + column - 1)
            for at in range(count):
                begin = corner[at]
                one, two, three, four = wide[0, at], wide[1, at], wide[2, at], wide[3, at]
                for share in (tall[0, at], tall[1, at], tall[2, at], tall[3, at]):
                    room[begin] += share * one
                    room[begin + np.uint64(1)] += share * two
                    room[begin + np.uint64(2)] += share * three
                    room[begin + np.uint64(3)] += share * four
                    begin += np.uint64(rooms.shape[2])


@njit(cache=True, nogil=True)
def _read(run: Run, coarse: Floats, coarser: int, margin: int, into: Floats) -> None:
    """The spline through ``coarse`` at the middles of cells ``coarser`` times as fine, never below 0."""
    columns = into.shape[1]
    shares, firsts = np.empty((4, coarser)), np.empty(coarser, np.int64)
    for phase in range(coarser):
        past = (phase + 0.5) / coarser - 0.5
        firsts[phase] = margin + int(np.floor(past)) - 1
        _spline(past - np.floor(past), 1.0, shares, phase)
    line = np.empty(coarse.shape[1])
    for row in range(run[0], run[1]):
        tall, first = shares[:, row % coarser], firsts[row % coarser] + row // coarser
        for at in range(len(line)):
            line[at] = (
                tall[0] * coarse[first, at]
                + tall[1] * coarse[first + 1, at]
                + tall[2] * coarse[first + 2, at]
                + tall[3] * coarse[first + 3, at]
            )
        for phase in range(coarser):
            wide, begin = shares[:, phase], firsts[phase]
            for at in range((columns - phase + coarser - 1) // coarser):
                told = (
                    wide[0] * line[begin + at]
                    + wide[1] * line[begin + at + 1]
                    + wide[2] * line[begin + at + 2]
                    + wide[3] * line[begin + at + 3]
                )
                into[row, at * coarser + phase] = max(told, 0.0)


@njit(cache=True, inline="always")
def _spline(past: float, weight: float, into: Floats, at: int) -> None:
    """``weight`` shared out by the cubic B-spline among the four middles around a point that lies ``past`` the second,
    in cells."""
    rest = 1 - past
    first, last = rest * rest * rest * (1 / 6), past * past * past * (1 / 6)
    second = 2 / 3 - past * past * (1 + rest) * 0.5
    into[0, at], into[1, at] = weight * first, weight * second
    into[2, at], into[3, at] = weight * (1 - first - second - last), weight * last
