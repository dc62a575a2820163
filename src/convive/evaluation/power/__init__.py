"""Power before hope: the smallest fall that a design would see in a city's own series, before anybody waits for it.

Months like the city's are drawn again and again: its level, its season, its dispersion and its memory (counts around a
log rate that remembers; Zeger, Biometrika 1988). After the start a share of the events is struck out, and the design's
own statistic is asked whether it noticed. The critical value is that of the draws in which nothing was struck out, so
that power is never had by false alarms. What is told comes with the error of the simulation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.limits import limits
from convive.evaluation.power.statistics import MIXTURES, STATISTICS, Setting
from convive.texts import number, say

Floats = NDArray[np.float64]

MONTHS = (6, 12, 24, 36)
WANTED = limits().power_enough
ROUNDS = 4
"""How often the step between what is seen too seldom and what is seen often enough is halved."""

LOWEST = 0.05
"""No fall beyond this share is looked for."""


@dataclass(frozen=True)
class Like:
    """What was measured of a city's months: ``mean`` (12,) events by month of the year from the first of the series on,
    ``spread`` (the standard deviation of the log rate beyond chance) and its ``memory`` from month to month."""

    mean: Floats
    spread: float
    memory: float

    @property
    def a_year(self) -> float:
        return float(self.mean.sum())


@dataclass(frozen=True)
class Smallest:
    """With ``design``, ``months`` after the start, a fall to the rate ``ratio`` would be seen with probability
    ``power``; 95 % of simulations like this one would say ``low``–``high``. None: not even a fall to nothing would be.
    """

    design: str
    months: int
    ratio: float | None
    low: float | None
    high: float | None
    power: float
    a_year: float
    simulations: int
    seed: int


@dataclass(frozen=True)
class Seen:
    """The probability that a change to ``ratio`` is seen, with the standard ``error`` of the simulation."""

    ratio: float
    power: float
    error: float


def smallest_falls(
    counts: ArrayLike,
    design: str = "interrupted-series",
    *,
    months: Sequence[int] = MONTHS,
    power: float = WANTED,
    level: float = 0.05,
    comparison: ArrayLike | None = None,
    simulations: int = 1000,
    seed: int = 0,
) -> tuple[Smallest, ...]:
    """The smallest fall seen after each of ``months``, from monthly ``counts`` (n,) before the measure.

    ``comparison`` (n,) or (units, n): months of those one would compare with; where it is not given, as many units like
    the city as the design needs. Raises :class:`~convive.errors.EvaluationError`: a design that power is not known of,
    a series too short or without events.
    """
    require(0 < power < 1, what="power", got=power, wanted="0 … 1")
    found = []
    for after in months:
        trial = _Trial(counts, design, after, level, comparison, simulations, seed)
        found.append(_smallest(trial, design, after, power, simulations, seed))
    return tuple(found)


def beside(design: str, comparison: Floats) -> Floats:
    """Months of the ``comparison`` (units, n) as ``design`` looks at them: each by itself, or added up."""
    found: Floats = comparison if design in MIXTURES else comparison.sum(axis=0)
    return found


def power_of(
    counts: ArrayLike,
    ratio: float,
    design: str = "interrupted-series",
    *,
    months: int = 12,
    level: float = 0.05,
    comparison: ArrayLike | None = None,
    simulations: int = 1000,
    seed: int = 0,
) -> Seen:
    """How probable it is that a fall to ``ratio`` is seen after ``months``; otherwise as :func:`smallest_falls`."""
    require(0 < ratio <= 1, what="ratio", got=ratio, wanted="0 … 1")
    share = _Trial(counts, design, months, level, comparison, simulations, seed).power(ratio)
    return Seen(ratio, share, math.sqrt(share * (1 - share) / simulations))


def sentences(found: Sequence[Smallest], language: str) -> list[str]:
    """One sentence on what could be seen, and one on what that rests on."""
    first = found[0]
    values = {"deaths": number(first.a_year, language), "percent": number(100 * first.power, language)}
    seen = [one for one in found if one.ratio is not None]
    told = [
        say("power.after", language, months=one.months, fall=number(100 * (1 - _ratio(one)), language)) for one in seen
    ]
    head = say("power.sentence" if seen else "power.nothing", language, told="; ".join(told), **values)
    never = [one.months for one in found if one.ratio is None]
    if seen and never:
        head += " " + say("power.never", language, months=max(never))
    return [head, say("power.rests", language, simulations=first.simulations, error=_error(seen, language))]


def like(counts: ArrayLike) -> Like:
    """What the draws imitate. Raises :class:`~convive.errors.EvaluationError` as :func:`smallest_falls` does."""
    y = np.ascontiguousarray(counts, np.float64)
    wrong = int(np.count_nonzero(~np.isfinite(y)))
    if wrong or y.ndim != 1:
        raise EvaluationError(Problem("evaluation-missing", values={"n": wrong or y.size}))
    broken = int(np.count_nonzero((y < 0) | (y != np.floor(y))))
    if broken:
        raise EvaluationError(Problem("evaluation-not-counts", values={"n": broken}))
    least = limits().before["month"]
    if len(y) < least:
        raise EvaluationError(Problem("power-too-short", values={"n": len(y), "least": least}))
    if y.sum() == 0:
        raise EvaluationError(Problem("power-no-events", values={"n": len(y)}))
    mean = _season(y)
    expected = mean[np.arange(len(y)) % 12]
    residual = (y - expected) / expected
    extra = float(((y - expected) ** 2 - y).mean() / (expected**2).mean())
    together = float((residual[1:] * residual[:-1]).mean())
    spread = math.sqrt(math.log1p(max(extra, 0.0)))
    memory = min(max(math.log1p(max(together, 0.0)) / spread**2, 0.0), 0.9) if spread > 0 else 0.0
    return Like(mean, spread, memory)


def drawn(one: Like, shocks: Floats, generator: np.random.Generator) -> Floats:
    """Series (sets, months) like those of the city, whose log rate moves by the normal ``shocks`` (sets, months)."""
    log_rate = shocks.copy()
    for at in range(1, shocks.shape[1]):
        log_rate[:, at] = one.memory * log_rate[:, at - 1] + math.sqrt(1 - one.memory**2) * shocks[:, at]
    mean = one.mean[np.arange(shocks.shape[1]) % 12]
    made: Floats = generator.poisson(mean * np.exp(one.spread * log_rate - one.spread**2 / 2)).astype(np.float64)
    return made


def _season(y: Floats) -> Floats:
    """Events (12,) by month of the year, drawn towards the mean as far as chance alone would scatter them."""
    level = float(y.mean())
    by_month = np.array([y[at::12].mean() for at in range(12)])
    chance = level / (len(y) / 12)
    kept = max(0.0, 1 - chance / max(float(((by_month - level) ** 2).mean()), 1e-12))
    season: Floats = level + kept * (by_month - level)
    return np.maximum(season, 1e-3 * level)


class _Trial:
    """Draws of one design after so many months; each ratio is tried on the same draws."""

    def __init__(
        self,
        counts: ArrayLike,
        design: str,
        months: int,
        level: float,
        comparison: ArrayLike | None,
        simulations: int,
        seed: int,
    ) -> None:
        if design not in STATISTICS:
            raise EvaluationError(Problem("power-no-design", value=design, values={"known": ", ".join(STATISTICS)}))
        require(0 < level < 1, what="level", got=level, wanted="0 … 1")
        require(months >= 1, what="months", got=months, wanted=">= 1")
        require(simulations >= 100, what="simulations", got=simulations, wanted=">= 100")
        before = len(np.atleast_1d(np.asarray(counts)))
        chosen = STATISTICS[design]
        units = [like(counts)] * chosen.treated
        units += self._others(counts, None if chosen.itself else comparison, chosen.units)
        generator = np.random.default_rng(seed)
        self._setting = Setting(before, months)
        shape = (simulations, before + months)
        shared = generator.standard_normal(shape)
        shocks = [shared if chosen.itself else generator.standard_normal(shape) for _ in units]
        self._sets = np.stack([drawn(one, moved, generator) for one, moved in zip(units, shocks, strict=True)], axis=1)
        self._marks = np.random.SeedSequence(seed).spawn(1)[0]
        self._struck = [(at, before + since) for at, since in enumerate(chosen.since(self._setting))]
        self._ask = chosen.learn(self._sets, self._setting)
        quiet = self._ask(self._sets)
        self._critical = float(np.quantile(np.abs(quiet), 1 - level, method="higher"))
        self.a_year = units[0].a_year

    def guess(self, power: float) -> float:
        """A log ratio somewhat nearer to 0 than that which one would see if counts alone had chance in them."""
        events = self.a_year / 12
        rough = math.sqrt(1 / (events * self._setting.after) + 1 / (events * self._setting.before))
        return max(-0.7 * (self._critical + float(stats.norm.ppf(power))) * rough, -1.0)

    def power(self, ratio: float) -> float:
        """The share of draws in which a fall to ``ratio`` is called a fall."""
        fallen, generator = self._sets.copy(), np.random.default_rng(self._marks)
        for row, since in self._struck:
            fallen[:, row, since:] = generator.binomial(fallen[:, row, since:].astype(int), ratio)
        return float((self._ask(fallen) < -self._critical).mean())

    @staticmethod
    def _others(counts: ArrayLike, comparison: ArrayLike | None, needed: int) -> list[Like]:
        if needed == 0:
            return []
        if comparison is None:
            return [like(counts)] * needed
        return [like(row) for row in np.atleast_2d(np.asarray(comparison, np.float64))]


def _smallest(trial: _Trial, design: str, months: int, power: float, simulations: int, seed: int) -> Smallest:
    """Walks down from small falls to the first that is seen often enough, and halves what lies between. Downwards,
    because a design that needs events after sees a fall to nothing less well than a large one."""
    tried: list[tuple[float, float]] = []

    def seen(log_ratio: float) -> bool:
        tried.append((log_ratio, trial.power(math.exp(log_ratio))))
        return tried[-1][1] >= power

    short, enough = 0.0, trial.guess(power)
    while not seen(enough):
        short, enough = enough, min(enough * 1.25, enough - 0.05)
        if enough < math.log(LOWEST):
            return Smallest(design, months, None, None, None, power, trial.a_year, simulations, seed)
    for _ in range(ROUNDS):
        middle = (short + enough) / 2
        short, enough = (short, middle) if seen(middle) else (middle, enough)
    at = (short + enough) / 2
    error = math.sqrt(power * (1 - power) / simulations) / float(stats.norm.pdf(stats.norm.ppf(power)))
    reach = 1.96 * error / _slope(tried, at, simulations)
    low, high = math.exp(at - reach), min(math.exp(at + reach), 1.0)
    return Smallest(design, months, math.exp(at), low, high, power, trial.a_year, simulations, seed)


def _probit(share: float, simulations: int) -> float:
    return float(stats.norm.ppf((share * simulations + 0.5) / (simulations + 1)))


def _slope(tried: list[tuple[float, float]], at: float, simulations: int) -> float:
    """How fast the probit of power falls with the log ratio, from the six trials nearest to ``at``."""
    near = sorted(tried, key=lambda one: abs(one[0] - at))[:6]
    x, y = np.array([one[0] for one in near]), np.array([_probit(one[1], simulations) for one in near])
    # Never flatter than from nothing at all: the chance of a false alarm there is small.
    return max(-float(np.polyfit(x, y, 1)[0]), 0.5 / abs(at))


def _ratio(one: Smallest) -> float:
    assert one.ratio is not None
    return one.ratio


def _error(seen: Sequence[Smallest], language: str) -> str:
    """Half the widest interval that the simulation leaves, in points of the fall."""
    widest = max((100 * ((one.high or 0.0) - (one.low or 0.0)) / 2 for one in seen), default=0.0)
    return number(max(math.ceil(widest), 1), language)
