"""What the committee answers for in public: computed from its records, frozen, handed into a build.

Seats appear by office and agency; no person is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from convive.committee.chain import Head
from convive.committee.law import Due, due
from convive.committee.records import Agreement, Committee, Session

Words = Mapping[str, str]


@dataclass(frozen=True)
class Sitting:
    """A session that was held: how many of the seats that vote then were there, how many were ``needed``."""

    id: str
    kind: str
    held_on: dt.date
    seats: int
    present: int
    needed: int
    absent: tuple[Words, ...]

    @property
    def quorate(self) -> bool:
        return self.present >= self.needed

    @property
    def complete(self) -> bool:
        return self.present == self.seats


@dataclass(frozen=True)
class Attendance:
    """Of the sessions held while a seat existed, those to which it came."""

    seat: Words
    agency: str
    came: int
    held: int


@dataclass(frozen=True)
class Promise:
    """An agreement: its text, who answers for it, how it stands and what was said of it since."""

    id: str
    text: Words
    owner: Words
    agreed_on: dt.date | None
    due: dt.date
    state: str
    days_late: int
    followed: tuple[tuple[dt.date, Words], ...]


@dataclass(frozen=True)
class Change:
    """A change as the log has it: number of its line, day, ``act`` (``noun.verb``) and what it was about."""

    number: int
    on: dt.date
    act: str
    subject: str


@dataclass(frozen=True)
class Answer:
    """Everything that the page “Answer” shows of the committee, ``on`` a day. ``head``: of the office's log, none where
    there is no office."""

    on: dt.date
    level: str
    illustrative: Words | None
    sittings: tuple[Sitting, ...]
    attendance: tuple[Attendance, ...]
    agreements: tuple[Promise, ...]
    periods: tuple[Due, ...]
    changes: tuple[Change, ...] = ()
    head: Head | None = None


def answer(told: Committee, *, changes: tuple[Change, ...] = (), head: Head | None = None) -> Answer:
    """What the committee answers for, from what it keeps."""
    held = sorted((one for one in told.session if one.held_on and one.held_on <= told.on), key=_day)
    sittings = tuple(_sitting(told, one) for one in held if one.kind != "consultation")
    days = {
        "session": [_day(one) for one in held if one.kind == "ordinary"],
        "consultation": [_day(one) for one in held if one.kind == "consultation"],
    }
    return Answer(
        on=told.on,
        level=told.level,
        illustrative=told.illustrative.model_dump() if told.illustrative else None,
        sittings=sittings,
        attendance=tuple(_attendance(told, held)),
        agreements=tuple(sorted((_promise(told, one) for one in told.agreement), key=lambda one: (one.due, one.id))),
        periods=tuple(due(told.law.at(told.level, told.on), days, since=told.since, on=told.on)),
        changes=changes,
        head=head,
    )


def _day(one: Session) -> dt.date:
    assert one.held_on is not None
    return one.held_on


def _sitting(told: Committee, one: Session) -> Sitting:
    voting = told.voting(_day(one))
    absent = tuple({"es": seat.es, "en": seat.en} for seat in voting if seat.id not in one.present)
    needed = told.law.quorum.needed(len(voting))
    return Sitting(one.id, one.kind, _day(one), len(voting), len(voting) - len(absent), needed, absent)


def _attendance(told: Committee, held: list[Session]) -> list[Attendance]:
    rows = []
    for seat in told.seat:
        could = [one for one in held if one.kind != "consultation" and seat.on(_day(one))]
        came = sum(seat.id in one.present for one in could)
        rows.append(Attendance({"es": seat.es, "en": seat.en}, seat.agency, came, len(could)))
    return rows


def _promise(told: Committee, one: Agreement) -> Promise:
    owner = next(seat for seat in told.seat if seat.id == one.owner)
    session = next(session for session in told.session if session.id == one.session)
    state = one.state(told.on)
    return Promise(
        id=one.id,
        text={"es": one.es, "en": one.en},
        owner={"es": owner.es, "en": owner.en},
        agreed_on=session.held_on,
        due=one.due,
        state=state,
        days_late=(told.on - one.due).days if state == "overdue" else 0,
        followed=tuple((step.on, {"es": step.es, "en": step.en}) for step in one.followed),
    )
