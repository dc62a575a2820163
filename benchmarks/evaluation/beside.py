"""One program beside ours on the same input: numbers, how far apart, and the median time of each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Numbers = Mapping[str, float]

RUNS = 7
CLOSE = 1e-3
"""Numbers further apart than this are marked ``*`` and explained in ``docs/methods/evaluation.md``."""


def beside(
    what: str, peer: str, ours: Callable[[], Numbers], theirs: Callable[[], Numbers], *, runs: int = RUNS
) -> None:
    """Prints the numbers of both, by name, and the times of ``runs`` runs each after one that compiles."""
    own, other = ours(), theirs()
    took, peer_took = median_seconds(ours, RUNS), median_seconds(theirs, runs)
    print(
        f"{what}\n  Convive {1e3 * took:.2f} ms, {peer} {1e3 * peer_took:.1f} ms: {peer_took / took:.1f} times as long"
    )
    for name, value in own.items():
        apart = abs(value - other[name])
        print(f"  {name:34} {value:12.6f} {other[name]:12.6f}   {apart:.1e}{' *' if apart > CLOSE else ''}")


def median_seconds(run: Callable[[], object], runs: int) -> float:
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)
