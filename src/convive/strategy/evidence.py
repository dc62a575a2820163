"""``strategy/evidence.csv``: what shows that an activity was done. Rows are only added; who was wrong withdraws.

Who wrote a row down, its note and the titles of evidence that is not ``public`` never leave the office.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from convive.errors import PlanError, Problem
from convive.strategy.chained import Row, append, read
from convive.strategy.plan import Plan

FILE = "evidence.csv"
FILES = "evidence"
"""The folder beside the ledger that holds the files themselves, each named by its SHA-256."""
COLUMNS = (
    *("recorded_on", "act", "refers", "activity", "kind", "dated", "quantity", "source"),
    *("title", "public", "file", "by", "note"),
)
ACTS = ("attach", "confirm", "withdraw")
FILE_NAME = re.compile(r"^[0-9a-f]{64}\.[a-z0-9]{1,5}$")


@dataclass(frozen=True)
class Evidence:
    """One piece: of which ``activity`` and ``kind``, dated when, how much, in money from which ``source``. ``counts``:
    since when it counts (the day it was recorded or confirmed by a second person), None where it does not yet;
    ``withdrawn``: since when no longer."""

    id: str
    row: int
    activity: str
    kind: str
    dated: dt.date
    recorded_on: dt.date
    quantity: float
    source: str
    title: str
    public: bool
    file: str
    by: str
    counts: dt.date | None = None
    confirmed_by: str = ""
    withdrawn: dt.date | None = None

    def counted(self, on: dt.date | None = None) -> bool:
        """Whether it counts, ``on`` a day or at last."""
        if self.counts is None or (on is not None and self.counts > on):
            return False
        return self.withdrawn is None or (on is not None and self.withdrawn > on)


@dataclass(frozen=True)
class Ledger:
    """The evidence in the order it was recorded, and what was told of rows that do not fit the plan."""

    evidence: tuple[Evidence, ...] = ()
    problems: tuple[Problem, ...] = ()
    _by_activity: dict[str, list[Evidence]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for one in self.evidence:
            self._by_activity.setdefault(one.activity, []).append(one)

    def of(self, activity: str, kind: str | None = None, *, on: dt.date | None = None) -> list[Evidence]:
        """What counts for an activity, of one kind where it is given."""
        found = self._by_activity.get(activity, [])
        return [one for one in found if (kind is None or one.kind == kind) and one.counted(on)]

    def days(self, activities: Iterable[str]) -> list[dt.date]:
        """The days on which what counts for ``activities`` changed."""
        of_them = [one for name in activities for one in self._by_activity.get(name, [])]
        told = {day for one in of_them for day in (one.counts, one.withdrawn) if day is not None and one.counts}
        return sorted(told)


@cache
def kinds() -> Mapping[str, Mapping[str, Any]]:
    """``kinds.toml``: the kinds of evidence."""
    return tomllib.loads(Path(__file__).with_name("kinds.toml").read_text("utf-8"))


def load(folder: Path, plan: Plan) -> Ledger:
    """The ledger of ``folder``, an observatory's ``strategy/``, held against ``plan``.

    A row that does not fit its activity counts for nothing and is told; a broken chain raises
    :class:`~convive.errors.ObservatoryError`.
    """
    pieces: dict[str, Evidence] = {}
    problems: list[Problem] = []
    for row in read(folder / FILE, COLUMNS):
        wrong = list(faults(row.values, plan, pieces, row.number, folder / FILES))
        problems += wrong
        if not wrong:
            _take(row, plan, pieces)
    return Ledger(tuple(pieces.values()), tuple(problems))


def attach(folder: Path, plan: Plan, values: Mapping[str, str]) -> Row:
    """Add a row to the ledger of ``folder``; raises :class:`~convive.errors.PlanError` where it does not fit."""
    ledger = load(folder, plan)
    wrong = list(faults(values, plan, {one.id: one for one in ledger.evidence}, None, folder / FILES))
    if wrong:
        raise PlanError(wrong)
    return append(folder / FILE, COLUMNS, values)


def faults(
    values: Mapping[str, str], plan: Plan, pieces: Mapping[str, Evidence], row: int | None, files: Path
) -> Iterable[Problem]:
    """What is wrong with a row before it may count."""
    if values.get("act", "") not in ACTS:
        yield _problem("evidence-act", row, "act", values.get("act", ""), wanted=", ".join(ACTS))
        return
    if _day(values.get("recorded_on", "")) is None:
        yield _problem("evidence-day", row, "recorded_on", values.get("recorded_on", ""))
        return
    if not values.get("by", "").strip():
        yield _problem("evidence-by", row, "by", "")
    if values["act"] == "attach":
        yield from _misfits(values, plan, row, files)
        yield from _counted_twice(values, pieces, row)
        return
    found = pieces.get(values.get("refers", ""))
    if found is None or found.withdrawn is not None:
        yield _problem("evidence-refers", row, "refers", values.get("refers", ""))
    elif values["act"] == "confirm" and found.by == values.get("by"):
        yield _problem("evidence-own", row, "by", values.get("by", ""))


def _misfits(values: Mapping[str, str], plan: Plan, row: int | None, files: Path) -> Iterable[Problem]:
    activity = plan.activities.get(values.get("activity", ""))
    if activity is None:
        yield _problem("evidence-activity", row, "activity", values.get("activity", ""))
        return
    kind, needed = values.get("kind", ""), [need.kind for need in activity.needs]
    money = bool(kinds().get(kind, {}).get("money"))
    if kind not in kinds() or (kind not in needed and not money):
        yield _problem("evidence-kind", row, "kind", kind, activity=activity.id, wanted=", ".join(needed))
    dated, recorded = _day(values.get("dated", "")), _day(values.get("recorded_on", ""))
    if dated is None:
        yield _problem("evidence-day", row, "dated", values.get("dated", ""))
    elif recorded is not None and dated > recorded:
        yield _problem("evidence-future", row, "dated", values["dated"], recorded=recorded.isoformat())
    elif dated < activity.start and not money:
        yield _problem("evidence-early", row, "dated", values["dated"], start=activity.start.isoformat())
    quantity = _quantity(values.get("quantity", ""))
    if quantity is None:
        yield _problem("evidence-quantity", row, "quantity", values.get("quantity", ""))
    elif quantity != 1 and kinds().get(kind, {}).get("piece"):
        yield _problem("evidence-piece", row, "quantity", values["quantity"])
    if money and values.get("source", "") not in plan.bodies:
        yield _problem("evidence-source", row, "source", values.get("source", ""), there=", ".join(plan.bodies))
    if not values.get("title", "").strip():
        yield _problem("evidence-title", row, "title", "")
    file = values.get("file", "")
    if file and not (FILE_NAME.fullmatch(file) and (files / file).is_file()):
        yield _problem("evidence-file", row, "file", file)


def _counted_twice(values: Mapping[str, str], pieces: Mapping[str, Evidence], row: int | None) -> Iterable[Problem]:
    """One paper moves an activity once: its file is known by what is in it."""
    file, of = values.get("file", ""), (values.get("activity", ""), values.get("kind", ""))
    if not file or not kinds().get(of[1], {}).get("piece"):
        return
    for one in pieces.values():
        if one.file == file and (one.activity, one.kind) == of and one.withdrawn is None:
            yield _problem("evidence-twice", row, "file", file[:12], title=one.title, day=one.dated.isoformat())


def _take(row: Row, plan: Plan, pieces: dict[str, Evidence]) -> None:
    values = row.values
    recorded = dt.date.fromisoformat(values["recorded_on"])
    if values["act"] == "attach":
        pieces[row.id] = Evidence(
            id=row.id,
            row=row.number,
            activity=values["activity"],
            kind=values["kind"],
            dated=dt.date.fromisoformat(values["dated"]),
            recorded_on=recorded,
            quantity=_quantity(values["quantity"]) or 1.0,
            source=values["source"],
            title=values["title"],
            public=values["public"] == "yes",
            file=values["file"],
            by=values["by"],
            counts=None if plan.confirm else recorded,
        )
        return
    held = pieces[values["refers"]]
    if values["act"] == "withdraw":
        pieces[held.id] = replace(held, withdrawn=recorded)
    elif held.counts is None:
        pieces[held.id] = replace(held, counts=max(recorded, held.recorded_on), confirmed_by=values["by"])


def _problem(code: str, row: int | None, column: str, value: str, **values: object) -> Problem:
    return Problem(code, f"strategy/{FILE}", row, column, value, values)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _quantity(text: str) -> float | None:
    """A number above 0; an empty one is 1, as for a document or minute."""
    if not text.strip():
        return 1.0
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e15 else None
