"""The fields of a measure, an activity and an indicator: what a form shows, and what it sent as ``plan.toml`` says it.

A form without scripts: lists of rows come with some empty ones, and a row that is emptied is taken out. What cannot be
read is told field by field, and all that was typed is shown again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import QueryDict

from convive.errors import PlanError, Problem
from convive.strategy.evidence import kinds
from convive.strategy.plan import Body, Objective, Plan, Stage
from convive.strategy.reading import rights
from convive.texts import say

Form = Literal["line", "words", "choice", "many", "codes", "date", "number", "whole"]
SPARE = 2
"""Empty rows that a list offers."""

UNFIT = {
    "filled": "plan-form-filled",
    "date": "plan-form-date",
    "number": "plan-form-number",
    "whole": "plan-form-whole",
    "choice": "plan-form-choice",
}
"""The problem of a field that cannot be read, by what it wanted."""

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """``name``: the way to the value in its table, ``label.es``. One that is not ``needed`` may stay empty and is then
    not written. ``label``: the text beside it."""

    name: str
    form: Form
    label: str
    choices: Choices = ()
    needed: bool = True


@dataclass(frozen=True)
class Rows:
    """A list of tables below ``name``, each with the same ``fields``."""

    name: str
    label: str
    fields: tuple[Field, ...]


Part = Field | Rows


def measure_fields(plan: Plan, language: str, *, keeping: Collection[str] = ()) -> tuple[Part, ...]:
    """A measure without its activities. ``keeping``: what may be named though it was withdrawn."""
    bodies = offered(plan.body, language, keeping)
    levels = [(name, say(f"act.level_{name}", language)) for name in ("low", "middle", "high")]
    outcomes = [(one.id, one.label[language]) for one in plan.indicator if one.figure is not None]
    asked = [part for name in rights() for part in _right(name, language)]
    return (
        *both("label", "label", language, "line"),
        *both("why", "why", language, "words"),
        Field("source", "line", said("source", language), needed=False),
        Field("stage", "choice", say("act.stage", language), offered(plan.stage, language, keeping)),
        Field("objective", "choice", say("act.objective", language), offered(plan.objective, language, keeping)),
        Field("lead", "choice", say("act.responsible", language), bodies),
        Field("partners", "many", say("act.partners", language), bodies),
        Rows(
            "budget",
            said("budget", language),
            (
                Field("year", "whole", said("year", language)),
                Field("source", "choice", said("money_source", language), bodies),
                Field("planned", "number", say("act.planned", language)),
            ),
        ),
        Rows(
            "risk",
            say("act.risk", language),
            (
                *both("what", "risk_what", language, "line"),
                Field("likelihood", "choice", said("likelihood", language), levels),
                Field("harm", "choice", said("harm", language), levels),
                *both("answer", "risk_answer", language, "line"),
            ),
        ),
        *asked,
        Field("evaluation.outcome", "choice", said("outcome", language), outcomes),
        *both("evaluation.comparison", "comparison", language, "words"),
        Field("evaluation.treated", "codes", said("treated", language)),
        Field("evaluation.control", "codes", said("control", language), needed=False),
        Field("evaluation.months", "whole", said("months", language)),
        Field("evaluation.expected_ratio", "number", said("expected_ratio", language)),
    )


def activity_fields(plan: Plan, language: str, *, new: bool = False, keeping: Collection[str] = ()) -> tuple[Part, ...]:
    """An activity; a ``new`` one also has a name to choose."""
    bodies = offered(plan.body, language, keeping)
    named = [(name, kind["label"][language]) for name, kind in kinds().items()]
    return (
        *((Field("id", "line", said("id", language)),) if new else ()),
        *both("label", "label", language, "line"),
        Field("lead", "choice", say("act.responsible", language), bodies),
        Field("partners", "many", say("act.partners", language), bodies),
        Field("from", "date", said("from", language)),
        Field("until", "date", said("until", language)),
        Rows(
            "needs",
            said("needs", language),
            (
                Field("kind", "choice", said("kind", language), named),
                Field("quantity", "number", said("quantity", language)),
                *both("what", "need_what", language, "line"),
            ),
        ),
    )


def indicator_fields(plan: Plan, language: str, *, keeping: Collection[str] = ()) -> tuple[Part, ...]:
    """What of an indicator people settle; what it measures stays with who writes ``plan.toml``."""
    sides = [(name, said(f"better_{name}", language)) for name in ("less", "more")]
    return (
        *both("label", "label", language, "line"),
        *both("unit", "unit", language, "line"),
        Field("better", "choice", said("better", language), sides),
        Field("objective", "choice", say("act.objective", language), offered(plan.objective, language, keeping)),
        Field("baseline.period", "line", said("baseline_period", language), needed=False),
        Field("baseline.value", "number", said("baseline_value", language), needed=False),
        Field("baseline.source", "line", said("baseline_source", language), needed=False),
        Field("target.value", "number", said("target", language)),
        Field("target.by", "date", said("target_by", language)),
    )


def offered(parts: Iterable[Stage | Objective | Body], language: str, keeping: Collection[str] = ()) -> Choices:
    """What may be chosen: the parts that were not withdrawn, and those to be kept."""
    return [(one.id, one.label[language]) for one in parts if one.withdrawn is None or one.id in keeping]


def reason_of(post: QueryDict) -> str:
    """Why somebody changes the plan, in one line."""
    return " ".join(post.get("reason", "").split())[:500]


def flat(fields: Sequence[Part], values: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of a table: the text of each field by its name, ``budget.0.year``; lists joined by commas."""
    found: dict[str, str] = {}
    for part in fields:
        if isinstance(part, Rows):
            for at, row in enumerate(values.get(part.name, ())):
                found |= {f"{part.name}.{at}.{name}": text for name, text in flat(part.fields, row).items()}
        else:
            found[part.name] = _text(_at(values, part.name))
    return found


def sent(fields: Sequence[Part], post: QueryDict) -> dict[str, str]:
    """What was typed, in the form of :func:`flat`; emptied rows are left out and those after them move up."""
    found: dict[str, str] = {}
    for part in fields:
        if isinstance(part, Rows):
            kept = [row for row in _rows(part, post) if any(_typed(part, row))]
            for at, row in enumerate(kept):
                found |= {f"{part.name}.{at}.{name}": text for name, text in row.items()}
        elif part.form == "many":
            found[part.name] = ", ".join(post.getlist(part.name))
        else:
            found[part.name] = post.get(part.name, "").replace("\r\n", "\n").strip()
    return found


def read(fields: Sequence[Part], typed: Mapping[str, str]) -> dict[str, Any]:
    """The values that ``plan.toml`` will say. Raises :class:`~convive.errors.PlanError` naming each field that cannot
    be read."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for part in fields:
        if isinstance(part, Rows):
            values[part.name] = [_read_row(part.fields, row, problems) for row in _grouped(part, typed)]
        else:
            _put(values, part, typed.get(part.name, ""), problems)
    if problems:
        raise PlanError(problems)
    return values


def shown(fields: Sequence[Part], typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The form for the template: each field with its text, each list with its rows and the empty ones."""
    return [_rows_shown(part, typed) if isinstance(part, Rows) else _shown(part, part.name, typed) for part in fields]


def label_of(fields: Sequence[Part], name: str) -> str:
    """What the field ``name`` of :func:`flat` is called; rows count from 1."""
    for part in fields:
        if isinstance(part, Rows) and name.startswith(f"{part.name}."):
            _, at, inner = name.split(".", 2)
            return f"{part.label} {int(at) + 1} · {label_of(part.fields, inner)}"
        if part.name == name:
            return part.label
    raise KeyError(name)


def merged(
    fields: Sequence[Part], base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str]
) -> dict[str, str]:
    """``theirs`` with what only ``mine`` changed of ``base``; a list of rows counts as one."""
    found: dict[str, str] = {}
    for part in fields:
        was, kept, typed = (_under(part, version) for version in (base, theirs, mine))
        found |= typed if kept == was else kept
    return found


def _under(part: Part, version: Mapping[str, str]) -> dict[str, str]:
    if isinstance(part, Rows):
        return {name: text for name, text in version.items() if name.startswith(f"{part.name}.")}
    return {part.name: version.get(part.name, "")}


def _right(name: str, language: str) -> Iterator[Field]:
    question = rights()[name]["question"][language]
    sides = [(side, said(side, language)) for side in ("yes", "no")]
    yield Field(f"rights.{name}.holds", "choice", question, sides)
    for part in ("es", "en"):
        label = said(f"how_{part}", language)
        yield Field(f"rights.{name}.how.{part}", "line", f"{label}: {question}", needed=False)


def both(name: str, label: str, language: str, form: Form) -> Iterator[Field]:
    """A text in Spanish and in English."""
    for part in ("es", "en"):
        yield Field(f"{name}.{part}", form, said(f"{label}_{part}", language))


def said(name: str, language: str) -> str:
    """What a field is called."""
    return say(f"planning.field.{name}", language)


def _rows(part: Rows, post: QueryDict) -> Iterator[dict[str, str]]:
    at = 0
    while any(f"{part.name}.{at}.{one.name}" in post for one in part.fields):
        yield {one.name: post.get(f"{part.name}.{at}.{one.name}", "").strip() for one in part.fields}
        at += 1


def _typed(part: Rows, row: Mapping[str, str]) -> Iterator[str]:
    """What of a row somebody typed: a choice is never empty."""
    return (row[one.name] for one in part.fields if one.form != "choice")


def _grouped(part: Rows, typed: Mapping[str, str]) -> Iterator[dict[str, str]]:
    at = 0
    while f"{part.name}.{at}.{part.fields[0].name}" in typed:
        yield {one.name: typed.get(f"{part.name}.{at}.{one.name}", "") for one in part.fields}
        at += 1


def _read_row(fields: Sequence[Field], row: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in fields:
        _put(values, one, row[one.name], problems)
    return values


def _put(values: dict[str, Any], field: Field, text: str, problems: list[Problem]) -> None:
    way = field.name.split(".")
    if not text and field.form not in ("many", "codes"):
        if field.needed:
            problems.append(_unfit(field, text, "filled"))
        elif field.form == "line" and way[-1] not in ("es", "en"):
            _branch(values, way[:-1])[way[-1]] = ""
        return
    try:
        _branch(values, way[:-1])[way[-1]] = _value(field, text)
    except ValueError:
        problems.append(_unfit(field, text, field.form))


def _branch(values: dict[str, Any], way: Sequence[str]) -> dict[str, Any]:
    for step in way:
        values = values.setdefault(step, {})
    return values


def _value(field: Field, text: str) -> Any:
    if field.form in ("many", "codes"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.form == "date":
        return dt.date.fromisoformat(text)
    if field.form == "whole":
        return int(text)
    if field.form == "number":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return int(number) if number.is_integer() else number
    if field.form == "choice":
        if text not in {name for name, _ in field.choices}:
            raise ValueError(text)
        return {"yes": True, "no": False}.get(text, text)
    return text


def _unfit(field: Field, text: str, wanted: str) -> Problem:
    return Problem(UNFIT[wanted], column=field.label, value=text)


def _at(values: Mapping[str, Any], name: str) -> Any:
    found: Any = values
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _shown(field: Field, name: str, typed: Mapping[str, str]) -> dict[str, Any]:
    text = typed.get(name, "")
    chosen = {part.strip() for part in text.split(",")} if field.form == "many" else {text}
    choices = [(value, label, value in chosen) for value, label in field.choices]
    key = name.replace(".", "-")
    return {"field": field, "name": name, "id": f"f-{key}", "text": text, "choices": choices, "form": field.form}


def _rows_shown(part: Rows, typed: Mapping[str, str]) -> dict[str, Any]:
    there = len(list(_grouped(part, typed)))
    rows = [
        {"number": at + 1, "cells": [_shown(one, f"{part.name}.{at}.{one.name}", typed) for one in part.fields]}
        for at in range(there + SPARE)
    ]
    return {"rows": rows, "label": part.label, "name": part.name}
