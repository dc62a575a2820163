"""Several studies of one kind of measure as one: random effects, and where the next city would lie.

DerSimonian & Laird (Controlled Clinical Trials 1986;7:177–188) or restricted maximum likelihood for what varies between
places; the interval of Hartung & Knapp (Statistics in Medicine 2001;20:3875–3889), which few studies need; the
prediction interval of Higgins, Thompson & Spiegelhalter (JRSS A 2009;172:137–159), which is what another city may
expect. Pure functions on log ratios and their standard errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from convive.analysis.checks import checked_values, require

Floats = NDArray[np.float64]

METHODS = ("dersimonian-laird", "reml")


@dataclass(frozen=True)
class Pooled:
    """The mean ``effect`` with ``low``–``high``, its ``error``; ``tau`` (standard deviation between places), ``i2``
    (share of the variation that is not chance); ``q`` with its ``p``; where the next place lies, ``next_low``–
    ``next_high`` (NaN with fewer than three studies)."""

    effect: float
    error: float
    low: float
    high: float
    tau: float
    i2: float
    q: float
    p: float
    next_low: float
    next_high: float
    studies: int
    method: str


def pooled(
    effects: ArrayLike,
    errors: ArrayLike,
    *,
    method: str = "reml",
    confidence: float = 0.95,
    at_least_fixed: bool = False,
) -> Pooled:
    """The studies' ``effects`` (k,) with standard ``errors`` (k,), k ≥ 2, as one.

    ``at_least_fixed``: never a narrower error than without the correction (Röver, Knapp & Friede, BMC Medical Research
    Methodology 2015;15:99); two studies that happen to agree would otherwise look certain.

    Raises :class:`~convive.errors.AnalysisError`: fewer than two studies, an error that is not above 0.
    """
    require(method in METHODS, what="method", got=method, wanted=" / ".join(METHODS))
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    y = checked_values(effects, what="effects")
    variance = checked_values(errors, len(y), what="errors") ** 2
    k = len(y)
    require(k >= 2, what="effects", got=k, wanted=">= 2")
    require(bool((variance > 0).all()), what="errors", got=0, wanted="> 0")
    weight = 1 / variance
    q = float((weight * (y - _mean(y, weight)) ** 2).sum())
    tau2 = _dersimonian_laird(y, weight, q) if method == METHODS[0] else _reml(y, variance)
    weight = 1 / (variance + tau2)
    effect = _mean(y, weight)
    scale = float((weight * (y - effect) ** 2).sum() / (k - 1))
    error = math.sqrt((max(scale, 1.0) if at_least_fixed else scale) / float(weight.sum()))
    reach = error * float(stats.t.isf((1 - confidence) / 2, k - 1))
    ahead = math.nan
    if k >= 3:
        ahead = float(stats.t.isf((1 - confidence) / 2, k - 2)) * math.sqrt(tau2 + error**2)
    precision = 1 / variance
    typical = (k - 1) * float(precision.sum() / (precision.sum() ** 2 - (precision**2).sum()))
    return Pooled(
        effect,
        error,
        effect - reach,
        effect + reach,
        math.sqrt(tau2),
        tau2 / (tau2 + typical),
        q,
        float(stats.chi2.sf(q, k - 1)),
        effect - ahead,
        effect + ahead,
        k,
        method,
    )


def _mean(y: Floats, weight: Floats) -> float:
    return float((weight * y).sum() / weight.sum())


def _dersimonian_laird(y: Floats, weight: Floats, q: float) -> float:
    spare = float(weight.sum() - (weight**2).sum() / weight.sum())
    return max(0.0, (q - (len(y) - 1)) / spare)


def _reml(y: Floats, variance: Floats) -> float:
    def against(tau2: float) -> float:
        weight = 1 / (variance + tau2)
        residual = y - _mean(y, weight)
        return 0.5 * float(np.log(variance + tau2).sum() + math.log(weight.sum()) + (weight * residual**2).sum())

    most = 10 * max(float(np.var(y)), float(variance.max()))
    grid = np.concatenate([[0.0], np.geomspace(1e-9 * most, most, 60)])
    at = int(np.argmin([against(one) for one in grid]))
    low, high = grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(against, bounds=(low, high), method="bounded", options={"xatol": 1e-12 * most})
    best = float(found.x)
    return best if against(best) < against(0.0) else 0.0
