"""Change points: the best of all divisions, the coal mines' change about 1890, intervals that cover, and changes found
where there is none as rarely as promised."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from scipy import stats

from convive.analysis.change_points import ChangePoints, change_points
from convive.errors import AnalysisError

YEARS = (
    "4541043406334026335453144155342522342132211113001011003103220111010100021000110233112111123300014000100000100101"
)
COAL = np.array([int(one) for one in YEARS])
"""Disasters in British coal mines with ten deaths or more, each year from 1851 to 1962 (Jarrett, Biometrika 1979;
66:191–3; by years from the dates of data set ``coal`` of R's package boot)."""

ONE_CHANGE: dict[str, Any] = {"penalty": 20, "dispersion": 1, "least": 1, "simulations": 19}


def brute(counts: np.ndarray, penalty: float, dispersion: float, least: int) -> tuple[float, list[int]]:
    """The best of all divisions, by SciPy's Poisson law."""
    best: tuple[float, list[int]] = (np.inf, [])
    fits = {
        (a, b): stats.poisson.logpmf(counts[a:b], counts[a:b].mean()).sum()
        for a, b in itertools.combinations(range(len(counts) + 1), 2)
    }
    for many in range(len(counts) // least):
        for cuts in itertools.combinations(range(1, len(counts)), many):
            edges = [0, *cuts, len(counts)]
            if min(b - a for a, b in itertools.pairwise(edges)) < least:
                continue
            fit = sum(fits[stretch] for stretch in itertools.pairwise(edges))
            cost = -2 * fit / dispersion + penalty * many
            if cost < best[0] - 1e-9:
                best = (cost, list(cuts))
    return best


@pytest.mark.parametrize(
    ("least", "dispersion", "penalty"), [(1, 1.0, 3.0), (2, 1.0, 1.5), (3, 1.7, 0.8), (4, 1.0, 0.1)]
)
def test_the_division_is_the_best_of_all(least: int, dispersion: float, penalty: float) -> None:
    rng = np.random.default_rng(4)
    changes = 0
    for _ in range(6):
        counts = rng.poisson(np.repeat(rng.uniform(0.2, 6, 4), 3))
        found = change_points(counts, penalty=penalty, dispersion=dispersion, least=least, simulations=19)
        assert found.first.tolist() == brute(counts, penalty, dispersion, least)[1]
        changes += len(found.first)
    assert changes >= 3


def test_pruning_loses_nothing_in_a_long_series() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(np.repeat(rng.uniform(1, 6, 12), 25))
    for least in (1, 4, 9):
        sums = np.concatenate([[0], np.cumsum(counts)])
        best = np.full(len(sums), np.inf)
        best[0] = -6.0
        last = np.zeros(len(sums), int)
        for end in range(1, len(sums)):
            for begin in range(end - least + 1):
                events = sums[end] - sums[begin]
                value = best[begin] + 6 - (2 * events * np.log(events / (end - begin)) if events else 0)
                if value < best[end]:
                    best[end], last[end] = value, begin
        ends, at = [], len(counts)
        while at:
            at = last[at]
            ends.append(at)
        found = change_points(counts, penalty=6, dispersion=1, least=least, simulations=19)
        assert found.first.tolist() == sorted(ends)[1:]
        assert len(found.first) > 5


def test_the_coal_mines_became_safer_about_1890_by_the_factor_that_is_known() -> None:
    # Raftery & Akman (1986) place one change in March 1890, with 95% from 1887 to 1895; Carlin, Gelfand & Smith
    # (Applied Statistics 1992) find year 41, 1891, the last at the old level; 3.1 disasters a year before, 0.9 after.
    assert (len(COAL), COAL.sum()) == (112, 191)
    found = change_points(COAL, **ONE_CHANGE)
    assert 1851 + found.first[0] - 1 == 1891
    assert 1851 + found.low[0] in (1886, 1887, 1888)
    assert 1851 + found.high[0] in (1894, 1895, 1896)
    assert (found.before[0], found.after[0]) == pytest.approx((3.1, 0.9), abs=0.05)
    assert found.ratio_low[0] < found.ratio[0] < found.ratio_high[0] < 0.5
    assert found.p[0] == pytest.approx(1 / 20)


def test_place_and_ratio_are_those_of_the_posterior_by_numerical_integration() -> None:
    found = change_points(COAL, **ONE_CHANGE)
    rates = np.exp(np.linspace(np.log(0.05), np.log(12), 400))
    # Jeffreys' prior of a Poisson rate, its root inverse, on a grid even in the logarithm.
    prior = np.sqrt(rates)
    weight = np.zeros((len(COAL) - 1, 400, 400))
    logs = stats.poisson.logpmf(COAL[:, None], rates).cumsum(axis=0)
    for at in range(1, len(COAL)):
        first, second = logs[at - 1], logs[-1] - logs[at - 1]
        weight[at - 1] = np.exp(first[:, None] + second - logs[-1].max() - 40) * prior[:, None] * prior
    place = weight.sum(axis=(1, 2))
    place /= place.sum()
    assert found.probability[0] == pytest.approx(place[found.first[0] - 1], rel=1e-3)
    assert place[found.low[0] - 1 : found.high[0]].sum() >= 0.95
    assert place[found.low[0] : found.high[0]].sum() < 0.95
    both = weight.sum(axis=0)
    ratio = (rates / rates[:, None]).ravel()
    order = np.argsort(ratio)
    total = np.cumsum(both.ravel()[order]) / both.sum()
    low, high = ratio[order][np.searchsorted(total, [0.025, 0.975])]
    assert (found.ratio_low[0], found.ratio_high[0]) == pytest.approx((low, high), rel=0.03)


def test_without_a_change_one_is_found_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(6)
    calm = change_points(np.tile([3, 2, 4, 3, 1, 5, 3, 3], 13), simulations=999)
    assert len(calm.first) == 0
    assert calm.overall > 0.5
    found = [len(change_points(rng.poisson(3, 104), penalty=calm.penalty, simulations=19).first) for _ in range(250)]
    assert np.mean(np.array(found) > 0) == pytest.approx(0.05, abs=0.03)
    assert np.mean(found) / 104 * 365.25 / 7 == pytest.approx(calm.false_alarms.per_year, rel=0.5)


def test_the_p_value_of_the_whole_is_uniform_without_a_change(uniform: Callable[..., float]) -> None:
    rng = np.random.default_rng(7)
    p = [change_points(rng.negative_binomial(4, 1 / 1.5, 52), simulations=19, seed=one).overall for one in range(120)]
    assert uniform(p, 19) > 0.01


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_intervals_hold_the_truth_as_often_as_they_say(dispersion: float) -> None:
    rng = np.random.default_rng(8)
    placed, sized, tried = 0, 0, 0
    while tried < 100:
        at = int(rng.integers(20, 85))
        mean = np.where(np.arange(104) < at, 4.0, 9.0)
        counts = (
            rng.poisson(mean) if dispersion == 1 else rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
        )
        found = change_points(counts, penalty=12, dispersion=dispersion, simulations=19)
        if len(found.first) != 1:
            continue
        tried += 1
        placed += int(found.low[0] <= at <= found.high[0])
        sized += int(found.ratio_low[0] <= 9 / 4 <= found.ratio_high[0])
    # A discrete place: the interval holds at least what it says, and a little more.
    assert placed / tried >= 0.9
    assert sized / tried == pytest.approx(0.95, abs=0.05)


def test_the_dispersion_is_that_within_the_stretches() -> None:
    rng = np.random.default_rng(9)
    mean = np.repeat([2.0, 12.0, 5.0], 400)
    found = change_points(rng.negative_binomial(mean / 0.8, 1 / 1.8), simulations=19)
    assert found.dispersion == pytest.approx(1.8, abs=0.2)
    assert found.first == pytest.approx([400, 800], abs=6)
    assert found.levels == pytest.approx([2, 12, 5], rel=0.15)


def test_a_level_of_zero_is_no_trouble() -> None:
    found = change_points([0] * 20 + [3, 2, 4, 3, 3, 2] * 4, simulations=99)
    assert found.first.tolist() == [20]
    assert np.isinf(found.ratio[0])
    assert found.ratio_low[0] > 5


@pytest.mark.parametrize(
    ("counts", "how", "code"),
    [
        ([], {}, "analysis-too-few"),
        ([1, 2, 3], {}, "analysis-too-few"),
        ([0] * 50, {}, "analysis-all-zero"),
        ([1, np.nan] * 20, {}, "analysis-not-numbers"),
        ([1, 1.5] * 20, {}, "analysis-not-counts"),
        ([1, 2] * 20, {"penalty": 0}, "analysis-argument"),
        ([1, 2] * 20, {"dispersion": 0.5}, "analysis-argument"),
        ([1, 2] * 20, {"least": 0}, "analysis-argument"),
        ([1, 2] * 20, {"confidence": 1}, "analysis-argument"),
    ],
)
def test_what_cannot_be_answered_is_refused(counts: list[float], how: dict[str, Any], code: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        change_points(counts, **how)
    assert [one.code for one in caught.value.problems] == [code]


def test_the_same_seed_gives_the_same_answer_whatever_the_threads() -> None:
    def told(found: ChangePoints) -> tuple[Any, ...]:
        return found.p.tolist(), found.penalty, found.overall, found.false_alarms

    threads = numba.get_num_threads()
    first = told(change_points(COAL, simulations=199, seed=3))
    try:
        numba.set_num_threads(1)
        assert told(change_points(COAL, simulations=199, seed=3)) == first
    finally:
        numba.set_num_threads(threads)
    assert told(change_points(COAL, simulations=199, seed=4)) != first
