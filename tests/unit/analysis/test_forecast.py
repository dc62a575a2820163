"""Forecasts are the densities they claim to be, are scored on what none saw, and the simple one wins when it should."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import pdist, squareform
from sklearn.neighbors import KernelDensity

from convive.analysis.forecast import (
    METHODS,
    _ratio,
    forecast,
    hits_of,
    rolling_scores,
)
from convive.analysis.forecast_kernel import best_bandwidth, even_share, share
from convive.errors import AnalysisError

CORNER = 500_000.0
SIDE = 200.0
EDGES = 365 + np.arange(7) * 365 / 6


def city(
    seed: int, n: int = 300, following: float = 0.0, spots: int = 3, strong: float = 0.6
) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    whole = 30 * SIDE
    hot = draws.uniform(0.15, 0.85, (spots, 2)) * whole
    near = hot[draws.integers(0, spots, n)] + draws.normal(0, 250, (n, 2))
    points = np.where(draws.uniform(size=(n, 1)) < strong, near, draws.uniform(0, whole, (n, 2)))
    times = draws.uniform(0, 730, n)
    found = [(points, times)]
    while len(points):
        many = draws.poisson(following, len(points))
        points = np.repeat(points, many, axis=0) + draws.normal(0, 100, (many.sum(), 2))
        times = np.repeat(times, many) + draws.exponential(10, many.sum())
        points, times = points[times < 730], times[times < 730]
        found.append((points, times))
    return np.vstack([p for p, _ in found]) + CORNER, np.concatenate([t for _, t in found])


def squares(n: int = 30) -> np.ndarray:
    middle = (np.arange(n) + 0.5) * SIDE + CORNER
    return np.column_stack([np.tile(middle, n), np.repeat(middle, n)])


def test_a_cell_s_share_is_the_integral_of_the_kernel() -> None:
    points, _ = city(1, 50)
    weights = np.random.default_rng(1).uniform(0.2, 1, 50)
    cells = squares()
    low, high = cells - SIDE / 2, cells + SIDE / 2
    part = np.ones((len(cells), 50))
    for axis in range(2):
        normal = stats.norm(points[:, axis], 300)
        part *= normal.cdf(high[:, axis, None]) - normal.cdf(low[:, axis, None])
    expected = part @ weights
    assert share(points, weights, 300, cells, SIDE) == pytest.approx(expected / expected.sum(), abs=1e-6)


def test_the_bandwidth_is_that_of_scikit_learn_without_the_event_itself() -> None:
    points, _ = city(2, 80)
    chosen, told = best_bandwidth(points, np.array([250.0]))
    assert chosen == 250.0
    theirs = [
        np.exp(KernelDensity(bandwidth=250, rtol=1e-10).fit(np.delete(points, at, 0)).score_samples(points[[at]])[0])
        for at in range(80)
    ]
    assert told == pytest.approx(theirs, rel=1e-3, abs=1e-12)
    candidates = np.array([50.0, 250.0, 1000.0])
    values = []
    span = float(np.prod(np.ptp(points, axis=0)))
    squared = squareform(pdist(points)) ** 2
    for width in candidates:
        density = np.exp(-squared / (2 * width**2)) / (2 * np.pi * width**2)
        np.fill_diagonal(density, 0)
        one = density.sum(axis=1) / 79
        even = np.linspace(0.01, 1, 400)
        values.append(np.log((1 - even) * one[:, None] + even / span).mean(axis=0).max())
    assert best_bandwidth(points, candidates)[0] == candidates[int(np.argmax(values))]


def test_the_even_share_is_the_most_likely() -> None:
    told = np.random.default_rng(3).gamma(0.5, 4, 400)
    even = np.linspace(0.001, 0.999, 2_000)
    likely = np.log(even + (1 - even) * told[:, None]).sum(axis=0)
    assert even_share(told) == pytest.approx(even[np.argmax(likely)], abs=1e-3)


def test_hits_are_counted_among_the_riskiest_cells_and_ties_in_part() -> None:
    shares = np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    coming = np.array([0, 0, 1, 2, 4])
    assert hits_of(shares, coming, np.array([0.2, 0.4, 0.6, 1.0])) == pytest.approx([2, 3, 3 + 2 / 3, 5])
    even = np.full(5, 0.2)
    assert hits_of(even, coming, np.array([0.1, 0.5])) == pytest.approx([0.5, 2.5])


def test_shares_add_up_and_the_even_map_scores_nothing() -> None:
    points, times = city(3)
    told = forecast(points, times, squares(), SIDE, moment=700, begin=0)
    assert told.methods == METHODS
    assert told.shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert (told.shares > 0).all()
    found = rolling_scores(points, times, squares(), SIDE, edges=EDGES, begin=0)
    assert found.log_scores[0] == 0
    assert found.hit_rates[0] == pytest.approx(found.area_shares)
    assert found.pai == pytest.approx(found.hit_rates / found.area_shares)
    assert found.log_scores == pytest.approx(found.monthly.sum(axis=1) / found.events.sum())
    last = next(one for one in found.differences if one.method == "last-year")
    scores = dict(zip(METHODS, found.log_scores, strict=True))
    assert last.log_score == pytest.approx(scores["last-year"] - scores[found.baseline])


def test_no_month_is_told_from_its_own_events() -> None:
    points, times = city(4)
    before = forecast(points, times, squares(), SIDE, moment=600, begin=0)
    later = times >= 600
    moved = points.copy()
    moved[later] = moved[later][::-1]
    assert np.array_equal(before.shares, forecast(moved, times, squares(), SIDE, moment=600, begin=0).shares)
    past = ~later
    assert np.array_equal(
        before.shares, forecast(points[past], times[past], squares(), SIDE, moment=600, begin=0).shares
    )


def test_the_simple_baseline_wins_where_nothing_follows() -> None:
    better = []
    for seed in range(5):
        points, times = city(100 + seed)
        found = rolling_scores(points, times, squares(), SIDE, edges=EDGES, begin=0)
        better.append(not found.simple_wins)
        assert found.baseline == "kernel"
    assert sum(better) <= 1
    assert "not clearly better" in found.reason


def test_the_process_wins_where_much_follows() -> None:
    points, times = city(5, 900, following=0.6)
    found = rolling_scores(points, times, squares(), SIDE, edges=EDGES, begin=0)
    assert not found.simple_wins
    assert found.differences[-1].low > 0
    assert "is better" in found.reason


def test_events_everywhere_alike_are_best_told_by_the_even_map_or_hardly_worse() -> None:
    points, times = city(6, 400, strong=0.0)
    found = rolling_scores(points, times, squares(), SIDE, edges=EDGES, begin=0)
    assert np.abs(found.log_scores[2]) < 0.05
    assert found.simple_wins


def test_paired_intervals_cover_the_difference() -> None:
    draws = np.random.default_rng(7)
    inside = []
    for _ in range(1_500):
        events = draws.poisson(20, 12)
        sums = np.array([draws.normal(0.1, 1, n).sum() for n in events])
        _, low, high = _ratio(sums[None], events, 0.95)
        inside.append(low[0] <= 0.1 <= high[0])
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_too_few_months_leave_the_simple_baseline_standing() -> None:
    points, times = city(5, following=0.6)
    found = rolling_scores(points, times, squares(), SIDE, edges=[600, 630, 660], begin=0)
    assert found.simple_wins
    assert np.isnan(found.differences[-1].low)
    assert "too few months" in found.reason


def test_the_same_answer_on_any_number_of_threads() -> None:
    points, times = city(8, following=0.3)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            found.append(forecast(points, times, squares(), SIDE, moment=700, begin=0).shares)
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(*found)


def test_events_outside_are_left_out_and_counted() -> None:
    points, times = city(9)
    holes = squares()[:-300]
    found = rolling_scores(points, times, holes, SIDE, edges=EDGES, begin=0)
    row = np.floor((points[:, 1] - CORNER) / SIDE)
    inside = (row < 20) & (row >= 0) & (np.floor((points[:, 0] - CORNER) / SIDE) < 30) & (points[:, 0] >= CORNER)
    assert found.outside == (~inside).sum()
    assert found.events.sum() == (inside & (times >= EDGES[0]) & (times < EDGES[-1])).sum()


def test_bad_input_is_refused() -> None:
    points, times = city(1)
    cells = squares()
    with pytest.raises(AnalysisError, match="at least 30"):
        forecast(points, times, cells, SIDE, moment=20, begin=0)
    with pytest.raises(AnalysisError, match="degrees"):
        forecast(points / 1e6, times, cells, SIDE, moment=700)
    with pytest.raises(AnalysisError, match="grid"):
        forecast(points, times, cells, 150, moment=700)
    with pytest.raises(AnalysisError, match="twice"):
        forecast(points, times, np.vstack([cells, cells[:1]]), SIDE, moment=700)
    with pytest.raises(AnalysisError, match="edges"):
        rolling_scores(points, times, cells, SIDE, edges=[700, 600])
    with pytest.raises(AnalysisError, match="no event within"):
        rolling_scores(points, times, cells, SIDE, edges=[800, 830])
