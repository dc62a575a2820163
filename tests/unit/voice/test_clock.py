"""The answer clock: numbers behind each figure, worst delays first, both shares together."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from convive.voice.reports.clock import ALL, OTHERS, Case, answer_clock
from convive.voice.reports.shares import Outcome, Share
from convive.voice.reports.states import Standing, State

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def case(body: str, category: str, waited: float, *, answered: bool = True, state: State = State.ANSWERED) -> Case:
    received = NOW - 60 * DAY if answered else NOW - waited * DAY
    closed = state in (State.CLOSED, State.SOLVED, State.NOT_SOLVED)
    moment = received + waited * DAY if answered else None
    solved = moment if state is State.SOLVED else None
    return Case(body, category, Standing(state, received, answered=moment, closed=moment, solved=solved), closed)


CASES = [
    *(case("agua", "fuga", days) for days in (1, 2, 3, 4, 5)),
    *(case("luz", "poste", days, answered=days < 9) for days in (5, 8, 40, 41, 50)),
    *(case("limpieza", "basura", days, state=State.CLOSED) for days in (10, 20, 30)),
    *(case("limpieza", "basura", days, state=State.SOLVED) for days in (11, 21)),
    *(case("limpieza", "escombros", 3) for _ in range(4)),
]


def test_the_worst_delays_come_first_and_who_has_not_answered_half_before_all() -> None:
    clock = answer_clock(CASES, at=NOW, minimum=5, within_days=30)
    assert [row.body for row in clock.rows] == ["luz", "limpieza", "agua"]
    worst, middle, best = clock.rows
    assert (worst.answered.days, worst.answered.came, worst.longest_open) == (None, 2, pytest.approx(50))
    assert (middle.answered.days, best.answered.days) == (20, 3)
    assert best.longest_open is None


def test_every_row_has_its_numbers_and_closed_stands_beside_solved() -> None:
    row = answer_clock(CASES, at=NOW, minimum=5, within_days=30).rows[1]
    assert row.outcome == Outcome(received=5, answered=5, acted=0, closed=5, solved=2, not_solved=0)
    closed, solved = row.outcome.both()
    assert (closed.value, solved.value, row.outcome.silent) == (1.0, 0.4, 3)
    assert not {"closed_share", "solved_share"} & set(dir(row.outcome))


def test_too_few_are_not_told_alone() -> None:
    clock = answer_clock(CASES, at=NOW, minimum=5, within_days=30)
    assert all(row.outcome.received >= 5 for row in clock.rows)
    assert "escombros" not in {row.category for row in clock.rows}
    four = [case("limpieza", "ruido", 1)]
    more = answer_clock([*CASES, *four], at=NOW, minimum=5, within_days=30)
    assert {row.category for row in more.rows if row.body == "limpieza"} == {"basura", OTHERS}
    assert answer_clock(CASES[:3], at=NOW, minimum=5, within_days=30).all is None


def test_the_whole_counts_everybody() -> None:
    clock = answer_clock(CASES, at=NOW, minimum=5, within_days=30)
    assert clock.all is not None
    assert (clock.all.body, clock.all.outcome.received) == (ALL, len(CASES))


def test_what_came_after_the_moment_has_not_come_yet() -> None:
    received = NOW - 10 * DAY
    late = [Case("b", "c", Standing(State.ANSWERED, received, answered=NOW + DAY)) for _ in range(5)]
    clock = answer_clock(late, at=NOW, minimum=5, within_days=30)
    assert clock.rows[0].answered.came == 0


def test_shares_have_exact_intervals() -> None:
    # Clopper and Pearson: 4 of 10 is (0.122, 0.738); published in many tables.
    assert Share(4, 10).interval == (pytest.approx(0.12155, abs=1e-5), pytest.approx(0.73762, abs=1e-5))
    assert Share(0, 0).value is None
    assert (Share(0, 5).interval[0], Share(5, 5).interval[1]) == (0.0, 1.0)


def test_an_outcome_that_cannot_be_is_refused() -> None:
    fine = Outcome(3, 1, 1, 1, 1, 1)
    with pytest.raises(ValueError, match="ended"):
        dataclasses.replace(fine, solved=3)
