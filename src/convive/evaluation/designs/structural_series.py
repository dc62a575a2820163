"""Bayesian structural series: a second opinion on an interrupted series, from the periods before alone.

rate = level + yearly waves + a wandering that returns + chance (Harvey & Durbin, JRSS A 1986; the semi-local level of
Brodersen et al., Annals of Applied Statistics 2015). How far it wanders and how slowly it returns is not known
from sixty small counts: both are summed over a grid (``unevenness.py``), so that the posterior is exact and nothing is
drawn; chance is what counts of that size bear. What the periods after would have been is predicted, and what happened
is held against it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special

from convive.analysis.checks import require
from convive.evaluation.designs.interrupted_series import PER_YEAR
from convive.evaluation.designs.unevenness import grid, log_prior
from convive.evaluation.result import Effect, averted_by
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import Flags, window

NAME = "structural-series"

BEYOND = np.concatenate([[0.0], np.geomspace(0.1, 1000.0, 28)])
"""The wandering on the grid: its variance over that of chance in a period."""

FURTHEST = 5.0
"""Log ratios beyond this are no limit."""


@dataclass(frozen=True)
class Prediction:
    """Events after, had nothing changed: a mixture over the grid of normal laws, each with its ``weight``,
    ``centre`` and ``scale`` (grid,). ``chance`` (grid,): the share of each variance that is chance in the
    events after, which grows with their number, not with its square."""

    weight: Floats
    centre: Floats
    scale: Floats
    chance: Floats

    def below(self, total: float, ratio: float = 1.0) -> float:
        """The probability that fewer than ``total`` events would have come, had the rate changed to ``ratio``."""
        scale = self.scale * np.sqrt(1 - self.chance + self.chance / ratio)
        return float(self.weight @ special.ndtr((total / ratio - self.centre) / scale))

    def not_contradicted(self, total: float, probability: float) -> float:
        """The ratio at which so few as ``total`` events have this ``probability``; infinite or 0 where every ratio
        leaves it larger or smaller."""

        def apart(log_ratio: float) -> float:
            return self.below(total, math.exp(log_ratio)) - probability

        if apart(FURTHEST) > 0 or apart(-FURTHEST) < 0:
            return math.inf if apart(FURTHEST) > 0 else 0.0
        return math.exp(optimize.brentq(apart, -FURTHEST, FURTHEST))


def structural_series(series: Series, start: dt.date, *, waves: int = 1, confidence: float = 0.95) -> Effect:
    """Events after ``start`` over those predicted, with the interval of the prediction. ``p`` is twice the smaller tail
    of the prediction, which is how surprising what happened is.

    Raises :class:`~convive.errors.EvaluationError` as :func:`~convive.evaluation.window.window` does.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    cut = window(series, start)
    found = predict(
        series.counts[cut.before][None], series.exposure, cut.before, cut.after, PER_YEAR[series.period], waves
    )[0]
    observed = float(series.counts[cut.after].sum())
    centre = float(found.weight @ found.centre)
    tail = (1 - confidence) / 2
    low, high = (found.not_contradicted(observed, side) for side in (1 - tail, tail))
    below = found.below(observed)
    return Effect(
        NAME,
        "rate-ratio",
        observed / centre,
        low,
        high,
        2 * min(below, 1 - below),
        "posterior",
        averted=averted_by(observed, observed / centre, low, high),
        warnings=cut.warnings,
        confidence=confidence,
        details={
            "observed": observed,
            "without": centre,
            "beyond_chance": float(found.weight @ grid(BEYOND)[0]),
        },
    )


def predict(
    counts: Floats, exposure: Floats, before: Flags, after: Flags, per_year: float, waves: int
) -> list[Prediction]:
    """Of each set of ``counts`` (sets, periods before) what the periods after would bring; ``exposure``, ``before`` and
    ``after`` (periods,) are the same for all sets."""
    points = _points(exposure.tobytes(), before.tobytes(), after.tobytes(), per_year, waves)
    rate = counts / exposure[before]
    total = float(exposure[after].sum())
    mean = np.maximum(rate.mean(axis=1), 1e-12)
    chance = mean / exposure[before].mean()
    log_weight = log_prior(np.sqrt(BEYOND * (chance / mean**2)[:, None]))
    centre, scale = np.empty_like(log_weight), np.empty_like(log_weight)
    for at, one in enumerate(points):
        square = ((rate @ one.maker.T) ** 2).sum(axis=1)
        log_weight[:, at] -= one.half_log_determinants + (len(one.maker) * np.log(chance) + square / chance) / 2
        centre[:, at] = rate @ one.forecast
        scale[:, at] = np.sqrt(one.spread * chance)
    weight = np.exp(log_weight - special.logsumexp(log_weight, axis=1, keepdims=True))
    by_chance = np.array([one.chance for one in points])
    return [Prediction(weight[row], centre[row] * total, scale[row] * total, by_chance) for row in range(len(counts))]


@dataclass(frozen=True)
class _Point:
    """All that does not depend on the counts for one point of the grid: ``maker`` (n − p, n) turns rates into
    independent residuals, ``forecast`` (n,) into the mean rate after; ``spread``: the variance of that forecast's
    error over that of chance in a period, ``chance`` the share of it that is chance in the events after."""

    maker: Floats
    forecast: Floats
    spread: float
    chance: float
    half_log_determinants: float


@lru_cache(maxsize=8)
def _points(exposed: bytes, was: bytes, then: bytes, per_year: float, waves: int) -> tuple[_Point, ...]:
    exposure, before, after = np.frombuffer(exposed), np.frombuffer(was, bool), np.frombuffer(then, bool)
    time = np.arange(len(exposure), dtype=np.float64)
    columns = [np.ones(len(time))]
    for wave in range(1, waves + 1):
        if 2 * wave < per_year:
            angle = 2 * np.pi * wave * time / per_year
            columns += [np.cos(angle), np.sin(angle)]
    x = np.column_stack(columns)
    share = np.where(after, exposure, 0.0) / exposure[after].sum()
    noise = exposure[before].mean() / exposure
    lag = np.abs(np.subtract.outer(time, time))
    found = []
    for beyond, memory in zip(*grid(BEYOND), strict=True):
        whole = np.diag(noise) + beyond * np.where(lag == 0, 1.0, memory**lag)
        v, with_after = whole[np.ix_(before, before)], whole[np.ix_(before, np.ones(len(time), bool))] @ share
        root = np.linalg.cholesky(v)
        wx, ahead = np.linalg.solve(root, x[before]), np.linalg.solve(root, with_after)
        q, r = np.linalg.qr(wx, mode="complete")
        p = x.shape[1]
        whitened = np.linalg.inv(root)
        beta = np.linalg.solve(r[:p], q[:, :p].T @ whitened)
        x_after = share @ x
        gap = x_after - wx.T @ ahead
        forecast = x_after @ beta + ahead @ (whitened - wx @ beta)
        reach = np.linalg.solve(r[:p].T, gap)
        spread = float(share @ whole @ share - ahead @ ahead + reach @ reach)
        determinants = float(np.log(np.diag(root)).sum() + np.log(np.abs(np.diag(r[:p]))).sum())
        chance = float(share**2 @ noise) / spread
        found.append(_Point(q[:, p:].T @ whitened, forecast, spread, chance, determinants))
    return tuple(found)
