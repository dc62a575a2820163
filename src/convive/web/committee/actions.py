"""What the technical secretary does, and what agencies report: each act is a change and a line of the log.

The committee is that of the whole territory: a mandate for a part of it does not keep its seats, sessions, agreements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from convive.committee.chain import canonical
from convive.errors import CommitteeError, Problem
from convive.web.committee.models import Agreement, Attendance, FollowUp, Seat, Session
from convive.web.committee.versions import change
from convive.web.office.actions import acting
from convive.web.office.guard import everywhere, today

MANAGE = "committee.manage"
FOLLOW = "agreement.follow"
KINDS = ("ordinary", "extraordinary", "consultation")


def make_seat(*, code: str, office_es: str, agency: str, by: User, **more: object) -> Seat:
    """A new place in the committee from today on."""
    with acting(MANAGE, whole=True, by=by, act="seat.made", subject=code):
        _refuse_lacking(code=code, office_es=office_es, agency=agency)
        if Seat.objects.filter(code=code).exists():
            raise CommitteeError(Problem("committee-twice", column="seat", value=code))
        return Seat.objects.create(code=code, office_es=office_es, agency=agency, since=today(), **more)


def change_seat(*, seat: Seat, seen: int, by: User, **values: object) -> None:
    """Another holder, account, vote or end of a seat."""
    with acting(MANAGE, whole=True, by=by, act="seat.changed", subject=seat.code, details=_told(values)):
        until = values.get("until")
        if isinstance(until, dt.date) and until < seat.since:
            raise CommitteeError(Problem("seat-ends-early", value=until.isoformat()))
        change(seat, seen=seen, subject=seat.code, **values)


def call(*, kind: str, planned_on: dt.date, agenda: str, figures: dict[str, float], by: User) -> Session:
    """Call a session; its code counts the sessions of the year."""
    with acting(MANAGE, whole=True, by=by, act="session.called", subject="") as told:
        if kind not in KINDS:
            raise CommitteeError(Problem("committee-unknown", column="kind", value=kind))
        number = Session.objects.filter(code__startswith=f"{planned_on.year}-").count() + 1
        session = Session.objects.create(
            code=f"{planned_on.year}-{number}",
            kind=kind,
            called_on=today(),
            planned_on=planned_on,
            agenda=agenda,
            figures=canonical(figures),
        )
        told |= {"subject": session.code, "planned_on": planned_on.isoformat()}
    return session


def change_session(*, session: Session, seen: int, by: User, **values: object) -> None:
    """Another agenda, other minutes; the log keeps the words that stood before, so that nothing is lost."""
    before = {name: getattr(session, name) for name in values}
    details = {"before": _told(before)}
    with acting(MANAGE, whole=True, by=by, act="session.changed", subject=session.code, details=details):
        change(session, seen=seen, subject=session.code, **values)


def hold(
    *,
    session: Session,
    seen: int,
    held_on: dt.date,
    present: Collection[int],
    excused: Collection[int] = (),
    by: User,
) -> None:
    """The session took place: who was there, and who was away but excused (seats by id)."""
    details = {"held_on": held_on.isoformat()}
    with acting(MANAGE, whole=True, by=by, act="session.held", subject=session.code, details=details) as told:
        if held_on > today():
            raise CommitteeError(Problem("session-in-future", value=held_on.isoformat()))
        change(session, seen=seen, subject=session.code, held_on=held_on)
        Attendance.objects.filter(session=session).delete()
        came = Seat.objects.filter(pk__in=present)
        away = Seat.objects.filter(pk__in=excused).exclude(pk__in=present)
        noted = [Attendance(session=session, seat=seat) for seat in came]
        noted += [Attendance(session=session, seat=seat, excused=True) for seat in away]
        Attendance.objects.bulk_create(noted)
        told |= {"present": [seat.code for seat in came], "excused": [seat.code for seat in away]}


def agree(*, session: Session, owner: Seat, due: dt.date, text_es: str, text_en: str, by: User) -> Agreement:
    """An agreement of a session that was held."""
    number = Agreement.objects.filter(session=session).count() + 1
    code = f"{session.code}-{number}"
    details = {"owner": owner.code, "due": due.isoformat()}
    with acting(MANAGE, whole=True, by=by, act="agreement.made", subject=code, details=details):
        _refuse_lacking(text_es=text_es)
        if session.held_on is None:
            raise CommitteeError(Problem("session-not-held", value=session.code))
        return Agreement.objects.create(
            code=code, session=session, owner=owner, due=due, text_es=text_es, text_en=text_en
        )


def follow(*, agreement: Agreement, words: str, by: User) -> FollowUp:
    """Report on an agreement: the technical secretary on any, an agency's officer on those of their seat."""
    with acting(FOLLOW, by=by, act="agreement.followed", subject=agreement.code, details={"words": words}):
        if not everywhere(by, MANAGE) and agreement.owner.user_id != by.pk:
            raise PermissionDenied
        _refuse_lacking(words=words)
        return FollowUp.objects.create(agreement=agreement, on=today(), words=words, by=by.get_username())


def finish(*, agreement: Agreement, seen: int, end: str, reason: str, by: User) -> None:
    """The committee takes an agreement as done, or withdraws it, for a reason."""
    field = {"done": "done_on", "withdrawn": "withdrawn_on"}.get(end)
    with acting(MANAGE, whole=True, by=by, act=f"agreement.{end}", subject=agreement.code, reason=reason):
        _refuse_lacking(reason=reason)
        if field is None or agreement.done_on or agreement.withdrawn_on:
            raise CommitteeError(Problem("agreement-ended", value=agreement.code))
        change(agreement, seen=seen, subject=agreement.code, **{field: today()})


def _refuse_lacking(**words: str) -> None:
    for name, said in words.items():
        if not said.strip():
            raise CommitteeError(Problem("committee-lacks", column=name))


def _told(values: dict[str, object]) -> dict[str, object]:
    """Values as the log takes them."""
    return {name: value if isinstance(value, bool | int | str) else str(value) for name, value in values.items()}
