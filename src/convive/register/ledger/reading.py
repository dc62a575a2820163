"""The whole ledger: every line of every file, what stands of it, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import fields as attributes
from pathlib import Path
from typing import Any

from convive.errors import Problem
from convive.register.ledger.decision import Decision, faults
from convive.register.ledger.line import FIRST, Line, digest

NAMES = {attribute.name for attribute in attributes(Decision)}
TEXTS = NAMES - {"records", "at"}


@dataclass(frozen=True)
class Ledger:
    """``lines`` in the order in which they were decided; ``problems`` of lines that cannot be read or do not follow
    from the one before, each with file and line number.
    """

    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def standing(self) -> tuple[Line, ...]:
        """The lines that were not taken back; those that take back are not among them."""
        gone = {line.decision.withdraws for line in self.lines if line.decision.kind == "withdrawn"}
        return tuple(line for line in self.lines if line.hash not in gone and line.decision.kind != "withdrawn")

    def last(self, file: str) -> Line | None:
        """The line that stands last in ``file``, which need not be the latest."""
        return max((line for line in self.lines if line.file == file), key=lambda line: line.number, default=None)


def read(folder: Path) -> Ledger:
    """The ledger in ``folder``: all its ``*.jsonl`` files, one for each place where decisions are written."""
    lines: list[Line] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.jsonl")):
        previous = FIRST
        for number, text in enumerate(path.read_bytes().split(b"\n"), 1):
            if not text.strip():
                continue
            line, wrong = _line(text, path.name, number, previous)
            problems += wrong
            if line is None:
                break
            lines.append(line)
            previous = line.hash
    order = sorted(lines, key=lambda line: (line.decision.at, line.file, line.number))
    return Ledger(tuple(order), tuple(problems))


def _line(text: bytes, file: str, number: int, previous: str) -> tuple[Line | None, list[Problem]]:
    """The line, and what is wrong with it. What follows a line that cannot be read is not looked at: it could not be
    told whether it follows.
    """
    try:
        table = json.loads(text.decode())
        json.dumps(table, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None, [Problem("ledger-line", file=file, row=number, value=text.decode(errors="replace")[:80])]
    wrong = list(_misshapen(table))
    if not wrong:
        decision = _decision(table)
        wrong = list(faults(decision))
    if wrong:
        return None, [Problem(one.code, file, number, one.column, one.value, one.values) for one in wrong]
    line = Line(decision, file, number, str(table["previous"]), str(table["hash"]))
    if line.previous != previous or line.hash != digest(previous, decision):
        return line, [Problem("ledger-changed", file=file, row=number)]
    return line, []


def _misshapen(table: Any) -> Iterator[Problem]:
    if not isinstance(table, dict):
        yield Problem("ledger-line", value=str(table)[:80])
        return
    for name in sorted({"kind", "by", "at", "reason", "previous", "hash"} - table.keys()):
        yield Problem("decision-lacks", column=name)
    for name in sorted(table.keys() - NAMES - {"previous", "hash"}):
        yield Problem("ledger-unknown-key", column=name)
    for name in sorted((TEXTS | {"previous", "hash", "at"}) & table.keys()):
        if not isinstance(table[name], str):
            yield Problem("ledger-not-text", column=name, value=str(table[name]))
    records = table.get("records", [])
    if not isinstance(records, list) or not all(isinstance(one, str) for one in records):
        yield Problem("ledger-not-text", column="records", value=str(records))
    if isinstance(table.get("at"), str):
        try:
            dt.datetime.fromisoformat(table["at"]).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            yield Problem("decision-time", column="at", value=table["at"])
        else:
            if dt.datetime.fromisoformat(table["at"]).tzinfo is None:
                yield Problem("decision-time", column="at", value=table["at"])


def _decision(table: dict[str, Any]) -> Decision:
    said = {name: table[name] for name in TEXTS & table.keys()}
    return Decision(records=tuple(table.get("records", [])), at=dt.datetime.fromisoformat(table["at"]), **said)
