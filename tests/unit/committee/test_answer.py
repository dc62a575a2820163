"""What a committee answers for: quorum, attendance, agreements, the law's periods, an agenda from what changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from convive.committee.agenda import proposals
from convive.committee.answer import answer
from convive.committee.law import Level, Period, Quorum, due, law, months_after
from convive.committee.records import read
from convive.errors import CommitteeError, ObservatoryError

TOLD = """
level = "regional"
since = 2016-01-01
on = 2016-12-31
seat = [
    { id = "a", es = "A", en = "A", agency = "Uno" },
    { id = "b", es = "B", en = "B", agency = "Dos" },
    { id = "c", es = "C", en = "C", agency = "Tres", since = 2016-06-01 },
    { id = "oyente", es = "Oyente", en = "Guest", agency = "Tres", votes = false },
]
session = [
    { id = "s1", held_on = 2016-03-30, present = ["a", "oyente"] },
    { id = "s2", held_on = 2016-09-01, present = ["a", "c"] },
    { id = "s3", called_on = 2017-01-10 },
]
agreement = [
    { id = "x", session = "s1", owner = "a", due = 2016-12-30, es = "X", en = "X" },
    { id = "y", session = "s1", owner = "b", due = 2016-05-01, es = "Y", en = "Y", done_on = 2016-04-02 },
    { id = "z", session = "s2", owner = "b", due = 2017-05-01, es = "Z", en = "Z" },
]
"""


def written(folder: Path, told: str = TOLD) -> Path:
    (folder / "committee").mkdir(exist_ok=True)
    (folder / "committee" / "committee.toml").write_text(told, "utf-8")
    return folder


@pytest.mark.parametrize(("seats", "needed"), [(0, 1), (1, 1), (2, 2), (3, 2), (10, 6), (11, 6)])
def test_a_quorum_of_more_than_half(seats: int, needed: int) -> None:
    assert law().quorum.needed(seats) == needed


def test_a_quorum_of_two_thirds_is_the_least_number_above() -> None:
    rule = Quorum(more_than=2 / 3, article="x", date=dt.date(2020, 1, 1), verified=True)
    assert [rule.needed(seats) for seats in (3, 6, 9, 10)] == [3, 5, 7, 7]


def test_sessions_count_the_seats_that_voted_then(tmp_path: Path) -> None:
    committee = read(written(tmp_path))
    assert committee is not None
    told = answer(committee)
    assert [(one.present, one.seats, one.needed, one.quorate) for one in told.sittings] == [
        (1, 2, 2, False),
        (2, 3, 2, True),
    ]
    assert [(one.agency, one.came, one.held) for one in told.attendance] == [
        ("Uno", 2, 2),
        ("Dos", 0, 2),
        ("Tres", 1, 1),
        ("Tres", 1, 2),
    ]
    assert [(one.id, one.state, one.days_late) for one in told.agreements] == [
        ("y", "done", 0),
        ("x", "overdue", 1),
        ("z", "open", 0),
    ]


def test_the_committee_of_tumbes_met_four_times_and_never_complete(tumbes: Path) -> None:
    """As the founding paper's sources say."""
    committee = read(tumbes)
    assert committee is not None
    told = answer(committee)
    assert len(told.sittings) == 4
    assert not any(one.complete for one in told.sittings)
    assert len(told.attendance) == 11
    assert told.illustrative is not None


def test_a_period_runs_from_the_last_time_or_from_the_beginning() -> None:
    rule = Period(id="session", every_months=2, es="S", en="S", article="x", date=dt.date(2020, 1, 1), verified=False)
    on = dt.date(2024, 5, 1)
    (never,) = due([rule], {}, since=dt.date(2024, 1, 31), on=on)
    assert (never.last, never.until, never.overdue) == (None, dt.date(2024, 3, 31), True)
    (kept,) = due([rule], {"session": [dt.date(2024, 3, 1), dt.date(2025, 1, 1)]}, since=on, on=on)
    assert (kept.until, kept.overdue) == (dt.date(2024, 5, 1), False)
    assert months_after(dt.date(2023, 12, 31), 2) == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("level", "on", "months"),
    [
        ("regional", dt.date(2016, 12, 31), {"session": 1, "consultation": 3}),
        ("district", dt.date(2019, 5, 8), {"session": 1, "consultation": 3}),
        ("district", dt.date(2019, 5, 9), {"session": 2, "consultation": 3}),
        ("provincial", dt.date(2026, 1, 1), {"session": 2, "consultation": 3}),
        ("regional", dt.date(2026, 1, 1), {"session": 2}),
        ("regional", dt.date(2014, 1, 1), {}),
    ],
)
def test_a_committee_is_held_to_the_law_of_its_day(level: Level, on: dt.date, months: dict[str, int]) -> None:
    """Articles 32.1.a and 39 of DS 011-2014-IN, as it was first and as DS 010-2019-IN left it."""
    told = law().at(level, on)
    assert {one.id: one.every_months for one in told} == months
    assert all(one.article.startswith("DS 011-2014-IN, art. ") and one.verified for one in told)


def test_the_agenda_is_made_from_what_changed(tmp_path: Path) -> None:
    committee = read(written(tmp_path))
    assert committee is not None
    items = proposals(
        answer(committee),
        "es",
        before={"homicides/24/2015": 40.0, "rate/24/2015": 17.0},
        now={"homicides/24/2015": 44.0, "rate/24/2015": 17.0, "homicides/24/2016-H1": 20.0},
        alarms=[{"week": "2016-11-07", "count": 3}],
        gates=["Falta la línea de base"],
        label=lambda key: key.upper(),
    )
    told = [(one.kind, one.words) for one in items]
    assert [kind for kind, _ in told] == ["agreement", "period", "period", "alarm", "figure", "figure", "gate"]
    assert "«X»" in told[0][1]
    assert "3 víctimas" in told[3][1]
    assert ("figure", "Cambió la cifra «HOMICIDES/24/2015»: era 40, es 44") in told
    assert not any("rate" in words for _, words in told)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('owner = "a"', 'owner = "nadie"', "committee-unknown"),
        ('present = ["a", "c"]', 'present = ["a", "q"]', "committee-unknown"),
        ('id = "y"', 'id = "x"', "committee-twice"),
        ('session = "s2"', 'session = "s9"', "committee-unknown"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, before: str, after: str, code: str) -> None:
    with pytest.raises(CommitteeError) as found:
        read(written(tmp_path, TOLD.replace(before, after)))
    assert code in {problem.code for problem in found.value.problems}


def test_a_misspelt_key_is_named_and_no_file_is_no_committee(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    with pytest.raises(ObservatoryError, match="presnt"):
        read(written(tmp_path, TOLD.replace('present = ["a", "c"]', "presnt = []")))
