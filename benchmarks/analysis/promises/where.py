"""Where events gather: densities, local statistics, clusters, ranked places, how good a map was."""

from __future__ import annotations

import numpy as np
from scipy import stats

from convive.analysis.accuracy import map_accuracy, recapture
from convive.analysis.critical_points import CriticalPoints, critical_points
from convive.analysis.density import adaptive_density, density_excess, kernel_density
from convive.analysis.hierarchical_clusters import hierarchical_clusters
from convive.analysis.local_statistics import getis_ord, local_moran
from convive.analysis.moran import moran
from convive.analysis.neighbours import grid
from convive.analysis.network import Network, network
from convive.analysis.network_density import network_density, network_excess
from convive.analysis.raster import Raster
from promises.promise import METRES, Draws, interval, p_value

RASTER = Raster(0, 0, 50, 16, 16)
EVEN = np.ones(RASTER.shape)
AROUND = grid(7, 7)
INSIDE = slice(4, 12), slice(4, 12)
NAMED = np.arange(40) < 8


def town() -> Network:
    lines = [np.array([(0.0, y), (400.0, y)]) for y in range(0, 401, 100)]
    lines += [np.array([(x, 0.0), (x, 400.0)]) for x in range(0, 401, 100)]
    return network(lines, crossings=True, metres=True)


STREETS = town()


def points(draws: Draws, n: int, side: float = 800.0) -> np.ndarray:
    return draws.uniform(0, side, (n, 2))


def on_streets(draws: Draws, n: int) -> np.ndarray:
    on = draws.choice(len(STREETS.length), n, p=STREETS.length / STREETS.total)
    return STREETS.place(on, draws.uniform(size=n) * STREETS.length[on])


@p_value("moran.moran, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return moran(draws.normal(size=49), AROUND, simulations=199, seed=seed).p


@p_value("local_statistics.local_moran, one unit, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return float(local_moran(draws.normal(size=49), AROUND, simulations=199, seed=seed).p[24])


@p_value("local_statistics.getis_ord, one unit, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return float(getis_ord(draws.gamma(2, size=49), AROUND, simulations=199, seed=seed).p[24])


@interval("local_statistics.local_moran, no unit has q of 0.05, 2,999 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    return float(local_moran(draws.normal(size=49), AROUND, simulations=2_999, seed=seed).q.min() > 0.05)


@interval("local_statistics.getis_ord, no unit has q of 0.05, 2,999 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    return float(getis_ord(draws.gamma(2, size=49), AROUND, simulations=2_999, seed=seed).q.min() > 0.05)


@p_value("density.density_excess, one cell")
def _(draws: Draws, seed: int) -> float:
    found = density_excess(points(draws, 30), RASTER, 150, exposure=EVEN, seed=seed, **METRES)
    return float(found.p[8, 8])


@p_value("density.density_excess, among all cells")
def _(draws: Draws, seed: int) -> float:
    found = density_excess(points(draws, 30), RASTER, 150, exposure=EVEN, seed=seed, **METRES)
    return float(found.p_family.min())


@interval("density.kernel_density")
def _(draws: Draws, seed: int) -> float:
    found = kernel_density(points(draws, draws.poisson(300), 1_200.0) - 200, RASTER, 60, metres=True)
    truth = 300 / 1_200.0**2
    return float(np.mean((found.low[INSIDE] <= truth) & (found.high[INSIDE] >= truth)))


@interval("density.adaptive_density")
def _(draws: Draws, seed: int) -> float:
    found = adaptive_density(points(draws, draws.poisson(300), 1_200.0) - 200, RASTER, 60, pilot=240, metres=True)
    truth = 300 / 1_200.0**2
    return float(np.mean((found.low[INSIDE] <= truth) & (found.high[INSIDE] >= truth)))


@p_value("network_density.network_excess, one piece", least=True)
def _(draws: Draws, seed: int) -> float:
    return float(network_excess(on_streets(draws, 25), STREETS, 100, lixel=50, seed=seed, **METRES).p[7])


@p_value("network_density.network_excess, among all pieces")
def _(draws: Draws, seed: int) -> float:
    return float(network_excess(on_streets(draws, 25), STREETS, 100, lixel=50, seed=seed, **METRES).p_family.min())


_MANY = network_density(on_streets(np.random.default_rng(3), 100_000), STREETS, 150, lixel=50, draws=0, metres=True)
TRUTH = _MANY.value / 100_000


@interval("network_density.network_density")
def _(draws: Draws, seed: int) -> float:
    found = network_density(on_streets(draws, int(draws.poisson(120))), STREETS, 150, lixel=50, seed=seed, metres=True)
    return float(np.mean((found.low <= 120 * TRUTH) & (found.high >= 120 * TRUTH)))


@p_value("hierarchical_clusters.hierarchical_clusters", least=True)
def _(draws: Draws, seed: int) -> float:
    return hierarchical_clusters(points(draws, 80), 800.0**2, least=3, seed=seed, **METRES).p


@p_value("hierarchical_clusters.hierarchical_clusters, the largest", least=True)
def _(draws: Draws, seed: int) -> float:
    found = hierarchical_clusters(points(draws, 80), 800.0**2, least=3, seed=seed, **METRES).orders[0]
    return min((one.p for one in found), default=1.0)


@interval("hierarchical_clusters.hierarchical_clusters, as many as chance makes, 199 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    how = METRES | {"simulations": 199}
    found = hierarchical_clusters(points(draws, 80), 800.0**2, least=3, seed=seed, **how)
    return float(found.low <= len(found.orders[0]) <= found.high)


@p_value("critical_points.critical_points, 99 simulations", simulations=99, least=True)
def _(draws: Draws, seed: int) -> float:
    return critical_points(draws.poisson(4.0, 40), simulations=99, seed=seed).p


def ranked(draws: Draws, seed: int, simulations: int) -> tuple[CriticalPoints, np.ndarray]:
    """What is told of forty places of gamma risks, and their ranks in truth."""
    risk = draws.gamma(4, 2.5, 40)
    return critical_points(draws.poisson(risk), simulations=simulations, seed=seed), stats.rankdata(-risk)


@interval("critical_points.critical_points, rank under the model", least=True)
def _(draws: Draws, seed: int) -> float:
    found, rank = ranked(draws, seed, 499)
    return float(np.mean((found.rank_low <= rank) & (rank <= found.rank_high)))


@interval("critical_points.critical_points, sure rank of all", least=True)
def _(draws: Draws, seed: int) -> float:
    found, rank = ranked(draws, seed, 99)
    return float(np.all((found.sure_low <= rank) & (rank <= found.sure_high)))


@p_value("accuracy.map_accuracy", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return map_accuracy(NAMED, draws.multinomial(50, [1 / 40] * 40), simulations=19).p


@interval("accuracy.map_accuracy, hit rate", least=True)
def _(draws: Draws, seed: int) -> float:
    chances = np.where(NAMED, 3.0, 1.0) / 56
    found = map_accuracy(NAMED, draws.multinomial(60, chances), simulations=19)
    return float(found.hit_rate_low <= 24 / 56 <= found.hit_rate_high)


@interval("accuracy.map_accuracy, efficiency, 199 simulations")
def _(draws: Draws, seed: int) -> float:
    risk = draws.gamma(1, 1, 40)
    risk /= risk.sum()
    named = np.zeros(40, dtype=bool)
    named[np.argsort(-risk * draws.gamma(4, 1 / 4, 40))[:8]] = True
    truth = risk[named].sum() / np.sort(risk)[-8:].sum()
    found = map_accuracy(named, draws.multinomial(60, risk), simulations=199, seed=seed)
    return float(found.efficiency_low <= truth <= found.efficiency_high)


@interval("accuracy.recapture")
def _(draws: Draws, seed: int) -> float:
    before, after = (np.where(NAMED, one, 1.0) for one in (4.0, 2.5))
    found = recapture(NAMED, *(draws.multinomial(80, one / one.sum()) for one in (before, after)))
    return float(found.low <= (20 / 52) / (32 / 64) <= found.high)
