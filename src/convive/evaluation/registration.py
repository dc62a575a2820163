"""Design first: what will be judged, how and when, written down and hashed before the measure starts.

``strategy/evaluations.jsonl`` holds one registration a line, appended and never changed, each bound to the one
before it by SHA-256. A second line of the same ``id`` is an amendment, which needs a reason and stays visible beside
the first. Whoever keeps the head (the last hash) can show that nothing was changed or cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock
from pydantic import Field, ValidationError, model_validator

from convive.errors import EvaluationError, Problem
from convive.observatory import Bilingual, Strict

FILE = "evaluations.jsonl"
FIRST = "0" * 64

COMPARED = (
    "difference-in-differences",
    "event-study",
    "synthetic-control",
    "augmented-synthetic-control",
    "displacement-difference",
)
"""Designs that need places to compare with."""

LATER = ("control_around",)
"""Fields that came after registrations had been hashed: they enter the line, and its hash, where they say something."""


class Registration(Strict):
    """One measure as it will be judged.

    ``measure``: its id in the plan; ``outcome``: the concept of the register that is counted; ``start``: the first day;
    ``expected``: the rate ratio that is hoped for (0.8: a fall of a fifth); ``design``: the analysis, ``second`` the
    one whose opinion stands beside it. ``around``: the surroundings of the treated, ``control_around`` those of the
    comparison, which a displacement difference needs. Stopping: judged for good after ``judged_after_months``, watched
    from month to month until then where ``watched``. ``reason``: why an amendment.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    measure: str = ""
    name: Bilingual
    question: Bilingual
    outcome: str
    treated: tuple[str, ...] = Field(min_length=1)
    comparison: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    control_around: tuple[str, ...] = ()
    start: dt.date
    expected: float = Field(gt=0, lt=10)
    design: Literal[
        "interrupted-series",
        "difference-in-differences",
        "event-study",
        "synthetic-control",
        "augmented-synthetic-control",
        "displacement-difference",
    ]
    second: Literal["", "structural-series"] = ""
    watched: bool = True
    judged_after_months: int = Field(ge=6, le=120)
    reason: str = ""

    @model_validator(mode="after")
    def _comparison(self) -> Registration:
        if self.design in COMPARED and not self.comparison:
            raise ValueError(f"{self.design}: comparison")
        if self.around and not self.comparison:
            raise ValueError("around: comparison")
        if self.design == "displacement-difference" and bool(self.around) != bool(self.control_around):
            raise ValueError("around: control_around")
        if self.control_around and self.design != "displacement-difference":
            raise ValueError("control_around: displacement-difference")
        if len(set(self.units)) != len(self.units):
            raise ValueError("treated, comparison, around")
        return self

    @property
    def units(self) -> tuple[str, ...]:
        """All places named."""
        return (*self.treated, *self.comparison, *self.around, *self.control_around)


@dataclass(frozen=True)
class Entry:
    """A registration where it stands: line ``number`` (from 1), the day it was written, the hash before and its own."""

    number: int
    on: dt.date
    registration: Registration
    previous: str
    hash: str

    @property
    def before_start(self) -> bool:
        """Whether it was written before the measure began: only then is it a promise."""
        return self.on < self.registration.start


@dataclass(frozen=True)
class Registered:
    """All versions of one evaluation, the first of them the registration, the others amendments. ``changed``: lines of
    it that are no longer as they were written; no verdict rests on those."""

    versions: tuple[Entry, ...]
    changed: tuple[Problem, ...] = ()

    @property
    def first(self) -> Entry:
        return self.versions[0]

    @property
    def now(self) -> Registration:
        """What is judged by: the latest version."""
        return self.versions[-1].registration

    @property
    def amendments(self) -> tuple[Entry, ...]:
        return self.versions[1:]

    @property
    def kept(self) -> bool:
        """Whether what is judged by was registered before the start."""
        return all(one.before_start for one in self.versions)


def digest(previous: str, on: dt.date, registration: Registration) -> str:
    """SHA-256 over the hash before, the day, and the registration in canonical JSON."""
    told = json.dumps(_content(on, registration), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()


def read(path: Path) -> tuple[Registered, ...]:
    """The evaluations in ``path``, in the order of their registration; none where there is no file.

    Raises :class:`~convive.errors.EvaluationError` naming each line that is no registration, was changed, or does not
    follow the one before.
    """
    found, problems = looked_through(path)
    if problems:
        raise EvaluationError(problems)
    return found


def looked_through(path: Path) -> tuple[tuple[Registered, ...], tuple[Problem, ...]]:
    """All that can be read of ``path``, and what is wrong with the rest: one bad line takes its own evaluation away,
    and no other."""
    entries, problems = _entries(path)
    ids = dict.fromkeys(one.registration.id for one in entries)
    return tuple(_registered(name, entries, problems) for name in ids), tuple(problems)


def _registered(name: str, entries: Sequence[Entry], problems: Sequence[Problem]) -> Registered:
    changed = tuple(one for one in problems if one.code == "registration-changed" and one.value == name)
    return Registered(tuple(one for one in entries if one.registration.id == name), changed)


def register(path: Path, registration: Registration, *, on: dt.date, after: str | None = None) -> Entry:
    """Append ``registration`` on the day ``on``; an amendment where its id stands already. ``after``: the hash of the
    version that whoever registers has seen, empty for none; None: whatever stands.

    Raises :class:`~convive.errors.EvaluationError`: a file that was tampered with, a first registration on or after the
    start of the measure, an amendment without a reason or without a change, a day before that of the last line, another
    version than the one seen.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent.parent / f".{path.name}.lock"):
        entries, problems = _entries(path)
        if problems:
            raise EvaluationError(problems)
        stands = next((one.hash for one in reversed(entries) if one.registration.id == registration.id), "")
        if after is not None and stands != after:
            raise EvaluationError(Problem("registration-meanwhile", file=FILE, value=registration.id))
        if wrong := _refusal(entries, registration, on):
            raise EvaluationError(Problem(wrong, file=FILE, value=registration.id, values=_days(registration, on)))
        previous = entries[-1].hash if entries else FIRST
        entry = Entry(len(entries) + 1, on, registration, previous, digest(previous, on, registration))
        line = _content(on, registration) | {"previous": previous, "hash": entry.hash}
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return entry


def _refusal(entries: Sequence[Entry], registration: Registration, on: dt.date) -> str:
    before = [one for one in entries if one.registration.id == registration.id]
    if entries and on < entries[-1].on:
        return "registration-back-in-time"
    if not before and on >= registration.start:
        return "registration-too-late"
    if before and not registration.reason.strip():
        return "registration-without-reason"
    if before and before[-1].registration.model_copy(update={"reason": registration.reason}) == registration:
        return "registration-unchanged"
    return ""


def _days(registration: Registration, on: dt.date) -> dict[str, str]:
    return {"on": on.isoformat(), "start": registration.start.isoformat()}


def _entries(path: Path) -> tuple[list[Entry], list[Problem]]:
    """The lines that can be read, and what is wrong: a line that cannot be read, one whose hash is not its own, and one
    that does not follow the line before. Of the last it cannot be told whether the line before was rewritten or one was
    cut out in between: the line before is doubted."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    previous: str | None = FIRST
    lines: Iterable[str] = path.read_text("utf-8").splitlines() if path.exists() else ()
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            on, written = dt.date.fromisoformat(told.pop("on")), (told.pop("previous"), told.pop("hash"))
            registration = Registration.model_validate_json(json.dumps(told))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            problems.append(
                Problem("registration-unreadable", file=FILE, row=number, values={"detail": _detail(error)})
            )
            previous = None
            continue
        if written[1] != digest(written[0], on, registration):
            problems.append(Problem("registration-changed", file=FILE, row=number, value=registration.id))
        elif previous is not None and written[0] != previous:
            before = entries[-1] if entries else None
            row, name = (before.number, before.registration.id) if before else (number, registration.id)
            problems.append(Problem("registration-changed", file=FILE, row=row, value=name))
        entries.append(Entry(number, on, registration, *written))
        previous = written[1]
    return entries, problems


def _detail(error: Exception) -> str:
    """What is wrong with a line, by the name of each field that does not fit."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc'])) or '–'}: {one['msg']}" for one in error.errors())
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _content(on: dt.date, registration: Registration) -> dict[str, object]:
    told = registration.model_dump(mode="json")
    return {"on": on.isoformat()} | {name: value for name, value in told.items() if value or name not in LATER}
