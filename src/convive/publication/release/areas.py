"""Units, boundaries, population and breaks as they are published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from convive.publication.edition import UNITS_SCHEMA
from convive.publication.release import allowed
from convive.territory import Boundaries, Territory

COORDINATE_DECIMALS = 5
"""About one metre: finer than any boundary here is known."""


def units(territory: Territory) -> list[dict[str, Any]]:
    """code, name, level and parent of every unit, once each, in the order of their codes."""
    once = territory.units.unique(subset="code", keep="last", maintain_order=True)
    return [allowed.entry("units", row) for row in once.select(list(UNITS_SCHEMA)).sort("code").to_dicts()]


def breaks(territory: Territory) -> list[dict[str, Any]]:
    """Where a population series breaks."""
    frame = territory.breaks.sort("unit_code", "to_year").with_columns(pl.col("change").round(6))
    return [allowed.entry("breaks", row) for row in frame.to_dicts()]


def population(territory: Territory) -> pl.DataFrame:
    """Population by unit and year."""
    return allowed.table("population", territory.population).sort("unit_code", "year", "series")


def geojson(editions: Iterable[Boundaries]) -> dict[str, Any]:
    """All boundaries in one FeatureCollection: level and edition travel in each feature, ``areas`` tells of each
    edition."""
    features, areas = [], []
    for one in editions:
        where = {"level": one.settings.level, "edition": one.settings.edition}
        about = {key: getattr(one.settings, key) for key in ("schematic", "attribution", "licence")}
        areas.append(where | about)
        features += [_feature(feature, where) for feature in one.geojson["features"]]
    return {"type": "FeatureCollection", "areas": areas, "features": features}


def _feature(feature: dict[str, Any], where: dict[str, str]) -> dict[str, Any]:
    """Code and name of the received feature and nothing else that its file may say."""
    geometry = feature["geometry"]
    named = {key: feature["properties"][key] for key in ("code", "name")}
    return {
        "type": "Feature",
        "properties": named | where,
        "geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])},
    }


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, int | float):
        return round(coordinates, COORDINATE_DECIMALS)
    return [_rounded(part) for part in coordinates]
