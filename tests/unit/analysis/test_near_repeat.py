"""Knox and near repeats: counted as others count them, calibrated under the null, and found where planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from pointpats import Knox as PointpatsKnox
from scipy.spatial.distance import pdist

from convive.analysis.near_repeat import knox, near_repeat
from convive.errors import AnalysisError


def events(n: int, seed: int = 0, side: float = 3_000, days: float = 365) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    return draws.uniform(0, side, (n, 2)), draws.uniform(0, days, n)


def brute(points: np.ndarray, times: np.ndarray, distances: list[float], durations: list[float], metric: str) -> Any:
    apart, later = pdist(points, metric), pdist(times[:, None])
    rows, columns = np.searchsorted(distances, apart), np.searchsorted(durations, later)
    table = np.zeros((len(distances) + 1, len(durations) + 1), int)
    np.add.at(table, (rows, columns), 1)
    return table[:-1, :-1]


@pytest.mark.parametrize(("metric", "name"), [("euclidean", "euclidean"), ("manhattan", "cityblock")])
def test_pairs_are_those_of_the_definition(metric: str, name: str) -> None:
    points, times = events(400)
    points[:30] = points[30:60]
    points, times = np.round(points, -1), np.round(times)
    distances, durations = [0.0, 100, 200, 500], [0.0, 1, 7, 14, 28]
    found = near_repeat(points, times, distances, durations, simulations=19, metric=metric)
    assert found.observed.tolist() == brute(points, times, distances, durations, name).tolist()
    assert found.observed[0].sum() > 0


def test_the_statistic_is_that_of_pointpats() -> None:
    points, times = events(300, seed=3)
    theirs = PointpatsKnox(points.copy(), times.reshape(-1, 1).copy(), delta=300, tau=20, permutations=0)
    ours = knox(points, times, 300, 20, simulations=99)
    assert ours.observed == theirs.statistic_
    assert ours.near_space == (pdist(points) <= 300).sum()
    assert ours.near_time == (pdist(times[:, None]) <= 20).sum()
    assert ours.expected == pytest.approx(ours.expected_product, rel=0.05)


def test_p_values_are_uniform_where_nothing_is_planted(uniform: Callable[..., float]) -> None:
    found = [knox(*events(60, seed=100 + number), 400, 30, simulations=19, seed=number).p for number in range(200)]
    # The statistic is a whole number, so that p-values can be a little too large, and never too small.
    assert uniform(found, 19, "greater") > 0.01
    assert 0.03 < np.mean(np.array(found) <= 0.1) < 0.16


def test_the_largest_excess_of_a_table_is_as_rare_as_it_says(uniform: Callable[..., float]) -> None:
    found = [
        near_repeat(*events(80, seed=900 + number), [200, 400, 600], [10, 20, 40], simulations=19, seed=number).overall
        for number in range(150)
    ]
    assert uniform(found, 19) > 0.01


def test_planted_repeats_are_found_in_their_band_and_not_elsewhere() -> None:
    points, times = events(300, seed=5)
    draws = np.random.default_rng(6)
    repeats = points[:60] + draws.normal(0, 30, (60, 2)), times[:60] + draws.uniform(0, 7, 60)
    whole = np.vstack([points, repeats[0]]), np.concatenate([times, repeats[1]])
    found = near_repeat(*whole, [100, 500, 1000], [7, 30, 60], simulations=499)
    assert found.p_family[0, 0] == found.overall == 0.002
    assert found.ratio[0, 0] > 3
    assert found.p_family[2].min() > 0.05


def test_the_same_seed_gives_the_same_on_one_thread_and_on_two() -> None:
    points, times = events(500, seed=8)
    threads = numba.get_num_threads()
    found = []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append(near_repeat(points, times, [200, 400], [7, 14], simulations=99, seed=4))
    numba.set_num_threads(threads)
    assert np.array_equal(found[0].expected, found[1].expected)
    assert np.array_equal(found[0].p_family, found[1].p_family)
    other = near_repeat(points, times, [200, 400], [7, 14], simulations=99, seed=5)
    assert not np.array_equal(found[0].expected, other.expected)


def test_the_caller_s_arrays_stay_as_they_are() -> None:
    points, times = events(50)
    before = points.copy(), times.copy()
    knox(points, times, 300, 30, simulations=19)
    assert np.array_equal(points, before[0])
    assert np.array_equal(times, before[1])


def test_where_no_pair_is_near_there_is_no_ratio() -> None:
    found = knox([[0, 0], [9_000, 0], [0, 9_000]], [0, 1, 2], 100, 10, simulations=19)
    assert found.observed == 0
    assert np.isnan(found.ratio)
    assert found.p == 1


@pytest.mark.parametrize(
    ("points", "times", "code"),
    [
        ([], [], "analysis-too-few"),
        ([[560_000, 9_605_000]], [1], "analysis-too-few"),
        ([[560_000, 9_605_000]] * 4, [1, 2, 3, 4], "analysis-one-place"),
        ([[-80.4, -3.5], [-80.5, -3.6], [-80.6, -3.7]], [1, 2, 3], "analysis-degrees"),
        ([[1, 2], [3, 4], [5, 6]], [1, np.nan, 3], "analysis-not-numbers"),
        ([[1, 2], [3, 4], [5, 6]], [1, 2], "analysis-shape"),
    ],
)
def test_what_cannot_be_said_is_refused(points: Any, times: Any, code: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        knox(points, times, 100, 10)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize(
    "asked",
    [{"distances": [200, 100]}, {"durations": [-1]}, {"simulations": 3}, {"metric": "chebyshev"}, {"distances": []}],
)
def test_arguments_that_make_no_sense_are_named(asked: dict[str, Any]) -> None:
    with pytest.raises(AnalysisError) as refused:
        near_repeat(*events(20), **{"distances": [100], "durations": [7], **asked})
    assert refused.value.problems[0].values["what"] == next(iter(asked))
