"""Local Moran and Gi* beside esda, on the same grid of counts, 999 permutations.

    python benchmarks/analysis/local_statistics.py

esda runs in its fastest setting here: compiled by Numba where it is installed, on all processors. Compiled code of
both is warmed up first.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import esda
import numpy as np
from libpysal.weights import lat2W

from convive.analysis.local_statistics import getis_ord, local_moran
from convive.analysis.neighbours import grid

warnings.filterwarnings("ignore")


def timed(asked: Callable[..., Any], *given: object, **how: object) -> tuple[float, Any]:
    began = time.perf_counter()
    found = asked(*given, **how)
    return time.perf_counter() - began, found


def main() -> None:
    small, tiny = np.random.default_rng(0).poisson(3, 100).astype(float), lat2W(10, 10, rook=False)
    local_moran(small, grid(10, 10), simulations=19)
    getis_ord(small, grid(10, 10), simulations=19)
    esda.Moran_Local(small, tiny, permutations=19, keep_simulations=False, n_jobs=-1)
    esda.G_Local(small, tiny, transform="B", star=True, permutations=19, keep_simulations=False)
    print(f"{'cells':>9} {'method':>12} {'convive s':>10} {'esda s':>8} {'ratio':>7} {'growth':>7}  largest difference")
    before: dict[str, float] = {}
    for side in (100, 316):
        values = np.random.default_rng(1).poisson(3, side * side).astype(float)
        near, w = grid(side, side), lat2W(side, side, rook=False)
        mine, ours = timed(local_moran, values, near)
        theirs, peer = timed(esda.Moran_Local, values, w, permutations=999, keep_simulations=False, n_jobs=-1)
        _tell(side, "local Moran", mine, theirs, np.abs(ours.statistic - peer.Is).max(), before)
        mine, ours = timed(getis_ord, values, near)
        theirs, peer = timed(
            esda.G_Local, values, w, transform="B", star=True, permutations=999, keep_simulations=False, n_jobs=-1
        )
        _tell(side, "Gi*", mine, theirs, np.abs(ours.z - peer.Zs).max(), before)


def _tell(side: int, method: str, mine: float, theirs: float, apart: float, before: dict[str, float]) -> None:
    growth = f"{mine / before[method] / (316 / 100) ** 2:7.2f}" if method in before else f"{'':7}"
    before[method] = mine
    print(
        f"{side * side:>9,} {method:>12} {mine:>10.2f} {theirs:>8.2f} {theirs / mine:>6.1f}× {growth}  {apart:.1e}",
        flush=True,
    )


if __name__ == "__main__":
    main()
