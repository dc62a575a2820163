"""What comes to ``plan.toml`` and what is withdrawn from it.

Nothing is erased: what is withdrawn stays written with its day and reason, and so do its evidence and its money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Unpack

from convive.errors import PlanError, Problem
from convive.strategy.document import Values, fresh, item
from convive.strategy.editing import Addition, ChangedMeanwhile, Kind, Known, find, fingerprint, part_of, place, rewrite
from convive.strategy.plan import Condition, Plan

Side = Literal["pass", "back"]
Part = Literal[Kind, "condition"]


def add_activity(folder: Path, measure: str, values: Values, **known: Unpack[Known]) -> None:
    """A new activity of ``measure``; raises :class:`~convive.errors.Findings` where the plan would not hold with it."""
    rewrite(
        folder,
        lambda plan: {place(plan, "measure", measure): lambda table: table["activity"].append(fresh(values))},
        **known,
    )


def add_measure(folder: Path, values: Values, *, on: dt.date, **known: Unpack[Known]) -> None:
    """A new measure with its ``activity`` list; how it will be evaluated is named ``on`` the day that it is added.

    Raises :class:`~convive.errors.Findings` where the plan would not hold with it, or where it has begun already: how
    it will be judged is named before it starts.
    """
    start = min(one["from"] for one in values["activity"])
    if on > start:
        raise PlanError(Problem("plan-measure-late", value=values["id"], values={"start": start.isoformat()}))
    told = dict(values) | {"evaluation": dict(values["evaluation"]) | {"named_on": on}}
    in_order = {key: told[key] for key in told if key != "activity"} | {"activity": told["activity"]}
    rewrite(folder, lambda _: {}, added=lambda _: [("measure", in_order, None)], **known)


def add_indicator(folder: Path, values: Values, **known: Unpack[Known]) -> None:
    """A new indicator; raises :class:`~convive.errors.Findings` where the plan would not hold with it."""
    rewrite(folder, lambda _: {}, added=lambda _: [("indicator", values, None)], **known)


def add_objective(folder: Path, values: Values, **known: Unpack[Known]) -> None:
    """A new objective; raises :class:`~convive.errors.Findings` where the plan would not hold with it."""
    rewrite(folder, lambda _: {}, added=lambda _: [("objective", values, None)], **known)


def add_body(folder: Path, values: Values, **known: Unpack[Known]) -> None:
    """A new body, to lead, take part or pay; raises :class:`~convive.errors.Findings` where the plan would not hold
    with it."""
    rewrite(folder, lambda _: {}, added=lambda _: [("body", values, None)], **known)


def add_stage(
    folder: Path, values: Values, *, after: str, condition: Values | None, on: dt.date, **known: Unpack[Known]
) -> None:
    """A new stage after the stage ``after``, with the first ``condition`` to pass on from it, asked from the day
    ``on``; the last stage may be without.

    Raises :class:`~convive.errors.Findings` where the plan would not hold with it: every stage but the last has a gate.
    """

    def added(plan: Plan) -> list[Addition]:
        names = list(plan.stages)
        if after not in names:
            raise ChangedMeanwhile(Problem("plan-changed-meanwhile", value=after))
        gate = {"stage": values["id"], "pass": [dict(condition) | {"since": on}]} if condition else None
        return [("stage", values, names.index(after) + 1), *([("gate", gate, None)] if gate else [])]

    rewrite(folder, lambda _: {}, added=added, **known)


def add_condition(folder: Path, stage: str, side: Side, values: Values, *, on: dt.date, **known: Unpack[Known]) -> None:
    """A new condition of the gate of ``stage``, asked from the day ``on``: it undoes nothing that was passed before.

    Raises :class:`~convive.errors.Findings` where the plan would not hold with it.
    """
    told = dict(values) | {"since": on}

    def put(table: Any) -> None:
        if side in table:
            table[side].append(fresh(told))
        else:
            table.add(side, fresh({side: [told]})[side])

    def edits(plan: Plan) -> Mapping[Any, Any]:
        names = [gate.stage for gate in plan.gate]
        return {("gate", names.index(stage)): put} if stage in names else {}

    def added(plan: Plan) -> list[Addition]:
        return [] if plan.gate_of(stage) is not None else [("gate", {"stage": stage, side: [told]}, None)]

    rewrite(folder, edits, added=added, **known)


def withdraw(
    folder: Path, part: Part, name: str, *, reason: str, seen: str, on: dt.date, **known: Unpack[Known]
) -> None:
    """Withdraw a part ``on`` a day for a ``reason``, if it is still the version that was ``seen``.

    Raises :class:`~convive.strategy.editing.ChangedMeanwhile`, and :class:`~convive.errors.PlanError` without a reason,
    for what was withdrawn already, and for a part that others wait for; then nothing is written.
    """
    if not reason.strip():
        raise PlanError(Problem("plan-withdraw-reason", value=name))
    gone = {"on": on, "reason": reason.strip()}

    def edits(plan: Plan) -> Mapping[Any, Any]:
        found = condition(plan, name) if part == "condition" else find(plan, part, name)
        if found is None or fingerprint(found) != seen:
            raise ChangedMeanwhile(Problem("plan-changed-meanwhile", value=name))
        if found.withdrawn is not None:
            raise PlanError(Problem("plan-withdrawn-already", value=name))
        waits = list(waiting(plan, part, name))
        if waits:
            raise PlanError(Problem("plan-withdraw-needed", value=name, values={"by": "; ".join(waits)}))
        if part == "condition":
            at, side, row = _where(plan, name)
            return {("gate", at): lambda table: table[side][row].update({"withdrawn": item(gone)})}
        return {place(plan, part, name): lambda table: _mark(part_of(table, part, name), gone)}

    rewrite(folder, edits, **known)


def condition(plan: Plan, name: str) -> Condition | None:
    """A condition of a gate by its id."""
    return next((one for _, one in plan.conditions() if one.id == name), None)


def waiting(plan: Plan, part: Part, name: str) -> Iterator[str]:
    """The parts still pursued that need a part: their ids."""
    measure = plan.measures.get(name) if part == "measure" else None
    activities = {one.id for one in measure.activity} if measure else {name} if part == "activity" else set()
    for _, one in plan.conditions():
        proves = one.evidence is not None and one.evidence.activity in activities
        reaches = part == "measure" and one.progress is not None and one.progress.measure == name
        if one.withdrawn is None and (proves or reaches):
            yield one.id
    if part in ("stage", "objective", "body"):
        yield from _named_by(plan, part, name)
    for told in plan.indicator:
        if told.withdrawn is None and told.output is not None and told.output.activity in activities:
            yield told.id
    if part == "indicator":
        yield from (one.id for one in plan.measure if one.withdrawn is None and one.evaluation.outcome == name)
    if part == "activity":
        of = plan.measure_of[name]
        if all(one.id == name or one.withdrawn is not None for one in of.activity):
            yield of.id


def _named_by(plan: Plan, part: Part, name: str) -> Iterator[str]:
    """What is still pursued in a stage, for an objective, by a body."""
    if part == "stage":
        yield from (one.id for one in plan.pursued if one.stage == name)
        yield from (asked.id for _, asked in plan.conditions() if asked.withdrawn is None and asked.to == name)
    elif part == "objective":
        yield from (one.id for one in plan.pursued if one.objective == name)
        yield from (one.id for one in plan.indicator if one.withdrawn is None and one.objective == name)
    else:
        if plan.lead == name:
            yield "lead"
        for one in plan.pursued:
            if name in (one.lead, *one.partners, *(row.source for row in one.budget)):
                yield one.id
            pursued = (each for each in one.activity if each.withdrawn is None)
            yield from (each.id for each in pursued if name in (each.lead, *each.partners))


def _where(plan: Plan, name: str) -> tuple[int, Side, int]:
    """The gate of a condition, its side, and where it stands there."""
    for at, gate in enumerate(plan.gate):
        sides: tuple[tuple[Side, tuple[Condition, ...]], ...] = (("pass", gate.onward), ("back", gate.back))
        for side, conditions in sides:
            for row, one in enumerate(conditions):
                if one.id == name:
                    return at, side, row
    raise KeyError(name)


def _mark(table: Any, gone: Mapping[str, Any]) -> None:
    """Written before the activities of a measure, which are tables below it."""
    below = table.pop("activity") if "activity" in table else None
    table["withdrawn"] = item(gone)
    if below is not None:
        table["activity"] = below
