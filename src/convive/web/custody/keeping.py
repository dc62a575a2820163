"""The record of custody and all sealed entries: founding, carrying out for a replacement or a drill, taking back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction

from convive.errors import Problem, VoiceError
from convive.voice.bundles import ALL, Bundle
from convive.voice.custody import Custody
from convive.web.citizen import deposits
from convive.web.citizen.models import Entry
from convive.web.journal import record


@transaction.atomic
def found(folder: Path, custody: Custody, *, by: str) -> None:
    """Write the first record of custody, with its line in the log."""
    if Custody.read(folder) is not None:
        raise VoiceError(Problem("custody-exists"))
    _record(custody, by, "founded")
    custody.write(folder)


def carry_out(custody: Custody) -> Bundle:
    """Every sealed entry with its shares and body, to be shared anew or tried by custodians on a machine of theirs."""
    entries = {entry.name: entry.sealed for entry in Entry.objects.prefetch_related("shares")}
    return Bundle("report", ALL, ALL, entries=entries, custody=custody)


@transaction.atomic
def take_back(folder: Path, bundle: Bundle, *, by: str) -> int:
    """Put the shares of a replacement in the place of the old ones; gives how many entries there were.

    Raises :class:`VoiceError` where the bundle does not follow the record of now, k of whose custodians must have
    signed it, or misses an entry that came meanwhile: then nothing is changed, and the replacement is made again.
    """
    now, joined = Custody.read(folder), bundle.custody
    entries, consents = dict(bundle.entries or {}), dict(bundle.consents or {})
    shares = {name: entry.shares_digest for name, entry in entries.items()}
    if now is None or joined is None or not joined.may_follow(now, shares, consents):
        raise VoiceError(Problem("replacement-misfit"))
    there = {entry.name: entry.sealed for entry in Entry.objects.select_for_update().prefetch_related("shares")}
    if set(there) != set(entries):
        raise VoiceError(Problem("replacement-misfit"))
    for name, sealed in entries.items():
        fits = set(sealed.shares) == set(joined.keys) and sealed.body_digest == there[name].body_digest
        if not fits or sealed.for_reporter != there[name].for_reporter:
            raise VoiceError(Problem("replacement-misfit"))
    deposits.share_anew(entries=entries, custody=joined, by=by, now=dt.datetime.now(dt.UTC))
    _record(joined, by, "replaced", consents=consents)
    joined.write(folder)
    return len(entries)


def _record(custody: Custody, by: str, act: str, **more: object) -> None:
    details = {"fingerprint": custody.fingerprint, "institutions": [one.institution for one in custody.custodians]}
    record(act=f"custody.{act}", subject=f"custody/{custody.generation}", by=by, details=details | more)
