"""What of the committee was published before: the heads of the log, which nobody can call back."""

from __future__ import annotations

import json
from pathlib import Path

from convive.committee.chain import Head

FILE = Path("data") / "committee.json"
"""Where a build puts what the committee answers for, below ``public``."""


def published_heads(public: Path) -> tuple[Head, ...]:
    """The head of the log that the released folder ``public`` prints; none where nothing was released."""
    try:
        told = json.loads((public / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return ()
    found = Head.parse(str(told.get("head") or ""))
    return (found,) if found else ()
