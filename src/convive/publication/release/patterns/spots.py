"""Where events gather, in what may be told: on square cells, and only of cells with enough events.

What leaves here names a cell only where at least ``least`` events lie in it, gives its count as one of three bands, and
never tells a cell with one event less from an empty one. Density is drawn from the bands, not from the points. An event
with several dead counts once: three dead in one place are one place. Events of a unit enter by tens, so that the maps
of two months do not tell where the one event between them was.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy import stats

from convive.analysis.accuracy import map_accuracy
from convive.analysis.critical_points import critical_points
from convive.analysis.density import kernel_density
from convive.analysis.local_statistics import false_discovery, getis_ord
from convive.analysis.neighbours import from_pairs
from convive.analysis.raster import Raster, raster_around
from convive.publication.release import allowed
from convive.publication.release.patterns.places import entered, located, located_events, plane_around
from convive.publication.release.patterns.streets import streets
from convive.territory.landscape import Landscape
from convive.territory.metres import LocalMetres

LEAST_EVENTS = 30
"""Of fewer events with a point nothing is said of places."""
SIGNIFICANT = 0.05
SIMULATIONS = 1_999
BANDS = (1, 2, 4)
"""Where the bands of counts begin, in multiples of the least count."""
TOP = 10
MOST_TOLD = 200
"""Cells that are told, the fullest first: no reader asks for more."""
MOST_DRAWS = 20_000_000
MOST_FINE = 2_000
"""Cells of a side of the grid on which the density is drawn, at most."""
FURTHEST = 20
POINTS = 5
AROUND = 2
"""Cells around each event that belong to the area looked at: fields and sea further off would make all towns hot."""
NAMED = 0.1
"""The share of the area that a map made earlier names, for its accuracy to be told."""
LEVELS = (0.2, 0.4, 0.7)
"""Of the highest density, where its levels begin."""
DEGREES = 5
"""Decimals of a degree: a metre."""


def spots(
    deaths: pl.DataFrame,
    plane: LocalMetres | None = None,
    *,
    place: str,
    least: int,
    size: int,
    landscape: Landscape | None = None,
) -> dict[str, Any]:
    """The spots of ``deaths`` on cells of ``size`` metres of the ``plane``, each with at least ``least`` events, and
    the streets of ``landscape`` in them."""
    events = entered(located_events(deaths, place))
    told: dict[str, Any] = {"size": size, "enough": events.height >= LEAST_EVENTS, "located_share": None}
    told |= {"told_apart": False, "cells": [], "density": [], "clusters": [], "accuracy": None, "streets": []}
    missing = deaths.height - located(deaths).height
    if deaths.height and missing >= least:
        told["located_share"] = round(round(100 * (1 - missing / deaths.height) / POINTS) * POINTS / 100, 2)
    if not told["enough"]:
        return allowed.entry("spots", told)
    plane = plane or plane_around(events)
    points = plane.to_metres(events["longitude"].to_numpy(), events["latitude"].to_numpy())
    raster = raster_around(points, size, margin=AROUND * size, metres=True)
    counts = raster.counted(points)[0]
    looked_at = area_around(counts)
    told |= _of_cells(counts, looked_at, raster, plane, events, raster.cell_of(points), least, landscape or Landscape())
    told["accuracy"] = _accuracy(events, raster.cell_of(points), looked_at, least)
    return allowed.entry("spots", told)


def area_around(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The cells within reach of an event."""
    seen = counts > 0
    near = np.zeros_like(seen)
    rows, columns = seen.shape
    for up in range(-AROUND, AROUND + 1):
        for aside in range(-AROUND, AROUND + 1):
            near[max(0, up) : rows + min(0, up), max(0, aside) : columns + min(0, aside)] |= seen[
                max(0, -up) : rows + min(0, -up), max(0, -aside) : columns + min(0, -aside)
            ]
    return near


def _of_cells(
    counts: NDArray[np.int64],
    looked_at: NDArray[np.bool_],
    raster: Raster,
    plane: LocalMetres,
    events: pl.DataFrame,
    cell_of: NDArray[np.int64],
    least: int,
    landscape: Landscape,
) -> dict[str, Any]:
    cells = np.flatnonzero(looked_at)
    inside = counts.ravel()[cells]
    draws = int(np.clip(MOST_DRAWS // len(inside), 99, 999))
    ranked = critical_points(inside, top=min(TOP, len(inside)), simulations=draws)
    hot = _hot(inside, cells, raster.columns)
    shown = np.flatnonzero(inside >= least)
    shown = shown[np.lexsort((cells[shown], -inside[shown]))][:MOST_TOLD]
    units = dict(zip(cell_of.tolist(), events["unit"].to_list(), strict=True))
    told = [
        allowed.entry(
            "spot",
            {
                "id": _letters(number),
                "unit_code": units[int(cells[at])],
                "ring": _ring(int(cells[at]), raster, plane),
                "band": int(np.searchsorted(np.array(BANDS) * least, inside[at], side="right") - 1),
                "hot": bool(hot[at]),
                "rank_low": _rank(ranked.rank_low[at]),
                "rank_high": _rank(ranked.rank_high[at]),
                "top": _points(float(ranked.among_top[at])) if ranked.told_apart else None,
            },
        )
        for number, at in enumerate(shown)
    ]
    bands = np.array([one["band"] for one in told], dtype=np.int64)
    weights = np.array(BANDS)[bands] * least if len(bands) else bands
    return {
        "told_apart": ranked.told_apart,
        "cells": told,
        "density": _density(cells[shown], weights, raster, plane),
        "streets": streets(landscape.streets, cells[shown], weights, raster, plane),
        "clusters": _clusters(told, cells[shown], raster.columns),
    }


def _hot(inside: NDArray[np.int64], cells: NDArray[np.int64], columns: int) -> NDArray[np.bool_]:
    """Cells with more events than if all fell evenly on the area looked at, in themselves or with their neighbours:
    each of the two at half the false-discovery rate."""
    alone = false_discovery(stats.binom.sf(inside - 1, inside.sum(), 1 / len(inside)))
    heat = getis_ord(inside, _beside(cells, columns), simulations=SIMULATIONS)
    half = SIGNIFICANT / 2
    hot: NDArray[np.bool_] = (alone <= half) | ((heat.q <= half) & (heat.z > 0))
    return hot


def _beside(cells: NDArray[np.int64], columns: int):  # type: ignore[no-untyped-def]
    """The eight cells around each, of those looked at; cells are in ascending order and none is in the last column."""
    pairs = []
    for step in (1, columns - 1, columns, columns + 1):
        at = np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1)
        there = np.flatnonzero(cells[at] == cells + step)
        pairs.append(np.column_stack([there, at[there]]))
    return from_pairs(len(cells), np.concatenate(pairs))


def _ring(cell: int, raster: Raster, plane: LocalMetres) -> list[list[float]]:
    row, column = divmod(cell, raster.columns)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], dtype=np.float64) + np.array([column, row])
    return _degrees(corners * raster.size + np.array([raster.left, raster.bottom]), plane)


def _degrees(points: NDArray[np.float64], plane: LocalMetres) -> list[list[float]]:
    longitude, latitude = plane.to_degrees(points)
    return [[round(float(x), DEGREES), round(float(y), DEGREES)] for x, y in zip(longitude, latitude, strict=True)]


def _density(
    cells: NDArray[np.int64], weights: NDArray[np.int64], raster: Raster, plane: LocalMetres
) -> list[dict[str, Any]]:
    """Levels of the density that the shown cells make, each counted as the least of its band."""
    if not len(cells):
        return []
    x, y = raster.centres()
    middles = np.column_stack([x[cells % raster.columns], y[cells // raster.columns]])
    wide = float(np.ptp(middles, axis=0).max()) + 6 * raster.size
    finer = max(1, min(4, int(MOST_FINE * raster.size / wide)))
    fine = raster_around(middles, raster.size / finer, margin=3 * raster.size, metres=True)
    value = kernel_density(np.repeat(middles, weights, axis=0), fine, raster.size, metres=True).value
    told = []
    for level, share in enumerate(LEVELS):
        rows, columns = np.nonzero(value >= share * value.max())
        left, bottom = fine.left + columns * fine.size, fine.bottom + rows * fine.size
        area = shapely.union_all(shapely.box(left, bottom, left + fine.size, bottom + fine.size))
        parts = getattr(area, "geoms", [area])
        rings = [_degrees(np.asarray(part.exterior.coords), plane) for part in parts]
        told.append(allowed.entry("density_level", {"level": level, "rings": rings}))
    return told


def _clusters(told: list[dict[str, Any]], cells: NDArray[np.int64], columns: int) -> list[dict[str, Any]]:
    """Significant cells that touch each other, with the unit of the first."""
    hot = [at for at, one in enumerate(told) if one["hot"]]
    left, found = set(hot), []
    while left:
        group, open_ = [], [min(left)]
        left.discard(open_[0])
        while open_:
            at = open_.pop()
            group.append(at)
            row, column = divmod(int(cells[at]), columns)
            near = {
                other
                for other in left
                if max(abs(int(cells[other]) // columns - row), abs(int(cells[other]) % columns - column)) <= 1
            }
            left -= near
            open_ += sorted(near)
        names = [told[at]["id"] for at in sorted(group)]
        found.append(allowed.entry("cluster", {"cells": names, "unit_code": told[min(group)]["unit_code"]}))
    return found


def _accuracy(
    events: pl.DataFrame, cell_of: NDArray[np.int64], looked_at: NDArray[np.bool_], least: int
) -> dict[str, Any] | None:
    """How the map of all but the last twelve months did in these; None where too few events fell in or out of it."""
    days = events["occurred_on"].to_numpy()
    known = ~np.isnat(days)
    if not known.any():
        return None
    until = days[known].max() - np.timedelta64(365, "D")
    earlier, later = known & (days <= until), known & (days > until)
    cells = np.flatnonzero(looked_at)
    before, after = (
        np.bincount(np.searchsorted(cells, cell_of[part]), minlength=len(cells)) for part in (earlier, later)
    )
    named = np.zeros(len(cells), dtype=bool)
    named[np.argsort(-before, kind="stable")[: max(1, math.floor(NAMED * len(cells)))]] = True
    named &= before > 0
    hits = int(after[named].sum())
    if not named.any() or hits < least or after.sum() - hits < least:
        return None
    found = map_accuracy(named, after, simulations=99)
    told = {"until": str(until.astype("datetime64[D]")), "area_share": round(found.area_share, 2)}
    told |= {"pai": round(found.pai, 1), "low": round(found.pai_low, 1), "high": round(found.pai_high, 1)}
    return allowed.entry("map_accuracy", told)


def _rank(rank: float) -> int | None:
    """None where the model tells no rank, or one beyond those that matter."""
    return int(rank) if rank <= FURTHEST else None


def _points(share: float) -> float:
    return round(round(100 * share / POINTS) * POINTS / 100, 2)


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
