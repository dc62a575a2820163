"""Event study: the treated beside the others in each stretch of time before and after, so that one sees whether they
went together before.

Poisson regression with unit and period effects and one effect of the treated in each bin but the last before the start,
which is the yardstick (Freyaldenhoven, Hansen & Shapiro, American Economic Review 2019, on what its lead effects tell).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation import regression, two_way
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Panel
from convive.evaluation.window import Window, told_once, treated_and_compared, window

NAME = "event-study"

BIN = {"day": 91, "week": 26, "month": 12, "quarter": 4, "year": 1}
"""Periods in a bin: a year where it can be, so that each has the same season."""

PRE_TRENDS = 0.05


@dataclass(frozen=True)
class Point:
    """The rate ratio of the treated in ``bin`` (−1 is the yardstick, 0 begins with the start) beside the yardstick."""

    bin: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class EventStudy:
    """``effect``: the mean over bins after, weighted by events; ``points`` by bin; ``pre_trends``: the joint p-value of
    the bins before."""

    effect: Effect
    points: tuple[Point, ...]
    pre_trends: float


def event_study(
    panel: Panel,
    treated: Sequence[str],
    start: dt.date,
    *,
    comparison: Sequence[str] | None = None,
    periods_a_bin: int | None = None,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> EventStudy:
    """The path of ``treated`` beside ``comparison`` (all never treated where None) around ``start``.

    Periods before that do not fill a bin go into the earliest, those after into the last. The effect is not believed
    where the bins before differ jointly (p < 0.05, by simulation); that they do not is no proof, only the absence of
    one (Roth, American Economic Review: Insights 2022). Raises :class:`~convive.errors.EvaluationError` as
    :func:`~convive.evaluation.designs.difference_in_differences.difference_in_differences` does.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    own, others, left_out = treated_and_compared(panel, treated, start, comparison)
    cut, beside = window(own, start), window(others, start)
    y = np.vstack([own.counts, others.counts])[:, cut.used]
    exposure = np.vstack([own.exposure, others.exposure])[:, cut.used]
    bins = bins_of(cut, periods_a_bin or BIN[panel.period])
    told = [one for one in sorted(set(bins.tolist())) if one != -1]
    d = np.zeros((len(told), *y.shape))
    for at, one in enumerate(told):
        d[at, : len(own.units)] = bins == one
    after = bins >= 0
    shares = np.array([y[: len(own.units), bins == one].sum() if one >= 0 else 0.0 for one in told])
    weights = shares / shares.sum()
    lags = regression.lags_for(y.shape[1])
    delta, mean, partial = np.zeros(len(told)), np.empty_like(y), np.empty_like(d)
    inverse = np.empty((len(told), len(told)))
    found, error = two_way.judged(y, exposure, d, weights, lags, delta, mean, partial, inverse)
    if not math.isfinite(found) or not error > 0:
        raise EvaluationError(Problem("evaluation-no-fit", values={"columns": len(told)}))
    dispersion = two_way.dispersions(y, mean, sum(y.shape) + len(told))
    drawn = two_way.studentised(mean, dispersion, exposure, d, weights, delta, lags, seed, simulations)
    reach = error * regression.half_width(drawn, confidence)
    pre = _pre_trends(y, exposure, d, np.array(told), seed, simulations)
    ratio, low, high = (math.exp(found + side) for side in (0.0, -reach, reach))
    observed = float(y[: len(own.units), after].sum())
    effect = Effect(
        NAME,
        "rate-ratio",
        ratio,
        low,
        high,
        regression.chance_of(found / error, drawn),
        "periods",
        averted=Interval(observed * (1 / ratio - 1), observed * (1 / high - 1), observed * (1 / low - 1)),
        diagnostics=(Diagnostic("pre-trends", math.nan, p=pre, held=pre >= PRE_TRENDS, bears=True),),
        warnings=told_once(left_out, cut.warnings, beside.warnings),
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"observed": observed, "without": observed / ratio},
    )
    return EventStudy(effect, _points(told, delta, inverse, dispersion, len(own.units), y, confidence), pre)


def bins_of(cut: Window, size: int) -> Floats:
    """The bin (periods used,) of each period, counted from the start; the outermost take what does not fill one."""
    place = np.arange(len(cut.before))
    first_after, last_before = cut.first_after, int(np.flatnonzero(cut.before)[-1])
    bins = np.where(cut.after, (place - first_after) // size, -1 - (last_before - place) // size)[cut.used]
    least = -max(int((bins < 0).sum()) // size, 1)
    most = max(int((bins >= 0).sum()) // size - 1, 0)
    found: Floats = np.clip(bins, least, most)
    return found


def _pre_trends(y: Floats, exposure: Floats, d: Floats, told: Floats, seed: int, simulations: int) -> float:
    """The joint p-value of the bins before: Wald's statistic among its values on panels drawn without them."""
    leads = told < 0
    if not leads.any():
        return 1.0
    lags_only = np.ascontiguousarray(d[~leads])
    mean, partial = np.empty_like(y), np.empty_like(lags_only)
    delta, inverse = np.zeros(len(lags_only)), np.empty((len(lags_only), len(lags_only)))
    if not two_way.fit(y, exposure, lags_only, delta, mean, partial, inverse):
        return math.nan
    dispersion = two_way.dispersions(y, mean, sum(y.shape) + len(lags_only))
    start = np.zeros(len(told))
    start[~leads] = delta
    drawn = two_way.drawn(mean, dispersion, exposure, d, start, seed + 1, simulations)
    own, inverse = np.zeros(len(told)), np.empty((len(told), len(told)))
    if not two_way.fit(y, exposure, d, own, np.empty_like(y), np.empty_like(d), inverse):
        return math.nan
    fitted = drawn[np.isfinite(drawn).all(axis=1)][:, leads]
    if len(fitted) < simulations / 2:
        return math.nan
    precision = np.linalg.inv(np.atleast_2d(np.cov(fitted.T)))
    statistic = float(own[leads] @ precision @ own[leads])
    among = np.einsum("si,ij,sj->s", fitted, precision, fitted)
    return float((1 + np.count_nonzero(among >= statistic)) / (1 + len(among)))


def _points(
    told: list[int], delta: Floats, inverse: Floats, dispersion: Floats, treated: int, y: Floats, confidence: float
) -> tuple[Point, ...]:
    """Each bin with the interval of its own, errors by dispersion alone: for the picture."""
    factor = float(dispersion[:treated].mean())
    reach = np.sqrt(factor * np.diag(inverse)) * float(stats.norm.isf((1 - confidence) / 2))
    points = [
        Point(one, math.exp(at), math.exp(at - side), math.exp(at + side))
        for one, at, side in zip(told, delta.tolist(), reach.tolist(), strict=True)
    ]
    return tuple(sorted([*points, Point(-1, 1.0, 1.0, 1.0)], key=lambda point: point.bin))
