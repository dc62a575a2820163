"""The log as it is kept, followed from its first line to its last."""

from __future__ import annotations

from collections.abc import Collection

from convive.committee.chain import Head, Verified, verify
from convive.web.journal.models import Line

AT_ONCE = 2000


def check(heads: Collection[Head] = ()) -> Verified:
    """Follow the chain; see :func:`convive.committee.chain.verify`."""
    lines = Line.objects.order_by("number").iterator(chunk_size=AT_ONCE)
    return verify((line.entry for line in lines), heads)


def head() -> Head | None:
    """Number and hash of the last line; None while nothing was done."""
    last = Line.objects.order_by("-number").first()
    return Head(last.number, last.hash) if last else None
