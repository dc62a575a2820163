"""Adding a line: one writer at a time, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from django.db import connection

from convive.committee.chain import canonical, following
from convive.web.journal.models import Line

LOCK = 0x636F6E76
"""The number of PostgreSQL's advisory lock under which lines are added."""


def write(*, act: str, subject: str, by: str, reason: str, details: Mapping[str, object]) -> Line:
    """Add a line; see :func:`convive.web.journal.record`."""
    if not connection.in_atomic_block:
        raise RuntimeError("a line of the log belongs into the transaction of what it tells")
    wait_for_others()
    last = Line.objects.order_by("-number").first()
    entry = following(
        last.entry if last else None,
        at=dt.datetime.now(dt.UTC),
        by=by,
        act=act,
        subject=subject,
        reason=reason,
        details=canonical(details),
    )
    return Line.objects.create(**asdict(entry))


def wait_for_others() -> None:
    """Nobody else adds a line until the transaction ends.

    On SQLite a transaction holds the write lock from its beginning (``IMMEDIATE``). On PostgreSQL a lock is taken here
    and given back when the transaction ends, whichever way.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
