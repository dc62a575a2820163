"""Ranks of places keep the promise of their intervals, and a list that is chance says so."""

import numpy as np
import pytest
from scipy import stats

from convive.analysis.critical_points import counts_at, critical_points
from convive.errors import AnalysisError


def true_ranks(risk):
    return stats.rankdata(-risk)


def test_ranks_cover_the_true_ones_where_risks_are_gamma():
    rng = np.random.default_rng(7)
    covered, sure = [], []
    for run in range(100):
        risk = rng.gamma(1.5, 4.0, 40)
        counts = rng.poisson(risk)
        found = critical_points(counts, simulations=399, seed=run)
        rank = true_ranks(risk)
        covered.append((found.rank_low <= rank) & (rank <= found.rank_high))
        sure.append(np.all((found.sure_low <= rank) & (rank <= found.sure_high)))
    assert 0.925 <= np.mean(covered) <= 0.975
    assert np.mean(sure) >= 0.92


def test_chance_of_being_among_the_top_is_what_it_says():
    rng = np.random.default_rng(8)
    said, was = [], []
    for run in range(100):
        risk = rng.gamma(1.0, 5.0, 30)
        found = critical_points(rng.poisson(risk), top=5, simulations=399, seed=run)
        if found.told_apart:
            said.append(found.among_top)
            was.append(true_ranks(risk) <= 5)
    said, was = np.concatenate(said), np.concatenate(was)
    for low, high in ((0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        here = (said >= low) & (said < high)
        assert was[here].mean() == pytest.approx(said[here].mean(), abs=0.1)


def test_p_of_equal_risks_is_uniform():
    rng = np.random.default_rng(9)
    p = [critical_points(rng.poisson(4.0, 60), simulations=199, seed=run).p for run in range(150)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_places_of_equal_risk_are_not_ranked():
    found = critical_points([2, 3, 2, 3, 2, 2, 3, 3, 2, 2])
    assert not found.told_apart
    assert np.isnan(found.rank_low).all()
    assert (found.sure_low == 1).all()
    assert (found.sure_high == 10).all()


def test_sure_ranks_of_one_outstanding_place():
    found = critical_points([80, 2, 1, 3, 0, 2], top=1)
    assert found.told_apart
    assert (found.rank[0], found.sure_low[0], found.sure_high[0]) == (1, 1, 1)
    assert found.among_top[0] == 1
    assert found.sure_low[1:].min() == 2


def test_ranks_are_by_rate_where_exposure_is_given():
    assert critical_points([10, 9], exposure=[10.0, 1.0], top=1).rank.tolist() == [2, 1]


def test_ranks_of_ties_share_the_mean():
    assert critical_points([5, 5, 1], top=1).rank.tolist() == [1.5, 1.5, 3]


def test_same_seed_same_ranks():
    one, other = (critical_points([9, 2, 30, 1, 0, 4], top=2, seed=3) for _ in range(2))
    assert np.array_equal(one.expected_rank, other.expected_rank)


def test_events_count_at_the_nearest_place_within_reach():
    counts, near_none = counts_at([[0.0, 0.0], [500.0, 0.0]], [[10.0, 0.0], [490.0, 5.0], [250.0, 400.0]], 100)
    assert counts.tolist() == [1, 1]
    assert near_none == 1


@pytest.mark.parametrize(
    ("counts", "code"),
    [([], "analysis-too-few"), ([4], "analysis-too-few"), ([0, 0], "analysis-too-few"), ([1, -1], "analysis-argument")],
)
def test_what_cannot_be_answered_is_refused(counts, code):
    with pytest.raises(AnalysisError) as refused:
        critical_points(counts, top=1)
    assert refused.value.problems[0].code == code
