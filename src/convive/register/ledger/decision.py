"""One decision of people about records, and what makes it a whole one."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convive.errors import Problem
from convive.standard import Field, classification, fields

KINDS = ("same", "not_same", "value", "reclassified", "annulled", "withdrawn")
"""Two records are one death; they are not; a value of a case was wrong; its classification was; the case does not
count; an earlier decision is taken back."""

OF_CASE = ("value", "reclassified", "annulled")
OTHER = "other"
FIRST_DAY = dt.date(1900, 1, 1)
LIMITS = {"longitude": (-180, 180), "latitude": (-90, 90), "age_years": (0, 130)}
"""What a number may be where it is not any number from 0 to :data:`LARGEST`; as in a source's file."""
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, when and why.

    ``records``: names of records (:func:`~convive.register.ledger.names.record_names`): two for same and not_same,
    those of the case as it stood for value, reclassified and annulled, none for withdrawn, whose ``withdraws`` is the
    hash of the line taken back. ``field`` and ``value`` as the standard writes them. ``reason`` is a code of
    ``reasons.toml`` for the kind, or ``other``, which needs ``words``. ``at`` is in UTC.
    """

    kind: str
    records: tuple[str, ...]
    by: str
    at: dt.datetime
    reason: str
    words: str = ""
    field: str = ""
    value: str = ""
    withdraws: str = ""

    @property
    def pair(self) -> frozenset[str]:
        """The two records that it says are one death or are not; empty for other kinds."""
        return frozenset(self.records) if self._question == "pair" else frozenset()

    def asks_again(self, before: Decision) -> bool:
        """Whether it answers a question that ``before`` answered: two decisions of one question are one too many."""
        if (self._question, self.field, self.withdraws) != (before._question, before.field, before.withdraws):
            return False
        if self._question == "pair":
            return set(self.records) == set(before.records)
        return self.kind == "withdrawn" or bool(set(self.records) & set(before.records))

    @property
    def _question(self) -> str:
        return {"same": "pair", "not_same": "pair", "reclassified": "value"}.get(self.kind, self.kind)


@cache
def reasons() -> dict[str, dict[str, dict[str, str]]]:
    """The labels of the reasons by kind of decision and code."""
    table = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text("utf-8"))
    return {kind: table[kind] for kind in KINDS}


def faults(decision: Decision) -> Iterator[Problem]:
    """What keeps ``decision`` from being a whole one."""
    if decision.kind not in KINDS:
        yield Problem("decision-kind", column="kind", value=decision.kind, values={"known": ", ".join(KINDS)})
        return
    needed = {"same": 2, "not_same": 2, "withdrawn": 0}.get(decision.kind, 1)
    told = len(decision.records)
    enough = told >= 1 if decision.kind in OF_CASE else told == needed
    if not enough or len(set(decision.records)) != told:
        yield Problem(
            "decision-records", column="records", value=", ".join(decision.records), values={"needed": needed}
        )
    for name in ("by", "reason"):
        if not getattr(decision, name).strip():
            yield Problem("decision-lacks", column=name)
    if decision.at.tzinfo is None:
        yield Problem("decision-time", column="at", value=decision.at.isoformat())
    if decision.reason == OTHER and not decision.words.strip():
        yield Problem("decision-lacks", column="words")
    elif decision.reason and decision.reason != OTHER and decision.reason not in reasons()[decision.kind]:
        known = ", ".join([*reasons()[decision.kind], OTHER])
        yield Problem("decision-reason", column="reason", value=decision.reason, values={"known": known})
    if decision.kind == "withdrawn" and not decision.withdraws:
        yield Problem("decision-lacks", column="withdraws")
    if decision.kind in ("value", "reclassified"):
        yield from _faults_of_value(decision)


def can_be_decided(field: Field) -> bool:
    """Whether people may say what its value is: what records bring, coded or measured; the rest follows from it."""
    return field.carried and field.of != "case" and (field.kind == "coded" or field.measured)


def _faults_of_value(decision: Decision) -> Iterator[Problem]:
    field = fields().get(decision.field)
    if field is None or not can_be_decided(field):
        yield Problem("decision-field", column="field", value=decision.field)
    elif field.kind == "coded":
        if decision.value not in classification(str(field.classification)).values:
            yield Problem("decision-value", column="value", value=decision.value, values={"field": field.label})
    elif decision.kind == "reclassified":
        yield Problem("decision-field", column="field", value=decision.field)
    elif not _possible(decision.field, _as_value(field.kind, decision.value), decision.at):
        yield Problem("decision-value", column="value", value=decision.value, values={"field": field.label})


def _possible(name: str, value: object | None, at: dt.datetime) -> bool:
    """Whether a victim may have the value: what a source's file could not bring, people cannot decide."""
    if isinstance(value, dt.datetime):
        return value.tzinfo is None and FIRST_DAY <= value.date() <= at.date() + dt.timedelta(days=1)
    if isinstance(value, dt.date):
        return FIRST_DAY <= value <= at.date() + dt.timedelta(days=1)
    if isinstance(value, dt.time):
        return value.tzinfo is None
    low, high = LIMITS.get(name, (0, LARGEST))
    return isinstance(value, int | float) and low <= value <= high


def _as_value(kind: str, text: str) -> object | None:
    readers = {
        "date": dt.date.fromisoformat,
        "time": dt.time.fromisoformat,
        "datetime": dt.datetime.fromisoformat,
        "integer": int,
        "number": float,
    }
    try:
        return readers[kind](text)  # type: ignore[operator, no-any-return]
    except ValueError:
        return None
