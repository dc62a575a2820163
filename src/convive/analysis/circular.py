"""Times on a circle: the mean hour of events, how closely they gather around it, and whether they gather at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convive.analysis.checks import at_least, checked_values, require

NULL = "every moment of the cycle alike"


@dataclass(frozen=True)
class Circular:
    """``mean`` moment (in the unit of ``period``) with its bootstrap interval ``low``–``high`` (which may pass through
    the end of the cycle; NaN where the events gather nowhere), ``resultant`` length from 0 (spread evenly) to 1 (all at
    one moment), and ``p`` of Rayleigh's test, which sees one gathering, not several."""

    mean: float
    low: float
    high: float
    resultant: float
    p: float
    events: int
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


def circular(
    moments: ArrayLike, *, period: float = 24.0, confidence: float = 0.95, simulations: int = 999, seed: int = 0
) -> Circular:
    """Where ``moments`` (n,) of a cycle of ``period`` gather (Mardia & Jupp, Directional Statistics, 2000, §2.2 and
    §6.3.1; p-value after Zar, Biostatistical Analysis, 1999, eq. 27.4; bootstrap of the mean, Fisher 1993, §8.3).

    Raises :class:`~convive.errors.AnalysisError`.
    """
    times = checked_values(moments, what="moments")
    at_least(len(times), 2)
    require(period > 0, what="period", got=period, wanted="> 0")
    require(simulations >= 1, what="simulations", got=simulations, wanted=">= 1")
    around = np.exp(2j * np.pi * times / period)
    centre = around.mean()
    n, resultant = len(times), float(abs(centre))
    total = n * resultant
    p = float(np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - total**2)) - (1 + 2 * n)))
    if resultant < 1e-12:
        return Circular(np.nan, np.nan, np.nan, 0.0, 1.0, n, confidence, simulations, seed)
    draws = np.random.default_rng(seed).integers(0, n, (simulations, n))
    apart = np.angle(around[draws].mean(axis=1) / centre)
    tail = (1 - confidence) / 2
    spread = np.quantile(apart, (tail, 1 - tail))
    mean = np.angle(centre)
    low, high = ((mean + one) % (2 * np.pi) / (2 * np.pi) * period for one in spread)
    told = float(mean % (2 * np.pi) / (2 * np.pi) * period)
    nowhere = p > 1 - confidence
    return Circular(
        told,
        np.nan if nowhere else float(low),
        np.nan if nowhere else float(high),
        resultant,
        min(1.0, p),
        n,
        confidence,
        simulations,
        seed,
    )
