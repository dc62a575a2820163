"""What the committee answers for, taken from the database: handed frozen into a build."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

from django.conf import settings

from convive.committee.answer import Answer, Change, answer
from convive.committee.law import Level
from convive.committee.records import FILE, FOLDER, Committee, FollowUp, read
from convive.committee.records import Agreement as AgreementRecord
from convive.committee.records import Seat as SeatRecord
from convive.committee.records import Session as SessionRecord
from convive.web.committee.models import Agreement, Seat, Session
from convive.web.journal.checking import head
from convive.web.journal.models import Line
from convive.web.office.guard import today

PUBLIC_ACTS = (
    *("session.called", "session.changed", "session.held", "agreement.made", "agreement.followed"),
    *("agreement.done", "agreement.withdrawn", "seat.made", "seat.changed"),
    *("plan.changed", "plan.added", "plan.withdrawn", "plan.imported", "plan.changed_outside", "gate.decided"),
    *("evidence.attached", "evidence.confirmed", "evidence.withdrawn"),
    *("evaluation.registered", "evaluation.amended"),
)
"""Acts whose lines are told in public: number, day, act and subject, never who or why."""


def snapshot() -> Answer | None:
    """The committee as it stands today; None while it has no seat in the database."""
    told = committee()
    if told is None:
        return None
    return answer(told, changes=_changes(), head=head())


def committee() -> Committee | None:
    """The records of the database in the form of the domain. Level, and since when the committee is bound, come from
    ``committee/committee.toml`` where the city has one."""
    return _kept(*_version())[0]


def standing() -> Answer | None:
    """What the committee answers for today, without the log: what the office's pages show."""
    return _kept(*_version())[1]


def _version() -> tuple[object, ...]:
    """Another one as soon as anything of the committee changes: every change leaves a line in its transaction."""
    last = Line.objects.filter(act__in=PUBLIC_ACTS).order_by("-number").values_list("hash", flat=True).first()
    path = settings.FOLDER / FOLDER / FILE
    return last, Seat.objects.count(), today(), path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=2)
def _kept(*version: object) -> tuple[Committee | None, Answer | None]:
    del version
    told = _read()
    return told, answer(told) if told else None


def _read() -> Committee | None:
    seats = list(Seat.objects.all())
    if not seats:
        return None
    settled = read(settings.FOLDER)
    return Committee(
        level=cast(Level, settled.level if settled else "provincial"),
        since=min(seat.since for seat in seats),
        on=today(),
        quorum=settled.quorum if settled else None,
        period=settled.period if settled else (),
        seat=tuple(_seat(one) for one in seats),
        session=tuple(_session(one) for one in Session.objects.prefetch_related("attendances__seat")),
        agreement=tuple(
            _agreement(one) for one in Agreement.objects.select_related("session", "owner").prefetch_related("followed")
        ),
    )


def _seat(one: Seat) -> SeatRecord:
    return SeatRecord(
        id=one.code,
        es=one.office_es,
        en=one.office_en or one.office_es,
        agency=one.agency,
        votes=one.votes,
        since=one.since,
        until=one.until,
    )


def _session(one: Session) -> SessionRecord:
    kind = cast(Literal["ordinary", "extraordinary", "consultation"], one.kind)
    noted = sorted((seen.seat.code, seen.excused) for seen in one.attendances.all())
    present, excused = (tuple(code for code, away in noted if away is side) for side in (False, True))
    days = {"called_on": one.called_on, "held_on": one.held_on}
    return SessionRecord(id=one.code, kind=kind, present=present, excused=excused, **days)


def _agreement(one: Agreement) -> AgreementRecord:
    return AgreementRecord(
        id=one.code,
        session=one.session.code,
        owner=one.owner.code,
        due=one.due,
        es=one.text_es,
        en=one.text_en or one.text_es,
        done_on=one.done_on,
        withdrawn_on=one.withdrawn_on,
        followed=tuple(FollowUp(on=step.on, es=step.words, en=step.words) for step in one.followed.all()),
    )


def _changes() -> tuple[Change, ...]:
    lines = Line.objects.filter(act__in=PUBLIC_ACTS).order_by("number").values_list("number", "at", "act", "subject")
    return tuple(Change(number, at.date(), act, subject) for number, at, act, subject in lines)
