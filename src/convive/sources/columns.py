"""Which received columns feed which field, and what a file lacks or offers in vain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from convive.errors import Problem
from convive.fold import folded
from convive.sources.profile import Column, Place, Profile, nearest

PLACE_PARTS = ("code", "country", "department", "province", "district", "place")


class Available:
    """The columns of one received file, found by name without regard to accents, case, or stray spaces."""

    def __init__(self, names: Sequence[str], *, file: str):
        self.names = list(names)
        self.file = file
        self._by_fold = {folded(name): name for name in reversed(names)}
        self.used: set[str] = set()

    def first(self, wanted: Iterable[str]) -> str | None:
        """The first of ``wanted`` that is there."""
        for name in wanted:
            found = self._by_fold.get(folded(name))
            if found is not None:
                self.used.add(found)
                return found
        return None

    def all(self, wanted: Iterable[str]) -> list[str]:
        """All of ``wanted`` that are there."""
        return [found for name in wanted if (found := self.first([name])) is not None]

    def missing(self, field: str, wanted: Sequence[str]) -> Problem:
        return Problem(
            "column-missing",
            file=self.file,
            row=1,
            column=wanted[0],
            value=" / ".join(wanted),
            values={"field": field, "there": ", ".join(self.names), "near": nearest(wanted[0], self.names)},
        )

    def unused(self, ignored: Iterable[str]) -> list[Problem]:
        """One problem for each column that nothing reads and nobody ignores on purpose."""
        ignore = {folded(name) for name in ignored}
        return [
            Problem("column-unused", file=self.file, row=1, column=name, value=name)
            for name in self.names
            if name not in self.used and folded(name) not in ignore
        ]


def columns_of(profile: Profile, there: Available) -> tuple[dict[str, list[str]], list[Problem]]:
    """For each field that this file can feed, its received columns (none for a constant); and what is missing."""
    fed: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for field, column in profile.columns.items():
        found = _found(column, there)
        if found or column.constant is not None:
            fed[field] = found
            if column.unit_from and not column.optional and there.first(column.unit_from) is None:
                problems.append(there.missing(f"{field} (unit_from)", column.unit_from))
        elif not column.optional:
            problems.append(there.missing(field, [*column.from_, *column.from_all]))
    if not fed.keys() & set(profile.usable_with) and profile.profile.row != "aggregate" and not problems:
        problems.append(Problem("no-date-column", file=there.file, row=1, values={"there": ", ".join(there.names)}))
    return fed, problems


def places_of(profile: Profile, there: Available) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """For each place that this file can feed, its parts' received columns."""
    fed: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for name, place in profile.places.items():
        parts = place_parts(place, there)
        if parts or place.constant is not None:
            fed[name] = parts
        elif not place.optional:
            problems.append(there.missing(name, [*place.code, *place.district, *place.place, *place.department]))
    return fed, problems


def _found(column: Column, there: Available) -> list[str]:
    if column.from_all:
        return there.all(column.from_all)
    one = there.first(column.from_)
    return [] if one is None else [one]


def place_parts(place: Place, there: Available) -> dict[str, str]:
    """Part of a place → the received column that says it."""
    found: Mapping[str, str | None] = {part: there.first(getattr(place, part)) for part in PLACE_PARTS}
    return {part: name for part, name in found.items() if name is not None}
