"""The main job beside a straightforward pandas script, on the same files, in the same run.

``make bench`` or ``python benchmarks/main_job/run.py [ROWS ...]`` prints, for each size, wall time and peak memory of
both as whole processes, their ratio, and how our time grows with the rows.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

from generate import write

HERE = Path(__file__).parent
WORK = HERE.parent / ".work" / "main_job"
SIZES = (100_000, 300_000, 1_000_000)
REPEATS = 3


def measured(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a whole process."""
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def compare(rows: int) -> tuple[float, float, float, float]:
    folder = WORK / str(rows)
    if not folder.exists():
        write(folder, rows)
    ours = [sys.executable, "-m", "convive", "build", "--until", "figures", str(folder)]
    peer = [sys.executable, str(HERE / "peer_pandas.py"), str(folder), str(folder / "peer")]
    runs = [(*measured(ours), *measured(peer)) for _ in range(REPEATS)]
    return tuple(statistics.median(column) for column in zip(*runs, strict=True))


def main(sizes: list[int]) -> None:
    print(f"{'rows':>10} {'convive s':>10} {'MB':>7} {'pandas s':>10} {'MB':>7} {'ratio':>7} {'growth':>7}")
    first: tuple[int, float] | None = None
    for rows in sizes:
        ours, our_mb, peer, peer_mb = compare(rows)
        first = first or (rows, ours)
        growth = (ours / first[1]) / (rows / first[0])
        times = f"{ours:>10.2f} {our_mb:>7.0f} {peer:>10.2f} {peer_mb:>7.0f}"
        print(f"{rows:>10,} {times} {peer / ours:>6.1f}× {growth:>7.2f}", flush=True)
    print("growth: time over that of the smallest size, divided by rows over those of the smallest (1 = as rows)")


if __name__ == "__main__":
    main([int(words) for words in sys.argv[1:]] or list(SIZES))
    if os.environ.get("CONVIVE_BENCH_CLEAN"):
        shutil.rmtree(WORK)
