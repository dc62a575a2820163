"""Kernel density on a grid of cells: where events gather, how sure that is, and where they are more than by chance.

The kernels are laid by :mod:`~convive.analysis.kernel_grid`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import stream, uniform
from convive.analysis.checks import Floats, at_least, checked_points, require
from convive.analysis.kernel_grid import KERNELS, KernelGrid
from convive.analysis.raster import Raster
from convive.analysis.threads import Run, in_threads


@dataclass(frozen=True)
class Density:
    """Events a square metre at the middle of each cell (rows, columns).

    ``low`` and ``high``: the interval of each cell's density as if events were Poisson (that of a weighted sum of
    counts: Fay & Feuer, Statistics in Medicine 1997, with Byar's limits); the bias of smoothing is not in it.
    ``bandwidth`` in metres: the kernel's standard deviation (gaussian) or radius (quartic); of the adaptive density the
    middle one. ``outside``: events beyond the grid.
    """

    value: Floats
    low: Floats
    high: Floats
    bandwidth: float
    kernel: str
    events: int
    outside: int
    confidence: float
    corrected: bool


@dataclass(frozen=True)
class Excess:
    """Where the density is more than the null model brings: ``p`` of each cell for itself, ``p_family`` among all cells
    (by the largest of each simulation: Westfall & Young 1993); ``significant`` where the latter is at most ``level``.
    ``expected``: the mean of the simulations. ``events`` it is of; ``outside``: those beyond the grid or on cells
    without exposure, left out."""

    p: Floats
    p_family: Floats
    significant: NDArray[np.bool_]
    expected: Floats
    events: int
    outside: int
    level: float
    simulations: int
    seed: int
    null: str


def kernel_density(
    points: ArrayLike,
    raster: Raster,
    bandwidth: float,
    *,
    kernel: str = "gaussian",
    window: ArrayLike | None = None,
    confidence: float = 0.95,
    metres: bool = False,
) -> Density:
    """The density of ``points`` (n, 2; metres) with one ``bandwidth`` (metres) everywhere.

    ``window`` (rows, columns; true inside the territory): density is divided by the share of the kernel that lies
    inside, as events beyond the border are not seen (Diggle, Applied Statistics 1985, eq. 3), and is NaN outside.
    ``kernel``: ``gaussian`` or ``quartic`` (Silverman 1986, §4.2.1). Raises :class:`~convive.errors.AnalysisError`.
    """
    space = checked_points(points, least=1, metres=metres)
    _argument(kernel, bandwidth, raster, confidence)
    plan = KernelGrid(raster, bandwidth, kernel)
    spectrum = plan.of_events(space)
    value = plan.laid(spectrum * plan.kernel(bandwidth))
    squares = plan.laid(spectrum * plan.kernel(bandwidth, power=2))
    share = None if window is None else _share(window, raster, bandwidth, kernel)
    return _told(value, squares, share, space, raster, bandwidth, kernel, confidence)


def adaptive_density(
    points: ArrayLike,
    raster: Raster,
    bandwidth: float,
    *,
    pilot: float | None = None,
    window: ArrayLike | None = None,
    confidence: float = 0.95,
    metres: bool = False,
) -> Density:
    """A density whose Gaussian kernel is narrow where events are many and wide where they are few.

    Each event's bandwidth is ``bandwidth`` × (pilot density at it / their geometric mean)^-1/2 (Abramson, Annals of
    Statistics 1982), at most five times the median one (Davies & Hazelton, Statistics in Medicine 2010, §2.2). The
    ``pilot`` density has the given bandwidth, else ``bandwidth``. Events are shared out between neighbouring ones of
    some forty bandwidths (after Davies & Baddeley, Statistics and Computing 2018). Border and arguments as in
    :func:`kernel_density`; the share of the kernel inside is that of the kernel of ``bandwidth``.
    """
    space = checked_points(points, least=2, spread=True, metres=metres)
    _argument("gaussian", bandwidth, raster, confidence)
    widths = abramson_bandwidths(space, bandwidth, pilot=pilot, metres=True)
    plan = KernelGrid(raster, float(widths.max()), "gaussian", least=float(widths.min()))
    nodes = np.geomspace(widths.min(), widths.max(), 40) if widths.max() > widths.min() * 1.001 else widths[:1]
    value = squares = np.zeros((1, 1), np.complex128)
    for weight, node in _between(widths, nodes):
        used = weight > 0
        if used.any():
            spectrum = plan.of_events(space[used], weight[used])
            value = value + spectrum * plan.kernel(node)
            squares = squares + spectrum * plan.kernel(node, power=2)
    share = None if window is None else _share(window, raster, bandwidth, "gaussian")
    return _told(plan.laid(value), plan.laid(squares), share, space, raster, bandwidth, "gaussian", confidence)


def abramson_bandwidths(
    points: ArrayLike, bandwidth: float, *, pilot: float | None = None, metres: bool = False
) -> Floats:
    """The bandwidth (n,; metres) of each event in :func:`adaptive_density`; its pilot counts every event exactly."""
    space = checked_points(points, least=2, spread=True, metres=metres)
    first = bandwidth if pilot is None else pilot
    require(bool(np.isfinite(bandwidth)) and bandwidth > 0, what="bandwidth", got=bandwidth, wanted="> 0")
    require(bool(np.isfinite(first)) and first > 0, what="pilot", got=first, wanted="> 0")
    density = np.empty(len(space))
    ordered = space[np.argsort(space[:, 0], kind="stable")]
    in_threads(_at_events, len(space), ordered, space, float(first), False, density)
    scale = density**-0.5
    widths = bandwidth * scale / np.exp(np.mean(np.log(scale)))
    trimmed: Floats = np.minimum(widths, 5 * np.median(widths))
    return trimmed


def likelihood_bandwidth(
    points: ArrayLike, low: float, high: float, *, steps: int = 25, metres: bool = False
) -> tuple[float, Floats, Floats]:
    """The Gaussian bandwidth (metres) under which each event is best foretold by the others, with the bandwidths tried
    (``steps`` between ``low`` and ``high``, evenly in logarithms) and their cross-validated log likelihoods (Loader,
    *Local Regression and Likelihood* 1999, §5.3). Without correction at the border.

    Where the best lies at an end of the range the data do not settle it: widen the range, or many events share a point.
    """
    space = checked_points(points, least=3, spread=True, metres=metres)
    require(0 < low < high < np.inf, what="low, high", got=(low, high), wanted="0 < low < high")
    require(steps >= 2, what="steps", got=steps, wanted=">= 2")
    widths = np.geomspace(low, high, steps)
    ordered = space[np.argsort(space[:, 0], kind="stable")]
    with np.errstate(divide="ignore"):
        told = np.array([np.log(_foretold(ordered, float(width))).sum() for width in widths])
    best = float(widths[int(np.argmax(told))])
    return best, widths, told


def density_excess(
    points: ArrayLike,
    raster: Raster,
    bandwidth: float,
    *,
    exposure: ArrayLike,
    kernel: str = "gaussian",
    simulations: int = 999,
    seed: int = 0,
    level: float = 0.05,
    metres: bool = False,
) -> Excess:
    """Where the density is more than if events fell on cells in proportion to ``exposure`` (rows, columns; people,
    streets, or 1 inside the territory and 0 outside).

    Events outside the grid or on cells without exposure are left out of both sides. Raises
    :class:`~convive.errors.AnalysisError`.
    """
    space = checked_points(points, least=2, spread=True, metres=metres)
    _argument(kernel, bandwidth, raster, 0.95)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    risk = _over(exposure, raster, "exposure").ravel()
    require(bool(risk.min() >= 0 and risk.sum() > 0), what="exposure", got=float(risk.min()), wanted=">= 0")
    cell = raster.cell_of(space)
    within = (cell >= 0) & (risk[cell] > 0)
    at_least(int(within.sum()), 2)
    plan = KernelGrid(raster, bandwidth, kernel)
    smooth = plan.kernel(bandwidth)
    observed = plan.laid(plan.of_events(space[within]) * smooth)
    cumulative = np.cumsum(risk) / risk.sum()
    above, total = np.zeros(raster.shape), np.zeros(raster.shape)
    largest = np.empty(simulations)
    scale = plan.laid(plan.of_cells(risk.reshape(raster.shape) / risk.sum()) * smooth)
    scale = np.sqrt(np.maximum(scale, scale.max() * 1e-6))
    for number in range(simulations):
        drawn = _drawn(cumulative, raster.columns, raster.size, raster.left, raster.bottom, within.sum(), seed, number)
        simulated = plan.laid(plan.of_events(drawn) * smooth)
        above += simulated >= observed
        total += simulated
        largest[number] = (simulated / scale).max()
    p_family = (1 + (largest[:, None, None] >= observed / scale).sum(axis=0)) / (1 + simulations)
    return Excess(
        (1 + above) / (1 + simulations),
        p_family,
        p_family <= level,
        total / simulations,
        int(within.sum()),
        int((~within).sum()),
        level,
        simulations,
        seed,
        "events fall on cells in proportion to the exposure",
    )


def _argument(kernel: str, bandwidth: float, raster: Raster, confidence: float) -> None:
    require(kernel in KERNELS, what="kernel", got=kernel, wanted=" / ".join(KERNELS))
    require(bool(np.isfinite(bandwidth)) and bandwidth > 0, what="bandwidth", got=bandwidth, wanted="> 0")
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")


def _over(values: ArrayLike, raster: Raster, what: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require(array.shape == raster.shape, what=what, got=array.shape, wanted=str(raster.shape))
    require(bool(np.isfinite(array).all()), what=what, got="NaN", wanted="finite")
    return array


def _share(window: ArrayLike, raster: Raster, bandwidth: float, kernel: str) -> Floats:
    """The share of each cell's kernel inside the window; NaN outside."""
    inside = _over(window, raster, "window") > 0
    require(bool(inside.any()), what="window", got="empty", wanted="cells inside")
    plan = KernelGrid(raster, bandwidth, kernel)
    share = plan.laid(plan.of_cells(inside.astype(np.float64)) * plan.kernel(bandwidth)) * raster.size**2
    return np.where(inside, np.minimum(share, 1.0), np.nan)


def _told(
    value: Floats,
    squares: Floats,
    share: Floats | None,
    space: Floats,
    raster: Raster,
    bandwidth: float,
    kernel: str,
    confidence: float,
) -> Density:
    if share is not None:
        value, squares = value / share, squares / share**2
    low, high = limits(value, squares, confidence)
    outside = raster.beyond(space)
    return Density(
        value, low, high, float(bandwidth), kernel, len(space), outside, confidence, corrected=share is not None
    )


def limits(value: Floats, squares: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Limits of a weighted sum of Poisson counts: as many events as would have its relative variance, by Byar's limits.
    Where no kernel reaches nothing is known below, and the upper limit is that of one kernel's worth of nothing."""
    z = float(stats.norm.isf((1 - confidence) / 2))
    floor = float(np.nanmax(value, initial=0.0)) * 1e-9
    low, high = np.empty(value.shape), np.empty(value.shape)
    in_threads(_limits, value.size, value.ravel(), squares.ravel(), z, floor, low.reshape(-1), high.reshape(-1))
    return low, high


@njit(cache=True, nogil=True, error_model="numpy")
def _limits(run: Run, value: Floats, squares: Floats, z: float, floor: float, low: Floats, high: Floats) -> None:
    # Slices that begin at 0, and no branch: several cells are reckoned at once.
    value, squares = value[run[0] : run[1]], squares[run[0] : run[1]]
    low, high = low[run[0] : run[1]], high[run[0] : run[1]]
    for at in range(len(value)):
        told, square = value[at], squares[at]
        seen = told > floor
        one, two = told if seen else 1.0, square if seen else 0.0
        number, each = one * one / two if two > 0 else 1.0, two / one
        under = 1 - (1 / 9 + z / 3 * np.sqrt(number)) / number
        above = number + 1
        over = 1 - (1 / 9 - z / 3 * np.sqrt(above)) / above
        least = number * under * under * under
        # Where the value is not known, told - told is not either.
        low[at] = (least if least > 0 else 0.0) * each + (told - told)
        high[at] = above * over * over * over * each if seen else np.nan


def _between(widths: Floats, nodes: Floats) -> list[tuple[Floats, float]]:
    """Each event's weight at the two bandwidths around its own, linear in the logarithm."""
    if len(nodes) == 1:
        return [(np.ones(len(widths)), float(nodes[0]))]
    step = math.log(nodes[1] / nodes[0])
    place = np.clip(np.log(widths / nodes[0]) / step, 0, len(nodes) - 1)
    return [(np.maximum(0.0, 1 - np.abs(place - at)), float(node)) for at, node in enumerate(nodes)]


def _foretold(ordered: Floats, bandwidth: float) -> Floats:
    """The density at each event of ``ordered`` by the others."""
    found = np.empty(len(ordered))
    in_threads(_at_events, len(ordered), ordered, ordered, bandwidth, True, found)
    return found


@njit(cache=True, nogil=True)
def _at_events(run: Run, ordered: Floats, points: Floats, bandwidth: float, leave_out: bool, found: Floats) -> None:
    """The Gaussian density of ``ordered`` (by x) at ``points``; ``leave_out``: they are the same and none counts at
    itself."""
    # Alone, the furthest kernel still counts in a logarithm; beside an event's own it does not.
    reach = (38 if leave_out else 7) * bandwidth
    across = ordered[:, 0].copy()
    height = 1 / (2 * np.pi * bandwidth**2)
    for at in range(run[0], run[1]):
        first = np.searchsorted(across, points[at, 0] - reach)
        last = np.searchsorted(across, points[at, 0] + reach, side="right")
        total = 0.0
        for other in range(first, last):
            up = points[at, 1] - ordered[other, 1]
            if abs(up) <= reach and not (leave_out and other == at):
                aside = points[at, 0] - across[other]
                total += np.exp(-(aside * aside + up * up) / (2 * bandwidth * bandwidth))
        found[at] = total * height


@njit(cache=True)
def _drawn(
    cumulative: Floats, columns: int, size: float, left: float, bottom: float, events: int, seed: int, number: int
) -> Floats:
    state = stream(seed, number)
    points = np.empty((events, 2))
    for at in range(events):
        cell = int(min(int(np.searchsorted(cumulative, uniform(state), side="right")), len(cumulative) - 1))
        points[at, 0] = left + (cell % columns + uniform(state)) * size
        points[at, 1] = bottom + (cell // columns + uniform(state)) * size
    return points
