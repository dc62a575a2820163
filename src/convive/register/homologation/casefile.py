"""One case as it lies on the table: what is believed, what each record says, what was decided of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convive.register.homologation.comparing import SHOWN, told_by_case, told_by_record
from convive.register.homologation.disputes import is_own
from convive.register.ledger import Ledger, Line
from convive.register.ledger.decision import can_be_decided
from convive.standard import Field, fields


@dataclass(frozen=True)
class Said:
    """One field of a case: the value that is believed, its source, what each record says, whether the records disagree
    in what is not each source's own, which of them say something else than the case (``others``, by record), and
    whether people may decide it."""

    field: str
    label: Mapping[str, str]
    believed: str
    source: str
    by_record: tuple[str, ...]
    disagree: bool
    others: tuple[bool, ...]
    open: bool

    @property
    def voices(self) -> list[tuple[str, bool]]:
        """What each record says, and whether the case says something else."""
        return list(zip(self.by_record, self.others, strict=True))


def case_file(
    case: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    language: str,
    units: Mapping[str, str],
    *,
    differing: Mapping[str, Collection[str]] | None = None,
    only: Field | None = None,
) -> list[Said]:
    """The fields that the case or one of its records tells, in the order of the table; or ``only`` this one.

    ``units``: the names of the territory's units by code. ``differing``: by field, the record_id of those that do not
    say what the case took.
    """
    rows = []
    for field in [only] if only else _on_file():
        said = tuple(_told(field, record, language, units) for record in records)
        believed = told_by_case(field, case, language, units)
        if only or believed or any(said):
            source = case.get(f"{field.name}_source")
            disagree = bool(case.get(f"{field.name}_disagree")) and not is_own(field.name)
            other = (differing or {}).get(field.name, ()) if not is_own(field.name) else ()
            others = tuple(record["record_id"] in other for record in records)
            rows.append(
                Said(
                    field=field.name,
                    label=field.label,
                    believed=believed,
                    source=source or "",
                    by_record=said,
                    disagree=disagree,
                    others=others,
                    open=can_be_decided(field),
                )
            )
    return rows


def _told(field: Field, record: Mapping[str, Any], language: str, units: Mapping[str, str]) -> str:
    """What a record says; what it says without words of its own (a place by its code, a precision) by its label."""
    return told_by_record(field, record, language) or told_by_case(field, record, language, units)


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
