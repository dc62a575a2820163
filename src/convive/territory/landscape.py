"""The landscape of a territory: its streets, and the features that may go with where events fall.

``territory/streets.geojson``: LineString and MultiLineString features; ``"schematic": true`` at the top says that they
are drawn, not surveyed. ``territory/features.geojson``: Point, MultiPoint, LineString and MultiLineString features
whose property ``factor`` is a key of the top member ``factors``, which names each in both languages. Neither need
exist. Features are places that a city can change: never homes, never persons.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from convive.errors import LANGUAGES, ObservatoryError, Problem

STREETS, FEATURES = "streets.geojson", "features.geojson"
Line = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """A kind of feature: its ``name`` by language, ``points`` (n, 2) and ``lines``, each (k, 2), in degrees."""

    id: str
    name: Mapping[str, str]
    points: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Landscape:
    """``streets``, each (k, 2) in degrees, and ``features``; whether each is only drawn."""

    streets: tuple[Line, ...] = ()
    streets_schematic: bool = False
    features: tuple[Feature, ...] = field(default=())
    features_schematic: bool = False


def read_landscape(folder: Path) -> Landscape:
    """The landscape in the folder ``territory``; raises :class:`~convive.errors.ObservatoryError` naming each feature
    that does not fit."""
    streets, features = _read(folder / STREETS), _read(folder / FEATURES)
    problems: list[Problem] = []
    lines = [line for at, one in _each(streets) for line in _lines(one, STREETS, at, problems)]
    kinds = features.get("factors", {})
    problems += [
        Problem("landscape-nameless", file=FEATURES, column=f"factors.{kind}", value=language)
        for kind, name in kinds.items()
        for language in LANGUAGES
        if not isinstance(name, dict) or not str(name.get(language, "")).strip()
    ]
    points: dict[str, list[Line]] = {kind: [] for kind in kinds}
    drawn: dict[str, list[Line]] = {kind: [] for kind in kinds}
    for at, one in _each(features):
        kind = str((one.get("properties") or {}).get("factor", ""))
        if kind not in kinds:
            problems.append(Problem("landscape-factor", file=FEATURES, row=at, column="factor", value=kind))
        elif str((one.get("geometry") or {}).get("type", "")).endswith("Point"):
            points[kind] += _coordinates(one, FEATURES, at, problems)
        else:
            drawn[kind] += _lines(one, FEATURES, at, problems)
    if problems:
        raise ObservatoryError(problems)
    told = tuple(
        Feature(kind, dict(kinds[kind]), np.concatenate(points[kind] or [np.empty((0, 2))]), tuple(drawn[kind]))
        for kind in sorted(kinds)
    )
    return Landscape(tuple(lines), bool(streets.get("schematic")), told, bool(features.get("schematic")))


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        tree = json.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ObservatoryError(Problem("landscape-unreadable", file=path.name, value=str(error))) from None
    if not isinstance(tree, dict) or not isinstance(tree.get("features"), list):
        raise ObservatoryError(Problem("landscape-unreadable", file=path.name, value=type(tree).__name__))
    return tree


def _each(tree: Mapping[str, Any]) -> Sequence[tuple[int, dict[str, Any]]]:
    return [(at, one if isinstance(one, dict) else {}) for at, one in enumerate(tree.get("features", ()), start=1)]


def _lines(one: dict[str, Any], file: str, row: int, problems: list[Problem]) -> list[Line]:
    kind = str((one.get("geometry") or {}).get("type", ""))
    if not kind.endswith("LineString"):
        problems.append(Problem("landscape-geometry", file=file, row=row, column="geometry", value=kind))
        return []
    return _coordinates(one, file, row, problems)


def _coordinates(one: dict[str, Any], file: str, row: int, problems: list[Problem]) -> list[Line]:
    """The points of each part; a problem where they are no degrees."""
    try:
        parts = shapely.get_parts(shapely.from_geojson(json.dumps(one["geometry"])))
    except (shapely.errors.GEOSException, KeyError, TypeError, ValueError):
        problems.append(Problem("landscape-geometry", file=file, row=row, column="geometry", value=""))
        return []
    found = [shapely.get_coordinates(part) for part in parts]
    for line in found:
        if not np.isfinite(line).all() or np.any(np.abs(line) > (180, 90)):
            worst = line[np.argmax(np.abs(line[:, 1]))] if len(line) else ()
            problems.append(
                Problem("landscape-degrees", file=file, row=row, column="coordinates", value=str([*map(float, worst)]))
            )
            return []
    return found
