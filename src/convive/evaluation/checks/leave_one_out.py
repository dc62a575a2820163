"""Leave one out: does the answer hang on one place of comparison?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from convive.evaluation.checks.placebo_in_unit import Design
from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel


def leave_one_out(
    design: Design, panel: Panel, treated: Sequence[str], comparison: Sequence[str], start: dt.date
) -> tuple[tuple[Placebo, ...], Diagnostic | None]:
    """The effect without each of ``comparison``, and whether one of them turns its direction. None for a single
    comparison, without which nothing is left."""
    if len(comparison) < 2:
        return (), None
    whole = design(panel.only([*treated, *comparison]), treated, start)
    found = []
    for unit in comparison:
        effect = design(panel.only([*treated, *(one for one in comparison if one != unit)]), treated, start)
        found.append(Placebo("leave-one-out", unit, effect.estimate, effect.low, effect.high, effect.p))
    turned = [one for one in found if _side(whole, whole.estimate) * _side(whole, one.estimate) < 0]
    # An effect that may be nothing anyway is not refuted by pointing the other way without one unit.
    stands_out = not whole.low <= whole.nothing <= whole.high
    held = not (stands_out and turned)
    return tuple(found), Diagnostic("leave-one-out", float(len(turned)), held=held, bears=True)


def _side(effect: Effect, value: float) -> float:
    return value - effect.nothing
