"""Fields of the record and of the case, as ``fields.toml`` declares them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["coded", "date", "time", "datetime", "integer", "number", "text", "place", "derived", "provenance"]
Disclosure = Literal["public", "restricted", "secret"]

MEASURED_KINDS = ("date", "time", "datetime", "integer", "number")


@dataclass(frozen=True)
class Field:
    """What one field means, how it is stored and who may see it.

    ``of`` tells whether an institution's record brings it or only the agreed case has it. ``required`` is the R of
    the standard: it asks for the field in every published case. A case without it is counted all the same, and the
    release tells in how many it is missing. ``carried`` is false where the standard defines the
    field and the tables of this version do not hold it. ``caution`` says what the field cannot be trusted for.
    """

    name: str
    of: Literal["record", "case", "both"]
    group: str
    kind: Kind
    classification: str | None
    dtype: str | None
    required: bool
    carried: bool
    disclosure: Disclosure
    label: Mapping[str, str]
    meaning: Mapping[str, str]
    caution: Mapping[str, str]
    source: str

    @property
    def measured(self) -> bool:
        return self.kind in MEASURED_KINDS


def fields() -> dict[str, Field]:
    """All fields by name, in the order in which they stand in the tables and in the manual."""
    return dict(_fields())


def record_fields(*kinds: str) -> tuple[Field, ...]:
    """Fields that a record carries, of these kinds (all where none is named)."""
    return tuple(
        field for field in _fields().values() if _is_carried(field, "record") and (not kinds or field.kind in kinds)
    )


def coded_fields() -> tuple[str, ...]:
    """Names of the record's coded fields."""
    return tuple(field.name for field in record_fields("coded"))


def measured_fields() -> tuple[str, ...]:
    """Names of the record's measured fields: dates, times, numbers."""
    return tuple(field.name for field in record_fields(*MEASURED_KINDS))


def place_fields() -> tuple[str, ...]:
    """Names of the record's places: occurrence, death, residence, registration."""
    return tuple(field.name for field in record_fields("place"))


def groups() -> dict[str, dict[str, str]]:
    """Titles of the groups by language, in the order of the manual."""
    titles: dict[str, dict[str, str]] = _data()["groups"]
    return titles


def _is_carried(field: Field, of: str) -> bool:
    return field.of in (of, "both") and field.carried


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "fields.toml").read_text("utf-8"))


@cache
def _fields() -> dict[str, Field]:
    return {name: _field(name, entry) for name, entry in _data()["fields"].items()}


def _field(name: str, entry: Mapping[str, Any]) -> Field:
    nothing = {"es": "", "en": ""}
    return Field(
        name=name,
        of=entry.get("of", "record"),
        group=entry["group"],
        kind=entry["kind"],
        classification=entry.get("classification"),
        dtype=entry.get("dtype"),
        required=entry.get("required", False),
        carried=entry.get("carried", True),
        disclosure=entry["disclosure"],
        label=entry["label"],
        meaning=entry["meaning"],
        caution=entry.get("caution", nothing),
        source=entry["source"],
    )
