"""Is every sealed entry still there, unchanged, of its day? What ``convive verify-log`` asks of the citizens' side."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from convive.committee.chain import Entry as Line
from convive.committee.chain import Head, Verified, verify
from convive.errors import Problem
from convive.voice.custody import Custody
from convive.web.citizen.chain import BEGAN, DISOWNED, VANISHED
from convive.web.citizen.deposits import reporter_digest
from convive.web.citizen.models import Batch, Deposit, Entry, Report
from convive.web.journal.models import Line as Logged

AT_ONCE = 2000


@dataclass
class _Expected:
    """What the chain says of an entry that must be there."""

    day: dt.date
    body: str
    shares: str
    sender: str
    reporter: str


def check() -> Verified:
    """Follow the chain of deposits, compare it with the heads of all releases, and each entry with its line."""
    lines = [one.line for one in Deposit.objects.order_by("number").iterator(chunk_size=AT_ONCE)]
    heads = [head for batch in Batch.objects.all() if (head := Head.parse(batch.head))]
    found = verify(lines, heads)
    problems = (*found.problems, *_backdated(lines), *_vanished(lines), *_compare(lines), *_unlogged(), *_custody())
    return Verified(found.lines, found.head, problems)


def begun() -> list[tuple[int, dt.date]]:
    """Number and day of each line by which a citizens' process began: nobody remembered what stood last before it, but
    for what a release has in the office's log, and for whoever holds a receipt."""
    found = Deposit.objects.filter(act=BEGAN).order_by("number")
    return [(number, at.date()) for number, at in found.values_list("number", "at")]


def _backdated(lines: list[Line]) -> Iterator[Problem]:
    for before, after in pairwise(lines):
        if after.at < before.at or after.at.time() != dt.time():
            yield Problem("deposit-backdated", row=after.number, value=after.subject)


def _vanished(lines: list[Line]) -> Iterator[Problem]:
    """What a process that had written a line missed afterwards, and what the owner of a receipt did not know again."""
    for line in lines:
        if line.act == DISOWNED:
            yield Problem("entry-disowned", row=line.number, value=line.subject)
        if line.act == VANISHED:
            number = json.loads(line.details)["number"]
            yield Problem("deposit-vanished", row=line.number, value=line.subject, values={"n": number})


def _compare(lines: list[Line]) -> Iterator[Problem]:
    expected, days = _expected(lines)
    states = _states(lines)
    seen = set()
    for entry in Entry.objects.select_related("report").prefetch_related("shares").iterator(chunk_size=200):
        subject = f"{entry.report_id}/{entry.name}"
        seen.add(subject)
        said = expected.get(subject)
        if said is None:
            yield Problem("entry-uncounted", value=subject)
        elif _there(entry) != said:
            yield Problem("entry-changed", value=subject)
    for subject in sorted(set(expected) - seen):
        yield Problem("entry-gone", value=subject)
    for report in Report.objects.iterator(chunk_size=AT_ONCE):
        if report.state != states.get(report.name, Report.State.OPEN) or report.day != days.get(report.name):
            yield Problem("entry-changed", value=report.name)


def _expected(lines: list[Line]) -> tuple[dict[str, _Expected], dict[str, dt.date]]:
    """Entries that must be there, and the first day of each report."""
    expected: dict[str, _Expected] = {}
    days: dict[str, dt.date] = {}
    for line in lines:
        details = json.loads(line.details)
        if line.act == "entry.sealed":
            parts = {name: details[name] for name in ("body", "shares", "sender", "reporter")}
            expected[line.subject] = _Expected(line.at.date(), **parts)
            days.setdefault(line.subject.partition("/")[0], line.at.date())
        elif line.act == "shares.renewed" and line.subject in expected:
            expected[line.subject].shares = details["shares"]
        elif line.act == "report.withdrawn":
            expected = {key: one for key, one in expected.items() if key.partition("/")[0] != line.subject}
    return expected, days


def _states(lines: list[Line]) -> dict[str, str]:
    return {line.subject: line.act.partition(".")[2] for line in lines if line.act.startswith("report.")}


def _there(entry: Entry) -> _Expected:
    sealed = entry.sealed
    return _Expected(entry.day, sealed.body_digest, sealed.shares_digest, entry.sender, reporter_digest(entry.report))


def _unlogged() -> Iterator[Problem]:
    """Each release stands in the office's log with the head that it has here."""
    logged = {}
    for line in Logged.objects.filter(act="reports.released"):
        logged[line.subject] = json.loads(line.details)["head"]
    for batch in Batch.objects.all():
        subject = f"batch/{batch.hour.astimezone(dt.UTC).isoformat(timespec='minutes')}"
        if logged.pop(subject, None) != batch.head:
            yield Problem("release-unlogged", value=subject)
    for subject in logged:
        yield Problem("release-gone", value=subject)


def _custody() -> Iterator[Problem]:
    """The record of custodians is the one that the log names last, and each that the log names was signed by custodians
    of the one before: an exchanged one would hand reports to strangers."""
    folder = settings.FOLDER / "voice"
    record = Custody.read(folder)
    told = [
        (one.number, one.act, json.loads(one.details))
        for one in Logged.objects.filter(act__in=("custody.founded", "custody.replaced")).order_by("number")
    ]
    if (record.fingerprint if record else "") != (told[-1][2]["fingerprint"] if told else ""):
        yield Problem("custody-unlogged", file="voice/custody.json")
    for generation, (number, act, details) in enumerate(told, 1):
        if generation > 1 and not (act == "custody.replaced" and _signed(folder, generation, details)):
            yield Problem("custody-unsigned", row=number, value=f"custody/{generation}")


def _signed(folder: Path, generation: int, details: Mapping[str, Any]) -> bool:
    """Whether the record of ``generation`` is the one that a line with ``details`` names, and may follow the former."""
    former, joined = (Custody.of_generation(folder, one) for one in (generation - 1, generation))
    if former is None or joined is None or joined.fingerprint != details["fingerprint"]:
        return False
    shares = {}
    for line in Deposit.objects.filter(act="shares.renewed").order_by("number"):
        renewed = json.loads(line.details)
        if renewed["custody"] == joined.fingerprint:
            shares[line.subject.partition("/")[2]] = renewed["shares"]
    return joined.may_follow(former, shares, details.get("consents", {}))
