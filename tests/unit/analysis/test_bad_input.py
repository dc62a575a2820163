"""Every public method of the analysis, found by itself, and every bad input of the list: a clear answer, never a number
that looks fine. And every method that takes a seed: the same seed, the same answer, whatever the number of threads.

A new public function fails here until it says how it is asked (``ASKED``) or why it is not asked by users (``INNER``).
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest
import shapely

import convive.analysis
from convive.analysis.displacement import Counted
from convive.analysis.landscape_variables import Factor
from convive.analysis.neighbours import from_pairs, grid
from convive.analysis.network import lixels, network
from convive.analysis.points_in_polygons import polygon_grid
from convive.analysis.raster import Raster
from convive.errors import AnalysisError

INNER = {
    "accuracy.ratio_limits": "limits of two counts, of map_accuracy and recapture",
    "chance.p_value": "a share of simulations",
    "chance.share_limits": "limits of two counts, of map_accuracy and closing_rule",
    "checks": "the checks themselves",
    "density.limits": "limits of the densities",
    "forecast.hits_of": "scores of shares made by forecast",
    "emerging.patterns": "classifies what emerging_hot_spots found",
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

P, T, V = "points", "times", "values"
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
    "density.density_excess": ({"points": POINTS, "exposure": np.ones((20, 20))} | AROUND | QUICK, {"points": P}),
    "density.kernel_density": ({"points": POINTS} | AROUND, {"points": P}),
    "density.likelihood_bandwidth": ({"points": POINTS, "low": 50.0, "high": 900.0, "steps": 5}, {"points": P}),
    "displacement.weighted_displacement_difference": ({"treated": Counted(20, 9), "control": Counted(18, 20)}, {}),
    "ears.ears": ({"counts": WEEKS} | QUICK, {"counts": V}),
    "emerging.emerging_hot_spots": ({"counts": SERIES, "neighbours": grid(6, 6)} | QUICK, {"counts": V}),
    "emerging.mann_kendall": ({"series": SERIES}, {"series": V}),
    "farrington.farrington": ({"counts": WEEKS, "weeks": np.array([350, 360])} | QUICK, {"counts": V}),
    "forecast.forecast": (
        {"points": POINTS, "times": TIMES, "cells": CELLS, "side": 200.0, "moment": 700.0},
        {"points": P, "times": T},
    ),
    "forecast.rolling_scores": (
        {"points": POINTS, "times": TIMES, "cells": CELLS, "side": 200.0, "edges": [600.0, 650.0, 700.0]},
        {"points": P, "times": T},
    ),
    "funnel.funnel": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V}),
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
    "penalised_counts.count_model": ({"variables": DRAWS.normal(size=(36, 2)), "counts": COUNTS}, {"counts": V}),
    "penalised_counts.cross_validated": (
        {"variables": DRAWS.normal(size=(100, 3)), "counts": IN_CELLS, "fold": FOLD, "penalties": 10},
        {"counts": V},
    ),
    "penalised_counts.elastic_net": (
        {"variables": DRAWS.normal(size=(36, 2)), "counts": COUNTS, "penalty": 0.1},
        {"counts": V},
    ),
    "points_in_polygons.polygon_grid": ({"polygons": np.array(BOXES)}, {}),
    "points_in_polygons.polygon_of": ({"points": POINTS, "grid": polygon_grid(np.array(BOXES))}, {"points": P}),
    "raster.raster_around": ({"points": POINTS, "size": 100.0}, {"points": P}),
    "rates.empirical_bayes": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V}),
    "rates.exceedance": ({"counts": COUNTS, "population": PEOPLE, "limit": 0.002}, {"counts": V}),
    "rates.local_empirical_bayes": ({"counts": COUNTS, "population": PEOPLE, "neighbours": grid(6, 6)}, {"counts": V}),
    "rates.spatial_rate": ({"counts": COUNTS, "population": PEOPLE, "neighbours": grid(6, 6)}, {"counts": V}),
    "rates.standardised_rates": ({"counts": COUNTS, "population": PEOPLE}, {"counts": V}),
    "landscape_variables.operationalise": ({"cells": CELLS, "factors": BARS, "bandwidths": [200.0]}, {"cells": P}),
    "risk_terrain.risk_terrain": (
        {"cells": CELLS, "counts": IN_CELLS, "factors": BARS, "bandwidths": [200.0], "resamples": 5} | QUICK,
        {"counts": V},
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
        {"locations": "places", "event_day": T},
    ),
    "self_exciting.self_exciting": ({"points": POINTS, "times": TIMES, "area": 4e6}, {"points": P, "times": T}),
    "spread.cross_correlations": ({"counts": CITIES, "lag": 1}, {"counts": V}),
    "spread.residuals": ({"counts": CITIES}, {"counts": V}),
    "spread.spread_between_cities": ({"counts": CITIES, "network": ROADS, "lags": 2} | QUICK, {"counts": V}),
}
"""Each method with a good input, and what its arguments are: points, places, times or values."""


def found() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the analysis."""
    for module in pkgutil.iter_modules(convive.analysis.__path__):
        room = importlib.import_module(f"convive.analysis.{module.name}")
        for name, thing in vars(room).items():
            if not name.startswith("_") and inspect.isfunction(thing) and thing.__module__ == room.__name__:
                yield f"{module.name}.{name}", thing


METHODS = dict(found())


def spoiled(name: str) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """The method's good input spoiled in each way that applies: what it is called, the input, whether it must be
    refused."""
    good, kinds = ASKED[name]
    aligned = [argument for argument, kind in kinds.items() if kind in (P, T)]
    for argument, kind in kinds.items():
        value = np.asarray(good[argument], dtype=float)

        def but(changed: Any, argument: str = argument) -> dict[str, Any]:
            return good | {argument: changed}

        missing = value.copy()
        missing.flat[3] = np.nan
        yield f"missing {argument}", but(missing), True
        if kind in (P, "places"):
            yield f"degrees {argument}", but(value / 1e5 + (-80.45, -3.57) - value.mean(axis=0) / 1e5), True
            yield f"one place {argument}", but(np.repeat(value[:1], len(value), axis=0)), False
        if kind == V:
            yield f"none {argument}", but(np.zeros_like(value)[:0]), name != "emerging.mann_kendall"
            yield f"constant {argument}", but(np.full_like(value, 2.0)), False
            yield f"negative {argument}", but(-value - 1), name not in TAKES_NEGATIVE
    if aligned:
        yield "no event", good | {one: np.asarray(good[one])[:0] for one in aligned}, False
        yield "one event", good | {one: np.asarray(good[one])[:1] for one in aligned}, False
        yield "duplicates", good | {one: np.repeat(np.asarray(good[one]), 2, axis=0) for one in aligned}, False


TAKES_NEGATIVE = {
    "emerging.mann_kendall",
    "local_statistics.getis_ord",
    "local_statistics.local_moran",
    "moran.moran",
    "network_density.smoothed_along",
}
SPOILED = [(name, *one) for name in ASKED for one in spoiled(name)]
MISSING_TOLD = {"ears.ears": "missing", "farrington.farrington": "unjudged", "cusum.cusum": "missing"} | {
    "emerging.mann_kendall": "a row without a number says NaN",
    "hours.hour_of_week": "-1 for a moment that is not known",
}
"""These go on without what is missing, and say so."""


def test_every_public_method_is_asked() -> None:
    asked = set(ASKED) | {name for name in METHODS if name in INNER or name.split(".")[0] in INNER}
    assert set(METHODS) == asked
    assert set(INNER) <= {*METHODS, *(name.split(".")[0] for name in METHODS)}


@pytest.mark.parametrize("name", ASKED)
def test_the_good_input_is_answered(name: str) -> None:
    try:
        METHODS[name](**ASKED[name][0])
    except AnalysisError as refused:
        pytest.fail(refused.describe("en"))


@pytest.mark.parametrize(("name", "what", "asked", "must"), SPOILED, ids=[f"{one[0]}-{one[1]}" for one in SPOILED])
def test_bad_input_has_a_clear_answer(name: str, what: str, asked: dict[str, Any], must: bool) -> None:
    try:
        told = METHODS[name](**asked)
    except AnalysisError as refused:
        unclear = [language for language in ("es", "en") if len(refused.describe(language)) <= 40]
        if unclear:
            pytest.fail(f"refused without saying what to do: {unclear}")
        return
    if what.startswith("missing") and name in MISSING_TOLD:
        return
    assert not must, f"answered as if nothing were wrong: {told}"
    if what != "duplicates" and not (what.startswith("negative") and name in TAKES_NEGATIVE):
        assert not [one for one in p_values(told) if one <= 0.05], "significant out of nothing"


def p_values(told: Any) -> list[float]:
    """Every p-value and q-value in a result."""
    if not dataclasses.is_dataclass(told):
        return []
    values: list[float] = []
    for field in dataclasses.fields(told):
        value = getattr(told, field.name)
        if field.name in ("p", "p_family", "p_largest", "p_gumbel", "q") or field.name.startswith("p_"):
            values += np.asarray(value, dtype=float).ravel().tolist()
        elif isinstance(value, tuple):
            values += [one for part in value for one in p_values(part)]
        else:
            values += p_values(value)
    return [one for one in values if np.isfinite(one)]


SEEDED = [name for name in ASKED if "seed" in inspect.signature(METHODS[name]).parameters]


@pytest.mark.parametrize("name", SEEDED)
def test_the_same_seed_gives_the_same_answer_whatever_the_threads(name: str) -> None:
    threads, answers = numba.get_num_threads(), []
    try:
        for number in (1, threads):
            numba.set_num_threads(number)
            answers.append(METHODS[name](**ASKED[name][0] | {"seed": 11}))
    finally:
        numba.set_num_threads(threads)
    assert same(*answers)
    assert dataclasses.is_dataclass(answers[0])
    told: Any = answers[0]
    assert getattr(told, "seed", None) == 11 or told.false_alarms.seed == 11


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal to the last bit, NaN like NaN."""
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind == "f"))


FRAMES = {"raster", "streets", "cells", "grid", "places"}
LEFT_OUT: dict[str, Callable[[Any], int]] = {
    "critical_points.counts_at": lambda told: told[1],
    "density.adaptive_density": lambda told: told.outside,
    "density.density_excess": lambda told: told.outside,
    "density.kernel_density": lambda told: told.outside,
    "forecast.forecast": lambda told: told.outside,
    "forecast.rolling_scores": lambda told: told.outside,
    "network.located": lambda told: told.beyond,
    "network_density.network_density": lambda told: told.beyond,
    "network_density.network_excess": lambda told: told.beyond,
    "points_in_polygons.polygon_of": lambda told: int((told < 0).sum()),
}
"""How each method that takes points and a territory says how many lie outside."""


def test_every_method_with_a_territory_is_asked_for_points_outside() -> None:
    framed = {
        name for name, (good, kinds) in ASKED.items() if P in kinds.values() and (FRAMES & set(good)) - set(kinds)
    }
    assert framed == set(LEFT_OUT)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_points_outside_the_territory_are_left_out_and_counted(name: str) -> None:
    good, kinds = ASKED[name]
    argument = next(one for one, kind in kinds.items() if kind == P)
    far = np.array(good[argument])
    far[:6] += 3_000
    before, after = METHODS[name](**good), METHODS[name](**good | {argument: far})
    assert LEFT_OUT[name](after) - LEFT_OUT[name](before) == 6


ISLAND = from_pairs(36, [(one, one + 1) for one in range(34)])
"""A row of places, and one by itself."""


@pytest.mark.parametrize(
    "name", ["local_statistics.local_moran", "local_statistics.getis_ord", "moran.moran", "emerging.emerging_hot_spots"]
)
def test_an_island_without_neighbours_is_never_significant(name: str) -> None:
    values = COUNTS.copy()
    values[35] = 60
    key = "values" if "values" in ASKED[name][0] else "counts"
    given = np.repeat(values[None], 12, axis=0) if name.startswith("emerging") else values
    told = METHODS[name](**ASKED[name][0] | {key: given + SERIES if given.ndim == 2 else given, "neighbours": ISLAND})
    if name == "emerging.emerging_hot_spots":
        assert told.pattern[35] == "cannot be said"
    else:
        assert told.islands.tolist() == [35]
    if name.startswith("local"):
        assert np.isnan([told.p[35], told.q[35]]).all()


def test_an_island_s_rate_drawn_towards_itself_has_no_interval() -> None:
    told = METHODS["rates.local_empirical_bayes"](COUNTS, PEOPLE, ISLAND)
    assert np.isnan([told.low[35], told.high[35]]).all()


@pytest.mark.parametrize(
    "lines", [[], [POINTS[:1]], [POINTS[:9] / 1e5 - (86.05, 99.62)], [[*POINTS[:3].tolist(), [np.nan, 9_605_000.0]]]]
)
def test_streets_that_are_none_are_refused(lines: Any) -> None:
    with pytest.raises(AnalysisError) as refused:
        network(lines)
    assert all(len(refused.value.describe(language)) > 40 for language in ("es", "en"))
