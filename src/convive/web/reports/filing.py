"""What is done with open reports: received, said, reminded. Change and line of the log are one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction

from convive.voice.reports.intake import Filled
from convive.voice.reports.nearby import Known, Near, box, nearby
from convive.voice.reports.states import By, Event, Kind, Standing, check, due, standing
from convive.web.journal import record
from convive.web.reports import place
from convive.web.reports.models import ApiKey, Happened, Photo, Report

_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of receipts: none looks like another. 16 of them are 80 bits."""
CITIZEN = "citizen"


def receive(
    filled: Filled,
    *,
    origin: str,
    jpeg: bytes | None = None,
    received: dt.datetime | None = None,
    key: str = "",
    with_receipt: bool = False,
) -> tuple[Report, str]:
    """Keep a report; gives it and the receipt for its author ("" where none is wanted)."""
    at = received or dt.datetime.now(dt.UTC)
    receipt = new_receipt() if with_receipt else ""
    with transaction.atomic():
        report = Report.objects.create(
            token=secrets.token_hex(12),
            category=filled.category.code,
            body=filled.body,
            unit=filled.units[0] if filled.units else "",
            latitude=filled.latitude,
            longitude=filled.longitude,
            address=filled.address,
            words=filled.words,
            answers={code: list(values) for code, values in filled.answers.items()},
            received=at,
            updated=at,
            state="received",
            status="open",
            receipt=digest(receipt) if receipt else "",
            origin=origin,
            key=key,
        )
        if jpeg is not None:
            Photo.objects.create(report=report, jpeg=jpeg)
        Happened.objects.create(report=report, kind=Kind.RECEIVED, by=By.SYSTEM, at=at)
        record(act="report.received", subject=str(report.pk), by=origin, details={"category": report.category})
    return report, receipt


def tell(*, report: Report, kind: Kind, by: By, words: str = "", who: str = "", reason: str = "") -> Standing:
    """Something happens to ``report``. Raises :class:`~convive.errors.VoiceError` where it may not."""
    with transaction.atomic():
        locked = Report.objects.select_for_update().get(pk=report.pk)
        check(standing_of(locked), kind, by)
        Happened.objects.create(report=locked, kind=kind, by=by, at=dt.datetime.now(dt.UTC), words=words, who=who)
        now = _follow(locked)
        record(act=f"report.{kind}", subject=str(locked.pk), by=who or by, reason=reason, details={"by": by})
    report.refresh_from_db()
    return now


def standing_of(report: Report) -> Standing:
    """Where ``report`` stands by its events."""
    return standing([Event(Kind(one.kind), one.at, By(one.by)) for one in report.events.all()])


def remind(now: dt.datetime | None = None) -> int:
    """Remind of every report that waits too long: a line in its history, for all to see. Gives how many.

    Called by the clock of the citizens' process, so that a body that never opens its desk is reminded too, by
    ``convive reports remind`` and when the desk is opened; twice in a day does no harm.
    """
    at = now or dt.datetime.now(dt.UTC)
    days = place.catalogue().rules.reminder_days
    waiting = Report.objects.exclude(state="solved").filter(received__lte=at - dt.timedelta(days=days))
    found = [one for one in waiting.prefetch_related("events") if due(standing_of(one), at, after_days=days)]
    for report in found:
        with transaction.atomic():
            if not due(standing_of(Report.objects.select_for_update().get(pk=report.pk)), at, after_days=days):
                continue  # another process was faster
            Happened.objects.create(report=report, kind=Kind.REMINDED, by=By.SYSTEM, at=at)
            record(act="report.reminded", subject=str(report.pk), by="convive")
    return len(found)


def near(category: str, latitude: float, longitude: float) -> list[Near]:
    """Reports of the same thing nearby, the nearest first, as many as the rules show."""
    rules, now = place.catalogue().rules, dt.datetime.now(dt.UTC)
    south, west, north, east = box(latitude, longitude, rules.nearby_metres)
    found = Report.objects.filter(
        category=category, latitude__range=(south, north), longitude__range=(west, east)
    ).exclude(state="solved")
    return nearby(
        [Known(str(one.pk), one.category, one.latitude, one.longitude, one.received) for one in found],
        category=category,
        latitude=latitude,
        longitude=longitude,
        at=now,
        metres=rules.nearby_metres,
        days=rules.nearby_days,
    )[: rules.nearby_shown]


def new_receipt() -> str:
    """Sixteen signs in four groups."""
    signs = [secrets.choice(_SIGNS) for _ in range(16)]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, 16, 4))


def digest(secret: str) -> str:
    """What is kept of a receipt or key. Eighty random bits need no slow function: nobody tries them all."""
    plain = "".join(sign for sign in secret.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def by_receipt(receipt: str) -> Report | None:
    """The report of a receipt; None for any other."""
    return Report.objects.filter(receipt=digest(receipt)).first() if receipt.strip() else None


def new_key(name: str) -> str:
    """A key for Open311, shown once."""
    key = secrets.token_hex(20)
    with transaction.atomic():
        ApiKey.objects.create(name=name, digest=digest(key))
        record(act="open311.key", subject=name, by="convive")
    return key


def key_of(key: str) -> ApiKey | None:
    """Whose key it is; None for a wrong or ended one."""
    return ApiKey.objects.filter(digest=digest(key), ended__isnull=True).first() if key else None


def known_events(reports: Iterable[Report]) -> dict[int, Standing]:
    """Where each of ``reports`` (with events at hand) stands, by its number."""
    return {report.pk: standing_of(report) for report in reports}


def _follow(report: Report) -> Standing:
    now = standing_of(report)
    report.state, report.status = now.state.value, now.open311
    report.updated = now.updated or now.received
    report.save(update_fields=["state", "status", "updated"])
    return now
