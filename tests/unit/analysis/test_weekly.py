"""Weekly counts drawn as their law says, and limits as SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from scipy import stats

from convive.analysis.chance import stream
from convive.analysis.weekly import checked_counts, count, false_alarms, null_of, quantile


@njit
def drawn(n: int, mean: float, dispersion: float, seed: int) -> np.ndarray:
    state = stream(seed, 0)
    values = np.empty(n, np.int64)
    for at in range(n):
        values[at] = count(mean, dispersion, state)
    return values


@pytest.mark.parametrize(("mean", "dispersion"), [(0.9, 1.0), (0.9, 1.6), (6.0, 3.0), (200.0, 1.3)])
def test_counts_follow_their_law(mean: float, dispersion: float) -> None:
    values = drawn(20_000, mean, dispersion, 7)
    law = stats.poisson(mean) if dispersion == 1 else stats.nbinom(mean / (dispersion - 1), 1 / dispersion)
    edges = np.unique(law.ppf(np.linspace(0.02, 0.98, 20)))
    expected = np.diff(np.concatenate([[0], law.cdf(edges), [1]])) * len(values)
    observed = np.histogram(values, np.concatenate([[-1], edges, [np.inf]]) + 0.5)[0]
    assert stats.chisquare(observed, expected).pvalue > 0.001


@pytest.mark.parametrize("mean", [0.01, 0.7, 3.3, 48.0, 5000.0])
@pytest.mark.parametrize("dispersion", [1.0, 1.05, 2.5, 40.0])
def test_quantiles_are_scipy_s(mean: float, dispersion: float) -> None:
    law = stats.poisson(mean) if dispersion == 1 else stats.nbinom(mean / (dispersion - 1), 1 / dispersion)
    for probability in (0.05, 0.5, 0.95, 0.995, 0.99999):
        assert quantile(probability, mean, dispersion) == law.ppf(probability)


def test_the_null_model_finds_level_trend_and_season() -> None:
    week = np.arange(520)
    mean = np.exp(2 + 0.001 * week + 0.4 * np.cos(2 * np.pi * week / 52))
    counts = np.random.default_rng(1).poisson(mean).astype(float)
    counts[[3, 77]] = np.nan
    null = null_of(counts, 52)
    assert null.mean == pytest.approx(mean, rel=0.12)
    assert null.dispersion == pytest.approx(1, abs=0.15)
    short = null_of(counts[:60], 52)
    assert short.mean == pytest.approx(np.full(60, np.nanmean(counts[:60])))
    assert "alike" in short.words


def test_missing_weeks_stay_missing_only_where_allowed() -> None:
    assert np.isnan(checked_counts([1, np.nan, 2], missing=True)).tolist() == [False, True, False]


def test_no_false_alarm_in_the_simulations_is_not_none_ever() -> None:
    found = false_alarms(np.zeros(100, np.int64), 52, 1.0, 1.0, 0, "")
    assert found.per_year == 0
    assert found.high == pytest.approx(3.689 / 100, rel=0.01)
