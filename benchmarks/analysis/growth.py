"""How time and memory grow with what is asked, and what a second start costs.

    python benchmarks/analysis/growth.py

Each row is measured in a process of its own, on one thread, in seconds of the processor, so that other work on the
machine counts little; beside them those of the system, which hands out memory as fast as the machine has it at hand.
``start`` is the first small call: only that of the first size may have to compile. Memory is what the call needed at
its peak beyond its input; growth is how much more of it, and of time, goes into one event than in the first size (1 is
linear), beside what n log n would be. Along streets there are more sizes, so that the step out of the processor's cache
would show. Neighbourhoods are fixed: more events mean a larger city. Few permutations where the method permutes, as
they change neither growth.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from convive.analysis.density import kernel_density
from convive.analysis.hierarchical_clusters import hierarchical_clusters
from convive.analysis.local_statistics import getis_ord, local_moran
from convive.analysis.near_repeat import knox, near_repeat
from convive.analysis.neighbours import grid
from convive.analysis.network_density import network_density
from convive.analysis.points_in_polygons import polygon_grid, polygon_of
from convive.analysis.raster import Raster
from convive.analysis.scan import permutation_scan

Work = Callable[[], object]


def city(n: int) -> tuple[np.ndarray, np.ndarray]:
    """As dense as 100,000 events in a city of 30 km in five years."""
    draws = np.random.default_rng(1)
    return draws.uniform(0, 30_000 * np.sqrt(n / 100_000), (n, 2)) + 500_000, draws.uniform(0, 5 * 365, n)


def bands(n: int) -> Work:
    points, times = city(n)
    edges = np.arange(100, 1001, 100.0), np.arange(7, 71, 7.0)
    return lambda: near_repeat(points, times, *edges, simulations=39)


def pairs(n: int) -> Work:
    points, times = city(n)
    return lambda: knox(points, times, 500, 14, simulations=39)


def gatherings(n: int) -> Work:
    points, _ = city(n)
    return lambda: hierarchical_clusters(points, 9e8 * n / 100_000, simulations=19)


def moran(n: int) -> Work:
    side = round(n**0.5)
    values, near = np.random.default_rng(1).poisson(3, side * side).astype(float), grid(side, side)
    return lambda: local_moran(values, near, simulations=99)


def gi(n: int) -> Work:
    side = round(n**0.5)
    values, near = np.random.default_rng(1).poisson(3, side * side).astype(float), grid(side, side)
    return lambda: getis_ord(values, near, simulations=99)


def density(n: int) -> Work:
    side = round(n**0.5)
    points = np.random.default_rng(1).uniform(0, 10 * side, (n, 2))
    return lambda: kernel_density(points, Raster(0, 0, 10, side, side), 100.0, metres=True)


def scan(n: int) -> Work:
    side, draws = round((n * 4_225 / 10_000) ** 0.5), np.random.default_rng(1)
    points = np.array([(x * 100.0, y * 100.0) for y in range(side) for x in range(side)])
    place, day = draws.integers(0, side * side, n), draws.integers(0, 730, n)
    return lambda: permutation_scan(points, place, day, radius=500, days=28, simulations=19)


def districts(n: int) -> Work:
    from points_in_polygons import _cells

    polygons = _cells()
    points = np.random.default_rng(1).uniform(0, 1_000_000, (n, 2))
    return lambda: polygon_of(points, polygon_grid(polygons), metres=True)


def streets(kernel: str, bandwidth: float) -> Callable[[int], Work]:
    def made(n: int) -> Work:
        from network_density import town

        net, draws = town(round((n * 9 / 4) ** 0.5)), np.random.default_rng(1)
        on = draws.integers(0, len(net.segments), n)
        points = net.place(on, draws.uniform(size=n) * net.length[on])
        return lambda: network_density(points, net, bandwidth, kernel=kernel, draws=0)

    return made


STREETS = 5_000, 20_000, 50_000, 200_000
WORKS: dict[str, tuple[Callable[[int], Work], int, *tuple[int, ...]]] = {
    "Knox, events": (pairs, 200, 50_000, 500_000),
    "near repeat 10 × 10, events": (bands, 200, 20_000, 200_000),
    "nearest-neighbour clusters, events": (gatherings, 200, 20_000, 200_000),
    "local Moran, cells": (moran, 100, 100_000, 1_000_000),
    "Gi*, cells": (gi, 100, 100_000, 1_000_000),
    "kernel density, events and cells": (density, 900, 100_000, 1_000_000),
    "permutation scan, events and cells": (scan, 60, 2_000, 20_000),
    "points in 1,834 districts, points": (districts, 10, 1_000_000, 10_000_000),
    "streets, equal split, events": (streets("epanechnikov", 300.0), 50, *STREETS),
    "streets, heat, events": (streets("heat", 100.0), 50, *STREETS),
}
"""Each with the size of its warming up, and those that are measured: growth is from the first of them."""


def measured(name: str, size: int) -> tuple[float, float, float, float]:
    """Seconds of the first small call and of the whole one, megabytes that it needed at its peak, and the system's
    seconds, which hand out fresh memory."""
    made, small, *_ = WORKS[name]
    first, work = made(small), made(size)
    began = os.times()
    first()
    start = os.times().user - began.user
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the highest so far is forgotten
    before = _memory("VmRSS")
    began = os.times()
    work()
    ended = os.times()
    return start, ended.user - began.user, _memory("VmHWM") - before, ended.system - began.system


def _memory(which: str) -> float:
    """Megabytes, as Linux tells them of this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(which))


def main() -> None:
    columns = f"{'start s':>8} {'system s':>8} {'s':>8} {'growth':>7} {'MB':>8} {'growth':>7} {'n log n':>8}"
    print(f"{'work':<36} {'size':>11} {columns}")
    for name, (_, _, *sizes) in WORKS.items():
        told: list[list[float]] = []
        for size in sizes:
            command = [sys.executable, __file__, name, str(size)]
            alone = os.environ | {"NUMBA_NUM_THREADS": "1"}
            said = subprocess.run(command, check=True, capture_output=True, text=True, env=alone).stdout
            told.append([float(one) for one in said.split()])
        for size, (start, seconds, memory, system) in zip(sizes, told, strict=True):
            line = f"{name:<36} {size:>11,} {start:>8.2f} {system:>8.2f} {seconds:>8.2f} "
            if size == sizes[0]:
                line += f"{'':7} {memory:>8.0f}"
            else:
                time_grew, memory_grew = (
                    now / max(first, 1e-3) * sizes[0] / size
                    for now, first in zip((seconds, memory), told[0][1:3], strict=True)
                )
                allowed = np.log(size) / np.log(sizes[0])
                line += f"{time_grew:>7.2f} {memory:>8.0f} {memory_grew:>7.2f} {allowed:>8.2f}"
            print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(*measured(sys.argv[1], int(sys.argv[2])))
    else:
        main()
