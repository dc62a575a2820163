"""Pre-trends: did the treated and those beside them go together before the start?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from convive.evaluation.designs.event_study import PRE_TRENDS, EventStudy, event_study
from convive.evaluation.result import Diagnostic
from convive.evaluation.series import Panel


def pre_trends(
    panel: Panel, treated: Sequence[str], start: dt.date, *, comparison: Sequence[str] | None = None
) -> tuple[EventStudy, Diagnostic]:
    """The event study of ``treated`` and the joint test of its bins before, for a difference in differences to rest on.
    A test that holds is weak comfort: with few deaths it holds often though paths part (Roth 2022)."""
    study = event_study(panel, treated, start, comparison=comparison, simulations=199)
    p = study.pre_trends
    held = None if p is None else p >= PRE_TRENDS
    return study, Diagnostic("pre-trends", 0.0 if p is None else p, p=p, held=held, bears=True)
