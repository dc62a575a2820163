"""Kernel density of points on a grid beside KDEpy and scikit-learn, Gaussian kernel of 10 cells.

    python benchmarks/analysis/density.py

KDEpy's FFTKDE works on the same whole grid, where its error is above the thousandth of the maximum that the goal asks;
so the last lines ask it for finer grids, whose every second (third, …) cell is one of these, until it is below.
scikit-learn takes hours there: it is asked with its tree and a relative
tolerance of 1e-3 for a few thousand cells drawn at random, and its time for all cells is reckoned from these. The
error is that against adding up every event's kernel, at 200 cells. Ours includes the interval of each cell. Compiled
code is warmed up first.
"""

from __future__ import annotations

import time

import numpy as np
from KDEpy import FFTKDE
from sklearn.neighbors import KernelDensity

from convive.analysis.density import kernel_density
from convive.analysis.raster import Raster

ASKED = 500
ENOUGH, FINEST = 1e-3, 3


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
        began = time.perf_counter()
        ours = kernel_density(points, raster, bandwidth)
        mine = time.perf_counter() - began
        peer, theirs = _kdepy(points, x, y, bandwidth)
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
    for finer in range(2, FINEST + 1):
        peer, theirs = _kdepy(points, x, y, bandwidth, finer)
        theirs_off = np.abs(theirs.ravel()[cells[:200]] - exact).max() / top
        print(f"KDEpy, {finer} × {finer} as fine: {peer:.1f} s, {peer / mine:.1f}×, error {theirs_off:.1e}", flush=True)
        if theirs_off < ENOUGH:
            break


def _kdepy(
    points: np.ndarray, x: np.ndarray, y: np.ndarray, bandwidth: float, finer: int = 1
) -> tuple[float, np.ndarray]:
    """Seconds, and events a square metre at the middles ``x``, ``y``, from a grid ``finer`` times as fine."""
    across, up = (np.linspace(one[0], one[-1], (len(one) - 1) * finer + 1) for one in (x, y))
    grid = np.column_stack([np.repeat(across, len(up)), np.tile(up, len(across))])
    began = time.perf_counter()
    found = FFTKDE(bw=bandwidth).fit(points).evaluate(grid).reshape(len(across), len(up)).T
    took = time.perf_counter() - began
    return took, found[::finer, ::finer] * len(points)


def _exact(points: np.ndarray, at: np.ndarray, bandwidth: float) -> np.ndarray:
    total = np.empty(len(at))
    for place, one in enumerate(at):
        total[place] = np.exp(-((points - one) ** 2).sum(axis=1) / (2 * bandwidth**2)).sum()
    return total / (2 * np.pi * bandwidth**2)


if __name__ == "__main__":
    main()
