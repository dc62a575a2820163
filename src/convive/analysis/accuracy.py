"""How well a map foretold what came later: the share of later events it caught, against the share of the area it named.

A map that names 5% of the city and catches 25% of the killings has a prediction accuracy index of 5. Whether another
map of the same size could have done better is the efficiency index; whether a place stays hot is the recapture rate.
With few events all three are loose: the interval says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from convive.analysis.chance import share_limits
from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.risk_prior import Prior

NULL = "events fall on cells in proportion to their area"


@dataclass(frozen=True)
class MapAccuracy:
    """``hits`` of ``events`` later events fell in the cells named, which are ``area_share`` of the area.

    ``hit_rate`` with its exact interval (Clopper & Pearson, Biometrika 1934); ``pai``, the prediction accuracy index:
    hit rate over area share (Chainey, Tompson & Uhlig, Security Journal 2008), with the same interval scaled; ``pei``,
    the prediction efficiency index: the hits over those of the best cells of the same area (Hunt, NIJ Forecasting
    Challenge 2016). Which cells were best is known with hindsight alone, so that with few events ``pei`` is too low:
    ``efficiency`` is what it would be in the long run, the risk in the cells named over that of the riskiest cells of
    the same area, with its interval ``efficiency_low``–``efficiency_high`` (risks gamma among the cells named and among
    the others, counts Poisson). ``p``: how likely as many hits are by chance alone.
    """

    hits: int
    events: int
    area_share: float
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    pai: float
    pai_low: float
    pai_high: float
    pei: float
    efficiency: float
    efficiency_low: float
    efficiency_high: float
    p: float
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


@dataclass(frozen=True)
class Recapture:
    """``rri``, the recapture rate index: the share of later events in the cells named over that of earlier ones
    (Levine, Security Journal 2008), with the score interval of a ratio of two shares (Koopman, Biometrics 1984). 1: as
    hot as before; NaN where the cells held no event before."""

    rri: float
    low: float
    high: float
    before: int
    before_events: int
    after: int
    after_events: int
    confidence: float
    null: str = "the cells named hold the same share of events before and after"


def map_accuracy(
    named: ArrayLike,
    later: ArrayLike,
    *,
    area: ArrayLike | None = None,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> MapAccuracy:
    """How a map that ``named`` some cells (n,; true or false) did, given the ``later`` events of each cell (n,).

    ``area`` (n,; any unit): of each cell, the same for all where not given. Raises
    :class:`~convive.errors.AnalysisError`: no later event, no cell named or all.
    """
    chosen, counts, size = _checked(named, later, area)
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    events, hits = int(counts.sum()), int(counts[chosen].sum())
    share = float(size[chosen].sum() / size.sum())
    low, high = share_limits(hits, events, confidence)
    best = _best(counts, size, float(size[chosen].sum()))
    tail = (1 - confidence) / 2
    possible = _efficiencies(chosen, counts, size, simulations, seed)
    limits = np.quantile(possible, (tail, 1 - tail))
    return MapAccuracy(
        hits=hits,
        events=events,
        area_share=share,
        hit_rate=hits / events,
        hit_rate_low=low,
        hit_rate_high=high,
        pai=hits / events / share,
        pai_low=low / share,
        pai_high=high / share,
        pei=hits / best,
        efficiency=float(possible.mean()),
        efficiency_low=float(limits[0]),
        efficiency_high=float(limits[1]),
        p=float(stats.binom.sf(hits - 1, events, share)),
        confidence=confidence,
        simulations=simulations,
        seed=seed,
    )


def recapture(named: ArrayLike, earlier: ArrayLike, later: ArrayLike, *, confidence: float = 0.95) -> Recapture:
    """Whether the cells ``named`` (n,; true or false) kept their share of events from ``earlier`` to ``later`` (n,)."""
    chosen, before, _ = _checked(named, earlier, None)
    _, after, _ = _checked(named, later, None)
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    first, n_first = int(before[chosen].sum()), int(before.sum())
    second, n_second = int(after[chosen].sum()), int(after.sum())
    ratio = (second / n_second) / (first / n_first) if first else float("nan")
    low, high = ratio_limits(second, n_second, first, n_first, confidence=confidence) if first else (np.nan, np.nan)
    return Recapture(ratio, low, high, first, n_first, second, n_second, confidence)


def ratio_limits(
    hits: int, of: int, other_hits: int, other_of: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """The score interval of (``hits`` / ``of``) / (``other_hits`` / ``other_of``) (Koopman 1984): the ratios that a
    chi-squared test does not reject."""
    limit = float(stats.chi2.ppf(confidence, 1))

    def beyond(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        # The largest root below 1 of the quadratic of the likelihood under this ratio.
        a = (of + other_of) * ratio
        b = -(of * ratio + hits + other_of + other_hits * ratio)
        c = hits + other_hits
        second = float((-b - np.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a))
        first = second * ratio
        parts = 0.0
        for seen, number, expected in ((hits, of, first), (other_hits, other_of, second)):
            if 0 < expected < 1:
                parts += (seen - number * expected) ** 2 / (number * expected * (1 - expected))
        return parts - limit

    middle = np.log((hits + 0.5) / (of + 0.5) / ((other_hits + 0.5) / (other_of + 0.5)))
    low = (
        0.0
        if hits == 0
        else float(np.exp(optimize.brentq(beyond, middle - 30, _centre(hits, of, other_hits, other_of))))
    )
    high = (
        float("inf")
        if other_hits == 0
        else float(np.exp(optimize.brentq(beyond, _centre(hits, of, other_hits, other_of), middle + 30)))
    )
    return low, high


def _centre(hits: int, of: int, other_hits: int, other_of: int) -> float:
    """A ratio (its logarithm) that the test does not reject."""
    if hits == 0:
        return -30.0
    if other_hits == 0:
        return 30.0
    return float(np.log(hits / of / (other_hits / other_of)))


def _checked(named: ArrayLike, counts: ArrayLike, area: ArrayLike | None) -> tuple[NDArray[np.bool_], Floats, Floats]:
    chosen = np.asarray(named, dtype=bool)
    events = checked_values(counts, what="counts")
    require(chosen.shape == events.shape, what="named", got=chosen.shape, wanted=str(events.shape))
    size = np.ones(len(events)) if area is None else checked_values(area, len(events), what="area")
    require(bool(size.min() > 0), what="area", got=float(size.min()), wanted="> 0")
    whole = bool(np.all(events >= 0) and np.all(events == np.round(events)))
    require(whole, what="counts", got="fractions or negative", wanted="whole numbers from 0 on")
    require(bool(chosen.any() and not chosen.all()), what="named", got="none or all cells", wanted="some cells")
    at_least(int(events.sum()), 1)
    return chosen, events, size


def _efficiencies(chosen: NDArray[np.bool_], counts: Floats, size: Floats, simulations: int, seed: int) -> Floats:
    """The long-run efficiency under each of ``simulations`` sets of risks that the counts allow."""
    generator = np.random.default_rng(seed)
    both = counts[chosen].any() and counts[~chosen].any()
    risk = np.empty((simulations, len(counts)))
    for part in (chosen, ~chosen) if both else (np.ones_like(chosen),):
        risk[:, part] = Prior.of(counts[part], size[part]).drawn(counts[part], size[part], simulations, generator)
    mass = risk * size
    area = float(size[chosen].sum())
    found: Floats = mass[:, chosen].sum(axis=1) / np.array([_best(one, size, area) for one in mass])
    return found


def _best(counts: Floats, size: Floats, area: float) -> float:
    """The most events that cells of ``area`` in all could have held; the last cell in part where it does not fit."""
    order = np.argsort(-counts / size, kind="stable")
    filled = np.cumsum(size[order])
    caught = np.cumsum(counts[order])
    best = np.interp(area, np.concatenate([[0.0], filled]), np.concatenate([[0.0], caught]))
    return float(best)
