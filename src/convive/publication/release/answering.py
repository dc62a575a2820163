"""What the committee answers for, as it is published: seats by office and agency, no person."""

from __future__ import annotations

from typing import Any

from convive.committee.answer import Answer, Attendance, Promise, Sitting
from convive.committee.law import Due
from convive.publication.release.allowed import entry


def answering(told: Answer) -> dict[str, Any]:
    """The content of ``data/committee.json``."""
    return entry(
        "committee",
        {
            "on": told.on.isoformat(),
            "level": told.level,
            "illustrative": dict(told.illustrative) if told.illustrative else None,
            "sittings": [_sitting(one) for one in told.sittings],
            "attendance": [_attendance(one) for one in told.attendance],
            "agreements": [_promise(one) for one in told.agreements],
            "periods": [_period(one) for one in told.periods],
            "changes": [
                entry(
                    "change_of_committee",
                    {"number": o.number, "on": o.on.isoformat(), "act": o.act, "subject": o.subject},
                )
                for o in told.changes
            ],
            "head": str(told.head) if told.head else None,
        },
    )


def _sitting(one: Sitting) -> dict[str, Any]:
    told = {"id": one.id, "kind": one.kind, "held_on": one.held_on.isoformat(), "seats": one.seats}
    told |= {"present": one.present, "needed": one.needed, "quorate": one.quorate}
    return entry("sitting", told | {"absent": [dict(seat) for seat in one.absent]})


def _attendance(one: Attendance) -> dict[str, Any]:
    return entry("attendance", {"seat": dict(one.seat), "agency": one.agency, "came": one.came, "held": one.held})


def _promise(one: Promise) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.id, "text": dict(one.text), "owner": dict(one.owner), "due": one.due.isoformat()}
    told |= {"agreed_on": one.agreed_on.isoformat() if one.agreed_on else None, "state": one.state}
    followed = [{"on": day.isoformat(), "text": dict(words)} for day, words in one.followed]
    return entry("committee_agreement", told | {"days_late": one.days_late, "followed": followed})


def _period(one: Due) -> dict[str, Any]:
    law = one.period
    told: dict[str, Any] = {"id": law.id, "text": {"es": law.es, "en": law.en}, "every_months": law.every_months}
    told |= {"article": law.article, "date": law.date.isoformat(), "verified": law.verified}
    last = one.last.isoformat() if one.last else None
    return entry("committee_period", told | {"last": last, "until": one.until.isoformat(), "overdue": one.overdue})
