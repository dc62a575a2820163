"""The self-exciting process is that of R's surveillance, and finds what was planted."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy import stats

from convive.analysis.self_exciting import self_exciting
from convive.errors import AnalysisError

CORNER = 500_000.0
SIDE = 6_000.0
DAYS = 730.0


def simulated(
    seed: int, n: int = 300, following: float = 0.3, delay: float = 10, width: float = 100, hot: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Background, its followers, theirs and so on; from uniform numbers alone, which stay the same in every NumPy."""
    chance = np.random.Generator(np.random.PCG64(seed))
    points = chance.random((n, 2)) * SIDE
    if hot:
        centres = np.array([[1000.0, 1000.0], [3000.0, 4000.0], [5000.0, 2000.0]])
        near = centres[(chance.random(n) * 3).astype(int)] + 250 * stats.norm.ppf(chance.random((n, 2)))
        points = np.where(chance.random((n, 1)) < 0.6, near, points)
    times = chance.random(n) * DAYS
    found = [(points, times)]
    while len(points):
        drawn = stats.poisson.ppf(chance.random(len(points)), following) if following else 0 * times
        many = drawn.astype(int)
        points = np.repeat(points, many, axis=0) + width * stats.norm.ppf(chance.random((many.sum(), 2)))
        times = np.repeat(times, many) - delay * np.log1p(-chance.random(many.sum()))
        points, times = points[times < DAYS], times[times < DAYS]
        found.append((points, times))
    return np.vstack([p for p, _ in found]), np.concatenate([t for _, t in found])


def test_the_fit_is_that_of_twinstim() -> None:
    # R, surveillance 1.20.3, the events of simulated(1) rounded to 0.01, in the window (-500, 6500)². The data:
    # as.epidataCS with one tile of 49e6 m² from 0 to 730, eps.t = 730 and eps.s = 3000. The kernel: siaf() with
    # exp(-r²/2sd²) and its integral 2 pi sd². The model: twinstim(~1, ~1, siaf, tiaf.exponential(), model = TRUE),
    # its log-likelihood maximised with optim(method = "BFGS", hessian = TRUE) in the logarithms.
    # following = exp(e) * 2 * pi * sd^2 / alpha; errors are those of the logarithms.
    points, times = (np.round(one, 2) for one in simulated(1))
    assert (len(times), round(float(times.sum()), 2)) == (439, 163362.62)
    found = self_exciting(
        points, times, period=(0, DAYS), area=49e6, bandwidth=None, reach_metres=3_000, reach_days=DAYS, metres=True
    )
    assert found.log_likelihood == pytest.approx(-8191.5519156, abs=1e-4)
    assert [found.following, found.delay_days, found.width_metres] == pytest.approx(
        [0.3413051359, 10.04177910, 103.2719994], rel=1e-5
    )
    assert found.background.sum() / 49e6 / DAYS == pytest.approx(8.161648030e-09, rel=1e-5)
    errors = [
        np.log(high / low) / 2 / stats.norm.ppf(0.975)
        for low, high in (
            (found.following_low, found.following_high),
            (found.delay_low, found.delay_high),
            (found.width_low, found.width_high),
        )
    ]
    assert errors == pytest.approx([0.094098900, 0.128720148, 0.058344367], rel=1e-3)


def test_intervals_cover_what_was_planted() -> None:
    inside = np.zeros(3)
    runs = 60
    for seed in range(runs):
        points, times = simulated(1_000 + seed, n=250)
        found = self_exciting(points + CORNER, times, period=(0, DAYS), area=SIDE**2, bandwidth=None)
        inside += [
            found.following_low <= 0.3 <= found.following_high,
            found.delay_low <= 10 <= found.delay_high,
            found.width_low <= 100 <= found.width_high,
        ]
    # 2,000 runs stand in benchmarks/analysis/calibration.py; 60 tell a share of 95 % to six points.
    assert min(inside) / runs >= 0.86


def test_a_background_with_hot_spots_is_not_taken_for_following() -> None:
    nothing = [
        self_exciting(p + CORNER, t, period=(0, DAYS), area=SIDE**2, bandwidth=250)
        for p, t in (simulated(seed, following=0, hot=True) for seed in range(8))
    ]
    assert np.median([found.share_following for found in nothing]) < 0.05


def test_a_uniform_background_takes_hot_spots_for_following_as_its_docstring_warns() -> None:
    points, times = simulated(1, following=0, hot=True)
    found = self_exciting(points + CORNER, times, period=(0, DAYS), area=SIDE**2, bandwidth=None)
    assert found.share_following > 0.5


def test_followers_are_told_from_the_background() -> None:
    points, times = simulated(3, n=400, hot=True)
    found = self_exciting(points + CORNER, times, period=(0, DAYS), area=SIDE**2, bandwidth=250)
    assert found.following_low < 0.3 < found.following_high
    first = np.arange(len(times)) < 400
    assert found.background[first].mean() > 0.8
    assert found.background[~first].mean() < 0.45
    shuffled = np.random.default_rng(1).permutation(len(times))
    again = self_exciting(points[shuffled] + CORNER, times[shuffled], period=(0, DAYS), area=SIDE**2, bandwidth=250)
    assert again.background == pytest.approx(found.background[shuffled], abs=1e-6)


def test_the_answer_is_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    points, times = simulated(2)
    before = numba.get_num_threads()
    found = []
    try:
        for threads, worth in ((1, 0), (before, 0), (before, 10**9)):
            numba.set_num_threads(threads)
            monkeypatch.setattr("convive.analysis.self_exciting.WORTH_THREADS", worth)
            told = self_exciting(points + CORNER, times, period=(0, DAYS), area=SIDE**2, bandwidth=400)
            found.append((told.following, told.delay_days, told.width_metres, told.log_likelihood))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1] == found[2]


def test_bad_input_is_refused() -> None:
    points, times = simulated(2)
    points = points + CORNER
    with pytest.raises(AnalysisError, match="at least 30"):
        self_exciting(points[:29], times[:29], area=1e6)
    with pytest.raises(AnalysisError, match="one point"):
        self_exciting(np.tile(points[:1], (40, 1)), times[:40], area=1e6)
    with pytest.raises(AnalysisError, match="degrees"):
        self_exciting(points / 1e6, times, area=1e6)
    with pytest.raises(AnalysisError, match="times"):
        self_exciting(points, np.where(times > 700, np.nan, times), area=1e6)
    with pytest.raises(AnalysisError, match="period"):
        self_exciting(points, times, period=(100, 730), area=1e6)
    with pytest.raises(AnalysisError, match="area"):
        self_exciting(points, times, area=0)


def test_duplicates_do_not_make_it_fail() -> None:
    points, times = simulated(2)
    points = np.repeat(points[:60], 2, axis=0) + CORNER
    found = self_exciting(points, np.repeat(times[:60], 2), period=(0, DAYS), area=SIDE**2, bandwidth=300)
    assert np.isfinite(found.following)
