"""In which unit a point lies.

The points are put in a Sort-Tile-Recursive tree and each boundary, prepared once, asks for those that it touches: a
million points cost less than asking a million times. A point on a border belongs to the unit with the lowest code, so
that the answer never depends on the order of a file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from convive.territory.boundaries import Boundaries

_CHUNK = 200_000


def locate(
    boundaries: Boundaries, longitude: np.ndarray[Any, Any], latitude: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Codes (object array; ``None`` outside every unit and for coordinates that are missing).

    ``longitude``, ``latitude``: degrees, same shape (n,).
    """
    longitude, latitude = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    found = np.full(longitude.shape, len(boundaries.codes), dtype=np.int64)
    for start in range(0, len(found), _CHUNK):
        part = slice(start, start + _CHUNK)
        found[part] = _lowest(boundaries.geometries, longitude[part], latitude[part])
    return np.append(boundaries.codes, [None])[found]


def _lowest(shapes: np.ndarray[Any, Any], x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Index of the first shape that touches each point; ``len(shapes)`` where none does."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    tree = shapely.STRtree(shapely.points(x[known], y[known]))
    shape, point = tree.query(shapes, predicate="intersects")
    found = np.full(len(x), len(shapes), dtype=np.int64)
    np.minimum.at(found, known[point], shape)
    return found
