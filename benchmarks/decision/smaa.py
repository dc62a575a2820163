"""100,000 draws of the founding matrix beside a plain NumPy version of the same SMAA-2.

    python benchmarks/decision/smaa.py

Scores moved a step down, not at all or a step up (¼, ½, ¼, clipped) and free weights. Compiled code is warmed up first;
each is run several times in turns, and the median told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from convive.decision.matrix import Matrix
from convive.decision.reading import load
from convive.decision.smaa import UncertainScores, UncertainWeights, smaa

MATRIX = Path(__file__).parents[2] / "examples" / "tumbes" / "strategy"


def main() -> None:
    matrix = load(MATRIX).matrix
    moved, free = UncertainScores.moved(matrix.scores, matrix.scale), UncertainWeights.free(len(matrix.criteria))
    smaa(moved, free, matrix.signs, draws=1_000)
    print(f"{'draws':>9} {'convive ms':>10} {'NumPy ms':>8} {'ratio':>6}  largest difference of first places")
    for draws, times in ((100_000, 15), (1_000_000, 3)):
        runs = [
            (timed(smaa, moved, free, matrix.signs, draws=draws), timed(plain, matrix, draws)) for _ in range(times)
        ]
        mine, peer = (median(one[at][0] for one in runs) for at in (0, 1))
        apart = np.abs(runs[0][0][1].first - runs[0][1][1]).max()
        print(f"{draws:>9,} {1000 * mine:>10.1f} {1000 * peer:>8.1f} {peer / mine:>5.1f}×  {apart:.4f}", flush=True)


def timed(run: Callable, *given: object, **named: object) -> tuple[float, object]:
    began = time.perf_counter()
    found = run(*given, **named)
    return time.perf_counter() - began, found


def plain(matrix: Matrix, draws: int) -> np.ndarray:
    rng, scores = np.random.default_rng(1), matrix.scores
    steps = rng.choice([-1, 0, 1], size=(draws, *scores.shape), p=[0.25, 0.5, 0.25])
    weights = rng.dirichlet(np.ones(scores.shape[1]), draws)
    values = np.einsum("dij,dj->di", np.clip(scores + steps, 1, 5) * matrix.signs, weights)
    first = values >= values.max(axis=1, keepdims=True) - 1e-12
    return (first / first.sum(axis=1, keepdims=True)).mean(axis=0)


if __name__ == "__main__":
    main()
