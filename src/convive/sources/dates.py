"""Dates and times as institutions write them, parsed on distinct texts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convive.fold import fold

DEFAULT_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M")
DEFAULT_TIMES = ("%H:%M", "%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
# 1899-12-30 in days since 1970-01-01. Excel's false 29 February 1900 (serial 60) is not met after 1900-03-01.
EXCEL_DAY_ZERO = -25569
MONTHS = ("ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SEP", "OCT", "NOV", "DIC")
_NUMBERS = r"^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}"
_WORDS = r"^(?:[A-Z]+,? )?(\d{1,2})[^A-Z0-9]*(?:DE )?([A-Z]{3})[A-Z]*[^A-Z0-9]*(?:DEL? )?(\d{4}|\d{2})$"


def parse_dates(distinct: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    """text, date, looks_like_date for each distinct text.

    ``formats`` are tried in order: strptime patterns, ``excel`` (a serial number of days) and ``palabras`` (a date in
    Spanish words, as "3 de mayo de 2014" or "03-may-14").
    """
    text = distinct.str.strip_chars()
    frame = pl.DataFrame({"text": distinct, "clean": text})
    tried = [_as_date(pl.col("clean"), pattern) for pattern in formats or DEFAULT_DATES]
    return frame.select(
        "text",
        date=pl.coalesce(tried),
        looks_like_date=pl.col("clean").str.contains(_NUMBERS).fill_null(False)
        | fold(pl.col("clean")).str.contains(_WORDS).fill_null(False),
    )


def parse_times(distinct: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    """text, time for each distinct text; ``formats`` without hours are passed over, ``horas`` reads "22", "22h" and
    "22 H 30".
    """
    frame = pl.DataFrame({"text": distinct, "clean": distinct.str.strip_chars()})
    tried = [
        _as_time(pl.col("clean"), pattern)
        for pattern in formats or DEFAULT_TIMES
        if "%H" in pattern or "%I" in pattern or pattern == "horas"
    ]
    return frame.select("text", time=pl.coalesce(tried) if tried else pl.lit(None, dtype=pl.Time))


def _as_date(text: pl.Expr, pattern: str) -> pl.Expr:
    if pattern == "excel":
        days = text.cast(pl.Float64, strict=False)
        return pl.when(days.is_between(1, 100_000)).then(days.floor().cast(pl.Int32) + EXCEL_DAY_ZERO).cast(pl.Date)
    if pattern == "palabras":
        return _in_words(text)
    if "%H" in pattern or "%I" in pattern:
        return text.str.to_datetime(pattern, strict=False, time_unit="us").dt.date()
    day = text.str.to_date(pattern, strict=False)
    # "%Y" also reads "14", as the year 14: such a date belongs to a pattern with "%y".
    return pl.when(day.dt.year() >= 1000).then(day) if "%Y" in pattern else day


def in_capitals(text: pl.Expr) -> pl.Expr:
    """``text`` folded, with the Peruvian spelling of September made one with the other."""
    return fold(text).str.replace(r"\bSET(IEMBRE)?\b", "SEPTIEMBRE")


def _in_words(text: pl.Expr) -> pl.Expr:
    said = in_capitals(text)
    parts = said.str.extract_groups(_WORDS)
    month = parts.struct.field("2").replace_strict(list(MONTHS), range(1, 13), default=None, return_dtype=pl.Int8)
    year = parts.struct.field("3").cast(pl.Int32)
    year = pl.when(year < 70).then(year + 2000).when(year < 100).then(year + 1900).otherwise(year)
    day = parts.struct.field("1")
    iso = pl.concat_str(year.cast(pl.String), month.cast(pl.String).str.zfill(2), day.str.zfill(2), separator="-")
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _as_time(text: pl.Expr, pattern: str) -> pl.Expr:
    if pattern == "horas":
        parts = fold(text).str.extract_groups(r"^(\d{1,2})\s*(?:H|HRS?|HORAS?)?\.?\s*[:.]?\s*(\d{2})?\s*(?:M|MIN)?\.?$")
        clock = pl.concat_str(
            parts.struct.field("1").str.zfill(2), parts.struct.field("2").fill_null("00"), separator=":"
        )
        return clock.str.to_time("%H:%M", strict=False)
    if "%d" in pattern or "%Y" in pattern:
        return text.str.to_datetime(pattern, strict=False, time_unit="us").dt.time()
    return text.str.to_time(pattern, strict=False)
