"""Cities for the tests of designs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from convive.evaluation.scenarios import STEADY, draw
from convive.evaluation.series import Panel, panel

FIRST = dt.date(2015, 1, 1)
START = dt.date(2020, 1, 1)
NAMES = ("tumbes", "a", "b", "c", "d", "e")


@pytest.fixture(scope="session")
def counts() -> np.ndarray:
    """Seven years of months of six cities; from the sixth year on the first has 40 % fewer deaths."""
    ratio = np.ones((6, 84))
    ratio[0, 60:] = 0.6
    return draw(STEADY, [50, 80, 60, 100, 90, 120], 84, seed=7, ratio=ratio)[0]


@pytest.fixture(scope="session")
def cities(counts: np.ndarray) -> Panel:
    return panel(counts, NAMES, FIRST)
