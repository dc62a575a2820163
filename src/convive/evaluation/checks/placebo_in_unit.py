"""Placebo in unit: each comparison in the place of the treated, which stays out.

Abadie, Diamond & Hainmueller, JASA 2010. The p-value is the rank of the treated; with few comparisons it cannot be
small: it informs and refutes nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence

from convive.errors import EvaluationError
from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel

Design = Callable[[Panel, Sequence[str], dt.date], Effect]


def placebo_in_unit(
    design: Design, panel: Panel, treated: Sequence[str], comparison: Sequence[str], start: dt.date
) -> tuple[tuple[Placebo, ...], Diagnostic | None]:
    """The effects of ``design`` on each of ``comparison`` beside the others, and the rank p-value of that on
    ``treated``. Effects are compared as z: how far from nothing in widths of their own interval. A unit that cannot
    bear the design (no event after the start, say) is passed over; None where no two units are left to rank."""
    if len(comparison) < 2:
        return (), None
    others = panel.only(list(comparison))
    own = _distance(design(panel.only([*treated, *comparison]), treated, start))
    found = []
    for unit in comparison:
        try:
            effect = design(others, [unit], start)
        except EvaluationError:
            continue
        if math.isfinite(distance := _distance(effect)):
            placebo = Placebo("unit", unit, effect.estimate, effect.low, effect.high, effect.p)
            found.append((placebo, distance))
    placebos = tuple(one for one, _ in found)
    if len(found) < 2 or not math.isfinite(own):
        return placebos, None
    p = (1 + sum(distance >= own for _, distance in found)) / (1 + len(found))
    return placebos, Diagnostic("placebo-unit", own, p=p)


def _distance(effect: Effect) -> float:
    """NaN where there is no interval to measure by."""
    if effect.estimand != "rate-ratio":
        return abs(effect.estimate) / (effect.high - effect.low)
    if not 0 < effect.low < effect.high < math.inf:
        return math.nan
    return abs(math.log(effect.estimate)) / math.log(effect.high / effect.low)
