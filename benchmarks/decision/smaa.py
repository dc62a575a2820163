"""100,000 draws of the founding matrix beside a plain NumPy version of the same SMAA-2.

    python benchmarks/decision/smaa.py

Scores moved a step down, not at all or a step up (¼, ½, ¼, clipped) and free weights. Compiled code is warmed up first.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from convive.decision.reading import load
from convive.decision.smaa import UncertainScores, UncertainWeights, smaa

MATRIX = Path(__file__).parents[2] / "examples" / "tumbes" / "strategy"


def main() -> None:
    matrix = load(MATRIX).matrix
    moved, free = UncertainScores.moved(matrix.scores, matrix.scale), UncertainWeights.free(len(matrix.criteria))
    smaa(moved, free, matrix.signs, draws=1_000)
    print(f"{'draws':>9} {'convive s':>10} {'NumPy s':>8} {'ratio':>6}  largest difference of first places")
    for draws in (100_000, 1_000_000):
        began = time.perf_counter()
        found = smaa(moved, free, matrix.signs, draws=draws)
        mine = time.perf_counter() - began
        began = time.perf_counter()
        theirs = plain(matrix.scores, matrix.signs, draws)
        peer = time.perf_counter() - began
        apart = np.abs(found.first - theirs).max()
        print(f"{draws:>9,} {mine:>10.3f} {peer:>8.3f} {peer / mine:>5.1f}×  {apart:.4f}", flush=True)


def plain(scores: np.ndarray, signs: np.ndarray, draws: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    steps = rng.choice([-1, 0, 1], size=(draws, *scores.shape), p=[0.25, 0.5, 0.25])
    weights = rng.dirichlet(np.ones(scores.shape[1]), draws)
    values = np.einsum("dij,dj->di", np.clip(scores + steps, 1, 5) * signs, weights)
    first = values >= values.max(axis=1, keepdims=True) - 1e-12
    return (first / first.sum(axis=1, keepdims=True)).mean(axis=0)


if __name__ == "__main__":
    main()
