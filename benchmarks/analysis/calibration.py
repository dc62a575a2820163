"""Do methods keep their promises? Under each one's own null model p-values are uniform, and intervals hold the truth as
often as they say.

``python benchmarks/analysis/calibration.py [name …] [--runs 2000] [--write]``: the promises (``promises/``) whose name
holds one of the words, all by default; with ``--write`` their rows go into ``calibration.csv`` and the table of
``docs/methods/calibration.md`` and its English pair, beside those measured before. Few simulations a run (19, mostly):
a p-value that comes in steps is drawn evenly within its step, which is uniform where the null holds, however coarse the
steps. Where ties make p-values larger than they need be, only smaller ones would be a fault: those are marked "never
too small" and held against the one-sided test.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

import numpy as np
from promises import moved, rates, when, where, where_and_when  # noqa: F401 (each adds its promises to the list)
from promises.page import Held, written
from promises.promise import PROMISES, SURE, WATCHES, Promise, Watch
from scipy import stats

from convive.errors import AnalysisError

POINTS = 1.5
"""How far, in points, coverage may lie from what is said."""
REJECTED = 0.01
YEARS_BEFORE = 5
A_WEEK = 2.0


def held(one: Promise, runs: int) -> Held:
    values = np.array([_asked(one, seed) for seed in range(runs)])
    values = values[~np.isnan(values)]
    if one.interval:
        cover = 100 * float(values.mean())
        off = cover - 100 * SURE
        kept = off >= -POINTS if one.least else abs(off) <= POINTS
        return Held(one.name, "interval", len(values), f"{cover:.1f} %", kept, _today())
    if one.simulations:
        values = values - np.random.default_rng(0).uniform(size=len(values)) / (one.simulations + 1)
    found = stats.kstest(values, "uniform", alternative="greater" if one.least else "two-sided").pvalue
    return Held(one.name, "p", len(values), f"{found:.2g}", bool(found > REJECTED), _today())


def _asked(one: Promise, seed: int) -> float:
    try:
        return one.asked(np.random.default_rng([seed, 7]), seed)
    except AnalysisError:
        return np.nan


def alarmed(one: Watch, runs: int) -> Held:
    """Alarms of quiet years beside those that the rule said of each: more must not come than are said."""
    both = np.array(
        [one.watched(np.random.default_rng([seed, 8]).poisson(A_WEEK, 52 * YEARS_BEFORE), seed) for seed in range(runs)]
    )
    came, said = both.mean(axis=0)
    error = (both[:, 0] - both[:, 1]).std() / np.sqrt(runs)
    return Held(one.name, "alarms", runs, f"{came:.2f} / {said:.2f}", bool(came - said <= 3 * error), _today())


def _today() -> str:
    return dt.date.today().isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = []
    for one in (*PROMISES, *WATCHES):
        if asked.names and not any(name in one.name for name in asked.names):
            continue
        began = time.perf_counter()
        row = held(one, asked.runs) if isinstance(one, Promise) else alarmed(one, asked.runs)
        rows.append(row)
        took = f"{time.perf_counter() - began:.1f} s"
        mark = "" if row.kept else "  <- not kept"
        print(f"{row.name:88} {row.what:8} {row.runs:5} {row.told:>13} {took:>9}{mark}", flush=True)
    print(f"{sum(one.kept for one in rows)} of {len(rows)} kept")
    if asked.write:
        written(rows)


if __name__ == "__main__":
    main()
