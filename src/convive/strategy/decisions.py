"""``strategy/gates.csv``: what was decided at the gates. Rows are only added.

``pass`` moves on where every condition holds; ``skip`` moves on although some do not, and names them; ``stay`` keeps
the plan where it is although something sends it back. Each says who decided, when, why, and by which document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from convive.errors import Problem
from convive.strategy.chained import Row, append, read
from convive.strategy.plan import Plan

FILE = "gates.csv"
COLUMNS = ("decided_on", "stage", "decision", "by", "reason", "document", "held", "missed")
DECISIONS = ("pass", "skip", "stay")


@dataclass(frozen=True)
class Decision:
    """One decision. ``held`` and ``missed``: the conditions that held or did not when it was written down."""

    row: int
    decided_on: dt.date
    stage: str
    decision: str
    by: str
    reason: str
    document: str
    held: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


def load(folder: Path, plan: Plan) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """The decisions of ``folder`` in the order they were written down, and what is wrong with rows that are left
    out."""
    taken, problems = [], []
    for row in read(folder / FILE, COLUMNS):
        wrong = list(faults(row.values, plan, row.number))
        problems += wrong
        if not wrong:
            taken.append(_decision(row))
    return tuple(taken), tuple(problems)


def record(folder: Path, decision: Decision) -> Row:
    """Add ``decision`` to the gates of ``folder``. Whether it may be taken is for :func:`convive.strategy.gates.walk`
    to say: ask :func:`convive.strategy.review.decide`."""
    values = {
        "decided_on": decision.decided_on.isoformat(),
        "stage": decision.stage,
        "decision": decision.decision,
        "by": decision.by,
        "reason": decision.reason,
        "document": decision.document,
        "held": " ".join(decision.held),
        "missed": " ".join(decision.missed),
    }
    return append(folder / FILE, COLUMNS, values)


def faults(values: Mapping[str, str], plan: Plan, row: int | None = None) -> Iterable[Problem]:
    """What is wrong with a row by itself."""
    place = f"strategy/{FILE}"
    if values["decision"] not in DECISIONS:
        wanted = ", ".join(DECISIONS)
        yield Problem("gate-decision", place, row, "decision", values["decision"], {"wanted": wanted})
    if plan.gate_of(values["stage"]) is None:
        there = ", ".join(gate.stage for gate in plan.gate)
        yield Problem("gate-unknown", place, row, "stage", values["stage"], {"there": there})
    try:
        dt.date.fromisoformat(values["decided_on"])
    except ValueError:
        yield Problem("evidence-day", place, row, "decided_on", values["decided_on"])
    for column in ("by", "reason", "document"):
        if not values[column].strip():
            yield Problem("gate-undocumented", place, row, column)


def _decision(row: Row) -> Decision:
    values = row.values
    return Decision(
        row.number,
        dt.date.fromisoformat(values["decided_on"]),
        values["stage"],
        values["decision"],
        values["by"],
        values["reason"],
        values["document"],
        tuple(values["held"].split()),
        tuple(values["missed"].split()),
    )
