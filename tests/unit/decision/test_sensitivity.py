"""The smallest changes are the smallest: against linear programmes and against trying every step."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from convive.decision.matrix import Matrix, Scale
from convive.decision.sensitivity import score_changes, single_scores, weight_changes, weight_ranges, winner_of

SCALE = Scale(1, 5, 1)


def small(random_matrices, count, cells):
    return [matrix for matrix in random_matrices if matrix.scores.size <= cells][:count]


def one(scores, weights, signs=None):
    array = np.array(scores, dtype=float)
    n, m = array.shape
    signs = np.ones(m) if signs is None else np.array(signs, dtype=float)
    names = tuple(f"a{i}" for i in range(n)), tuple(f"c{j}" for j in range(m))
    return Matrix(*names, array, signs, np.array(weights, dtype=float), SCALE)


def test_one_step_of_impact_takes_the_first_place_from_citizen_security(founding):
    matrix = founding.matrix
    nearest = score_changes(matrix)[0]
    assert (nearest.gap, nearest.least, nearest.to_tie, nearest.to_pass) == (1, 0.5, 1, 1)
    single = single_scores(matrix)
    one_step = {(matrix.approaches[i], matrix.criteria[j]) for i, j in np.argwhere(np.abs(single - matrix.scores) == 1)}
    raised = {(name, "impact") for name in ("human-rights", "criminal-justice", "environment-design")}
    assert one_step == raised | {("citizen-security", "impact")}


def test_impact_must_weigh_as_much_as_the_others_for_citizen_security_to_stay_first(founding):
    impact = weight_ranges(founding.matrix)[0]
    assert (impact.low, impact.high) == (1, np.inf)


def test_a_24th_of_all_weight_makes_human_rights_draw_level(founding):
    nearest = weight_changes(founding.matrix)[0]
    assert founding.matrix.approaches[nearest.challenger] == "human-rights"
    assert nearest.moved == pytest.approx(1 / 24)
    assert nearest.weights.tolist() == pytest.approx([2, 1.25, 1, 0.75, 1])


def test_the_smallest_change_of_scores_is_the_linear_programme_s(random_matrices):
    for matrix in random_matrices[:200]:
        best, totals = winner_of(matrix), matrix.totals
        for change in score_changes(matrix):
            value, room = [], []
            for i in (best, change.challenger):
                for j, sign in enumerate(matrix.signs):
                    up = (sign > 0) != (i == best)
                    room.append((0, (5 - matrix.scores[i, j]) if up else (matrix.scores[i, j] - 1)))
                    value.append(-matrix.weights[j])
            gap = totals[best] - totals[change.challenger]
            answer = linprog(np.ones(len(value)), A_ub=[value], b_ub=[-gap], bounds=room)
            if answer.success:
                assert change.least == pytest.approx(answer.fun, abs=1e-9)
            else:
                assert np.isnan(change.least)


def test_the_fewest_steps_are_the_fewest_of_all_ways_to_step(random_matrices):
    for matrix in small(random_matrices, 25, 4):
        best, totals = winner_of(matrix), matrix.totals
        for change in score_changes(matrix):
            rows = (best, change.challenger)
            fewest = {"tie": np.inf, "pass": np.inf}
            for values in product(range(1, 6), repeat=2 * len(matrix.criteria)):
                moved = np.reshape(values, (2, -1))
                steps = np.abs(moved - matrix.scores[list(rows)]).sum()
                mine, theirs = (moved * matrix.signs) @ matrix.weights
                if theirs >= mine:
                    fewest["tie"] = min(fewest["tie"], steps)
                if theirs > mine:
                    fewest["pass"] = min(fewest["pass"], steps)
            found = [np.inf if steps < 0 else steps for steps in (change.to_tie, change.to_pass)]
            assert found == list(fewest.values())
            assert change.gap == totals[best] - totals[change.challenger]


def test_the_steps_shown_do_pass_and_are_as_many_as_said(random_matrices):
    for matrix in random_matrices[:300]:
        best = winner_of(matrix)
        for change in score_changes(matrix):
            scores = matrix.scores.copy()
            for step in change.passing:
                assert scores[step.approach, step.criterion] == step.old
                scores[step.approach, step.criterion] = step.new
            totals = (scores * matrix.signs) @ matrix.weights
            assert (totals[change.challenger] > totals[best]) == (change.to_pass >= 0)
            assert np.abs(scores - matrix.scores).sum() == max(change.to_pass, 0)
            assert ((scores >= 1) & (scores <= 5)).all()


def test_a_single_score_that_takes_the_first_place_is_the_nearest_that_does(random_matrices):
    for matrix in random_matrices[:150]:
        best = winner_of(matrix)
        found = single_scores(matrix)
        for i, j in np.ndindex(found.shape):
            turning = []
            for value in range(1, 6):
                scores = matrix.scores.copy()
                scores[i, j] = value
                totals = (scores * matrix.signs) @ matrix.weights
                if totals[best] < totals.max():
                    turning.append(abs(value - matrix.scores[i, j]))
            if turning:
                assert abs(found[i, j] - matrix.scores[i, j]) == min(turning)
            else:
                assert np.isnan(found[i, j])


def test_the_smallest_change_of_weights_is_the_linear_programme_s(random_matrices):
    for matrix in random_matrices[:200]:
        best, m = winner_of(matrix), len(matrix.criteria)
        weights = matrix.weights / matrix.weights.sum()
        for change in weight_changes(matrix):
            lead = matrix.oriented[change.challenger] - matrix.oriented[best]
            # v = weights + more - fewer, at least 0, the same sum, and the challenger level or before.
            answer = linprog(
                np.ones(2 * m) / 2,
                A_ub=[np.concatenate([-lead, lead])],
                b_ub=[weights @ lead],
                A_eq=[np.concatenate([np.ones(m), -np.ones(m)])],
                b_eq=[0],
                bounds=[(0, None)] * m + [(0, weight) for weight in weights],
            )
            if answer.success:
                assert change.moved == pytest.approx(answer.fun, abs=1e-9)
                assert change.weights @ lead == pytest.approx(0, abs=1e-9) or change.moved == 0
                assert np.abs(change.weights / matrix.weights.sum() - weights).sum() / 2 == pytest.approx(change.moved)
            else:
                assert np.isnan(change.moved)


def test_the_winner_stays_first_within_a_weight_s_range_and_not_beyond(random_matrices):
    for matrix in random_matrices[:300]:
        best = winner_of(matrix)
        for j, allowed in enumerate(weight_ranges(matrix)):
            for weight, stays in (
                (allowed.low + 1e-6, True),
                (min(allowed.high, 1e6) - 1e-6, True),
                (allowed.low - 1e-6, allowed.low <= 0),
                (allowed.high + 1e-6, False),
            ):
                if not 0 <= weight < np.inf or (stays and not allowed.low <= weight <= allowed.high):
                    continue
                weights = matrix.weights.copy()
                weights[j] = weight
                totals = matrix.oriented @ weights
                assert (totals[best] >= totals.max() - 1e-12) == stays


def test_who_shares_the_first_place_needs_no_change_to_tie_and_one_step_to_pass():
    change = score_changes(one([[3, 4], [4, 3]], [1, 1]))[0]
    assert (change.gap, change.to_tie, change.to_pass) == (0, 0, 1)
    assert weight_changes(one([[3, 4], [4, 3]], [1, 1]))[0].moved == 0


def test_a_dominated_approach_is_brought_level_by_no_weights():
    assert np.isnan(weight_changes(one([[5, 5], [1, 1]], [1, 1]))[0].moved)


def test_scores_at_the_ends_of_the_scale_leave_no_room():
    change = score_changes(one([[5, 3], [5, 3]], [1, 0]))[0]
    assert (change.to_tie, change.to_pass) == (0, 1)
    nothing = score_changes(one([[5.0], [1.0]], [1.0], [1.0]))[0]
    assert (nothing.to_tie, nothing.to_pass, nothing.least) == (4, 5, 4)
