"""The plan as it stands on a day: progress, targets, gates, money, all computed. What pages, exports and the office
show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from convive.errors import PlanError, Problem
from convive.evaluation.before_after import power_of_counts, smallest_fall
from convive.evaluation.limits import limits
from convive.strategy import decisions as gate_decisions
from convive.strategy import evidence as ledgers
from convive.strategy import money, progress
from convive.strategy.conditions import history
from convive.strategy.decisions import Decision
from convive.strategy.evidence import Evidence, Ledger
from convive.strategy.figures import Seen, series
from convive.strategy.gates import GateRules, History, Way, missing, walk
from convive.strategy.money import Money, Spending
from convive.strategy.plan import FigureOf, Measure, Plan, Withdrawable
from convive.strategy.progress import MeasureProgress
from convive.strategy.targets import Standing, stand

Events = dict[FigureOf, list[Seen]]


@dataclass(frozen=True)
class Foresight:
    """What a measure's evaluation could see: ``events`` of the outcome in as many months before as will be waited
    after, the ``power`` to see the expected change, and the ``smallest`` fall (a rate ratio) that would be seen; None
    where the register tells no events."""

    events: int | None
    power: float | None
    smallest: float | None

    @property
    def enough(self) -> bool:
        return self.power is not None and self.power >= limits().power_enough


@dataclass(frozen=True)
class Review:
    """``on``: the day it is reviewed for; ``as_of``: the day until which the register goes."""

    plan: Plan
    ledger: Ledger
    decisions: tuple[Decision, ...]
    on: dt.date
    as_of: dt.date
    progress: Mapping[str, MeasureProgress]
    money: Mapping[str, tuple[Spending, ...]]
    foresight: Mapping[str, Foresight]
    standings: tuple[Standing, ...]
    histories: Mapping[str, History]
    way: Way
    problems: tuple[Problem, ...]

    def stage_share(self, stage: str) -> float:
        """How far the measures of a stage have come, 0 … 1."""
        return progress.mean_share([self.progress[one.id] for one in self.plan.in_stage(stage)])

    def stage_money(self, stage: str) -> Money:
        return sum((money.total(self.money[one.id]) for one in self.plan.in_stage(stage)), Money())

    def missing(self) -> tuple[str, ...]:
        """The conditions that keep the gate of the present stage shut."""
        rules_here = gate_rules(self.plan).get(self.way.stage)
        return missing(rules_here, self.histories, self.on) if rules_here else ()

    def evidence_of(self, measure: Measure) -> list[Evidence]:
        """What counts for a measure, the newest first."""
        found = [one for activity in measure.activity for one in self.ledger.of(activity.id, on=self.on)]
        return sorted(found, key=lambda one: (one.dated, one.row), reverse=True)


def review(folder: Path, plan: Plan, figures: pl.DataFrame, *, as_of: dt.date, today: dt.date | None = None) -> Review:
    """The plan of ``folder`` with the register's ``figures`` until ``as_of``.

    A build asks no clock: without ``today`` it is the newest day that the plan's files or the register speak of.
    """
    ledger = ledgers.load(folder, plan)
    decisions, wrong = gate_decisions.load(folder, plan)
    on = today or _newest(plan, ledger, decisions, as_of)
    outcomes: Events = {}
    histories = {one.id: history(one, plan, figures, ledger, as_of=min(as_of, on)) for _, one in plan.conditions()}
    way = walk(plan.course, gate_rules(plan), histories, decisions, on=on)
    return Review(
        plan,
        ledger,
        decisions,
        on,
        as_of,
        {one.id: progress.of_measure(one, ledger, on=on) for one in plan.measure},
        {one.id: money.of_measure(one, ledger, on=on) for one in plan.measure},
        {one.id: foresee(plan, one, figures, as_of=as_of, known=outcomes) for one in plan.measure},
        tuple(stand(one, figures, ledger, as_of=as_of, on=on) for one in plan.indicator),
        histories,
        way,
        (*ledger.problems, *wrong, *way.problems),
    )


def decide(folder: Path, current: Review, decision: Decision) -> Decision:
    """Write ``decision`` into the gates of ``folder`` with the conditions that hold and those that do not, and return
    it.

    Raises :class:`~convive.errors.PlanError` where the gate does not let it through: a pass with conditions that do not
    hold, a skip without reason, a decision on a stage in which the plan is not, one of a day before the plan's last
    move: it would rewrite the way since.
    """
    rules_here = gate_rules(current.plan).get(decision.stage, GateRules(()))
    missed = missing(rules_here, current.histories, decision.decided_on)
    held = tuple(name for name in rules_here.onward if name not in missed)
    told = replace(decision, held=held, missed=missed if decision.decision == "skip" else (), row=2**31)
    trial = walk(
        current.plan.course,
        gate_rules(current.plan),
        current.histories,
        [*current.decisions, told],
        on=max(current.on, decision.decided_on),
    )
    values = {"decided_on": decision.decided_on.isoformat(), "stage": decision.stage, "decision": decision.decision}
    values |= {"by": decision.by, "reason": decision.reason, "document": decision.document}
    refused = [one for one in trial.problems if one.row == told.row]
    wrong = [*gate_decisions.faults(values, current.plan), *(replace(one, row=None) for one in refused)]
    if not refused and current.way.moves and decision.decided_on < current.way.moves[-1].day:
        told_of = {"day": values["decided_on"], "since": current.way.moves[-1].day.isoformat()}
        wrong.append(Problem("gate-before-move", "strategy/gates.csv", None, "decided_on", decision.stage, told_of))
    if wrong:
        raise PlanError(wrong)
    row = gate_decisions.record(folder, told)
    return replace(told, row=row.number)


def gate_rules(plan: Plan) -> dict[str, GateRules]:
    """The gates by the names of their conditions."""
    return {
        gate.stage: GateRules(tuple(one.id for one in gate.onward), tuple((one.id, one.to) for one in gate.back))
        for gate in plan.gate
    }


def foresee(
    plan: Plan, measure: Measure, figures: pl.DataFrame, *, as_of: dt.date, known: Events | None = None
) -> Foresight:
    """What the evaluation of ``measure`` could see, from the events of its outcome in the treated units that the
    register tells for the last periods which ended before the measure starts. ``known``: figures that were looked up
    already, for other measures have the same outcome."""
    judged = measure.evaluation
    outcome = plan.indicators[judged.outcome].figure
    assert outcome is not None
    there: Events = {} if known is None else known
    wanted = [outcome.model_copy(update={"unit": unit, "period": "year"}) for unit in judged.treated]
    for one in wanted:
        if one not in there:
            there[one] = series(figures, one, as_of=as_of)
    told = [events for one in wanted if (events := _events(there[one], measure)) is not None]
    if not told:
        return Foresight(None, None, None)
    expected = sum(told) * judged.months / 12
    return Foresight(round(expected), power_of_counts(expected, judged.expected_ratio), smallest_fall(expected))


def _events(years: list[Seen], measure: Measure) -> int | None:
    """The events of the last year that had ended when the measure starts; of the first year told, where all are
    later."""
    seen = [one for one in years if one.count is not None]
    before = [one for one in seen if one.ended < measure.start]
    chosen = before[-1:] or seen[:1]
    return chosen[0].count if chosen else None


def _newest(plan: Plan, ledger: Ledger, decisions: tuple[Decision, ...], as_of: dt.date) -> dt.date:
    told = [day for one in ledger.evidence for day in (one.recorded_on, one.counts, one.withdrawn) if day is not None]
    conditions = (one for _, one in plan.conditions())
    parts: list[Withdrawable] = [*plan.measure, *plan.activities.values(), *plan.indicator, *conditions]
    parts += [*plan.stage, *plan.objective, *plan.body]
    told += [one.withdrawn.on for one in parts if one.withdrawn is not None]
    return max([plan.as_of or as_of, as_of, *told, *(one.decided_on for one in decisions)])
