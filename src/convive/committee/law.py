"""The law's periods and its quorum: data with article, date and whether somebody has read it in the norm."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from convive.observatory import Bilingual, Strict

Level = Literal["regional", "provincial", "district"]
KINDS = ("session", "consultation")
"""What has a period: ordinary sessions, public consultations."""


class Period(Strict):
    """``id`` (one of :data:`KINDS`) is held at least ``every_months`` months at these ``levels``, says ``article`` of
    ``date``, in force ``until`` another took its place; ``verified``: somebody has read it there."""

    id: Literal["session", "consultation"]
    levels: tuple[Level, ...] = ("regional", "provincial", "district")
    every_months: int = Field(ge=1, le=24)
    es: str
    en: str
    article: str
    date: dt.date
    until: dt.date | None = None
    verified: bool

    def holds(self, on: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.date <= on and (self.until is None or on < self.until)


class Quorum(Strict):
    """A session needs more than the share ``more_than`` of the seats that vote."""

    more_than: float = Field(ge=0, lt=1)
    article: str
    date: dt.date
    verified: bool

    def needed(self, seats: int) -> int:
        """How many of ``seats`` must be present: the least whole number above the share; at least one."""
        return max(1, math.floor(seats * self.more_than + 1e-9) + 1)


class Law(Strict):
    """Name of the law, its quorum, and all its periods, those that hold no more among them."""

    name: Bilingual
    quorum: Quorum
    periods: tuple[Period, ...]

    def at(self, level: Level, on: dt.date) -> tuple[Period, ...]:
        """What binds a committee of a ``level`` on a day."""
        return tuple(one for one in self.periods if level in one.levels and one.holds(on))


@dataclass(frozen=True)
class Due:
    """A period kept or not: when it was ``last`` kept, until when it must be again, and whether that day is past.
    Without a last time the count begins with ``since``."""

    period: Period
    last: dt.date | None
    until: dt.date
    overdue: bool


@cache
def law() -> Law:
    """Peru's law as ``law.toml`` says it."""
    told = tomllib.loads((Path(__file__).parent / "law.toml").read_text("utf-8"))
    name = Bilingual(es=told["law"]["es"], en=told["law"]["en"])
    return Law(name=name, quorum=Quorum(**told["quorum"]), periods=tuple(Period(**one) for one in told["period"]))


def due(periods: Iterable[Period], held: Mapping[str, Iterable[dt.date]], *, since: dt.date, on: dt.date) -> list[Due]:
    """Each of ``periods`` beside the days on which its kind was ``held``, as it stands ``on`` a day; a committee is
    bound ``since`` a day."""
    told = []
    for period in periods:
        days = [day for day in held.get(period.id, ()) if day <= on]
        last = max(days, default=None)
        until = months_after(last or since, period.every_months)
        told.append(Due(period, last, until, until < on))
    return told


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the month's last day where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
