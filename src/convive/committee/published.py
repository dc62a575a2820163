"""Heads of the log that are known from elsewhere than the log: published before, which nobody can call back, or seen
when it was found whole, which shows an end that was cut off since by whoever has the database and not the folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from convive.committee.chain import Head

FILE = Path("data") / "committee.json"
"""Where a build puts what the committee answers for, below ``public``."""


SEEN = ".log-heads"
"""Beside the database: a head a line, as the log stood when it was found whole or published. Lines are only added."""


def published_heads(public: Path) -> tuple[Head, ...]:
    """The head of the log that the released folder ``public`` prints; none where nothing was released."""
    try:
        told = json.loads((public / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return ()
    found = Head.parse(str(told.get("head") or ""))
    return (found,) if found else ()


def seen_heads(folder: Path) -> tuple[Head, ...]:
    """The heads that ``folder`` remembers; a line that names none is passed over."""
    try:
        lines = (folder / SEEN).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(found for line in lines if (found := Head.parse(line)) is not None)


def remember(folder: Path, head: Head) -> None:
    """Add ``head`` to what ``folder`` remembers, once; a folder that is only read remembers nothing."""
    if head in seen_heads(folder):
        return
    try:
        with os.fdopen(os.open(folder / SEEN, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as file:
            file.write(f"{head}\n")
    except PermissionError:
        return
