"""Rates on maps: what a district's few deaths say of its risk, smoothed by what all districts say.

Rates of small places jump by chance. Empirical Bayes draws each towards the mean, the more the fewer people live there;
the exceedance probability says how likely it is that the risk behind a rate lies above a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.neighbours import Neighbours
from convive.analysis.risk_prior import Prior

NULL = "one risk for all units"


@dataclass(frozen=True)
class SmoothedRates:
    """``rate`` as counted and ``smoothed``, with the central ``confidence`` interval ``low``, ``high`` of the risk, all
    per person; ``mean`` and ``variance`` of the risk among units. Where the counts vary no more than chance would make
    them (``variance`` 0) all units are given the mean, ``low`` and ``high`` are NaN, and ``says`` tells so."""

    rate: Floats
    smoothed: Floats
    low: Floats
    high: Floats
    mean: Floats
    variance: Floats
    confidence: float
    says: str
    null: str = NULL


@dataclass(frozen=True)
class SpatialRates:
    """``rate`` of each unit and its neighbours taken together, per person, with the exact interval ``low``–``high`` of
    that rate (Garwood, Biometrika 1936): of the whole neighbourhood, not of the unit in its middle. ``counts`` and
    ``population`` it is of."""

    rate: Floats
    low: Floats
    high: Floats
    counts: Floats
    population: Floats
    confidence: float
    null: str = "one risk for a unit and its neighbours"


def empirical_bayes(counts: ArrayLike, population: ArrayLike, *, confidence: float = 0.95) -> SmoothedRates:
    """Rates of ``counts`` (n,) in ``population`` (n,) drawn towards their common mean (Marshall, Applied Statistics
    1991, §2, method of moments); the interval carries that mean and variance of risks are themselves known only from
    these counts (:mod:`~convive.analysis.risk_prior`). Of 40 units of one to sixteen deaths it still holds the risk a
    little less often than it says.

    Raises :class:`~convive.errors.AnalysisError` for missing values, negative counts or units without people.
    """
    deaths, people = _checked(counts, population)
    mean, variance = _moments(deaths, people)
    spread = np.full(len(deaths), max(variance, 0.0))
    tails = _tails(confidence)
    bounds = [Prior.of(deaths, people).quantile(at, deaths, people) for at in tails]
    return _smoothed(deaths, people, np.full(len(deaths), mean), spread, np.array(bounds), confidence)


def local_empirical_bayes(
    counts: ArrayLike, population: ArrayLike, neighbours: Neighbours, *, confidence: float = 0.95
) -> SmoothedRates:
    """The same towards the mean of each unit and its neighbours, with their variance (Marshall 1991, §3); the interval
    rests on the counts of these alone. A unit without neighbours has none, nor one around which nobody died."""
    deaths, people = _checked(counts, population)
    around = _with_itself(neighbours, len(deaths))
    near_deaths, near_people = around(deaths), around(people)
    mean = near_deaths / near_people
    rate = deaths / people
    between = (around(people * rate**2) - 2 * mean * near_deaths + mean**2 * near_people) / near_people
    variance = np.maximum(between - mean / (near_people / (neighbours.counts + 1)), 0)
    tails, bounds = _tails(confidence), np.full((2, len(deaths)), np.nan)
    for unit in np.flatnonzero(variance > 0):
        near = np.append(neighbours.other[neighbours.begins[unit] : neighbours.begins[unit + 1]], unit)
        prior = Prior.of(deaths[near], people[near])
        own = slice(unit, unit + 1)
        bounds[:, own] = [prior.quantile(at, deaths[own], people[own]) for at in tails]
    return _smoothed(deaths, people, mean, variance, bounds, confidence)


def spatial_rate(
    counts: ArrayLike, population: ArrayLike, neighbours: Neighbours, *, confidence: float = 0.95
) -> SpatialRates:
    """The rate of each unit and its neighbours taken together (Kafadar, Statistics in Medicine 1996): deaths over
    people. An island keeps its own. Errors as in :func:`empirical_bayes`."""
    deaths, people = _checked(counts, population)
    around = _with_itself(neighbours, len(deaths))
    together, lived = around(deaths), around(people)
    tail, _ = _tails(confidence)
    low = np.where(together > 0, stats.gamma.ppf(tail, np.maximum(together, 1)), 0.0) / lived
    high = stats.gamma.ppf(1 - tail, together + 1) / lived
    return SpatialRates(together / lived, low, high, together, lived, confidence)


def standardised_rates(counts: ArrayLike, population: ArrayLike) -> Floats:
    """Rates less their mean over the standard deviation that each has by its population: what Moran's I may be asked of
    where populations differ (Assunção & Reis, Statistics in Medicine 1999, eq. 6)."""
    deaths, people = _checked(counts, population)
    mean, variance = _moments(deaths, people)
    of_rate = variance + mean / people
    scaled: Floats = (deaths / people - mean) / np.sqrt(np.where(of_rate > 0, of_rate, mean / people))
    return scaled


def exceedance(counts: ArrayLike, population: ArrayLike, limit: float) -> Floats:
    """The probability that each unit's risk lies above ``limit`` (per person), given its count and how risks vary among
    units (gamma–Poisson posterior; Richardson et al., Environmental Health Perspectives 2004), which is itself known
    only from the counts (:mod:`~convive.analysis.risk_prior`). NaN for all where counts vary no more than chance would
    make them: then units cannot be told apart.
    """
    deaths, people = _checked(counts, population)
    require(limit > 0, what="limit", got=limit, wanted="> 0")
    _, variance = _moments(deaths, people)
    if variance <= 0:
        return np.full(len(deaths), np.nan)
    return Prior.of(deaths, people).above(np.full(len(deaths), limit), deaths, people)


def _checked(counts: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    deaths = checked_values(counts, what="counts")
    people = checked_values(population, len(deaths), what="population")
    at_least(len(deaths), 2)
    require(bool(deaths.min() >= 0), what="counts", got=float(deaths.min()), wanted=">= 0")
    require(bool(people.min() > 0), what="population", got=float(people.min()), wanted="> 0")
    at_least(int(deaths.sum()), 1)
    return deaths, people


def _moments(deaths: Floats, people: Floats) -> tuple[float, float]:
    mean = deaths.sum() / people.sum()
    between = (people * (deaths / people - mean) ** 2).sum() / people.sum()
    return float(mean), float(between - mean / people.mean())


def _with_itself(neighbours: Neighbours, n: int):  # type: ignore[no-untyped-def]
    require(neighbours.n == n, what="neighbours", got=neighbours.n, wanted=str(n))
    around = Neighbours(neighbours.begins, neighbours.other, np.ones(len(neighbours.other)))
    return lambda values: values + around.lag(values)


def _tails(confidence: float) -> tuple[float, float]:
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    return (1 - confidence) / 2, (1 + confidence) / 2


def _smoothed(
    deaths: Floats, people: Floats, mean: Floats, variance: Floats, bounds: Floats, confidence: float
) -> SmoothedRates:
    rate = deaths / people
    with np.errstate(divide="ignore", invalid="ignore"):
        trust = np.where(variance > 0, variance / (variance + mean / people), 0.0)
    low, high = np.where(variance > 0, bounds, np.nan)
    says = "" if np.any(variance > 0) else "no more variation than chance"
    return SmoothedRates(rate, trust * rate + (1 - trust) * mean, low, high, mean, variance, confidence, says)
