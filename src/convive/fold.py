"""Text as it is compared: without accents, case, or stray spaces. ``Ñ`` folds to ``N``, as registries with old
systems write it."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

_MARKS = re.compile(r"[\u0300-\u036f]")


def fold(expr: pl.Expr) -> pl.Expr:
    """``expr`` (String) in upper case, without accents, with single spaces and none at the ends; null stays null."""
    return (
        expr.str.normalize("NFKD")
        .str.replace_all(r"\p{Mn}", "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.to_uppercase()
    )


def folded(text: str) -> str:
    """The same for one Python string."""
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFKD", text)).split()).upper()
