"""In which polygon each point lies: tens of millions of points in the districts of a country, in seconds.

The polygons are drawn once on a grid. In a cell that no border crosses all points share the polygons of its centre; in
the others a point differs from the centre by the borders that lie between them inside the cell, counted along one
vertical and one horizontal step, so that each point looks at the few edges of its own cell alone (the even–odd rule of
Shimrat, CACM 1962, on a uniform grid; Franklin, SIGSPATIAL 2018 has the like).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import Floats, at_least, checked_points
from convive.analysis.threads import Run, in_threads

Places = NDArray[np.int64]

NOWHERE = -1
EDGES_A_ROW = 40
"""The grid has as many rows and columns as make about this many edges a row, within ``GRID``."""
GRID = (16, 2048)
CHUNK = 16_384


@dataclass(frozen=True)
class PolygonGrid:
    """Polygons drawn on a grid, ready for any number of points; see :func:`polygon_grid`.

    ``edges``: x1, y1, x2, y2 and ``owner`` the polygon of each; cell ``c`` is crossed by the edges
    ``crossing[begins[c]:begins[c + 1]]``, and its centre lies in the polygons ``holding[held[c]:held[c + 1]]``.
    """

    low: tuple[float, float]
    step: tuple[float, float]
    side: int
    edges: Floats
    owner: Places
    begins: Places
    crossing: Places
    held: Places
    holding: Places


def polygon_grid(polygons: ArrayLike) -> PolygonGrid:
    """``polygons`` (Shapely polygons and multipolygons, in the coordinates of the points) drawn on a grid.

    Raises :class:`~convive.errors.AnalysisError` where there is none with an area.
    """
    shapes = np.atleast_1d(np.asarray(polygons, dtype=object))
    edges, owner = _edges(shapes)
    at_least(len(edges), 3)
    low, high = edges.reshape(-1, 2).min(axis=0), edges.reshape(-1, 2).max(axis=0)
    side = int(np.clip(len(edges) // EDGES_A_ROW, *GRID))
    step = np.maximum((high - low) / side, np.finfo(np.float64).tiny)
    begins = np.zeros(side * side + 1, np.int64)
    _mark(edges, low, step, side, begins, np.empty(0, np.int64), True)
    crossing = np.empty(begins[-1], np.int64)
    _mark(edges, low, step, side, begins.copy(), crossing, False)
    held, holding = _centres(edges, owner, low, step, side)
    return PolygonGrid(
        (float(low[0]), float(low[1])),
        (float(step[0]), float(step[1])),
        side,
        edges,
        owner,
        begins,
        crossing,
        held,
        holding,
    )


def polygon_of(points: ArrayLike, grid: PolygonGrid, *, metres: bool = False) -> Places:
    """The index of the polygon in which each of ``points`` (n, 2) lies, the first of several; -1 outside all.

    A point on a shared border lies in one polygon or the other, never in both. ``metres``: that small coordinates are
    metres, or any plane unit that is also the polygons'.
    """
    places = checked_points(points, least=0, metres=metres)
    found = np.empty(len(places), np.int64)
    in_threads(
        _locate,
        (len(places) + CHUNK - 1) // CHUNK,
        places,
        np.array([*grid.low, *grid.step]),
        grid.side,
        grid.edges,
        grid.owner,
        grid.begins,
        grid.crossing,
        grid.held,
        grid.holding,
        found,
    )
    return found


def _edges(shapes: NDArray[np.object_]) -> tuple[Floats, Places]:
    parts, of = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    edges = np.hstack([points[:-1][follows], points[1:][follows]])
    return np.ascontiguousarray(edges), np.ascontiguousarray(of[part[ring[:-1][follows]]].astype(np.int64))


@njit(cache=True)
def _mark(
    edges: Floats, low: Floats, step: Floats, side: int, begins: Places, crossing: Places, counts_only: bool
) -> None:
    """Counts the edges of each cell into ``begins`` (then summed), or writes them into ``crossing`` at their places."""
    for number in range(len(edges)):
        x1, y1, x2, y2 = edges[number]
        if y1 > y2:
            x1, y1, x2, y2 = x2, y2, x1, y1
        first = min(max(int((y1 - low[1]) / step[1] - 1e-9), 0), side - 1)
        last = min(max(int((y2 - low[1]) / step[1] + 1e-9), 0), side - 1)
        for row in range(first, last + 1):
            if y2 > y1:
                at_bottom = max((low[1] + row * step[1] - y1) / (y2 - y1), 0.0)
                at_top = min((low[1] + (row + 1) * step[1] - y1) / (y2 - y1), 1.0)
            else:
                at_bottom, at_top = 0.0, 1.0
            one, other = x1 + at_bottom * (x2 - x1), x1 + at_top * (x2 - x1)
            left = min(max(int((min(one, other) - low[0]) / step[0] - 1e-6), 0), side - 1)
            right = min(max(int((max(one, other) - low[0]) / step[0] + 1e-6), 0), side - 1)
            for column in range(left, right + 1):
                cell = row * side + column
                if counts_only:
                    begins[cell + 1] += 1
                else:
                    crossing[begins[cell]] = number
                    begins[cell] += 1
    if counts_only:
        for cell in range(side * side):
            begins[cell + 1] += begins[cell]


def _centres(edges: Floats, owner: Places, low: Floats, step: Floats, side: int) -> tuple[Places, Places]:
    """Which polygons hold the centre of each cell: begins and polygons, in order."""
    count = _crossings(edges, low, step, side, np.empty((0, 3)), True)
    table = np.empty((count, 3))
    _crossings(edges, low, step, side, table, False)
    rows, polygon = table[:, 0].astype(np.int64), owner[table[:, 2].astype(np.int64)]
    order = np.lexsort((table[:, 1], polygon, rows))
    rows, polygon, x = rows[order], polygon[order], table[:, 1][order]
    starts, ends = x[0::2], x[1::2]
    first = np.clip(np.ceil((starts - low[0]) / step[0] - 0.5), 0, side).astype(np.int64)
    last = np.clip(np.ceil((ends - low[0]) / step[0] - 0.5), 0, side).astype(np.int64)
    long = last - first
    cells = np.repeat(rows[0::2] * side + first, long) + _counted(long)
    holder = np.repeat(polygon[0::2], long)
    order = np.lexsort((holder, cells))
    held = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=side * side))]).astype(np.int64)
    return held, np.ascontiguousarray(holder[order])


def _counted(lengths: Places) -> Places:
    """0, 1, … within each run of ``lengths``."""
    ends = np.cumsum(lengths)
    counted: Places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
    return counted


@njit(cache=True)
def _crossings(edges: Floats, low: Floats, step: Floats, side: int, table: Floats, counts_only: bool) -> int:
    """Where edges cross the middle lines of the rows: row, x, edge."""
    count = 0
    for number in range(len(edges)):
        x1, y1, x2, y2 = edges[number]
        first = min(max(int((min(y1, y2) - low[1]) / step[1] - 0.5) - 1, 0), side - 1)
        last = min(max(int((max(y1, y2) - low[1]) / step[1] - 0.5) + 1, 0), side - 1)
        for row in range(first, last + 1):
            y = low[1] + (row + 0.5) * step[1]
            if (y1 <= y) != (y2 <= y):
                if not counts_only:
                    table[count, 0] = row
                    table[count, 1] = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
                    table[count, 2] = number
                count += 1
    return count


@njit(cache=True, nogil=True)
def _locate(
    run: Run,
    points: Floats,
    frame: Floats,
    side: int,
    edges: Floats,
    owner: Places,
    begins: Places,
    crossing: Places,
    held: Places,
    holding: Places,
    found: Places,
) -> None:
    most = 0
    for cell in range(side * side):
        most = max(most, begins[cell + 1] - begins[cell] + held[cell + 1] - held[cell])
    for chunk in range(run[0], run[1]):
        inside = np.empty(most + 1, np.int64)
        for at in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(points))):
            x, y = points[at, 0], points[at, 1]
            column = int(np.floor((x - frame[0]) / frame[2]))
            row = int(np.floor((y - frame[1]) / frame[3]))
            found[at] = NOWHERE
            if column == side and x <= frame[0] + side * frame[2]:
                column = side - 1
            if row == side and y <= frame[1] + side * frame[3]:
                row = side - 1
            if column < 0 or row < 0 or column >= side or row >= side:
                continue
            cell = row * side + column
            count = 0
            for place in range(held[cell], held[cell + 1]):
                inside[count] = holding[place]
                count += 1
            if begins[cell + 1] > begins[cell]:
                middle_x, middle_y = frame[0] + (column + 0.5) * frame[2], frame[1] + (row + 0.5) * frame[3]
                for place in range(begins[cell], begins[cell + 1]):
                    number = crossing[place]
                    if _lies_between(edges[number], x, y, middle_x, middle_y):
                        count = _toggled(inside, count, owner[number])
            for place in range(count):
                if found[at] == NOWHERE or inside[place] < found[at]:
                    found[at] = inside[place]


@njit(cache=True)
def _lies_between(edge: Floats, x: float, y: float, middle_x: float, middle_y: float) -> bool:
    """Whether the edge is crossed an odd number of times on the way up or down from (x, y) to the height of the centre,
    and from there along the row to the centre."""
    x1, y1, x2, y2 = edge[0], edge[1], edge[2], edge[3]
    crossed = False
    if (x1 <= x) != (x2 <= x):
        height = y1 + (x - x1) * (y2 - y1) / (x2 - x1)
        if (height <= y) != (height <= middle_y):
            crossed = not crossed
    if (y1 <= middle_y) != (y2 <= middle_y):
        along = x1 + (middle_y - y1) * (x2 - x1) / (y2 - y1)
        if (along <= x) != (along <= middle_x):
            crossed = not crossed
    return crossed


@njit(cache=True)
def _toggled(inside: Places, count: int, polygon: int) -> int:
    for place in range(count):
        if inside[place] == polygon:
            inside[place] = inside[count - 1]
            return count - 1
    inside[count] = polygon
    return count + 1
