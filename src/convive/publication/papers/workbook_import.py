"""A workbook that comes back: what differs from the plan, and, when somebody says so, the plan with it.

Nothing is written before the whole new plan was held against the same rules as ``plan.toml`` itself.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from convive.errors import PlanError, Problem
from convive.publication.papers.workbook import Place, Sheet, sheets
from convive.strategy.editing import Edits, rewrite
from convive.strategy.plan import Plan

DATES, NUMBERS, LISTS = ("from", "until", "by"), ("quantity", "planned", "value", "year"), ("partners",)
LARGEST = 20_000_000
"""Bytes of a workbook, unpacked; a plan of 2,000 activities has less than one million."""


@dataclass(frozen=True)
class Difference:
    """A cell that is not as in the plan."""

    sheet: str
    row: str
    column: str
    before: str
    after: str
    place: Place


def differences(content: bytes, plan: Plan) -> list[Difference]:
    """What the workbook ``content`` would change of ``plan``: the dry run.

    Raises :class:`~convive.errors.PlanError` for a workbook of another form, with rows that the plan does not have or
    without rows that it has, or with cells that are no date or number where one is needed.
    """
    told = _read(content)
    found: list[Difference] = []
    problems: list[Problem] = []
    for sheet in sheets(plan):
        if sheet.name not in told:
            problems.append(Problem("workbook-sheet-missing", value=sheet.name))
            continue
        rows = told[sheet.name]
        wrong = list(_mistakes(sheet, rows))
        problems += wrong
        found += [] if wrong else _compared(sheet, rows)
    problems += [problem for one in found for problem in _unfit(one)]
    if problems:
        raise PlanError(problems)
    return found


def apply(folder: Path, changes: list[Difference]) -> None:
    """Write ``changes`` into ``plan.toml`` of ``folder``; its comments and order stay.

    Raises :class:`~convive.errors.PlanError` where a cell is no longer as it was when the difference was shown, and
    where the plan would no longer hold; then nothing is written.
    """

    def edits(plan: Plan) -> Edits:
        tables: dict[tuple[str, int], list[Difference]] = {}
        for one in _placed(changes, plan):
            tables.setdefault((str(one.place[0]), int(one.place[1])), []).append(one)
        return {place: partial(_write, within) for place, within in tables.items()}

    rewrite(folder, edits)


def _write(changes: list[Difference], table: Any) -> None:
    for one in changes:
        target = table
        for step in one.place[2:-1]:
            target = target[step]
        target[one.place[-1]] = _value(one)


def _placed(changes: list[Difference], plan: Plan) -> list[Difference]:
    """``changes`` where their cells stand now: somebody may have added rows since, or changed the same cell."""
    cells = {
        (sheet.name, name, column): cell
        for sheet in sheets(plan)
        for name, row, _ in sheet.rows
        for column, cell in row.items()
    }
    placed: list[Difference] = []
    problems: list[Problem] = []
    for one in changes:
        before, place = cells.get((one.sheet, one.row, one.column), ("", ()))
        if before != one.before or not place:
            told = {"row_named": one.row, "before": one.before}
            problems.append(Problem("workbook-changed-meanwhile", one.sheet, None, one.column, before, told))
        placed.append(replace(one, place=place))
    if problems:
        raise PlanError(problems)
    return placed


def _read(content: bytes) -> dict[str, list[list[str]]]:
    """The rows of a workbook by sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise PlanError(Problem("workbook-unreadable", values={"detail": f"> {LARGEST} bytes"}))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return {
            sheet.title: [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        }
    except PlanError:
        raise
    except Exception as error:
        # openpyxl and two XML parsers meet files of all kinds here: whatever they raise, it is no workbook of ours.
        raise PlanError(Problem("workbook-unreadable", values={"detail": str(error)})) from error


def _mistakes(sheet: Sheet, rows: list[list[str]]) -> Iterator[Problem]:
    head = tuple(cell for cell in (rows[0] if rows else []) if cell)
    if set(sheet.headings) - set(head):
        wanted = ", ".join(sheet.headings)
        yield Problem("workbook-columns", sheet.name, 1, value=", ".join(head), values={"wanted": wanted})
        return
    names = [row[head.index(sheet.key)] for row in rows[1:] if any(row)]
    there = {name for name, _, _ in sheet.rows}
    for number, name in enumerate(names, 2):
        if name not in there or names.index(name) != number - 2:
            yield Problem("workbook-unknown", sheet.name, number, sheet.key, name)
    for name in sorted(there - set(names)):
        yield Problem("workbook-gone", sheet.name, None, sheet.key, name)


def _compared(sheet: Sheet, rows: list[list[str]]) -> list[Difference]:
    head = list(rows[0])
    given = {row[head.index(sheet.key)]: row for row in rows[1:] if any(row)}
    return [
        Difference(sheet.name, name, column, before, after, place)
        for name, cells, _ in sheet.rows
        for column, (before, place) in cells.items()
        if not _same(before, after := given[name][head.index(column)], str(place[-1]))
    ]


def _same(before: str, after: str, key: str) -> bool:
    if before == after:
        return True
    try:
        return key in NUMBERS and float(before) == float(after)
    except ValueError:
        return False


def _unfit(one: Difference) -> Iterator[Problem]:
    try:
        _value(one)
    except ValueError as error:
        values = {"detail": str(error)}
        yield Problem("workbook-value", one.sheet, None, f"{one.row} {one.column}", one.after, values)


def _value(one: Difference) -> Any:
    key = str(one.place[-1])
    if key in DATES:
        return dt.date.fromisoformat(one.after)
    if key in NUMBERS:
        number = float(one.after)
        return int(number) if number.is_integer() else number
    if key in LISTS:
        return [part.strip() for part in one.after.split(",") if part.strip()]
    return one.after


def _text(cell: Any) -> str:
    """A cell as one reads it: days as 2015-03-31, whole numbers without decimals, the guarding apostrophe taken off."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().removeprefix("'")
