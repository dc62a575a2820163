"""Did it move: displacement, similarity of two patterns, spread between cities."""

from __future__ import annotations

import numpy as np

from convive.analysis.displacement import Counted, weighted_displacement_difference
from convive.analysis.pattern_similarity import pattern_similarity
from convive.analysis.spread import spread_between_cities
from promises.promise import SIMULATIONS, Draws, interval, p_value

CHAIN = np.eye(8, k=1) + np.eye(8, k=-1)
RISK = np.random.default_rng(1).dirichlet(np.ones(20))


def cities(draws: Draws) -> np.ndarray:
    return draws.poisson(15 * np.exp(np.cumsum(draws.normal(0, 0.08, (8, 40)), axis=1))) + 1


def counted(draws: Draws, *means: float) -> list[Counted]:
    """Places of these ``means``, before and after alike."""
    return [Counted(*draws.poisson(mean, 2).tolist()) for mean in means]


@p_value("pattern_similarity.pattern_similarity")
def _(draws: Draws, seed: int) -> float:
    both = draws.multinomial(120, RISK), draws.multinomial(90, RISK)
    return pattern_similarity(*both, simulations=SIMULATIONS, seed=seed).p


@p_value("pattern_similarity.pattern_similarity, one unit", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    both = draws.multinomial(120, RISK), draws.multinomial(90, RISK)
    return float(pattern_similarity(*both, simulations=SIMULATIONS, seed=seed).unit_p[int(np.argmax(RISK))])


@p_value("spread.spread_between_cities")
def _(draws: Draws, seed: int) -> float:
    return float(spread_between_cities(cities(draws), CHAIN, simulations=SIMULATIONS, lags=3, seed=seed).p[0])


@p_value("spread.spread_between_cities, the strongest lag")
def _(draws: Draws, seed: int) -> float:
    return float(spread_between_cities(cities(draws), CHAIN, simulations=SIMULATIONS, lags=3, seed=seed).p_family.min())


@p_value("displacement.weighted_displacement_difference", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return weighted_displacement_difference(*counted(draws, 60, 90)).whole.p


@interval("displacement.weighted_displacement_difference, p above 0.05, of eight and twelve events")
def _(draws: Draws, seed: int) -> float:
    return float(weighted_displacement_difference(*counted(draws, 8, 12)).whole.p > 0.05)


@interval("displacement.weighted_displacement_difference, difference")
def _(draws: Draws, seed: int) -> float:
    treated, control = (Counted(*draws.poisson(means).tolist()) for means in ((60, 40), (90, 85)))
    found = weighted_displacement_difference(treated, control).whole
    return float(found.low <= -15 <= found.high)


@interval("displacement.weighted_displacement_difference, with surroundings")
def _(draws: Draws, seed: int) -> float:
    places = [Counted(*draws.poisson(means).tolist()) for means in ((20, 12), (25, 24), (15, 18), (18, 18))]
    found = weighted_displacement_difference(
        places[0], places[1], treated_around=places[2], control_around=places[3]
    ).whole
    return float(found.low <= -4 <= found.high)
