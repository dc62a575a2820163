"""Kernel density of points on a grid beside KDEpy and scikit-learn, Gaussian kernel of 10 cells.

    python benchmarks/analysis/density.py

KDEpy's FFTKDE works on the same whole grid. It cuts a Gaussian where its height falls below an absolute 1e-4, in metres
at 2.7 bandwidths (an error of a hundredth of the maximum): so it is given coordinates in bandwidths, where its error is
a ten-thousandth. scikit-learn, KDEpy's exact NaiveKDE and its TreeKDE take hours: they are asked for fewer cells (and
NaiveKDE of fewer events) drawn at random, and the time for all, linear in both, is reckoned from these; scikit-learn
with its tree and a relative tolerance of 1e-3. The error is that against adding up every event's kernel, at 200 cells.
Ours includes the interval of each cell. Ours and FFTKDE: the middle one of five. Compiled code is warmed up first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from KDEpy import FFTKDE, NaiveKDE, TreeKDE
from sklearn.neighbors import KernelDensity

from convive.analysis.density import kernel_density
from convive.analysis.raster import Raster

ASKED = 500
FEW = 2_000
"""Events and cells of NaiveKDE, which is slow of itself for fewer."""
REPEATS = 5


def main() -> None:
    rng = np.random.default_rng(0)
    side = 1_000
    raster, bandwidth = Raster(0, 0, 10, side, side), 100.0
    kernel_density(rng.normal(5_000, 1_500, (1_000, 2)), raster, bandwidth)
    x, y = raster.centres()
    print(
        f"{'events':>9} {'cells':>9} {'convive s':>10} {'growth':>7} {'KDEpy s':>8} {'ratio':>6} {'error':>8}", end=""
    )
    print(f" {'its error':>9} {'sklearn s':>10} {'ratio':>9}")
    before = 0.0
    for events in (10_000, 100_000, 1_000_000):
        points = np.concatenate(
            [rng.normal((4_000, 6_000), 700, (events // 2, 2)), rng.normal(5_000, 1_500, (events - events // 2, 2))]
        )
        points = points[np.all((points > 10) & (points < 9_990), axis=1)]
        mine, ours = _middle(lambda points=points: kernel_density(points, raster, bandwidth))
        peer, theirs = _middle(lambda points=points: _fft(points, x, y, bandwidth))
        cells = rng.choice(side * side, ASKED, replace=False)
        middles = np.column_stack([x[cells % side], y[cells // side]])
        learned = KernelDensity(bandwidth=bandwidth, rtol=1e-3).fit(points)
        began = time.perf_counter()
        learned.score_samples(middles)
        other = (time.perf_counter() - began) * side * side / ASKED
        exact = _exact(points, middles[:200], bandwidth)
        top = ours.value.max()
        mine_off = np.abs(ours.value.ravel()[cells[:200]] - exact).max() / top
        theirs_off = np.abs(theirs.ravel()[cells[:200]] - exact).max() / top
        growth = f"{mine / before / 10:7.2f}" if before else f"{'':7}"
        before = mine
        print(
            f"{len(points):>9,} {side * side:>9,} {mine:>10.3f} {growth} {peer:>8.2f} {peer / mine:>5.1f}× "
            f"{mine_off:>8.1e} {theirs_off:>9.1e} {other:>10.0f} {other / mine:>8.0f}×",
            flush=True,
        )
    print("KDEpy's others, reckoned for all:")
    few = rng.choice(len(points), FEW, replace=False)
    some = rng.choice(side * side, FEW, replace=False)
    wide = np.column_stack([x[some % side], y[some // side]]) / bandwidth
    for name, kind, given, at in (
        ("TreeKDE", TreeKDE, points, middles / bandwidth),
        ("NaiveKDE", NaiveKDE, points[few], wide),
    ):
        began = time.perf_counter()
        told = kind(bw=1).fit(given / bandwidth).evaluate(at) * len(given) / bandwidth**2
        seconds = (time.perf_counter() - began) * side * side / len(at) * len(points) / len(given)
        off = np.abs(told[:200] - _exact(given, at[:200] * bandwidth, bandwidth)).max() / (
            top * len(given) / len(points)
        )
        print(f"{name}: {seconds:,.0f} s, {seconds / mine:,.0f}×, error {off:.1e}", flush=True)


def _middle(work: Callable[[], Any]) -> tuple[float, Any]:
    """The middle one of the seconds of some calls, and what the last of them told."""
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        told = work()
        took.append(time.perf_counter() - began)
    return statistics.median(took), told


def _fft(points: np.ndarray, x: np.ndarray, y: np.ndarray, bandwidth: float) -> np.ndarray:
    """Events a square metre at the middles ``x``, ``y``; its order of cells is column by column."""
    grid = np.column_stack([np.repeat(x, len(y)), np.tile(y, len(x))]) / bandwidth
    found = FFTKDE(bw=1).fit(points / bandwidth).evaluate(grid)
    return found.reshape(len(x), len(y)).T * len(points) / bandwidth**2


def _exact(points: np.ndarray, at: np.ndarray, bandwidth: float) -> np.ndarray:
    total = np.empty(len(at))
    for place, one in enumerate(at):
        total[place] = np.exp(-((points - one) ** 2).sum(axis=1) / (2 * bandwidth**2)).sum()
    return total / (2 * np.pi * bandwidth**2)


if __name__ == "__main__":
    main()
