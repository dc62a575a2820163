"""Knox beside pointpats, and the near-repeat table beside the published algorithm in NumPy, on the same events.

    python benchmarks/analysis/near_repeat.py

Compiled code is warmed up first; its second start loads it from the cache. 999 permutations throughout.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pointpats import Knox
from pointpats import knox as quick_knox
from scipy.spatial.distance import pdist

from convive.analysis.near_repeat import knox, near_repeat

PERMUTATIONS = 999
BANDS = np.arange(100, 1001, 100.0), np.arange(7, 71, 7.0)


def events(n: int, side: float) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(1)
    return draws.uniform(0, side, (n, 2)), draws.uniform(0, 5 * 365, n)


def published(points: np.ndarray, times: np.ndarray, metric: str) -> np.ndarray:
    """All distances once, then for each permutation all durations and one two-way table (Ratcliffe & Rengert 2008)."""
    near, late = (np.concatenate([[0.0], edges]) for edges in BANDS)
    apart = pdist(points, metric)
    draws = np.random.default_rng(1)
    tables = []
    for number in range(PERMUTATIONS + 1):
        moments = times if number == 0 else draws.permutation(times)
        tables.append(np.histogram2d(apart, pdist(moments[:, None]), bins=(near, late))[0])
    return np.array(tables)


def timed(asked: Callable[..., Any], *given: object, **how: object) -> tuple[float, Any]:
    began = time.perf_counter()
    found = asked(*given, **how)
    return time.perf_counter() - began, found


def main() -> None:
    knox(*events(50, 1000), 100, 10, simulations=19)
    near_repeat(*events(50, 1000), *BANDS, simulations=19)
    print(f"{'work':<44} {'convive s':>10} {'peer s':>9} {'ratio':>8} {'growth':>7}")
    points, times = events(5_000, 20_000)
    mine, ours = timed(knox, points, times, 500, 14, simulations=PERMUTATIONS)
    theirs, peer = timed(Knox, points.copy(), times[:, None].copy(), delta=500, tau=14, permutations=PERMUTATIONS)
    assert ours.observed == peer.statistic_
    print(f"{'Knox, 5,000 events, beside pointpats':<44} {mine:>10.3f} {theirs:>9.2f} {theirs / mine:>7.0f}×")
    # Its older function, which shuffles the caller's times, is faster and tells but the count and its p-value.
    theirs, quick = timed(quick_knox, points.copy(), times[:, None].copy(), 500, 14, permutations=PERMUTATIONS)
    assert ours.observed == quick["stat"]
    print(f"{'the same, its function knox()':<44} {mine:>10.3f} {theirs:>9.2f} {theirs / mine:>7.0f}×", flush=True)
    points, times = events(1_000, 9_000)
    for metric, name in (("euclidean", "euclidean"), ("manhattan", "cityblock")):
        mine, table = timed(near_repeat, points, times, *BANDS, simulations=PERMUTATIONS, metric=metric)
        theirs, tables = timed(published, points, times, name)
        assert np.array_equal(table.observed, tables[0])
        label = f"near repeat 10 × 10, 1,000 events, {metric}"
        print(f"{label:<44} {mine:>10.3f} {theirs:>9.2f} {theirs / mine:>7.0f}×", flush=True)
    before = 0.0
    for size in (1_000, 10_000, 100_000):
        side = 30_000 * np.sqrt(size / 100_000)
        points, times = events(size, side)
        mine, _ = timed(near_repeat, points, times, *BANDS, simulations=PERMUTATIONS)
        growth = f"{mine / before / 10:>7.2f}" if before else ""
        print(f"{f'near repeat 10 × 10, {size:,} events':<44} {mine:>10.2f} {'':>9} {'':>8} {growth}", flush=True)
        before = mine


if __name__ == "__main__":
    main()
