"""Lines of the ledger on disk: appended, never changed, each bound to the one before it by a hash."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

from convive.errors import LANGUAGES, BuildError, Problem
from convive.register.ledger.decision import Decision, faults
from convive.register.ledger.line import FIRST, Line, digest, written
from convive.register.ledger.reading import read
from convive.standard import classification, fields
from convive.texts import say

FILE = "decisions.jsonl"


class AlreadyDecided(BuildError):
    """The question was decided before: nothing is decided twice."""


def append(folder: Path, decision: Decision) -> Line:
    """Write ``decision`` at the end of the ledger in ``folder`` (the observatory's ``decisions``) and return its line.

    Several processes may append at once; the lock lies beside the folder, for what is in it is input of a build. Raises
    :class:`~convive.errors.BuildError` for a decision that is not whole or a ledger that is broken, and
    :class:`AlreadyDecided` where the same question stands decided: withdraw that line first.
    """
    if wrong := list(faults(decision)):
        raise BuildError(wrong)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        ledger = read(folder)
        if ledger.problems:
            raise BuildError(ledger.problems)
        _not_decided(ledger.standing, decision)
        if decision.kind == "withdrawn" and decision.withdraws not in {line.hash for line in ledger.standing}:
            raise BuildError(Problem("decision-gone", file=FILE, column="withdraws", value=decision.withdraws))
        return _appended(folder / FILE, ledger.last(FILE), decision)


def _not_decided(standing: Iterable[Line], decision: Decision) -> None:
    for before in standing:
        if decision.asks_again(before.decision):
            at = f"{before.decision.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
            values = {"by": before.decision.by, "at": at, "answer": _answer(before.decision)}
            raise AlreadyDecided(Problem("decided-already", file=before.file, row=before.number, values=values))


def _answer(decision: Decision) -> dict[str, str]:
    """What was decided, in both languages."""
    field = fields().get(decision.field)
    listed = classification(str(field.classification)) if field and field.kind == "coded" else None
    told = {}
    for language in LANGUAGES:
        value = listed.label(decision.value, language) if listed else decision.value
        name = field.label[language] if field else ""
        told[language] = say(f"ledger.answer.{decision.kind}", language, field=name, value=value)
    return told


def _appended(path: Path, last: Line | None, decision: Decision) -> Line:
    """Bound to the ``last`` line as it stands in the file: clocks step back, and two people decide at once."""
    held = path.read_bytes() if path.exists() else b""
    torn = bool(held) and not held.endswith(b"\n")
    previous = last.hash if last else FIRST
    line = Line(decision, FILE, held.count(b"\n") + torn + 1, previous, digest(previous, decision))
    rest = memoryview((("\n" if torn else "") + written(line) + "\n").encode())
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return line
