"""Placebo in unit: each comparison in the place of the treated, which stays out.

Abadie, Diamond & Hainmueller, JASA 2010. The p-value is the rank of the treated; with few comparisons it cannot be
small, and then only informs.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence

from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel

Design = Callable[[Panel, Sequence[str], dt.date], Effect]


def placebo_in_unit(
    design: Design, panel: Panel, treated: Sequence[str], comparison: Sequence[str], start: dt.date
) -> tuple[tuple[Placebo, ...], Diagnostic]:
    """The effects of ``design`` on each of ``comparison`` beside the others, and the rank p-value of that on
    ``treated``. Effects are compared as z: how far from nothing in widths of their own interval."""
    others = panel.only(list(comparison))
    own = _distance(design(panel.only([*treated, *comparison]), treated, start))
    found = []
    for unit in comparison:
        effect = design(others, [unit], start)
        found.append((Placebo("unit", unit, effect.estimate, effect.low, effect.high, effect.p), _distance(effect)))
    p = (1 + sum(distance >= own for _, distance in found)) / (1 + len(found))
    return tuple(one for one, _ in found), Diagnostic("placebo-unit", own, p=p)


def _distance(effect: Effect) -> float:
    if effect.estimand != "rate-ratio":
        return abs(effect.estimate) / (effect.high - effect.low)
    return abs(math.log(effect.estimate)) / math.log(effect.high / effect.low)
