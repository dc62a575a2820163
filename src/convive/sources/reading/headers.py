"""Column names from the header lines as received."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from convive.errors import Problem

JOINT = " / "


def column_names(
    lines: Sequence[Sequence[str | None]], *, file: str, row: int, group_separator: str = ""
) -> tuple[list[str], list[Problem]]:
    """Names from one or more header lines, and what was odd about them.

    In a header of several lines an empty cell repeats the one to its left (a merged cell), except in the last line.
    Parts are joined with " / ". A name given twice gets a number; an empty one is called by its place.
    """
    filled = [_to_the_right(line) for line in lines[:-1]] + [list(lines[-1])]
    raw = [_joined(parts, group_separator) for parts in zip_longest(*filled, fillvalue="")]
    while raw and not raw[-1]:
        raw.pop()
    names: list[str] = []
    problems: list[Problem] = []
    for place, name in enumerate(raw, start=1):
        chosen = name or f"column {place}"
        number = 2
        while chosen in names or chosen == "row":
            chosen, number = f"{name or 'column'} ({number})", number + 1
        if chosen != name and name:
            problems.append(
                Problem("column-twice", file=file, row=row, column=name, value=name, values={"new": chosen})
            )
        names.append(chosen)
    return names, problems


def _to_the_right(line: Sequence[str | None]) -> list[str]:
    filled: list[str] = []
    for cell in line:
        filled.append(_clean(cell) or (filled[-1] if filled else ""))
    return filled


def _joined(parts: Sequence[str | None], group_separator: str) -> str:
    said: list[str] = []
    for part in map(_clean, parts):
        if part and part not in said:
            said.append(part)
    name = JOINT.join(said)
    return name.rpartition(group_separator)[2] if group_separator else name


def _clean(cell: str | None) -> str:
    return " ".join((cell or "").replace("\ufeff", "").split())
