"""What identifies who reports, marked for a person who decides. The machine proposes; nothing leaves by its word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GAP = "[…]"


@dataclass(frozen=True)
class Mark:
    """Something that may identify: where it stands in the words, and what it is."""

    start: int
    end: int
    code: str
    label: Mapping[str, str]


def marks(words: str) -> tuple[Mark, ...]:
    """All that often identifies somebody in ``words``, in their order, without overlap."""
    found: list[Mark] = []
    for code, label, pattern in _patterns():
        for match in pattern.finditer(words):
            if all(match.end() <= one.start or match.start() >= one.end for one in found):
                found.append(Mark(match.start(), match.end(), code, label))
    return tuple(sorted(found, key=lambda one: one.start))


def without(words: str, taken: Sequence[Mark]) -> str:
    """``words`` with each of the ``taken`` marks replaced by a gap; what was there cannot be told from its length."""
    for one in sorted(taken, key=lambda mark: mark.start, reverse=True):
        words = words[: one.start] + GAP + words[one.end :]
    return words


@cache
def _patterns() -> tuple[tuple[str, Mapping[str, str], re.Pattern[str]], ...]:
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "scrubbing.toml").read_text("utf-8"))
    return tuple((one["code"], one["label"], re.compile(one["pattern"], re.IGNORECASE)) for one in table["mark"])
