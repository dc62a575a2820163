"""The fields of what comes to the plan: a measure with its first activity, an indicator, a condition of a gate.

An indicator and a condition are one of several: what is left empty of the others is not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from convive.indicators import catalogue
from convive.strategy.evidence import kinds
from convive.strategy.plan import Plan
from convive.texts import say
from convive.web.office.plan.forms import (
    Choices,
    Field,
    Part,
    activity_fields,
    both,
    indicator_fields,
    measure_fields,
    offered,
    said,
)
from convive.web.office.plan.frame_forms import FRAME
from convive.web.office.territory import units

FIRST = "first"
"""Under this name stand the fields of a measure's first activity, and of the evidence that it needs."""
NONE: tuple[tuple[str, str], ...] = (("", "–"),)


def new_measure(plan: Plan, language: str) -> tuple[Part, ...]:
    """A measure with its first activity, which needs one kind of evidence; more are added to it later."""
    first = [one for one in activity_fields(plan, language, new=True) if isinstance(one, Field)]
    return (
        Field("id", "line", said("id", language)),
        *measure_fields(plan, language),
        *(_first(one, language) for one in first),
        _first(Field("need.kind", "choice", said("kind", language), _kinds(language)), language),
        _first(Field("need.quantity", "number", said("quantity", language)), language),
        *(_first(one, language) for one in both("need.what", "need_what", language, "line")),
    )


def new_indicator(plan: Plan, language: str) -> tuple[Part, ...]:
    """An indicator: a figure of the register, or what an activity brings."""
    return (
        Field("id", "line", said("id", language)),
        *indicator_fields(plan, language),
        *_figure(language),
        Field("output.activity", "choice", said("of_activity", language), _activities(plan, language), needed=False),
        Field("output.kind", "choice", said("kind", language), _kinds(language)),
    )


def new_condition(plan: Plan, language: str) -> tuple[Part, ...]:
    """A condition: of a figure, of evidence, or of the progress of a measure."""
    stages = offered(plan.stage, language)
    sides = [(side, said(f"side_{side}", language)) for side in ("pass", "back")]
    return (
        Field("stage", "choice", say("act.stage", language), stages),
        Field("side", "choice", said("side", language), sides),
        Field("id", "line", said("id", language)),
        *both("label", "label", language, "line"),
        *_holds(plan, language),
        Field("to", "choice", said("to", language), [*NONE, *stages], needed=False),
    )


def new_frame(kind: str, plan: Plan, language: str) -> tuple[Part, ...]:
    """A stage with the first condition to pass on from it, an objective or a body."""
    named = (Field("id", "line", said("id", language)), *FRAME[kind](language))
    if kind != "stage":
        return named
    asked = (
        Field("id", "line", said("id", language), needed=False),
        *(replace(one, needed=False) for one in both("label", "label", language, "line")),
        *_holds(plan, language),
    )
    first = say("planning.first_condition", language)
    under = (replace(one, name=f"{FIRST}.{one.name}", label=f"{first} · {one.label}") for one in asked)
    return (*named, Field("after", "choice", said("after", language), offered(plan.stage, language)), *under)


def stage_of(values: Mapping[str, Any]) -> tuple[dict[str, Any], str, dict[str, Any] | None]:
    """The new stage that a form says, the stage before it, and the condition to pass on; None where none is named."""
    told = dict(values)
    condition, after = dict(told.pop(FIRST)), told.pop("after")
    chosen = {"figure": "indicator", "evidence": "activity", "progress": "measure"}
    return told, after, one_of(condition, chosen) if condition.get("id") else None


def _holds(plan: Plan, language: str) -> Iterable[Field]:
    """What a condition asks: one of the three."""
    measures = [*NONE, *((one.id, one.label[language]) for one in plan.pursued)]
    return (
        *_figure(language),
        Field("figure.at_most", "number", said("at_most", language), needed=False),
        Field("figure.at_least", "number", said("at_least", language), needed=False),
        Field("figure.periods", "whole", said("periods", language), needed=False),
        Field("evidence.activity", "choice", said("of_activity", language), _activities(plan, language), needed=False),
        Field("evidence.kind", "choice", said("kind", language), _kinds(language)),
        Field("evidence.at_least", "number", said("at_least", language), needed=False),
        Field("progress.measure", "choice", say("planning.measure", language), measures, needed=False),
        Field("progress.at_least", "number", said("at_least_share", language), needed=False),
    )


def measure_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a measure says, as ``plan.toml`` does."""
    told = dict(values)
    first = dict(told.pop(FIRST))
    need = first.pop("need")
    return told | {"activity": [first | {"needs": [need]}]}


def one_of(values: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """``values`` without the tables whose naming key, as ``chosen`` says, was left empty."""
    return {key: value for key, value in values.items() if key not in chosen or value.get(chosen[key])}


def _first(one: Field, language: str) -> Field:
    label = f"{say('planning.first_activity', language)} · {one.label}"
    return Field(f"{FIRST}.{one.name}", one.form, label, one.choices, one.needed)


def _figure(language: str) -> Iterable[Field]:
    figures = [*NONE, *((name, one.label[language]) for name, one in catalogue().items())]
    periods = [(name, said(f"period_{name}", language)) for name in ("year", "half", "month")]
    yield Field("figure.indicator", "choice", said("of_figure", language), figures, needed=False)
    yield Field("figure.unit", "choice", said("unit", language), sorted(units().items()))
    yield Field("figure.period", "choice", said("period", language), periods)


def _activities(plan: Plan, language: str) -> Choices:
    there = [one for measure in plan.pursued for one in measure.activity if one.withdrawn is None]
    return [*NONE, *((one.id, one.label[language]) for one in there)]


def _kinds(language: str) -> Choices:
    return [(name, kind["label"][language]) for name, kind in kinds().items()]
