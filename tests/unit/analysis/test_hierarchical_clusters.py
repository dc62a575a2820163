"""Clusters are those of the method as written, and chance's own clusters are told."""

import numpy as np
import pytest
from scipy import stats

from convive.analysis.hierarchical_clusters import hierarchical_clusters
from convive.errors import AnalysisError

CITY = 4_000.0 * 4_000.0


def as_written(space, reach, least):
    """The method of CrimeStat IV, chapter 7, step by step on a whole matrix of distances."""
    near = np.hypot(*(space[:, None] - space[None]).transpose(2, 0, 1)) <= reach
    np.fill_diagonal(near, False)
    free = np.ones(len(space), bool)
    groups = []
    while True:
        counts = np.where(free, (near & free).sum(axis=1), -1)
        seed = counts.argmax()
        if counts[seed] < max(least - 1, 1):
            return groups
        members = np.flatnonzero(near[seed] & free | (np.arange(len(space)) == seed))
        free[members] = False
        groups.append(members)


@pytest.mark.parametrize("seed", range(5))
def test_sizes_of_clusters_are_those_of_the_method_as_written(seed):
    rng = np.random.default_rng(seed)
    space = np.concatenate([rng.uniform(0, 4_000, (150, 2)), rng.normal((1_000, 3_000), 90, (40, 2))])
    found = hierarchical_clusters(space, CITY, least=4, simulations=19)
    written = as_written(space, found.threshold, 4)
    ours = sorted(len(one.members) for one in found.orders[0])
    assert ours[-1] == max(len(one) for one in written)
    assert abs(sum(ours) - sum(len(one) for one in written)) <= 4
    taken = np.concatenate([one.members for one in found.orders[0]])
    assert len(taken) == len(set(taken))


def test_the_threshold_is_the_mean_random_distance():
    # Clark & Evans, Ecology 1954: half of the square root of area by event.
    space = np.random.default_rng(0).uniform(0, 4_000, (100, 2))
    assert hierarchical_clusters(space, CITY, simulations=19).threshold == pytest.approx(0.5 * 4_000 / 10)
    lower = hierarchical_clusters(space, CITY, tail=0.05, simulations=19).threshold
    assert lower == pytest.approx(200 - stats.norm.ppf(0.95) * 0.26136 * 4_000 / 100)


def test_p_of_events_anywhere_is_uniform():
    # Counts of clusters tie; a tie is broken evenly to see uniformity, else p could only be too large.
    p = []
    for run in range(120):
        space = np.random.default_rng(1_000 + run).uniform(0, 4_000, (80, 2))
        p.append(hierarchical_clusters(space, CITY, least=4, tail=0.05, simulations=19, seed=run).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.11
    assert np.mean(np.array(p) <= 0.5) <= 0.62


def test_a_planted_cluster_is_found_and_its_ellipse_lies_as_planted():
    rng = np.random.default_rng(1)
    planted = rng.normal(0, 1, (60, 2)) * (60, 15) + (2_000, 2_000)
    space = np.concatenate([rng.uniform(0, 4_000, (60, 2)), planted])
    found = hierarchical_clusters(space, CITY, least=10, simulations=99)
    largest = max(found.orders[0], key=lambda one: len(one.members))
    assert largest.p <= 0.02
    assert np.hypot(largest.middle[0] - 2_000, largest.middle[1] - 2_000) < 40
    assert min(largest.ellipse[2], 180 - largest.ellipse[2]) < 20
    assert largest.ellipse[0] > 2 * largest.ellipse[1]


def test_clusters_of_clusters():
    rng = np.random.default_rng(2)
    middles = np.array([(800 + 150 * (one % 3), 800 + 150 * (one // 3)) for one in range(9)], float)
    middles = np.concatenate([middles, [(3_500, 3_500)]])
    space = np.concatenate([rng.normal(one, 8, (12, 2)) for one in middles])
    found = hierarchical_clusters(space, CITY, least=5, threshold=40, simulations=19)
    assert len(found.orders) == 2
    assert len(found.orders[0]) == 10
    assert max(len(one.members) for one in found.orders[1]) >= 5
    assert np.isnan(found.orders[1][0].p)


def test_no_cluster_is_an_answer():
    space = np.array([(x * 400.0, y * 400.0) for x in range(8) for y in range(8)])
    found = hierarchical_clusters(space, CITY, simulations=19)
    assert found.orders == ()
    assert found.p == 1


@pytest.mark.parametrize(
    ("points", "area", "code"),
    [
        (np.empty((0, 2)), CITY, "analysis-too-few"),
        ([[500.0, 500.0]] * 6, CITY, "analysis-one-place"),
        ([[500.0, 500.0], [1.5, 2.0], [700, 20]], 0, "analysis-argument"),
        ([[-80.45, -3.56], [-80.44, -3.57], [-80.4, -3.5]], CITY, "analysis-degrees"),
    ],
)
def test_what_cannot_be_answered_is_refused(points, area, code):
    with pytest.raises(AnalysisError) as refused:
        hierarchical_clusters(points, area)
    assert refused.value.problems[0].code == code
