"""Every public function of the analysis, and how each is asked with good input: what the tests of all methods walk."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely

import convive.analysis
from convive.analysis.displacement import Counted
from convive.analysis.landscape_variables import Factor
from convive.analysis.neighbours import grid
from convive.analysis.network import lixels, network
from convive.analysis.points_in_polygons import polygon_grid
from convive.analysis.raster import Raster

INNER = {
    "accuracy.ratio_limits": "limits of two counts, of map_accuracy and recapture",
    "chance.p_value": "a share of simulations",
    "chance.share_limits": "limits of two counts, of map_accuracy and closing_rule",
    "checks": "the checks themselves",
    "density.limits": "limits of the densities",
    "forecast.hits_of": "scores of shares made by forecast",
    "forecast_kernel": "the kernel of forecasts, of events that forecast checked",
    "emerging.patterns": "classifies what emerging_hot_spots found",
    "hilbert": "orders places that network checked",
    "nearest": "finds segments for located, which checks",
    "near_pairs": "pairs of points that near_repeat checked",
    "network.chains": "of a network that network checked",
    "network.over_lixels": "a check",
    "penalised_counts.checked_counts": "a check",
    "landscape_variables.density_of": "of cells that operationalise checked",
    "landscape_variables.distance_to": "of cells that operationalise checked",
    "threads": "calls what it is given",
    "weekly": "shared by the alarms, which check",
    "neighbours.grid": "of two numbers",
    "neighbours.from_pairs": "of pairs of numbers",
    "cusum.run_length": "of a law, not of data",
    "network.lixels": "of a network that network checked",
}
"""Public functions and modules that are not asked with data of a user, and why."""

DRAWS = np.random.default_rng(7)
N = 60
POINTS = DRAWS.uniform(0, 2_000, (N, 2)).round(1) + np.array([560_000.0, 9_605_000.0])
TIMES = DRAWS.uniform(0, 700, N).round(2)
DAYS = np.floor(TIMES)
COUNTS = DRAWS.poisson(4, 36).astype(float)
WEEKS = DRAWS.poisson(3, 52 * 7).astype(float)
SERIES = DRAWS.poisson(3, (12, 36)).astype(float)
PEOPLE = DRAWS.integers(800, 4_000, 36).astype(float)
CELLS = np.column_stack([np.tile(np.arange(10), 10), np.repeat(np.arange(10), 10)]) * 200.0 + (560_100, 9_605_100)
IN_CELLS = DRAWS.poisson(1.5, 100).astype(float)
RASTER = Raster(560_000, 9_605_000, 100, 20, 20)
STREETS = network(
    [np.array([(560_000.0 + 400 * x, 9_605_000.0), (560_000.0 + 400 * x, 9_607_000.0)]) for x in range(6)]
    + [np.array([(560_000.0, 9_605_000.0 + 400 * y), (562_000.0, 9_605_000.0 + 400 * y)]) for y in range(6)],
    crossings=True,
)
BOXES = shapely.box(560_000, 9_605_000, 561_000, 9_607_000), shapely.box(561_000, 9_605_000, 562_000, 9_607_000)
PLACES = POINTS[:12]
AT = DRAWS.integers(0, 12, N).astype(float)
CITIES = DRAWS.poisson(8, (8, 40)).astype(float)
ROADS = np.eye(8, k=1) + np.eye(8, k=-1)
BARS = [Factor("bars", POINTS[:15])]
FOLD = np.arange(100) % 5
AROUND = {"raster": RASTER, "bandwidth": 200.0}
QUICK = {"simulations": 49}

P, T, V, TABLE = "points", "times", "values", "table"
ASKED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "accuracy.map_accuracy": ({"named": COUNTS > 5, "later": COUNTS} | QUICK, {"later": V}),
    "accuracy.recapture": ({"named": COUNTS > 5, "earlier": COUNTS, "later": COUNTS[::-1]}, {"earlier": V, "later": V}),
    "change_points.change_points": ({"counts": WEEKS[:80]} | QUICK, {"counts": V}),
    "circular.circular": ({"moments": TIMES % 24} | QUICK, {"moments": T}),
    "critical_points.counts_at": ({"places": PLACES, "points": POINTS, "reach": 300.0}, {"points": P}),
    "critical_points.critical_points": ({"counts": COUNTS, "simulations": 99}, {"counts": V}),
    "cusum.cusum": ({"counts": WEEKS, "training": 104, "threshold": 4.0} | QUICK, {"counts": V}),
    "density.abramson_bandwidths": ({"points": POINTS, "bandwidth": 200.0}, {"points": P}),
    "density.adaptive_density": ({"points": POINTS} | AROUND, {"points": P}),
    "density.density_excess": (
        {"points": POINTS, "exposure": np.ones((20, 20))} | AROUND | QUICK,
        {"points": P, "exposure": TABLE},
    ),
    "density.kernel_density": ({"points": POINTS} | AROUND, {"points": P}),
    "density.likelihood_bandwidth": ({"points": POINTS, "low": 50.0, "high": 900.0, "steps": 5}, {"points": P}),
    "displacement.weighted_displacement_difference": ({"treated": Counted(20, 9), "control": Counted(18, 20)}, {}),
    "ears.ears": ({"counts": WEEKS} | QUICK, {"counts": V}),
    "emerging.emerging_hot_spots": ({"counts": SERIES, "neighbours": grid(6, 6)} | QUICK, {"counts": V}),
    "emerging.mann_kendall": ({"series": SERIES}, {"series": V}),
    "farrington.farrington": ({"counts": WEEKS, "weeks": np.array([350, 360])} | QUICK, {"counts": V}),
    "forecast.forecast": (
        {"points": POINTS, "times": TIMES, "cells": CELLS, "side": 200.0, "moment": 700.0},
        {"points": P, "times": T, "cells": TABLE},
    ),
    "forecast.rolling_scores": (
        {"points": POINTS, "times": TIMES, "cells": CELLS, "side": 200.0, "edges": [600.0, 650.0, 700.0]},
        {"points": P, "times": T, "cells": TABLE},
    ),
    "funnel.funnel": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V, "population": TABLE}),
    "hierarchical_clusters.hierarchical_clusters": ({"points": POINTS, "area": 4e6} | QUICK, {"points": P}),
    "hours.aoristic": ({"begins": TIMES, "ends": TIMES + 0.1}, {}),
    "hours.closing_rule": ({"counts": np.tile(COUNTS, 5)[:168], "closed": np.arange(168) < 20}, {"counts": V}),
    "hours.hour_of_week": ({"days": TIMES}, {"days": T}),
    "hours.risk_periods": ({"counts": np.tile(COUNTS, 5)[:168]} | QUICK, {"counts": V}),
    "local_statistics.false_discovery": ({"p": np.linspace(0, 1, 9)}, {}),
    "local_statistics.getis_ord": ({"values": COUNTS, "neighbours": grid(6, 6)} | QUICK, {"values": V}),
    "local_statistics.local_moran": ({"values": COUNTS, "neighbours": grid(6, 6)} | QUICK, {"values": V}),
    "moran.moran": ({"values": COUNTS, "neighbours": grid(6, 6)} | QUICK, {"values": V}),
    "near_repeat.knox": (
        {"points": POINTS, "times": TIMES, "distance": 300.0, "duration": 60.0} | QUICK,
        {"points": P, "times": T},
    ),
    "near_repeat.near_repeat": (
        {"points": POINTS, "times": TIMES, "distances": [200.0, 400.0], "durations": [30.0, 60.0]} | QUICK,
        {"points": P, "times": T},
    ),
    "neighbours.k_nearest": ({"points": POINTS, "k": 3}, {"points": P}),
    "neighbours.within_distance": ({"points": POINTS, "distance": 300.0}, {"points": P}),
    "network.located": ({"points": POINTS, "streets": STREETS, "reach": 250.0}, {"points": P}),
    "network.network": ({"lines": [POINTS[:9], POINTS[9:20]]}, {}),
    "network_density.network_density": (
        {"points": POINTS, "streets": STREETS, "bandwidth": 300.0, "reach": 250.0, "lixel": 50.0},
        {"points": P},
    ),
    "network_density.network_excess": (
        {"points": POINTS, "streets": STREETS, "bandwidth": 300.0, "reach": 250.0, "lixel": 50.0} | QUICK,
        {"points": P},
    ),
    "network_density.smoothed_along": (
        {"amounts": np.ones(len(lixels(STREETS, 50.0).segment)), "streets": STREETS, "pieces": lixels(STREETS, 50.0)}
        | {"bandwidth": 300.0},
        {"amounts": V},
    ),
    "pattern_similarity.pattern_similarity": ({"base": COUNTS, "other": COUNTS[::-1]} | QUICK, {"base": V, "other": V}),
    "penalised_counts.count_model": (
        {"variables": DRAWS.normal(size=(36, 2)), "counts": COUNTS},
        {"counts": V, "variables": TABLE},
    ),
    "penalised_counts.cross_validated": (
        {"variables": DRAWS.normal(size=(100, 3)), "counts": IN_CELLS, "fold": FOLD, "penalties": 10},
        {"counts": V, "variables": TABLE},
    ),
    "penalised_counts.elastic_net": (
        {"variables": DRAWS.normal(size=(36, 2)), "counts": COUNTS, "penalty": 0.1},
        {"counts": V, "variables": TABLE},
    ),
    "points_in_polygons.polygon_grid": ({"polygons": np.array(BOXES)}, {}),
    "points_in_polygons.polygon_of": ({"points": POINTS, "grid": polygon_grid(np.array(BOXES))}, {"points": P}),
    "raster.raster_around": ({"points": POINTS, "size": 100.0}, {"points": P}),
    "rates.empirical_bayes": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V, "population": TABLE}),
    "rates.exceedance": ({"counts": COUNTS, "population": PEOPLE, "limit": 0.002}, {"counts": V, "population": TABLE}),
    "rates.local_empirical_bayes": (
        {"counts": COUNTS, "population": PEOPLE, "neighbours": grid(6, 6)},
        {"counts": V, "population": TABLE},
    ),
    "rates.spatial_rate": (
        {"counts": COUNTS, "population": PEOPLE, "neighbours": grid(6, 6)},
        {"counts": V, "population": TABLE},
    ),
    "rates.standardised_rates": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V, "population": TABLE}),
    "landscape_variables.operationalise": ({"cells": CELLS, "factors": BARS, "bandwidths": [200.0]}, {"cells": P}),
    "risk_terrain.risk_terrain": (
        {"cells": CELLS, "counts": IN_CELLS, "factors": BARS, "bandwidths": [200.0], "resamples": 5} | QUICK,
        {"counts": V, "cells": TABLE},
    ),
    "scan.bernoulli_scan": (
        {"locations": PLACES, "event_location": AT, "is_case": TIMES < 250, "event_day": DAYS, "radius": 600.0} | QUICK,
        {"locations": "places", "event_day": T},
    ),
    "scan.permutation_scan": (
        {"locations": PLACES, "event_location": AT, "event_day": DAYS, "radius": 600.0, "days": 30} | QUICK,
        {"locations": "places", "event_day": T},
    ),
    "scan.poisson_scan": (
        {"locations": PLACES, "event_location": AT, "population": np.ones(12), "event_day": DAYS, "radius": 600.0}
        | QUICK,
        {"locations": "places", "event_day": T, "event_location": TABLE, "population": TABLE},
    ),
    "self_exciting.self_exciting": ({"points": POINTS, "times": TIMES, "area": 4e6}, {"points": P, "times": T}),
    "spread.cross_correlations": ({"counts": CITIES, "lag": 1}, {"counts": V}),
    "spread.residuals": ({"counts": CITIES}, {"counts": V}),
    "spread.spread_between_cities": ({"counts": CITIES, "network": ROADS, "lags": 2} | QUICK, {"counts": V}),
}
"""Each method with a good input, and what its arguments are: points, places, times, values, or
a table of which no number may be missing."""


def found() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the analysis."""
    for module in pkgutil.iter_modules(convive.analysis.__path__):
        room = importlib.import_module(f"convive.analysis.{module.name}")
        for name, thing in vars(room).items():
            if not name.startswith("_") and inspect.isfunction(thing) and thing.__module__ == room.__name__:
                yield f"{module.name}.{name}", thing


METHODS = dict(found())
