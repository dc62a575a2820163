"""The space–time permutation scan: ours alone on the large case, and beside its definition in NumPy on a small one.

    python benchmarks/analysis/scan.py

Nothing in Python does it; SaTScan 10.3 is known to need about 9 s a replication on such a case. Compiled code is warmed
up first.
"""

from __future__ import annotations

import time

import numpy as np

from convive.analysis.scan import permutation_scan


def city(side: int) -> np.ndarray:
    return np.array([(x * 100.0, y * 100.0) for y in range(side) for x in range(side)])


def events(n: int, cells: int, days: int = 730) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(1)
    return draws.integers(0, cells, n), draws.integers(0, days, n)


def by_definition(points: np.ndarray, place: np.ndarray, day: np.ndarray, radius: float, days: int) -> float:
    """The largest llr of one data set: for each centre and radius the counts by day, for each length their sums."""
    n, span = len(day), int(day.max()) + 1
    table = np.zeros((len(points), span))
    np.add.at(table, (place, day), 1)
    by_day = np.concatenate([[0], np.cumsum(table.sum(axis=0))])
    best = 0.0
    for centre in range(len(points)):
        apart = np.round(np.hypot(*(points - points[centre]).T), 4)
        for reach in np.unique(apart[apart <= radius]):
            inside = table[apart <= reach]
            until = np.concatenate([[0], np.cumsum(inside.sum(axis=0))])
            share = inside.sum() / n
            if share > 0.5:
                continue
            for length in range(1, days + 1):
                c, mu = until[length:] - until[:-length], share * (by_day[length:] - by_day[:-length])
                more = c > mu
                if more.any():
                    c, mu = c[more], mu[more]
                    told = c * np.log(c / mu) + (n - c) * np.log((n - c) / (n - mu))
                    best = max(best, float(told.max()))
    return best


def main() -> None:
    permutation_scan(city(3), *events(9, 9), radius=200, days=3, simulations=19)
    points = city(20)
    place, day = events(947, 400)
    began = time.perf_counter()
    theirs = by_definition(points, place, day, 500, 28)
    slow = time.perf_counter() - began
    began = time.perf_counter()
    ours = permutation_scan(points, place, day, radius=500, days=28, simulations=199)
    mine = (time.perf_counter() - began) / 200
    assert abs(ours.clusters[0].llr - theirs) < 1e-9
    print(f"400 cells, 947 events, a data set: convive {mine * 1000:.1f} ms, NumPy {slow:.1f} s, {slow / mine:,.0f}×")
    print(f"{'events':>8} {'cells':>7} {'999 replications s':>20} {'growth':>7}")
    before = 0.0
    for side in (21, 65):
        cells = side * side
        n = round(cells * 10_000 / 4_225)
        began = time.perf_counter()
        permutation_scan(city(side), *events(n, cells), radius=500, days=28, simulations=999)
        mine = time.perf_counter() - began
        growth = f"{mine / before / (65 / 21) ** 2:7.2f}" if before else ""
        print(f"{n:>8,} {cells:>7,} {mine:>20.1f} {growth}", flush=True)
        before = mine


if __name__ == "__main__":
    main()
