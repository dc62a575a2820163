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

OTHER = "other"


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, when and why.

    ``records``: names of records (:func:`~convive.register.ledger.names.record_names`): two for same and not_same, one
    of the case for value, reclassified and annulled, none for withdrawn, whose ``withdraws`` is the hash of the line
    taken back. ``field`` and ``value`` as the standard writes them. ``reason`` is a code of ``reasons.toml`` for the
    kind, or ``other``, which needs ``words``. ``at`` is in UTC.
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

    def question(self) -> tuple[str, ...]:
        """What the decision answers: two decisions of one question are one too many."""
        if self.kind in ("same", "not_same"):
            return ("pair", *sorted(self.records))
        if self.kind in ("value", "reclassified"):
            return ("value", *self.records, self.field)
        return (self.kind, *self.records, self.withdraws)


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
    if len(set(decision.records)) != needed or len(decision.records) != needed:
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
            yield Problem("decision-value", column="value", value=decision.value, values={"field": decision.field})
    elif decision.kind == "reclassified":
        yield Problem("decision-field", column="field", value=decision.field)
    elif _as_value(field.kind, decision.value) is None:
        yield Problem("decision-value", column="value", value=decision.value, values={"field": decision.field})


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
