"""The cost of violence by unit costs: so many deaths at so much each, from ``unit_costs.toml`` or from the city.

A unit cost of one country and year is not that of another: it is given in its own money, never converted in silence.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.cost.money import Base, with_method
from convive.texts import number, say


@dataclass(frozen=True)
class UnitCost:
    """What one event of an ``outcome`` costs: ``amount`` in ``base``, of ``place``, by ``method``, as ``source``
    says."""

    id: str
    outcome: str
    amount: float
    base: Base
    place: str
    method: dict[str, str]
    source: str
    url: str = ""

    def __post_init__(self) -> None:
        with_method(self.id, self.source, self.method)


@dataclass(frozen=True)
class ByUnits:
    """So many ``events`` at a unit cost."""

    events: float
    unit: UnitCost

    @property
    def total(self) -> float:
        return self.events * self.unit.amount

    def sentence(self, language: str) -> str:
        return say(
            "cost.by-units",
            language,
            total=self.unit.base.written(self.total, language),
            events=number(self.events, language),
            each=self.unit.base.written(self.unit.amount, language),
            place=self.unit.place,
            method=self.unit.method[language],
            source=self.unit.source,
        )


def by_unit_costs(events: float, outcome: str, *, unit: UnitCost | None = None, name: str = "") -> ByUnits:
    """What ``events`` of ``outcome`` cost by the city's own ``unit`` cost or the one of the library called ``name``.

    Raises :class:`~convive.errors.EvaluationError` where neither is told, the library has none of that name, or it is
    one of another outcome.
    """
    require(events >= 0, what="events", got=events, wanted=">= 0")
    chosen = unit or library().get(name)
    if chosen is None or chosen.outcome != outcome:
        known = ", ".join(sorted(one.id for one in library().values() if one.outcome == outcome)) or "—"
        raise EvaluationError(Problem("cost-no-unit", value=name or outcome, values={"known": known}))
    return ByUnits(float(events), chosen)


@cache
def library() -> dict[str, UnitCost]:
    """Unit costs that have a source, by id."""
    told = tomllib.loads(Path(__file__).with_name("unit_costs.toml").read_text("utf-8"))
    return {
        one["id"]: UnitCost(
            one["id"],
            one["outcome"],
            float(one["amount"]),
            Base(one["currency"], one["year"]),
            one["place"],
            one["method"],
            one["source"],
            one.get("url", ""),
        )
        for one in told.get("unit", [])
    }
