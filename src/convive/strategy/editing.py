"""``plan.toml`` changed by people: one measure, activity or indicator at a time; its comments and order stay.

Who edits says which version they saw (:func:`fingerprint`): whoever comes second is refused and told, and what the
first wrote stands. A plan that would no longer hold is never written, and the file is replaced in one step.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from filelock import FileLock
from pydantic import BaseModel

from convive.errors import PlanError, Problem
from convive.strategy import reading
from convive.strategy.document import TABLES, Document, Place, Values, merge
from convive.strategy.plan import Activity, Body, Gate, Indicator, Measure, Objective, Plan, Stage

Kind = Literal["measure", "activity", "indicator", "stage", "objective", "body"]
Part = Measure | Activity | Indicator | Stage | Objective | Body
PLACES: Mapping[Kind, str] = {
    "measure": "measures",
    "activity": "activities",
    "indicator": "indicators",
    "stage": "stages",
    "objective": "objectives",
    "body": "bodies",
}
MODELS: Mapping[str, type[BaseModel]] = {
    "measure": Measure,
    "indicator": Indicator,
    "gate": Gate,
    "stage": Stage,
    "objective": Objective,
    "body": Body,
}
Edits = Mapping[Place, Callable[[Any], None]]
Addition = tuple[str, Values, int | None]
"""A table that comes to the plan: its kind, what it says, and before which of its kind (None: after the last)."""


class Known(TypedDict, total=False):
    """Names that a plan may use and does not define, checked where they are given."""

    units: Collection[str] | None
    indicators: Collection[str] | None


class ChangedMeanwhile(PlanError):
    """Somebody changed it after the editor had opened it."""


def find(plan: Plan, kind: Kind, name: str) -> Part | None:
    """A part of ``plan`` by its kind and id."""
    found: Part | None = getattr(plan, PLACES[kind]).get(name)
    return found


def told(part: BaseModel) -> dict[str, Any]:
    """A part as its table says it, with every default; a measure without its activities, which are parts of their
    own."""
    found: dict[str, Any] = _plain(part.model_dump(by_alias=True, exclude={"activity"}, exclude_none=True))
    return found


def fingerprint(part: BaseModel) -> str:
    """The version of a part: another one as soon as anything in it changes."""
    said = json.dumps(told(part), default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def change(
    folder: Path,
    kind: Kind,
    name: str,
    values: Values,
    *,
    seen: str,
    on: dt.date,
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """Write ``values`` into a part of the plan of ``folder`` if it is still the version that was ``seen``.

    How a measure will be evaluated is named before it starts: changed ``on`` a later day it is refused, and a change in
    time carries that day. Raises :class:`ChangedMeanwhile`, and :class:`~convive.errors.Findings` for values with which
    the plan would not hold; then nothing is written.
    """

    def edits(plan: Plan) -> Edits:
        part = find(plan, kind, name)
        if part is None or fingerprint(part) != seen:
            raise ChangedMeanwhile(Problem("plan-changed-meanwhile", value=name))
        before = told(part)
        after = _named(part, before, values, on)
        return {place(plan, kind, name): lambda table: merge(part_of(table, kind, name), before, after)}

    rewrite(folder, edits, units=units, indicators=indicators)


def rewrite(
    folder: Path,
    edits: Callable[[Plan], Edits],
    *,
    added: Callable[[Plan], Sequence[Addition]] = lambda _: (),
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """Let ``edits`` change tables of the plan of ``folder``, and keep it if the plan holds with the change; ``added``
    tells the tables that come to them.

    One at a time, over all processes. Only the text of the tables that change is written anew. Raises what ``edits``
    raises, and :class:`~convive.errors.Findings` naming every mistake of the plan as it would become; then the file is
    as before.
    """
    path = folder / reading.FILE
    with FileLock(folder.parent / ".plan.lock"):
        plan = reading.load(folder)
        assert plan is not None
        text = Document.of(path.read_text("utf-8"), plan)
        parts: dict[str, list[Any]] = {table: list(getattr(plan, table)) for table in TABLES}
        for (table, at), mutate in edits(plan).items():
            parts[table][at] = _held(table, text.edit(table, at, mutate), path)
        for table, values, place_of in added(plan):
            at = len(parts[table]) if place_of is None else place_of
            parts[table].insert(at, _held(table, text.add(table, values, at), path))
        after = {name: getattr(plan, name) for name in Plan.model_fields}
        after |= {table: tuple(rows) for table, rows in parts.items()}
        reading.hold(Plan.model_construct(**after), units=units, indicators=indicators)
        replace(path, str(text).encode())


def _held(table: str, tree: dict[str, Any], path: Path) -> BaseModel:
    """A table as the plan's model of its kind."""
    typed = list(reading.typed_progress(tree, table))
    if typed:
        raise PlanError(typed)
    return reading.fitted(MODELS[table], tree, path)


def replace(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of the file: whoever reads sees the old or the new, never half of it."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        fresh.chmod(path.stat().st_mode & 0o777)
    os.replace(fresh, path)


def _named(part: BaseModel, before: Values, values: Values, on: dt.date) -> dict[str, Any]:
    """``values`` in which an evaluation that changes carries the day of the change."""
    after = dict(values)
    if isinstance(part, Measure) and "evaluation" in after:
        day = {"named_on": part.evaluation.named_on}
        if _plain(after["evaluation"] | day) == before["evaluation"]:
            after["evaluation"] = before["evaluation"]
        elif on > part.start:
            problem = Problem("plan-evaluation-fixed", value=part.id, values={"start": part.start.isoformat()})
            raise PlanError(problem)
        else:
            after["evaluation"] = after["evaluation"] | {"named_on": on}
    return after


def place(plan: Plan, kind: Kind, name: str) -> Place:
    """The table that holds a part."""
    if kind not in ("measure", "activity"):
        return kind, list(getattr(plan, PLACES[kind])).index(name)
    for at, measure in enumerate(plan.measure):
        if name == measure.id if kind == "measure" else any(one.id == name for one in measure.activity):
            return "measure", at
    raise KeyError(name)


def part_of(table: Any, kind: Kind, name: str) -> Any:
    """A part within the table that holds it."""
    return next(one for one in table["activity"] if one["id"] == name) if kind == "activity" else table


def _plain(value: Any) -> Any:
    """Tuples as lists, as TOML knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
