"""How p-values by simulation are held against what they promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import stats


@pytest.fixture(scope="session")
def uniform() -> Callable[..., float]:
    """Kolmogorov and Smirnov's p-value of p-values being uniform, as a function of them and their simulations.

    A p-value among ``simulations`` comes in steps of 1 / (simulations + 1); what is drawn evenly within its step is
    uniform to the last digit where the null holds, however few simulations there are.
    """

    def told(p: Sequence[float], simulations: int, alternative: str = "two-sided") -> float:
        within = np.random.default_rng(0).uniform(size=len(p)) / (simulations + 1)
        return float(stats.kstest(np.asarray(p) - within, "uniform", alternative=alternative).pvalue)

    return told
