"""Periods as publications write them."""

from __future__ import annotations

import polars as pl

from convive.sources.dates import MONTHS, in_capitals

PERIOD = r"^\d{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"
"""A year, half-year, quarter or month as the standard writes it."""

_SPANS = {(1, 12): "", (1, 6): "-H1", (7, 12): "-H2", (1, 3): "-Q1", (4, 6): "-Q2", (7, 9): "-Q3", (10, 12): "-Q4"}


def period(text: pl.Expr) -> pl.Expr:
    """``2014``, ``2015-H1``, ``2015-Q3`` or ``2014-03``; what is none of these stays as it is.

    Read are years, "2014 I" and "2014-II SEM" for half-years, and months or spans of months in Spanish words beside a
    year: "2021 / ENERO - DICIEMBRE", "ENERO - JUNIO 2015", "2014 MARZO". A span that is no year, half-year or quarter
    has no period of its own.
    """
    clean = in_capitals(text).str.replace(r"^(\d{4})\.0\b", "${1}")
    half = clean.str.replace(r"^(\d{4})[ -]?(?:I|1)(?:ER)? ?(?:SEM(?:ESTRE)?)?$", "${1}-H1").str.replace(
        r"^(\d{4})[ -]?(?:II|2)(?:DO)? ?(?:SEM(?:ESTRE)?)?$", "${1}-H2"
    )
    year = clean.str.extract(r"\b(\d{4})\b", 1)
    parts = clean.str.extract_groups(r"\b([A-Z]{3})[A-Z]*\b(?: ?(?:-|A|AL) ?([A-Z]{3})[A-Z]*\b)?")
    first, last = _month(parts.struct.field("1")), _month(parts.struct.field("2"))
    spans = {f"{start}-{end}": suffix for (start, end), suffix in _SPANS.items()}
    span = pl.format("{}-{}", first, last).replace_strict(spans, default=None, return_dtype=pl.String)
    month = pl.when(parts.struct.field("2").is_null()).then(pl.format("-{}", first.cast(pl.String).str.zfill(2)))
    in_words = pl.concat_str(year, pl.coalesce(span, month))
    return pl.coalesce(pl.when(half.str.contains(PERIOD)).then(half), in_words, text)


def _month(word: pl.Expr) -> pl.Expr:
    return word.replace_strict(list(MONTHS), range(1, 13), default=None, return_dtype=pl.Int8)
