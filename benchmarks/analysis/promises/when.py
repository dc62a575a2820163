"""When: hours of the week, cycles, weekly alarms, changes of level, trends."""

from __future__ import annotations

from functools import partial

import numpy as np

from convive.analysis.change_points import change_points
from convive.analysis.circular import circular
from convive.analysis.cusum import cusum
from convive.analysis.ears import ears
from convive.analysis.emerging import emerging_hot_spots, mann_kendall
from convive.analysis.farrington import farrington
from convive.analysis.hours import aoristic, closing_rule, risk_periods
from convive.analysis.neighbours import grid
from promises.promise import SIMULATIONS, Draws, false_alarms, interval, p_value

YEAR = 52
EVEN_HOURS = [1 / 168] * 168
PLACES = grid(4, 4)


@p_value("hours.risk_periods", least=True)
def _(draws: Draws, seed: int) -> float:
    return risk_periods(draws.multinomial(50, EVEN_HOURS), simulations=SIMULATIONS, seed=seed).periods[0].p


@p_value("hours.risk_periods, of windows of six hours", least=True)
def _(draws: Draws, seed: int) -> float:
    begins = draws.uniform(0, 7, 50)
    weights = aoristic(begins, begins + 0.25).weight
    return risk_periods(weights, simulations=SIMULATIONS, seed=seed).periods[0].p


@interval("hours.risk_periods, one hour's count", least=True)
def _(draws: Draws, seed: int) -> float:
    found = risk_periods(draws.poisson(1.5, 168), simulations=19)
    return float(np.mean((found.rate_low <= 1.5) & (found.rate_high >= 1.5)))


@interval("hours.closing_rule, share", least=True)
def _(draws: Draws, seed: int) -> float:
    rule = closing_rule(draws.multinomial(80, EVEN_HOURS), np.arange(168) < 40)
    return float(rule.low <= 40 / 168 <= rule.high)


@interval("hours.closing_rule, ratio", least=True)
def _(draws: Draws, seed: int) -> float:
    closed = np.arange(168) < 40
    risk = np.where(closed, 2.0, 1.0)
    rule = closing_rule(draws.multinomial(80, risk / risk.sum()), closed)
    return float(rule.ratio_low <= 2 <= rule.ratio_high)


@p_value("circular.circular (Rayleigh)", simulations=0)
def _(draws: Draws, seed: int) -> float:
    return circular(draws.uniform(0, 24, 40), simulations=1).p


@interval("circular.circular, mean hour")
def _(draws: Draws, seed: int) -> float:
    found = circular(draws.vonmises(0, 1.5, 80) * 24 / (2 * np.pi) % 24, simulations=399, seed=seed)
    return float(found.low >= 12 and found.high <= 12)


@p_value("emerging.mann_kendall", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return float(mann_kendall(draws.normal(size=(1, 12))).p[0])


@p_value("emerging.emerging_hot_spots, trend of one place", simulations=0, least=True)
def _(draws: Draws, seed: int) -> float:
    return float(emerging_hot_spots(draws.poisson(3.0, (12, 16)), PLACES, simulations=19, seed=seed).trend.p[5])


@interval("emerging.emerging_hot_spots, no place is hot or cold, 9,999 simulations", least=True)
def _(draws: Draws, seed: int) -> float:
    found = emerging_hot_spots(draws.poisson(3.0, (12, 16)), PLACES, simulations=9_999, seed=seed)
    return float(not (found.hot.any() or found.cold.any()))


@p_value("change_points.change_points, no change at all")
def _(draws: Draws, seed: int) -> float:
    return change_points(draws.poisson(4.0, 40), simulations=SIMULATIONS, seed=seed).overall


@interval("change_points.change_points, ratio of a known large change")
def _(draws: Draws, seed: int) -> float:
    found = change_points(draws.poisson(np.repeat([4.0, 12.0], 40)), dispersion=1, simulations=19, seed=seed)
    if len(found.first) != 1:
        return np.nan
    return float(found.ratio_low[0] <= 3 <= found.ratio_high[0])


@interval("change_points.change_points, place of a known large change", least=True)
def _(draws: Draws, seed: int) -> float:
    found = change_points(draws.poisson(np.repeat([4.0, 12.0], 40)), dispersion=1, simulations=19, seed=seed)
    return float(found.low[0] <= 40 <= found.high[0]) if len(found.first) == 1 else np.nan


@false_alarms("change_points.change_points")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = change_points(weeks[-2 * YEAR :], simulations=99, seed=seed)
    return len(found.first) / 2, found.false_alarms.per_year


@false_alarms("farrington.farrington")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = farrington(weeks, weeks=np.arange(len(weeks) - YEAR, len(weeks)), years=3, simulations=19, seed=seed)
    return float(found.alarm.sum()), found.false_alarms.per_year


def by_last_weeks(weeks: np.ndarray, seed: int, method: str, baseline: int) -> tuple[float, float]:
    found = ears(weeks, method=method, baseline=baseline, simulations=49, seed=seed)
    return float(found.alarm[-YEAR:].sum()), found.false_alarms.per_year


for _name, _method, _baseline in (("C1", "C1", 7), ("C2, 26 weeks", "C2", 26), ("C3", "C3", 7)):
    false_alarms(f"ears.ears, {_name}")(partial(by_last_weeks, method=_method, baseline=_baseline))


@false_alarms("cusum.cusum, 104 weeks' training")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = cusum(weeks[-3 * YEAR :], training=2 * YEAR, threshold=4.0, simulations=49, seed=seed)
    return float(found.alarm[-YEAR:].sum()), found.false_alarms.per_year


@false_alarms("cusum.cusum, 104 weeks' training, rises of any size")
def _(weeks: np.ndarray, seed: int) -> tuple[float, float]:
    found = cusum(weeks[-3 * YEAR :], training=2 * YEAR, ratio=None, threshold=4.0, simulations=49, seed=seed)
    return float(found.alarm[-YEAR:].sum()), found.false_alarms.per_year
