"""Was what came after the start like what came before? Every stretch of the same length in turn is held against it.

Chernozhukov, Wüthrich & Zhu (Journal of the American Statistical Association 2021;116:1849–1864): under a supposed
effect the weights are fitted to all periods, and the gaps after are compared with all cyclic shifts of the gaps. It
asks nothing of the other units but that the gaps remember themselves for a short time.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from convive.evaluation.designs.simplex import Floats, smallest


@njit(cache=True, nogil=True)
def chance(outcomes: Floats, after: int, effect: float, level: bool) -> float:
    """The p-value of a constant ``effect`` on the treated unit (row 0 of ``outcomes``, units × periods) in the last
    ``after`` periods."""
    n, periods = outcomes.shape
    own = outcomes[0].copy()
    for t in range(periods - after, periods):
        own[t] -= effect
    shift = own.mean() if level else 0.0
    apart = np.empty((n - 1, periods))
    for i in range(1, n):
        centre = outcomes[i].mean() if level else 0.0
        for t in range(periods):
            apart[i - 1, t] = (outcomes[i, t] - centre) - (own[t] - shift)
    weights = smallest(apart)
    gap = np.zeros(periods)
    for t in range(periods):
        for i in range(n - 1):
            gap[t] -= weights[i] * apart[i, t]
    seen = 0.0
    for t in range(periods - after, periods):
        seen += gap[t]
    as_large = 0.0
    for shifted in range(periods):
        total = 0.0
        for t in range(after):
            total += gap[(periods - after + t + shifted) % periods]
        if abs(total) >= abs(seen) * (1.0 - 1e-12):
            as_large += 1.0
    share: float = as_large / periods
    return share


def interval(outcomes: Floats, after: int, estimate: float, *, confidence: float, level: bool) -> tuple[float, float]:
    """The effects that are not contradicted, outwards from the ``estimate``; infinite where the periods are too few to
    contradict any."""
    if len(outcomes[0]) * (1 - confidence) < 1:
        return -math.inf, math.inf
    step = 0.25 * float(np.std(outcomes[0])) or 1.0
    found = []
    for side in (-1.0, 1.0):
        inside, reach = estimate, step
        while chance(outcomes, after, estimate + side * reach, level) > 1 - confidence:
            inside, reach = estimate + side * reach, 2 * reach
            if reach > 1e6 * step:
                return -math.inf, math.inf
        outside = estimate + side * reach
        for _ in range(30):
            middle = (inside + outside) / 2
            if chance(outcomes, after, middle, level) > 1 - confidence:
                inside = middle
            else:
                outside = middle
        found.append(outside)
    return found[0], found[1]
