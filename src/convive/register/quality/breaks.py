"""Breaks of classification: a category of a source that vanishes from one year to the next while others appear."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from convive.register.quality.knowing import rules
from convive.standard import is_known


@dataclass(frozen=True)
class Break:
    """From the year ``before`` to ``year``, the codes ``gone`` of a source's field were used no more and those that
    ``came`` were new; either may be empty."""

    source: str
    field: str
    before: int
    year: int
    gone: tuple[str, ...]
    came: tuple[str, ...]


def breaks(records: pl.DataFrame) -> list[Break]:
    """Every break between two years of a source that follow each other, by the limits of ``criteria.toml``.

    Only codes with enough records in the year in which they were used, and that stay away in all years after (or were
    absent in all before), so that a rare category's chance gap is no break.
    """
    limits = rules()["breaks"]
    year = pl.coalesce("occurred_on", "died_on", "registered_on").dt.year()
    found: list[Break] = []
    for name in limits["fields"]:
        told = records.filter(is_known(name)).select(
            source=pl.col("source_id").cast(pl.String), year=year, code=pl.col(name).cast(pl.String)
        )
        told = told.drop_nulls()
        for (source,), part in sorted(told.group_by("source"), key=lambda one: one[0]):
            found += _of_source(str(source), name, part, limits)
    return found


def _of_source(source: str, name: str, told: pl.DataFrame, limits: dict[str, float]) -> list[Break]:
    counts: dict[tuple[int, str], int] = {
        (row[0], row[1]): row[2] for row in told.group_by("year", "code").len().rows()
    }
    totals: dict[int, int] = dict(told.group_by("year").len().rows())
    years, codes = sorted(totals), sorted({code for _, code in counts})

    def weighty(at: int, code: str) -> bool:
        n = counts.get((at, code), 0)
        return n >= limits["least_records"] and n >= limits["least_share"] * totals[at]

    found = []
    for before, year in pairwise(years):
        if year != before + 1 or min(totals[before], totals[year]) < limits["least_year"]:
            continue
        later, earlier = [at for at in years if at >= year], [at for at in years if at <= before]
        gone = tuple(c for c in codes if weighty(before, c) and not any((at, c) in counts for at in later))
        came = tuple(c for c in codes if weighty(year, c) and not any((at, c) in counts for at in earlier))
        if gone or came:
            found.append(Break(source, name, before, year, gone, came))
    return found
