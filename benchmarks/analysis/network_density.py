"""Kernel density along streets beside R's spatstat.linnet, and on towns that grow.

    python benchmarks/analysis/network_density.py

R (Debian's r-cran-spatstat.linnet) works on spatstat's 116 street crimes of Chicago, 503 segments, and hands the same
streets and events to us: the equal-split continuous kernel and heat, each with a standard deviation of 60 feet. The
town that grows is a grid of crooked streets, with as many events as segments. Ours includes bringing events to streets;
"interval" is the whole with the interval of each place (32 more passes), which spatstat does
not tell. Compiled code is warmed up first.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from convive.analysis.network import Network, located, network
from convive.analysis.network_density import network_density

CHICAGO = """
suppressMessages({library(spatstat.linnet); library(spatstat.data)})
X <- unmark(chicago)
S <- as.psp(domain(X))
E <- S$ends
split <- system.time(d <- densityEqualSplit(X, 60, kernel = "epanechnikov", continuous = TRUE, verbose = FALSE))
heat <- system.time(h <- densityHeat(X, 60))
df <- attr(d, "df"); hf <- attr(h, "df")
p <- coords(X)
told <- function(name, values) cat(name, formatC(as.vector(values), digits = 12, format = "g"), "\\n")
told("lines", t(as.matrix(E))); told("x", p$x); told("y", p$y)
told("split", split[["elapsed"]]); told("heat", heat[["elapsed"]])
told("segment", as.integer(df$mapXY) - 1L); told("share", df$tp); told("value", df$values)
told("heat_segment", as.integer(hf$mapXY) - 1L); told("heat_share", hf$tp); told("heat_value", hf$values)
"""


def main() -> None:
    small = town(10)
    for kernel in ("epanechnikov", "heat"):
        network_density(small.nodes[:50], small, 100, kernel=kernel)
    told = chicago()
    lines = told["lines"].reshape(-1, 2, 2)
    points = np.column_stack([told["x"], told["y"]])
    streets = network(list(lines), tolerance=1e-6)
    print(
        f"{'Chicago, 116 events':<20} {'convive s':>10} {'spatstat s':>10} {'ratio':>7} {'difference':>11} "
        f"{'interval s':>11}"
    )
    for name, kernel, bandwidth, prefix in (
        ("equal split", "epanechnikov", 60 * np.sqrt(5), ""),
        ("heat", "heat", 60.0, "heat_"),
    ):
        began = time.perf_counter()
        found = network_density(points, streets, bandwidth, kernel=kernel, draws=0)
        ours = time.perf_counter() - began
        began = time.perf_counter()
        network_density(points, streets, bandwidth, kernel=kernel)
        interval = time.perf_counter() - began
        peer = float(told["split" if kernel == "epanechnikov" else "heat"][0])
        apart = difference(found, streets, lines, told, prefix)
        print(
            f"{name:<20} {ours:>10.3f} {peer:>10.2f} {peer / ours:>6.0f}× {apart:>11.1e} {interval:>11.3f}",
            flush=True,
        )
    print()
    print(
        f"{'segments':>9} {'events':>9} {'kernel':<13} {'density s':>10} {'growth':>7} {'interval s':>12} {'growth':>7}"
    )
    for kernel, bandwidth in (("epanechnikov", 300.0), ("heat", 100.0)):
        before = None
        for side in (53, 106, 212, 335):
            streets = town(side)
            draws = np.random.default_rng(1)
            on = draws.integers(0, len(streets.segments), len(streets.segments))
            points = streets.place(on, draws.uniform(size=len(on)) * streets.length[on])
            began = time.perf_counter()
            network_density(points, streets, bandwidth, kernel=kernel, draws=0)
            alone = time.perf_counter() - began
            began = time.perf_counter()
            network_density(points, streets, bandwidth, kernel=kernel)
            whole = time.perf_counter() - began
            size = len(on)
            more = (
                [""] * 2
                if before is None
                else [f"{new / old / (size / before[2]):.2f}" for new, old in zip((alone, whole), before, strict=False)]
            )
            before = alone, whole, size
            print(
                f"{size:>9,} {size:>9,} {kernel:<13} {alone:>10.2f} {more[0]:>7} {whole:>12.2f} {more[1]:>7}",
                flush=True,
            )


def chicago() -> dict[str, np.ndarray]:
    """What R tells of Chicago, in base R's words: no package beyond those that reckon."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "chicago.R"
        script.write_text(CHICAGO, "utf-8")
        said = subprocess.run(["Rscript", str(script)], check=True, capture_output=True, text=True).stdout
    return {name: np.array(values, float) for name, *values in map(str.split, said.splitlines())}


def difference(found, streets: Network, lines: np.ndarray, told: dict[str, np.ndarray], prefix: str) -> float:
    """The median difference from R's pixels, over R's maximum."""
    segment, share = told[prefix + "segment"].astype(int), told[prefix + "share"]
    asked = located(lines[segment, 0] + share[:, None] * (lines[segment, 1] - lines[segment, 0]), streets, reach=1)
    value = told[prefix + "value"]
    at = np.array(
        [
            np.interp(along, found.lixels.middle[own], found.value[own])
            for along, own in zip(
                asked.along, (slice(*found.lixels.first[[on, on + 1]]) for on in asked.segment), strict=True
            )
        ]
    )
    return float(np.median(np.abs(at - value)) / value.max())


def town(side: int) -> Network:
    """A grid of about ``side`` × ``side`` / 2 crooked streets of 100 m, of which every ninth is missing."""
    draws = np.random.default_rng(0)
    rows, columns = side, max(2, side // 4)
    y, x = np.mgrid[0:rows, 0:columns] * 100.0
    nodes = np.column_stack([x.ravel(), y.ravel()]) + draws.normal(0, 12, (rows * columns, 2))
    number = np.arange(rows * columns).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    pairs = pairs[draws.uniform(size=len(pairs)) > 1 / 9]
    return network(list(nodes[pairs]))


if __name__ == "__main__":
    main()
