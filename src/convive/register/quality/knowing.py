"""Whether a value is known, in records and cases alike; and the rules of ``criteria.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convive.standard import fields, is_known


@cache
def rules() -> dict[str, Any]:
    """``criteria.toml``."""
    return tomllib.loads((Path(__file__).parent / "criteria.toml").read_text("utf-8"))


def known(name: str) -> pl.Expr:
    """Whether a field has a value: not null and no kind of unknown."""
    field = fields()[name]
    if field.kind == "place":
        return pl.col(f"{name}_unit").is_not_null()
    return is_known(name) if field.kind == "coded" else pl.col(name).is_not_null()


def asked(name: str) -> pl.Expr:
    """Whether the source has the field at all: what it never gives is not missing in it."""
    field = fields()[name]
    if field.kind == "coded":
        return pl.col(f"{name}_column").is_not_null()
    return pl.col(f"{name}_raw").is_not_null() | known(name)
