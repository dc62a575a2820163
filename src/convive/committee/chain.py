"""A log in which every line is bound to the one before it: what was cut, edited or moved shows itself.

Each line carries the hash of the line before and its own, SHA-256 over everything that it says. Somebody who can write
the database could forge the whole chain from some line on; therefore its head (number and hash of the last line) is
printed where others keep it: on the public site, in the minutes and in the half-year reports. :func:`verify` compares
with such heads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from convive.errors import Problem

FIRST = "0" * 64
"""The hash before the first line."""

_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Entry:
    """One line. ``number`` counts from 1 without gaps; ``at`` is in UTC; ``by`` is the account that acted; ``act`` what
    was done, in the form ``noun.verb``; ``subject`` to what; ``details`` is an object of JSON in canonical form
    (:func:`canonical`); ``previous`` the hash of the line before."""

    number: int
    at: dt.datetime
    by: str
    act: str
    subject: str
    reason: str
    details: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    """Number and hash of a line, as printed elsewhere: ``12:9f3a…``."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head | None:
        """The head that ``text`` names; None where it names none."""
        found = _HEAD.fullmatch(text.strip())
        return cls(int(found[1]), found[2]) if found else None


@dataclass(frozen=True)
class Verified:
    """``lines`` that were read, the ``head`` (none for an empty log) and the ``problems`` found, each naming its line
    as row."""

    lines: int
    head: Head | None
    problems: tuple[Problem, ...]


def canonical(details: Mapping[str, object]) -> str:
    """``details`` as the one text that is hashed and stored."""
    return json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(
    previous: str, *, number: int, at: dt.datetime, by: str, act: str, subject: str, reason: str, details: str
) -> str:
    """The hash of a line: SHA-256 over the hash before it and everything that it says.

    Raises ``ValueError`` for a time without its zone.
    """
    if at.tzinfo is None:
        raise ValueError("a line's time needs its zone")
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    told = [previous, number, moment, by, act, subject, reason, details]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def following(
    last: Entry | None, *, at: dt.datetime, by: str, act: str, subject: str, reason: str = "", details: str = "{}"
) -> Entry:
    """The line that comes after ``last`` (None: the first)."""
    number, previous = (last.number + 1, last.hash) if last else (1, FIRST)
    told = {"by": by, "act": act, "subject": subject, "reason": reason, "details": details}
    mark = digest(previous, number=number, at=at, **told)
    return Entry(number=number, at=at, previous=previous, hash=mark, **told)


def verify(entries: Iterable[Entry], heads: Collection[Head] = ()) -> Verified:
    """Follow the chain through ``entries``, in the order in which they are kept, and compare it with ``heads`` printed
    elsewhere.

    Told are: lines whose own hash does not fit what they say (edited), numbers that are missing (cut), lines that stand
    before where they belong or twice (moved), lines not bound to the one before, and heads that the log does not hold.
    Reading goes on after each, so that all are told.
    """
    problems: list[Problem] = []
    last: Entry | None = None
    known: dict[int, str] = {}
    lines = 0
    for entry in entries:
        lines += 1
        problems += _faults(entry, last)
        known[entry.number] = entry.hash
        last = entry
    problems += [_head_fault(head, known) for head in heads if known.get(head.number) != head.hash]
    return Verified(lines, Head(last.number, last.hash) if last else None, tuple(problems))


def _faults(entry: Entry, last: Entry | None) -> list[Problem]:
    found = []
    told = {name: getattr(entry, name) for name in ("number", "at", "by", "act", "subject", "reason", "details")}
    if entry.hash != digest(entry.previous, **told):
        found.append(Problem("journal-edited", row=entry.number, values={"act": entry.act, "by": entry.by}))
    expected = last.number + 1 if last else 1
    if entry.number > expected:
        values = {"first": expected, "last": entry.number - 1}
        found.append(Problem("journal-cut", row=entry.number, values=values))
    elif entry.number < expected:
        found.append(Problem("journal-moved", row=entry.number, values={"after": expected - 1}))
    elif entry.previous != (last.hash if last else FIRST):
        found.append(Problem("journal-unbound", row=entry.number))
    return found


def _head_fault(head: Head, known: Mapping[int, str]) -> Problem:
    if head.number in known:
        return Problem("journal-head-differs", row=head.number, value=head.hash, values={"here": known[head.number]})
    return Problem("journal-head-missing", row=head.number, value=head.hash, values={"lines": len(known)})
