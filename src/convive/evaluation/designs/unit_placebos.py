"""Every unit in the place of the treated one: how large an effect is found where there is none.

Abadie, Diamond & Hainmueller (JASA 2010, §3.4). The treated unit lends itself to no other's comparison, for it had the
measure. Gaps of units of different size are made comparable by their error (Firpo & Possebom, Journal of Causal
Inference 2018;6, §3, on the choice of a statistic), so that a village with few deaths does not hide what happened in
the city: what chance alone gives a count, and what units stray by beyond it, in proportion to their level.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.evaluation.designs.simplex import Floats, smallest

FEWEST = 19
"""With fewer units to compare with, no p-value can be as low as 0.05."""

Weigh = Callable[[Floats, Floats], Floats]
"""Weights (n,) of donors from their outcomes before (n, t) and those of the treated unit (t,)."""


@dataclass(frozen=True)
class Placebos:
    """Of each unit, the treated one in row 0: ``gaps`` (units, periods) between it and its synthetic twin, the
    ``weights`` (units, units) of all units in that twin, root mean squared gaps ``before`` and ``after``, and the mean
    gap after over its chance error, ``studentised``."""

    gaps: Floats
    weights: Floats
    before: Floats
    after: Floats
    studentised: Floats
    errors: Floats

    @property
    def ratio(self) -> Floats:
        """Root mean squared gap after over that before (units,); infinite where the twin followed without error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.where(self.before > 0, self.after / self.before, np.inf)
        return found

    @property
    def p(self) -> float:
        """How rare a studentised gap as large as that of the treated one is among those of the others."""
        sizes = np.abs(self.studentised)
        return chance_among(float(sizes[0]), sizes[1:])

    @property
    def p_of_ratio(self) -> float:
        """The share of units whose ratio after to before is at least as large as that of the treated one."""
        return _rank(self.ratio)

    def reach(self, confidence: float) -> float:
        """How far the interval of the treated unit's mean gap reaches to each side; NaN with too few placebos."""
        quantile = expected_quantile(np.abs(self.studentised[1:]), confidence)
        return quantile * float(self.errors[0])


def expected_quantile(values: Floats, probability: float) -> float:
    """The value below which the next of the same kind lies with ``probability`` (Hyndman & Fan, American Statistician
    1996;50:361–365, type 6); NaN where there are too few to say."""
    n = len(values)
    at = probability * (n + 1) - 1
    if at > n - 1 + 1e-9:
        return math.nan
    ordered, below = np.sort(values), min(int(at + 1e-9), n - 1)
    above = min(below + 1, n - 1)
    return float(ordered[below] + (at - below) * (ordered[above] - ordered[below]))


def chance_among(value: float, values: Floats) -> float:
    """The p-value of ``value`` (0 or more) among those of units without the measure, read between their ranks: below
    0.05 where :func:`expected_quantile` at 0.95 is exceeded. Never below one in all units."""
    ordered = np.concatenate([[0.0], np.sort(values)])
    at = float(np.interp(value, ordered, np.arange(len(ordered), dtype=np.float64)))
    return 1 - at / len(ordered)


def placebos(
    outcomes: Floats,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    share: Floats,
    variance: Floats,
    *,
    level: bool,
    weigh: Weigh | None = None,
) -> Placebos:
    """Each of ``outcomes`` (units, periods), the treated unit in row 0, beside its synthetic twin from the others.

    ``share`` (units, periods) weighs the periods after within each unit (sums to 1 there); ``variance`` (units, 2): of
    a unit's mean outcome before and after by chance alone. ``level``: differences of level are allowed. ``weigh``:
    another way to weights than the plain one.
    """
    n = len(outcomes)
    gaps, weights = np.empty_like(outcomes), np.zeros((n, n))
    start = np.ascontiguousarray(outcomes[:, before])
    centre = start.mean(axis=1) if level else np.zeros(n)
    moved = np.ascontiguousarray(start - centre[:, None])
    if weigh is None:
        everybody(moved, weights)
    else:
        for row in range(n):
            others = [at for at in range(1, n) if at != row]
            weights[row, others] = weigh(moved[others], moved[row])
    gaps = (outcomes - centre[:, None]) - weights @ (outcomes - centre[:, None])
    twins = weights**2
    mean, own = (gaps * share).sum(axis=1), start.mean(axis=1)
    seen = (outcomes * share).sum(axis=1)
    # Where a measure left less, less can stray; each unit is taken as it was found, so that all are treated alike.
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.clip(np.nan_to_num(seen / (seen - mean), nan=1.0, posinf=4.0), 0.25, 4.0)
    spread = variance[:, 1] * left + twins @ variance[:, 1]
    if level:
        spread = spread + variance[:, 0] + twins @ variance[:, 0]
    reach = (own * left) ** 2 + twins @ own**2
    # By the method of moments, from the units that had no measure.
    beyond = max(float((mean**2 - spread)[1:].sum() / reach[1:].sum()), 0.0)
    errors = np.sqrt(spread + beyond * reach)
    return Placebos(
        gaps,
        weights,
        np.sqrt((gaps[:, before] ** 2).mean(axis=1)),
        np.sqrt((gaps[:, after] ** 2).mean(axis=1)),
        mean / errors,
        errors,
    )


@njit(cache=True, nogil=True)
def everybody(start: Floats, weights: Floats) -> None:
    """Fills the ``weights`` (units, units) of each unit's twin from the rows of ``start`` (units, t); row 0 lends
    itself to nobody."""
    n, k = start.shape
    for row in range(n):
        donors = n - 1 if row == 0 else n - 2
        apart = np.empty((donors, k))
        at = 0
        for other in range(1, n):
            if other != row:
                for t in range(k):
                    apart[at, t] = start[other, t] - start[row, t]
                at += 1
        found = smallest(apart)
        at = 0
        for other in range(1, n):
            if other != row:
                weights[row, other] = found[at]
                at += 1


def _rank(values: Floats) -> float:
    at_least = np.count_nonzero(values[1:] >= values[0] * (1 - 1e-12))
    return float((1 + at_least) / len(values))
