"""Bayesian structural series: a second opinion on an interrupted series, from the periods before alone.

rate = level that wanders + yearly waves + noise (Harvey & Durbin, JRSS A 1986; Brodersen et al., Annals of Applied
Statistics 2015). The level is a random walk whose step is √q of the noise; q has a prior that holds long wanderings
for unlikely (Simpson et al., Statistical Science 2017) and is summed over a grid, so that the posterior is exact and
nothing is drawn. What the periods after would have been is predicted, and what happened is held against it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from convive.analysis.checks import require
from convive.evaluation.designs.interrupted_series import PER_YEAR
from convive.evaluation.result import Effect, Interval
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import Flags, window

NAME = "structural-series"

STEPS = np.concatenate([[0.0], np.geomspace(0.005, 0.8, 24)])
"""√q on the grid: the standard deviation of the level's step over that of the noise."""

UNLIKELY_STEP = 0.10
"""The level's step exceeds this share of the noise with a prior probability of 5 %."""


@dataclass(frozen=True)
class Prediction:
    """Events after, had nothing changed: a mixture over the grid of t distributions with ``freedom``, each with its
    ``weight``, ``centre`` and ``scale`` (grid,)."""

    weight: Floats
    centre: Floats
    scale: Floats
    freedom: int

    def below(self, total: float) -> float:
        """The probability that fewer than ``total`` events would have come."""
        return float(self.weight @ stats.t.cdf((total - self.centre) / self.scale, self.freedom))

    def quantile(self, probability: float) -> float:
        ends = stats.t.ppf(probability, self.freedom, self.centre, self.scale)
        low, high = float(ends.min()), float(ends.max())
        if high - low < 1e-9:
            return low
        found = optimize.brentq(lambda total: self.below(total) - probability, low - 1e-6, high + 1e-6)
        return float(found)


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
    least, most = max(found.quantile(tail), 1e-9), found.quantile(1 - tail)
    below = found.below(observed)
    return Effect(
        NAME,
        "rate-ratio",
        observed / centre,
        observed / most,
        observed / least,
        2 * min(below, 1 - below),
        "posterior",
        averted=Interval(centre - observed, least - observed, most - observed),
        warnings=cut.warnings,
        confidence=confidence,
        details={"observed": observed, "without": centre, "step": float(found.weight @ STEPS)},
    )


def predict(
    counts: Floats, exposure: Floats, before: Flags, after: Flags, per_year: float, waves: int
) -> list[Prediction]:
    """Of each set of ``counts`` (sets, periods before) what the periods after would bring; ``exposure``, ``before`` and
    ``after`` (periods,) are the same for all sets."""
    grid = _grid(exposure.tobytes(), before.tobytes(), after.tobytes(), per_year, waves)
    rate = counts / exposure[before]
    total = float(exposure[after].sum())
    log_weight = np.empty((len(counts), len(STEPS)))
    centre, scale = np.empty_like(log_weight), np.empty_like(log_weight)
    for at, one in enumerate(grid):
        residual = rate @ one.maker.T
        square = (residual**2).sum(axis=1)
        log_weight[:, at] = one.log_prior - one.half_log_determinants - one.freedom / 2 * np.log(square)
        centre[:, at] = rate @ one.forecast
        scale[:, at] = np.sqrt(one.spread * square / one.freedom)
    weight = np.exp(log_weight - special.logsumexp(log_weight, axis=1, keepdims=True))
    return [
        Prediction(weight[row], centre[row] * total, scale[row] * total, grid[0].freedom) for row in range(len(counts))
    ]


@dataclass(frozen=True)
class _AtStep:
    """All that does not depend on the counts for one q: ``maker`` (n − p, n) turns rates into independent residuals,
    ``forecast`` (n,) into the mean rate after; ``spread`` is the variance of that forecast's error."""

    maker: Floats
    forecast: Floats
    spread: float
    half_log_determinants: float
    log_prior: float
    freedom: int


@lru_cache(maxsize=8)
def _grid(exposed: bytes, was: bytes, then: bytes, per_year: float, waves: int) -> tuple[_AtStep, ...]:
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
    walk = np.minimum.outer(time, time)
    widths = np.diff(np.concatenate([[0.0], (STEPS[1:] + STEPS[:-1]) / 2, [STEPS[-1]]]))
    rate = -math.log(0.05) / UNLIKELY_STEP
    found = []
    for step, width in zip(STEPS, widths, strict=True):
        whole = np.diag(noise) + step**2 * walk
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
        log_prior = math.log(width) - rate * step
        found.append(_AtStep(q[:, p:].T @ whitened, forecast, spread, determinants, log_prior, len(v) - p))
    return tuple(found)
