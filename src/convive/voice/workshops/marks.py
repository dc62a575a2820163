"""What a table says of a cell of the register's map, and what all tables together say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from convive.errors import Problem, VoiceError
from convive.voice.reports.shares import Share

LEVELS = 4
"""Of the map: 0 nothing registered, 1 to 3 the bands of its counts."""


class Verdict(StrEnum):
    """What a table says of a cell."""

    TOO_HIGH = "too_high"
    RIGHT = "right"
    TOO_LOW = "too_low"
    MISSING = "missing"


SHIFT = {Verdict.TOO_HIGH: -1, Verdict.RIGHT: 0, Verdict.TOO_LOW: 1, Verdict.MISSING: 1}
"""By how many levels the table would move the cell."""


@dataclass(frozen=True)
class Cell:
    """A cell of the map: its letter, the unit that holds it, its level and the events counted in it."""

    code: str
    unit: str
    level: int
    count: int


@dataclass(frozen=True)
class Sheet:
    """What one table, or one telephone, of a workshop said: a verdict a cell. Nothing tells who sat there."""

    workshop: str
    table: str
    marks: Mapping[str, Verdict]


@dataclass(frozen=True)
class CellView:
    """What the tables say of a cell: how many marked it, how many of them found it right, and the level that the
    middle table would give it; ``shift``: which way it would move it, also where the scale ends."""

    cell: Cell
    tables: int
    right: Share
    level: int
    shift: int
    mean_shift: float


def read_sheet(
    lines: Iterable[tuple[str, str]], cells: Mapping[str, Cell], *, workshop: str, table: str, people: int, least: int
) -> Sheet:
    """A sheet from lines of (cell, verdict), filled in by ``people`` of whom there must be ``least``.

    Raises :class:`VoiceError` with every line that does not fit.
    """
    marks: dict[str, Verdict] = {}
    problems: list[Problem] = []
    if people < least:
        problems.append(Problem("sheet-people", value=str(people), values={"least": least}))
    for row, (code, said) in enumerate(lines, 1):
        if code not in cells:
            problems.append(Problem("sheet-cell", row=row, value=code))
        elif code in marks:
            problems.append(Problem("sheet-twice", row=row, value=code))
        elif said not in set(Verdict) or (said == Verdict.MISSING) != (cells[code].level == 0):
            problems.append(Problem("sheet-verdict", row=row, column=code, value=said))
        else:
            marks[code] = Verdict(said)
    if problems:
        raise VoiceError(problems)
    return Sheet(workshop, table, marks)


def views(sheets: Sequence[Sheet], cells: Mapping[str, Cell]) -> list[CellView]:
    """What is said of each cell that some table marked, in the order of ``cells``."""
    return [_view(cell, said) for cell in cells.values() if (said := _said(sheets, cell.code))]


def _said(sheets: Sequence[Sheet], code: str) -> list[Verdict]:
    return [sheet.marks[code] for sheet in sheets if code in sheet.marks]


def _view(cell: Cell, said: Sequence[Verdict]) -> CellView:
    shifts = sorted(SHIFT[one] for one in said)
    middle = shifts[(len(shifts) - 1) // 2]  # of two in the middle, the one nearer to the register's favour: lower
    return CellView(
        cell=cell,
        tables=len(said),
        right=Share(sum(one is Verdict.RIGHT for one in said), len(said)),
        shift=middle,
        level=int(np.clip(cell.level + middle, 0, LEVELS - 1)),
        mean_shift=float(np.mean(shifts)),
    )
