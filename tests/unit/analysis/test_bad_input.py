"""Every public method of the analysis, found by itself, and every bad input of the list: a clear answer, never a number
that looks fine. And every method that takes a seed: the same seed, the same answer, whatever the number of threads.

A new public function fails here until ``analysis_methods.py`` says how it is asked or why it is not asked by users.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest

from analysis_methods import ASKED, COUNTS, INNER, METHODS, PEOPLE, POINTS, SERIES, TABLE, P, T, V
from convive.analysis.neighbours import from_pairs
from convive.analysis.network import network
from convive.errors import AnalysisError


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
        name
        for name, (good, kinds) in ASKED.items()
        if P in kinds.values() and FRAMES & set(good) - {one for one, kind in kinds.items() if kind != TABLE}
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


def test_neighbours_of_other_units_are_refused() -> None:
    for name, (good, _) in ASKED.items():
        if "neighbours" in good:
            with pytest.raises(AnalysisError):
                METHODS[name](**good | {"neighbours": from_pairs(9, [(0, 1)])})


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
