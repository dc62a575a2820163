"""What "a homicide" is: dated rules kept in ``concepts.toml`` and turned into one expression over records or cases.

How a rule decides is told at the top of that file: exclusions first, then the first known field of an ordered list. An
unknown intent never counts as homicide by itself; a death that nothing decides is what ``undetermined`` counts.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import CatalogueError, Problem
from convive.standard.unknown import is_known

_DATES = ("occurred_on", "died_on", "registered_on")


@dataclass(frozen=True)
class Rule:
    """What counts between two days, both included; null means no limit.

    ``undecided`` lists codes by field: where no evidence is known, the case counts if it holds one of them.
    """

    valid_from: dt.date | None
    valid_to: dt.date | None
    evidence: tuple[tuple[str, tuple[str, ...]], ...]
    exclude: Mapping[str, tuple[str, ...]]
    undecided: Mapping[str, tuple[str, ...]]
    note: Mapping[str, str]
    verified: bool


@dataclass(frozen=True)
class Concept:
    """A definition with its dated rules. ``separable`` names classes that count and must be shown apart."""

    id: str
    version: str
    label: Mapping[str, str]
    meaning: Mapping[str, str]
    unknown: Mapping[str, str]
    source: str
    verified: bool
    within: str | None
    separable: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]


def concepts() -> dict[str, Concept]:
    """All concepts by name: iccs_0101, bogota, ceic, qualified, undetermined."""
    return dict(_concepts())


def concept(name: str) -> Concept:
    """The concept ``name``; raises :class:`CatalogueError` listing those that exist."""
    if name not in _concepts():
        raise CatalogueError(Problem("concept-unknown", value=name, values={"known": ", ".join(_concepts())}))
    return _concepts()[name]


def concept_expression(name: str) -> pl.Expr:
    """Boolean, never null: the record or case counts under the concept ``name``.

    Reads the columns that :func:`concept_columns` names; codes may be strings, categoricals or enums.
    """
    definition = concept(name)
    day = pl.coalesce(*_DATES)
    counted = pl.any_horizontal(*(_in_force(rule, day) & _decided(rule) for rule in definition.rules))
    if definition.within:
        counted = counted & concept_expression(definition.within)
    return counted.fill_null(False)


def concept_columns(name: str) -> tuple[str, ...]:
    """Columns that :func:`concept_expression` reads."""
    return tuple(sorted(set(concept_expression(name).meta.root_names())))


def _in_force(rule: Rule, day: pl.Expr) -> pl.Expr:
    after = pl.lit(True) if rule.valid_from is None else day >= rule.valid_from
    before = pl.lit(True) if rule.valid_to is None else day <= rule.valid_to
    return (after & before).fill_null(rule.valid_to is None)


def _decided(rule: Rule) -> pl.Expr:
    return _evidence(rule) & ~_holds_any(rule.exclude)


def _holds_any(listed: Mapping[str, tuple[str, ...]]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *(_holds(field, codes) for field, codes in listed.items()))


def _holds(field: str, codes: tuple[str, ...]) -> pl.Expr:
    return pl.col(field).is_in(codes).fill_null(False) if codes else pl.lit(False)


def _evidence(rule: Rule) -> pl.Expr:
    """The first known field decides, hence the chain is built from its end."""

    def ask(otherwise: pl.Expr, rung: tuple[str, tuple[str, ...]]) -> pl.Expr:
        field, codes = rung
        return pl.when(is_known(field)).then(_holds(field, codes)).otherwise(otherwise)

    return reduce(ask, reversed(rule.evidence), _holds_any(rule.undecided))


@cache
def _concepts() -> dict[str, Concept]:
    data = tomllib.loads((Path(__file__).parent / "concepts.toml").read_text("utf-8"))
    return {name: _concept(name, entry) for name, entry in data.items()}


def _concept(name: str, entry: Mapping[str, Any]) -> Concept:
    told = {key: entry[key] for key in ("version", "label", "meaning", "unknown", "source", "verified")}
    rules = tuple(_rule(rule) for rule in entry["rules"])
    return Concept(
        id=name, within=entry.get("within"), separable=_lists(entry.get("separable", {})), rules=rules, **told
    )


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
        evidence=tuple((field, tuple(codes)) for field, codes in entry["evidence"]),
        exclude=_lists(entry.get("exclude", {})),
        undecided=_lists(entry.get("undecided", {})),
        note=entry["note"],
        verified=entry["verified"],
    )


def _lists(entry: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(codes) for field, codes in entry.items()}
