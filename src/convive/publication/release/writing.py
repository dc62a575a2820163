"""Files whose bytes depend on their content alone: no clock, no locale, no order of chance."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

DECIMALS = 6
"""Decimals of published numbers: far below any precision claimed, far above what differs from one processor to
another."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with its fractions at :data:`DECIMALS` decimals."""
    return frame.with_columns(pl.col(pl.Float64).round(DECIMALS))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """UTF-8, comma, line feed. A text that a spreadsheet would take for a formula gets an apostrophe; numbers never
    do."""
    names = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    safe = frame.with_columns(
        pl.when(_starts(name)).then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name in names
    )
    return safe.write_csv().encode()


def _starts(name: str) -> pl.Expr:
    return pl.any_horizontal([pl.col(name).str.starts_with(start) for start in FORMULA_STARTS]).fill_null(False)


def json_bytes(tree: Any, *, in_order: bool = False) -> bytes:
    """Indented JSON; keys sorted unless the order itself says something (the codes of a list)."""
    return (json.dumps(tree, ensure_ascii=False, indent=1, sort_keys=not in_order, allow_nan=False) + "\n").encode()


def put(path: Path, content: bytes) -> None:
    """Write ``content``, making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def sha256(path: Path) -> str:
    """Hash of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
