"""One line of the ledger as it stands in its file, bound to the line before it by a hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass

from convive.register.ledger.decision import Decision

FIRST = "0" * 64
"""What the first line of a file is bound to."""


@dataclass(frozen=True)
class Line:
    """A decision where it stands: file, line number (from 1), hash of the line before and its own."""

    decision: Decision
    file: str
    number: int
    previous: str
    hash: str


def digest(previous: str, decision: Decision) -> str:
    """The hash of a line: SHA-256 of the hash before it and the decision in one canonical form."""
    return hashlib.sha256(f"{previous}\n{_canonical(_table(decision))}".encode()).hexdigest()


def written(line: Line) -> str:
    """The line as it stands in the file."""
    return _canonical(_table(line.decision) | {"previous": line.previous, "hash": line.hash})


def _table(decision: Decision) -> dict[str, object]:
    at = decision.at.astimezone(dt.UTC).isoformat(timespec="seconds")
    told = asdict(decision) | {"records": list(decision.records), "at": at}
    return {name: value for name, value in told.items() if value not in ("", [])}


def _canonical(table: dict[str, object]) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
