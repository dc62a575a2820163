"""SMAA-2 gives the known shares of the founding matrix, the exact ones of small cases, and shares ties."""

from itertools import pairwise, product

import numba
import numpy as np
import pytest

from convive.decision.matrix import Scale
from convive.decision.smaa import UncertainScores, UncertainWeights, smaa
from convive.errors import AnalysisError

SCALE = Scale(1, 5, 1)


def first(founding, scores, weights):
    found = smaa(scores, weights, founding.matrix.signs)
    return dict(zip(founding.matrix.approaches, found.first.tolist(), strict=True))


def test_with_scores_moved_a_step_citizen_security_is_first_in_29_percent(founding):
    matrix = founding.matrix
    moved, fixed = UncertainScores.moved(matrix.scores, matrix.scale), UncertainWeights.exact(matrix.weights)
    assert first(founding, moved, fixed)["citizen-security"] == pytest.approx(0.29, abs=0.01)


def test_with_free_weights_human_rights_is_first_in_42_percent(founding):
    shares = first(founding, UncertainScores.exact(founding.matrix.scores), UncertainWeights.free(5))
    assert shares["human-rights"] == pytest.approx(0.42, abs=0.01)
    assert shares["conflict-transformation"] == 0


def test_with_impact_the_largest_citizen_security_is_first_in_73_percent(founding):
    shares = first(founding, UncertainScores.exact(founding.matrix.scores), UncertainWeights.largest(0, 5))
    assert shares["citizen-security"] == pytest.approx(0.73, abs=0.01)


def test_the_identical_pair_shares_every_rank_evenly(founding):
    at = [founding.matrix.approaches.index(name) for name in ("criminal-justice", "environment-design")]
    found = smaa(UncertainScores.exact(founding.matrix.scores), UncertainWeights.free(5), founding.matrix.signs)
    assert np.array_equal(found.acceptability[at[0]], found.acceptability[at[1]])
    assert found.confidence[at].tolist() == [0.5, 0.5]


def test_ranks_and_approaches_are_all_given_out(founding):
    matrix = founding.matrix
    found = smaa(
        UncertainScores.moved(matrix.scores, matrix.scale), UncertainWeights.free(5), matrix.signs, draws=5_000
    )
    assert np.allclose(found.acceptability.sum(axis=0), 1)
    assert np.allclose(found.acceptability.sum(axis=1), 1)
    assert np.allclose(found.central.sum(axis=1), 1)


@pytest.mark.parametrize("chances", [(0.25, 0.5, 0.25), (0.125, 0.625, 0.25), (0.2, 0.5, 0.3), (0.0, 1.0, 0.0)])
def test_moved_scores_agree_with_counting_every_case(chances):
    """Two approaches on two criteria: all 81 ways to move four scores, weighed by their probabilities, whether tossed
    coins give these or not."""
    scores, weights = np.array([[5.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.5])
    shares = np.zeros((2, 2))
    for moves in product((-1, 0, 1), repeat=4):
        chance = np.prod([chances[move + 1] for move in moves])
        one, other = np.clip(scores + np.reshape(moves, (2, 2)), 1, 5) @ weights
        if one == other:
            shares += chance / 2
        else:
            shares += chance * (np.eye(2) if one > other else np.eye(2)[::-1])
    found = smaa(UncertainScores.moved(scores, SCALE, chances), UncertainWeights.exact(weights), [1, 1], draws=400_000)
    assert np.allclose(found.acceptability, shares, atol=4 * found.error)


def test_free_weights_of_two_criteria_agree_with_the_integral():
    """3w + (1 - w) passes 2.5 beyond w = 0.75: first in a quarter of all weights, of mean 0.875."""
    found = smaa(UncertainScores.exact([[3.0, 1.0], [2.5, 2.5]]), UncertainWeights.free(2), [1, 1], draws=400_000)
    assert found.first[0] == pytest.approx(0.25, abs=0.003)
    assert found.central[0].tolist() == pytest.approx([0.875, 0.125], abs=0.003)
    assert found.confidence.tolist() == [1.0, 1.0]


def test_a_criterion_of_less_is_better_counts_against():
    assert smaa(UncertainScores.exact([[1.0], [5.0]]), UncertainWeights.free(1), [-1], draws=10).first.tolist() == [
        1,
        0,
    ]


@pytest.mark.parametrize("groups", [[[0, 1, 2, 3]], [[2], [0, 1, 3]], [[3, 1], [0, 2]], [[1], [0], [3], [2]]])
def test_weights_in_an_order_are_uniform_on_the_part_of_the_simplex_it_allows(groups):
    """Their mean agrees with uniform weights of which those out of order are thrown away."""
    # Approach i is good at criterion i alone: it is first in as many draws as weight i is the largest.
    found = smaa(UncertainScores.exact(np.eye(4)), UncertainWeights.ordered(groups, 4), np.ones(4), draws=200_000)
    all_of_them = np.random.default_rng(5).dirichlet(np.ones(4), 600_000)
    kept = np.ones(len(all_of_them), dtype=bool)
    for heavier, lighter in pairwise(groups):
        kept &= all_of_them[:, heavier].min(axis=1) >= all_of_them[:, lighter].max(axis=1)
    weights = all_of_them[kept]
    largest = weights.argmax(axis=1)
    for at in range(4):
        assert found.first[at] == pytest.approx((largest == at).mean(), abs=0.01)
        if (largest == at).any():
            assert found.central[at] == pytest.approx(weights[largest == at].mean(axis=0), abs=0.01)


def test_each_cell_is_what_one_of_its_scorers_gave():
    sheets = np.array([[[1.0], [2.0]], [[5.0], [2.0]], [[np.nan], [2.0]]])
    found = smaa(UncertainScores.of_scorers(sheets), UncertainWeights.exact([1.0]), [1], draws=200_000)
    assert found.first.tolist() == pytest.approx([0.5, 0.5], abs=0.005)
    thirds = np.array([[[1.0], [2.0]], [[5.0], [2.0]], [[5.0], [2.0]]])
    found = smaa(UncertainScores.of_scorers(thirds), UncertainWeights.exact([1.0]), [1], draws=200_000)
    assert found.first.tolist() == pytest.approx([2 / 3, 1 / 3], abs=0.005)


def test_weights_of_several_people_are_taken_one_person_at_a_time():
    weights = UncertainWeights.of_scorers([[9.0, 1.0], [1.0, 1.0], [0.0, 7.0]])
    found = smaa(UncertainScores.exact([[5.0, 1.0], [1.0, 4.0]]), weights, [1, 1], draws=200_000)
    assert found.first.tolist() == pytest.approx([2 / 3, 1 / 3], abs=0.005)
    assert found.central[0] == pytest.approx([0.7, 0.3], abs=0.005)


def test_confidence_is_the_share_of_scores_that_put_an_approach_first_at_its_central_weights(founding):
    matrix = founding.matrix
    moved = UncertainScores.moved(matrix.scores, matrix.scale)
    found = smaa(moved, UncertainWeights.free(5), matrix.signs)
    at = matrix.approaches.index("human-rights")
    again = smaa(moved, UncertainWeights.exact(found.central[at]), matrix.signs, seed=9)
    assert found.confidence[at] == pytest.approx(again.first[at], abs=0.01)


def test_fixed_scores_under_fixed_weights_are_the_plain_ranking(founding):
    matrix = founding.matrix
    found = smaa(UncertainScores.exact(matrix.scores), UncertainWeights.exact(matrix.weights), matrix.signs)
    assert found.acceptability[6].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert found.acceptability[0].tolist() == [0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0]
    assert found.error < 0.01


def test_the_same_seed_gives_the_same_answer_whatever_the_number_of_threads(founding):
    matrix = founding.matrix
    given = UncertainScores.moved(matrix.scores, matrix.scale), UncertainWeights.free(5), matrix.signs
    usual = smaa(*given, draws=3_001, seed=4)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = smaa(*given, draws=3_001, seed=4)
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(usual.acceptability, alone.acceptability)
    assert np.array_equal(usual.central, alone.central)
    assert np.array_equal(usual.confidence, alone.confidence)
    assert not np.array_equal(usual.acceptability, smaa(*given, draws=3_001, seed=5).acceptability)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: UncertainScores.moved([[1.0]], SCALE, (0.5, 0.5, 0.5)),
        lambda: UncertainScores.of_scorers(np.full((2, 1, 1), np.nan)),
        lambda: UncertainWeights.exact([0.0, 0.0]),
        lambda: UncertainWeights.exact([-1.0, 2.0]),
        lambda: UncertainWeights.ordered([[0], [0, 1]], 2),
        lambda: smaa(UncertainScores.exact([[1.0, 2.0]]), UncertainWeights.free(3), [1, 1]),
        lambda: smaa(UncertainScores.exact([[1.0]]), UncertainWeights.free(1), [1], draws=0),
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(AnalysisError) as refused:
        wrong()
    assert refused.value.problems[0].code == "analysis-argument"
