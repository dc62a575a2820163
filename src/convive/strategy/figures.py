"""What the register says of an indicator: its periods, oldest first, as far as they had ended."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from convive.strategy.plan import FigureHolds, FigureOf, Period

FORMS: dict[Period, str] = {"year": r"^\d{4}$", "half": r"^\d{4}-H[12]$", "month": r"^\d{4}-\d{2}$"}
USABLE = ("final", "provisional", "as_published")


@dataclass(frozen=True)
class Seen:
    """One figure. ``base``: the population of a rate or the whole of a ``share``; None for a count."""

    period: str
    ended: dt.date
    value: float
    low: float | None
    high: float | None
    count: int | None
    base: int | None
    share: bool
    provisional: bool
    synthetic: bool


def series(figures: pl.DataFrame, wanted: FigureOf | FigureHolds, *, as_of: dt.date) -> list[Seen]:
    """The usable figures of ``wanted`` whose period had ended on ``as_of``, oldest first; withheld ones and those that
    cannot be compared are left out."""
    rows = figures.filter(
        (pl.col("indicator") == wanted.indicator)
        & (pl.col("unit_code") == wanted.unit)
        & (pl.col("disaggregation") == wanted.disaggregation)
        & (pl.col("category") == wanted.category)
        & pl.col("period").str.contains(FORMS[wanted.period])
        & pl.col("status").is_in(USABLE)
        & pl.col("value").is_not_null()
    ).sort("period")
    return [seen for row in rows.iter_rows(named=True) if (seen := _seen(row)).ended <= as_of]


def ended(period: str) -> dt.date:
    """The last day of ``2014``, ``2014-H1`` or ``2014-03``."""
    year = int(period[:4])
    if re.match(FORMS["half"], period):
        return dt.date(year, 6, 30) if period.endswith("1") else dt.date(year, 12, 31)
    if re.match(FORMS["month"], period):
        month = int(period[5:7])
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    return dt.date(year, 12, 31)


def _seen(row: dict[str, Any]) -> Seen:
    told = {name: row[name] for name in ("period", "value", "low", "high", "count", "synthetic")}
    share = row["denominator"] is not None
    told |= {"share": share, "base": row["denominator"] if share else row["population"]}
    return Seen(**told, ended=ended(str(row["period"])), provisional=row["status"] == "provisional")
