"""A received file as a table of text, with everything that could not be read beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import Problem

REJECTED_SCHEMA: dict[str, Any] = {"row": pl.Int64, "raw": pl.String, "code": pl.String, "value": pl.String}
CELLS_SCHEMA: dict[str, Any] = {"row": pl.Int64, "column": pl.String, "value": pl.String, "code": pl.String}


def no_rejects() -> pl.DataFrame:
    return pl.DataFrame(schema=REJECTED_SCHEMA)


def no_cells() -> pl.DataFrame:
    return pl.DataFrame(schema=CELLS_SCHEMA)


@dataclass(frozen=True)
class RawTable:
    """What was received, before anything is understood.

    ``frame`` holds text columns as received and ``row`` (Int64), counted as a spreadsheet does. ``rejects`` holds rows
    whose shape is wrong (row, raw, code, value); ``cell_problems`` cells that are not taken as values (row, column,
    value, code): their place in ``frame`` is blank. ``blank_rows`` were wholly empty and are neither data nor rejects.
    ``problems`` are told, not fatal.
    """

    frame: pl.DataFrame
    sha256: str
    bytes: int
    rejects: pl.DataFrame = field(default_factory=no_rejects)
    cell_problems: pl.DataFrame = field(default_factory=no_cells)
    blank_rows: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """Data rows received: those that can be read and those whose shape is wrong."""
        return self.frame.height + self.rejects.height

    @property
    def columns(self) -> list[str]:
        """Names of the received columns."""
        return [name for name in self.frame.columns if name != "row"]


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def drop_blank_rows(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """``frame`` without rows that hold nothing but blanks, and how many there were."""
    columns = [name for name in frame.columns if name != "row"]
    if not columns or not frame.select(_blank(columns[0]).any()).item():
        return frame, 0
    blank = pl.all_horizontal(_blank(name) for name in columns)
    kept = frame.filter(~blank)
    return kept, frame.height - kept.height


def _blank(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")
