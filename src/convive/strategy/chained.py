"""CSV files to which rows are only ever added: each row ends in a hash that binds it to all before it.

A row changed, cut or moved by hand no longer fits, and is named. Whoever writes the whole file anew can also compute
its hashes: keep copies, as of the ledger of decisions.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from convive.errors import BuildError, ObservatoryError, Problem

FIRST = "0" * 64
HASH = "hash"


@dataclass(frozen=True)
class Row:
    """A row where it stands: its line number in the file, its values by column, its hash."""

    number: int
    values: Mapping[str, str]
    hash: str

    @property
    def id(self) -> str:
        """What other rows call it."""
        return self.hash[:12]


def digest(previous: str, values: Sequence[str]) -> str:
    """SHA-256 over the hash before and the row's values, each with its length so that none can run into the next."""
    told = "".join(f"{len(value)}:{value}" for value in values)
    return hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()


def read(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of ``path``; none where there is no such file.

    Raises :class:`~convive.errors.ObservatoryError` naming the first row that does not follow from those before it, or
    a file that cannot be read.
    """
    if not path.exists():
        return []
    try:
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        rows = list(_rows(reader, path.name, columns))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ObservatoryError(Problem("chained-unreadable", file=path.name, values={"detail": str(error)})) from error
    return rows


def _rows(reader: Iterator[list[str]], file: str, columns: Sequence[str]) -> Iterator[Row]:
    wanted = [*columns, HASH]
    head = next(reader, [])
    if head != wanted:
        values = {"wanted": ", ".join(wanted)}
        raise ObservatoryError(Problem("chained-columns", file, row=1, value=", ".join(head), values=values))
    previous = FIRST
    for number, cells in enumerate(reader, 2):
        if len(cells) != len(wanted) or cells[-1] != digest(previous, cells[:-1]):
            raise ObservatoryError(Problem("chained-broken", file, row=number, value=cells[-1][:12] if cells else ""))
        previous = cells[-1]
        yield Row(number, dict(zip(columns, cells[:-1], strict=True)), previous)


def append(path: Path, columns: Sequence[str], values: Mapping[str, str]) -> Row:
    """Write ``values`` as the last row of ``path`` and return it. Several processes may append at once.

    Raises :class:`~convive.errors.ObservatoryError` where what stands there is broken, and
    :class:`~convive.errors.BuildError` for a value with a line break in it.
    """
    told = [values.get(column, "") for column in columns]
    for column, value in zip(columns, told, strict=True):
        if not value.isprintable():
            raise BuildError(Problem("chained-not-printable", path.name, column=column, value=repr(value)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent.parent / f".{path.stem}.lock"):
        rows = read(path, columns)
        previous = rows[-1].hash if rows else FIRST
        line = digest(previous, told)
        held = path.read_bytes() if path.exists() else b""
        head = "" if held else _line([*columns, HASH])
        torn = "\n" if held and not held.endswith(b"\n") else ""
        _write(path, (torn + head + _line([*told, line])).encode())
        return Row((rows[-1].number if rows else 1) + 1, dict(zip(columns, told, strict=True)), line)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
