"""Event study: the treated beside the others in each stretch of time before and after, so that one sees whether they
went together before.

In each bin the log rate of the treated less that of the comparison, both added up; the last bin before the start is the
yardstick. Freyaldenhoven, Hansen & Shapiro (American Economic Review 2019) on what the bins before tell.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation import blocks
from convive.evaluation.regression import lags_for
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Panel
from convive.evaluation.window import Window, told_once, treated_and_compared, window

NAME = "event-study"

BIN = {"day": 91, "week": 26, "month": 12, "quarter": 4, "year": 1}
"""Periods in a bin: a year where it can be, so that each has the same season."""

PRE_TRENDS = 0.05

SIGNS = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Point:
    """The rate ratio of the treated in ``bin`` (−1 is the yardstick, 0 begins with the start) beside the yardstick."""

    bin: int
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class EventStudy:
    """``effect``: all periods after beside the yardstick; ``points`` by bin; ``pre_trends``: the joint p-value of the
    bins before, None where there is but one."""

    effect: Effect
    points: tuple[Point, ...]
    pre_trends: float | None


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
    where the bins before differ jointly (p < 0.05); that they do not is no proof, only the absence of one (Roth,
    American Economic Review: Insights 2022). Raises :class:`~convive.errors.EvaluationError` as
    :func:`~convive.evaluation.designs.difference_in_differences.difference_in_differences` does, and for a bin in which
    a side has no event.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    own, others, left_out = treated_and_compared(panel, treated, start, comparison)
    cut, beside = window(own, start), window(others, start)
    streams = np.stack([own.counts.sum(axis=0), others.counts.sum(axis=0)])[:, cut.used]
    exposure = np.stack([own.exposure.sum(axis=0), others.exposure.sum(axis=0)])[:, cut.used]
    bins = bins_of(cut, periods_a_bin or BIN[panel.period])
    told = sorted(set(bins.tolist()))
    sums = np.stack([[row[bins == one].sum() for one in told] for row in streams])
    if sums.min() == 0:
        raise EvaluationError(Problem("evaluation-empty-bin", value=start.isoformat(), values={"bins": len(told)}))
    exposed = np.stack([[row[bins == one].sum() for one in told] for row in exposure])
    kept = bins >= -1
    after = bins[kept] >= 0
    found = blocks.ratio(
        streams[:, kept],
        exposure[:, kept],
        SIGNS,
        after,
        lags=lags_for(int(kept.sum())),
        confidence=confidence,
        simulations=simulations,
        seed=seed,
    )
    dispersion = _dispersion(streams, exposure, bins)
    pre = _pre_trends(sums, exposed, np.array(told), dispersion, len(bins) - len(told))
    ratio, low, high = math.exp(found.found), math.exp(found.low), math.exp(found.high)
    observed = float(streams[0, bins >= 0].sum())
    effect = Effect(
        NAME,
        "rate-ratio",
        ratio,
        low,
        high,
        found.p,
        "periods",
        averted=Interval(observed * (1 / ratio - 1), observed * (1 / high - 1), observed * (1 / low - 1)),
        diagnostics=(
            Diagnostic("pre-trends", math.nan, p=pre, held=None if pre is None else pre >= PRE_TRENDS, bears=True),
        ),
        warnings=told_once(left_out, cut.warnings, beside.warnings),
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"observed": observed, "without": observed / ratio, "dispersion": dispersion},
    )
    return EventStudy(effect, _points(told, sums, exposed, dispersion, confidence), pre)


def bins_of(cut: Window, size: int) -> NDArray[np.int64]:
    """The bin (periods used,) of each period, counted from the start; the outermost take what does not fill one."""
    place = np.arange(len(cut.before))
    last_before = int(np.flatnonzero(cut.before)[-1])
    bins = np.where(cut.after, (place - cut.first_after) // size, -1 - (last_before - place) // size)[cut.used]
    least = -max(int((bins < 0).sum()) // size, 1)
    most = max(int((bins >= 0).sum()) // size - 1, 0)
    found: NDArray[np.int64] = np.clip(bins, least, most)
    return found


def _dispersion(streams: Floats, exposure: Floats, bins: NDArray[np.int64]) -> float:
    """Pearson's, of the treated's share of each period's events around its share in the bin; at least 1."""
    total, squares = streams.sum(axis=0), 0.0
    for one in set(bins.tolist()):
        inside = (bins == one) & (total > 0)
        odds = exposure[0, inside] / exposure[1, inside]
        odds = odds * (streams[0, inside].sum() / streams[1, inside].sum()) / odds.mean()
        share = odds / (1 + odds)
        squares += float(
            ((streams[0, inside] - total[inside] * share) ** 2 / (total[inside] * share * (1 - share))).sum()
        )
    return max(1.0, squares / (len(bins) - len(set(bins.tolist()))))


def _pre_trends(
    sums: Floats, exposed: Floats, told: NDArray[np.int64], dispersion: float, freedom: int
) -> float | None:
    """The p-value that the log ratios of all bins before are one: weighted squares around their mean, by F."""
    before = told < 0
    if before.sum() < 2:
        return None
    log_ratio = (np.log(sums[0]) - np.log(exposed[0]) - np.log(sums[1]) + np.log(exposed[1]))[before]
    weight = 1 / (1 / sums[0] + 1 / sums[1])[before]
    centre = float(weight @ log_ratio / weight.sum())
    bins = int(before.sum()) - 1
    return float(stats.f.sf(float(weight @ (log_ratio - centre) ** 2) / dispersion / bins, bins, freedom))


def _points(told: list[int], sums: Floats, exposed: Floats, dispersion: float, confidence: float) -> tuple[Point, ...]:
    """Each bin beside the yardstick with the interval of its own."""
    log_ratio = np.log(sums[0]) - np.log(exposed[0]) - np.log(sums[1]) + np.log(exposed[1])
    variance = dispersion * (1 / sums[0] + 1 / sums[1])
    yardstick = told.index(-1)
    reach = float(stats.norm.isf((1 - confidence) / 2))
    points = []
    for at, one in enumerate(told):
        side = 0.0 if at == yardstick else reach * math.sqrt(variance[at] + variance[yardstick])
        middle = float(log_ratio[at] - log_ratio[yardstick])
        points.append(Point(one, math.exp(middle), math.exp(middle - side), math.exp(middle + side)))
    return tuple(points)
