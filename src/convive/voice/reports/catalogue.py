"""``voice/reports.toml`` of an observatory: what can be reported, and which body must answer where.

    [[body]]
    id = "alumbrado"
    name = { es = "Empresa de alumbrado", en = "Lighting company" }

    [[category]]
    code = "street-light"
    name = { es = "Luz apagada", en = "Street light out" }
    description = { es = "…", en = "…" }
    group = { es = "Alumbrado", en = "Lighting" }
    keywords = ["luz", "poste"]
    expected_days = 7
    expected_source = "Norma técnica de calidad …"

    [[route]]
    category = "street-light"
    unit = "240101"          # without a unit: everywhere
    body = "alumbrado"

The route of the finest unit that holds the place wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from convive.errors import ObservatoryError, Problem
from convive.observatory import Bilingual, Strict, read_toml
from convive.voice.reports.rules import Rules, house

FILE = "reports.toml"
LIST_TYPES = ("singlevaluelist", "multivaluelist")


class Body(Strict):
    """An institution that answers."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: Bilingual


class Value(Strict):
    key: str
    name: Bilingual


class Attribute(Strict):
    """A question more that a category asks, in the terms of Open311's service definition."""

    code: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    description: Bilingual
    hint: Bilingual | None = None
    required: bool = False
    variable: bool = True
    """False: only a text to read, no question."""
    values: tuple[Value, ...] = ()


class Category(Strict):
    """What can be reported; ``code`` is Open311's service_code."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: Bilingual
    description: Bilingual
    group: Bilingual
    keywords: tuple[str, ...] = ()
    type: Literal["realtime", "batch", "blackbox"] = "realtime"
    expected_days: int | None = Field(default=None, ge=1)
    expected_source: str = ""
    attribute: tuple[Attribute, ...] = ()


class Route(Strict):
    category: str
    body: str
    unit: str = ""


class Jurisdiction(Strict):
    """What Open311's discovery says of this server."""

    id: str = ""
    contact: Bilingual | None = None


class _File(Strict):
    jurisdiction: Jurisdiction = Jurisdiction()
    rules: dict[str, int] = Field(default_factory=dict)
    dangerous: tuple[str, ...] = ()
    body: tuple[Body, ...] = ()
    category: tuple[Category, ...] = ()
    route: tuple[Route, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Categories and bodies by code, the rules, and the words that belong into the sealed channel."""

    categories: Mapping[str, Category]
    bodies: Mapping[str, Body]
    routes: tuple[Route, ...]
    rules: Rules
    jurisdiction: Jurisdiction
    dangerous: tuple[str, ...]

    def body_for(self, category: str, units: Sequence[str]) -> str:
        """The body that answers for ``category`` in a place; "" where no route leads anywhere.

        ``units``: the units that hold the place, from fine to coarse.
        """
        fitting = {route.unit: route.body for route in self.routes if route.category == category}
        return next((fitting[unit] for unit in (*units, "") if unit in fitting), "")


def read_catalogue(voice: Path, units: Mapping[str, str] | None = None) -> Catalogue:
    """The catalogue of the observatory whose ``voice`` folder is given; an empty one where there is no file.

    ``units``: code → name of the territory, to which routes must keep. Raises :class:`ObservatoryError` naming each
    mistake.
    """
    path = voice / FILE
    found = _File.model_validate(read_toml(path, _File)) if path.is_file() else _File()
    rules = read_rules(found.rules, path.name)
    problems = list(_misfits(found, units))
    if problems:
        raise ObservatoryError(problems)
    return Catalogue(
        categories={one.code: one for one in found.category},
        bodies={one.id: one for one in found.body},
        routes=found.route,
        rules=rules,
        jurisdiction=found.jurisdiction,
        dangerous=found.dangerous,
    )


def read_rules(theirs: Mapping[str, int], file: str) -> Rules:
    """The rules of the house with ``theirs`` put over them; raises :class:`ObservatoryError` for what does not fit."""
    from pydantic import ValidationError

    from convive.observatory import misfits

    try:
        return Rules.model_validate(house() | dict(theirs))
    except ValidationError as error:
        raise ObservatoryError(misfits(Path(file), error)) from error


def _misfits(found: _File, units: Mapping[str, str] | None) -> list[Problem]:
    bodies, categories = {one.id for one in found.body}, {one.code for one in found.category}
    problems = _twice([one.id for one in found.body], "body.id")
    problems += _twice([one.code for one in found.category], "category.code")
    problems += _twice([f"{one.category} {one.unit}".strip() for one in found.route], "route")
    for route in found.route:
        if route.category not in categories:
            problems.append(Problem("route-leads-nowhere", file=FILE, column="route.category", value=route.category))
        if route.body not in bodies:
            problems.append(Problem("route-leads-nowhere", file=FILE, column="route.body", value=route.body))
        if route.unit and units is not None and route.unit not in units:
            problems.append(Problem("route-leads-nowhere", file=FILE, column="route.unit", value=route.unit))
    routed = {one.category for one in found.route}
    for code in sorted(categories - routed):
        problems.append(Problem("category-without-body", file=FILE, column="category.code", value=code))
    for category in found.category:
        problems += _of_attributes(category)
    return problems


def _of_attributes(category: Category) -> list[Problem]:
    column = f"category.{category.code}.attribute"
    problems = _twice([one.code for one in category.attribute], column)
    for one in category.attribute:
        if (one.datatype in LIST_TYPES) != bool(one.values):
            problems.append(Problem("attribute-values", file=FILE, column=column, value=one.code))
    return problems


def _twice(names: Sequence[str], column: str) -> list[Problem]:
    again = sorted({name for name in names if names.count(name) > 1})
    return [Problem("told-twice", file=FILE, column=column, value=name) for name in again]
