"""Kinds of unknown: a blank, a stated "not known", a refusal and a question without sense are different things."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class UnknownKind:
    """One way of having no code. ``missing`` tells whether it counts in a share of missing values."""

    code: str
    label: dict[str, str]
    meaning: dict[str, str]
    missing: bool


def _read() -> dict[str, UnknownKind]:
    entries = tomllib.loads((Path(__file__).parent / "unknown.toml").read_text("utf-8"))
    return {code: UnknownKind(code, **entry) for code, entry in entries.items()}


KINDS: dict[str, UnknownKind] = _read()

UNKNOWN_KINDS: tuple[str, ...] = tuple(KINDS)
"""What a coded field may hold beside its codes; ``M_missing`` of a measured field holds one of these or null."""

MISSING_KINDS: tuple[str, ...] = tuple(code for code, kind in KINDS.items() if kind.missing)
"""Those that count in a share of missing values: all but ``not_applicable``."""


def is_known(column: str | pl.Expr) -> pl.Expr:
    """Boolean, never null: the coded field holds a code, not a kind of unknown."""
    expression = pl.col(column) if isinstance(column, str) else column
    return (~expression.is_in(UNKNOWN_KINDS)).fill_null(False)


def is_missing(column: str | pl.Expr) -> pl.Expr:
    """Boolean, never null: the value should exist and does not. A null counts as missing."""
    expression = pl.col(column) if isinstance(column, str) else column
    return expression.is_in(MISSING_KINDS).fill_null(True)
