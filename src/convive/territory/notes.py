"""Where the readers of this room put what they find: what stops the work, and what is told while it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from convive.errors import Problem


@dataclass
class Notes:
    """``fatal`` problems are raised together at the end; ``told`` ones accompany the territory."""

    fatal: list[Problem] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)


def of_rows(code: str, rows: pl.DataFrame, *, column: str, value: str) -> Iterable[Problem]:
    """A problem for each row of ``rows`` (which has ``file`` and ``row``); ``value`` names the column that holds the
    value.
    """
    for file, row, found in rows.select("file", "row", pl.col(value).cast(pl.String)).iter_rows():
        yield Problem(code, file=file, row=row, column=column, value=found or "")


def shown(codes: Iterable[str], limit: int = 5) -> str:
    """The first codes of a longer list, with how many more."""
    known = sorted(codes)
    more = f" … (+{len(known) - limit})" if len(known) > limit else ""
    return ", ".join(known[:limit]) + more
