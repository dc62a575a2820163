"""How the ranking of critical points moves when the neighbours' marks are taken in. For the office alone: it names
places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from convive.voice.workshops.marks import LEVELS, SHIFT, Cell, Sheet

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moved:
    """A cell's rank by the register and by the recount (1: the worst; ties share the better rank), the interval of 95 %
    of the latter over the tables that could have come, and how many tables marked it."""

    code: str
    before: int
    after: int
    low: int
    high: int
    tables: int


@dataclass(frozen=True)
class Recount:
    """The cells by their new rank. ``tau``: Kendall's tau-b of both rankings; ``came``, ``went``: cells that entered
    or left the first ``top``."""

    cells: tuple[Moved, ...]
    tau: float | None
    top: int
    came: tuple[str, ...]
    went: tuple[str, ...]


def recount(
    sheets: Sequence[Sheet], cells: Mapping[str, Cell], *, top: int = 10, draws: int = 999, seed: int = 0
) -> Recount:
    """Rank ``cells`` anew: a cell's level is moved by the mean of its marks; between equal levels its count decides.

    A cell that no table marked keeps its level. Whole tables are drawn anew for the interval, for what one table says
    of many cells is one opinion.
    """
    known = list(cells.values())
    shifts = _shifts(sheets, known)
    before = _ranks(np.array([cell.level for cell in known], dtype=np.float64), known)
    after = _ranks(_levels(known, shifts, np.arange(len(sheets))), known)
    drawn = _drawn(known, shifts, draws, seed)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0, method="inverted_cdf")
    marked = (~np.isnan(shifts)).sum(axis=0)
    moved = [
        Moved(cell.code, int(before[at]), int(after[at]), int(low[at]), int(high[at]), int(marked[at]))
        for at, cell in enumerate(known)
    ]
    first = {one.code for one in moved if one.before <= top}
    then = {one.code for one in moved if one.after <= top}
    tau = float(stats.kendalltau(before, after).statistic) if len(known) > 1 else float("nan")
    return Recount(
        cells=tuple(sorted(moved, key=lambda one: (one.after, one.before, one.code))),
        tau=None if np.isnan(tau) else tau,
        top=top,
        came=tuple(sorted(then - first)),
        went=tuple(sorted(first - then)),
    )


def _shifts(sheets: Sequence[Sheet], cells: Sequence[Cell]) -> Floats:
    """(tables, cells): by how many levels each table would move each cell; NaN where it said nothing."""
    return np.array(
        [[SHIFT[sheet.marks[cell.code]] if cell.code in sheet.marks else np.nan for cell in cells] for sheet in sheets],
        dtype=np.float64,
    ).reshape(len(sheets), len(cells))


def _levels(cells: Sequence[Cell], shifts: Floats, tables: NDArray[np.int64]) -> Floats:
    taken = shifts[tables]
    said = (~np.isnan(taken)).sum(axis=0)
    mean = np.nansum(taken, axis=0) / np.maximum(said, 1)
    moved: Floats = np.array([cell.level for cell in cells], dtype=np.float64) + mean
    return moved.clip(0, LEVELS - 1)


def _ranks(levels: Floats, cells: Sequence[Cell]) -> NDArray[np.int64]:
    counts = np.array([cell.count for cell in cells])
    keys = [(-level, -count) for level, count in zip(levels.round(9).tolist(), counts.tolist(), strict=True)]
    ordered = sorted(keys)
    first = {key: place for place, key in reversed(list(enumerate(ordered, 1)))}
    return np.array([first[key] for key in keys], dtype=np.int64)


def _drawn(cells: Sequence[Cell], shifts: Floats, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, cells): ranks of as many tables, drawn anew with repetition."""
    chance, tables = np.random.default_rng(seed), len(shifts)
    return np.array([_ranks(_levels(cells, shifts, chance.integers(0, tables, tables)), cells) for _ in range(draws)])
