"""What a committee keeps: seats, sessions with their attendance, agreements and what became of them.

Where the office has no database, a city may write them in ``committee/committee.toml``::

    level = "regional"
    since = 2015-01-01
    on = 2016-12-31

    [[seat]]
    id = "gobernacion"
    es = "Gobernador regional (preside)"
    en = "Regional governor (chair)"
    agency = "Gobierno Regional"

    [[session]]
    id = "2016-1"
    held_on = 2016-03-30
    present = ["gobernacion"]

    [[agreement]]
    id = "a1"
    session = "2016-1"
    owner = "gobernacion"
    due = 2016-06-30
    es = "…"
    en = "…"
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from convive.committee.law import Law, Level, Period, Quorum, law
from convive.errors import CommitteeError, Problem
from convive.observatory import Bilingual, Strict, read_toml

FOLDER = "committee"
FILE = "committee.toml"
IDENTIFIER = r"^[a-z0-9][a-z0-9-]*$"


class Seat(Strict):
    """A place in the committee: the office that holds it and its agency; who sits there is no matter of this record."""

    id: str = Field(pattern=IDENTIFIER)
    es: str
    en: str
    agency: str
    votes: bool = True
    since: dt.date | None = None
    until: dt.date | None = None

    def on(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Session(Strict):
    """A session of a ``kind``, held on a day or only called (``held_on`` none), and the seats that were ``present``."""

    id: str = Field(pattern=IDENTIFIER)
    kind: Literal["ordinary", "extraordinary", "consultation"] = "ordinary"
    called_on: dt.date | None = None
    held_on: dt.date | None = None
    present: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()


class FollowUp(Strict):
    """What was said of an agreement later."""

    on: dt.date
    es: str
    en: str


class Agreement(Strict):
    """What was agreed in a session: who answers for it (a seat) until when, and when it was done or taken back."""

    id: str = Field(pattern=IDENTIFIER)
    session: str
    owner: str
    due: dt.date
    es: str
    en: str
    done_on: dt.date | None = None
    withdrawn_on: dt.date | None = None
    followed: tuple[FollowUp, ...] = ()

    def state(self, on: dt.date) -> Literal["done", "withdrawn", "overdue", "open"]:
        """How it stands on a day."""
        if self.withdrawn_on and self.withdrawn_on <= on:
            return "withdrawn"
        if self.done_on and self.done_on <= on:
            return "done"
        return "overdue" if self.due < on else "open"


class Committee(Strict):
    """Everything that is kept, as it stood ``on`` a day; ``illustrative`` says why it is not real, where it is not."""

    level: Level
    since: dt.date
    on: dt.date
    illustrative: Bilingual | None = None
    quorum: Quorum | None = None
    period: tuple[Period, ...] = ()
    seat: tuple[Seat, ...] = ()
    session: tuple[Session, ...] = ()
    agreement: tuple[Agreement, ...] = ()

    @property
    def law(self) -> Law:
        """The law in force for it: Peru's, where the city says nothing else."""
        usual = law()
        return Law(name=usual.name, quorum=self.quorum or usual.quorum, periods=self.period or usual.periods)

    def voting(self, day: dt.date) -> tuple[Seat, ...]:
        """The seats that vote on a day."""
        return tuple(seat for seat in self.seat if seat.votes and seat.on(day))


def read(folder: Path) -> Committee | None:
    """What stands in ``folder``/committee/committee.toml; None without it.

    Raises :class:`~convive.errors.Findings` naming each entry that does not fit: a seat or session that does not exist,
    an id told twice.
    """
    path = folder / FOLDER / FILE
    if not path.exists():
        return None
    found = Committee.model_validate(read_toml(path, Committee))
    problems = list(_misfits(found))
    if problems:
        raise CommitteeError(problems)
    return found


def _misfits(told: Committee) -> Iterator[Problem]:
    seats, sessions = ({one.id for one in part} for part in (told.seat, told.session))
    for name, part in (("seat", told.seat), ("session", told.session), ("agreement", told.agreement)):
        ids = [one.id for one in part]
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield Problem("committee-twice", file=FILE, column=name, value=twice)
    for session in told.session:
        for seat in (*session.present, *session.excused):
            if seat not in seats:
                yield Problem("committee-unknown", file=FILE, column=f"session.{session.id}", value=seat)
    for one in told.agreement:
        if one.owner not in seats:
            yield Problem("committee-unknown", file=FILE, column=f"agreement.{one.id}.owner", value=one.owner)
        if one.session not in sessions:
            yield Problem("committee-unknown", file=FILE, column=f"agreement.{one.id}.session", value=one.session)
