"""Rows that are events: one record for each of the dead."""

from __future__ import annotations

import polars as pl

from convive.sources.values import UNUSED_SCHEMA

MOST_VICTIMS = 1000
"""More dead in one row is a slip of the pen, and would fill the memory."""


def one_row_a_victim(
    records: pl.DataFrame, unused: pl.DataFrame, frame: pl.DataFrame, victims_column: str | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """An event with several dead becomes one record for each; one without any, or without a number of them, is no
    record.
    """
    unused = unused.with_columns(scope=pl.lit("value"))
    if victims_column is None:
        one = pl.lit(1, dtype=pl.Int32)
        return _identified(records.with_columns(victim_no=one, victims_in_event=one)), unused
    number = frame[victims_column].str.strip_chars().cast(pl.Float64, strict=False)
    code = (
        pl.when(pl.lit(number).is_null() | (pl.lit(number) < 0) | (pl.lit(number) > MOST_VICTIMS))
        .then(pl.lit("impossible-victims"))
        .when(pl.lit(number) < 1)
        .then(pl.lit("event-without-victims"))
    )
    gone = frame.select("row", column=pl.lit(victims_column), value=victims_column, code=code)
    gone = gone.filter(pl.col("code").is_not_null()).cast(UNUSED_SCHEMA).with_columns(scope=pl.lit("row"))
    count = number.clip(0, MOST_VICTIMS).fill_null(0).cast(pl.Int32)
    records = records.with_columns(victims_in_event=pl.lit(count)).join(gone.select("row"), on="row", how="anti")
    numbers = pl.int_ranges(1, pl.col("victims_in_event") + 1, dtype=pl.Int32)
    records = records.with_columns(victim_no=numbers).explode("victim_no").sort("row", "victim_no")
    return _identified(records), pl.concat([unused.join(gone.select("row"), on="row", how="anti"), gone])


def _identified(records: pl.DataFrame) -> pl.DataFrame:
    source, sha256 = pl.col("source_id").cast(pl.String), pl.col("file_sha256").cast(pl.String)
    return records.with_columns(record_id=pl.format("{}:{}:{}:{}", source, sha256.str.head(8), "row", "victim_no"))
