"""How probable it is that a change from one period to another would be seen, by their two counts alone.

The simplest design has exact power and needs no series; :mod:`convive.evaluation.power` simulates all the others. Two
counts with their exposures are compared as :func:`convive.indicators.change.change` does: given their sum the later
one is binomial. The power is the exact sum over all sums (Krishnamoorthy & Thomson, Journal of Statistical Planning and
Inference 2004;119:23–35, the conditional test).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from convive.evaluation.limits import limits

TAIL = 1e-10
"""Sums less probable than this are left out."""


@lru_cache(maxsize=4096)
def power_of_counts(count_before: float, ratio: float, *, exposure: float = 1.0, level: float | None = None) -> float:
    """The probability that ``count_before`` events expected before and ``count_before × ratio × exposure`` after are
    found different at ``level``, each tail at half of it. ``exposure``: that after, in units of that before."""
    from scipy import stats  # a third of the time that a page of the office takes to start

    level = limits().power_level if level is None else level
    before, after = float(count_before), float(count_before) * ratio * exposure
    total = before + after
    if total <= 0:
        return 0.0
    sums = np.arange(int(stats.poisson.ppf(TAIL, total)), int(stats.poisson.isf(TAIL, total)) + 1)
    nothing, expected = exposure / (1 + exposure), after / total
    low = _largest_below(sums, nothing, level / 2)
    high = sums - _largest_below(sums, 1 - nothing, level / 2)
    few = np.where(low >= 0, stats.binom.cdf(low, sums, expected), 0.0)
    many = np.where(high <= sums, stats.binom.sf(high - 1, sums, expected), 0.0)
    return float(np.clip((stats.poisson.pmf(sums, total) * (few + many)).sum(), 0.0, 1.0))


@lru_cache(maxsize=1024)
def smallest_fall(
    count_before: float, *, exposure: float = 1.0, level: float | None = None, power: float | None = None
) -> float | None:
    """The rate ratio nearest to 1, in hundredths, whose fall is seen with ``power``; None where even none at all left
    would not be."""
    power = limits().power_enough if power is None else power
    seen, unseen = -1, 100
    while unseen - seen > 1:  # the larger a fall, the likelier it is seen
        middle = (seen + unseen) // 2
        if power_of_counts(count_before, middle / 100, exposure=exposure, level=level) >= power:
            seen = middle
        else:
            unseen = middle
    return None if seen < 0 else seen / 100


def power_of_shares(before: float, after: float, base: int, *, level: float | None = None) -> float:
    """The same for two shares of ``base`` each (normal approximation of statsmodels)."""
    from statsmodels.stats.proportion import power_proportions_2indep

    level = limits().power_level if level is None else level
    if base <= 1 or before == after:
        return level
    return float(power_proportions_2indep(after - before, before, base, alpha=level, return_results=False))


def _largest_below(sums: np.ndarray, share: float, tail: float) -> np.ndarray:
    """For each sum the largest count whose lower tail is within ``tail``; -1 for none."""
    from scipy import stats

    quantile = stats.binom.ppf(tail, sums, share)
    return np.asarray(np.where(stats.binom.cdf(quantile, sums, share) <= tail, quantile, quantile - 1))
