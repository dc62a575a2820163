"""``plan.toml`` changed by people: one measure, activity or indicator at a time; its comments and order stay.

Who edits says which version they saw (:func:`fingerprint`): whoever comes second is refused and told, and what the
first wrote stands. A plan that would no longer hold is never written, and the file is replaced in one step.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tomlkit
from filelock import FileLock
from pydantic import BaseModel

from convive.errors import PlanError, Problem
from convive.strategy import reading
from convive.strategy.plan import Activity, Indicator, Measure, Plan

Kind = Literal["measure", "activity", "indicator"]
PLACES: Mapping[Kind, str] = {"measure": "measures", "activity": "activities", "indicator": "indicators"}
Place = tuple[str, int]
"""A table of ``plan.toml``: ``measure`` or ``indicator``, and which of them."""
Edits = Mapping[Place, Callable[[Any], None]]
_HEADER = re.compile(r"(\[\[?)[ \t]*([\w.-]+)[ \t]*\]{1,2}[ \t]*(?:#.*)?$")
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

    def edits(plan: Plan) -> Edits:
        part = find(plan, kind, name)
        if part is None or fingerprint(part) != seen:
            raise ChangedMeanwhile(Problem("plan-changed-meanwhile", value=name))
        before = told(part)
        after = _named(part, before, values, on)
        return {_place(plan, kind, name): lambda table: _merge(_part(table, kind, name), before, after)}

    rewrite(folder, edits, units=units, indicators=indicators)


def add_activity(
    folder: Path,
    measure: str,
    values: Values,
    *,
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """A new activity of ``measure``; raises :class:`~convive.errors.Findings` where the plan would not hold with it."""

    fresh = tomlkit.table()
    for key, value in values.items():
        if value is not None:
            fresh.add(key, _item(value))

    def edits(plan: Plan) -> Edits:
        return {_place(plan, "measure", measure): lambda table: table["activity"].append(fresh)}

    rewrite(folder, edits, units=units, indicators=indicators)


def rewrite(
    folder: Path,
    edits: Callable[[Plan], Edits],
    *,
    units: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
) -> None:
    """Let ``edits`` change tables of the plan of ``folder``, and keep it if the plan holds with the change.

    One at a time, over all processes. Only the text of the tables that change is written anew. Raises what ``edits``
    raises, and :class:`~convive.errors.Findings` naming every mistake of the plan as it would become; then the file is
    as before.
    """
    path = folder / reading.FILE
    with FileLock(folder.parent / ".plan.lock"):
        plan = reading.load(folder)
        assert plan is not None
        text = _Text.of(path.read_text("utf-8"), plan)
        parts: dict[str, list[Any]] = {"measure": list(plan.measure), "indicator": list(plan.indicator)}
        for (table, at), mutate in edits(plan).items():
            tree = text.edit(table, at, mutate)
            typed = list(reading.typed_progress(tree, table))
            if typed:
                raise PlanError(typed)
            parts[table][at] = reading.fitted(type(parts[table][at]), tree, path)
        after = {name: getattr(plan, name) for name in Plan.model_fields}
        after |= {table: tuple(rows) for table, rows in parts.items()}
        reading.hold(Plan.model_construct(**after), units=units, indicators=indicators)
        replace(path, str(text).encode())


@dataclass
class _Text:
    """The text of ``plan.toml`` in pieces, one for each measure and indicator: a document of thousands of tables takes
    long to read with its comments, one table does not. ``places``: where in ``pieces`` a table stands."""

    pieces: list[str]
    places: dict[Place, int]

    @classmethod
    def of(cls, text: str, plan: Plan) -> _Text:
        """Cut at the headers of measures and indicators; in one piece where they are written in another way."""
        pieces, places, counts = [""], {}, dict.fromkeys(("measure", "indicator"), 0)
        inside = ""
        for line in text.splitlines(keepends=True):
            head = _HEADER.match(line)
            if head and head[1] == "[[" and head[2] in counts:
                inside = head[2]
                places[inside, counts[inside]] = len(pieces)
                counts[inside] += 1
                pieces.append("")
            elif head and inside and not head[2].startswith(f"{inside}."):
                inside = ""
                pieces.append("")
            pieces[-1] += line
        whole = counts == {"measure": len(plan.measure), "indicator": len(plan.indicator)}
        return cls(pieces, places) if whole else cls([text], {})

    def edit(self, table: str, at: int, mutate: Callable[[Any], None]) -> dict[str, Any]:
        """Change a table by ``mutate``; returns what it says now."""
        piece = self.places.get((table, at), 0)
        position = 0 if self.places else at
        document = tomlkit.parse(self.pieces[piece])
        rows: Any = document[table]
        mutate(rows[position])
        written = tomlkit.dumps(document)
        self.pieces[piece] = written if written.endswith("\n") else f"{written}\n"
        found: dict[str, Any] = tomllib.loads(written)[table][position]
        return found

    def __str__(self) -> str:
        return "".join(self.pieces)


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


def _place(plan: Plan, kind: Kind, name: str) -> Place:
    """The table that holds a part."""
    if kind == "indicator":
        return "indicator", [one.id for one in plan.indicator].index(name)
    for at, measure in enumerate(plan.measure):
        if name == measure.id if kind == "measure" else any(one.id == name for one in measure.activity):
            return "measure", at
    raise KeyError(name)


def _part(table: Any, kind: Kind, name: str) -> Any:
    """A part within the table that holds it."""
    return next(one for one in table["activity"] if one["id"] == name) if kind == "activity" else table


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
