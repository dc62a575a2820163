"""Two records side by side: field by field, and word by word where the text is free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from convive.fold import folded
from convive.standard import Field, classification, fields

SHOWN = (
    "full_name", "alias", "identity_number", "sex", "age_years", "birth_on",
    "occurred_on", "occurred_time", "died_on", "registered_on", "occurrence", "death", "residence", "address",
    "place_type", "intent", "mechanism", "motive", "penal_type", "police_class", "icd10", "resolved", "narrative",
    "source_record_number",
)  # fmt: skip
FREE = ("full_name", "alias", "address", "narrative")

SAME, ALIKE, DIFFERENT, ONE_SIDE, OWN = "same", "alike", "different", "one_side", "own"


@dataclass(frozen=True)
class Word:
    """A word of a text and whether the other text has it too."""

    text: str
    common: bool


@dataclass(frozen=True)
class Row:
    """One field of two records: its label, both values as words, what the sources wrote, and how they agree."""

    field: str
    label: Mapping[str, str]
    left: tuple[Word, ...]
    right: tuple[Word, ...]
    agreement: str


def compare(left: Mapping[str, Any], right: Mapping[str, Any], language: str) -> list[Row]:
    """The fields that at least one of two records tells; ``left`` and ``right`` are rows of the records."""
    rows = []
    for name in SHOWN:
        field = fields()[name]
        one, other = (told_by_record(field, record, language) for record in (left, right))
        if one or other:
            words = _words(one, other)
            values = tuple(record.get(name) for record in (left, right)) if field.kind == "coded" else (one, other)
            agreement = _agreement(name, one, other, *values)
            rows.append(Row(name, field.label, *words, agreement))
    return rows


def told_by_record(field: Field, record: Mapping[str, Any], language: str) -> str:
    """The value of a record in words, with what the source wrote where that differs."""
    name = field.name
    if name == "full_name":
        parts = [record.get(part) for part in ("surname_1", "surname_2", "given_names")]
        return str(record.get(name) or " ".join(str(part) for part in parts if part))
    if field.kind == "coded":
        raw, code = record.get(f"{name}_raw"), record.get(name)
        if not raw or code is None:
            return ""
        named = classification(str(field.classification)).label(str(code), language)
        return f"{named} («{raw}»)" if folded(named) != folded(str(raw)) else named
    if field.kind == "place":
        return str(record.get(f"{name}_raw") or "")
    return _plain(record.get(name))


def told_by_case(field: Field, case: Mapping[str, Any], language: str, units: Mapping[str, str]) -> str:
    """The value of a case in words; ``units``: the names of the territory's units by code."""
    if field.kind == "coded":
        code = case.get(field.name)
        known = code is not None and str(code) != "not_recorded"
        return classification(str(field.classification)).label(str(code), language) if known else ""
    if field.kind == "place":
        unit = case.get(f"{field.name}_unit")
        return units.get(str(unit), str(unit)) if unit else ""
    return _plain(case.get(field.name))


def _plain(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _agreement(name: str, one: str, other: str, first: object, second: object) -> str:
    """How two values agree: codes as codes, whatever words stood for them, and texts without accents and case."""
    if name == "source_record_number":
        return OWN
    if not one or not other:
        return ONE_SIDE
    if folded(str(first)) == folded(str(second)):
        return SAME
    if name in FREE and set(_bare(one).split()) & set(_bare(other).split()):
        return ALIKE
    return DIFFERENT


def _bare(text: str) -> str:
    return folded(text.replace(",", " "))


def _words(one: str, other: str) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Both texts in words; those that stand in both in the same order are common."""
    left, right = one.split(), other.split()
    matcher = SequenceMatcher(None, [_bare(word) for word in left], [_bare(word) for word in right], autojunk=False)
    blocks = matcher.get_matching_blocks()
    common_left = set(_positions((block.a, block.size) for block in blocks))
    common_right = set(_positions((block.b, block.size) for block in blocks))
    return (
        tuple(Word(word, at in common_left) for at, word in enumerate(left)),
        tuple(Word(word, at in common_right) for at, word in enumerate(right)),
    )


def _positions(runs: Iterator[tuple[int, int]]) -> Iterator[int]:
    for start, size in runs:
        yield from range(start, start + size)
