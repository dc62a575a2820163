"""What custodians do in the office. Each act is one transaction with its line in the log, which the reporter sees."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction

from convive.errors import Problem, VoiceError
from convive.voice.bundles import Bundle
from convive.voice.custody import Custodian, Custody
from convive.voice.sealed import SealedEntry, new_name
from convive.web.citizen import deposits
from convive.web.citizen.models import Entry, Report
from convive.web.custody.models import Forwarding, Loan, Opening
from convive.web.journal import record

LONGEST_BUNDLE = 40_000_000


@transaction.atomic
def ask(*, subject: Report, custodian: Custodian, by: str, reason: str) -> Opening:
    """Ask the other custodians to help open a report."""
    if not reason.strip():
        raise VoiceError(Problem("opening-needs-reason"))
    opening = Opening.objects.create(
        name=new_name(),
        report=subject,
        key=custodian.key,
        by=by,
        institution=custodian.institution,
        reason=reason.strip()[:500],
        day=_today(),
    )
    _record("asked", subject, by, custodian, reason=opening.reason, opening=opening.name)
    return opening


@transaction.atomic
def lend(*, subject: Opening, custodian: Custodian, by: str, loan: bytes) -> None:
    """Keep the shares that a custodian lent on their own machine, for who asked."""
    lent = Bundle.from_bytes(loan, "loan")
    if (lent.opening, lent.lender, lent.asked_by) != (subject.name, custodian.key, subject.key):
        raise VoiceError(Problem("lent-share-misfit", value=subject.name))
    Loan.objects.update_or_create(opening=subject, key=custodian.key, defaults={"by": by, "sealed": loan})
    _record("lent", subject.report, by, custodian, opening=subject.name)


@transaction.atomic
def hand_over(*, subject: Opening, custodian: Custodian, custody: Custody, by: str) -> Bundle:
    """The sealed report with what was lent, for who asked. From here on it counts as opened: who sits at that
    machine is not ours to see."""
    if custodian.key != subject.key:
        raise VoiceError(Problem("opening-of-another", value=subject.name))
    loans = {}
    for loan in subject.loans.all():
        loans[loan.key] = (Bundle.from_bytes(bytes(loan.sealed), "loan").loans or {})[""]
    Opening.objects.filter(pk=subject.pk).update(opened=True)
    lenders = sorted(one.institution for key in loans if (one := custody.with_key(key)) is not None)
    _record("opened", subject.report, by, custodian, opening=subject.name, with_institutions=lenders)
    return dataclasses.replace(request(subject, custody), stage="report", entries=_entries(subject.report), loans=loans)


@transaction.atomic
def reply(*, subject: Opening, custodian: Custodian, by: str, text: bytes) -> str:
    """Keep what was sealed at the desk for the reporter: an answer, or what was forwarded. Gives which."""
    bundle = Bundle.from_bytes(text, "reply")
    if (bundle.opening, bundle.report) != (subject.name, subject.report_id) or len(bundle.entries or {}) != 1:
        raise VoiceError(Problem("opening-of-another", value=subject.name))
    ((name, sealed),) = (bundle.entries or {}).items()
    deposits.reply(name=name, report=subject.report, sealed=sealed, by=by, now=dt.datetime.now(dt.UTC))
    if bundle.forwarded is None:
        _record("answered", subject.report, by, custodian, entry=name)
        return "answered"
    sent = bundle.forwarded
    Forwarding.objects.create(
        entry_id=name, body=sent.body, digest=sent.digest, by=by, day=_today(), answer_by=sent.answer_by
    )
    _record("forwarded", subject.report, by, custodian, entry=name, to=sent.body, digest=sent.digest)
    return "forwarded"


@transaction.atomic
def note_answer(*, subject: Forwarding, by: str, reason: str) -> None:
    """Note that the body to which something was forwarded has answered, and what."""
    if not reason.strip():
        raise VoiceError(Problem("opening-needs-reason"))
    Forwarding.objects.filter(pk=subject.pk).update(answered=_today(), note=reason.strip()[:500])
    details = {"to": subject.body, "entry": subject.entry_id}
    record(
        act="forwarding.answered", subject=f"report/{subject.entry.report_id}", by=by, reason=reason, details=details
    )


def request(opening: Opening, custody: Custody) -> Bundle:
    """What the other custodians need to lend their shares: no body."""
    entries = {name: dataclasses.replace(one, body=b"") for name, one in _entries(opening.report).items()}
    about = {entry.name: f"{entry.day.isoformat()} {entry.sender}" for entry in opening.report.entries.all()}
    return Bundle(
        "request",
        opening.name,
        opening.report_id,
        opening.key,
        opening.reason,
        reporter=opening.report.reporter,
        entries=entries,
        about=about,
        custody=custody,
    )


def _entries(report: Report) -> dict[str, SealedEntry]:
    return {entry.name: entry.sealed for entry in Entry.objects.filter(report=report).prefetch_related("shares")}


def _record(act: str, report: Report, by: str, custodian: Custodian, reason: str = "", **details: object) -> None:
    told = {"institution": custodian.institution} | details
    record(act=f"custody.{act}", subject=f"report/{report.name}", by=by, reason=reason, details=told)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
