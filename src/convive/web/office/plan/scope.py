"""Who reaches which part of the plan: by the unit of the territory and the body of the plan that a mandate names.

A measure lies in the units where it is tried; its activities lie there too. Whoever acts for a body acts on the
activities that the body leads or takes part in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from convive.committee.roles import EVERYWHERE, Reach
from convive.strategy.editing import Kind
from convive.strategy.plan import Indicator, Measure, Plan
from convive.web.office.guard import User, reaches_of
from convive.web.office.territory import above


@dataclass(frozen=True)
class Part:
    """Where a part of the plan lies, and whose matter it is; without ``units``: the whole territory."""

    units: tuple[str, ...] = ()
    bodies: frozenset[str] = frozenset()


WHOLE = Part()
"""The plan itself: its gates, its workbook, what is added to it."""


def part(plan: Plan, kind: Kind, name: str) -> Part:
    """Where a measure, an activity or an indicator lies and whose it is; raises ``KeyError`` for one that is not
    there."""
    if kind in ("stage", "objective", "body"):
        return WHOLE
    if kind == "indicator":
        return _indicator(plan, plan.indicators[name])
    if kind == "measure":
        return _measure(plan.measures[name])
    one = plan.activities[name]
    return Part(_measure(plan.measure_of[name]).units, frozenset({one.lead, *one.partners}))


def acts_on(user: User, permission: str, of: Part) -> bool:
    """Whether ``user`` may do ``permission`` today to the part ``of`` the plan."""
    return within(reaches_of(user, permission), of)


def within(reaches: Iterable[Reach], of: Part) -> bool:
    """Whether the part ``of`` the plan is within reach."""
    return any(reach.covers(of.units, of.bodies, above) for reach in reaches)


def seen_by(user: User, measures: Iterable[Measure]) -> frozenset[str] | None:
    """The measures that a reader of the plan sees: those that have to do with a unit of theirs; None: all."""
    reaches = reaches_of(user, "plan.read")
    if any(reach.unit == EVERYWHERE for reach in reaches):
        return None
    return frozenset(
        one.id for one in measures if any(reach.touches(one.evaluation.treated, above) for reach in reaches)
    )


def refuse_unseen(user: User, one: Measure) -> None:
    """Raise ``PermissionDenied`` where a measure has nothing to do with the units of ``user``."""
    if seen_by(user, [one]) == frozenset():
        raise PermissionDenied("the measure lies in other units")


def _measure(one: Measure) -> Part:
    return Part(one.evaluation.treated, frozenset({one.lead, *one.partners}))


def _indicator(plan: Plan, one: Indicator) -> Part:
    if one.figure is not None:
        return Part((one.figure.unit,))
    assert one.output is not None
    return part(plan, "activity", one.output.activity)
