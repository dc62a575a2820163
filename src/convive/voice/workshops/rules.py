"""The numbers of ``rules.toml``; an observatory may only make them stricter."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from convive.errors import ObservatoryError, Problem
from convive.observatory import Strict, read_toml

FILE = "workshops.toml"
AT_MOST = {"most_percent"}
"""Rules that are stricter when smaller."""


class Rules(Strict):
    """Least numbers of people at a table, tables and workshops of a unit, marked cells, ballots; ``percent``: the step
    in which shares are told, ``most_percent`` the largest that is told as it is; ``draws`` of the recount."""

    people_a_table: int
    tables: int
    workshops: int
    cells: int
    percent: int
    most_percent: int
    ballots: int
    draws: int


def read_rules(voice: Path) -> Rules:
    """The rules of the observatory whose ``voice`` folder is given.

    Raises :class:`ObservatoryError` for a key that does not exist or would show more than the house allows.
    """
    path = voice / FILE
    theirs: dict[str, Any] = read_toml(path) if path.is_file() else {}
    rules = Rules.model_validate(_house())
    problems = []
    for name, value in theirs.items():
        least = _house().get(name)
        if least is None or not isinstance(value, int) or _weaker(name, value, least):
            problems.append(
                Problem("workshop-rule", file=FILE, column=name, value=str(value), values={"least": least or "–"})
            )
    if problems:
        raise ObservatoryError(problems)
    return rules.model_copy(update=theirs)


def _weaker(name: str, value: int, least: int) -> bool:
    return value > least if name in AT_MOST else value < least


@cache
def _house() -> dict[str, int]:
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
