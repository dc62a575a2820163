"""``plan.toml`` changed by people: one measure, activity or indicator at a time; its comments and order stay.

Who edits says which version they saw (:func:`fingerprint`): whoever comes second is refused and told, and what the
first wrote stands. A plan that would no longer hold is never written, and the file is replaced in one step.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal

import tomlkit
from filelock import FileLock
from pydantic import BaseModel, ValidationError
from tomlkit import TOMLDocument

from convive.errors import ObservatoryError, PlanError, Problem
from convive.observatory import misfits
from convive.strategy import reading
from convive.strategy.plan import Activity, Indicator, Measure, Plan

Kind = Literal["measure", "activity", "indicator"]
PLACES: Mapping[Kind, str] = {"measure": "measures", "activity": "activities", "indicator": "indicators"}
Values = Mapping[str, Any]
"""Keys of a table of ``plan.toml`` with their new values; None takes a key out."""


class ChangedMeanwhile(PlanError):
    """Somebody changed it after the editor had opened it."""


def find(plan: Plan, kind: Kind, name: str) -> Measure | Activity | Indicator | None:
    """A part of ``plan`` by its kind and id."""
    found: Measure | Activity | Indicator | None = getattr(plan, PLACES[kind]).get(name)
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

    def write(document: TOMLDocument, plan: Plan) -> None:
        part = find(plan, kind, name)
        if part is None or fingerprint(part) != seen:
            raise ChangedMeanwhile(Problem("plan-changed-meanwhile", value=name))
        before = told(part)
        after = _named(part, before, values, on)
        _fits(type(part), before | _kept(after) | _activities(part), folder)
        _merge(_table(document, kind, name), before, after)

    rewrite(folder, write, units=units, indicators=indicators)


def add_activity(
    folder: Path,
    measure: str,
    values: Values,
    *,
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """A new activity of ``measure``; raises :class:`~convive.errors.Findings` where the plan would not hold with it."""

    def write(document: TOMLDocument, plan: Plan) -> None:
        del plan
        _fits(Activity, _kept(values), folder)
        fresh = tomlkit.table()
        for key, value in _kept(values).items():
            fresh.add(key, _item(value))
        _table(document, "measure", measure)["activity"].append(fresh)

    rewrite(folder, write, units=units, indicators=indicators)


def rewrite(
    folder: Path,
    write: Callable[[TOMLDocument, Plan], None],
    *,
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """Let ``write`` change the document of the plan of ``folder``, and keep it if the plan holds with the change.

    One at a time, over all processes. Raises what ``write`` raises, and :class:`~convive.errors.Findings` naming every
    mistake of the plan as it would become; then the file is as before.
    """
    path = folder / reading.FILE
    with FileLock(folder.parent / ".plan.lock"):
        plan = reading.load(folder)
        assert plan is not None
        document = tomlkit.parse(path.read_text("utf-8"))
        write(document, plan)
        with tempfile.TemporaryDirectory() as trial:
            (Path(trial) / reading.FILE).write_text(tomlkit.dumps(document), "utf-8")
            reading.load(Path(trial), units=units, indicators=indicators)
        replace(path, tomlkit.dumps(document).encode())


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


def _fits(model: type[BaseModel], values: Values, folder: Path) -> None:
    try:
        model.model_validate(values)
    except ValidationError as error:
        raise ObservatoryError(misfits(folder / reading.FILE, error)) from error


def _activities(part: BaseModel) -> dict[str, Any]:
    return {"activity": part.activity} if isinstance(part, Measure) else {}


def _kept(values: Values) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _table(document: TOMLDocument, kind: Kind, name: str) -> Any:
    tables: Any = document.get("indicator" if kind == "indicator" else "measure", [])
    if kind == "activity":
        tables = [activity for measure in tables for activity in measure["activity"]]
    return next(table for table in tables if table["id"] == name)


def _merge(table: Any, before: Values, after: Values) -> None:
    """Write into ``table`` what of ``after`` is not as ``before``; what is not said stays."""
    for key, value in after.items():
        old = before.get(key)
        if value == old:
            continue
        if value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(old, Mapping) and key in table:
            gone: dict[str, Any] = dict.fromkeys(set(old) - set(value))
            _merge(table[key], old, gone | dict(value))
        else:
            table.pop(key, None)
            table[key] = _item(value)


def _item(value: Any) -> Any:
    """A value as TOML writes it: tables in one line, lists of tables with a line for each."""
    if isinstance(value, Mapping):
        line = tomlkit.inline_table()
        for key, part in value.items():
            if part is not None:
                line[key] = _item(part)
        return line
    if isinstance(value, list | tuple):
        listed = tomlkit.array()
        for part in value:
            listed.append(_item(part))
        return listed.multiline(any(isinstance(part, Mapping) for part in value))
    return tomlkit.item(value)


def _plain(value: Any) -> Any:
    """Tuples as lists, as TOML knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
