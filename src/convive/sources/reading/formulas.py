"""Cells that hold a formula instead of a value.

A spreadsheet that opens such a cell runs it (OWASP, "CSV injection"); and what it shows may be stale. Neither is data.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from convive.sources.reading.table import CELLS_SCHEMA

# After =, anything; after @, + or -, a call "SUM(", a program "cmd|…!" or a cell of another sheet "Sheet1!A1". A blank
# before the bracket is prose: "- HERIDA (PAF)".
_FORMULA = r"^\s*(?:=|[@+\-]\s*[A-Za-z][\w.]*(?:\(|\|.*!|!\$?[A-Za-z]))"


def blank_formulas(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``frame`` with formula cells blanked, and one line a formula: row, column, value, code."""
    columns = [name for name in frame.columns if name != "row"]
    guilty = _holding(frame, _holding(frame, columns, _maybe_a_formula), lambda cell: cell.str.contains(_FORMULA))
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


def _maybe_a_formula(cell: pl.Expr) -> pl.Expr:
    """A cheap look that spares most columns the whole pattern."""
    return cell.str.contains(r"^\s*[=@+\-]")


def _holding(frame: pl.DataFrame, columns: list[str], test: Callable[[pl.Expr], pl.Expr]) -> list[str]:
    if not columns:
        return []
    found = frame.select(test(pl.col(name)).any().alias(name) for name in columns).row(0, named=True)
    return [name for name in columns if found[name]]
