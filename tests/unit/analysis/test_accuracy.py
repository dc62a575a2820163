"""Accuracy indices are those of their papers, and their intervals cover."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from convive.analysis.accuracy import map_accuracy, ratio_limits, recapture
from convive.errors import AnalysisError


def test_a_quarter_of_crime_in_half_the_area_has_an_index_of_a_half():
    # Chainey, Tompson & Uhlig (2008): 25% of events in 50% of the area is 0.5; 20% of events in 10% is 2.
    named = np.repeat([True, False], 10)
    assert map_accuracy(named, np.r_[[5] + [0] * 9, [15] + [0] * 9]).pai == pytest.approx(0.5)
    assert map_accuracy([True] + [False] * 9, [20, 80] + [0] * 8).pai == pytest.approx(2.0)


def test_hit_rate_has_the_exact_interval():
    found = map_accuracy([True, False, False, False], [7, 3, 2, 8])
    low, high = proportion_confint(7, 20, method="beta")
    assert (found.hit_rate_low, found.hit_rate_high) == pytest.approx((low, high))
    assert (found.pai_low, found.pai_high) == pytest.approx((low * 4, high * 4))


def test_efficiency_is_the_share_of_what_the_best_cells_of_the_same_area_caught():
    found = map_accuracy([True, False, False, False], [7, 3, 2, 8])
    assert found.pei == pytest.approx(7 / 8)
    unequal = map_accuracy([False, True, False], [4, 3, 1], area=[1.0, 2.0, 1.0])
    assert unequal.pei == pytest.approx(3 / (4 + 3 / 2))


def test_the_best_map_is_fully_efficient():
    assert map_accuracy([False, False, False, True], [7, 3, 2, 8]).pei == 1


@pytest.mark.parametrize(("hits", "of", "other", "other_of"), [(36, 40, 16, 80), (5, 48, 3, 40), (1, 20, 9, 22)])
def test_interval_of_a_ratio_is_the_score_interval_of_statsmodels(hits, of, other, other_of):
    theirs = confint_proportions_2indep(hits, of, other, other_of, compare="ratio", method="score", correction=False)
    assert ratio_limits(hits, of, other, other_of) == pytest.approx(theirs, rel=1e-5)


def test_interval_of_a_ratio_without_hits_on_a_side_is_open_there():
    assert ratio_limits(0, 20, 5, 20)[0] == 0
    assert np.isinf(ratio_limits(5, 20, 0, 20)[1])
    assert 0 < ratio_limits(0, 20, 5, 20)[1] < 1


def test_recapture_is_the_ratio_of_the_shares():
    found = recapture([True, False], [10, 10], [9, 21])
    assert found.rri == pytest.approx((9 / 30) / (10 / 20))
    assert found.low < found.rri < found.high
    assert np.isnan(recapture([True, False], [0, 10], [9, 21]).rri)


def test_interval_of_the_recapture_rate_covers_no_change():
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(1_500):
        before, after = rng.multinomial(60, [0.3, 0.7]), rng.multinomial(50, [0.3, 0.7])
        found = recapture([True, False], before, after)
        covered.append(found.low <= 1 <= found.high)
    assert 0.935 <= np.mean(covered) <= 0.965


def test_a_map_by_chance_is_seldom_called_better_than_chance():
    rng = np.random.default_rng(6)
    named = np.arange(100) < 10
    p = [map_accuracy(named, rng.multinomial(50, [0.01] * 100), simulations=19).p for _ in range(400)]
    assert np.mean(np.array(p) <= 0.05) <= 0.07


@pytest.mark.parametrize(
    ("named", "later", "code"),
    [
        ([True, False], [0, 0], "analysis-too-few"),
        ([True, True], [1, 2], "analysis-argument"),
        ([False, False], [1, 2], "analysis-argument"),
        ([True, False], [0.5, 1], "analysis-argument"),
        ([True, False, False], [1, 1], "analysis-argument"),
        ([True, False], [1, np.nan], "analysis-not-numbers"),
    ],
)
def test_what_cannot_be_answered_is_refused(named, later, code):
    with pytest.raises(AnalysisError) as refused:
        map_accuracy(named, later)
    assert refused.value.problems[0].code == code
