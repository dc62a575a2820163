"""Closed is not solved: who may say what, and what follows."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from convive.errors import VoiceError
from convive.voice.reports.states import By, Event, Kind, Standing, State, check, due, standing

START = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


def happened(*steps: tuple[Kind, By]) -> Standing:
    events = [Event(Kind.RECEIVED, START, By.SYSTEM)]
    events += [Event(kind, START + dt.timedelta(days=day), by) for day, (kind, by) in enumerate(steps, 1)]
    return standing(events)


CLOSED = (Kind.CLOSED, By.BODY)


def test_what_a_body_closed_is_closed_and_not_solved() -> None:
    now = happened((Kind.ANSWERED, By.BODY), (Kind.ACTED, By.BODY), CLOSED)
    assert (now.state, now.solved, now.open311) == (State.CLOSED, None, "closed")
    assert now.answered == START + dt.timedelta(days=1)


@pytest.mark.parametrize("by", [By.REPORTER, By.PANEL])
def test_reporter_and_panel_say_solved(by: By) -> None:
    now = happened(CLOSED, (Kind.SOLVED, by))
    assert (now.state, now.said_by) == (State.SOLVED, by)
    assert now.solved == START + dt.timedelta(days=2)


@pytest.mark.parametrize(("by", "kind"), list(product([By.BODY, By.SYSTEM], [Kind.SOLVED, Kind.NOT_SOLVED])))
def test_nobody_else_can(by: By, kind: Kind) -> None:
    with pytest.raises(VoiceError, match="solved"):
        check(happened(CLOSED), kind, by)
    with pytest.raises(VoiceError):
        happened(CLOSED, (kind, by))


def test_who_says_not_solved_opens_it_again() -> None:
    now = happened(CLOSED, (Kind.NOT_SOLVED, By.REPORTER))
    assert (now.state, now.closed, now.open311) == (State.NOT_SOLVED, None, "open")
    check(now, Kind.CLOSED, By.BODY)
    again = happened(CLOSED, (Kind.NOT_SOLVED, By.REPORTER), CLOSED)
    assert (again.state, again.said_by) == (State.CLOSED, None)


def test_a_closed_report_cannot_be_answered_nor_an_open_one_be_called_not_solved() -> None:
    for now, kind, by in [(happened(CLOSED), Kind.ANSWERED, By.BODY), (happened(), Kind.NOT_SOLVED, By.REPORTER)]:
        with pytest.raises(VoiceError):
            check(now, kind, by)


def test_a_reminder_comes_after_four_weeks_and_again_four_weeks_later() -> None:
    days = dt.timedelta(days=1)
    now = happened((Kind.ANSWERED, By.BODY))
    assert not due(now, START + 27 * days, after_days=28)
    assert due(now, START + 28 * days, after_days=28)
    reminded = standing([Event(Kind.RECEIVED, START, By.SYSTEM), Event(Kind.REMINDED, START + 28 * days, By.SYSTEM)])
    assert not due(reminded, START + 40 * days, after_days=28)
    assert due(reminded, START + 56 * days, after_days=28)
    assert not due(happened((Kind.SOLVED, By.REPORTER)), START + 90 * days, after_days=28)


def test_a_history_without_reception_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="reception"):
        standing([Event(Kind.CLOSED, START, By.BODY)])
