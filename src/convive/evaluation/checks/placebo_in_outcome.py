"""Placebo in outcome: the same design on something that the measure could not touch, counted in the same places.

Deaths in traffic for a ban on carrying firearms: if they fell too, something else happened (Lipsitch, Tchetgen Tchetgen
& Cohen, Epidemiology 2010, on negative controls).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from convive.evaluation.result import Diagnostic, Effect, Placebo
from convive.evaluation.series import Panel, Series

Data = TypeVar("Data", Series, Panel)

ALPHA = 0.05


def placebo_in_outcome(
    design: Callable[[Data, dt.date], Effect], untouched: Data, start: dt.date, name: str
) -> tuple[Placebo, Diagnostic]:
    """The effect of ``design`` on the ``untouched`` outcome called ``name``; it must not stand out."""
    effect = design(untouched, start)
    told = Placebo("outcome", name, effect.estimate, effect.low, effect.high, effect.p)
    return told, Diagnostic("placebo-outcome", effect.estimate, p=effect.p, held=effect.p >= ALPHA, bears=True)
