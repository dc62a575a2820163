"""The fields of an evaluation to be registered: what they hold at first, and what was typed as a registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from pydantic import ValidationError

from convive.errors import LANGUAGES, EvaluationError, Problem
from convive.evaluation.calibration import offered
from convive.evaluation.evaluate import POSTERIOR
from convive.evaluation.outcomes import ALL, known, of_figure, outcome
from convive.evaluation.registration import Registered, Registration
from convive.indicators import catalogue
from convive.strategy.plan import Measure, Plan
from convive.texts import say
from convive.web.office.plan.forms import Choices, Field, both, said

DESIGNS: tuple[str, ...] = get_args(Registration.model_fields["design"].annotation)
SECOND = "structural-series"

UNFIT = {
    "expected": "registration-expected",
    "judged_after_months": "registration-months",
    "treated": "registration-treated",
}
"""The problem of a field whose value cannot be."""


def fields(plan: Plan, language: str, there: Registered | None, *, amends: bool) -> tuple[Field, ...]:
    """The form of a registration; of an amendment with its reason, which is published. What stands ``there`` can be
    chosen even where it is offered no more: an amendment changes only what somebody changed."""
    told = _fields(plan, language, amends)
    if there is None:
        return told
    stands = there.now.model_dump(mode="json") | {"outcome": _named(there.now.outcome)}
    return tuple(
        replace(one, choices=[*one.choices, (stands[one.name], stands[one.name])])
        if one.form == "choice" and isinstance(stands[one.name], str) and stands[one.name] not in dict(one.choices)
        else one
        for one in told
    )


def _fields(plan: Plan, language: str, amends: bool) -> tuple[Field, ...]:
    sides = [(side, said(side, language)) for side in ("yes", "no")]
    seconds = [("", "–"), *([(SECOND, _design(SECOND, language))] if offered(SECOND, POSTERIOR) else [])]
    return (
        Field("outcome", "choice", said("evaluated_outcome", language), outcomes(plan, language)),
        Field("treated", "codes", said("treated", language)),
        Field("comparison", "codes", said("control", language), needed=False),
        Field("around", "codes", said("around", language), needed=False),
        Field("start", "date", said("evaluation_start", language)),
        Field("expected", "number", said("expected_ratio", language)),
        Field("design", "choice", said("design", language), [(name, _design(name, language)) for name in DESIGNS]),
        Field("second", "choice", said("second", language), seconds, needed=False),
        Field("judged_after_months", "whole", said("judged_after", language)),
        Field("watched", "choice", said("watched", language), sides),
        *both("name", "label", language, "line"),
        *both("question", "question", language, "words"),
        *((Field("reason", "line", said("amendment_reason", language)),) if amends else ()),
    )


def outcomes(plan: Plan, language: str) -> Choices:
    """What the register can count: the homicides, the deaths of its shares, and what the plan's indicators count."""
    told: dict[str, str] = {}
    for name, one in catalogue().items():
        label = (one.numerator if one.part is not None else one.label)[language]
        if name in known() and one.kind != "rate" and label not in told.values():  # a share may count what a count does
            told[name] = label
    for indicator in plan.indicator:
        figure = indicator.figure
        if figure is not None and (name := of_figure(figure.indicator, figure.disaggregation, figure.category)):
            told.setdefault(name, indicator.label[language])
    return list(told.items())


def began(plan: Plan, measure: Measure, there: Registered | None) -> dict[str, Any]:
    """What the form holds at first: the version that stands, else what the plan says of the measure."""
    if there is not None:
        return there.now.model_dump(mode="json") | {"reason": "", "outcome": _named(there.now.outcome)}
    judged, figure = measure.evaluation, plan.indicators[measure.evaluation.outcome].figure
    counted = of_figure(figure.indicator, figure.disaggregation, figure.category) if figure is not None else ""
    label, what = measure.label, plan.indicators[judged.outcome].label
    asked = {
        language: say("evaluations.question", language, outcome=what[language], measure=label[language])
        for language in LANGUAGES
    }
    return {
        "outcome": counted or ALL,
        "treated": list(judged.treated),
        "comparison": list(judged.control),
        "around": [],
        "start": measure.start.isoformat(),
        "expected": judged.expected_ratio,
        "design": "difference-in-differences" if judged.control else "interrupted-series",
        "second": "",
        "judged_after_months": max(judged.months, 6),
        "watched": True,
        "name": label.model_dump(),
        "question": asked,
    }


def registration_of(measure: str, there: Registered | None, values: Mapping[str, Any]) -> Registration:
    """What was typed, as it would be registered. Raises :class:`~convive.errors.EvaluationError` naming each field that
    does not fit."""
    name = there.now.id if there is not None else measure
    told = {"second": "", "reason": ""} | dict(values) | {"id": name, "measure": measure}
    try:
        return Registration.model_validate(told)
    except ValidationError as misfit:
        raise EvaluationError([_misfit(one, values) for one in misfit.errors()]) from misfit


def _named(written: str) -> str:
    """An outcome by its present name; as it is written where the register cannot count it any more."""
    try:
        return outcome(written).name
    except EvaluationError:
        return written


def _misfit(one: Any, values: Mapping[str, Any]) -> Problem:
    where = str(one["loc"][0]) if one["loc"] else ""
    if where in UNFIT:
        return Problem(UNFIT[where], column=where, value=str(values.get(where, "")))
    sides: Sequence[str] = [*values.get("treated", ()), *values.get("comparison", ()), *values.get("around", ())]
    if twice := sorted({unit for unit in sides if sides.count(unit) > 1}):
        return Problem("registration-unit-twice", value=", ".join(twice))
    return Problem("registration-needs-comparison", value=str(values.get("design", "")))


def _design(name: str, language: str) -> str:
    return say(f"evaluations.design.{name.replace('-', '_')}", language)
