"""Densities are those of spatstat and scikit-learn, and their intervals and tests keep their promises."""

import numba
import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from convive.analysis.density import (
    abramson_bandwidths,
    adaptive_density,
    density_excess,
    kernel_density,
    likelihood_bandwidth,
)
from convive.analysis.raster import Raster, raster_around
from convive.errors import AnalysisError

X = [100, 250, 260, 300, 420, 610, 640, 655, 700, 905, 930, 150, 480, 520, 333]
Y = [120, 300, 310, 280, 500, 610, 640, 600, 750, 900, 200, 870, 430, 470, 666]
EVENTS = np.column_stack([X, Y]).astype(float)
CELLS = Raster(0, 0, 10, 100, 100)
ASKED = ((29, 30), (45, 50), (20, 80))
"""The cells with their middles at (305, 295), (505, 455) and (805, 205)."""


def at_asked(values):
    return np.array([values[place] for place in ASKED])


def test_density_corrected_at_the_border_is_that_of_spatstat():
    # In R, density(ppp(x, y, c(0,1000), c(0,1000)), 80, edge=TRUE, diggle=FALSE, eps=2)
    ours = kernel_density(EVENTS, CELLS, 80, window=np.ones(CELLS.shape))
    assert at_asked(ours.value) == pytest.approx([6.594499797e-05, 6.181959185e-05, 7.566703464e-06], rel=0.025)


def test_quartic_density_is_that_of_spatstat():
    # In R, density(X, 80, kernel="quartic", edge=FALSE, eps=2); its 80 is the standard deviation.
    ours = kernel_density(EVENTS, CELLS, 80 * np.sqrt(8), kernel="quartic")
    assert at_asked(ours.value) == pytest.approx([5.2075051e-05, 5.1004869e-05, 9.1226629e-06], rel=0.02)


def test_bandwidths_of_the_adaptive_density_are_those_of_spatstat():
    # In R, bw.abram(X, h0=80, hp=80, at="points", edge=FALSE, eps=2, trim=1e6)
    theirs = [107.921906, 65.198091, 65.075096, 67.109197, 76.549301, 63.133292, 62.292889, 63.872777, 87.417157]
    theirs += [108.931635, 109.313671, 109.164618, 71.030411, 69.963517, 105.446332]
    assert abramson_bandwidths(EVENTS, 80) == pytest.approx(theirs, rel=0.006)


def test_adaptive_density_is_that_of_spatstat():
    # In R, densityAdaptiveKernel(X, bw=A, edge=FALSE, at="pixels", ngroups=15, eps=2) with the bandwidths above
    ours = adaptive_density(EVENTS, CELLS, 80)
    assert at_asked(ours.value) == pytest.approx([9.0038316e-05, 7.2537104e-05, 6.9978316e-06], rel=0.013)


@pytest.mark.parametrize("bandwidth", [5, 12, 25, 40, 120])
def test_gaussian_density_is_that_of_scikit_learn(bandwidth):
    x, y = CELLS.centres()
    middles = np.column_stack([np.tile(x, 100), np.repeat(y, 100)])
    theirs = np.exp(KernelDensity(bandwidth=bandwidth).fit(EVENTS).score_samples(middles)) * len(EVENTS)
    ours = kernel_density(EVENTS, CELLS, bandwidth).value.ravel()
    assert np.abs(ours - theirs).max() < 1e-3 * theirs.max()


@pytest.mark.parametrize("radius", [30, 100, 300, 700])
def test_quartic_density_is_the_sum_of_every_events_kernel(radius):
    x, y = CELLS.centres()
    apart = (x[None, :, None] - EVENTS[:, 0]) ** 2 + (y[:, None, None] - EVENTS[:, 1]) ** 2
    exact = (3 / np.pi / radius**2 * np.maximum(0, 1 - apart / radius**2) ** 2).sum(axis=2)
    ours = kernel_density(EVENTS, CELLS, radius, kernel="quartic").value
    assert np.abs(ours - exact).max() < 1e-3 * exact.max()


def test_many_events_on_a_coarser_grid_are_the_sum_of_their_kernels_whatever_the_number_of_threads():
    many = np.random.default_rng(4).uniform(-100, 1_100, (20_000, 2))
    uneven = Raster(0, 0, 10, 97, 101)
    x, y = uneven.centres()
    exact = np.exp(-((x - many[:, :1]) ** 2) / (2 * 90**2)).T @ np.exp(-((y - many[:, 1:]) ** 2) / (2 * 90**2))
    exact = exact.T / (2 * np.pi * 90**2)
    threads, found = numba.get_num_threads(), []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append(kernel_density(many, uneven, 90))
    numba.set_num_threads(threads)
    assert np.abs(found[0].value - exact).max() < 1e-3 * exact.max()
    assert found[0].outside == np.count_nonzero(
        (many[:, 0] < 0) | (many[:, 0] >= 1_010) | (many[:, 1] < 0) | (many[:, 1] >= 970)
    )
    for one in ("value", "low", "high"):
        assert np.array_equal(getattr(found[0], one), getattr(found[1], one))


def test_adaptive_density_is_the_sum_of_every_events_own_kernel():
    widths = abramson_bandwidths(EVENTS, 60)
    x, y = CELLS.centres()
    apart = (x[None, :, None] - EVENTS[:, 0]) ** 2 + (y[:, None, None] - EVENTS[:, 1]) ** 2
    exact = (np.exp(-apart / (2 * widths**2)) / (2 * np.pi * widths**2)).sum(axis=2)
    assert np.abs(adaptive_density(EVENTS, CELLS, 60).value - exact).max() < 1e-3 * exact.max()


def test_likelihood_of_a_bandwidth_is_that_of_leaving_each_event_out():
    _, widths, told = likelihood_bandwidth(EVENTS, 60, 160, steps=3)
    for width, one in zip(widths, told, strict=True):
        total = 0.0
        for left_out in range(len(EVENTS)):
            others = np.delete(EVENTS, left_out, axis=0)
            density = KernelDensity(bandwidth=width).fit(others)
            total += density.score_samples(EVENTS[left_out : left_out + 1])[0] + np.log(len(others))
        assert one == pytest.approx(total, rel=1e-6)


def test_interval_of_the_density_covers_its_expectation():
    rng = np.random.default_rng(1)
    small = Raster(0, 0, 100, 12, 12)
    expected = 150 / 1_200**2
    covered = []
    for _ in range(250):
        points = rng.uniform(-800, 2_000, (rng.poisson(expected * 2_800**2), 2))
        found = kernel_density(points, small, 150)
        covered.append((found.low[6, 6] <= expected) & (expected <= found.high[6, 6]))
    assert 0.92 <= np.mean(covered) <= 0.99


def test_excess_is_uniform_where_events_follow_the_exposure(uniform):
    rng = np.random.default_rng(2)
    small = Raster(0, 0, 100, 8, 8)
    exposure = np.arange(64.0).reshape(8, 8)
    smallest = []
    for run in range(80):
        cell = rng.choice(64, 40, p=exposure.ravel() / exposure.sum())
        points = np.column_stack([(cell % 8 + rng.random(40)) * 100, (cell // 8 + rng.random(40)) * 100])
        found = density_excess(points, small, 120, exposure=exposure, simulations=19, seed=run)
        smallest.append(found.p_family.min())
    assert uniform(smallest, 19) > 0.01


def test_excess_finds_a_planted_gathering_and_nothing_far_from_it():
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.uniform(0, 1_000, (40, 2)), rng.normal((300, 700), 25, (25, 2))])
    found = density_excess(points, CELLS, 60, exposure=np.ones(CELLS.shape), simulations=199)
    assert found.significant[70, 30]
    assert not found.significant[:50].any()


def test_same_seed_gives_the_same_excess():
    one, other = (
        density_excess(EVENTS, CELLS, 60, exposure=np.ones(CELLS.shape), simulations=39, seed=4) for _ in range(2)
    )
    assert np.array_equal(one.p, other.p)


def test_events_beyond_the_grid_count_where_their_kernel_reaches_and_are_told():
    found = kernel_density([[-20.0, 505.0]], CELLS, 40, metres=True)
    assert found.outside == 1
    assert found.value[50, 0] == pytest.approx(np.exp(-(25**2) / (2 * 40**2)) / (2 * np.pi * 40**2), rel=1e-3)


def test_cells_far_from_all_events_have_no_limits():
    found = kernel_density([[5.0, 5.0], [6.0, 6.0]], CELLS, 10, metres=True)
    assert found.value[90, 90] == pytest.approx(0)
    assert np.isnan(found.high[90, 90])


@pytest.mark.parametrize(
    ("points", "bandwidth", "code"),
    [
        (np.empty((0, 2)), 50, "analysis-too-few"),
        ([[-80.45, -3.56], [-80.44, -3.57]], 50, "analysis-degrees"),
        (EVENTS, 0.5, "analysis-cells-too-coarse"),
        (EVENTS, -1, "analysis-argument"),
        ([[1.0, np.nan]], 50, "analysis-not-numbers"),
    ],
)
def test_what_cannot_be_answered_is_refused(points, bandwidth, code):
    with pytest.raises(AnalysisError) as refused:
        kernel_density(points, CELLS, bandwidth)
    assert refused.value.problems[0].code == code


def test_all_events_at_one_point_have_no_adaptive_density():
    with pytest.raises(AnalysisError) as refused:
        adaptive_density([[500.0, 500.0]] * 5, CELLS, 50)
    assert refused.value.problems[0].code == "analysis-one-place"


def test_a_raster_around_points_holds_them_all_and_keeps_its_cells_between_deliveries():
    first, second = raster_around(EVENTS, 70, margin=100), raster_around(EVENTS[3:], 70)
    assert (first.cell_of(EVENTS) >= 0).all()
    assert (second.left - first.left) % 70 == 0
    counts, outside = second.counted(EVENTS)
    assert counts.sum() + outside == len(EVENTS)
