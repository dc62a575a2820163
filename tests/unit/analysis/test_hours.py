"""Hours of the week: shared out as defined, judged as rare as they are, and found where planted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from scipy import stats

from convive.analysis.circular import circular
from convive.analysis.hours import aoristic, closing_rule, hour_of_week, risk_periods
from convive.errors import AnalysisError

FRIDAY_22 = 4 * 24 + 22


def days(*moments: str) -> np.ndarray:
    epoch = dt.datetime(1970, 1, 1)
    return np.array(
        [(dt.datetime.fromisoformat(one) - epoch) / dt.timedelta(days=1) if one else np.nan for one in moments]
    )


def test_the_hour_of_the_week_is_that_of_the_calendar() -> None:
    moments = ["2014-05-02T22:15", "2014-05-05T00:00", "2014-05-04T23:59", "1969-12-31T10:00", ""]
    told = [dt.datetime.fromisoformat(one) for one in moments if one]
    expected = [one.weekday() * 24 + one.hour for one in told] + [-1]
    assert hour_of_week(days(*moments)).tolist() == expected
    assert expected[0] == FRIDAY_22


def test_a_window_is_shared_out_by_the_time_that_it_has_in_each_hour() -> None:
    found = aoristic(days("2014-05-02T22:30"), days("2014-05-03T00:30"))
    assert found.weight[FRIDAY_22 : FRIDAY_22 + 3] == pytest.approx([0.25, 0.5, 0.25])
    assert found.weight.sum() == pytest.approx(1)


def test_ratcliffe_s_example_a_theft_within_four_hours_gives_each_a_quarter() -> None:
    found = aoristic(days("2014-05-05T08:00"), days("2014-05-05T12:00"))
    assert found.weight[8:12] == pytest.approx([0.25] * 4)


def test_a_moment_counts_in_its_hour_and_a_long_window_is_spread_over_the_week() -> None:
    moment = aoristic(days("2014-05-02T22:15"), days("2014-05-02T22:15"))
    assert moment.weight[FRIDAY_22] == 1
    fortnight = aoristic(days("2014-05-01T10:00"), days("2014-05-15T10:00"))
    assert fortnight.weight == pytest.approx(np.full(168, 1 / 168))
    through = aoristic(days("2014-05-04T23:00"), days("2014-05-05T01:00"))
    assert through.weight[[167, 0]] == pytest.approx([0.5, 0.5])


def test_what_is_not_known_of_the_moments_is_said_beside_the_weights() -> None:
    """Two moments and two windows of four hours: the hour they share holds each of the two with a chance of 1/4."""
    begins = days("2014-05-05T08:00", "2014-05-05T08:00", "2014-05-05T08:10", "2014-05-06T20:00")
    ends = days("2014-05-05T12:00", "2014-05-05T12:00", "2014-05-05T08:10", "2014-05-06T20:00")
    found = aoristic(begins, ends)
    assert found.weight[8] == pytest.approx(1.5)
    assert found.error[8] == pytest.approx(stats.binom(2, 0.25).std())
    assert found.error[24 + 20] == 0


def test_missing_and_reversed_ends_are_counted_apart() -> None:
    begins = days("2014-05-02T22:00", "", "2014-05-02T22:00", "", "2014-05-03T22:00")
    ends = days("2014-05-02T23:00", "2014-05-02T23:00", "", "", "2014-05-02T22:00")
    found = aoristic(begins, ends)
    assert (found.events, found.without_begin, found.without_end, found.without_both, found.reversed) == (1, 1, 1, 1, 1)
    assert found.weight.sum() == pytest.approx(found.events)


def week(n: int, seed: int, *, planted: int = 0) -> np.ndarray:
    draws = np.random.default_rng(seed)
    hours = draws.integers(0, 168, n)
    weekend = (FRIDAY_22 + draws.integers(0, 53, planted)) % 168
    return np.bincount(np.concatenate([hours, weekend]), minlength=168)


def test_p_values_are_uniform_where_no_period_is_planted(uniform: Callable[..., float]) -> None:
    found = [risk_periods(week(60, seed), simulations=19, seed=seed).periods[0].p for seed in range(120)]
    # So few events give ties, which make p-values a little too large, never too small.
    assert uniform(found, 19, "greater") > 0.01
    assert np.mean(np.array(found) <= 0.1) > 0.05


def test_the_strongest_run_is_that_of_the_definition() -> None:
    counts = week(40, 3).astype(float)
    best = 0.0
    for first in range(168):
        for length in range(1, 85):
            hours = (first + np.arange(length)) % 168
            c, mu, n = counts[hours].sum(), 40 * length / 168, 40
            if c > mu:
                rest = (n - c) * np.log((n - c) / (n - mu)) if c < n else 0
                best = max(best, c * np.log(c / mu) + rest)
    assert risk_periods(counts, simulations=19).periods[0].llr == pytest.approx(best, abs=1e-12)


def test_a_weekend_that_was_planted_is_found_through_the_end_of_the_week() -> None:
    found = risk_periods(week(120, 5, planted=90)).periods[0]
    assert found.p == 0.001
    assert abs(found.first - FRIDAY_22) <= 6
    assert found.last in range(8) or found.last in range(160, 168)
    assert found.low > 1.3


def test_the_ratio_covers_the_truth_of_a_period_named_beforehand() -> None:
    hours = np.zeros(168, bool)
    hours[100:130] = True
    draws = np.random.default_rng(2)
    chances = np.where(hours, 2.0, 1.0) / (138 + 60)
    covered = []
    for _ in range(500):
        rule = closing_rule(draws.multinomial(80, chances), hours)
        covered.append(rule.ratio_low <= 2.0 <= rule.ratio_high)
    assert 0.93 < np.mean(covered) < 0.99  # exact intervals are never too short


def test_exposure_takes_away_what_it_explains() -> None:
    exposure = np.where(np.arange(168) >= 120, 4.0, 1.0)
    counts = np.random.default_rng(4).multinomial(300, exposure / exposure.sum())
    assert risk_periods(counts, simulations=199).periods[0].p <= 0.01
    assert risk_periods(counts, exposure=exposure, simulations=199).periods[0].p > 0.01


def test_a_rule_is_told_with_the_hours_that_it_closes() -> None:
    counts = np.zeros(168)
    counts[[0, 1, 50]] = [6, 2, 12]
    closed = np.arange(168) < 2
    rule = closing_rule(counts, closed)
    assert (rule.inside, rule.events, rule.hours) == (8, 20, 2)
    exact = stats.binomtest(8, 20).proportion_ci(0.95, method="exact")
    assert (rule.low, rule.high) == pytest.approx((exact.low, exact.high), abs=1e-10)
    assert rule.ratio == pytest.approx((8 / 2) / (12 / 166))


def test_the_number_of_threads_changes_nothing() -> None:
    threads, found = numba.get_num_threads(), []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append(risk_periods(week(60, 1), simulations=99).periods)
    numba.set_num_threads(threads)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (lambda: risk_periods(np.zeros(168)), "too-few"),
        (lambda: risk_periods(np.ones(24)), "shape"),
        (lambda: risk_periods([*np.ones(167), np.nan]), "not-numbers"),
        (lambda: risk_periods([*np.ones(167), -1]), "argument"),
        (lambda: closing_rule(np.ones(168), np.ones(168)), "argument"),
        (lambda: aoristic([1, 2], [3]), "argument"),
        (lambda: circular([]), "too-few"),
    ],
)
def test_what_cannot_be_said_is_refused(asked: Any, code: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        asked()
    assert refused.value.problems[0].code == f"analysis-{code}"


def test_the_mean_hour_is_that_of_scipy_and_rayleigh_is_calibrated() -> None:
    hours = np.random.default_rng(1).vonmises(5.5, 2, 80) * 24 / (2 * np.pi) % 24
    found = circular(hours)
    assert found.mean == pytest.approx(stats.circmean(hours, high=24))
    assert found.resultant == pytest.approx(1 - stats.circvar(hours, high=24))
    assert found.p < 0.001
    uniform = [circular(np.random.default_rng(seed).uniform(0, 24, 40), simulations=1).p for seed in range(2_000)]
    assert stats.kstest(uniform, "uniform").pvalue > 0.01


def test_the_interval_of_the_mean_hour_covers_it() -> None:
    covered = []
    for seed in range(200):
        hours = np.random.default_rng(seed).vonmises(0, 1.5, 60) * 24 / (2 * np.pi) % 24
        found = circular(hours, simulations=399, seed=seed)
        covered.append(found.low >= 12 and found.high <= 12)
    assert 0.91 < np.mean(covered) < 0.985


def test_where_events_gather_nowhere_no_mean_hour_is_bounded() -> None:
    found = circular([0, 6, 12, 18])
    assert found.p == 1
    assert np.isnan(found.low)
