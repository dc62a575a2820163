"""Synthetic control: the city beside a mixture of other cities that followed it before the measure.

Abadie & Gardeazabal (American Economic Review 2003;93:113–132), Abadie, Diamond & Hainmueller (JASA 2010). Outcomes are
rates; weights are not negative and add up to 1, exact and the same on every machine
(:mod:`convive.evaluation.designs.simplex`). A constant difference of level is allowed unless told otherwise (Ferman &
Pinto, Quantitative Economics 2021;12:1197–1221): the city with the highest rate has no mixture that reaches it. What
chance can do is learned from every other unit in the city's place (:mod:`convive.evaluation.designs.unit_placebos`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.designs import conformal
from convive.evaluation.designs.simplex import Floats, nearest_in_hull
from convive.evaluation.designs.unit_placebos import FEWEST, Placebos, Weigh, placebos
from convive.evaluation.result import Diagnostic, Effect, Interval, Placebo
from convive.evaluation.series import Panel
from convive.evaluation.window import Flags, Window, rates, treated_and_compared, window

NAME = "synthetic-control"

FOLLOWS = 2.0
"""The gap before may be so many times what chance alone makes of it, …"""

FOLLOWS_SHARE = 0.15
"""… or this share of the city's own rate; beyond both the mixture did not follow the city."""

HEAVY = 0.05
"""Units that weigh more than this are left out one by one."""


@dataclass(frozen=True)
class Compared:
    """The treated unit (row 0) and its comparisons as rates (units, periods) per 100,000 person-years, the periods
    ``before`` and ``after``, the ``share`` of each period after, and the chance ``variance`` (units, 2) of mean
    rates."""

    units: tuple[str, ...]
    outcomes: Floats
    before: Flags
    after: Flags
    share: Floats
    variance: Floats
    observed: float
    exposure_after: float
    cut: Window
    warnings: tuple[Problem, ...]

    def without(self, row: int) -> Compared:
        """The same without the unit in ``row``."""
        keep = [at for at in range(len(self.units)) if at != row]
        return Compared(
            tuple(self.units[at] for at in keep),
            self.outcomes[keep],
            self.before,
            self.after,
            self.share[keep],
            self.variance[keep],
            self.observed,
            self.exposure_after,
            self.cut,
            self.warnings,
        )

    def mean_after(self, gaps: Floats) -> float:
        return float((gaps * self.share[0]).sum())


def synthetic_control(
    panel: Panel,
    treated: Sequence[str],
    start: dt.date,
    *,
    comparison: Sequence[str] | None = None,
    level: bool = True,
    confidence: float = 0.95,
) -> Effect:
    """How the rate of the ``treated`` (added up where they are several) differs since ``start`` from that of its
    synthetic twin, per 100,000 inhabitants and year.

    ``level``: allow a constant difference of level. Without at least 19 comparisons there is no interval, for no rank
    among fewer is rare enough. Raises :class:`~convive.errors.EvaluationError` as
    :func:`~convive.evaluation.window.treated_and_compared` and :func:`~convive.evaluation.window.window` do, and with
    fewer than two comparisons.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    data = compared(panel, treated, start, comparison)
    found = judged(data, level=level)
    return effect(NAME, data, found, level=level, confidence=confidence)


def compared(panel: Panel, treated: Sequence[str], start: dt.date, comparison: Sequence[str] | None) -> Compared:
    """The data of the design, checked."""
    own, others, left_out = treated_and_compared(panel, treated, start, comparison)
    if len(others.units) < 2:
        raise EvaluationError(Problem("evaluation-one-donor", value=", ".join(others.units)))
    city = own.pooled(own.units, "+".join(own.units))
    cut = window(city, start)
    beside = window(others, start)
    counts, exposure = np.vstack([city.counts, others.counts]), np.vstack([city.exposure, others.exposure])
    silent = [unit for unit, row in zip(others.units, others.counts, strict=True) if row[cut.before].sum() == 0]
    if silent:
        raise EvaluationError([Problem("evaluation-donor-silent", value=unit) for unit in silent])
    counts, exposure = counts[:, cut.used], exposure[:, cut.used]
    before, after = cut.before[cut.used], cut.after[cut.used]
    share = np.where(after, exposure, 0.0)
    # Rates before are what chance works on: those after may carry the measure.
    level = counts[:, before].sum(axis=1) / exposure[:, before].sum(axis=1)
    variance = 1e10 * level[:, None] / np.column_stack([exposure[:, side].sum(axis=1) for side in (before, after)])
    # Of two warnings that say the same one is enough.
    warnings = tuple({str(one): one for one in (*left_out, *cut.warnings, *beside.warnings)}.values())
    return Compared(
        (city.name, *others.units),
        np.ascontiguousarray(rates(counts, exposure)),
        before,
        after,
        share / share.sum(axis=1, keepdims=True),
        variance,
        float(counts[0, after].sum()),
        float(exposure[0, after].sum()),
        cut,
        warnings,
    )


def judged(data: Compared, *, level: bool, weigh: Weigh | None = None) -> Placebos:
    """Every unit beside its twin."""
    return placebos(data.outcomes, data.before, data.after, data.share, data.variance, level=level, weigh=weigh)


def effect(
    name: str, data: Compared, found: Placebos, *, level: bool, confidence: float, weigh: Weigh | None = None
) -> Effect:
    """What the design ``name`` says of the treated unit among the placebos ``found``."""
    estimate = data.mean_after(found.gaps[0])
    reach = found.reach(confidence)
    low, high = estimate - reach, estimate + reach
    to_events = data.exposure_after / 1e5
    without = data.mean_after(data.outcomes[0]) - estimate
    after = int(data.after.sum())
    held = conformal.interval(data.outcomes, after, estimate, confidence=confidence, level=level)
    return Effect(
        name,
        "rate-difference",
        estimate,
        low,
        high,
        found.p,
        "unit-placebos",
        averted=Interval(-estimate * to_events, -high * to_events, -low * to_events),
        diagnostics=_diagnostics(data, found),
        placebos=(*_units(data, found), *_left_out(data, found, level, weigh)),
        warnings=data.warnings,
        confidence=confidence,
        details={
            "observed": data.observed,
            "without": without,
            "compared": float(len(data.units) - 1),
            "rmspe_before": float(found.before[0]),
            "rmspe_after": float(found.after[0]),
            "rmspe_ratio": float(found.ratio[0]),
            "conformal_p": float(conformal.chance(data.outcomes, after, 0.0, level)),
            "conformal_low": held[0],
            "conformal_high": held[1],
        }
        | {f"weight.{unit}": float(w) for unit, w in zip(data.units[1:], found.weights[0, 1:], strict=True) if w != 0},
    )


def weights(before: Floats, target: Floats, *, level: bool = False) -> Floats:
    """The weights (n,) of donors with outcomes ``before`` (n, t) that follow ``target`` (t,) best; with ``level`` up to
    a constant. For panels that are no counts, and for comparison with other programs."""
    if level:
        before, target = before - before.mean(axis=1, keepdims=True), target - target.mean()
    return nearest_in_hull(before, target)


def _diagnostics(data: Compared, found: Placebos) -> tuple[Diagnostic, ...]:
    own = float(data.outcomes[0, data.before].mean())
    periods = int(data.before.sum())
    chance = math.sqrt(float((data.variance[:, 0] * (np.eye(len(data.units))[0] + found.weights[0] ** 2)).sum()))
    apart = float(found.before[0])
    follows = apart <= max(FOLLOWS * chance * math.sqrt(periods), FOLLOWS_SHARE * own)
    even = 1 / float((found.weights[0] ** 2).sum())
    return (
        Diagnostic("follows-before", apart / own if own > 0 else math.inf, held=follows, bears=True),
        Diagnostic("rmspe-ratio", float(found.ratio[0]), p=found.p_of_ratio),
        Diagnostic("donors", even),
        Diagnostic("placebo-units", float(len(data.units) - 1), held=len(data.units) - 1 >= FEWEST),
    )


def _units(data: Compared, found: Placebos) -> tuple[Placebo, ...]:
    means = (found.gaps * data.share).sum(axis=1)
    return tuple(Placebo("unit", unit, float(mean)) for unit, mean in zip(data.units[1:], means[1:], strict=True))


def _left_out(data: Compared, found: Placebos, level: bool, weigh: Weigh | None) -> tuple[Placebo, ...]:
    """The effect without each unit that weighs, one at a time: one that rests on a single unit is that unit's story."""
    heavy = [row for row in range(1, len(data.units)) if abs(found.weights[0, row]) > HEAVY]
    if len(data.units) <= 3:
        return ()
    told = []
    for row in heavy:
        fewer = data.without(row)
        start = fewer.outcomes[:, fewer.before]
        centre = start.mean(axis=1) if level else np.zeros(len(start))
        moved = start - centre[:, None]
        mix = nearest_in_hull(moved[1:], moved[0]) if weigh is None else weigh(moved[1:], moved[0])
        whole = fewer.outcomes - centre[:, None]
        told.append(Placebo("leave-one-out", data.units[row], fewer.mean_after(whole[0] - mix @ whole[1:])))
    return tuple(told)
