"""What a workshop publishes cannot expose a neighbourhood: here an attacker tries to find out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from convive.errors import ObservatoryError
from convive.voice.workshops.marks import Cell, Sheet, Verdict
from convive.voice.workshops.release import PublicRound, publishable
from convive.voice.workshops.rules import Rules, read_rules

RULES = read_rules(Path("no such folder"))
DAY = dt.date(2026, 6, 30)
UNITS = ("240101", "240102", "240103")


def city(cells_a_unit: int = 24) -> dict[str, Cell]:
    chance = np.random.default_rng(3)
    found = {}
    for unit in UNITS:
        for number in range(cells_a_unit):
            code = f"{unit}-{number}"
            found[code] = Cell(code, unit, int(chance.integers(0, 4)), int(chance.integers(1, 30)))
    return found


CELLS = city()


def sheets(tables: dict[tuple[str, str], int], seed: int = 1, up: float = 0.3) -> list[Sheet]:
    """Tables by (workshop, unit); each marks all cells of its unit."""
    chance, made = np.random.default_rng(seed), []
    for (workshop, unit), number in tables.items():
        for table in range(number):
            marks = {code: said(cell, float(chance.random()), up) for code, cell in CELLS.items() if cell.unit == unit}
            made.append(Sheet(workshop, f"{workshop}-{table}", {code: one for code, one in marks.items() if one}))
    return made


def said(cell: Cell, draw: float, up: float) -> Verdict:
    if not cell.level:
        return Verdict.MISSING
    return Verdict.TOO_LOW if draw < up else Verdict.TOO_HIGH if draw > 0.9 else Verdict.RIGHT


ENOUGH = {("norte", "240101"): 4, ("sur", "240101"): 4}


def told(round_: PublicRound) -> str:
    return json.dumps(dataclasses.asdict(round_), default=str)


def test_a_unit_with_enough_is_told_in_steps() -> None:
    found = publishable(DAY, sheets(ENOUGH), CELLS, RULES)
    assert [one.unit for one in found.units] == ["240101"]
    one = found.units[0]
    assert all(share % 10 == 0 and 20 <= share <= 80 for share in (one.right, one.too_high, one.too_low))
    assert one.kappa == round(one.kappa or 0, 1)
    assert found.withheld


@pytest.mark.parametrize(
    "tables",
    [
        {("norte", "240101"): 8},  # one neighbourhood alone, however many tables
        {("norte", "240101"): 2, ("sur", "240101"): 2},  # too few tables
        {},
    ],
)
def test_one_neighbourhood_or_few_tables_say_nothing(tables: dict[tuple[str, str], int]) -> None:
    found = publishable(DAY, sheets(tables), CELLS, RULES)
    assert found.units == ()


def test_few_cells_say_nothing() -> None:
    few = {code: cell for code, cell in CELLS.items() if code.endswith(tuple("01234"))}
    assert len([one for one in few.values() if one.unit == "240101"]) < RULES.cells
    kept = [Sheet(one.workshop, one.table, {c: v for c, v in one.marks.items() if c in few}) for one in sheets(ENOUGH)]
    assert publishable(DAY, kept, few, RULES).units == ()


def test_no_place_no_table_and_no_workshop_is_told() -> None:
    words = told(publishable(DAY, sheets(ENOUGH), CELLS, RULES))
    for secret in (*CELLS, "norte", "sur"):
        assert secret not in words.replace('"240101"', "")


def test_a_withheld_unit_cannot_be_had_by_subtraction() -> None:
    """Whatever a withheld unit said, what is told is the same: there is no total to subtract from."""
    base = sheets(ENOUGH)
    hidden = {("norte", "240102"): 4}
    answers = {
        told(publishable(DAY, [*base, *sheets(hidden, seed=s, up=u)], CELLS, RULES))
        for s, u in [(5, 0.0), (6, 0.5), (7, 0.9)]
    }
    assert len(answers) == 1


def test_who_knows_all_tables_but_one_cannot_tell_a_cell_of_it() -> None:
    """The attacker holds every other table and the published figures, and asks of each cell whether the hidden table
    said «too low» there: the opposite answer would have been published alike, for every cell."""
    everyone = sheets({("norte", "240101"): 4, ("sur", "240101"): 5})
    hidden, others = everyone[-1], everyone[:-1]
    published = told(publishable(DAY, everyone, CELLS, RULES))
    for code, verdict in hidden.marks.items():
        if verdict is Verdict.MISSING:
            continue
        other = Verdict.RIGHT if verdict is Verdict.TOO_LOW else Verdict.TOO_LOW
        changed = Sheet(hidden.workshop, hidden.table, dict(hidden.marks) | {code: other})
        assert told(publishable(DAY, [*others, changed], CELLS, RULES)) == published, code


def test_rounds_do_not_overlap_so_that_none_is_subtracted_from_another() -> None:
    """Publishing a later round leaves the former as it was, and a small later round says nothing at all."""
    first = sheets(ENOUGH)
    later = sheets({("oeste", "240101"): 3}, seed=9)
    assert publishable(DAY, later, CELLS, RULES).units == ()
    assert publishable(DAY, first, CELLS, RULES) == publishable(DAY, list(first), CELLS, RULES)


def test_what_all_said_is_not_told_as_all() -> None:
    found = publishable(DAY, sheets(ENOUGH, up=1.0), CELLS, RULES)
    one = found.units[0]
    assert one.too_low == RULES.most_percent
    assert (one.right, one.too_high) == (20, 20), "where nobody said the one thing, all said the other"


def test_cells_in_no_unit_are_no_unit_and_without_priorities_nothing_is_withheld() -> None:
    nowhere = {code: dataclasses.replace(cell, unit="") for code, cell in CELLS.items()}
    found = publishable(DAY, sheets(ENOUGH), nowhere, RULES, approvals=[[]] * 30, rankings=[[]] * 30)
    assert (found.units, found.votes, found.withheld) == ((), None, False)


def test_few_ballots_are_not_told() -> None:
    options = {code: {"es": code, "en": code} for code in ("luz", "patrulla")}
    few, enough = [["luz"]] * 19, [["luz"]] * 20
    ranked = [[["luz"], ["patrulla"]]]
    assert publishable(DAY, [], CELLS, RULES, options=options, approvals=few, rankings=ranked * 19).votes is None
    votes = publishable(DAY, [], CELLS, RULES, options=options, approvals=enough, rankings=ranked * 20).votes
    assert votes is not None
    assert votes.approval == (("luz", 80), ("patrulla", 20))
    assert votes.ranked == (("luz",), ("patrulla",))


def test_a_city_may_be_stricter_and_never_weaker(tmp_path: Path) -> None:
    (tmp_path / "workshops.toml").write_text("tables = 9\nmost_percent = 70\n", "utf-8")
    assert (read_rules(tmp_path).tables, read_rules(tmp_path).most_percent) == (9, 70)
    (tmp_path / "workshops.toml").write_text("tables = 2\nmost_percent = 95\nceldas = 3\n", "utf-8")
    with pytest.raises(ObservatoryError) as found:
        read_rules(tmp_path)
    assert [one.column for one in found.value.problems] == ["tables", "most_percent", "celdas"]
    assert isinstance(RULES, Rules)
