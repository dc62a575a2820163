"""Hours in which the risk is higher, and what closing rules would have covered, in what may be told.

A death whose hour is not known, only between which moments it was, is shared out evenly over them (aoristic weights);
one of which an end is missing is told apart. Counts do not leave here, but for how many of each of these there are. Of
the rules, which differ from one another by a few hours, only shares rounded to five points
are told, so that no hour's few deaths can be found by subtraction; of the few risk periods ratios rounded to a tenth.
Both need at least ``minimum_cell`` deaths inside and as many outside.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from convive.analysis.hours import WEEK, Aoristic, RiskPeriod, Rule, aoristic, closing_rule, risk_periods
from convive.publication.release import allowed

LEAST_EVENTS = 30
"""Of fewer deaths with a known hour nothing is said by hours."""
SIGNIFICANT = 0.05
POINTS = 5
SIMULATIONS = 999
LONGEST_DAYS = 7.0
"""A window longer than a week says nothing of the hour."""


def hours(deaths: pl.DataFrame, least: int) -> dict[str, Any]:
    """The hours of ``deaths``, in groups of at least ``least``."""
    exact = ~pl.col("occurred_precision").cast(pl.String).is_in(["month", "year"]).fill_null(False)
    hour = (pl.col("occurred_on").dt.weekday().cast(pl.Int64) - 1) * 24 + pl.col("occurred_time").dt.hour()
    timed = deaths.filter(exact).select(hour=hour).drop_nulls()["hour"].to_numpy()
    windows = _windows(deaths)
    week = np.bincount(timed, minlength=WEEK) + windows.weight
    known = len(timed) + windows.events
    unknown = deaths.height - known
    told: dict[str, Any] = {"enough": known >= LEAST_EVENTS, "periods": [], "looked_for": 0, "rules": []}
    told["known_share"] = _points(known / deaths.height) if deaths.height and unknown >= least else None
    told["windows"] = _told_count(windows.events, least)
    told["without_end"] = _told_count(windows.without_begin + windows.without_end, least)
    if told["enough"]:
        found = risk_periods(week, simulations=SIMULATIONS)
        strong = [
            one for one in found.periods if one.p <= SIGNIFICANT and _may_be_told(one.observed, found.events, least)
        ]
        told["periods"] = [_period(one) for one in strong]
        told["looked_for"] = found.simulations
        told["rules"] = [
            _rule(closing_rule(week, _closed(nights, begin)), nights, begin, least)
            for nights in _rules()["nights"]
            for begin in _rules()["from"]
        ]
    return allowed.entry("hours_patterns", told)


def _windows(deaths: pl.DataFrame) -> Aoristic:
    """The deaths without an hour that lie between two known moments, over the hours of the week."""
    between = pl.DataFrame(schema={"begins": pl.Float64, "ends": pl.Float64})
    if {"occurred_from", "occurred_to"} <= set(deaths.columns):
        day = 86_400_000
        begins, ends = (
            pl.col(name).dt.replace_time_zone(None).dt.timestamp("ms") / day
            for name in ("occurred_from", "occurred_to")
        )
        between = deaths.filter(pl.col("occurred_time").is_null()).select(begins=begins, ends=ends)
        between = between.filter(~(pl.col("ends") - pl.col("begins") > LONGEST_DAYS).fill_null(False))
    return aoristic(*(between[name].fill_null(float("nan")).to_numpy() for name in ("begins", "ends")))


def _told_count(count: int, least: int) -> int | None:
    return count if count >= least else None


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "closing_rules.toml").read_text("utf-8"))


def _period(one: RiskPeriod) -> dict[str, Any]:
    told = {"first": one.first, "last": one.last, "hours": one.hours, "p": one.p}
    ratio = {"ratio": _tenth(one.ratio), "low": _tenth(one.low), "high": _tenth(one.high)}
    return allowed.entry("risk_period", told | ratio)


def _closed(nights: str, begin: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The hours of the week that a rule closes: those of a night after midnight belong to the next day."""
    until = _rules()["until"]
    closed = np.zeros(WEEK, dtype=bool)
    for day in _rules()["nights"][nights]:
        start = (day - 1) * 24 + (begin if begin > until else 24 + begin)
        closed[np.arange(start, day * 24 + until) % WEEK] = True
    return closed


def _rule(one: Rule, nights: str, begin: int, least: int) -> dict[str, Any]:
    told: dict[str, Any] = {"nights": nights, "from": begin, "until": _rules()["until"], "hours": one.hours}
    may = _may_be_told(one.inside, one.events, least)
    told["share"] = _points(one.share) if may else None
    told["low"] = _points(one.low, math.floor) if may else None
    told["high"] = _points(one.high, math.ceil) if may else None
    return allowed.entry("closing_rule", told)


def _may_be_told(inside: float, whole: float, least: int) -> bool:
    return inside >= least and whole - inside >= least


def _points(share: float, rounded: Callable[[float], int] = round) -> float:
    return round(rounded(100 * share / POINTS) * POINTS / 100, 2)


def _tenth(ratio: float) -> float | None:
    return round(ratio, 1) if math.isfinite(ratio) else None
