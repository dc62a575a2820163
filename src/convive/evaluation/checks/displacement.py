"""Displacement and its opposite: what happened in the surroundings is part of the effect.

The same design is run on the surroundings in the place of the treated (a ratio above 1: violence moved there; below 1:
the benefit spread) and on both together, whose events averted are the net result. Surroundings are blocks around a
place, the hours after a window, or the cities next to a city (Bowers & Johnson, Journal of Quantitative Criminology
2003; :mod:`convive.analysis.spread` for a network of cities).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convive.errors import EvaluationError, Problem
from convive.evaluation.checks.placebo_in_unit import Design
from convive.evaluation.result import Effect, Interval, Placebo
from convive.evaluation.series import Panel


@dataclass(frozen=True)
class Spillover:
    """``effect``: that on the treated, with the surroundings told beside it and what was averted in both counted;
    ``around`` and ``whole``: the effects on the surroundings and on both. ``says``: ``moved``, ``spread`` or ``cannot
    tell``."""

    effect: Effect
    around: Effect
    whole: Effect
    says: str

    @property
    def net(self) -> Interval | None:
        """Events averted in the treated and their surroundings together."""
        return self.whole.averted


def with_surroundings(
    design: Design,
    panel: Panel,
    treated: Sequence[str],
    around: Sequence[str],
    comparison: Sequence[str],
    start: dt.date,
) -> Spillover:
    """The effect on ``treated``, ``around`` them and on both, each beside ``comparison``, which must be out of reach.
    Raises :class:`~convive.errors.EvaluationError` where surroundings are treated or comparison as well."""
    twice = sorted(set(around) & ({*treated} | {*comparison}))
    if twice or not around:
        raise EvaluationError(Problem("evaluation-surroundings", value=", ".join(twice)))
    own = design(panel.only([*treated, *comparison]), treated, start)
    beside = design(panel.only([*around, *comparison]), around, start)
    both = [*treated, *around]
    whole = design(panel.only([*both, *comparison]), both, start)
    says = "moved" if beside.low > beside.nothing else "spread" if beside.high < beside.nothing else "cannot tell"
    told = Placebo("displacement", "+".join(around), beside.estimate, beside.low, beside.high, beside.p)
    effect = replace(own.beside(placebos=(told,)), averted=whole.averted)
    return Spillover(effect, beside, whole, says)
