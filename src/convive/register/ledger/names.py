"""Names of records that outlive the file they came in, so that a decision holds for every later delivery."""

from __future__ import annotations

import hashlib

import polars as pl

COUNTER_ROOM = 1.5
"""Numbers that are all digits and no larger than this many times the records of a source only count its rows."""

TOLD = ("identity_number", "given_names", "surname_1", "surname_2", "full_name", "sex_raw", "age_years_raw")
DATES = ("occurred_on_raw", "died_on_raw", "registered_on_raw")


def record_names(records: pl.DataFrame) -> pl.Series:
    """A name for each record, in order, as ``morgue:4f0c…``: a hash, from which nothing of a person can be read back
    without the records themselves.

    It is made of the source's own number for the victim, where that names one record of the source and is more than a
    count of rows, which starts anew in every delivery; else of what the source says of the person and when, and of the
    place among records that say the same.
    """
    source = pl.col("source_id").cast(pl.String)
    number = pl.col("source_record_number")
    victim = pl.col("victim_no").cast(pl.String)
    counts_rows = number.str.contains(r"^\d{1,9}$").all() & (
        number.str.extract(r"(\d{1,9})$").cast(pl.Int64).max() <= COUNTER_ROOM * pl.len()
    )
    told = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in (*TOLD, *DATES)], separator="\x1f")
    table = records.select(
        source=source,
        by_number=pl.when(
            ~counts_rows.over(source).fill_null(True) & (pl.len().over(source, number, victim) == 1)
        ).then(pl.concat_str(pl.lit("number"), number, victim, separator="\x1f")),
        told=told,
        file=pl.col("file").cast(pl.String),
        row="row",
        victim="victim_no",
    ).with_row_index("at")
    again = table.sort("file", "row", "victim").with_columns(
        among=pl.int_range(pl.len()).over("source", "told").cast(pl.String)
    )
    keys = again.sort("at").select(
        "source",
        key=pl.coalesce("by_number", pl.concat_str(pl.lit("told"), "told", "among", separator="\x1f")),
    )
    return pl.Series(
        "record", [f"{source}:{_opaque(source, key)}" for source, key in keys.iter_rows()], dtype=pl.String
    )


def _opaque(source: str, key: str) -> str:
    text = f"{source}\x1f{key}"
    return hashlib.blake2b(text.encode(), digest_size=12, person=b"convive-record").hexdigest()
