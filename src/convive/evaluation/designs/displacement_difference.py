"""Weighted displacement difference of a place that was treated, its control and the surroundings of both.

Wheeler & Ratcliffe (Crime Science 2018;7:11) and the first author's note of 2025 on unequal periods, areas and harm;
the arithmetic is :mod:`convive.analysis.displacement`. Their error takes each count for a Poisson one. Here it is also
read from how much the places go up and down beside each other, period by period, and how long they remember it
(Bartlett's weights: Newey & West, Econometrica 1987), with the wider critical values that so few periods want (Kiefer &
Vogelsang, Econometric Theory 2005;21:1130–1164, table 1), and the larger of both is taken.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from convive.analysis.checks import require
from convive.analysis.displacement import Counted, weighted_displacement_difference
from convive.errors import EvaluationError, Problem
from convive.evaluation import regression
from convive.evaluation.result import Diagnostic, Effect, Interval, Placebo
from convive.evaluation.series import Floats, Panel
from convive.evaluation.window import treated_and_compared, window

NAME = "displacement-difference"

FIXED_B = (2.9694, 0.4160, -0.5324)
"""How the critical value 1.96 grows with the share of periods that are lags (Kiefer & Vogelsang 2005, table 1)."""

NORMAL = float(stats.norm.isf(0.025))


def displacement_difference(
    panel: Panel,
    treated: Sequence[str],
    control: Sequence[str],
    start: dt.date,
    *,
    treated_around: Sequence[str] = (),
    control_around: Sequence[str] = (),
    area: Mapping[str, float] | None = None,
    harm: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> Effect:
    """Events more (below 0: fewer) since ``start`` in the ``treated`` and the places around them together than had they
    changed as the ``control`` and the places around that.

    ``area``, ``harm``: of units, in any unit of measure, 1 where nothing is told; those added up must have the same
    harm. Surroundings of both sides or of none. Raises :class:`~convive.errors.EvaluationError` as
    :func:`~convive.evaluation.window.window` does on each place, for a unit in two parts and for surroundings of one
    side alone.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    parts = [list(treated), list(control), list(treated_around), list(control_around)]
    _apart(parts)
    own, other, left_out = treated_and_compared(panel, parts[0], start, parts[1])
    sides = [own, other]
    if treated_around:
        around, beyond, _ = treated_and_compared(panel, parts[2], start, parts[3])
        sides += [around, beyond]
    series = [side.pooled(side.units) for side in sides]
    cuts = [window(one, start) for one in series]
    cut = cuts[0]
    days = [sum((end - begin).days for begin, end in _spans(panel, side)) for side in (cut.before, cut.after)]
    counted = [
        Counted(
            int(one.counts[cut.before].sum()),
            int(one.counts[cut.after].sum()),
            float(days[0]),
            float(days[1]),
            sum((area or {}).get(unit, 1.0) for unit in side.units) if area else 1.0,
            _harm(side.units, harm),
        )
        for one, side in zip(series, sides, strict=True)
    ]
    arguments = {"treated_around": counted[2], "control_around": counted[3]} if treated_around else {}
    found = weighted_displacement_difference(counted[0], counted[1], **arguments, confidence=confidence)
    periods = int(cut.used.sum())
    wider = _wider(regression.lags_for(periods) / periods)
    error = max(found.whole.error, wider * _by_period(series, counted, cut.before, cut.after))
    reach = error * float(stats.norm.isf((1 - confidence) / 2))
    value = found.whole.value
    observed = float(counted[0].after) * counted[0].harm
    # Told with the same reserve as the whole.
    loose = error / found.whole.error
    spilled = found.spilled
    placebos = (
        ()
        if spilled is None
        else (
            Placebo(
                "displacement", "around", spilled.value, *_around(spilled.value, spilled.error * loose, confidence)
            ),
        )
    )
    warnings = tuple({str(one): one for one in (*left_out, *(told for one in cuts for told in one.warnings))}.values())
    return Effect(
        NAME,
        "events",
        value,
        value - reach,
        value + reach,
        float(2 * stats.norm.sf(abs(value) / error)) if error > 0 else 1.0,
        "displacement",
        averted=Interval(-value, -value - reach, -value + reach),
        diagnostics=(
            Diagnostic("counts-of-five", float(min(min(c.before, c.after) for c in counted)), held=not found.few),
        ),
        placebos=placebos,
        warnings=warnings,
        confidence=confidence,
        details={
            "observed": observed,
            "without": observed - found.direct.value,
            "direct": found.direct.value,
            "spilled": math.nan if spilled is None else spilled.value,
            "quotient": math.nan if found.quotient is None else found.quotient,
            "poisson_error": found.whole.error,
            "error": error,
        },
    )


def _apart(parts: list[list[str]]) -> None:
    told = [unit for part in parts for unit in part]
    twice = sorted({unit for unit in told if told.count(unit) > 1})
    if twice:
        raise EvaluationError([Problem("evaluation-unit-on-both-sides", value=unit) for unit in twice])
    if bool(parts[2]) != bool(parts[3]):
        raise EvaluationError(Problem("evaluation-around-one-side", value=", ".join(parts[2] or parts[3])))


def _harm(units: Sequence[str], harm: Mapping[str, float] | None) -> float:
    weights = {float((harm or {}).get(unit, 1.0)) for unit in units}
    require(len(weights) == 1, what="harm", got=sorted(weights), wanted="1 weight a place")
    return weights.pop()


def _spans(panel: Panel, side: np.ndarray) -> list[tuple[dt.date, dt.date]]:
    return [span for span, kept in zip(zip(panel.starts, panel.ends, strict=True), side, strict=True) if kept]


def _wider(share: float) -> float:
    return 1 + sum(one * share**power for power, one in enumerate(FIXED_B, start=1)) / NORMAL


def _by_period(series: Sequence, counted: Sequence[Counted], before: np.ndarray, after: np.ndarray) -> float:  # type: ignore[type-arg]
    """The error of the whole from the ups and downs of the places beside each other."""
    own = counted[0]
    net: Floats = np.zeros(len(before))
    for one, place, sign in zip(series, counted, (1.0, -1.0, 1.0, -1.0)[: len(counted)], strict=True):
        net += sign * place.harm * own.area / place.area * one.counts
    # Chance is smaller where a measure left fewer events; what periods remember is taken for the same on both sides.
    strays, weights = np.zeros(len(before)), np.zeros(len(before))
    for side, weight in ((after, 1.0), (before, -own.days_after / own.days_before)):
        spread = float(net[side].std(ddof=1)) if side.sum() > 1 else 0.0
        strays[side] = (net[side] - net[side].mean()) / max(spread, 1e-12)
        weights[side] = weight * spread
    strays, weights = strays[before | after], weights[before | after]
    n, lags = len(strays), regression.lags_for(len(strays))
    total = float(weights @ weights)
    for lag in range(1, lags + 1):
        together = float(strays[lag:] @ strays[:-lag]) / n
        total += 2 * (1 - lag / (lags + 1)) * together * float(weights[lag:] @ weights[:-lag])
    return math.sqrt(max(total, 0.0))


def _around(value: float, error: float, confidence: float) -> tuple[float, float]:
    reach = error * float(stats.norm.isf((1 - confidence) / 2))
    return value - reach, value + reach
