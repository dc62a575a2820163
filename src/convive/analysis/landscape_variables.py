"""Features of the landscape as variables: which cells lie near a feature, and where it is dense.

Each factor is seen by nearness and by density at several distances, each 0 or 1 in a cell, as the RTMDx program has it
(Caplan, Kennedy, Barnum & Piza, Cityscape 2015;17(1)). Units are places, the cells of a grid, never people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from convive.analysis.checks import Floats, checked_points, require
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

DENSE = 2.0
"""A cell is dense where its density lies more than so many standard deviations above the mean of the cells, as RTMDx
has it."""
SPACING = 10
"""Lines count in a density as points laid along them, so many to a bandwidth."""


@dataclass(frozen=True)
class Factor:
    """A layer of places: ``points`` (n, 2) such as bars, terminals, schools, street lights; or ``lines``, each (k, 2),
    such as a river or a border. Metres. ``ways``: ``proximity``, ``density`` or both."""

    name: str
    points: ArrayLike | None = None
    lines: Sequence[ArrayLike] = ()
    ways: tuple[str, ...] = ("proximity", "density")


@dataclass(frozen=True)
class Variable:
    """One way to see a factor: whether it is no further than ``bandwidth`` metres (``proximity``), or whether its
    density by a kernel of that ``bandwidth`` stands out (``density``). ``cells``: in how many cells it holds."""

    factor: str
    way: str
    bandwidth: float
    cells: int


def operationalise(
    cells: ArrayLike, factors: Sequence[Factor], bandwidths: ArrayLike, *, metres: bool = False
) -> tuple[tuple[Variable, ...], NDArray[np.bool_]]:
    """Every factor seen in both ways at each of the ``bandwidths``: the variables, and of each cell (n, variables)
    whether they hold. Arguments and errors as in
    :func:`~convive.analysis.risk_terrain.risk_terrain`."""
    places = checked_points(cells, least=2, spread=True, metres=metres)
    reach = np.unique(np.atleast_1d(np.asarray(bandwidths, dtype=np.float64)))
    require(len(reach) > 0 and bool(np.all(reach > 0)), what="bandwidths", got=reach.tolist(), wanted="> 0")
    require(len(factors) > 0, what="factors", got="none", wanted="at least one")
    names = [one.name for one in factors]
    require(len(set(names)) == len(names), what="factors", got=names, wanted="each its own name")
    apart = cKDTree(places).query(places, k=2)[0][:, 1]
    require(bool(apart.min() > 0), what="cells", got="a cell twice", wanted="each cell once")
    side = float(apart.min())
    if reach[0] < side / 2:
        raise AnalysisError(
            Problem("analysis-fine-bandwidth", values={"bandwidth": f"{reach[0]:g}", "side": f"{side:g}"})
        )
    variables: list[Variable] = []
    columns: list[NDArray[np.bool_]] = []
    for factor in factors:
        known = len(factor.ways) > 0 and set(factor.ways) <= {"proximity", "density"}
        require(known, what="ways", got=factor.ways, wanted="proximity, density")
        points, lines = _layer(factor, metres=metres)
        nearest = distance_to(places, points, lines) if "proximity" in factor.ways else None
        for bandwidth in reach:
            for way in factor.ways:
                if way == "proximity" and nearest is not None:
                    holds = nearest <= bandwidth
                else:
                    found = density_of(places, *_laid(points, lines, float(bandwidth)), float(bandwidth))
                    holds = found > found.mean() + DENSE * found.std()
                variables.append(Variable(factor.name, way, float(bandwidth), int(holds.sum())))
                columns.append(holds)
    return tuple(variables), np.column_stack(columns)


def distance_to(cells: Floats, points: Floats, lines: Sequence[Floats] = ()) -> Floats:
    """How far each of ``cells`` (n, 2) is from the nearest of ``points`` (k, 2) and ``lines``, in metres."""
    nearest = np.full(len(cells), np.inf)
    if len(points):
        nearest = np.minimum(nearest, cKDTree(points).query(cells)[0])
    if lines:
        tree = shapely.STRtree([shapely.LineString(line) for line in lines])
        (place, _), apart = tree.query_nearest(shapely.points(cells), return_distance=True, all_matches=False)
        nearest[place] = np.minimum(nearest[place], apart)
    return nearest


def density_of(cells: Floats, points: Floats, weights: Floats, bandwidth: float) -> Floats:
    """The quartic kernel density of ``points`` (k, 2) with ``weights`` at each of ``cells`` (n, 2), per square metre
    (Silverman, Density Estimation, eq. 4.5)."""
    if not len(points):
        return np.zeros(len(cells))
    corner = points.min(axis=0)
    bucket = np.floor((points - corner) / bandwidth).astype(np.int64)
    columns = int(bucket[:, 0].max()) + 1
    rows = int(bucket[:, 1].max()) + 1
    key = bucket[:, 1] * columns + bucket[:, 0]
    order = np.argsort(key, kind="stable")
    found = np.zeros(len(cells))
    laid = points[order], weights[order], key[order], corner, columns, rows
    in_threads(_quartic, len(cells), cells, *laid, float(bandwidth), found)
    return found * 3 / (np.pi * bandwidth**2)


@njit(cache=True, nogil=True)
def _quartic(
    run: Run,
    cells: Floats,
    points: Floats,
    weights: Floats,
    key: NDArray[np.int64],
    corner: Floats,
    columns: int,
    rows: int,
    bandwidth: float,
    found: Floats,
) -> None:
    for at in range(run[0], run[1]):
        column = int(np.floor((cells[at, 0] - corner[0]) / bandwidth))
        row = int(np.floor((cells[at, 1] - corner[1]) / bandwidth))
        first, last = max(column - 1, 0), min(column + 1, columns - 1)
        if first > last:
            continue
        for line in range(max(row - 1, 0), min(row + 1, rows - 1) + 1):
            begin = np.searchsorted(key, line * columns + first)
            end = np.searchsorted(key, line * columns + last, side="right")
            for place in range(begin, end):
                apart = (points[place, 0] - cells[at, 0]) ** 2 + (points[place, 1] - cells[at, 1]) ** 2
                near = 1 - apart / bandwidth**2
                if near > 0:
                    found[at] += weights[place] * near**2


def _layer(factor: Factor, *, metres: bool) -> tuple[Floats, list[Floats]]:
    given = np.empty((0, 2)) if factor.points is None else factor.points
    points = checked_points(given, least=0, metres=metres)
    lines = [checked_points(line, least=2, spread=True, metres=metres) for line in factor.lines]
    require(len(points) + len(lines) > 0, what=factor.name, got="no place", wanted="at least one point or line")
    return points, lines


def _laid(points: Floats, lines: Sequence[Floats], bandwidth: float) -> tuple[Floats, Floats]:
    """Points that weigh 1, or points laid along the lines that weigh their metres."""
    if not lines:
        return points, np.ones(len(points))
    laid, weight = [points], [np.ones(len(points))]
    for line in lines:
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        pieces = max(int(np.ceil(along[-1] / bandwidth * SPACING)), 1)
        middle = (np.arange(pieces) + 0.5) * along[-1] / pieces
        laid.append(np.column_stack([np.interp(middle, along, line[:, 0]), np.interp(middle, along, line[:, 1])]))
        weight.append(np.full(pieces, along[-1] / pieces))
    return np.vstack(laid), np.concatenate(weight)
