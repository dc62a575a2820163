"""Reading ``plan.toml`` and holding it against itself, the territory and the catalogue: every mistake at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from convive.errors import ObservatoryError, PlanError, Problem
from convive.observatory import misfits, read_toml
from convive.strategy.evidence import kinds
from convive.strategy.plan import Condition, Measure, Plan

FILE = "plan.toml"
PLACE = f"strategy/{FILE}"
Model = TypeVar("Model", bound=BaseModel)


def load(
    folder: Path, *, units: Collection[str] | None = None, indicators: Collection[str] | None = None
) -> Plan | None:
    """The plan of ``folder``, an observatory's ``strategy/``; None where there is none.

    ``units`` of the territory and ``indicators`` of the catalogue are checked where they are given. Raises
    :class:`~convive.errors.ObservatoryError` for a file that cannot be read or keys that do not fit, and
    :class:`~convive.errors.PlanError` with every mistake found in what it says.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    found = path.stat()
    plan = _read(path, (found.st_ino, found.st_mtime_ns, found.st_size))
    hold(plan, units=units, indicators=indicators)
    return plan


def hold(plan: Plan, *, units: Collection[str] | None = None, indicators: Collection[str] | None = None) -> None:
    """Raise :class:`~convive.errors.PlanError` with every mistake found in what ``plan`` says; see :func:`load`."""
    problems = list(_mistakes(plan, units, indicators))
    if problems:
        raise PlanError(problems)


@lru_cache(maxsize=4)
def _read(path: Path, version: tuple[int, int, int]) -> Plan:
    """A plan of thousands of activities takes seconds to read: once for each ``version`` of its file."""
    del version
    tables = read_toml(path)
    typed = list(typed_progress(tables))
    if typed:
        raise PlanError(typed)
    return fitted(Plan, tables, path)


def fitted(model: type[Model], tables: Mapping[str, Any], path: Path) -> Model:
    """``tables`` as the model; raises :class:`~convive.errors.ObservatoryError` naming each key that does not fit."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise ObservatoryError(misfits(path, error)) from error


def typed_progress(tree: object, at: str = "") -> Iterator[Problem]:
    """A problem for each key that states progress instead of proving it, wherever it stands."""
    if isinstance(tree, Mapping):
        for key, branch in tree.items():
            place = f"{at}.{key}" if at else str(key)
            # The condition of a gate names what progress it waits for: a threshold, not a statement.
            threshold = key == "progress" and isinstance(branch, Mapping)
            if str(key).lower() in _typed_keys() and not threshold:
                yield Problem("plan-typed-progress", PLACE, column=place, value=str(branch))
            else:
                yield from typed_progress(branch, place)
    elif isinstance(tree, list | tuple):
        for index, branch in enumerate(tree):
            yield from typed_progress(branch, f"{at}.{index}")


@cache
def _typed_keys() -> frozenset[str]:
    return frozenset(tomllib.loads(Path(__file__).with_name("typed_progress.toml").read_text("utf-8"))["keys"])


@cache
def rights() -> Mapping[str, Any]:
    """``rights.toml``: the questions that every measure answers."""
    return tomllib.loads(Path(__file__).with_name("rights.toml").read_text("utf-8"))


def _mistakes(plan: Plan, units: Collection[str] | None, indicators: Collection[str] | None) -> Iterator[Problem]:
    yield from _twice("stage", (one.id for one in plan.stage))
    yield from _twice("body", (one.id for one in plan.body))
    yield from _twice("objective", (one.id for one in plan.objective))
    yield from _twice("indicator", (one.id for one in plan.indicator))
    yield from _twice("measure", (one.id for one in plan.measure))
    yield from _twice("measure.activity", (one.id for measure in plan.measure for one in measure.activity))
    yield from _twice("gate.condition", (one.id for _, one in plan.conditions()))
    yield from _unknown("lead", [plan.lead], plan.bodies)
    yield from _unknown("protocol", plan.protocol, rights())
    yield from _withdrawn(plan)
    yield from _indicators(plan, units, indicators)
    for measure in plan.measure:
        yield from _measure(plan, measure, units)
    yield from _gates(plan, units, indicators)


def _withdrawn(plan: Plan) -> Iterator[Problem]:
    """What is still pursued and names a stage, an objective or a body that was withdrawn."""
    gone = {
        kind: {one.id for one in parts if one.withdrawn is not None}
        for kind, parts in (("stage", plan.stage), ("objective", plan.objective), ("body", plan.body))
    }
    named = [("lead", "body", plan.lead)]
    for one in plan.pursued:
        at = f"measure.{one.id}"
        named += [(f"{at}.stage", "stage", one.stage), (f"{at}.objective", "objective", one.objective)]
        bodies = (one.lead, *one.partners, *(row.source for row in one.budget))
        named += [(at, "body", body) for body in bodies]
        pursued = (each for each in one.activity if each.withdrawn is None)
        named += [(f"{at}.{each.id}", "body", body) for each in pursued for body in (each.lead, *each.partners)]
    pursued_indicators = (one for one in plan.indicator if one.withdrawn is None)
    named += [(f"indicator.{one.id}.objective", "objective", one.objective) for one in pursued_indicators]
    for stage, asked in plan.conditions():
        if asked.withdrawn is None:
            named.append((f"gate.{stage}.{asked.id}.to", "stage", asked.to))
    for column, kind, name in named:
        if name in gone[kind]:
            yield Problem("plan-names-withdrawn", PLACE, column=column, value=name)


def _indicators(plan: Plan, units: Collection[str] | None, indicators: Collection[str] | None) -> Iterator[Problem]:
    objectives = [one.id for one in plan.objective]
    for one in plan.indicator:
        at = f"indicator.{one.id}"
        yield from _unknown(f"{at}.objective", [one.objective], objectives)
        if (one.figure is None) == (one.output is None):
            yield Problem("plan-one-of", PLACE, column=at, values={"there": "figure, output"})
        if one.figure is not None:
            yield from _unknown(f"{at}.figure.indicator", [one.figure.indicator], indicators)
            yield from _unknown(f"{at}.figure.unit", [one.figure.unit], units)
        if one.output is not None:
            yield from _unknown(f"{at}.output.activity", [one.output.activity], plan.activities)
            yield from _unknown(f"{at}.output.kind", [one.output.kind], kinds())
        register = one.figure is not None and one.baseline.period
        if not register and one.baseline.value is None:
            yield Problem("plan-baseline-missing", PLACE, column=f"{at}.baseline")
        if one.baseline.value is not None and not one.baseline.source:
            yield Problem("plan-baseline-source", PLACE, column=f"{at}.baseline.source")


def _measure(plan: Plan, measure: Measure, units: Collection[str] | None) -> Iterator[Problem]:
    at = f"measure.{measure.id}"
    yield from _unknown(f"{at}.stage", [measure.stage], [one.id for one in plan.stage])
    yield from _unknown(f"{at}.objective", [measure.objective], [one.id for one in plan.objective])
    yield from _unknown(f"{at}.lead", [measure.lead], plan.bodies)
    yield from _unknown(f"{at}.partners", measure.partners, plan.bodies)
    yield from _unknown(f"{at}.budget.source", [one.source for one in measure.budget], plan.bodies)
    yield from _unknown(f"{at}.rights", measure.rights, rights())
    for name in rights():
        if name not in measure.rights or plan.how(measure, name) is None:
            yield Problem("plan-rights-missing", PLACE, column=f"{at}.rights.{name}")
    judged = measure.evaluation
    yield from _unknown(f"{at}.evaluation.outcome", [judged.outcome], plan.indicators)
    yield from _unknown(f"{at}.evaluation.treated", judged.treated, units)
    yield from _unknown(f"{at}.evaluation.control", judged.control, units)
    outcome = plan.indicators.get(judged.outcome)
    if outcome is not None and outcome.figure is None:
        yield Problem("plan-outcome-declared", PLACE, column=f"{at}.evaluation.outcome", value=judged.outcome)
    if judged.named_on > measure.start:
        values = {"start": measure.start.isoformat()}
        yield Problem("plan-evaluation-late", PLACE, None, f"{at}.evaluation.named_on", str(judged.named_on), values)
    for activity in measure.activity:
        place = f"{at}.activity.{activity.id}"
        yield from _unknown(f"{place}.lead", [activity.lead], plan.bodies)
        yield from _unknown(f"{place}.partners", activity.partners, plan.bodies)
        yield from _unknown(f"{place}.needs.kind", [need.kind for need in activity.needs], kinds())
        if activity.until < activity.start:
            yield Problem("plan-dates", PLACE, column=place, value=f"{activity.start} … {activity.until}")


def _gates(plan: Plan, units: Collection[str] | None, indicators: Collection[str] | None) -> Iterator[Problem]:
    stages = [one.id for one in plan.stage]
    if not plan.course or stages[0] != plan.course[0]:
        yield Problem("plan-first-stage", PLACE, column="stage", value=stages[0])
    yield from _twice("gate", (gate.stage for gate in plan.gate))
    yield from _unknown("gate.stage", [gate.stage for gate in plan.gate], stages)
    for stage in plan.course[:-1]:
        gate = plan.gate_of(stage)
        if gate is None or not gate.onward:
            yield Problem("plan-gate-missing", PLACE, column="gate", value=stage)
    for gate in plan.gate:
        earlier = stages[: stages.index(gate.stage)] if gate.stage in stages else stages
        for condition in gate.back:
            yield from _unknown(f"gate.{gate.stage}.back.{condition.id}.to", [condition.to], earlier)
    for stage, condition in plan.conditions():
        yield from _condition(plan, f"gate.{stage}.{condition.id}", condition, units, indicators)


def _condition(
    plan: Plan, at: str, one: Condition, units: Collection[str] | None, indicators: Collection[str] | None
) -> Iterator[Problem]:
    if sum(part is not None for part in (one.figure, one.evidence, one.progress)) != 1:
        yield Problem("plan-one-of", PLACE, column=at, values={"there": "figure, evidence, progress"})
    if one.figure is not None:
        yield from _unknown(f"{at}.figure.indicator", [one.figure.indicator], indicators)
        yield from _unknown(f"{at}.figure.unit", [one.figure.unit], units)
        if one.figure.at_most is None and one.figure.at_least is None:
            yield Problem("plan-one-of", PLACE, column=f"{at}.figure", values={"there": "at_most, at_least"})
    if one.evidence is not None:
        yield from _unknown(f"{at}.evidence.activity", [one.evidence.activity], plan.activities)
        yield from _unknown(f"{at}.evidence.kind", [one.evidence.kind], kinds())
    if one.progress is not None:
        yield from _unknown(f"{at}.progress.measure", [one.progress.measure], plan.measures)


def _unknown(column: str, names: Iterable[str], there: Collection[str] | None) -> Iterator[Problem]:
    if there is None:
        return
    for name in names:
        if name not in there:
            values = {"there": _near(name, there)}
            yield Problem("plan-unknown-name", PLACE, column=column, value=name, values=values)


def _near(name: str, there: Collection[str]) -> str:
    from rapidfuzz import process  # a name is looked for only where one is wrong

    return ", ".join(near for near, _, _ in process.extract(name, list(there), limit=5))


def _twice(column: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem("plan-name-twice", PLACE, column=column, value=name)
