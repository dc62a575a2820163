"""The chain of deposits: each entry is counted in the transaction that keeps it, with the day and no hour.

It is a chain beside the office's log, because a line between two lines with an hour would have that hour. At each
release its head goes into the log. Until then the process that wrote a line remembers it: where it is gone, or another
stands in its place, a line says so, and ``convive verify-log`` with it. That a process began is a line too: whoever
ends the one that remembers, to change what came last, does not do it unseen.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import asdict

from django.db import connection, transaction

from convive.committee.chain import Head, canonical, following
from convive.web.citizen.models import Deposit

LOCK = 0x766F7A
"""The number of PostgreSQL's advisory lock under which lines are added. SQLite's transactions wait by themselves."""
VANISHED = "deposit.vanished"
DISOWNED = "entry.disowned"
"""Of a piece that is not what the owner of its receipt sent."""
BEGAN = "watch.began"
_remembered: list[Head] = []
"""The last line of this process, once it was committed; in memory alone, where who owns the disk does not write."""
_began = threading.Event()


def add(*, act: str, subject: str, by: str, details: Mapping[str, object], day: dt.date) -> int:
    """Add a line in the transaction that runs; gives its number. Raises ``RuntimeError`` outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("a deposit belongs into the transaction of what it counts")
    _one_at_a_time()
    _tell_what_vanished(by, day)
    return _write(act=act, subject=subject, by=by, details=details, day=day)


def begin(*, by: str, day: dt.date) -> None:
    """Note that this process began to remember, once."""
    if not _began.is_set():
        with transaction.atomic():
            _one_at_a_time()
            _write(act=BEGAN, subject="watch", by=by, details={}, day=day)
        _began.set()


def look(*, by: str, day: dt.date) -> None:
    """Look whether the last line of this process is still there; where it is not, a line says which it was."""
    if _vanished() is not None:
        with transaction.atomic():
            _one_at_a_time()
            _tell_what_vanished(by, day)


def _one_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _tell_what_vanished(by: str, day: dt.date) -> None:
    gone = _vanished()
    if gone is not None:
        told = {"number": gone.number, "hash": gone.hash}
        _write(act=VANISHED, subject=f"deposit/{gone.number}", by=by, details=told, day=day)


def _vanished() -> Head | None:
    """The last line that this process wrote, if the database does not hold it any more."""
    mine = _remembered[-1] if _remembered else None
    if mine is None or Deposit.objects.filter(number=mine.number, hash=mine.hash).exists():
        return None
    return mine


def _write(*, act: str, subject: str, by: str, details: Mapping[str, object], day: dt.date) -> int:
    last = Deposit.objects.order_by("-number").first()
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    line = following(last.line if last else None, at=at, by=by, act=act, subject=subject, details=canonical(details))
    Deposit.objects.create(**asdict(line))
    transaction.on_commit(lambda: _remember(Head(line.number, line.hash)))
    return line.number


def _remember(line: Head) -> None:
    _remembered[:] = [line]
