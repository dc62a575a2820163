"""Compiled kernels on all processors: what a kernel does for each of many numbers is shared out in runs.

Numba could do that by itself (``parallel=True``), but compiles such a kernel three to fifteen times as long, and the
first build of a small city is mostly compiling. A kernel here is compiled with ``nogil=True``, is told its run, and
writes what it finds for a number into that number's own place, so that nothing depends on who did which run.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba

Run = tuple[int, int]
"""The first number of a run, and the first that is no longer in it."""

RUNS = 8
"""Runs for each thread: who is done early takes another one."""


def in_threads(kernel: Callable[..., None], count: int, *arguments: object) -> None:
    """Call ``kernel(run, *arguments)`` for runs that together are 0 … ``count`` - 1, on as many threads as Numba may
    use (``numba.set_num_threads``)."""
    threads = min(numba.get_num_threads(), count)
    if threads <= 1:
        kernel((0, count), *arguments)
        return
    runs = min(count, threads * RUNS)
    edges = [count * at // runs for at in range(runs + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(kernel, run, *arguments) for run in pairwise(edges)]:
            done.result()
