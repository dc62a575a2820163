"""The nearest segment is the one that shapely finds among all, and the first of several equally near."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from convive.analysis.nearest import boxed, nearest


@pytest.mark.parametrize("reach", [0.5, 60.0, 1e6])
def test_the_nearest_of_all_within_reach(reach: float) -> None:
    """Two towns far apart, a road between them, streets of all lengths: what a grid of cells would be bad at."""
    draws = np.random.default_rng(0)
    first = np.concatenate([draws.uniform(0, 2000, (300, 2)), draws.uniform(90_000, 90_500, (200, 2)), [[0.0, 0.0]]])
    last = first + draws.normal(0, 1, first.shape) * draws.choice([1, 50, 400], (len(first), 1))
    last[-1] = 90_000, 90_000
    points = np.concatenate([draws.uniform(0, 2000, (300, 2)), draws.uniform(0, 100_000, (200, 2)), first[:50]])
    all_far = shapely.distance(shapely.points(points)[:, None], shapely.linestrings(np.stack([first, last], axis=1)))
    found, far = nearest(points, boxed(first, last), reach)
    within = all_far.min(axis=1) <= reach
    assert within.any()
    assert np.array_equal(found >= 0, within)
    assert far[within] == pytest.approx(all_far.min(axis=1)[within], abs=1e-9)
    assert all_far[within, found[within]] == pytest.approx(all_far.min(axis=1)[within], abs=1e-9)


def test_of_several_equally_near_the_first_is_taken() -> None:
    ends = np.array([(0.0, 100.0), (100.0, 0.0), (0.0, -100.0), (-100.0, 0.0)] * 5)
    found, far = nearest(np.array([(0.0, 0.0), (3.0, 0.0)]), boxed(np.zeros_like(ends), ends), 10.0)
    assert found.tolist() == [0, 1]
    assert far.tolist() == [0.0, 0.0]


def test_a_segment_without_length_is_a_place() -> None:
    found, far = nearest(np.array([(3.0, 4.0)]), boxed(np.zeros((1, 2)), np.zeros((1, 2))), 10.0)
    assert (found.tolist(), far.tolist()) == ([0], [5.0])
