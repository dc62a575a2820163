"""Boundaries of units, by level and edition: an old figure keeps its old boundary."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from shapely.validation import explain_validity

from convive.errors import Problem
from convive.territory.notes import Notes
from convive.territory.settings import BoundaryFile, Settings
from convive.territory.tables import properties, read_features
from convive.territory.units import own_code, wanted


@dataclass(frozen=True)
class Boundaries:
    """One edition of one level.

    ``codes`` are sorted; ``geometries`` (longitude, latitude in degrees) stand beside them.
    """

    settings: BoundaryFile
    codes: np.ndarray[Any, Any]
    names: tuple[str, ...]
    geometries: np.ndarray[Any, Any] = field(repr=False)

    @cached_property
    def geojson(self) -> dict[str, Any]:
        """A FeatureCollection whose features have ``code`` and ``name`` and nothing else."""
        shapes = [json.loads(text) for text in shapely.to_geojson(self.geometries)]
        features = [
            {"type": "Feature", "properties": {"code": str(code), "name": name}, "geometry": shape}
            for code, name, shape in zip(self.codes, self.names, shapes, strict=True)
        ]
        return {"type": "FeatureCollection", "features": features}

    def valid_on(self, day: dt.date) -> bool:
        return (self.settings.valid_from or dt.date.min) <= day <= (self.settings.valid_to or dt.date.max)


def read_boundaries(folder: Path, settings: Settings, units: pl.DataFrame, notes: Notes) -> tuple[Boundaries, ...]:
    """All editions that the settings name, oldest first."""
    read = [_read(folder, file, settings, units, notes) for file in settings.boundaries]
    editions = [edition for edition in read if edition is not None]
    _check_twice(editions, notes)
    return tuple(sorted(editions, key=lambda b: (b.settings.valid_from or dt.date.min, b.settings.edition)))


def _read(folder: Path, file: BoundaryFile, settings: Settings, units: pl.DataFrame, notes: Notes) -> Boundaries | None:
    features = read_features(folder, file.file, notes)
    if features is None:
        return None
    rows = _identified(features, file, settings, notes)
    geometries = _parsed(features)[rows["row"].to_numpy() - 1]
    rows = rows.with_columns(position=pl.int_range(pl.len()))
    shaped = np.array([bool(feature.get("geometry")) for feature in features])[rows["row"].to_numpy() - 1]
    there = _told_empty(rows, geometries, shaped, file, notes)
    rows = rows.filter(pl.Series(there, dtype=pl.Boolean))
    rows, geometries = _of_known_units(rows, units, file, notes), _sound(rows, geometries, file, notes)
    return _assembled(rows, geometries, units, file, notes) if rows.height else None


def _identified(features: list[dict[str, Any]], file: BoundaryFile, settings: Settings, notes: Notes) -> pl.DataFrame:
    """row (number of the feature) and code of the features that have one."""
    frame = properties(features, [file.columns.code])
    if file.columns.code not in frame.columns:
        there = ", ".join(features[0].get("properties") or {})
        notes.fatal.append(
            Problem(
                "territory-column-missing",
                file=file.file,
                column=file.columns.code,
                value=file.columns.code,
                values={"known": there},
            )
        )
        return pl.DataFrame(schema={"row": pl.Int64, "code": pl.String})
    rows = frame.select(pl.col("row").cast(pl.Int64), code=pl.col(file.columns.code).str.strip_chars())
    rows = rows.with_columns(code=own_code("code", settings))
    blank = rows.filter(pl.col("code").fill_null("") == "")
    notes.fatal.extend(
        Problem("boundary-without-code", file=file.file, row=row, column=file.columns.code) for row in blank["row"]
    )
    return rows.filter((pl.col("code").fill_null("") != "") & wanted(settings))


def _parsed(features: list[dict[str, Any]]) -> np.ndarray[Any, Any]:
    """Geometries; ``None`` where a feature has none that can be read."""
    texts = [json.dumps(shape) if (shape := feature.get("geometry")) else None for feature in features]
    return np.asarray(shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore"))


def _told_empty(
    rows: pl.DataFrame,
    geometries: np.ndarray[Any, Any],
    shaped: np.ndarray[Any, Any],
    file: BoundaryFile,
    notes: Notes,
) -> list[bool]:
    """Which features have an area; one that has a geometry (``shaped``) which cannot be read stops the work."""
    areal = np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(geometries)
    unreadable = rows.filter(pl.Series(shaped & shapely.is_missing(geometries), dtype=pl.Boolean))
    for row, code in unreadable.select("row", "code").iter_rows():
        notes.fatal.append(Problem("boundary-unreadable", file=file.file, row=row, value=code))
    for row, code in rows.filter(pl.Series(~areal)).select("row", "code").iter_rows():
        notes.told.append(Problem("boundary-without-polygon", file=file.file, row=row, value=code))
    return [bool(there) for there in areal]


def _of_known_units(rows: pl.DataFrame, units: pl.DataFrame, file: BoundaryFile, notes: Notes) -> pl.DataFrame:
    level = units.filter(pl.col("level") == file.level)
    for row, code in rows.join(level, on="code", how="anti").select("row", "code").iter_rows():
        values = {"level": file.level}
        notes.told.append(
            Problem(
                "boundary-unit-unknown", file=file.file, row=row, column=file.columns.code, value=code, values=values
            )
        )
    return rows.join(level, on="code", how="semi", maintain_order="left")


def _sound(
    rows: pl.DataFrame, geometries: np.ndarray[Any, Any], file: BoundaryFile, notes: Notes
) -> np.ndarray[Any, Any]:
    """The geometries with invalid ones mended where the settings allow it; without leave they stop the work."""
    used = np.zeros(len(geometries), dtype=bool)
    used[rows["position"].to_numpy()] = True
    sound = geometries.copy()
    bad = used & ~shapely.is_valid(geometries)
    numbers = dict(rows.select("position", "row").iter_rows())
    codes = dict(rows.select("position", "code").iter_rows())
    for position in np.flatnonzero(bad):
        reason = {"detail": explain_validity(geometries[position])}
        code, notebook = ("boundary-mended", notes.told) if file.mend else ("boundary-invalid", notes.fatal)
        notebook.append(Problem(code, file=file.file, row=numbers[position], value=codes[position], values=reason))
        sound[position] = _areal(shapely.make_valid(geometries[position]))
    _check_degrees(sound[used], file, notes)
    return sound


def _areal(geometry: Any) -> Any:
    """Only what has an area: mending may leave stray lines and points."""
    parts = [
        part
        for part in shapely.get_parts(geometry, return_index=False)
        if part.geom_type in {"Polygon", "MultiPolygon"}
    ]
    return shapely.union_all(parts)


def _check_degrees(geometries: np.ndarray[Any, Any], file: BoundaryFile, notes: Notes) -> None:
    if not len(geometries):
        return
    west, south, east, north = shapely.total_bounds(geometries)
    if west < -180 or east > 180 or south < -90 or north > 90:
        extent = f"{west:.0f}, {south:.0f}, {east:.0f}, {north:.0f}"
        notes.fatal.append(Problem("boundary-not-degrees", file=file.file, value=extent))


def _assembled(
    rows: pl.DataFrame, geometries: np.ndarray[Any, Any], units: pl.DataFrame, file: BoundaryFile, notes: Notes
) -> Boundaries:
    """Features of one code joined into one geometry, which is told; sorted by code."""
    named = dict(units.select("code", "name").iter_rows())
    grouped = rows.group_by("code").agg("position", "row").sort("code")
    shapes = np.empty(grouped.height, dtype=object)
    for index, (code, positions, numbers) in enumerate(grouped.iter_rows()):
        shapes[index] = geometries[positions[0]]
        if len(positions) > 1:
            values = {"rows": ", ".join(str(number) for number in numbers)}
            notes.told.append(Problem("boundary-twice", file=file.file, row=numbers[-1], value=code, values=values))
            shapes[index] = shapely.union_all(geometries[positions])
    codes = np.array(grouped["code"].to_list(), dtype=object)
    return Boundaries(file, codes, tuple(named[code] or code for code in codes), shapes)


def _check_twice(editions: list[Boundaries], notes: Notes) -> None:
    seen: set[tuple[str, str]] = set()
    for edition in editions:
        key = (edition.settings.level, edition.settings.edition)
        if key in seen:
            values = {"level": key[0]}
            notes.fatal.append(
                Problem("boundary-edition-twice", file=edition.settings.file, value=key[1], values=values)
            )
        seen.add(key)
