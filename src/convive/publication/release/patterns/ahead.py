"""What may come, and why here, in what may be told: how good forecasts were, and which features go with the events.

What leaves here speaks of all cells at once (shares of events caught, relative risks), of at least ``least`` events
caught and as many missed, rounded so that one event more or less hardly shows. The zones named for the next month are
published cells, told from the events within published cells alone: an event that stands alone has no part in them.
Zones and features rest on the events that entered the map (:mod:`~convive.publication.release.patterns.places`), by
tens; only how good the forecasts were rests on all.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from convive.analysis.forecast import SELF_EXCITING, UNIFORM, Scores, forecast, rolling_scores
from convive.analysis.landscape_variables import Factor
from convive.analysis.raster import Raster, raster_around
from convive.analysis.risk_terrain import RiskTerrain, risk_terrain
from convive.errors import AnalysisError
from convive.publication.release import allowed
from convive.publication.release.patterns.places import entered, located_events, plane_around
from convive.publication.release.patterns.spots import AROUND, area_around
from convive.territory.landscape import Landscape
from convive.territory.metres import LocalMetres

LEAST_EVENTS = 60
"""Of fewer events with a point and a day nothing is said of the next month."""
MOST_EVENTS = 5_000
MONTHS = 12
MONTH = 365.25 / 12
NAMED = 0.1
"""The share of the area that a forecast may name."""
ZONES = 5
POINTS = 5
WIDTHS = (1.0, 2.0)
"""Distances at which features are seen, in cells."""
SIMULATIONS, RESAMPLES = 499, 50


def ahead(
    deaths: pl.DataFrame,
    landscape: Landscape,
    cells: list[dict[str, Any]],
    plane: LocalMetres | None = None,
    *,
    place: str,
    least: int,
    size: int,
    as_of: dt.date,
) -> dict[str, Any]:
    """Forecasts of ``deaths`` until ``as_of`` and the features of ``landscape`` that go with them; ``cells``: those
    that are published, on the ``plane``."""
    drawn = entered(located_events(deaths, place))
    dated = pl.col("occurred_on").is_not_null() & (pl.col("occurred_on") <= as_of)
    events = located_events(deaths, place).filter(dated)
    told: dict[str, Any] = {"enough": LEAST_EVENTS <= events.height <= MOST_EVENTS, "size": size}
    told |= {"forecast": None, "why": None}
    if not told["enough"]:
        return allowed.entry("ahead", told)
    plane = plane or plane_around(drawn)
    points, days = _where_and_when(events, plane)
    raster = raster_around(points, size, margin=AROUND * size, metres=True)
    looked_at = np.flatnonzero(area_around(raster.counted(points)[0]))
    until = float((as_of - dt.date(1970, 1, 1)).days + 1)
    told["forecast"] = _forecast(points, days, until, looked_at, raster, least)
    if told["forecast"]:
        told["forecast"]["zones"] = _zones(drawn.filter(dated), told["forecast"]["best"], size, cells, plane)
    told["why"] = _why(drawn, landscape, plane, size)
    return allowed.entry("ahead", told)


def _where_and_when(events: pl.DataFrame, plane: LocalMetres) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres and days of events."""
    days = (events["occurred_on"] - dt.date(1970, 1, 1)).dt.total_days().to_numpy().astype(np.float64)
    return plane.to_metres(events["longitude"].to_numpy(), events["latitude"].to_numpy()), days


def _middles(cells: NDArray[np.int64], raster: Raster) -> NDArray[np.float64]:
    x, y = raster.centres()
    return np.column_stack([x[cells % raster.columns], y[cells // raster.columns]])


def _forecast(
    points: NDArray[np.float64],
    days: NDArray[np.float64],
    until: float,
    looked_at: NDArray[np.int64],
    raster: Raster,
    least: int,
) -> dict[str, Any] | None:
    """How the forecasts of the last twelve months did; None where too few events fell in or out of what they named."""
    centres = _middles(looked_at, raster)
    edges = until - MONTH * np.arange(MONTHS, -1, -1)
    try:
        found = rolling_scores(points, days, centres, raster.size, edges=edges, area_shares=[NAMED], metres=True)
    except AnalysisError:
        return None
    n = int(found.events.sum())
    caught = found.hit_rates[found.methods.index(found.baseline), 0] * n
    if not least <= caught <= n - least:
        return None
    best = found.baseline if found.simple_wins else SELF_EXCITING
    told = {
        "from": _day(edges[0]),
        "until": _day(until - 1),
        "area_share": NAMED,
        "methods": [_method(found, at) for at in range(len(found.methods))],
        "baseline": found.baseline,
        "simple_wins": found.simple_wins,
        "best": best,
        "zones": [],
    }
    return allowed.entry("forecast", told)


def _method(found: Scores, at: int) -> dict[str, Any]:
    share = round(round(100 * float(found.hit_rates[at, 0]) / POINTS) * POINTS / 100, 2)
    return allowed.entry("forecast_method", {"method": found.methods[at], "caught": share})


def _zones(drawn: pl.DataFrame, best: str, size: int, cells: list[dict[str, Any]], plane: LocalMetres) -> list[str]:
    """The published cells of which most is expected in the month after the last event drawn, in the order of their
    names: were it the month after the edition, an event that grows older than a year would be told by the difference.
    """
    rings = [np.array(one["ring"]) for one in cells]
    if len(rings) <= ZONES or best == UNIFORM or drawn.is_empty():
        return []
    points, days = _where_and_when(drawn, plane)
    middles = np.concatenate([plane.to_metres(*ring[:4].mean(axis=0)[:, None]) for ring in rings])
    raster = raster_around(np.concatenate([points, middles]), size, metres=True)
    at = raster.cell_of(middles)
    within = np.isin(raster.cell_of(points), at)
    try:
        told = forecast(
            points[within], days[within], _middles(at, raster), size, moment=days.max() + 1, days=MONTH, metres=True
        )
    except AnalysisError:
        return []
    shares = told.shares[told.methods.index(best)]
    return sorted(
        (str(cells[one]["id"]) for one in np.argsort(-shares, kind="stable")[:ZONES]),
        key=lambda name: (len(name), name),
    )


def _why(drawn: pl.DataFrame, landscape: Landscape, plane: LocalMetres, size: int) -> dict[str, Any] | None:
    """Which features go with the events; None where no feature is known or the events are too few."""
    factors = [
        Factor(one.id, plane.to_metres(*one.points.T), [plane.to_metres(*line.T) for line in one.lines])
        for one in landscape.features
        if len(one.points) or one.lines
    ]
    if not factors or drawn.is_empty():
        return None
    points = plane.to_metres(drawn["longitude"].to_numpy(), drawn["latitude"].to_numpy())
    raster = raster_around(points, size, margin=AROUND * size, metres=True)
    counts = raster.counted(points)[0]
    looked_at = np.flatnonzero(area_around(counts))
    try:
        found = risk_terrain(
            _middles(looked_at, raster),
            counts.ravel()[looked_at],
            factors,
            [size * width for width in WIDTHS],
            simulations=SIMULATIONS,
            resamples=RESAMPLES,
            metres=True,
        )
    except AnalysisError:
        return None
    return allowed.entry("why", _told(found, landscape, len(looked_at)))


def _told(found: RiskTerrain, landscape: Landscape, cells: int) -> dict[str, Any]:
    names = {one.id: dict(one.name) for one in landscape.features}
    chosen = [
        allowed.entry(
            "risk_factor",
            {
                "name": names[one.variable.factor],
                "way": one.variable.way,
                "metres": int(one.variable.bandwidth),
                "ratio": round(one.relative_risk, 1),
                "low": round(one.low, 1),
                "high": round(one.high, 1),
                "p": round(one.p, 3),
            },
        )
        for one in found.chosen
    ]
    asked = sorted({one.factor for one in found.tested} | {one.factor for one, _ in found.dropped})
    return {
        "cells": cells,
        "asked": [names[one] for one in asked],
        "chosen": chosen,
        "simulations": found.simulations,
        "schematic": landscape.features_schematic,
    }


def _day(day: float) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).isoformat()
