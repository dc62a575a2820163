"""The chain of deposits: each entry is counted in the transaction that keeps it, with the day and no hour.

It is a chain beside the office's log, because a line between two lines with an hour would have that hour. At each
release its head goes into the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from django.db import connection

from convive.committee.chain import canonical, following
from convive.web.citizen.models import Deposit

LOCK = 0x766F7A
"""The number of PostgreSQL's advisory lock under which lines are added. SQLite's transactions wait by themselves."""


def add(*, act: str, subject: str, by: str, details: Mapping[str, object], day: dt.date) -> int:
    """Add a line in the transaction that runs; gives its number. Raises ``RuntimeError`` outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("a deposit belongs into the transaction of what it counts")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Deposit.objects.order_by("-number").first()
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    line = following(last.line if last else None, at=at, by=by, act=act, subject=subject, details=canonical(details))
    Deposit.objects.create(**asdict(line))
    return line.number
