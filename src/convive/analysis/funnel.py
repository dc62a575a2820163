"""Funnel limits: how far a rate may lie from the whole's by chance, given how many people it is of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from convive.analysis.checks import Floats, at_least, checked_values, require

NULL = "every unit has the risk of the whole"


@dataclass(frozen=True)
class Funnel:
    """``rate`` of each unit and of the ``whole`` (per person), the limits ``low`` and ``high`` that chance alone passes
    with probability 1 - ``coverage``, ``p`` two-sided (twice the smaller tail, half of the observed count's own
    probability in each), and whether each unit lies ``outside``."""

    rate: Floats
    whole: float
    low: Floats
    high: Floats
    p: Floats
    outside: np.ndarray[tuple[int], np.dtype[np.bool_]]
    coverage: float
    overdispersion: float
    null: str = NULL


def funnel(counts: ArrayLike, population: ArrayLike, *, coverage: float = 0.95, overdispersed: bool = False) -> Funnel:
    """Exact Poisson limits of ``counts`` (n,) in ``population`` (n,) around the rate of all together.

    Limits are interpolated between whole counts (Spiegelhalter, Statistics in Medicine 2005, appendix A.1.1).
    ``overdispersed`` widens them by the factor of the winsorised (10%) squared z-scores where that exceeds 1 (§A.3).
    Raises :class:`~convive.errors.AnalysisError`.
    """
    deaths = checked_values(counts, what="counts")
    people = checked_values(population, len(deaths), what="population")
    at_least(len(deaths), 2)
    require(bool(deaths.min() >= 0), what="counts", got=float(deaths.min()), wanted=">= 0")
    at_least(int(deaths.sum()), 1)
    require(bool(people.min() > 0), what="population", got=float(people.min()), wanted="> 0")
    require(0 < coverage < 1, what="coverage", got=coverage, wanted="0 … 1")
    whole = float(deaths.sum() / people.sum())
    expected = whole * people
    tail = (1 - coverage) / 2
    low, high = _limit(expected, tail), _limit(expected, 1 - tail)
    factor = _overdispersion(deaths, expected) if overdispersed else 1.0
    widened = np.sqrt(factor)
    low, high = expected - (expected - low) * widened, expected + (high - expected) * widened
    mid = stats.poisson.cdf(deaths, expected) - stats.poisson.pmf(deaths, expected) / 2
    p = np.minimum(1.0, 2 * np.minimum(mid, 1 - mid))
    if factor > 1:
        p = 2 * stats.norm.sf(np.abs(stats.norm.isf(p / 2)) / widened)
    outside = (deaths < low) | (deaths > high)
    return Funnel(
        deaths / people, whole, np.maximum(low, 0) / people, high / people, p, outside, coverage, float(factor)
    )


def _limit(expected: Floats, at: float) -> Floats:
    """The count below which chance stays with probability ``at``, interpolated between whole counts."""
    count = stats.poisson.ppf(at, expected)
    reached = stats.poisson.cdf(count, expected)
    limit: Floats = count - (reached - at) / stats.poisson.pmf(count, expected)
    return limit


def _overdispersion(deaths: Floats, expected: Floats) -> float:
    z = 2 * (np.sqrt(deaths) - np.sqrt(expected))
    low, high = np.quantile(z, (0.1, 0.9))
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)))
