"""Critical points: places ranked by their events, and how far each rank can be trusted.

A list of "the ten worst corners" is what a committee asks for and what chance plays with most. Each place is given its
rank with two intervals: the ranks its risk may have given how risks vary among places, and the ranks that no
assumption about them can rule out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.spatial import cKDTree

from convive.analysis.checks import Floats, at_least, checked_points, checked_values, require

NULL = "one risk for all places"


@dataclass(frozen=True)
class CriticalPoints:
    """Places in the order they were given, rank 1 being the highest risk.

    ``rank``: by count over exposure, ties share the mean. ``expected_rank`` and the central interval ``rank_low`` to
    ``rank_high`` under the gamma–Poisson model of risks (ranks of draws: Goldstein & Spiegelhalter, Journal of the
    Royal Statistical Society A 1996, §4); ``among_top``: the probability that a place is among the ``top`` riskiest.
    ``sure_low`` to ``sure_high``: ranks that hold for all places together with the same confidence whatever the risks
    (Klein, Wright & Wieczorek, Journal of the Royal Statistical Society A 2020). ``told_apart``: whether counts vary
    more than chance would make them; where not, the model's columns are NaN, as any order is then chance. ``p``: of
    that, by the dispersion of the counts among simulations.
    """

    rank: Floats
    expected_rank: Floats
    rank_low: Floats
    rank_high: Floats
    among_top: Floats
    sure_low: NDArray[np.int64]
    sure_high: NDArray[np.int64]
    told_apart: bool
    p: float
    top: int
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


def critical_points(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    top: int = 10,
    confidence: float = 0.95,
    simulations: int = 4_999,
    seed: int = 0,
) -> CriticalPoints:
    """Ranks of places by their ``counts`` (n,) over ``exposure`` (n,; years, people or metres of street; 1 where not
    given). Raises :class:`~convive.errors.AnalysisError`: fewer than two places, no event.
    """
    events = checked_values(counts, what="counts")
    at_least(len(events), 2)
    require(bool(events.min() >= 0), what="counts", got=float(events.min()), wanted=">= 0")
    at_least(int(events.sum()), 1)
    base = np.ones(len(events)) if exposure is None else checked_values(exposure, len(events), what="exposure")
    require(bool(base.min() > 0), what="exposure", got=float(base.min()), wanted="> 0")
    require(1 <= top <= len(events), what="top", got=top, wanted=f"1 … {len(events)}")
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    generator = np.random.default_rng(seed)
    p = _dispersion_p(events, base, simulations, generator)
    mean = events.sum() / base.sum()
    variance = (base * (events / base - mean) ** 2).sum() / base.sum() - mean / base.mean()
    told_apart = bool(variance > 0 and p <= 1 - confidence)
    unknown = np.full(len(events), np.nan)
    expected, low, high, among = unknown, unknown, unknown, unknown
    if told_apart:
        drawn = generator.gamma(mean**2 / variance + events, 1 / (mean / variance + base), (simulations, len(events)))
        ranks = stats.rankdata(-drawn, axis=1)
        tail = (1 - confidence) / 2
        expected = ranks.mean(axis=0)
        low, high = np.quantile(ranks, (tail, 1 - tail), axis=0, method="nearest")
        among = (ranks <= top).mean(axis=0)
    sure_low, sure_high = _sure(events, base, confidence)
    rank = stats.rankdata(-events / base)
    return CriticalPoints(
        rank, expected, low, high, among, sure_low, sure_high, told_apart, p, top, confidence, simulations, seed
    )


def counts_at(
    places: ArrayLike, points: ArrayLike, reach: float, *, metres: bool = False
) -> tuple[NDArray[np.int64], int]:
    """How many of ``points`` (n, 2; metres) each of ``places`` (m, 2) is nearest to, within ``reach`` metres; and how
    many are near none. An event counts once, at the first of places equally near."""
    spots = checked_points(places, least=1, metres=metres)
    events = checked_points(points, metres=metres)
    require(reach > 0, what="reach", got=reach, wanted="> 0")
    if not len(events):
        return np.zeros(len(spots), np.int64), 0
    apart, nearest = cKDTree(spots).query(events)
    near = apart <= reach
    return np.bincount(nearest[near], minlength=len(spots)), int((~near).sum())


def _dispersion_p(events: Floats, base: Floats, simulations: int, generator: np.random.Generator) -> float:
    """How often chance alone spreads the same number of events over places as unevenly (index of dispersion)."""
    share = base / base.sum()
    expected = events.sum() * share
    observed = ((events - expected) ** 2 / expected).sum()
    drawn = generator.multinomial(round(float(events.sum())), share, size=simulations)
    simulated = ((drawn - expected) ** 2 / expected).sum(axis=1)
    return float((1 + (simulated >= observed - 1e-9).sum()) / (1 + simulations))


def _sure(events: Floats, base: Floats, confidence: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    each = 1 - confidence ** (1 / len(events))
    low = np.where(events > 0, stats.gamma.ppf(each / 2, np.maximum(events, 1e-9)), 0.0) / base
    high = stats.gamma.ppf(1 - each / 2, events + 1) / base
    above = np.searchsorted(np.sort(low), high, side="right")
    surely_higher = len(events) - above
    surely_lower = np.searchsorted(np.sort(high), low, side="left")
    return (1 + surely_higher).astype(np.int64), (len(events) - surely_lower).astype(np.int64)
