"""Which institutions saw each death, from the list of cases."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def shared_years(records: pl.DataFrame) -> tuple[int, int] | None:
    """The first and the last year that every institution's records reach: outside them a death that one did not see
    was not missed. None where there is no such year.

    ``records`` has source_body and the dates of the standard record.
    """
    year = pl.coalesce("occurred_on", "died_on", "registered_on").dt.year()
    of = records.select(body=pl.col("source_body").cast(pl.String), year=year).drop_nulls()
    spans = of.group_by("body").agg(first=pl.col("year").min(), last=pl.col("year").max())
    if spans.is_empty():
        return None
    first, last = spans.select(pl.col("first").max(), pl.col("last").min()).row(0)
    return (int(first), int(last)) if first <= last else None


def within(cases: pl.DataFrame, years: tuple[int, int]) -> pl.DataFrame:
    """The cases of ``years``, both included."""
    year = pl.coalesce("occurred_on", "died_on", "registered_on").dt.year()
    return cases.filter(year.is_between(*years))


def histories(cases: pl.DataFrame, bodies: Mapping[str, str]) -> dict[frozenset[str], int]:
    """How many of ``cases`` (column sources) exactly these institutions saw.

    ``bodies``: source → kind of institution. Two sources of one institution are not independent and count as one.
    """
    counted = cases.group_by(pl.col("sources").list.sort()).len()
    found: dict[frozenset[str], int] = {}
    for sources, deaths in counted.iter_rows():
        seen = frozenset(bodies[name] for name in sources)
        found[seen] = found.get(seen, 0) + deaths
    return found
