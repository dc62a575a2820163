"""Similarity of patterns: intervals, unit tests and the test of all are those of other programs or of simulation."""

import numpy as np
import pytest
from scipy import stats

from convive.analysis.pattern_similarity import pattern_similarity
from convive.errors import AnalysisError


def test_a_pattern_is_like_itself_and_like_itself_twice():
    counts = np.array([0, 3, 12, 40, 5])
    found = pattern_similarity(counts, counts * 2)
    assert found.s == found.s_robust == 1
    assert found.p > 0.9
    assert found.empty == 1


def test_opposite_patterns_differ_everywhere():
    found = pattern_similarity([100, 0, 0, 100], [0, 100, 100, 0])
    assert found.s == 0
    assert found.direction.tolist() == [-1, 1, 1, -1]
    assert found.p == pytest.approx(0.001)


def test_interval_of_a_unit_is_that_of_a_binomial_share():
    found = pattern_similarity([50, 50], [30, 70], simulations=20_000)
    low, high = stats.binom.ppf([0.025, 0.975], 100, 0.3) / 100
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=0.011)


def test_interval_of_the_first_paper_is_that_of_a_hypergeometric_share():
    found = pattern_similarity([50, 50], [30, 70], sampled=0.85, simulations=20_000)
    low, high = stats.hypergeom.ppf([0.025, 0.975], 100, 30, 85) / 85
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=0.013)


def test_p_of_all_shares_is_that_of_scipys_permuted_chi_squared():
    base, other = [12, 30, 8, 4, 20], [20, 22, 10, 9, 11]
    theirs = stats.chi2_contingency([base, other]).pvalue
    assert pattern_similarity(base, other, simulations=9_999).p == pytest.approx(theirs, abs=0.012)


def test_p_is_uniform_where_patterns_share_their_places(uniform):
    rng = np.random.default_rng(3)
    risk = rng.dirichlet(np.ones(30))
    p = [
        pattern_similarity(rng.multinomial(120, risk), rng.multinomial(90, risk), simulations=19, seed=run).p
        for run in range(80)
    ]
    assert uniform(p, 19) > 0.01


def test_same_seed_same_answer():
    one, other = (pattern_similarity([3, 9, 4], [8, 2, 5], seed=2) for _ in range(2))
    assert one.p == other.p
    assert np.array_equal(one.low, other.low)


@pytest.mark.parametrize(
    ("base", "other"), [([], []), ([3], [4]), ([0, 0], [1, 2]), ([1, 2], [1, 2, 3]), ([1.5, 2], [1, 2])]
)
def test_what_cannot_be_answered_is_refused(base, other):
    with pytest.raises(AnalysisError):
        pattern_similarity(base, other)
