"""Bayesian structural series: a second opinion on an interrupted series, from the periods before alone.

rate = level that wanders + yearly waves + noise, of which a share remembers (Harvey & Durbin, JRSS A 1986; Brodersen et
al., Annals of Applied Statistics 2015). The level is a random walk whose step is √q of the noise; q has a prior that
holds long wanderings for unlikely (Simpson et al., Statistical Science 2017); how large the share is and how long it
remembers is not known from sixty small counts either. All three are summed over a grid, so that the posterior is exact
and nothing is drawn. What the periods after would have been is predicted, and what happened is held against it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import optimize, special

from convive.analysis.checks import require
from convive.evaluation.designs.interrupted_series import PER_YEAR
from convive.evaluation.result import Effect, averted_by
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import Flags, window

NAME = "structural-series"

STEPS = np.concatenate([[0.0], np.geomspace(0.01, 0.8, 11)])
"""√q on the grid: the standard deviation of the level's step over that of the noise."""

SHARES, MEMORIES = (0.15, 0.3, 0.45), (0.3, 0.5, 0.7)
"""The share of the noise that remembers, and its correlation from one period to the next, each as probable as the
other; beside them, in ``FORGETFUL`` of the prior, no share at all."""

FORGETFUL = 0.25

FURTHEST = 5.0
"""Log ratios beyond this are no limit."""

UNLIKELY_STEP = 0.06
"""The level's step exceeds this share of the noise with a prior probability of 5 %: chosen so that intervals hold on
series with and without memory (benchmarks/evaluation/calibration.py)."""


@dataclass(frozen=True)
class Prediction:
    """Events after, had nothing changed: a mixture over the grid of t distributions with ``freedom``, each with its
    ``weight``, ``centre`` and ``scale`` (grid,). ``chance`` (grid,): the share of each variance that is chance in the
    events after, which grows with their number, not with its square."""

    weight: Floats
    centre: Floats
    scale: Floats
    chance: Floats
    freedom: int

    def below(self, total: float, ratio: float = 1.0) -> float:
        """The probability that fewer than ``total`` events would have come, had the rate changed to ``ratio``."""
        scale = self.scale * np.sqrt(1 - self.chance + self.chance / ratio)
        return float(self.weight @ special.stdtr(self.freedom, (total / ratio - self.centre) / scale))

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
            "step": float(found.weight @ [one.step for one in _priors()]),
        },
    )


def predict(
    counts: Floats, exposure: Floats, before: Flags, after: Flags, per_year: float, waves: int
) -> list[Prediction]:
    """Of each set of ``counts`` (sets, periods before) what the periods after would bring; ``exposure``, ``before`` and
    ``after`` (periods,) are the same for all sets."""
    grid = _grid(exposure.tobytes(), before.tobytes(), after.tobytes(), per_year, waves)
    rate = counts / exposure[before]
    total = float(exposure[after].sum())
    least = np.maximum(rate.mean(axis=1), 1e-12) / exposure[before].mean()
    log_weight = np.empty((len(counts), len(grid)))
    centre, scale = np.empty_like(log_weight), np.empty_like(log_weight)
    for at, one in enumerate(grid):
        residual = rate @ one.maker.T
        square = (residual**2).sum(axis=1)
        log_weight[:, at] = one.log_prior - one.half_log_determinants - one.freedom / 2 * np.log(square)
        # Counts scatter by chance at least; what remembers is beside that.
        room = special.chdtr(one.freedom, (1 - one.share) * square / least)
        log_weight[:, at] += np.log(np.maximum(room, 1e-300))
        centre[:, at] = rate @ one.forecast
        scale[:, at] = np.sqrt(one.spread * square / one.freedom)
    weight = np.exp(log_weight - special.logsumexp(log_weight, axis=1, keepdims=True))
    chance = np.array([one.chance for one in grid])
    return [
        Prediction(weight[row], centre[row] * total, scale[row] * total, chance, grid[0].freedom)
        for row in range(len(counts))
    ]


@dataclass(frozen=True)
class _AtStep:
    """All that does not depend on the counts for one point of the grid: ``maker`` (n − p, n) turns rates into
    independent residuals, ``forecast`` (n,) into the mean rate after; ``spread``: the variance of that forecast's
    error, ``chance`` the share of it that is chance in the events after."""

    maker: Floats
    forecast: Floats
    spread: float
    chance: float
    share: float
    half_log_determinants: float
    log_prior: float
    freedom: int


@dataclass(frozen=True)
class _Prior:
    """One point of the grid and its log prior probability, up to a constant."""

    step: float
    share: float
    memory: float
    log: float


@cache
def _priors() -> tuple[_Prior, ...]:
    widths = np.diff(np.concatenate([[0.0], (STEPS[1:] + STEPS[:-1]) / 2, [STEPS[-1]]]))
    rate = -math.log(0.05) / UNLIKELY_STEP
    noises = [(0.0, 0.0, FORGETFUL)]
    noises += [(s, m, (1 - FORGETFUL) / (len(SHARES) * len(MEMORIES))) for s in SHARES for m in MEMORIES]
    return tuple(
        _Prior(float(step), share, memory, math.log(width * weight) - rate * float(step))
        for share, memory, weight in noises
        for step, width in zip(STEPS, widths, strict=True)
    )


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
    lag = np.abs(np.subtract.outer(time, time))
    found = []
    for prior in _priors():
        whole = np.diag((1 - prior.share) * noise) + prior.share * prior.memory**lag + prior.step**2 * walk
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
        chance = (1 - prior.share) * float(share**2 @ noise) / spread
        found.append(
            _AtStep(q[:, p:].T @ whitened, forecast, spread, chance, prior.share, determinants, prior.log, len(v) - p)
        )
    return tuple(found)
