"""How far the plan has come, by its evidence and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from convive.strategy.evidence import Ledger
from convive.strategy.plan import Activity, Measure, Need

State = Literal["done", "under-way", "overdue", "without-evidence", "not-begun"]


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
    measure: Measure
    activities: tuple[ActivityProgress, ...]

    @property
    def share(self) -> float:
        return sum(one.share for one in self.activities) / len(self.activities)

    @property
    def overdue(self) -> int:
        return sum(one.state == "overdue" for one in self.activities)


def of_measure(measure: Measure, ledger: Ledger, *, on: dt.date) -> MeasureProgress:
    """The progress of ``measure`` on a day."""
    return MeasureProgress(measure, tuple(of_activity(one, ledger, on=on) for one in measure.activity))


def of_activity(activity: Activity, ledger: Ledger, *, on: dt.date) -> ActivityProgress:
    """The progress of ``activity`` on a day: the quantities of what counts then, kind by kind."""
    counted = ledger.of(activity.id, on=on)
    needs = tuple(
        NeedMet(need, sum(one.quantity for one in counted if one.kind == need.kind)) for need in activity.needs
    )
    share = sum(need.share for need in needs) / len(needs)
    return ActivityProgress(activity, needs, _state(activity, share, on))


def mean_share(measures: Sequence[MeasureProgress]) -> float:
    """How far several measures have come; 0 where there are none."""
    return sum(one.share for one in measures) / len(measures) if measures else 0.0


def _state(activity: Activity, share: float, on: dt.date) -> State:
    if share >= 1:
        return "done"
    if on > activity.until:
        return "overdue"
    if share > 0:
        return "under-way"
    return "not-begun" if on < activity.start else "without-evidence"
