"""Names and identity numbers that stand for nobody, and identity numbers in one form."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl


@cache
def nobody() -> dict[str, Any]:
    """``nobody.toml``: words and numbers that only fill a blank."""
    return tomllib.loads((Path(__file__).parent / "nobody.toml").read_text("utf-8"))


def identity_keys(numbers: pl.Series) -> pl.Series:
    """Identity numbers in one form; null for one that only fills a blank."""
    rules, key = nobody(), pl.col("key")
    clean = pl.col("number").str.to_uppercase().str.replace(r"\.0+$", "").str.replace_all(r"[^0-9A-Z]", "")
    table = numbers.to_frame("number").select(key=clean.str.replace(rules["identity_prefix"], ""))
    filled = pl.when(key.str.contains("[A-Z]")).then(key).otherwise(key.str.zfill(rules["identity_length"]))
    table = table.with_columns(key=filled, digits=key.str.strip_chars_start("0").str.count_matches("[0-9]"))
    same_digit = key.str.contains("^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$")
    usable = key.str.contains(rules["identity_pattern"]) & (pl.col("digits") >= rules["identity_digits"])
    usable &= ~same_digit & ~key.is_in(rules["identity_numbers"])
    return table.select(pl.when(usable).then("key")).to_series()
