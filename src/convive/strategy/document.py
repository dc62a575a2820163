"""The text of ``plan.toml``, changed table by table: its comments and order stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.items import AoT

from convive.strategy.plan import Plan

Values = Mapping[str, Any]
"""Keys of a table of ``plan.toml`` with their new values; None takes a key out."""
TABLES = ("measure", "indicator", "gate", "stage", "objective", "body")
"""The lists of tables that people change."""
Place = tuple[str, int]
"""A table of ``plan.toml``: one of :data:`TABLES`, and which of them."""
NESTED = ("activity", "pass", "back")
"""Lists of tables within a table."""
_HEADER = re.compile(r"(\[\[?)[ \t]*([\w.-]+)[ \t]*\]{1,2}[ \t]*(?:#.*)?$")


@dataclass
class Document:
    """The text in pieces, one for each table that people change: a document of thousands of tables takes long to read
    with its comments, one table does not. ``places``: where in ``pieces`` a table stands; lists that are written in one
    line (``body = [{…}, {…}]``) stand in the first piece, before all headers."""

    pieces: list[str]
    places: dict[Place, int]

    @classmethod
    def of(cls, text: str, plan: Plan) -> Document:
        """Cut at the headers of the tables; in one piece where they are written in another way."""
        pieces, places, counts = [""], {}, dict.fromkeys(TABLES, 0)
        inside = ""
        for line in text.splitlines(keepends=True):
            head = _HEADER.match(line)
            if head and head[1] == "[[" and head[2] in counts:
                inside = head[2]
                places[inside, counts[inside]] = len(pieces)
                counts[inside] += 1
                pieces.append("")
            elif head and inside and not head[2].startswith(f"{inside}."):
                inside = ""
                pieces.append("")
            pieces[-1] += line
        there = {table: len(getattr(plan, table)) for table in TABLES}
        headed = all(counts[table] in (0, there[table]) for table in TABLES)
        in_line = [table for table in TABLES if there[table] and not counts[table]]
        first = tomllib.loads(pieces[0]) if headed and in_line else {}
        whole = headed and all(len(first.get(table, ())) == there[table] for table in in_line)
        return cls(pieces, places) if whole else cls([text], {})

    def edit(self, table: str, at: int, mutate: Callable[[Any], None]) -> dict[str, Any]:
        """Change a table by ``mutate``; returns what it says now."""
        piece = self.places.get((table, at), 0)
        position = 0 if (table, at) in self.places else at
        document = tomlkit.parse(self.pieces[piece])
        rows: Any = document[table]
        mutate(rows[position])
        written = tomlkit.dumps(document)
        self.pieces[piece] = written if written.endswith("\n") else f"{written}\n"
        found: dict[str, Any] = tomllib.loads(written)[table][position]
        return found

    def add(self, table: str, values: Values, at: int) -> dict[str, Any]:
        """A table more, before the ``at``-th of its kind or after the last; returns what it says."""
        document = tomlkit.parse(self.pieces[0])
        if table in document:  # in one line, or the whole text is one piece
            rows: Any = document[table]
            rows.insert(at, fresh(values) if isinstance(rows, AoT) else item(values))
            self.pieces[0] = tomlkit.dumps(document)
            told: dict[str, Any] = tomllib.loads(self.pieces[0])[table][at]
            return told
        rows = tomlkit.aot()
        rows.append(fresh(values))
        document = tomlkit.document()
        document[table] = rows
        written = f"\n{tomlkit.dumps(document)}"
        last = max((piece for (name, _), piece in self.places.items() if name == table), default=len(self.pieces) - 1)
        before = self.places.get((table, at), last + 1) - 1
        if not self.pieces[before].endswith("\n"):
            self.pieces[before] += "\n"
        self.pieces.insert(before + 1, written)
        self.places = {
            (name, row + (name == table and row >= at)): piece + (piece > before)
            for (name, row), piece in self.places.items()
        }
        self.places[table, at] = before + 1
        found: dict[str, Any] = tomllib.loads(written)[table][0]
        return found

    def __str__(self) -> str:
        return "".join(self.pieces)


def merge(table: Any, before: Values, after: Values) -> None:
    """Write into ``table`` what of ``after`` is not as ``before``; what is not said stays."""
    for key, value in after.items():
        old = before.get(key)
        if value == old:
            continue
        if value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(old, Mapping) and key in table:
            gone: dict[str, Any] = dict.fromkeys(set(old) - set(value))
            merge(table[key], old, gone | dict(value))
        else:
            table.pop(key, None)
            table[key] = item(value)


def item(value: Any) -> Any:
    """A value as TOML writes it: tables in one line, lists of tables with a line for each."""
    if isinstance(value, Mapping):
        line = tomlkit.inline_table()
        for key, part in value.items():
            if part is not None:
                line[key] = item(part)
        return line
    if isinstance(value, list | tuple):
        listed = tomlkit.array()
        for part in value:
            listed.append(item(part))
        return listed.multiline(any(isinstance(part, Mapping) for part in value))
    return tomlkit.item(value)


def fresh(values: Values) -> Any:
    """``values`` as a table of its own; a list of activities as tables below it."""
    table = tomlkit.table()
    for key, value in values.items():
        if key in NESTED:
            rows = tomlkit.aot()
            for one in value:
                rows.append(fresh(one))
            table.add(key, rows)
        elif value is not None:
            table.add(key, item(value))
    return table
