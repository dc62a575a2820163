"""Rates of small places: smoothed rates, limits, chances of lying above a limit."""

from __future__ import annotations

import numpy as np

from convive.analysis.funnel import funnel
from convive.analysis.moran import moran
from convive.analysis.neighbours import grid
from convive.analysis.rates import (
    empirical_bayes,
    exceedance,
    local_empirical_bayes,
    spatial_rate,
    standardised_rates,
)
from promises.promise import SURE, Draws, interval, p_value

PEOPLE = np.random.default_rng(0).integers(500, 8_000, 40).astype(float)
AROUND = grid(5, 8)
RATE = 2e-3


def risks(draws: Draws) -> np.ndarray:
    return draws.gamma(9, RATE / 9, len(PEOPLE))


@interval("rates.empirical_bayes, gamma risks")
def _(draws: Draws, seed: int) -> float:
    risk = risks(draws)
    found = empirical_bayes(draws.poisson(risk * PEOPLE), PEOPLE)
    if np.isnan(found.low).all():
        return np.nan
    return float(np.mean((found.low <= risk) & (risk <= found.high)))


@interval("rates.local_empirical_bayes, gamma risks")
def _(draws: Draws, seed: int) -> float:
    risk = risks(draws)
    found = local_empirical_bayes(draws.poisson(risk * PEOPLE), PEOPLE, AROUND)
    told = ~np.isnan(found.low)
    if not told.any():
        return np.nan
    return float(np.mean(((found.low <= risk) & (risk <= found.high))[told]))


@interval("rates.spatial_rate", least=True)
def _(draws: Draws, seed: int) -> float:
    found = spatial_rate(draws.poisson(RATE * PEOPLE), PEOPLE, AROUND)
    return float(np.mean((found.low <= RATE) & (found.high >= RATE)))


@interval("rates.exceedance, what it says less what comes")
def _(draws: Draws, seed: int) -> float:
    risk = risks(draws)
    told = exceedance(draws.poisson(risk * PEOPLE), PEOPLE, RATE)
    return float(SURE + np.mean(told - (risk > RATE)))


@p_value("moran.moran, of rates.standardised_rates, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    rates = standardised_rates(draws.poisson(RATE * PEOPLE), PEOPLE)
    return moran(rates, AROUND, simulations=199, seed=seed).p


@interval("funnel.funnel, no unit is another")
def _(draws: Draws, seed: int) -> float:
    return float(1 - np.mean(funnel(draws.poisson(RATE * PEOPLE), PEOPLE).outside))


@interval("funnel.funnel, p above 0.05")
def _(draws: Draws, seed: int) -> float:
    return float(np.mean(funnel(draws.poisson(RATE * PEOPLE), PEOPLE).p > 0.05))
