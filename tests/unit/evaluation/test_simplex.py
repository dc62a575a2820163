"""The nearest point of a hull: against its conditions of optimality, another solver, and itself on other threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import optimize

from convive.errors import AnalysisError
from convive.evaluation.designs.simplex import nearest_in_hull


@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 1), (5, 3), (40, 10), (10, 40), (60, 60), (30, 2)])
def test_no_weight_can_be_moved_for_the_better(n: int, k: int) -> None:
    generator = np.random.default_rng(n * 100 + k)
    for far in (0.1, 1.0, 3.0) * 20:
        points, target = generator.normal(size=(n, k)), far * generator.normal(size=k)
        weights = nearest_in_hull(points, target)
        apart = points - target
        slope = apart @ (weights @ apart)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        assert slope.min() >= slope @ weights - 1e-7 * (apart**2).sum(axis=1).max()


def test_it_agrees_with_another_solver() -> None:
    generator = np.random.default_rng(5)
    points, target = generator.normal(size=(8, 12)), generator.normal(size=12)

    def loss(weights: np.ndarray) -> float:
        return float(((weights @ points - target) ** 2).sum())

    other = optimize.minimize(
        loss,
        np.full(8, 1 / 8),
        jac=lambda weights: 2 * points @ (weights @ points - target),
        bounds=[(0, 1)] * 8,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert nearest_in_hull(points, target) == pytest.approx(other.x, abs=1e-5)


def test_of_weights_that_fit_alike_the_most_even_are_taken() -> None:
    assert nearest_in_hull([[-1.0], [1.0], [-1.0], [1.0]], [0.0]) == pytest.approx([0.25] * 4, abs=1e-5)
    assert nearest_in_hull([[2.0, 1.0]] * 3, [5.0, 0.0]) == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_units_of_measure_do_not_matter() -> None:
    generator = np.random.default_rng(6)
    points, target = generator.normal(size=(20, 6)), generator.normal(size=6)
    assert nearest_in_hull(1e-7 * points, 1e-7 * target) == pytest.approx(nearest_in_hull(points, target), abs=1e-8)


def test_what_does_not_fit_is_refused() -> None:
    for points, target in (([[1.0, 2.0]], [1.0]), ([], []), ([[np.nan]], [1.0])):
        with pytest.raises(AnalysisError):
            nearest_in_hull(points, target)


SCRIPT = """
import json, numpy as np
from convive.evaluation.designs.augmented_synthetic_control import augmented
from convive.evaluation.designs.simplex import nearest_in_hull
draw = np.random.default_rng(7)
points, target = draw.normal(size=(38, 19)).cumsum(axis=1), draw.normal(size=19).cumsum()
print(json.dumps([nearest_in_hull(points, target).tolist(), augmented(points, target).tolist()]))
"""


def test_the_kernels_of_a_linear_algebra_library_change_nothing() -> None:
    answers = []
    for threads, kernel in (("1", "Nehalem"), ("4", "Haswell")):
        environment = os.environ | {
            "OPENBLAS_NUM_THREADS": threads,
            "OPENBLAS_CORETYPE": kernel,
            "OMP_NUM_THREADS": threads,
            "NUMBA_NUM_THREADS": "2",
        }
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        answers.append(json.loads(ran.stdout))
    assert answers[0] == answers[1]
