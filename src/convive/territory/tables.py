"""Reading the files of a territory: CSV tables and GeoJSON properties, every cell as text with its row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import Problem
from convive.territory.notes import Notes
from convive.territory.settings import Received


def read_csv(folder: Path, table: Received, notes: Notes) -> pl.DataFrame | None:
    """All cells as text plus ``row`` (first line of the file = 1); ``None`` where the file cannot be used, which is
    noted.
    """
    text = _text(folder, table.file, table.encoding, notes)
    if text is None:
        return None
    try:
        frame = pl.read_csv(text.encode(), separator=table.delimiter, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        detail = {"detail": str(error).splitlines()[0]}
        notes.fatal.append(Problem("territory-file-unreadable", file=table.file, values=detail))
        return None
    if frame.is_empty():
        notes.fatal.append(Problem("territory-file-empty", file=table.file))
        return None
    return filtered(frame.with_row_index("row", 2), table, notes)


def read_features(folder: Path, file: str, notes: Notes) -> list[dict[str, Any]] | None:
    """The features of a GeoJSON FeatureCollection; ``None`` where it is none, which is noted."""
    text = _text(folder, file, "utf-8", notes)
    if text is None:
        return None
    try:
        features = json.loads(text)["features"]
    except (ValueError, KeyError, TypeError) as error:
        notes.fatal.append(Problem("territory-file-unreadable", file=file, values={"detail": f"GeoJSON: {error}"}))
        return None
    if not features:
        notes.fatal.append(Problem("territory-file-empty", file=file))
        return None
    return list(features)


def require(frame: pl.DataFrame, columns: list[str], file: str, notes: Notes) -> bool:
    """Whether all ``columns`` exist; those that do not are noted beside those that do."""
    there = [column for column in frame.columns if column != "row"]
    missing = [column for column in columns if column not in frame.columns]
    values = {"known": ", ".join(there)}
    notes.fatal.extend(
        Problem("territory-column-missing", file=file, column=c, value=c, values=values) for c in missing
    )
    return not missing


def properties(features: list[dict[str, Any]], wanted: list[str]) -> pl.DataFrame:
    """The ``wanted`` properties of each feature as text; ``row`` is the feature's number, the first being 1."""
    given = [feature.get("properties") or {} for feature in features]
    there = [name for name in wanted if any(name in properties for properties in given)]
    columns = {name: [None if (v := p.get(name)) is None else str(v) for p in given] for name in dict.fromkeys(there)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).with_row_index("row", 1)


def text_of(column: str, frame: pl.DataFrame) -> pl.Expr:
    """``column`` stripped, blank as null; null throughout where the frame lacks it."""
    if column not in frame.columns:
        return pl.lit(None, dtype=pl.String)
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _text(folder: Path, file: str, encoding: str, notes: Notes) -> str | None:
    path = folder / file
    if not path.is_file():
        there = ", ".join(sorted(p.name for p in folder.iterdir() if p.is_file())) if folder.is_dir() else ""
        notes.fatal.append(Problem("territory-file-missing", file=file, value=file, values={"known": there}))
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        notes.fatal.append(Problem("territory-file-unreadable", file=file, values={"detail": f"{encoding}: {error}"}))
        return None
    if not text.strip():
        notes.fatal.append(Problem("territory-file-empty", file=file))
        return None
    return text


def filtered(frame: pl.DataFrame, table: Received, notes: Notes) -> pl.DataFrame | None:
    """The rows that the table's ``filters`` keep."""
    if not require(frame, list(table.filters), table.file, notes):
        return None
    return frame.filter(True, *(pl.col(column) == value for column, value in table.filters.items()))
