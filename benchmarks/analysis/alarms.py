"""Alarms beside R's surveillance, on the same counts: Farrington, EARS, CUSUM. Then how change points grow.

    python benchmarks/analysis/alarms.py

Needs ``Rscript`` with the package surveillance. R is timed inside R, its start and the package's loading left out; our
compiled code is warmed up first. Ours includes the simulations of false alarms (999; CUSUM 199), which R does not make;
the second column leaves all but 19 out.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from convive.analysis.change_points import change_points
from convive.analysis.cusum import cusum
from convive.analysis.ears import ears
from convive.analysis.farrington import farrington

R = """
suppressMessages(library(surveillance))
y <- scan("stdin", quiet = TRUE)
x <- sts(observed = matrix(y), frequency = 52)
n <- length(y)
timed <- function(name, work) cat(name, system.time(suppressMessages(work))[["elapsed"]], "\\n")
timed("farrington", farringtonFlexible(x, control = list(range = 264:n, b = 5, w = 3, noPeriods = 10,
    pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.01, glmWarnings = FALSE)))
timed("ears", earsC(x, control = list(method = "C2")))
timed("cusum", glrnb(x, control = list(range = 53:n, mu0 = 4 + cos(2 * pi * (53:n) / 52), alpha = 0.2, c.ARL = 3,
    M = 51, Mtilde = 1, ret = "value")))
"""


def timed(asked: Callable[..., Any], *given: object, **how: Any) -> float:
    began = time.perf_counter()
    asked(*given, **how)
    return time.perf_counter() - began


def main() -> None:
    rng = np.random.default_rng(0)
    for how in (farrington, ears, change_points):
        how(rng.poisson(4, 330), simulations=19)
    cusum(rng.poisson(4, 200), 4 + np.cos(np.arange(200)), ratio=None, alpha=0.2, threshold=3, simulations=19)
    weeks = 1040
    counts = rng.negative_binomial(4 / 0.8, 1 / 1.8, weeks)
    told = subprocess.run(
        ["Rscript", "-e", R], input=" ".join(map(str, counts)), capture_output=True, text=True, check=True
    ).stdout
    theirs = {name: float(seconds) for name, seconds in (line.split() for line in told.splitlines() if line)}
    late = counts[52:]
    mean = 4 + np.cos(2 * np.pi * np.arange(53, weeks + 1) / 52)
    ours: dict[str, Callable[[int], float]] = {
        "farrington": lambda many: timed(farrington, counts, simulations=many),
        "ears": lambda many: timed(ears, counts, method="C2", simulations=many),
        "cusum": lambda many: timed(cusum, late, mean, ratio=None, alpha=0.2, threshold=3, simulations=min(many, 199)),
    }
    print(f"{weeks} weeks{'':10} {'convive s':>10} {'of 19 sim.':>10} {'R s':>8} {'ratio':>8} {'of 19':>8}")
    for name, run in ours.items():
        full, few = run(999), run(19)
        print(
            f"{name:>20} {full:>10.3f} {few:>10.3f} {theirs[name]:>8.3f} "
            f"{theirs[name] / full:>7.1f}× {theirs[name] / few:>7.1f}×",
            flush=True,
        )
    print(f"\n{'change points, weeks':>20} {'convive s':>10} {'growth':>7}   (999 simulations; n² without changes)")
    before = 0.0
    for n in (130, 260, 520, 1040):
        seconds = timed(change_points, rng.poisson(4, n))
        print(f"{n:>20,} {seconds:>10.3f} {seconds / before if before else float('nan'):>7.1f}", flush=True)
        before = seconds


if __name__ == "__main__":
    main()
