"""Do methods keep their promises? Under each one's own null model p-values are uniform, and intervals hold the truth as
often as they say.

``python benchmarks/analysis/calibration.py [name …] [--runs 2000] [--write]``; with ``--write`` the table goes into
``docs/methods/calibration.md`` and its English pair. Few simulations a run (19, mostly): a p-value that comes in steps
is drawn evenly within its step, which is uniform where the null holds, however coarse the steps. Where ties make
p-values larger than they need be, only smaller ones would be a fault: those are marked "never too small" and held
against the one-sided test.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from convive.analysis.accuracy import map_accuracy, recapture
from convive.analysis.change_points import change_points
from convive.analysis.circular import circular
from convive.analysis.critical_points import critical_points
from convive.analysis.cusum import cusum
from convive.analysis.density import density_excess, kernel_density
from convive.analysis.displacement import Counted, weighted_displacement_difference
from convive.analysis.ears import ears
from convive.analysis.emerging import mann_kendall
from convive.analysis.farrington import farrington
from convive.analysis.forecast import _ratio
from convive.analysis.hierarchical_clusters import hierarchical_clusters
from convive.analysis.hours import closing_rule, risk_periods
from convive.analysis.landscape_variables import Factor
from convive.analysis.local_statistics import getis_ord, local_moran
from convive.analysis.moran import moran
from convive.analysis.near_repeat import knox, near_repeat
from convive.analysis.neighbours import grid
from convive.analysis.network import Network, network
from convive.analysis.network_density import network_density, network_excess
from convive.analysis.pattern_similarity import pattern_similarity
from convive.analysis.penalised_counts import count_model
from convive.analysis.raster import Raster
from convive.analysis.rates import empirical_bayes, exceedance
from convive.analysis.risk_terrain import risk_terrain
from convive.analysis.scan import Scan, bernoulli_scan, permutation_scan, poisson_scan
from convive.analysis.self_exciting import self_exciting
from convive.analysis.spread import spread_between_cities
from convive.errors import AnalysisError

Draws = np.random.Generator

SIMULATIONS = 19
SURE = 0.95
POINTS = 1.5
"""How far, in points, coverage may lie from what is said."""
REJECTED = 0.01

SIDE = 5
PLACES = np.array([(x * 100.0, y * 100.0) for y in range(SIDE) for x in range(SIDE)])
RASTER = Raster(0, 0, 50, 16, 16)
EVEN = np.ones(RASTER.shape)
AROUND = grid(7, 7)
CHAIN = np.eye(8, k=1) + np.eye(8, k=-1)
PEOPLE = np.random.default_rng(0).integers(500, 8_000, 40).astype(float)
RISK = np.random.default_rng(1).dirichlet(np.ones(20))


def town() -> Network:
    lines = [np.array([(0.0, y), (400.0, y)]) for y in range(0, 401, 100)]
    lines += [np.array([(x, 0.0), (x, 400.0)]) for x in range(0, 401, 100)]
    return network(lines, crossings=True, metres=True)


STREETS = town()
CELLS = np.column_stack([np.tile(np.arange(12), 12), np.repeat(np.arange(12), 12)]) * 100.0 + 500_050
BARS = [Factor("bars", np.random.default_rng(2).uniform(0, 1_200, (8, 2)) + 500_000)]
NEAR = (np.hypot(*(CELLS[:, None] - np.asarray(BARS[0].points)[None]).transpose(2, 0, 1)).min(axis=1) <= 200)[:, None]


def anywhere(draws: Draws, n: int, side: float = 800.0) -> tuple[np.ndarray, np.ndarray]:
    return draws.uniform(0, side, (n, 2)), draws.uniform(0, 200, n)


def scanned(found: Scan, seed: int) -> float:
    """The p-value of the strongest cluster with ties broken evenly: few events share few ratios, and as the scan tells
    it, where all that tie count as stronger, it can only be larger."""
    own = found.clusters[0].llr if found.clusters else 0.0
    stronger, alike = (found.largest > own + 1e-9).sum(), (np.abs(found.largest - own) <= 1e-9).sum()
    chance = np.random.default_rng([seed, 9]).uniform()
    return float((stronger + chance * (1 + alike)) / (1 + len(found.largest)))


def at_places(draws: Draws, n: int = 30, days: int = 12) -> tuple[np.ndarray, np.ndarray]:
    return draws.integers(0, len(PLACES), n), draws.integers(0, days, n)


def on_streets(draws: Draws, n: int) -> np.ndarray:
    on = draws.choice(len(STREETS.length), n, p=STREETS.length / STREETS.total)
    return STREETS.place(on, draws.uniform(size=n) * STREETS.length[on])


WINDOW = {"radius": 200, "days": 3, "simulations": SIMULATIONS}
METRES = {"metres": True, "simulations": SIMULATIONS}


@dataclass(frozen=True)
class Promise:
    """``asked(draws, seed)``: a p-value among ``simulations`` (0: not by simulation), or, of an interval, the share of
    truths that it holds. ``least``: p-values may be too large, or intervals hold too much, never the other way.
    ``runs``: how many fewer than usual, where one takes long."""

    name: str
    asked: Callable[[Draws, int], float]
    interval: bool = False
    simulations: int = SIMULATIONS
    least: bool = False
    part: float = 1.0


PROMISES: list[Promise] = []


def p_value(name: str, *, simulations: int = SIMULATIONS, least: bool = False, part: float = 1.0):  # type: ignore[no-untyped-def]
    def kept(asked: Callable[[Draws, int], float]) -> Callable[[Draws, int], float]:
        PROMISES.append(Promise(name, asked, False, simulations, least, part))
        return asked

    return kept


def interval(name: str, *, least: bool = False, part: float = 1.0):  # type: ignore[no-untyped-def]
    def kept(asked: Callable[[Draws, int], float]) -> Callable[[Draws, int], float]:
        PROMISES.append(Promise(name, asked, True, 0, least, part))
        return asked

    return kept


@p_value("near_repeat.knox", least=True)
def _(draws: Draws, seed: int) -> float:
    return knox(*anywhere(draws, 50), 120, 20, seed=seed, **METRES).p


@p_value("near_repeat.near_repeat, overall")
def _(draws: Draws, seed: int) -> float:
    return near_repeat(*anywhere(draws, 60), [100, 200, 300], [10, 20, 40], seed=seed, **METRES).overall


@p_value("scan.permutation_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return scanned(permutation_scan(PLACES, *at_places(draws), seed=seed, metres=True, **WINDOW), seed)


@interval("scan.permutation_scan, Gumbel above 0.05, 150 events, 199 simulations")
def _(draws: Draws, seed: int) -> float:
    how = WINDOW | {"simulations": 199}
    found = permutation_scan(PLACES, *at_places(draws, 150, 60), seed=seed, metres=True, **how)
    return float(not found.clusters or found.clusters[0].p_gumbel > 0.05)


@p_value("scan.permutation_scan, prospective", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws, 40, 10)
    return scanned(permutation_scan(PLACES, place, day, prospective=True, seed=seed, metres=True, **WINDOW), seed)


@p_value("scan.poisson_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws)
    return scanned(poisson_scan(PLACES, place, np.ones(25), day, seed=seed, metres=True, **WINDOW), seed)


@p_value("scan.poisson_scan, ellipses, in space", simulations=0, part=0.25)
def _(draws: Draws, seed: int) -> float:
    how = {"radius": 150, "simulations": SIMULATIONS, "ellipses": True}
    return scanned(poisson_scan(PLACES, at_places(draws)[0], np.ones(25), seed=seed, metres=True, **how), seed)


@p_value("scan.bernoulli_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws, 40)
    cases = np.arange(40) < 15
    return scanned(bernoulli_scan(PLACES, place, cases, day, seed=seed, metres=True, **WINDOW), seed)


@p_value("hours.risk_periods", least=True, part=0.5)
def _(draws: Draws, seed: int) -> float:
    return risk_periods(draws.multinomial(50, [1 / 168] * 168), simulations=SIMULATIONS, seed=seed).periods[0].p


@p_value("circular.circular (Rayleigh)", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return circular(draws.uniform(0, 24, 40), simulations=1).p


@p_value("moran.moran, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return moran(draws.normal(size=49), AROUND, simulations=199, seed=seed).p


@p_value("local_statistics.local_moran, one unit, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return float(local_moran(draws.normal(size=49), AROUND, simulations=199, seed=seed).p[24])


@p_value("local_statistics.getis_ord, one unit, 199 simulations", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return float(getis_ord(draws.gamma(2, size=49), AROUND, simulations=199, seed=seed).p[24])


@p_value("emerging.mann_kendall", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return float(mann_kendall(draws.normal(size=(1, 12))).p[0])


@p_value("density.density_excess, one cell")
def _(draws: Draws, seed: int) -> float:
    found = density_excess(anywhere(draws, 30)[0], RASTER, 150, exposure=EVEN, seed=seed, **METRES)
    return float(found.p[8, 8])


@p_value("density.density_excess, among all cells")
def _(draws: Draws, seed: int) -> float:
    found = density_excess(anywhere(draws, 30)[0], RASTER, 150, exposure=EVEN, seed=seed, **METRES)
    return float(found.p_family.min())


@p_value("network_density.network_excess, one piece", part=0.5, least=True)
def _(draws: Draws, seed: int) -> float:
    return float(network_excess(on_streets(draws, 25), STREETS, 100, lixel=50, seed=seed, **METRES).p[7])


@p_value("network_density.network_excess, among all pieces", part=0.5)
def _(draws: Draws, seed: int) -> float:
    return float(network_excess(on_streets(draws, 25), STREETS, 100, lixel=50, seed=seed, **METRES).p_family.min())


@p_value("hierarchical_clusters.hierarchical_clusters", least=True)
def _(draws: Draws, seed: int) -> float:
    return hierarchical_clusters(anywhere(draws, 80)[0], 800.0**2, least=3, seed=seed, **METRES).p


@p_value("critical_points.critical_points, 99 simulations", simulations=99, least=True)
def _(draws: Draws, seed: int) -> float:
    return critical_points(draws.poisson(4.0, 40), simulations=99, seed=seed).p


@p_value("pattern_similarity.pattern_similarity", part=0.5)
def _(draws: Draws, seed: int) -> float:
    both = draws.multinomial(120, RISK), draws.multinomial(90, RISK)
    return pattern_similarity(*both, simulations=SIMULATIONS, seed=seed).p


@p_value("spread.spread_between_cities")
def _(draws: Draws, seed: int) -> float:
    counts = draws.poisson(15 * np.exp(np.cumsum(draws.normal(0, 0.08, (8, 40)), axis=1))) + 1
    return float(spread_between_cities(counts, CHAIN, simulations=SIMULATIONS, lags=3, seed=seed).p[0])


@p_value("spread.spread_between_cities, the strongest lag")
def _(draws: Draws, seed: int) -> float:
    counts = draws.poisson(15 * np.exp(np.cumsum(draws.normal(0, 0.08, (8, 40)), axis=1))) + 1
    return float(spread_between_cities(counts, CHAIN, simulations=SIMULATIONS, lags=3, seed=seed).p_family.min())


@p_value("risk_terrain.risk_terrain, the strongest variable", part=0.25, least=True)
def _(draws: Draws, seed: int) -> float:
    how = {"simulations": SIMULATIONS, "resamples": 0, "seed": seed, "folds": 3}
    return float(risk_terrain(CELLS, draws.poisson(0.7, len(CELLS)), BARS, [100, 200], **how).p_tested.min())


@p_value("change_points.change_points, no change at all")
def _(draws: Draws, seed: int) -> float:
    return change_points(draws.poisson(4.0, 40), simulations=SIMULATIONS, seed=seed).overall


@p_value("displacement.weighted_displacement_difference", simulations=0)
def _(draws: Draws, seed: int) -> float:
    treated, control = (Counted(*draws.poisson(mean, 2).tolist()) for mean in (60, 90))
    return weighted_displacement_difference(treated, control).whole.p


@p_value("accuracy.map_accuracy", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return map_accuracy(np.arange(40) < 8, draws.multinomial(50, [1 / 40] * 40), simulations=19).p


@interval("hours.closing_rule, share", least=True)
def _(draws: Draws, seed: int) -> float:
    rule = closing_rule(draws.multinomial(80, [1 / 168] * 168), np.arange(168) < 40)
    return float(rule.low <= 40 / 168 <= rule.high)


@interval("hours.risk_periods, one hour's count", least=True)
def _(draws: Draws, seed: int) -> float:
    found = risk_periods(draws.poisson(1.5, 168), simulations=19)
    return float(np.mean((found.rate_low <= 1.5) & (found.rate_high >= 1.5)))


@interval("circular.circular, mean hour")
def _(draws: Draws, seed: int) -> float:
    found = circular(draws.vonmises(0, 1.5, 80) * 24 / (2 * np.pi) % 24, simulations=399, seed=seed)
    return float(found.low >= 12 and found.high <= 12)


@interval("density.kernel_density")
def _(draws: Draws, seed: int) -> float:
    found = kernel_density(anywhere(draws, draws.poisson(300), 1_200.0)[0] - 200, RASTER, 60, metres=True)
    inside = (slice(4, 12), slice(4, 12))
    truth = 300 / 1_200.0**2
    return float(np.mean((found.low[inside] <= truth) & (found.high[inside] >= truth)))


@interval("network_density.network_density, middle pieces", part=0.5)
def _(draws: Draws, seed: int) -> float:
    found = network_density(on_streets(draws, int(draws.poisson(120))), STREETS, 150, lixel=50, seed=seed, metres=True)
    return float(np.mean((found.low[LOOKED_AT] <= 120 * TRUTH) & (found.high[LOOKED_AT] >= 120 * TRUTH)))


_MANY = network_density(on_streets(np.random.default_rng(3), 100_000), STREETS, 150, lixel=50, draws=0, metres=True)
LOOKED_AT = slice(None)
TRUTH = _MANY.value / 100_000


@interval("rates.empirical_bayes, gamma risks")
def _(draws: Draws, seed: int) -> float:
    risk = draws.gamma(9, 2e-3 / 9, len(PEOPLE))
    found = empirical_bayes(draws.poisson(risk * PEOPLE), PEOPLE)
    if np.isnan(found.low).all():
        return np.nan  # it says that it cannot tell
    return float(np.mean((found.low <= risk) & (risk <= found.high)))


@interval("rates.exceedance, what it says less what comes")
def _(draws: Draws, seed: int) -> float:
    risk = draws.gamma(9, 2e-3 / 9, len(PEOPLE))
    told = exceedance(draws.poisson(risk * PEOPLE), PEOPLE, 2e-3)
    return float(SURE + np.mean(told - (risk > 2e-3)))


@interval("critical_points.critical_points, rank under the model", least=True)
def _(draws: Draws, seed: int) -> float:
    risk = draws.gamma(4, 2.5, 40)
    found = critical_points(draws.poisson(risk), simulations=499, seed=seed)
    rank = stats.rankdata(-risk)
    return float(np.mean((found.rank_low <= rank) & (rank <= found.rank_high)))


@interval("critical_points.critical_points, sure rank of all", least=True)
def _(draws: Draws, seed: int) -> float:
    risk = draws.gamma(4, 2.5, 40)
    found = critical_points(draws.poisson(risk), simulations=99, seed=seed)
    rank = stats.rankdata(-risk)
    return float(np.all((found.sure_low <= rank) & (rank <= found.sure_high)))


@interval("accuracy.map_accuracy, hit rate", least=True)
def _(draws: Draws, seed: int) -> float:
    chances = np.where(np.arange(40) < 8, 3.0, 1.0) / 56
    found = map_accuracy(np.arange(40) < 8, draws.multinomial(60, chances), simulations=19)
    return float(found.hit_rate_low <= 24 / 56 <= found.hit_rate_high)


@interval("accuracy.recapture")
def _(draws: Draws, seed: int) -> float:
    named = np.arange(40) < 8
    before, after = (np.where(named, one, 1.0) for one in (4.0, 2.5))
    found = recapture(named, *(draws.multinomial(80, one / one.sum()) for one in (before, after)))
    return float(found.low <= (20 / 52) / (32 / 64) <= found.high)


@interval("displacement.weighted_displacement_difference")
def _(draws: Draws, seed: int) -> float:
    treated, control = (Counted(*draws.poisson(means).tolist()) for means in ((60, 40), (90, 85)))
    found = weighted_displacement_difference(treated, control).whole
    return float(found.low <= -15 <= found.high)


@interval("change_points.change_points, ratio of a known large change", part=0.5)
def _(draws: Draws, seed: int) -> float:
    found = change_points(draws.poisson(np.repeat([4.0, 12.0], 40)), dispersion=1, simulations=19, seed=seed)
    if len(found.first) != 1:
        return np.nan
    return float(found.ratio_low[0] <= 3 <= found.ratio_high[0])


@interval("change_points.change_points, place of a known large change", least=True, part=0.5)
def _(draws: Draws, seed: int) -> float:
    found = change_points(draws.poisson(np.repeat([4.0, 12.0], 40)), dispersion=1, simulations=19, seed=seed)
    return float(found.low[0] <= 40 <= found.high[0]) if len(found.first) == 1 else np.nan


def followed(draws: Draws, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    points, times = draws.uniform(0, 6_000, (n, 2)), draws.uniform(0, 730, n)
    found = [(points, times)]
    while len(points):
        many = draws.poisson(0.3, len(points))
        points = np.repeat(points, many, axis=0) + draws.normal(0, 100, (many.sum(), 2))
        times = np.repeat(times, many) + draws.exponential(10, many.sum())
        points, times = points[times < 730], times[times < 730]
        found.append((points, times))
    return np.vstack([one for one, _ in found]) + 500_000, np.concatenate([one for _, one in found])


@interval("self_exciting.self_exciting, its three numbers", part=0.5)
def _(draws: Draws, seed: int) -> float:
    found = self_exciting(*followed(draws), period=(0, 730), area=36e6, bandwidth=None)
    held = (
        found.following_low <= 0.3 <= found.following_high,
        found.delay_low <= 10 <= found.delay_high,
        found.width_low <= 100 <= found.width_high,
    )
    return float(np.mean(held))


@interval("penalised_counts.count_model, relative risk")
def _(draws: Draws, seed: int) -> float:
    counts = draws.poisson(np.where(NEAR[:, 0], 2.4, 0.8))
    model = count_model(NEAR, counts, distribution="poisson")
    return float(abs(model.coefficients[1] - np.log(3)) <= 1.959964 * np.sqrt(model.covariance[1, 1]))


@interval("forecast.rolling_scores, difference of two methods")
def _(draws: Draws, seed: int) -> float:
    events = draws.poisson(20, 12)
    _, low, high = _ratio(np.array([[draws.normal(0.1, 1, n).sum() for n in events]]), events, SURE)
    return float(low[0] <= 0.1 <= high[0])


ALARMS: dict[str, Callable[[np.ndarray, int], tuple[float, float]]] = {}


def false_alarms(name: str) -> Callable[..., None]:
    def kept(asked: Callable[[np.ndarray, int], tuple[float, float]]) -> None:
        ALARMS[name] = asked

    return kept


@false_alarms("farrington.farrington")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = farrington(weeks, weeks=np.arange(len(weeks) - 52, len(weeks)), years=3, simulations=49, seed=seed)
    return float(found.alarm.sum()), found.false_alarms.per_year


@false_alarms("ears.ears, C2, 26 weeks")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = ears(weeks, method="C2", baseline=26, simulations=49, seed=seed)
    return float(found.alarm[-52:].sum()), found.false_alarms.per_year


@false_alarms("cusum.cusum, 104 weeks' training")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = cusum(weeks[-156:], training=104, threshold=4.0, simulations=49, seed=seed)
    return float(found.alarm[-52:].sum()), found.false_alarms.per_year


@dataclass(frozen=True)
class Held:
    """One row of the table."""

    name: str
    what: str
    runs: int
    told: str
    kept: bool


def held(one: Promise, runs: int) -> Held:
    number = max(40, round(runs * one.part))
    values = np.array([_asked(one, seed) for seed in range(number)])
    values = values[~np.isnan(values)]
    if one.interval:
        cover = 100 * float(values.mean())
        off = cover - 100 * SURE
        kept = off >= -POINTS if one.least else abs(off) <= POINTS
        return Held(one.name, "interval", len(values), f"{cover:.1f} %", kept)
    if one.simulations:
        values = values - np.random.default_rng(0).uniform(size=len(values)) / (one.simulations + 1)
    found = stats.kstest(values, "uniform", alternative="greater" if one.least else "two-sided").pvalue
    return Held(one.name, "p", len(values), f"{found:.2g}", bool(found > REJECTED))


def _asked(one: Promise, seed: int) -> float:
    try:
        return one.asked(np.random.default_rng([seed, 7]), seed)
    except AnalysisError:
        return np.nan


def alarmed(name: str, runs: int) -> Held:
    """Alarms of quiet years beside those that the rule said of each."""
    number = max(10, runs // 10)
    both = np.array(
        [ALARMS[name](np.random.default_rng([seed, 8]).poisson(2.0, 52 * 5), seed) for seed in range(number)]
    )
    came, said = both.mean(axis=0)
    error = (both[:, 0] - both[:, 1]).std() / np.sqrt(number)
    return Held(name, "alarms", number, f"{came:.2f} / {said:.2f}", bool(abs(came - said) <= 3 * error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = []
    wanted = [one for one in PROMISES if not asked.names or any(name in one.name for name in asked.names)]
    rules = [one for one in ALARMS if not asked.names or any(name in one for name in asked.names)]
    for work in [lambda one=one: held(one, asked.runs) for one in wanted] + [
        lambda name=name: alarmed(name, asked.runs) for name in rules
    ]:
        began = time.perf_counter()
        row = work()
        rows.append(row)
        mark = "" if row.kept else "  <- not kept"
        print(
            f"{row.name:62} {row.what:8} {row.runs:5} {row.told:>12} {time.perf_counter() - began:6.1f} s{mark}",
            flush=True,
        )
    print(f"{sum(one.kept for one in rows)} of {len(rows)} kept")
    if asked.write:
        written(rows)


PAGES = {
    "es": (
        "calibration.md",
        "# Calibración por simulación\n\n[English](calibration.en.md)\n\n"
        "Hecha por `python benchmarks/analysis/calibration.py --write` ({date}): cada método, muchas veces, bajo su "
        "propio modelo nulo, o con una verdad que se conoce. No se edita a mano.\n\n"
        "- **p**: valor p de Kolmogórov y Smirnov de que los valores p del método sean uniformes; se cumple si pasa de "
        "0.01. Donde el estadístico toma pocos valores, los empates hacen p mayor, nunca menor («nunca demasiado "
        "pequeño»), y la prueba es de un lado.\n"
        "- **intervalo**: cuántas veces contiene la verdad un intervalo del 95 %; se cumple si está a 1.5 puntos. Los "
        "intervalos exactos («al menos») pueden contener de más.\n"
        "- **alarmas**: alarmas al año cuando no pasa nada, y las que la regla anuncia de sí misma; se cumple si la "
        "diferencia no pasa de tres errores estándar.\n\n"
        "Con muchas pruebas, alguna de p menor que 0.01 llega por azar una vez de cada cien. El valor p de Gumbel "
        "se ajusta a lo simulado y se comprueba donde sirve, en la cola: pasa de 0.05 en el 95 % de los casos; en el "
        "medio, razones que se repiten lo apartan de lo uniforme. Con menos de 100 hechos se da el que cuenta "
        "simulaciones. El intervalo de `empirical_bayes` integra lo que no se sabe de la media y la varianza de "
        "los riesgos; con pocas unidades de pocos hechos todavía queda algo corto.\n",
        ("método", "qué", "veces", "resultado", "¿se cumple?"),
        {
            "p": "p",
            "interval": "intervalo",
            "alarms": "alarmas",
            "least": "{what}, {least}",
            True: "sí",
            False: "**no**",
        },
        {"p": "nunca demasiado pequeño", "interval": "al menos"},
    ),
    "en": (
        "calibration.en.md",
        "# Calibration by simulation\n\n[Español](calibration.md)\n\n"
        "Made by `python benchmarks/analysis/calibration.py --write` ({date}): each method, many times, under its own "
        "null model, or with a truth that is known. Not edited by hand.\n\n"
        "- **p**: Kolmogorov and Smirnov's p-value of the method's p-values being uniform; kept above 0.01. Where the "
        "statistic takes few values, ties make p larger, never smaller (“never too small”), and the test is "
        "one-sided.\n"
        "- **interval**: how often a 95% interval holds the truth; kept within 1.5 points. Exact intervals (“at "
        "least”) may hold more.\n"
        "- **alarms**: alarms a year when nothing happens, and those that the rule says of itself; kept where they "
        "differ by no more than three standard errors.\n\n"
        "Of so many tests, one p below 0.01 comes by chance once in a hundred. The Gumbel p-value is fitted to "
        "the simulations and checked where it serves, in the tail: it is above 0.05 in 95% of cases; in the middle, "
        "ratios that repeat keep it from being uniform. Of fewer than 100 events the one that counts simulations is "
        "given. The interval of `empirical_bayes` integrates what is not known of the mean and "
        "variance of risks; of few units with few events it is still a little short.\n",
        ("method", "what", "runs", "result", "kept?"),
        {
            "p": "p",
            "interval": "interval",
            "alarms": "alarms",
            "least": "{what}, {least}",
            True: "yes",
            False: "**no**",
        },
        {"p": "never too small", "interval": "at least"},
    ),
}


def written(rows: list[Held]) -> None:
    """The table, as a page in both languages."""
    folder = Path(__file__).parents[2] / "docs" / "methods"
    lenient = {one.name for one in PROMISES if one.least}
    for name, head, columns, words, least in PAGES.values():
        lines = [head.format(date=dt.date.today().isoformat()), "| " + " | ".join(columns) + " |", "|---" * 5 + "|"]
        for row in rows:
            what = words[row.what]
            if row.name in lenient:
                what = words["least"].format(what=what, least=least[row.what])
            told = f"`{row.name.split(',')[0]}`{row.name[len(row.name.split(',')[0]) :]}"
            lines.append(f"| {told} | {what} | {row.runs:,} | {row.told} | {words[row.kept]} |")
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
