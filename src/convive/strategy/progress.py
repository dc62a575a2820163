"""How far the plan has come, by its evidence and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from convive.strategy.evidence import Ledger
from convive.strategy.plan import Activity, Measure, Need, Withdrawn

State = Literal["done", "under-way", "overdue", "without-evidence", "not-begun", "withdrawn"]


@dataclass(frozen=True)
class NeedMet:
    """What an activity needs, and how much of it there is."""

    need: Need
    there: float

    @property
    def share(self) -> float:
        return min(1.0, self.there / self.need.quantity)


@dataclass(frozen=True)
class ActivityProgress:
    """``share`` 0 … 1: the mean of what it needs, each up to whole; more of one does not stand in for another."""

    activity: Activity
    needs: tuple[NeedMet, ...]
    state: State

    @property
    def share(self) -> float:
        return sum(need.share for need in self.needs) / len(self.needs)


@dataclass(frozen=True)
class MeasureProgress:
    """``share`` 0 … 1: the mean of the activities that are pursued; 0 where none is."""

    measure: Measure
    activities: tuple[ActivityProgress, ...]

    @property
    def pursued(self) -> list[ActivityProgress]:
        return [one for one in self.activities if one.state != "withdrawn"]

    @property
    def share(self) -> float:
        return sum(one.share for one in self.pursued) / len(self.pursued) if self.pursued else 0.0

    @property
    def overdue(self) -> int:
        return sum(one.state == "overdue" for one in self.activities)


def of_measure(measure: Measure, ledger: Ledger, *, on: dt.date) -> MeasureProgress:
    """The progress of ``measure`` on a day."""
    told = (of_activity(one, ledger, on=on) for one in measure.activity)
    if _gone(measure.withdrawn, on):
        return MeasureProgress(measure, tuple(replace(one, state="withdrawn") for one in told))
    return MeasureProgress(measure, tuple(told))


def of_activity(activity: Activity, ledger: Ledger, *, on: dt.date) -> ActivityProgress:
    """The progress of ``activity`` on a day: the quantities of what counts then, kind by kind."""
    counted = ledger.of(activity.id, on=on)
    needs = tuple(
        NeedMet(need, sum(one.quantity for one in counted if one.kind == need.kind)) for need in activity.needs
    )
    share = sum(need.share for need in needs) / len(needs)
    state = "withdrawn" if _gone(activity.withdrawn, on) else _state(activity, share, on)
    return ActivityProgress(activity, needs, state)


def mean_share(measures: Sequence[MeasureProgress]) -> float:
    """How far several measures have come, those aside that are no longer pursued; 0 where there are none."""
    there = [one for one in measures if one.pursued]
    return sum(one.share for one in there) / len(there) if there else 0.0


def _gone(withdrawn: Withdrawn | None, on: dt.date) -> bool:
    return withdrawn is not None and withdrawn.on <= on


def _state(activity: Activity, share: float, on: dt.date) -> State:
    if share >= 1:
        return "done"
    if on > activity.until:
        return "overdue"
    if share > 0:
        return "under-way"
    return "not-begun" if on < activity.start else "without-evidence"
