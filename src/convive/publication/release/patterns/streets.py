"""Streets of the cells that are told, in what may be told: nothing that the cells do not say already.

A street is painted by the bands of the published cells alone: each cell's least count is laid evenly on its metres of
street and smoothed along them. No event's own place enters, so that whoever holds the cells and a map of the streets
could draw the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from convive.analysis.network import Lixels, Network, lixels, network
from convive.analysis.network_density import smoothed_along
from convive.analysis.raster import Raster
from convive.errors import AnalysisError
from convive.publication.release import allowed
from convive.territory.metres import LocalMetres

PIECE = 25.0
LEVELS = (0.2, 0.4, 0.7)
"""Of the highest density, where its levels begin."""
DEGREES = 5


def streets(
    lines: Sequence[NDArray[np.float64]],
    cells: NDArray[np.int64],
    weights: NDArray[np.int64],
    raster: Raster,
    plane: LocalMetres,
) -> list[dict[str, Any]]:
    """Levels of the density along the streets (``lines``, degrees) of the told ``cells``, each counted as the least of
    its band."""
    near = _near([plane.to_metres(*line.T) for line in lines if len(line) > 1], cells, raster)
    try:
        net = network(near, crossings=True, metres=True)
    except AnalysisError:
        return []
    pieces = lixels(net, PIECE)
    cell = raster.cell_of(net.place(pieces.segment, pieces.middle))
    known = dict(zip(cells.tolist(), weights.tolist(), strict=True))
    metres = np.bincount(np.maximum(cell, 0), pieces.length * (cell >= 0), minlength=raster.rows * raster.columns)
    amount = np.array([known.get(one, 0) for one in cell.tolist()]) * pieces.length
    amount /= np.maximum(metres[np.maximum(cell, 0)], PIECE)
    if not amount.any():
        return []
    value = np.where(amount > 0, smoothed_along(amount, net, pieces, raster.size), 0.0)
    level = np.searchsorted(np.array(LEVELS) * value.max(), value, side="right") - 1
    return [
        allowed.entry("street_level", {"level": at, "lines": _lines(net, pieces, level == at, plane)})
        for at in range(len(LEVELS))
    ]


def _near(lines: list[NDArray[np.float64]], cells: NDArray[np.int64], raster: Raster) -> list[NDArray[np.float64]]:
    """The lines that come within a cell's width of a told cell."""
    row, column = np.divmod(cells, raster.columns)
    left, bottom = raster.left + column * raster.size, raster.bottom + row * raster.size
    around = shapely.box(left, bottom, left + raster.size, bottom + raster.size)
    if not lines or not len(cells):
        return []
    shapes = np.array([shapely.linestrings(line) for line in lines])
    found = shapely.STRtree(shapes).query(around, predicate="dwithin", distance=raster.size)[1]
    return [lines[at] for at in np.unique(found)]


def _lines(net: Network, pieces: Lixels, chosen: NDArray[np.bool_], plane: LocalMetres) -> list[list[list[float]]]:
    """The chosen pieces, those that follow one another on a segment as one line."""
    drawn = []
    at = np.flatnonzero(chosen)
    runs = groupby(enumerate(at.tolist()), lambda one: (one[1] - one[0], int(pieces.segment[one[1]])))
    for (_, segment), run in runs:
        own = [piece for _, piece in run]
        along = np.array([pieces.begins[own[0]], pieces.begins[own[-1]] + pieces.length[own[-1]]])
        longitude, latitude = plane.to_degrees(net.place(np.array([segment, segment]), along))
        drawn.append(
            [[round(float(x), DEGREES), round(float(y), DEGREES)] for x, y in zip(longitude, latitude, strict=True)]
        )
    return drawn
