"""The stories of gates.md hold."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from convive.strategy.decisions import Decision
from convive.strategy.gates import GateRules, History, Way, walk

TEXT = (Path(__file__).parent / "gates.md").read_text("utf-8")
STAGES = ("planning", "stabilization", "transition", "consolidation")
GATES = {
    "planning": GateRules(("plan",)),
    "stabilization": GateRules(("calm", "force"), (("panic", "planning"),)),
    "transition": GateRules(("peace",), (("relapse", "stabilization"),)),
    "consolidation": GateRules((), (("relapse2", "transition"),)),
}
CONDITIONS = ("plan", "calm", "force", "panic", "peace", "relapse", "relapse2")
HEADINGS = re.findall(r"^## (.+)$", TEXT, re.M)


def rows(heading: str) -> list[list[str]]:
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines][2:]


def histories(story: list[list[str]]) -> dict[str, History]:
    turns: dict[str, list[tuple[dt.date, bool]]] = {name: [] for name in CONDITIONS}
    for day, told, *_ in story:
        for turn in told.split():
            turns[turn[1:]].append((dt.date.fromisoformat(day), turn[0] == "+"))
    return {name: History(tuple(told)) for name, told in turns.items()}


def decisions(story: list[list[str]]) -> list[Decision]:
    found = []
    for row, (day, _, told, *_) in enumerate(story):
        if told:
            words = told.split()
            missed = tuple(words[3:]) if "without" in words else ()
            found.append(
                Decision(row, dt.date.fromisoformat(day), words[1], words[0], "committee", "why", "minute", (), missed)
            )
    return found


def told_on(way: Way, day: dt.date, row: int) -> list[str]:
    said = [f"back {', '.join(move.conditions)}" for move in way.moves if move.how == "back" and move.day == day]
    return said + [problem.code for problem in way.problems if problem.row == row]


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_plan_is_where_the_story_says(heading: str) -> None:
    story = rows(heading)
    for row, (day, _, _, stage, told) in enumerate(story):
        on = dt.date.fromisoformat(day)
        way = walk(STAGES, GATES, histories(story), decisions(story), on=on)
        assert way.stage == stage, day
        assert ", ".join(told_on(way, on, row)) == told, day


def test_a_condition_says_since_when_it_is_as_it_is() -> None:
    days = [dt.date(2014, month, 1) for month in (1, 2, 3, 4)]
    history = History(tuple(zip(days, (False, True, True, False), strict=True)))
    assert history.since(dt.date(2014, 1, 15)) is None
    assert history.since(dt.date(2014, 3, 15)) == days[1]
    assert history.since(dt.date(2014, 4, 15)) == days[3]


def test_what_was_held_when_it_was_decided_is_followed_and_doubted_when_figures_change() -> None:
    day = dt.date(2014, 2, 1)
    decided = Decision(2, day, "planning", "pass", "committee", "why", "minute", held=("plan",))
    revised = {name: History() for name in CONDITIONS}
    way = walk(STAGES, GATES, revised, [decided], on=day)
    assert way.stage == "stabilization"
    assert way.moves[0].doubted == ("plan",)
