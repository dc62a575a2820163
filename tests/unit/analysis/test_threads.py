"""Kernels are shared out among threads without a trace of it, and compiled once for all later starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import convive
from convive.analysis.threads import Run, in_threads

ROOM = Path(convive.__file__).parent

START = """
import json
import numpy as np
from convive.analysis.near_repeat import _within

_within(np.arange(5.0), 2.0)
print(json.dumps([sum(_within.stats.cache_hits.values()), sum(_within.stats.cache_misses.values())]))
"""


@pytest.mark.parametrize("count", [0, 1, 7, 1000])
@pytest.mark.parametrize("threads", [1, 2])
def test_each_number_is_done_once(count: int, threads: int) -> None:
    done = np.zeros(count, int)

    def kernel(run: Run, into: np.ndarray) -> None:
        into[run[0] : run[1]] += 1

    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before))
    try:
        in_threads(kernel, count, done)
    finally:
        numba.set_num_threads(before)
    assert done.tolist() == [1] * count


def test_what_fails_in_a_thread_fails_for_the_caller() -> None:
    def kernel(run: Run) -> None:
        if run[1] == 100:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_threads(kernel, 100)


def test_every_kernel_is_kept_for_the_next_start_and_none_is_left_to_numba_s_threads() -> None:
    found = [
        (path.name, how)
        for path in ROOM.rglob("*.py")
        for how in re.findall(r"^@njit(\(.*\))?", path.read_text(), re.M)
    ]
    assert len(found) > 60
    assert [one for one in found if "cache=True" not in one[1] or "parallel" in one[1]] == []


def test_a_second_start_compiles_nothing(tmp_path: Path) -> None:
    def started() -> Any:
        keeps = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, env=keeps, check=True)
        return json.loads(done.stdout)

    assert [started(), started()] == [[0, 1], [1, 0]]


NOWHERE = """
from numba.core import caching

caching.CacheImpl._locator_classes = [caching.UserProvidedCacheLocator]
from convive.analysis.chance import stream

print(len(stream(0, 1)))
"""
"""A start where Numba finds no folder to write but one that it is told."""


def test_a_service_that_can_write_nowhere_starts_and_leaves_nothing(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", NOWHERE], capture_output=True, text=True, env=bare, check=True)
    assert done.stdout == "1\n"
    assert list(tmp_path.iterdir()) == []
