"""Sequential monitoring: looking each month without crying wolf more often than once in twenty.

The maximised sequential probability ratio test (Kulldorff et al., Sequential Analysis 2011) on events of the treated
place and a comparison, or of the treated place alone, before and since (Li & Kulldorff, Statistics in Medicine 2010:
the past is counted, not taken for known). The limit that the log likelihood
ratio must pass at any look is found by simulation of the whole planned watch, so that the false-alarm rate holds over
all looks together. Looks, horizon and limit are fixed before the first look.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, special

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.regression import newey_west
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import told_once, window

NAME = "sequential"

MEMORY = 12
"""Periods over which the counts are asked whether they resemble each other."""


@dataclass(frozen=True)
class Watch:
    """What monitoring says. ``statistic`` (looks,): the log likelihood ratio so far at each look; ``limit``: what it
    must pass; ``signal``: the look (from 0) at which it did, or None; ``looks`` planned. ``effect``: the ratio at the
    last look, its interval widened so that those of all looks hold together."""

    effect: Effect
    statistic: Floats
    limit: float
    signal: int | None
    looks: int


def sequential(
    treated: Series,
    start: dt.date,
    *,
    comparison: Series | None = None,
    looks: int | None = None,
    confidence: float = 0.95,
    simulations: int = 9_999,
    seed: int = 0,
) -> Watch:
    """Watch ``treated`` from ``start`` on, once a period, for ``looks`` periods in all (those seen, where None).

    With a ``comparison`` (same periods) what moves both alike drops out; without one, the watch compares the place with
    its own past and takes a trend for an effect. Raises :class:`~convive.errors.EvaluationError` as
    :func:`~convive.evaluation.window.window` does, but not for a time after without events, which is the best of news.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    cut = window(treated, start, events_after=False)
    warnings = cut.warnings
    if comparison is not None:
        if comparison.starts != treated.starts:
            raise EvaluationError(Problem("evaluation-periods-differ", value=start.isoformat()))
        warnings = told_once(warnings, window(comparison, start).warnings)
    seen = int(cut.after.sum())
    planned = seen if looks is None else looks
    require(planned >= seen, what="looks", got=planned, wanted=f">= {seen}")
    streams = [treated] if comparison is None else [treated, comparison]
    counts = np.stack([one.counts for one in streams])
    exposure = np.stack([one.exposure for one in streams])
    watched = Watched(counts[:, cut.before], counts[:, cut.after], exposure[:, cut.before], exposure[:, cut.after])
    statistic = watched.statistics()
    most = watched.null(planned, simulations, seed)
    limit = float(np.sort(most)[min(math.ceil(confidence * (simulations + 1)), simulations) - 1])
    passed = np.flatnonzero(statistic > limit)
    low, high = watched.interval(limit)
    ratio = watched.ratio
    observed = float(treated.counts[cut.after].sum())
    without = observed / ratio if ratio > 0 else watched.expected
    effect = Effect(
        NAME,
        "rate-ratio",
        ratio,
        low,
        high,
        float((1 + np.count_nonzero(most >= statistic.max())) / (1 + simulations)),
        "sequential",
        averted=Interval(without - observed, without * high - observed, math.nan)
        if observed == 0
        else Interval(
            without - observed, observed / high - observed, observed / low - observed if low > 0 else math.inf
        ),
        diagnostics=(Diagnostic("dispersion", watched.dispersion),),
        warnings=warnings,
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"observed": observed, "without": without, "limit": limit, "looks": float(planned)},
    )
    return Watch(effect, statistic, limit, int(passed[0]) if len(passed) else None, planned)


@dataclass(frozen=True)
class Watched:
    """Counts and exposure of one stream (the treated) or two (treated, comparison): (streams, periods)."""

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats

    @cached_property
    def dispersion(self) -> float:
        """Pearson's, of the periods before, around what the streams have in common; at least 1. Where periods resemble
        those before, their sum strays further: times the sum of what they remember (Bartlett's weights over ``MEMORY``
        periods)."""
        rate = self.before.sum(axis=1, keepdims=True) / self.exposure_before.sum(axis=1, keepdims=True)
        mean = self.exposure_before * rate
        freedom = self.before.shape[1] - 1
        if len(mean) == 2:
            mean = mean * self.before.sum(axis=0) / mean.sum(axis=0)
        squares = np.divide((self.before - mean) ** 2, mean, out=np.zeros_like(mean), where=mean > 1e-12)
        return max(1.0, float(squares.sum() / freedom)) * self._memory(mean)

    def _memory(self, mean: Floats) -> float:
        """The long-run variance of the first stream's residuals over their variance; at least 1."""
        strays = (self.before[0] - mean[0]) / np.sqrt(np.maximum(mean[0], 1e-12))
        strays = strays - strays.mean()
        lags = min(MEMORY, len(strays) // 4)
        total = float(strays @ strays)
        return max(1.0, newey_west(strays, lags) ** 2 / total) if total > 0 else 1.0

    @property
    def ratio(self) -> float:
        """The rate ratio of the treated at the last look, over that of the comparison where there is one."""
        change = (self.after.sum(axis=1) / self.exposure_after.sum(axis=1)) / (
            self.before.sum(axis=1) / self.exposure_before.sum(axis=1)
        )
        return float(change[0] if len(change) == 1 else change[0] / change[1])

    @property
    def expected(self) -> float:
        """Events of the treated after, had its rate changed as that of the comparison, or not at all."""
        each = self.before.sum(axis=1) * self.exposure_after.sum(axis=1) / self.exposure_before.sum(axis=1)
        return float(each[0] if len(each) == 1 else each[0] * self.after[1].sum() / each[1])

    def statistics(self) -> Floats:
        """The log likelihood ratio (looks,) at each look."""
        odds = _odds(self.exposure_before, self.exposure_after)
        return likelihood_ratio(self.before.sum(axis=1), np.cumsum(self.after, axis=1), odds) / self.dispersion

    def interval(self, limit: float) -> tuple[float, float]:
        """Ratios that the last look does not contradict: whose likelihood ratio stays within ``limit``."""
        before, after = self.before.sum(axis=1), self.after.sum(axis=1, keepdims=True)
        odds = _odds(self.exposure_before, self.exposure_after)[-1:]

        def beyond(log_ratio: float) -> float:
            return float(likelihood_ratio(before, after, odds * math.exp(log_ratio))[0] / self.dispersion - limit)

        centre = math.log(self.ratio) if self.ratio > 0 else -20.0
        low = -math.inf if self.ratio == 0 else optimize.brentq(beyond, centre - 20, centre)
        return math.exp(low), math.exp(optimize.brentq(beyond, centre, centre + 25 + max(0.0, -centre)))

    def null(self, planned: int, simulations: int, seed: int) -> Floats:
        """The largest statistic (simulations,) of a watch of ``planned`` looks where nothing changes. Looks to come
        have the mean exposure and level of those before; what streams have in common in a period stays."""
        generator = np.random.default_rng(seed)
        ahead = planned - self.after.shape[1]
        mean_exposure = np.repeat(self.exposure_after.mean(axis=1, keepdims=True), ahead, axis=1)
        exposure = np.hstack([self.exposure_after, mean_exposure])
        events = self.before.sum(axis=1) + (self.after.sum(axis=1) if len(self.before) == 1 else 0)
        over = self.exposure_before.sum(axis=1) + (self.exposure_after.sum(axis=1) if len(self.before) == 1 else 0)
        rate = (events / over)[:, None]
        mean = exposure * rate
        if len(mean) == 2:
            seen = self.after.shape[1]
            mean[:, :seen] *= self.after.sum(axis=0) / mean[:, :seen].sum(axis=0)
        once = _counts((rate * self.exposure_before).sum(axis=1), self.dispersion, simulations, generator)
        paths = _counts(mean, self.dispersion, simulations, generator)
        odds = _odds(self.exposure_before, exposure)
        statistic = likelihood_ratio(once, np.cumsum(paths, axis=2), odds) / self.dispersion
        found: Floats = statistic.max(axis=1)
        return found


def likelihood_ratio(before: Floats, after: Floats, odds: Floats) -> Floats:
    """The log likelihood ratio (…, looks) of any change over none. ``before`` (…, streams) and ``after`` (…, streams,
    looks, summed up to each look) are events, ``odds`` (looks,) the exposure after over before, of the treated over the
    comparison where there is one: then it is that of a two-by-two table with its margins."""
    a, x = before[..., 0, None], after[..., 0, :]
    if after.shape[-2] == 1:
        expected = (a + x) * odds / (1 + odds)
        found: Floats = _gain(x, expected) + _gain(a, a + x - expected)
        return found
    b, z = before[..., 1, None], after[..., 1, :]
    expected = _expected(a + b, x + z, a + x, odds)
    found = _gain(x, expected) + _gain(a, a + x - expected)
    return found + _gain(z, x + z - expected) + _gain(b, b - x + expected)


def _expected(rows_before: Floats, rows_after: Floats, treated: Floats, odds: Floats) -> Floats:
    """The treated events after in a two-by-two table of these margins whose odds ratio is ``odds``."""
    quadratic = 1 - odds
    linear = rows_before - treated + odds * (treated + rows_after)
    constant = -odds * treated * rows_after
    root = np.sqrt(np.maximum(linear**2 - 4 * quadratic * constant, 0.0))
    found: Floats = np.divide(-2 * constant, linear + root, out=np.zeros_like(root), where=linear + root > 0)
    return found


def _gain(observed: Floats, expected: Floats) -> Floats:
    found: Floats = special.xlogy(
        observed, np.divide(observed, expected, out=np.ones_like(expected), where=expected > 0)
    )
    return found


def _odds(before: Floats, after: Floats) -> Floats:
    ratio = np.cumsum(after, axis=1) / before.sum(axis=1, keepdims=True)
    found: Floats = ratio[0] if len(ratio) == 1 else ratio[0] / ratio[1]
    return found


def _counts(mean: Floats, dispersion: float, simulations: int, generator: np.random.Generator) -> Floats:
    size = (simulations, *mean.shape)
    if dispersion > 1.0 + 1e-9:
        rate = generator.gamma(np.maximum(mean, 1e-12) / (dispersion - 1), dispersion - 1, size=size)
        return generator.poisson(rate).astype(np.float64)
    return generator.poisson(mean, size=size).astype(np.float64)
