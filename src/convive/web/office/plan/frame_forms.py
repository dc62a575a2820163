"""The fields of what measures stand in, which is stages, objectives and bodies, and those of any part by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convive.strategy.editing import Kind
from convive.strategy.plan import Plan
from convive.web.office.plan.forms import (
    Field,
    Part,
    activity_fields,
    both,
    indicator_fields,
    measure_fields,
    said,
)

BODY_TYPES = ("10", "11", "15", "21", "22", "24", "40", "60", "70", "80")
"""Codes of IATI's OrganisationType that bodies of a city's plan have."""


def fields_of(kind: Kind, plan: Plan, part: Any, language: str) -> tuple[Part, ...]:
    """The fields of a part of the plan; what it names may stay, though it was withdrawn since."""
    if kind == "measure":
        bodies = (part.lead, *part.partners, *(row.source for row in part.budget))
        return measure_fields(plan, language, keeping=(part.stage, part.objective, *bodies))
    if kind == "activity":
        return activity_fields(plan, language, keeping=(part.lead, *part.partners))
    if kind == "indicator":
        return indicator_fields(plan, language, keeping=(part.objective,))
    return FRAME[kind](language)


def stage_fields(language: str) -> tuple[Part, ...]:
    """A stage; its gate has a page of its own, and its place in the course stays."""
    return (
        *both("label", "label", language, "line"),
        *both("purpose", "purpose", language, "words"),
        Field("source", "line", said("source", language), needed=False),
    )


def objective_fields(language: str) -> tuple[Part, ...]:
    kinds_of = [(name, said(f"objective_{name}", language)) for name in ("strategic", "specific")]
    return (
        Field("kind", "choice", said("objective_kind", language), kinds_of),
        *both("label", "label", language, "line"),
    )


def body_fields(language: str) -> tuple[Part, ...]:
    """A body, and how IATI knows it."""
    types = [(code, said(f"iati_{code}", language)) for code in BODY_TYPES]
    return (
        *both("label", "label", language, "line"),
        Field("iati", "line", said("iati", language), needed=False),
        Field("iati_type", "choice", said("iati_type", language), types),
    )


FRAME: Mapping[str, Callable[[str], tuple[Part, ...]]] = {
    "stage": stage_fields,
    "objective": objective_fields,
    "body": body_fields,
}
"""The parts of the plan's frame: what measures stand in."""
