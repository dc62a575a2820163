"""The rejects file: what could not be used, where it stands, why, and what to do about it."""

from __future__ import annotations

import datetime as dt

import polars as pl

from convive.errors import LANGUAGES, Problem
from convive.sources.harmonise import Delivery
from convive.standard import rejects_schema

BLANK = "\ue000"
"""Stands where a value will be written; no text that people write holds it."""


def rejects_of(delivery: Delivery, unused: pl.DataFrame, *, as_of: dt.date) -> pl.DataFrame:
    """All rejects of one file, with reason and remedy in every language, in the order of the file."""
    raw = delivery.raw
    cells = raw.cell_problems.select("row", "column", "value", "code", scope=pl.lit("value"))
    shapes = raw.rejects.select("row", pl.lit("").alias("column"), "value", "code", scope=pl.lit("row"))
    found = pl.concat([frame.cast(pl.String) for frame in (shapes, cells, unused.select(cells.columns))])
    found = found.with_columns(pl.col("row").cast(pl.Int64), pl.col("value").fill_null(""))
    if found.is_empty():
        return pl.DataFrame(schema=rejects_schema())
    table = _worded(found.select("column", "value", "code").unique(maintain_order=True), as_of)
    schema = pl.Schema(rejects_schema())
    return (
        found.join(table, on=["column", "value", "code"], how="left")
        .join(_raw_rows(delivery, found), on="row", how="left")
        .with_columns(
            source_id=pl.lit(delivery.source_id),
            file=pl.lit(delivery.file),
            file_sha256=pl.lit(raw.sha256),
            raw_row=pl.when(pl.col("scope") == "row").then("raw_row"),
        )
        .select(list(schema))
        .cast(schema)
        .sort("row", "column", "code", "value")
    )


def _worded(found: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Each kind of problem is said once, and its values are put in afterwards: there may be very many."""
    kinds = found.select("column", "code").unique(maintain_order=True)
    problems = [
        Problem(code, column=column, value=BLANK, values={"as_of": as_of.isoformat()})
        for column, code in kinds.select("column", "code").iter_rows()
    ]
    said = {f"reason_{language}": [problem.reason(language) for problem in problems] for language in LANGUAGES}
    said |= {f"remedy_{language}": [problem.remedy(language) for problem in problems] for language in LANGUAGES}
    told = kinds.with_columns(pl.Series(name, texts, dtype=pl.String) for name, texts in said.items())
    whole = found.join(told, on=["column", "code"], how="left", maintain_order="left")
    return whole.with_columns(pl.col(name).str.replace(BLANK, pl.col("value"), literal=True) for name in said)


def _raw_rows(delivery: Delivery, found: pl.DataFrame) -> pl.DataFrame:
    """The whole received row, as JSON, of each row that is not used."""
    raw = delivery.raw
    wanted = found.filter(pl.col("scope") == "row")["row"].unique()
    whole = raw.frame.filter(pl.col("row").is_in(wanted.implode()))
    as_json = whole.select("row", raw_row=pl.struct(raw.columns).struct.json_encode()) if raw.columns else None
    broken = raw.rejects.select("row", raw_row="raw")
    return pl.concat([part for part in (as_json, broken) if part is not None])
