"""Weekly counts: what every alarm asks of them, what they are when nothing happens, and how often an alarm is then
false.

An alarm without its number of false alarms a year says nothing: with 52 weeks and 200 districts something always
stands out. So every alarm of this room runs itself on counts drawn from the null model and says what it found there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import poisson, uniform
from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.errors import AnalysisError, Problem

WEEKS_A_YEAR = 365.25 / 7

SEASONAL_EVENTS = 20
"""So many events are needed before a null model has a trend and a season; below, it is one level."""


@dataclass(frozen=True)
class FalseAlarms:
    """How many alarms a year the method raises when nothing happens.

    ``per_year`` with the 95% interval ``low``–``high`` of its simulation (not of the null model, which is taken as
    true); ``mean`` count a week and ``dispersion`` (variance over mean) of the simulated weeks; ``weeks`` in each
    simulation.
    """

    per_year: float
    low: float
    high: float
    mean: float
    dispersion: float
    weeks: int
    simulations: int
    seed: int
    null: str


@dataclass(frozen=True)
class Null:
    """What weekly counts are when nothing happens: ``mean`` of each week, ``dispersion`` (variance over mean, at least
    1), and the model in words."""

    mean: Floats
    dispersion: float
    words: str


def checked_counts(counts: ArrayLike, *, least: int = 1, missing: bool = False) -> Floats:
    """``counts`` (n,) of consecutive weeks, as floats; where ``missing`` is allowed, NaN marks a week without data.

    Raises :class:`~convive.errors.AnalysisError` for fewer than ``least`` weeks, negative or broken counts, and weeks
    that are all zero.
    """
    array = np.array(counts, dtype=np.float64)
    gaps = np.isnan(array) if missing else np.zeros(array.shape, bool)
    checked = checked_values(np.where(gaps, 0.0, array), what="counts")
    wrong = int(np.count_nonzero((checked < 0) | (checked != np.floor(checked))))
    if wrong:
        raise AnalysisError(Problem("analysis-not-counts", values={"n": wrong}))
    at_least(len(checked) - int(gaps.sum()), least)
    if not checked.any():
        raise AnalysisError(Problem("analysis-all-zero", values={"n": len(checked)}))
    checked[gaps] = np.nan
    return checked


def null_of(counts: Floats, period: int) -> Null:
    """The null model of ``counts`` (NaN where missing): a level, and from two cycles of ``period`` weeks and
    ``SEASONAL_EVENTS`` events on a log-linear trend and one wave a cycle, by quasi-Poisson regression.

    True outbreaks within ``counts`` enlarge the dispersion: the null is then wider than the truth.
    """
    said = ~np.isnan(counts)
    seen = counts[said]
    level = float(seen.mean())
    if len(seen) >= 2 * period and seen.sum() >= SEASONAL_EVENTS:
        mean = _trend_and_season(counts, said, period)
        if mean is not None:
            words = "independent weeks around a log-linear trend and a yearly wave fitted to the series"
            return _null(mean, _dispersion(seen, mean[said], 4), words)
    return _null(
        np.full(len(counts), level), _dispersion(seen, np.full(len(seen), level), 1), "independent weeks alike"
    )


def _null(mean: Floats, dispersion: float, words: str) -> Null:
    law = "Poisson" if dispersion == 1 else "negative binomial"
    return Null(mean, dispersion, f"{words}, {law} counts")


def _dispersion(seen: Floats, mean: Floats, parameters: int) -> float:
    return max(1.0, float(((seen - mean) ** 2 / mean).sum() / max(len(seen) - parameters, 1)))


def _trend_and_season(counts: Floats, said: NDArray[np.bool_], period: int) -> Floats | None:
    """The fitted mean of every week, or none where the regression does not settle."""
    week = np.arange(len(counts), dtype=np.float64)
    angle = 2 * np.pi * week / period
    design = np.column_stack([np.ones(len(week)), (week - week.mean()) / len(week), np.cos(angle), np.sin(angle)])
    x, y = design[said], counts[said]
    coefficient = np.array([np.log(y.mean()), 0.0, 0.0, 0.0])
    for _ in range(50):
        mean = np.exp(x @ coefficient)
        step = np.linalg.solve((x.T * mean) @ x, x.T @ (y - mean))
        coefficient = coefficient + step
        # Events in one heap draw the wave or the trend without end: then there is no season to speak of.
        if not np.all(np.isfinite(coefficient)) or np.abs(coefficient).max() > 20:
            return None
        if np.abs(step).max() < 1e-9:
            fitted: Floats = np.exp(design @ coefficient)
            return fitted
    return None


def false_alarms(
    alarms: NDArray[np.int64], weeks: int, mean: float, dispersion: float, seed: int, null: str
) -> FalseAlarms:
    """From ``alarms`` (simulations,) found in ``weeks`` weeks each, the number a year."""
    simulations = len(alarms)
    scale = WEEKS_A_YEAR / weeks
    per_year = float(alarms.mean()) * scale
    reach = 1.959964 * float(alarms.std(ddof=1)) / math.sqrt(simulations) * scale
    # No alarm in any simulation does not mean that there is none: Garwood's upper limit of no count.
    high = per_year + reach if alarms.any() else -math.log(0.025) / simulations * scale
    return FalseAlarms(per_year, max(0.0, per_year - reach), high, mean, dispersion, weeks, simulations, seed, null)


def checked_simulations(simulations: int) -> int:
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    return int(simulations)


@njit(cache=True)
def normal(state: NDArray[np.uint64]) -> float:
    """A standard normal number (Box & Muller 1958)."""
    return math.sqrt(-2.0 * math.log(1.0 - uniform(state))) * math.cos(2.0 * math.pi * uniform(state))


@njit(cache=True)
def gamma(shape: float, state: NDArray[np.uint64]) -> float:
    """A gamma number of scale 1 (Marsaglia & Tsang, ACM TOMS 2000)."""
    if shape < 1.0:
        return _gamma(shape + 1.0, state) * float((1.0 - uniform(state)) ** (1.0 / shape))
    return _gamma(shape, state)


@njit(cache=True)
def _gamma(shape: float, state: NDArray[np.uint64]) -> float:
    """That of a ``shape`` of at least 1."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(state)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(1.0 - uniform(state)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return d * v


@njit(cache=True)
def count(mean: float, dispersion: float, state: NDArray[np.uint64]) -> int:
    """A count of variance ``mean`` · ``dispersion``: Poisson where the dispersion is 1, else negative binomial."""
    if dispersion <= 1.0:
        return poisson(mean, state)
    return poisson(gamma(mean / (dispersion - 1.0), state) * (dispersion - 1.0), state)


@njit(cache=True)
def quantile(probability: float, mean: float, dispersion: float) -> float:
    """The least count that a Poisson or negative binomial number stays at or below with ``probability``.

    Summed from the mode outwards, so that large means do not underflow. Infinite where the variance exceeds 1e9: no
    week has such counts, and the sum would not end.
    """
    if mean <= 0.0:
        return 0.0
    if not mean * dispersion < 1e9:
        return np.inf
    size = mean / (dispersion - 1.0) if dispersion > 1.0 else math.inf
    mode = float(math.floor(mean if dispersion <= 1.0 else max(0.0, (size - 1.0) * (dispersion - 1.0))))
    share = mean if dispersion <= 1.0 else (dispersion - 1.0) / dispersion
    if dispersion <= 1.0:
        at_mode = math.exp(mode * math.log(mean) - mean - math.lgamma(mode + 1.0))
    else:
        at_mode = math.exp(
            math.lgamma(mode + size)
            - math.lgamma(size)
            - math.lgamma(mode + 1.0)
            - size * math.log(dispersion)
            + mode * math.log(share)
        )
    below, term, at = 0.0, at_mode, mode
    while at > 0.0 and term > 1e-18:
        term *= at / share if dispersion <= 1.0 else at / ((at - 1.0 + size) * share)
        at -= 1.0
        below += term
    if below >= probability:
        # The quantile lies below the mode: walk up again from the bottom reached.
        total = term
        while total < probability:
            term *= share / (at + 1.0) if dispersion <= 1.0 else (at + size) * share / (at + 1.0)
            at += 1.0
            total += term
        return at
    total, term, at = below + at_mode, at_mode, mode
    while total < probability and term > 1e-18:
        term *= share / (at + 1.0) if dispersion <= 1.0 else (at + size) * share / (at + 1.0)
        at += 1.0
        total += term
    return at
