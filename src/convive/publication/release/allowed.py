"""What may stand in the open data, as ``public.toml`` declares it. Anything else stops the release: a forgotten column
is no leak."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl


class NotDeclaredError(AssertionError):
    """A column or key was about to be published that nobody declared public: a mistake of ours, never of the data."""


@cache
def declared() -> dict[str, Any]:
    """The content of ``public.toml``."""
    return tomllib.loads((Path(__file__).parent / "public.toml").read_text("utf-8"))


def columns(table: str) -> tuple[str, ...]:
    """The columns of a published table, in their order."""
    return tuple(declared()["tables"][table]["columns"])


def table(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` in the order of its declaration; raises :class:`NotDeclaredError` where it has other columns."""
    _same(name, frame.columns, columns(name))
    return frame.select(columns(name))


def entry(name: str, tree: Mapping[str, Any]) -> dict[str, Any]:
    """``tree`` as a dict; raises :class:`NotDeclaredError` where it has other keys than those declared."""
    _same(name, tree, declared()["keys"][name])
    return dict(tree)


def _same(name: str, found: Iterable[str], known: Iterable[str]) -> None:
    surplus, lacking = sorted(set(found) - set(known)), sorted(set(known) - set(found))
    if surplus or lacking:
        raise NotDeclaredError(f"{name}: not declared public {surplus}, declared and missing {lacking}")
