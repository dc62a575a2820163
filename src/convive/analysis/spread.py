"""Between cities: when violence falls or rises in one, does it rise in those next to it some time later?

The "cockroach effect": groups pressed in one city move to the next. It shows as a negative correlation between a city
and its neighbours some months later; contagion shows as a positive one. What all cities share (a national wave, the
season) is taken out first, and the null swaps whole series among the cities of the network: each city's own ups and
downs, and what all have in common, stay as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convive.analysis.checks import Floats, at_least, require

NULL = "whole series swapped among the cities of the network"

FEWEST_CITIES = 5
"""Four cities have 24 orders at most: no p-value below 0.04 could be said."""


@dataclass(frozen=True)
class Spread:
    """By lag (lags,): ``correlation`` of each city with its neighbours that many periods later, averaged over links;
    ``low`` and ``high``: the central ``confidence`` of the null; ``p`` (two-sided) of each lag for itself and
    ``p_family`` among all lags.

    ``leads`` (cities, cities): correlation of city i with city j at the lag that stands out most, for reading, not for
    testing: of many links some stand out by chance. ``strongest``: that lag.
    """

    lags: tuple[int, ...]
    correlation: Floats
    low: Floats
    high: Floats
    p: Floats
    p_family: Floats
    strongest: int
    leads: Floats
    cities: int
    periods: int
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


def spread_between_cities(
    counts: ArrayLike,
    network: ArrayLike,
    *,
    lags: int = 6,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> Spread:
    """Lead and lag across a ``network`` (cities, cities; weight of the way from i to j, 0 where none, no loops) of
    ``counts`` (cities, periods), at lags 1 to ``lags`` periods.

    Counts become Pearson residuals of what a city's level times a period's level would bring; their cross-correlations
    at each lag are averaged over links by weight. The test is Mantel's (Cancer Research 1967) by permuting cities.
    Raises :class:`~convive.errors.AnalysisError`: fewer than five cities, a city or a period without events, too short
    a series.
    """
    series, ways = _checked(counts, network, lags)
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    matrices = np.stack([cross_correlations(series, lag) for lag in range(1, lags + 1)])
    weight = ways / ways.sum()
    observed = (matrices * weight).sum(axis=(1, 2))
    generator = np.random.default_rng(seed)
    simulated = np.empty((simulations, lags))
    for number in range(simulations):
        order = generator.permutation(len(series))
        simulated[number] = (matrices[:, order][:, :, order] * weight).sum(axis=(1, 2))
    # Standardised by all networks, the observed one among them: else it alone would be measured by what others are.
    together = np.concatenate([observed[None], simulated])
    middle, deviation = together.mean(axis=0), together.std(axis=0)
    deviation = np.where(deviation > 1e-12, deviation, np.inf)
    away, apart = np.abs(observed - middle) / deviation, np.abs(simulated - middle) / deviation
    tail = (1 - confidence) / 2
    low, high = np.quantile(simulated, (tail, 1 - tail), axis=0)
    strongest = int(np.argmax(away))
    largest = apart.max(axis=1)
    return Spread(
        tuple(range(1, lags + 1)),
        observed,
        low,
        high,
        (1 + (apart >= away - 1e-9).sum(axis=0)) / (1 + simulations),
        (1 + (largest[:, None] >= away - 1e-9).sum(axis=0)) / (1 + simulations),
        strongest + 1,
        matrices[strongest],
        len(series),
        series.shape[1],
        confidence,
        simulations,
        seed,
    )


def residuals(counts: ArrayLike) -> Floats:
    """Pearson residuals (cities, periods) of ``counts`` from the product of city and period levels (the independence
    model of a two-way table: Agresti, *Categorical Data Analysis* 2013, §3.3.1). Errors as in
    :func:`spread_between_cities`."""
    series = _levelled(counts)
    expected = series.sum(axis=1, keepdims=True) * series.sum(axis=0, keepdims=True) / series.sum()
    found: Floats = (series - expected) / np.sqrt(expected)
    return found


def cross_correlations(counts: ArrayLike, lag: int) -> Floats:
    """The correlation (cities, cities) of the :func:`residuals` of city i with those of city j ``lag`` periods later
    (Box, Jenkins & Reinsel, *Time Series Analysis*, §12.1); 0 for a city without variation."""
    own = residuals(counts)
    require(1 <= lag < own.shape[1], what="lag", got=lag, wanted=f"1 … {own.shape[1] - 1}")
    own = own - own.mean(axis=1, keepdims=True)
    length = np.sqrt((own**2).sum(axis=1))
    scale = np.outer(length, length)
    product = own[:, : own.shape[1] - lag] @ own[:, lag:].T
    found: Floats = np.divide(product, scale, out=np.zeros_like(product), where=scale > 1e-12)
    return found


def _levelled(counts: ArrayLike) -> Floats:
    """Counts (cities, periods) of which every city and every period has a level."""
    series = np.asarray(counts, dtype=np.float64)
    require(series.ndim == 2 and series.size > 0, what="counts", got=series.shape, wanted="(cities, periods)")
    finite = bool(np.isfinite(series).all()) and bool(series.min() >= 0)
    require(finite, what="counts", got="missing or negative", wanted="numbers from 0 on")
    empty = int((series.sum(axis=1) == 0).sum() + (series.sum(axis=0) == 0).sum())
    require(empty == 0, what="counts", got=f"{empty} cities or periods without events", wanted="events in each")
    return series


def _checked(counts: ArrayLike, network: ArrayLike, lags: int) -> tuple[Floats, Floats]:
    series = _levelled(counts)
    at_least(len(series), FEWEST_CITIES)
    require(lags >= 1, what="lags", got=lags, wanted=">= 1")
    at_least(series.shape[1], max(12, 3 * lags))
    ways = np.array(network, dtype=np.float64)
    require(ways.shape == (len(series), len(series)), what="network", got=ways.shape, wanted="(cities, cities)")
    sound = bool(np.isfinite(ways).all() and ways.min() >= 0 and ways.sum() > 0 and not np.diag(ways).any())
    require(sound, what="network", got="negative, loops or no way", wanted="weights from 0 on, without loops")
    links = ways[~np.eye(len(ways), dtype=bool)]
    require(
        not math.isclose(float(links.min()), float(links.max())),
        what="network",
        got="all ways alike",
        wanted="some nearer",
    )
    return series, ways
