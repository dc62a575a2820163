"""What the technical secretary does, and what agencies report: each act is a change and a line of the log.

The committee is that of the whole territory: a mandate for a part of it does not keep its seats, sessions, agreements.
What takes the place of something that stood says why, and the log keeps what stood. What counts what there is (the next
code) waits for others, so that two who do it at once get two codes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from convive.committee.chain import canonical
from convive.committee.records import IDENTIFIER
from convive.errors import CommitteeError, Problem
from convive.web.committee.models import Agreement, Attendance, FollowUp, Seat, Session
from convive.web.committee.versions import change
from convive.web.journal import one_at_a_time
from convive.web.office.actions import acting
from convive.web.office.guard import everywhere, today

MANAGE = "committee.manage"
FOLLOW = "agreement.follow"
LONGEST = 500
"""Characters of an agreement and of what is reported on it: both are published."""
KINDS = ("ordinary", "extraordinary", "consultation")


def make_seat(
    *, code: str, office_es: str, agency: str, by: User, since: dt.date | None = None, **more: object
) -> Seat:
    """A new place in the committee, from today on or ``since`` another day: that of an older session, say."""
    values = {"office_es": office_es, "agency": agency, "since": since or today(), **more}
    with acting(MANAGE, whole=True, by=by, act="seat.made", subject=code, details=_told(values)):
        one_at_a_time()
        _refuse_lacking(code=code, office_es=office_es, agency=agency)
        if not re.fullmatch(IDENTIFIER, code):
            raise CommitteeError(Problem("seat-code", column="seat", value=code))
        if Seat.objects.filter(code=code).exists():
            raise CommitteeError(Problem("committee-twice", column="seat", value=code))
        return Seat.objects.create(code=code, **values)


def change_seat(*, seat: Seat, seen: int, reason: str, by: User, **values: object) -> None:
    """Another holder, account, vote or end of a seat, for a ``reason``: who sits and votes decides of quorum."""
    before = {name: getattr(seat, name) for name in values}
    details = _told(values) | {"before": _told(before)}
    with acting(MANAGE, whole=True, by=by, act="seat.changed", subject=seat.code, reason=reason, details=details):
        _refuse_lacking(reason=reason)
        until = values.get("until")
        if isinstance(until, dt.date) and until < seat.since:
            raise CommitteeError(Problem("seat-ends-early", value=until.isoformat()))
        change(seat, seen=seen, subject=seat.code, **values)


def call(*, kind: str, planned_on: dt.date, agenda: str, figures: dict[str, float], by: User) -> Session:
    """Call a session; its code counts the sessions of the year."""
    with acting(MANAGE, whole=True, by=by, act="session.called", subject="") as told:
        if kind not in KINDS:
            raise CommitteeError(Problem("committee-unknown", column="kind", value=kind))
        one_at_a_time()
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


def change_session(*, session: Session, seen: int, by: User, reason: str = "", **values: str) -> None:
    """Another agenda, other minutes; the log keeps the words that stood before, so that nothing is lost. To write on
    needs no ``reason``; to take out or change what was written does."""
    before = {name: getattr(session, name) for name in values}
    details = {"before": _told(before)}
    with acting(MANAGE, whole=True, by=by, act="session.changed", subject=session.code, reason=reason, details=details):
        change(session, seen=seen, subject=session.code, **values)
        if any(not _words(values[name]).startswith(_words(stood)) for name, stood in before.items()):
            _refuse_unreasoned(reason, session.code)


def hold(
    *,
    session: Session,
    seen: int,
    held_on: dt.date,
    present: Collection[int],
    excused: Collection[int] = (),
    reason: str = "",
    by: User,
) -> None:
    """The session took place: who was there, and who was away but excused (seats by id). Attendance that was noted
    already is corrected for a ``reason``."""
    details = {"held_on": held_on.isoformat()}
    with acting(
        MANAGE, whole=True, by=by, act="session.held", subject=session.code, reason=reason, details=details
    ) as told:
        if held_on > today():
            raise CommitteeError(Problem("session-in-future", value=held_on.isoformat()))
        change(session, seen=seen, subject=session.code, held_on=held_on)
        if session.held_on is not None:
            _refuse_unreasoned(reason, session.code)
            told["before"] = {"held_on": session.held_on.isoformat()} | _noted(session)
        Attendance.objects.filter(session=session).delete()
        came = Seat.objects.filter(pk__in=present)
        away = Seat.objects.filter(pk__in=excused).exclude(pk__in=present)
        _refuse_absent_seats([*came, *away], held_on)
        noted = [Attendance(session=session, seat=seat) for seat in came]
        noted += [Attendance(session=session, seat=seat, excused=True) for seat in away]
        Attendance.objects.bulk_create(noted)
        told |= {"present": [seat.code for seat in came], "excused": [seat.code for seat in away]}


def agree(*, session: Session, owner: Seat, due: dt.date, text_es: str, text_en: str, by: User) -> Agreement:
    """An agreement of a session that was held."""
    details = {"owner": owner.code, "due": due.isoformat()}
    with acting(MANAGE, whole=True, by=by, act="agreement.made", subject=session.code, details=details) as told:
        _refuse_lacking(text_es=text_es)
        _refuse_long(text_es=text_es, text_en=text_en)
        if session.held_on is None:
            raise CommitteeError(Problem("session-not-held", value=session.code))
        one_at_a_time()
        told["subject"] = code = f"{session.code}-{Agreement.objects.filter(session=session).count() + 1}"
        return Agreement.objects.create(
            code=code, session=session, owner=owner, due=due, text_es=text_es, text_en=text_en
        )


def follow(*, agreement: Agreement, words: str, by: User) -> FollowUp:
    """Report on an agreement: the technical secretary on any, an agency's officer on those of their seat."""
    with acting(FOLLOW, by=by, act="agreement.followed", subject=agreement.code, details={"words": words}):
        if not everywhere(by, MANAGE) and agreement.owner.user_id != by.pk:
            raise PermissionDenied
        _refuse_lacking(words=words)
        _refuse_long(words=words)
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


def _refuse_long(**words: str) -> None:
    """Nothing is cut off unsaid; and SQLite would keep what PostgreSQL refuses."""
    for name, said in words.items():
        if len(said) > LONGEST:
            values = {"most": LONGEST, "got": len(said)}
            raise CommitteeError(Problem("committee-long", column=name, values=values))


def _refuse_unreasoned(reason: str, code: str) -> None:
    if not reason.strip():
        raise CommitteeError(Problem("committee-reason", value=code))


def _refuse_absent_seats(seats: list[Seat], day: dt.date) -> None:
    """A seat that was not one on that day can neither have come nor be excused: it would count for no quorum."""
    others = [seat.code for seat in seats if not seat.on(day)]
    if others:
        raise CommitteeError(Problem("seat-not-then", value=", ".join(others), values={"day": day.isoformat()}))


def _noted(session: Session) -> dict[str, list[str]]:
    """The attendance of a session as it stands: codes of seats."""
    noted = list(session.attendances.values_list("seat__code", "excused"))
    sides = (("present", False), ("excused", True))
    return {name: [code for code, away in noted if away is side] for name, side in sides}


def _words(text: str) -> str:
    """Without what a browser changes by itself: its line ends."""
    return text.replace("\r\n", "\n").strip()


def _told(values: dict[str, object]) -> dict[str, object]:
    """Values as the log takes them."""
    as_it_is = bool | int | str
    return {
        name: value if isinstance(value, as_it_is) else "" if value is None else str(value)
        for name, value in values.items()
    }
