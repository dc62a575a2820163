"""Exact intervals against published tables and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from convive.indicators.intervals import binomial_interval, median_rank, poisson_interval

# Garwood, Biometrika 1936;28:437–42, as reprinted in standard tables of 95 % limits of a Poisson count.
GARWOOD = {
    0: (0, 3.689),
    1: (0.0253, 5.572),
    2: (0.242, 7.225),
    5: (1.623, 11.668),
    10: (4.795, 18.391),
    50: (37.11, 65.92),
}
# Clopper and Pearson, Biometrika 1934;26:404–13, 95 % limits.
CLOPPER_PEARSON = {(0, 10): (0, 0.3085), (1, 10): (0.0025, 0.4450), (5, 10): (0.1871, 0.8129), (10, 10): (0.6915, 1)}


@pytest.mark.parametrize(("count", "limits"), GARWOOD.items())
def test_counts_as_in_the_tables(count: int, limits: tuple[float, float]) -> None:
    low, high = poisson_interval([count])
    assert (low[0], high[0]) == pytest.approx(limits, rel=1e-3, abs=5e-4)


@pytest.mark.parametrize(("counts", "limits"), CLOPPER_PEARSON.items())
def test_shares_as_in_the_tables(counts: tuple[int, int], limits: tuple[float, float]) -> None:
    low, high = binomial_interval([counts[0]], [counts[1]])
    assert (low[0], high[0]) == pytest.approx(limits, abs=1e-4)


def test_counts_of_any_size_and_shape_agree_with_chi_square() -> None:
    counts = np.array([[3, 0, 54], [1_000_000, 3, 7]])
    low, high = poisson_interval(counts)
    assert low.shape == counts.shape
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * counts + 2) / 2)
    assert low[counts > 0] == pytest.approx(stats.chi2.ppf(0.025, 2 * counts[counts > 0]) / 2)


def test_shares_agree_with_scipy() -> None:
    for part, whole in [(3, 7), (48, 54), (288, 972), (1, 26), (0, 1)]:
        known = stats.binomtest(part, whole).proportion_ci(method="exact")
        low, high = binomial_interval([part], [whole])
        assert (low[0], high[0]) == pytest.approx((known.low, known.high))


def test_of_nothing_there_is_no_share() -> None:
    low, high = binomial_interval([0], [0])
    assert math.isnan(low[0])
    assert math.isnan(high[0])


def test_nothing_to_compute_is_fine() -> None:
    assert poisson_interval([])[0].shape == (0,)
    assert binomial_interval([], [])[0].shape == (0,)


@pytest.mark.parametrize(("size", "ranks"), [(6, (1, 6)), (9, (2, 8)), (10, (2, 9)), (20, (6, 15)), (30, (10, 21))])
def test_ranks_of_the_median_as_in_the_tables(size: int, ranks: tuple[int, int]) -> None:
    """Conover, Practical Nonparametric Statistics, 3rd ed., table A3 (binomial, p = ½)."""
    rank = int(median_rank(size))
    assert (rank + 1, size - rank) == ranks


def test_the_interval_of_the_median_is_the_narrowest_that_covers_as_often_as_it_says() -> None:
    sizes = np.arange(6, 400)
    ranks = median_rank(sizes)
    covered = 1 - 2 * stats.binom.cdf(ranks, sizes, 0.5)
    narrower = 1 - 2 * stats.binom.cdf(ranks + 1, sizes, 0.5)
    assert (covered >= 0.95).all()
    assert (narrower < 0.95).all()


def test_few_values_have_only_their_extremes() -> None:
    assert median_rank([1, 2, 3, 4, 5]).tolist() == [0] * 5
