"""Displacement between cities: did violence move from the treated to cities next to it, and were these its yardstick?

Two questions to the monthly counts of the treated and all others. Did falls in the treated come before rises next door,
more than before rises elsewhere (the "cockroach effect"; lead and lag with whole series swapped among the cities:
:mod:`convive.analysis.spread`)? And did those next door change since the start, beside cities that lie further away?
A comparison next door that rose because violence moved there makes a measure look good twice: once for what fell and
once for what it is held against. Where neighbours serve as comparison, the answer without them is told, and an effect
is not believed where they changed. Where they do not and changed, what happened there is counted in the result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from convive.analysis.spread import Spread, spread_between_cities
from convive.errors import AnalysisError, EvaluationError
from convive.evaluation.checks.displacement import Spillover, with_surroundings
from convive.evaluation.checks.placebo_in_unit import Design
from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel

LAGS = 6
"""Months within which what was pressed here would show there."""

LEAST_FAR = 2
"""With fewer cities further away there is nothing to hold those next door against, in a design that compares."""


@dataclass(frozen=True)
class Searched:
    """``near``: the cities next to the treated that were looked at, ``among`` them those that served as comparison;
    ``spread``: lead and lag between the treated and them, None where there are too few cities or months;
    ``next_door``: the design with them as surroundings and cities further away as comparison, None where it cannot be
    run."""

    near: tuple[str, ...]
    among: tuple[str, ...]
    spread: Spread | None
    next_door: Spillover | None

    def beside(self, effect: Effect) -> Effect:
        """``effect`` with what was found. Where those next door changed, events averted are those here and there
        together; where they were the yardstick as well, the effect is not believed."""
        placebos: tuple[Placebo, ...] = ()
        told: list[Diagnostic] = []
        if self.spread is not None:
            at = self.spread.strongest - 1
            p = float(self.spread.p_family[at])
            told.append(Diagnostic("lead-lag", float(self.spread.correlation[at]), p=p))
        if self.next_door is not None:
            around, own = self.next_door.around, self.next_door.effect
            changed = self.next_door.says != "cannot tell"
            placebos += (Placebo("next-door", "+".join(self.near), around.estimate, around.low, around.high, around.p),)
            if self.among:
                placebos += (Placebo("far-only", "+".join(self.among), own.estimate, own.low, own.high, own.p),)
                told.append(Diagnostic("near-comparison", around.estimate, p=around.p, held=not changed, bears=True))
            if changed:
                effect = replace(effect, averted=self.next_door.net)
        return effect.beside(placebos=placebos, diagnostics=tuple(told))


def between_cities(
    design: Design,
    panel: Panel,
    treated: Sequence[str],
    near: Collection[str],
    comparison: Sequence[str],
    start: dt.date,
    *,
    least_far: int = LEAST_FAR,
    simulations: int = 999,
    seed: int = 0,
) -> Searched:
    """Look for what moved from the ``treated`` to the units of ``panel`` that are ``near`` them, beside those of the
    ``comparison`` that are not. ``least_far``: 0 for a design that compares with nobody. Raises nothing: what cannot
    be looked for is None."""
    next_to = tuple(unit for unit in panel.units if unit in near and unit not in treated)
    far = [unit for unit in comparison if unit not in next_to]
    if not next_to:
        return Searched((), (), None, None)
    found = None
    if len(far) >= least_far:
        try:
            found = with_surroundings(design, panel, treated, next_to, far, start)
        except EvaluationError:
            found = None
    among = tuple(unit for unit in next_to if unit in comparison)
    return Searched(next_to, among, _spread(panel, treated, next_to, far, simulations, seed), found)


def _spread(
    panel: Panel, treated: Sequence[str], near: Sequence[str], far: Sequence[str], simulations: int, seed: int
) -> Spread | None:
    """Lead and lag from the treated, added up, to each unit near it."""
    counts = np.vstack([panel.counts[panel.rows(treated)].sum(axis=0), panel.counts[panel.rows([*near, *far])]])
    star = np.zeros((len(counts), len(counts)))
    star[0, 1 : 1 + len(near)] = 1.0
    told = counts[:, counts.sum(axis=0) > 0]
    if (counts.sum(axis=1) == 0).any() or not far:
        return None
    try:
        return spread_between_cities(told, star, lags=LAGS, simulations=simulations, seed=seed)
    except AnalysisError:
        return None
