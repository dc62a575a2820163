"""The founding matrix adds up to Chart 1 but for one row; sums and dominance agree with two peers.

One is written here: plain Python on exact fractions, cell by cell. The other is scikit-criteria.
"""

from fractions import Fraction

import numpy as np
import skcriteria
from skcriteria.agg.simple import WeightedSumModel

from convive.decision.dominance import can_be_first, dominance, identical
from convive.decision.matrix import audit_totals, first_places, places

CHART_1 = {
    "public-health": 16,
    "economic-opportunities": 13,
    "conflict-transformation": 9,
    "human-rights": 13,
    "social-cohesion": 13,
    "criminal-justice": 16,
    "citizen-security": 17,
    "environment-design": 16,
}


def test_the_founding_matrix_reproduces_chart_1_but_for_its_adding_error(founding):
    computed = dict(zip(founding.matrix.approaches, founding.matrix.totals.tolist(), strict=True))
    assert founding.printed == CHART_1
    assert computed == CHART_1 | {"human-rights": 16}


def test_the_audit_finds_that_human_rights_is_16_and_not_13(founding):
    (found,) = audit_totals(founding.matrix, founding.printed)
    assert (found.approach, found.printed, found.computed) == ("human-rights", 13, 16)


def test_places_of_equal_totals_are_shared(founding):
    assert places(founding.matrix.totals).tolist() == [2, 6, 8, 2, 6, 2, 1, 2]
    assert first_places(np.array([1 / 3 + 1 / 3 + 1 / 3, 1.0, 0.9])).tolist() == [True, True, False]


def test_the_founding_matrix_has_one_pair_it_cannot_tell_apart(founding):
    (pair,) = identical(founding.matrix.oriented)
    assert {founding.matrix.approaches[at] for at in pair} == {"criminal-justice", "environment-design"}


def test_whom_the_founding_matrix_rules_out_whatever_the_weights(founding):
    matrix = founding.matrix
    found = can_be_first(matrix.oriented)
    out = {matrix.approaches[at] for at in np.flatnonzero(~found)}
    assert out == {"public-health", "economic-opportunities", "conflict-transformation"}


def test_who_can_be_first_is_who_some_of_many_weights_put_first():
    rng = np.random.default_rng(1)
    weights = rng.dirichlet(np.full(3, 0.5), 20_000)
    for _ in range(60):
        scores = rng.integers(1, 6, (6, 3)).astype(float)
        values = weights @ scores.T
        tied = values >= values.max(axis=1, keepdims=True) - 1e-9
        alike = np.all(scores[:, None] == scores[None], axis=2)
        alone = np.array([(tied[:, i] & ~tied[:, ~alike[i]].any(axis=1)).any() for i in range(6)])
        assert not (alone & ~can_be_first(scores)).any()
        assert not (can_be_first(scores) & ~alone).any()


def test_sums_agree_with_exact_fractions_on_1000_random_matrices(random_matrices):
    for matrix in random_matrices:
        for i, total in enumerate(matrix.totals):
            exact = Fraction(0)
            for score, sign, weight in zip(matrix.scores[i], matrix.signs, matrix.weights, strict=True):
                exact += Fraction(int(sign)) * Fraction(score) * Fraction(weight)
            assert Fraction(total) == exact


def test_dominance_agrees_with_a_comparison_cell_by_cell_on_1000_random_matrices(random_matrices):
    for matrix in random_matrices:
        for (i, j), found in np.ndenumerate(dominance(matrix.oriented)):
            better = worse = 0
            for sign, one, other in zip(matrix.signs, matrix.scores[i], matrix.scores[j], strict=True):
                wins = one > other if sign > 0 else one < other
                better += bool(wins)
                worse += bool(not wins and one != other)
            assert found == (better > 0 and worse == 0)


def test_sums_and_dominance_agree_with_scikit_criteria_on_1000_random_matrices(random_matrices):
    for matrix in random_matrices:
        # Its weighted sum takes no criterion to be minimised: those are turned round on the scale first.
        turned = np.where(matrix.signs > 0, matrix.scores, 6 - matrix.scores)
        benefit = skcriteria.mkdm(turned, [max] * len(matrix.criteria), weights=matrix.weights)
        constant = 6 * matrix.weights[matrix.signs < 0].sum()
        assert np.allclose(WeightedSumModel().evaluate(benefit).e_.score - constant, matrix.totals)
        objectives = [max if sign > 0 else min for sign in matrix.signs]
        whole = skcriteria.mkdm(matrix.scores, objectives, weights=matrix.weights)
        assert np.array_equal(whole.dominance.dominance().to_numpy(), dominance(matrix.oriented))
