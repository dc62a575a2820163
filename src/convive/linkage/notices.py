"""What keeps the records of a source from being linked."""

from __future__ import annotations

import polars as pl

from convive.errors import Problem

PERSONAL = ("identity_number", "given_names", "surname_1", "full_name", "birth_on")


def nameless_sources(records: pl.DataFrame) -> list[Problem]:
    """A problem for each source of whose records none has a name, an identity number or a date of birth, where there
    is another to link them to."""
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in PERSONAL)
    sources = records.group_by(pl.col("source_id").cast(pl.String)).agg(known.any().alias("known")).sort("source_id")
    if sources.height < 2:
        return []
    return [Problem("source-without-names", file=name) for name in sources.filter(~pl.col("known"))["source_id"]]
