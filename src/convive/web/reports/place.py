"""Where a report lies: the observatory's territory and catalogue, read once."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from django.conf import settings

from convive.observatory import Observatory
from convive.territory import Territory
from convive.voice.reports.catalogue import Catalogue, read_catalogue


@cache
def observatory() -> Observatory:
    return Observatory.open(settings.FOLDER)


@cache
def territory() -> Territory:
    return Territory.load(observatory().territory)


@cache
def catalogue() -> Catalogue:
    return read_catalogue(observatory().voice, unit_names())


@cache
def unit_names() -> dict[str, str]:
    """Code → name of every unit."""
    return dict(territory().units.select("code", "name").iter_rows())


@cache
def choices() -> dict[str, str]:
    """Code → name of the units that can be chosen: the finest level of the focus, by name."""
    focus, finest = observatory().settings.observatory.focus, territory().levels[-1]
    inside = territory().ancestors.filter(pl.col("ancestor") == focus).select("code")
    found = territory().units.filter(pl.col("level") == finest).join(inside, on="code", how="semi")
    return dict(found.unique("code").sort("name").select("code", "name").iter_rows())


def units_at(latitude: float, longitude: float) -> tuple[str, ...]:
    """The units of the focus that hold the point, from fine to coarse; none outside it.

    Without any boundaries nothing is known to lie outside, and the focus holds it.
    """
    if not territory().editions:
        return units_above(observatory().settings.observatory.focus)
    for level in reversed(territory().levels):
        [code] = territory().locate(np.array([longitude]), np.array([latitude]), level=level)
        if code is not None:
            above = units_above(str(code))
            return above if observatory().settings.observatory.focus in above else ()
    return ()


@cache
def units_above(code: str) -> tuple[str, ...]:
    """A unit and all that hold it, from fine to coarse."""
    order = {level: place for place, level in enumerate(territory().levels)}
    found = territory().ancestors.filter(pl.col("code") == code).select("ancestor", "level").iter_rows()
    return tuple(one for one, _ in sorted(found, key=lambda pair: -order[pair[1]]))


def unit_named(name: str) -> str:
    """The unit that a written place names, where that is sure; "" otherwise."""
    answer = territory().resolve(pl.DataFrame({"place": [name]}, schema={"place": pl.String}))
    sure = answer["certainty"][0] in ("code", "exact", "alias")
    return str(answer["unit_code"][0]) if sure and answer["unit_code"][0] in choices() else ""


@cache
def view() -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east (longitude, latitude) of the focus; the whole territory where it has no boundary."""
    focus = observatory().settings.observatory.focus
    for known in reversed(territory().editions):
        shapes = [shape for code, shape in zip(known.codes, known.geometries, strict=True) if code == focus]
        if shapes:
            west, south, east, north = shapes[0].bounds
            return (west, south), (east, north)
    boxes = [shape.bounds for known in territory().editions for shape in known.geometries]
    if not boxes:
        return (-180.0, -60.0), (180.0, 60.0)
    low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
    return (float(low[0]), float(low[1])), (float(high[2]), float(high[3]))


def forget() -> None:
    """Read everything anew with the next question; for tests that write another catalogue."""
    for one in (observatory, territory, catalogue, unit_names, choices, units_above, view):
        one.cache_clear()
