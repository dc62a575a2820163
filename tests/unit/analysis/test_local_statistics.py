"""Local Moran, Getis–Ord and Moran's I are those of esda, calibrated, and the same on any number of threads."""

from __future__ import annotations

import warnings

import esda
import numba
import numpy as np
import pytest
from libpysal.weights import W
from scipy import stats

from convive.analysis.local_statistics import false_discovery, getis_ord, local_moran
from convive.analysis.moran import moran
from convive.analysis.neighbours import Neighbours, from_pairs, grid, k_nearest, within_distance
from convive.errors import AnalysisError


def as_w(neighbours: Neighbours) -> W:
    parts = np.split(neighbours.other, neighbours.begins[1:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return W({unit: part.tolist() for unit, part in enumerate(parts)}, silence_warnings=True)


@pytest.fixture(autouse=True)
def esda_as_it_is_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernels are compiled anew in every process, which takes longer than what is asked of them here."""
    for room in (esda.crand, esda.moran, esda.getisord, esda.significance):
        for name, kernel in vars(room).copy().items():
            if hasattr(kernel, "py_func"):
                monkeypatch.setattr(room, name, kernel.py_func)
    monkeypatch.setattr(esda.crand, "boolean", bool)


def ragged(seed: int = 1) -> tuple[np.ndarray, Neighbours]:
    """150 units of counts, two of them islands."""
    draws = np.random.default_rng(seed)
    near = within_distance(draws.uniform(0, 1000, (148, 2)), 110)
    pairs = np.column_stack([np.repeat(np.arange(148), near.counts), near.other])
    values = draws.gamma(2, 3, 150)
    return values, from_pairs(150, pairs)


def test_the_statistics_are_those_of_esda() -> None:
    values, neighbours = ragged()
    w = as_w(neighbours)
    connected = neighbours.counts > 0
    assert (~connected).sum() >= 2
    theirs = esda.Moran_Local(values, w, permutations=999, seed=3)
    ours = local_moran(values, neighbours)
    assert ours.statistic[connected] == pytest.approx(theirs.Is[connected], abs=1e-10)
    assert np.array_equal(ours.quadrant[connected], theirs.q[connected])
    assert np.abs(ours.p_one_sided - theirs.p_sim)[connected].max() < 0.08
    assert np.abs(ours.p_one_sided - theirs.p_sim)[connected].mean() < 0.02


@pytest.mark.parametrize("star", [True, False])
def test_getis_and_ord_are_those_of_esda(star: bool) -> None:
    values, neighbours = ragged(2)
    w = as_w(neighbours)
    connected = neighbours.counts > 0
    theirs = esda.G_Local(values, w, transform="B", star=star, permutations=999, seed=3, n_jobs=1)
    ours = getis_ord(values, neighbours, star=star)
    assert ours.statistic[connected] == pytest.approx(theirs.Gs[connected], abs=1e-10)
    assert ours.z[connected] == pytest.approx(theirs.Zs[connected], abs=1e-8)
    assert np.abs(ours.p_one_sided - theirs.p_sim)[connected].mean() < 0.02


def test_moran_s_i_and_its_moments_are_those_of_esda() -> None:
    values, _ = ragged(3)
    neighbours = k_nearest(np.random.default_rng(3).uniform(0, 1000, (150, 2)), 4)
    theirs, ours = esda.Moran(values, as_w(neighbours), permutations=0), moran(values, neighbours)
    assert ours.statistic == pytest.approx(theirs.I, abs=1e-12)
    assert ours.expected == pytest.approx(theirs.EI)
    assert ours.variance == pytest.approx(theirs.VI_rand, rel=1e-10)
    assert ours.p_normal == pytest.approx(theirs.p_rand, rel=1e-8)
    assert abs(ours.p - ours.p_normal) < 0.06


def test_p_values_are_uniform_where_values_are_scattered_at_random() -> None:
    neighbours = grid(12, 12)
    draws = np.random.default_rng(5)
    one = np.array(
        [local_moran(draws.normal(size=144), neighbours, simulations=199, seed=s).p[[30, 77]] for s in range(150)]
    ).ravel()
    star = np.array(
        [getis_ord(draws.gamma(2, size=144), neighbours, simulations=199, seed=s).p[[30, 77]] for s in range(150)]
    ).ravel()
    whole = np.array([moran(draws.normal(size=144), neighbours, seed=s, simulations=199).p for s in range(150)])
    for found in (one, star, whole):
        assert stats.kstest(found, "uniform").pvalue > 0.01


def test_many_neighbours_draw_from_all_others_without_the_unit_itself() -> None:
    draws = np.random.default_rng(8)
    values = draws.gamma(2, size=60)
    far = within_distance(draws.uniform(0, 100, (60, 2)), 90)
    assert far.counts.max() > 40
    found = np.array([getis_ord(draws.gamma(2, size=60), far, simulations=199, seed=s).p[7] for s in range(200)])
    assert stats.kstest(found, "uniform").pvalue > 0.01
    theirs = esda.Moran_Local(values, as_w(far), permutations=999, seed=1)
    others = far.counts < 55  # with all others as neighbours every draw is the same, up to rounding
    assert np.abs(local_moran(values, far).p_one_sided - theirs.p_sim)[others].mean() < 0.05


def test_weights_that_differ_are_drawn_unit_by_unit() -> None:
    draws = np.random.default_rng(9)
    near = k_nearest(draws.uniform(0, 100, (144, 2)), 6)
    equal = Neighbours(near.begins, near.other, np.ones(len(near.other)))
    slightly = Neighbours(near.begins, near.other, 1 + 1e-7 * draws.uniform(size=len(near.other)))
    assert equal.equal_in_rows
    assert not slightly.equal_in_rows
    values = draws.gamma(2, size=144)
    apart = np.abs(local_moran(values, equal).p - local_moran(values, slightly).p)
    assert apart.mean() < 0.03
    found = np.array(
        [local_moran(draws.normal(size=144), slightly, simulations=199, seed=s).p[[30, 77]] for s in range(120)]
    ).ravel()
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_a_draw_never_holds_a_unit_twice_nor_the_unit_itself() -> None:
    """With n - 1 neighbours every draw is all others: no simulation can differ from what is observed."""
    draws = np.random.default_rng(3)
    values = draws.normal(size=12)
    others = np.array([[one, other] for one in range(12) for other in range(12) if one < other])
    assert local_moran(values, from_pairs(12, others)).p.tolist() == [1.0] * 12


def test_a_cluster_that_was_planted_is_found_and_islands_say_nothing() -> None:
    values = np.random.default_rng(1).poisson(3, (20, 20)).astype(float)
    values[5:8, 5:8] += 12
    found = getis_ord(values.ravel(), grid(20, 20), simulations=9_999)
    hot = (found.q <= 0.05).reshape(20, 20)
    assert hot[6, 6]
    assert hot.sum() < 40
    ragged_values, neighbours = ragged()
    for result in (local_moran(ragged_values, neighbours), getis_ord(ragged_values, neighbours)):
        assert np.isnan(result.p[result.islands]).all()
        assert np.isnan(result.q[result.islands]).all()


def test_the_number_of_threads_changes_nothing() -> None:
    values, neighbours = ragged()
    threads, found = numba.get_num_threads(), []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append((local_moran(values, neighbours).p, getis_ord(values, neighbours).p, moran(values, neighbours).p))
    numba.set_num_threads(threads)
    assert np.array_equal(found[0][0], found[1][0], equal_nan=True)
    assert np.array_equal(found[0][1], found[1][1], equal_nan=True)
    assert found[0][2] == found[1][2]


def test_false_discovery_is_scipy_s_beside_what_is_not_known() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.9])
    q = false_discovery(p)
    assert np.isnan(q[1])
    assert q[[0, 2, 3, 4]] == pytest.approx(stats.false_discovery_control(p[[0, 2, 3, 4]]))


def test_weights_are_those_of_libpysal() -> None:
    from libpysal.weights import KNN, DistanceBand, lat2W

    points = np.random.default_rng(2).uniform(0, 1000, (80, 2))
    for ours, theirs in (
        (k_nearest(points, 5), KNN.from_array(points, k=5)),
        (within_distance(points, 150), DistanceBand(points, 150, silence_warnings=True)),
        (grid(6, 9), lat2W(6, 9, rook=False)),
        (grid(6, 9, diagonal=False), lat2W(6, 9, rook=True)),
    ):
        parts = np.split(ours.other, ours.begins[1:-1])
        assert [part.tolist() for part in parts] == [sorted(theirs.neighbors[unit]) for unit in range(ours.n)]


def test_a_point_on_top_of_others_is_no_neighbour_of_itself() -> None:
    found = k_nearest(np.zeros((6, 2)), 2)
    parts = np.split(found.other, found.begins[1:-1])
    assert all(unit not in part for unit, part in enumerate(parts))
    assert found.counts.tolist() == [2] * 6


@pytest.mark.parametrize("method", [local_moran, getis_ord, moran])
def test_constant_or_missing_values_are_refused(method) -> None:  # type: ignore[no-untyped-def]
    for values, code in (([2.0] * 9, "constant"), ([1.0, np.nan] + [2.0] * 7, "not-numbers"), ([1.0, 2.0], "shape")):
        with pytest.raises(AnalysisError) as refused:
            method(values, grid(3, 3))
        assert refused.value.problems[0].code == f"analysis-{code}"
    with pytest.raises(AnalysisError):
        from_pairs(3, [[0, 7]])
