"""Keeping what was sealed, whole or not at all, and releasing it in batches. Each act is one transaction.

What a person sends releases nothing: the office's log has hours, and a line that it brought about would have its hour.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction

from convive.voice.custody import Custody
from convive.voice.sealed import Reporter, SealedEntry
from convive.web.citizen import chain
from convive.web.citizen.models import Batch, Deposit, Entry, Report, Share
from convive.web.journal import record

CITIZENS = "citizens"
"""Who the chain says acted for a reporter: all of them alike."""


@transaction.atomic
def deposit(*, name: str, report: str, sealed: SealedEntry, reporter: Reporter, now: dt.datetime) -> Report:
    """Keep a first entry and its report, with the line that counts it."""
    kept = Report.objects.create(name=report, tag=reporter.tag.hex(), reporter=reporter.public.hex(), day=now.date())
    _keep(kept, name, sealed, Entry.Sender.REPORTER, CITIZENS, now)
    return kept


@transaction.atomic
def add(*, name: str, report: Report, sealed: SealedEntry, state: str = "", now: dt.datetime) -> None:
    """Keep what a reporter adds; with a ``state``, also what it says of the report."""
    _keep(report, name, sealed, Entry.Sender.REPORTER, CITIZENS, now)
    if state:
        chain.add(act=f"report.{state}", subject=report.name, by=CITIZENS, details={}, day=now.date())
        Report.objects.filter(pk=report.pk).update(state=state)


@transaction.atomic
def withdraw(*, report: Report, now: dt.datetime) -> None:
    """Destroy every body and share of a report. That there was one, and that it was withdrawn, stays in the chain."""
    chain.add(act="report.withdrawn", subject=report.name, by=CITIZENS, details={}, day=now.date())
    Share.objects.filter(entry__report=report).delete()
    Entry.objects.filter(report=report).delete()
    Report.objects.filter(pk=report.pk).update(state=Report.State.WITHDRAWN)


@transaction.atomic
def disown(*, report: Report, name: str, now: dt.datetime) -> None:
    """Note, once, that a piece is not what the owner of the receipt sent."""
    subject = f"{report.name}/{name}"
    if not Deposit.objects.filter(act=chain.DISOWNED, subject=subject).exists():
        chain.add(act=chain.DISOWNED, subject=subject, by=CITIZENS, details={}, day=now.date())


@transaction.atomic
def reply(*, name: str, report: Report, sealed: SealedEntry, by: str, now: dt.datetime) -> None:
    """Keep what custodians sealed for the reporter."""
    _keep(report, name, sealed, Entry.Sender.CUSTODIANS, by, now)


@transaction.atomic
def share_anew(*, entries: dict[str, SealedEntry], custody: Custody, by: str, now: dt.datetime) -> None:
    """Put fresh shares in the place of the old ones, for the custodians of ``custody``."""
    for entry in Entry.objects.filter(name__in=entries).order_by("deposit"):
        sealed = entries[entry.name]
        entry.shares.all().delete()
        _keep_shares(entry, sealed)
        details = {"shares": sealed.shares_digest, "custody": custody.fingerprint}
        chain.add(act="shares.renewed", subject=_subject(entry), by=by, details=details, day=now.date())


def release(now: dt.datetime) -> bool:
    """Release what waits, with the last hour of release, if that has no batch yet; gives whether it did. Called by the
    clock (:mod:`convive.web.citizen.hours`) and when the custodians' list is opened."""
    hour = last_release(now)
    return not Batch.objects.filter(hour__gte=hour).exists() and _release(hour)


def last_release(now: dt.datetime) -> dt.datetime:
    """The last hour of release that the clock has passed."""
    from django.conf import settings

    hours = settings.LIMITS.times.release_hours
    return now.astimezone(dt.UTC).replace(hour=now.hour // hours * hours, minute=0, second=0, microsecond=0)


def reporter_digest(report: Report) -> str:
    """What the chain keeps of tag and key, so that neither can be exchanged."""
    return hashlib.sha256(f"{report.tag} {report.reporter}".encode()).hexdigest()


@transaction.atomic
def _release(hour: dt.datetime) -> bool:
    last = Deposit.objects.order_by("-number").first()
    head = f"{last.number}:{last.hash}" if last else ""
    batch, fresh = Batch.objects.get_or_create(hour=hour, defaults={"head": head})
    if not fresh:
        return False
    count = Report.objects.filter(batch=None).update(batch=batch)
    subject = f"batch/{hour.isoformat(timespec='minutes')}"
    record(act="reports.released", subject=subject, by=CITIZENS, details={"reports": count, "head": batch.head})
    return True


def _keep(report: Report, name: str, sealed: SealedEntry, sender: Entry.Sender, by: str, now: dt.datetime) -> None:
    details = {
        "body": sealed.body_digest,
        "shares": sealed.shares_digest,
        "sender": sender.value,
        "reporter": reporter_digest(report),
    }
    number = chain.add(act="entry.sealed", subject=f"{report.name}/{name}", by=by, details=details, day=now.date())
    entry = Entry.objects.create(
        name=name,
        report=report,
        deposit=number,
        sender=sender,
        day=now.date(),
        body=sealed.body,
        for_reporter=sealed.for_reporter,
    )
    _keep_shares(entry, sealed)


def _keep_shares(entry: Entry, sealed: SealedEntry) -> None:
    Share.objects.bulk_create(Share(entry=entry, key=key, sealed=share) for key, share in sealed.shares.items())


def _subject(entry: Entry) -> str:
    return f"{entry.report_id}/{entry.name}"
