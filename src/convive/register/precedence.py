"""Whom to believe first, field by field: the orders of ``precedence.toml``, and those of the city before them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rapidfuzz import process

from convive.errors import ObservatoryError, Problem
from convive.observatory import SETTINGS_FILE
from convive.standard import classification, record_fields

DEFAULT = "default"
FUSED_KINDS = ("coded", "place", "date", "time", "datetime", "integer", "number")
"""The kinds of field that a case carries."""


@dataclass(frozen=True)
class Precedence:
    """``own``: what the city says in ``[precedence]`` of its settings, by field (or ``default``): sources or kinds of
    institution, the first believed first."""

    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, ...]:
        """Sources and kinds of institution in the order in which they are believed about the field ``name``: the city's
        order for it, the city's default, Convive's order for it, Convive's default."""
        default, orders = _packaged()
        ways = (self.own.get(name, ()), self.own.get(DEFAULT, ()), orders.get(name, ()), default)
        return tuple(dict.fromkeys(one for way in ways for one in way))


def city_precedence(own: Mapping[str, tuple[str, ...]], sources: Collection[str]) -> Precedence:
    """The precedence of a city with these ``sources``.

    Raises :class:`ObservatoryError` naming each field and each source or kind of institution that there is not.
    """
    if problems := list(_problems(own, sources)):
        raise ObservatoryError(problems)
    return Precedence(own)


def _problems(own: Mapping[str, tuple[str, ...]], sources: Collection[str]) -> Iterator[Problem]:
    known = [DEFAULT, *(one.name for one in record_fields(*FUSED_KINDS))]
    bodies = classification("source_body").values
    for name, order in own.items():
        column = f"precedence.{name}"
        if name not in known:
            yield Problem("precedence-field", file=SETTINGS_FILE, column=column, value=name, values=_near(name, known))
        for source in order:
            if source not in sources and source not in bodies:
                near = {"sources": ", ".join(sorted(sources)) or "–", "bodies": ", ".join(bodies)}
                yield Problem("precedence-source", file=SETTINGS_FILE, column=column, value=source, values=near)
        for source in sorted({one for one in order if order.count(one) > 1}):
            yield Problem("precedence-twice", file=SETTINGS_FILE, column=column, value=source)


def _near(name: str, known: Collection[str]) -> dict[str, str]:
    return {"near": ", ".join(near for near, _, _ in process.extract(name, known, limit=3))}


@cache
def _packaged() -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    table = tomllib.loads((Path(__file__).parent / "precedence.toml").read_text("utf-8"))
    orders = {name: tuple(order["bodies"]) for order in table["order"] for name in order["fields"]}
    return tuple(table[DEFAULT]), orders
