"""One case as it lies on the table: what is believed, what each record says, what was decided of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convive.register.homologation.comparing import SHOWN, told_by_case, told_by_record
from convive.register.ledger import Ledger, Line
from convive.register.ledger.decision import can_be_decided
from convive.standard import Field, fields


@dataclass(frozen=True)
class Said:
    """One field of a case: the value that is believed, its source, what each record says, whether they disagree, and
    whether people may decide it."""

    field: str
    label: Mapping[str, str]
    believed: str
    source: str
    by_record: tuple[str, ...]
    disagree: bool
    open: bool


def case_file(
    case: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    language: str,
    units: Mapping[str, str],
    *,
    only: Field | None = None,
) -> list[Said]:
    """The fields that the case or one of its records tells, in the order of the table; or ``only`` this one.

    ``units``: the names of the territory's units by code.
    """
    rows = []
    for field in [only] if only else _on_file():
        said = tuple(told_by_record(field, record, language) for record in records)
        believed = told_by_case(field, case, language, units)
        if only or believed or any(said):
            source, disagree = case.get(f"{field.name}_source"), case.get(f"{field.name}_disagree")
            rows.append(
                Said(field.name, field.label, believed, source or "", said, bool(disagree), can_be_decided(field))
            )
    return rows


def decidable() -> list[Field]:
    """The fields whose value people may decide."""
    return [field for field in _on_file() if can_be_decided(field)]


def lines_about(ledger: Ledger, names: Iterable[str]) -> list[Line]:
    """The standing decisions about records of these names."""
    about = set(names)
    return [line for line in ledger.standing if about & set(line.decision.records)]


def _on_file() -> list[Field]:
    shown = [fields()[name] for name in SHOWN]
    return shown + [field for field in fields().values() if can_be_decided(field) and field not in shown]
