"""Agreement between people and register by cell: how far one cell's tables lie above what chance would give.

Kappa sets what was seen against chance, and one cell alone has no chance of its own: its register has one level. Chance
is therefore that of the whole round, and a cell is measured against it. This is the agreement of a single subject of
O'Connell and Dobson (1984): General observer-agreement measures on individual subjects and groups of subjects.
Biometrics 40, 973-983. Their mean, each cell weighing as many tables as marked it, is Cohen's kappa of all marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convive.voice.reports.shares import Share
from convive.voice.workshops.marks import LEVELS, SHIFT, Cell, Sheet, Verdict


@dataclass(frozen=True)
class CellKappa:
    """``value``: 1 where every table finds the register right, 0 as by chance, below where they contradict it more
    than chance would; ``low``, ``high``: 95 %, from the exact interval of the share that finds it right."""

    value: float
    low: float
    high: float
    tables: int


def kappa_by_cell(sheets: Sequence[Sheet], cells: Mapping[str, Cell]) -> dict[str, CellKappa]:
    """Kappa of each cell of the map that some table marked, by its letter.

    Cells of what the map lacks are left out: there only those write who miss something, and silence is not counted.
    Nothing is told where chance alone would agree wholly. Chance is taken as known: it comes from all marks together.
    """
    marked = {code: cell for code, cell in cells.items() if cell.level}
    said = {code: [one.marks[code] for one in sheets if code in one.marks] for code in marked}
    register = [marked[code].level for code, verdicts in said.items() for _ in verdicts]
    people = [marked[code].level + SHIFT[verdict] for code, verdicts in said.items() for verdict in verdicts]
    chance = _chance(register, people)
    if not register or np.isclose(chance, 1):
        return {}
    return {code: _of_cell(verdicts, chance) for code, verdicts in said.items() if verdicts}


def _chance(register: Sequence[int], people: Sequence[int]) -> float:
    """How often both would agree if each drew from its own levels; people's may lie one beyond the scale."""
    first, second = (
        np.bincount(np.asarray(levels, dtype=np.int64), minlength=LEVELS + 1) for levels in (register, people)
    )
    return float(first @ second) / max(len(register), 1) ** 2


def _of_cell(verdicts: Sequence[Verdict], chance: float) -> CellKappa:
    right = Share(sum(one is Verdict.RIGHT for one in verdicts), len(verdicts))
    low, high = right.interval
    seen = right.part / right.whole
    value, least, most = ((share - chance) / (1 - chance) for share in (seen, low, high))
    return CellKappa(value, least, most, len(verdicts))
