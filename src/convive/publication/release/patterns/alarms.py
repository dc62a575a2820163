"""Has something begun? Alarms on weekly counts, changes of level, gatherings in space and time, in what may be told.

What leaves here of a week is whether it raised an alarm, and its count where that is at least ``least``; of a gathering
the unit it lies in, its days and its ratio, where it holds at least ``least`` events. A rule is told with the false
alarms that it raises in a quiet year: without them an alarm cannot be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from convive.analysis.change_points import change_points
from convive.analysis.cusum import cusum
from convive.analysis.ears import ears
from convive.analysis.farrington import farrington
from convive.analysis.near_repeat import knox
from convive.analysis.scan import permutation_scan
from convive.analysis.weekly import FalseAlarms
from convive.errors import AnalysisError
from convive.publication.release import allowed
from convive.publication.release.patterns.places import located_events, plane_around

YEAR = 52
LEAST_WEEKS = 2 * YEAR
STRETCH = 4
"""Weeks of a stretch between which changes of level are looked for."""
LEAST_EVENTS = 30
MOST_EVENTS = 20_000
"""Of more events with a point gatherings are not looked for at every build: they would take hours."""
SIGNIFICANT = 0.05
SIMULATIONS = 999
FALSE_ALARM_YEARS = 299
"""Quiet years simulated to count the false alarms of a rule."""
REACH, WINDOW = 500.0, 28
"""Metres and days within which a gathering is looked for."""
NEAR, SOON = 400.0, 14.0
"""Metres and days within which one event is asked to bring another."""


def alarms(deaths: pl.DataFrame, *, place: str, least: int, as_of: dt.date) -> dict[str, Any]:
    """What the weeks of ``deaths`` until ``as_of`` say, in groups of at least ``least``."""
    weeks, first = weekly(deaths, as_of)
    told: dict[str, Any] = {"enough": len(weeks) >= LEAST_WEEKS and int(weeks.sum()) >= LEAST_EVENTS}
    told |= {
        "first": None,
        "last": None,
        "weeks": YEAR,
        "methods": [],
        "changes": [],
        "gatherings": None,
        "repeat": None,
    }
    if not told["enough"]:
        return allowed.entry("alarms", told)
    told["first"], told["last"] = _day(first, len(weeks) - YEAR), _day(first, len(weeks) - 1)
    told["methods"] = [one for one in (_judged(name, weeks, first, least) for name in METHODS) if one]
    told["changes"] = _changes(weeks, first)
    events = located_events(deaths, place).filter(pl.col("occurred_on").is_not_null())
    if LEAST_EVENTS <= events.height <= MOST_EVENTS:
        told["gatherings"] = _gatherings(events, as_of, least)
        told["repeat"] = _repeat(events, least)
    return allowed.entry("alarms", told)


def weekly(deaths: pl.DataFrame, as_of: dt.date) -> tuple[NDArray[np.int64], dt.date]:
    """Deaths of each whole week, Monday to Sunday, from the first whole week of the register to the last before
    ``as_of``, of those known to the week; and the first Monday."""
    precision = pl.col("occurred_precision").cast(pl.String)
    exact = ~precision.is_in(["month", "year"]).fill_null(False)
    if {"occurred_from", "occurred_to"} <= set(deaths.columns):
        # An event is dated where its interval begins: of a long one that would heap events on the first of a month.
        short = pl.col("occurred_to") - pl.col("occurred_from") <= dt.timedelta(weeks=1)
        exact &= (precision != "period").fill_null(True) | short.fill_null(False)
    days = deaths.filter(exact & (pl.col("occurred_on") <= as_of))["occurred_on"].drop_nulls()
    if days.is_empty():
        return np.zeros(0, np.int64), as_of
    start = dt.date(days.min().year, 1, 1)  # type: ignore[union-attr]
    first = start + dt.timedelta(days=(7 - start.weekday()) % 7)
    whole = max(0, ((as_of - first).days + 1) // 7)
    week = (days - first).dt.total_days().to_numpy() // 7
    inside = week[(week >= 0) & (week < whole)].astype(np.int64)
    return np.bincount(inside, minlength=whole), first


def _by_season(weeks: NDArray[np.int64]) -> tuple[NDArray[np.bool_], FalseAlarms]:
    years = min(5, (len(weeks) - YEAR - 3) // YEAR)
    judged = np.arange(len(weeks) - YEAR, len(weeks))
    found = farrington(weeks, weeks=judged, years=years, simulations=FALSE_ALARM_YEARS)
    return found.alarm, found.false_alarms


def _by_last_weeks(weeks: NDArray[np.int64]) -> tuple[NDArray[np.bool_], FalseAlarms]:
    found = ears(weeks, method="C2", baseline=26, simulations=FALSE_ALARM_YEARS)
    return found.alarm[-YEAR:], found.false_alarms


def _by_level(weeks: NDArray[np.int64]) -> tuple[NDArray[np.bool_], FalseAlarms]:
    found = cusum(weeks[-3 * YEAR :], training=min(2 * YEAR, len(weeks) - YEAR), ratio=2.0)
    return found.alarm[-YEAR:], found.false_alarms


METHODS: dict[str, Callable[[NDArray[np.int64]], tuple[NDArray[np.bool_], FalseAlarms]]] = {
    "farrington": _by_season,
    "ears": _by_last_weeks,
    "cusum": _by_level,
}


def _judged(name: str, weeks: NDArray[np.int64], first: dt.date, least: int) -> dict[str, Any] | None:
    """The alarms of the last year by one rule; None where the series is too short or too poor for it."""
    try:
        alarm, false = METHODS[name](weeks)
    except AnalysisError:
        return None
    begin = len(weeks) - len(alarm)
    raised = [
        allowed.entry(
            "alarm", {"week": _day(first, begin + int(at)), "count": _count(int(weeks[begin + int(at)]), least)}
        )
        for at in np.flatnonzero(alarm)
    ]
    rates = {key: round(value, 1) for key, value in zip(("low", "high"), (false.low, false.high), strict=True)}
    told = {"method": name, "alarms": raised, "false_a_year": round(false.per_year, 1), **rates}
    return allowed.entry("alarm_method", told)


def _changes(weeks: NDArray[np.int64], first: dt.date) -> list[dict[str, Any]]:
    """Changes of level between stretches of four weeks: a change is told by its month."""
    begin = len(weeks) % STRETCH
    try:
        found = change_points(weeks[begin:].reshape(-1, STRETCH).sum(axis=1), simulations=SIMULATIONS)
    except AnalysisError:
        return []
    first += dt.timedelta(weeks=begin)
    return [
        allowed.entry(
            "change",
            {
                "from": _day(first, STRETCH * int(found.first[at]))[:7],
                "low": _day(first, STRETCH * int(found.low[at]))[:7],
                "high": _day(first, STRETCH * int(found.high[at]))[:7],
                "ratio": round(float(found.ratio[at]), 1),
                "ratio_low": round(float(found.ratio_low[at]), 1),
                "ratio_high": round(float(found.ratio_high[at]), 1),
            },
        )
        for at in range(len(found.first))
    ]


def _gatherings(events: pl.DataFrame, as_of: dt.date, least: int) -> dict[str, Any]:
    """Gatherings that last until now: the days before the last event are quiet ones and count as looked at."""
    plane = plane_around(events)
    points = plane.to_metres(events["longitude"].to_numpy(), events["latitude"].to_numpy())
    places, at = np.unique(np.round(points, 1), axis=0, return_inverse=True)
    day = (events["occurred_on"] - dt.date(1970, 1, 1)).dt.total_days().to_numpy()
    told: dict[str, Any] = {"reach": int(REACH), "days": WINDOW, "until": events["occurred_on"].max().isoformat()}  # type: ignore[union-attr]
    told |= {"found": [], "simulations": SIMULATIONS}
    if len(places) >= 2 and events.filter(pl.col("occurred_on") > as_of - dt.timedelta(days=WINDOW)).height:
        scan = permutation_scan(
            places, at.ravel(), day, radius=REACH, days=WINDOW, prospective=True, simulations=SIMULATIONS, metres=True
        )
        strong = [one for one in scan.clusters if one.p <= SIGNIFICANT and one.observed >= least]
        units = events["unit"].to_list()
        where = at.ravel().tolist()
        told["found"] = [
            allowed.entry(
                "gathering",
                {
                    "unit_code": units[where.index(int(one.locations[0]))],
                    "days": one.last - one.first + 1,
                    "ratio": round(one.ratio, 1),
                    "recurrence_days": round(one.recurrence_days, -1),
                    "p": one.p,
                },
            )
            for one in strong
        ]
    return allowed.entry("gatherings", told)


def _repeat(events: pl.DataFrame, least: int) -> dict[str, Any] | None:
    """Whether events bring others near and soon; None where the pairs are too few to be told, or all at one place."""
    plane = plane_around(events)
    points = plane.to_metres(events["longitude"].to_numpy(), events["latitude"].to_numpy())
    day = (events["occurred_on"] - dt.date(1970, 1, 1)).dt.total_days().to_numpy().astype(np.float64)
    try:
        found = knox(points, day, NEAR, SOON, simulations=SIMULATIONS, metres=True)
    except AnalysisError:
        return None
    told: dict[str, Any] = {"metres": int(NEAR), "days": int(SOON), "p": found.p, "simulations": found.simulations}
    may = found.observed >= least and found.expected >= 1
    ratios = {"ratio": found.ratio, "low": found.low, "high": found.high}
    told |= {key: round(value, 1) if may and np.isfinite(value) else None for key, value in ratios.items()}
    return allowed.entry("repeat", told)


def _count(count: int, least: int) -> int | None:
    return count if count >= least else None


def _day(first: dt.date, week: int) -> str:
    return (first + dt.timedelta(weeks=week)).isoformat()
