"""Which designs the data can bear, asked before the measure starts: only the past is looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from convive.errors import EvaluationError, Problem
from convive.evaluation.calibration import offered
from convive.evaluation.designs.difference_in_differences import choose
from convive.evaluation.designs.unit_placebos import FEWEST
from convive.evaluation.limits import limits
from convive.evaluation.series import Panel
from convive.evaluation.window import steps_of_population, treated_and_compared


@dataclass(frozen=True)
class Proposal:
    """A ``design`` with errors ``interval_by``; ``problems``: why the data cannot bear it, none where they can.
    ``offered``: whether it held in calibration."""

    design: str
    interval_by: str
    problems: tuple[Problem, ...]
    offered: bool

    @property
    def possible(self) -> bool:
        return self.offered and not self.problems


def proposals(
    panel: Panel, treated: Sequence[str], start: dt.date, comparison: Sequence[str] = ()
) -> tuple[Proposal, ...]:
    """Each design for a measure in ``treated`` from ``start`` on, the strongest that the data bear first."""
    own = panel.only(list(treated))
    alone = _before(own, start)
    sides: list[Problem] = []
    compared: tuple[str, ...] = ()
    try:
        compared = treated_and_compared(panel, treated, start, comparison or None)[1].units
    except EvaluationError as error:
        sides = list(error.problems)
    how = choose(len(treated), len(compared)) if compared else "periods"
    few = Problem("evaluation-few-donors", value=str(len(compared)), values={"least": FEWEST})
    beside = [*alone, *sides, *(_before(panel.only(list(compared)), start) if compared else [])]
    found = [
        Proposal("difference-in-differences", how, _once(beside), offered("difference-in-differences", how)),
        *(
            Proposal(name, "unit-placebos", _once(problems), offered(name, "unit-placebos"))
            for problems in ([*beside, few] if len(compared) < FEWEST else beside,)
            for name in ("synthetic-control", "augmented-synthetic-control")
        ),
        Proposal(
            "displacement-difference", "displacement", _once(beside), offered("displacement-difference", "displacement")
        ),
        Proposal("event-study", "periods", _once(beside), offered("event-study", "periods")),
        Proposal("interrupted-series", "newey-west", _once(alone), offered("interrupted-series", "newey-west")),
        Proposal("sequential", "sequential", _once(alone), offered("sequential", "sequential")),
        Proposal("structural-series", "posterior", _once(alone), offered("structural-series", "posterior")),
    ]
    return tuple(sorted(found, key=lambda one: not one.possible))


def _before(panel: Panel, start: dt.date) -> list[Problem]:
    """What already speaks against judging ``panel`` at ``start``."""
    told, problems = limits(), []
    before = [end <= start for end in panel.ends]
    if sum(before) < told.before[panel.period]:
        values = {
            "before": sum(before),
            "after": 0,
            "least_before": told.before[panel.period],
            "least_after": told.after[panel.period],
            "period": panel.period,
        }
        problems.append(Problem("evaluation-too-short", value=start.isoformat(), values=values))
    elif panel.counts[:, before].sum() == 0:
        problems.append(Problem("evaluation-no-events-before", value=start.isoformat()))
    margin = dt.timedelta(days=told.margin_days)
    problems += [
        Problem(
            f"evaluation-{one.kind}-break-at-start",
            value=one.on.isoformat(),
            values={"start": start.isoformat(), "note": one.note},
        )
        for one in (*panel.breaks, *steps_of_population(panel))
        if abs(one.on - start) < margin
    ]
    return problems


def _once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    told: list[Problem] = []
    for problem in problems:
        if problem not in told:
            told.append(problem)
    return tuple(told)
