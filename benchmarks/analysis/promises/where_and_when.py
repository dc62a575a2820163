"""Space and time together, why here, and what comes next: near repeats, scans, risk terrain, forecasts."""

from __future__ import annotations

import numpy as np

from convive.analysis.forecast import _ratio
from convive.analysis.landscape_variables import Factor
from convive.analysis.near_repeat import knox, near_repeat
from convive.analysis.penalised_counts import count_model
from convive.analysis.risk_terrain import risk_terrain
from convive.analysis.scan import Scan, bernoulli_scan, permutation_scan, poisson_scan
from convive.analysis.self_exciting import self_exciting
from promises.promise import METRES, SIMULATIONS, SURE, Draws, interval, p_value

SIDE = 5
PLACES = np.array([(x * 100.0, y * 100.0) for y in range(SIDE) for x in range(SIDE)])
CELLS = np.column_stack([np.tile(np.arange(12), 12), np.repeat(np.arange(12), 12)]) * 100.0 + 500_050
BARS = [Factor("bars", np.random.default_rng(2).uniform(0, 1_200, (8, 2)) + 500_000)]
NEAR = (np.hypot(*(CELLS[:, None] - np.asarray(BARS[0].points)[None]).transpose(2, 0, 1)).min(axis=1) <= 200)[:, None]
WINDOW = {"radius": 200, "days": 3, "simulations": SIMULATIONS}


def anywhere(draws: Draws, n: int, side: float = 800.0) -> tuple[np.ndarray, np.ndarray]:
    return draws.uniform(0, side, (n, 2)), draws.uniform(0, 200, n)


def scanned(found: Scan, seed: int, rank: int = 0) -> float:
    """The p-value of the strongest cluster (or the next: ``rank``) with ties broken evenly: few events share few
    ratios, and as the scan tells it, where all that tie count as stronger, it can only be larger."""
    own = found.clusters[rank].llr if len(found.clusters) > rank else 0.0
    stronger, alike = (found.largest > own + 1e-9).sum(), (np.abs(found.largest - own) <= 1e-9).sum()
    chance = np.random.default_rng([seed, 9]).uniform()
    return float((stronger + chance * (1 + alike)) / (1 + len(found.largest)))


def at_places(draws: Draws, n: int = 30, days: int = 12) -> tuple[np.ndarray, np.ndarray]:
    return draws.integers(0, len(PLACES), n), draws.integers(0, days, n)


@p_value("near_repeat.knox", least=True)
def _(draws: Draws, seed: int) -> float:
    return knox(*anywhere(draws, 50), 120, 20, seed=seed, **METRES).p


@interval("near_repeat.knox, ratio where nothing repeats, 199 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    found = knox(*anywhere(draws, 50), 120, 20, seed=seed, **METRES | {"simulations": 199})
    return float(found.low <= 1 <= found.high)


@p_value("near_repeat.near_repeat, overall")
def _(draws: Draws, seed: int) -> float:
    return near_repeat(*anywhere(draws, 60), [100, 200, 300], [10, 20, 40], seed=seed, **METRES).overall


@p_value("near_repeat.near_repeat, one band", least=True)
def _(draws: Draws, seed: int) -> float:
    return float(near_repeat(*anywhere(draws, 60), [100, 200, 300], [10, 20, 40], seed=seed, **METRES).p[1, 1])


@p_value("scan.permutation_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return scanned(permutation_scan(PLACES, *at_places(draws), seed=seed, metres=True, **WINDOW), seed)


@p_value("scan.permutation_scan, second cluster", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return scanned(permutation_scan(PLACES, *at_places(draws), seed=seed, metres=True, **WINDOW), seed, 1)


@interval("scan.permutation_scan, Gumbel above 0.05, 150 events, 199 simulations")
def _(draws: Draws, seed: int) -> float:
    how = WINDOW | {"simulations": 199}
    found = permutation_scan(PLACES, *at_places(draws, 150, 60), seed=seed, metres=True, **how)
    return float(not found.clusters or found.clusters[0].p_gumbel > 0.05)


@p_value("scan.permutation_scan, prospective", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws, 40, 10)
    return scanned(permutation_scan(PLACES, place, day, prospective=True, seed=seed, metres=True, **WINDOW), seed)


@interval("scan.permutation_scan, recurrence below 20 days, 199 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    how = WINDOW | {"simulations": 199}
    found = permutation_scan(PLACES, *at_places(draws, 120, 10), prospective=True, seed=seed, metres=True, **how)
    return float(not found.clusters or found.clusters[0].recurrence_days < 20)


@p_value("scan.poisson_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws)
    return scanned(poisson_scan(PLACES, place, np.ones(25), day, seed=seed, metres=True, **WINDOW), seed)


@p_value("scan.poisson_scan, ellipses, in space", simulations=0)
def _(draws: Draws, seed: int) -> float:
    how = {"radius": 150, "simulations": SIMULATIONS, "ellipses": True}
    return scanned(poisson_scan(PLACES, at_places(draws)[0], np.ones(25), seed=seed, metres=True, **how), seed)


@p_value("scan.bernoulli_scan", simulations=0)
def _(draws: Draws, seed: int) -> float:
    place, day = at_places(draws, 40)
    cases = np.arange(40) < 15
    return scanned(bernoulli_scan(PLACES, place, cases, day, seed=seed, metres=True, **WINDOW), seed)


@p_value("risk_terrain.risk_terrain, the strongest variable", least=True)
def _(draws: Draws, seed: int) -> float:
    how = {"simulations": SIMULATIONS, "resamples": 0, "seed": seed, "folds": 3}
    return float(risk_terrain(CELLS, draws.poisson(0.7, len(CELLS)), BARS, [100, 200], **how).p_tested.min())


@interval("penalised_counts.count_model, relative risk")
def _(draws: Draws, seed: int) -> float:
    counts = draws.poisson(np.where(NEAR[:, 0], 2.4, 0.8))
    model = count_model(NEAR, counts, distribution="poisson")
    return float(abs(model.coefficients[1] - np.log(3)) <= 1.959964 * np.sqrt(model.covariance[1, 1]))


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


@interval("self_exciting.self_exciting, its three numbers")
def _(draws: Draws, seed: int) -> float:
    found = self_exciting(*followed(draws), period=(0, 730), area=36e6, bandwidth=None)
    held = (
        found.following_low <= 0.3 <= found.following_high,
        found.delay_low <= 10 <= found.delay_high,
        found.width_low <= 100 <= found.width_high,
    )
    return float(np.mean(held))


@interval("forecast.rolling_scores, difference of two methods")
def _(draws: Draws, seed: int) -> float:
    events = draws.poisson(20, 12)
    _, low, high = _ratio(np.array([[draws.normal(0.1, 1, n).sum() for n in events]]), events, SURE)
    return float(low[0] <= 0.1 <= high[0])
