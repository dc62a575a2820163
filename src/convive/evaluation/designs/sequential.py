"""Sequential monitoring: looking each month without crying wolf more often than once in twenty.

The maximised sequential probability ratio test (Kulldorff et al., Sequential Analysis 2011) on events of the treated
place and a comparison, or of the treated place alone, before and since (Li & Kulldorff, Statistics in Medicine 2010:
the past is counted, not taken for known), divided by how much more than by chance the periods before vary and remember.

The limit that it must pass at any look is found by simulating the whole planned watch, the past included: level, season
and dispersion are learned anew in each draw, so that what sixty small counts leave unknown of them widens the limit
(the parametric bootstrap of a studentised statistic: Davison & Hinkley, *Bootstrap Methods* 1997, ch. 4). Counts vary
around a log rate that remembers (Zeger, Biometrika 1988); for how long, so few counts hardly say, and it is drawn as
well. Looks, horizon and limit are fixed before the first look.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.designs.interrupted_series import PER_YEAR
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import Window, told_once, window

NAME = "sequential"

MEMORY = 12
"""Periods over which the counts are asked whether they resemble each other."""

MEMORIES = np.linspace(0.25, 0.95, 15)
"""What the log rate of a period may be correlated by with that before it, where it varies at all; before the counts are
seen each is as probable as the others."""

TRUST = 0.5
"""The power that this likelihood is raised to: neighbouring correlations tell partly the same, and small counts less
than normal ones (Holmes & Walker, Biometrika 2017)."""

ASKED = 4
"""Periods over which the counts are asked which of these is theirs."""

RECENT = 12
"""Periods whose exposure is that of the looks to come."""

LEAST_SEASON = 0.2
"""No season brings the rate below this share of its level."""


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
    cut = window(treated, start, least_after=1, events_after=False)
    warnings = cut.warnings
    if comparison is not None:
        if comparison.starts != treated.starts:
            raise EvaluationError(Problem("evaluation-periods-differ", value=start.isoformat()))
        warnings = told_once(warnings, window(comparison, start, least_after=1).warnings)
    seen = int(cut.after.sum())
    planned = seen if looks is None else looks
    require(planned >= seen, what="looks", got=planned, wanted=f">= {seen}")
    watched = watch_of(treated, cut, comparison)
    statistic = watched.statistics()
    ahead = waves(treated.period, int(np.flatnonzero(cut.after)[0]) + np.arange(planned))
    most = watched.null(ahead, simulations, seed)
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
        diagnostics=(Diagnostic("dispersion", float(watched.dispersion)),),
        warnings=warnings,
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"observed": observed, "without": without, "limit": limit, "looks": float(planned)},
    )
    return Watch(effect, statistic, limit, int(passed[0]) if len(passed) else None, planned)


def watch_of(treated: Series, cut: Window, comparison: Series | None = None) -> Watched:
    """What is watched of ``treated`` on both sides of the start."""
    streams = [treated] if comparison is None else [treated, comparison]
    counts, exposure = (np.stack(told) for told in zip(*((one.counts, one.exposure) for one in streams), strict=True))
    sides = [side for told in (counts, exposure) for side in (told[:, cut.before], told[:, cut.after])]
    seasons = (waves(treated.period, np.flatnonzero(side)) for side in (cut.before, cut.after))
    return Watched(*sides, *seasons)


def waves(period: str, at: NDArray[np.int64]) -> Floats:
    """Cosine and sine of the year (periods, 2) at the periods ``at``; none where a period is too long to show them."""
    angle = 2 * np.pi * at / PER_YEAR[period]
    return np.column_stack([np.cos(angle), np.sin(angle)]) if PER_YEAR[period] > 2 else np.empty((len(at), 0))


@dataclass(frozen=True)
class Watched:
    """Counts and exposure of one stream (the treated) or two (treated, comparison): (…, streams, periods), in as many
    sets as one likes; ``waves_before`` and ``waves_after`` (periods, 0 or 2): cosine and sine of the year. A place
    beside its own past has its season taken out; beside a comparison the season drops out by itself."""

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats
    waves_before: Floats
    waves_after: Floats

    @property
    def alone(self) -> bool:
        return bool(self.before.shape[-2] == 1)

    @cached_property
    def season(self) -> tuple[Floats, Floats]:
        """What the season multiplies the rate by, (…, 1, periods) before and after: one wave a year by least squares on
        the periods before; 1 beside a comparison."""
        if not self.alone or not self.waves_before.shape[1]:
            return np.ones_like(self.before[..., :1, :]), np.ones((*self.before.shape[:-2], 1, self.after.shape[-1]))
        x = np.column_stack([np.ones(len(self.waves_before)), self.waves_before])
        told = self.before[..., 0, :] / self.exposure_before[0] @ np.linalg.pinv(x).T
        wave = told[..., 1:] / np.maximum(told[..., :1], 1e-12)
        sides = (np.maximum(1 + wave @ side.T, LEAST_SEASON) for side in (self.waves_before, self.waves_after))
        before, after = (one[..., None, :] for one in sides)
        return before, after

    @cached_property
    def odds(self) -> Floats:
        """Exposure (…, looks) after over before, of the treated over the comparison where there is one."""
        after = np.cumsum(self.exposure_after * self.season[1], axis=-1)
        ratio = after / (self.exposure_before * self.season[0]).sum(axis=-1, keepdims=True)
        found: Floats = ratio[..., 0, :] if self.alone else ratio[..., 0, :] / ratio[..., 1, :]
        return found

    @cached_property
    def expected_before(self) -> Floats:
        """Events (…, streams, periods) before by level, season and, beside a comparison, what both have in common."""
        weight = self.exposure_before * self.season[0]
        mean: Floats = weight * (self.before.sum(axis=-1, keepdims=True) / weight.sum(axis=-1, keepdims=True))
        if not self.alone:
            mean = mean * (self.before.sum(axis=-2, keepdims=True) / mean.sum(axis=-2, keepdims=True))
        return np.maximum(mean, 1e-12)

    @cached_property
    def scatter(self) -> Floats:
        """Pearson's dispersion (…,) of the periods before; at least 1."""
        mean = self.expected_before
        squares = np.where(mean > 1e-9, (self.before - mean) ** 2 / mean, 0.0).sum(axis=(-2, -1))
        freedom = self.before.shape[-1] - 1 - (self.waves_before.shape[1] if self.alone else 0)
        found: Floats = np.maximum(squares / freedom, 1.0)
        return found

    @cached_property
    def dispersion(self) -> Floats:
        """How much further than by chance a sum of periods strays (…,): the scatter times what the first stream's
        periods remember (Bartlett's weights over ``MEMORY`` periods); at least 1."""
        strays = (self.before - self.expected_before)[..., 0, :] / np.sqrt(self.expected_before[..., 0, :])
        strays = strays - strays.mean(axis=-1, keepdims=True)
        lags = min(MEMORY, strays.shape[-1] // 4)
        total = (strays**2).sum(axis=-1)
        together = np.zeros_like(total)
        for lag in range(1, lags + 1):
            together += 2 * (1 - lag / (lags + 1)) * (strays[..., lag:] * strays[..., :-lag]).sum(axis=-1)
        share = np.divide(together, total, out=np.zeros_like(total), where=total > 0)
        found: Floats = self.scatter * np.maximum(1 + share, 1.0)
        return found

    @property
    def memories(self) -> Floats:
        """How probable each of ``MEMORIES`` is by the first stream's correlations with itself, which chance dilutes and
        scatters by one over the root of the periods (Bartlett, JRSS Supplement 1946)."""
        strays = (self.before - self.expected_before)[0] / np.sqrt(self.expected_before[0])
        strays = strays - strays.mean()
        lags = np.arange(1, min(ASKED, len(strays) // 4) + 1)
        total = max(float(strays @ strays), 1e-12)
        seen = np.array([strays[lag:] @ strays[:-lag] for lag in lags]) / total
        diluted = (1 - 1 / float(self.scatter)) * MEMORIES[:, None] ** lags
        likely = -TRUST * len(strays) / 2 * ((seen - diluted) ** 2).sum(axis=1)
        weight = np.exp(likely - likely.max())
        found: Floats = weight / weight.sum()
        return found

    def statistics(self, ratio: float = 1.0) -> Floats:
        """The log likelihood ratio (…, looks) of any change over one to ``ratio``, at each look."""
        events = likelihood_ratio(self.before.sum(axis=-1), np.cumsum(self.after, axis=-1), self.odds * ratio)
        # What counts scatter beyond chance goes with their number: after a fall there is less of it in those after.
        own = np.cumsum(self.exposure_after * self.season[1], axis=-1)[..., 0, :] * ratio
        own = own / (self.exposure_before * self.season[0]).sum(axis=-1)[..., :1]
        chance = 1 / self.scatter[..., None]
        left = (own * (chance + (1 - chance) * min(ratio, 1.0)) + own**2) / (own + own**2)
        found: Floats = events / (self.dispersion[..., None] * left)
        return found

    @property
    def ratio(self) -> float:
        """The rate ratio of the treated at the last look, over that of the comparison where there is one."""
        change = self.after.sum(axis=-1) / self.before.sum(axis=-1)
        return float((change[0] if self.alone else change[0] / change[1]) / self.odds[-1])

    @property
    def expected(self) -> float:
        """Events of the treated after, had its rate changed as that of the comparison, or not at all."""
        beside = 1.0 if self.alone else float(self.after[1].sum() / self.before[1].sum())
        return float(self.before[0].sum() * self.odds[-1]) * beside

    def interval(self, limit: float) -> tuple[float, float]:
        """Ratios that the last look does not contradict: whose likelihood ratio stays within ``limit``."""

        def beyond(log_ratio: float) -> float:
            return float(self.statistics(math.exp(log_ratio))[-1] - limit)

        centre = math.log(self.ratio) if self.ratio > 0 else -20.0
        low = -math.inf if self.ratio == 0 else optimize.brentq(beyond, centre - 20, centre)
        return math.exp(low), math.exp(optimize.brentq(beyond, centre, centre + 25 + max(0.0, -centre)))

    def null(self, waves: Floats, simulations: int, seed: int) -> Floats:
        """The largest statistic (simulations,) of a watch of as many looks as ``waves`` has where nothing changes: a
        matter of the periods before alone, so that the limit stands before the first look. Looks have the exposure of
        the last year."""
        generator = np.random.default_rng(seed)
        exposure = np.repeat(self.exposure_before[:, -RECENT:].mean(axis=1, keepdims=True), len(waves), axis=1)
        ahead = replace(self, after=np.zeros_like(exposure), exposure_after=exposure, waves_after=waves)
        weight = self.exposure_before * self.season[0]
        rate = self.before.sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True)
        mean = np.hstack([self.expected_before, exposure * ahead.season[1] * rate])
        memory = generator.choice(MEMORIES, size=simulations, p=self.memories)
        drawn = remembering(np.maximum(mean, 1e-12), float(self.scatter), memory, generator)
        cut = self.before.shape[1]
        found: Floats = replace(ahead, before=drawn[..., :cut], after=drawn[..., cut:]).statistics().max(axis=-1)
        return found


def remembering(mean: Floats, scatter: float, memory: Floats, generator: np.random.Generator) -> Floats:
    """Counts (draws, streams, periods) around ``mean`` (streams, periods) with the dispersion ``scatter``, by a log
    rate that is correlated with that of the period before by ``memory`` (draws,)."""
    # Of two streams the ratio is what strays: each bears half of it.
    apart = (scatter - 1) * (1 / mean).mean(axis=0)
    spread = np.sqrt(np.log1p(apart))
    moved = generator.standard_normal((len(memory), *mean.shape))
    kept, step = memory[:, None], np.sqrt(1 - memory[:, None] ** 2)
    for at in range(1, mean.shape[1]):
        moved[..., at] = kept * moved[..., at - 1] + step * moved[..., at]
    drawn: Floats = generator.poisson(mean * np.exp(spread * moved - spread**2 / 2)).astype(np.float64)
    return drawn


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
