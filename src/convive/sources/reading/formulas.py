"""Cells that hold a formula instead of a value.

A spreadsheet that opens such a cell runs it (OWASP, "CSV injection"); and what it shows may be stale. Neither is data.
"""

from __future__ import annotations

import polars as pl

from convive.sources.reading.table import CELLS_SCHEMA

_FORMULA = r"^\s*(?:[=]|@[A-Za-z]|[+\-]\s*[A-Za-z][\w.]*\s*[(|!])"


def blank_formulas(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``frame`` with formula cells blanked, and one line a formula: row, column, value, code."""
    columns = [name for name in frame.columns if name != "row"]
    guilty = [
        name
        for name, found in frame.select(pl.col(name).str.contains(_FORMULA).any() for name in columns)
        .row(0, named=True)
        .items()
        if found
    ]
    cells = [
        frame.filter(pl.col(name).str.contains(_FORMULA)).select(
            "row", column=pl.lit(name), value=pl.col(name), code=pl.lit("formula-cell")
        )
        for name in guilty
    ]
    blanked = frame.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA)).then(None).otherwise(pl.col(name)).alias(name) for name in guilty
    )
    return blanked, pl.concat([pl.DataFrame(schema=CELLS_SCHEMA), *cells]).sort("row", "column")
