"""Text as it is compared: without accents, case, or stray spaces. ``Ñ`` folds to ``N``, as registries with old
systems write it."""

from __future__ import annotations

import unicodedata

import polars as pl

_MARK = "Mn"  # Unicode's category of non-spacing marks: accents, tildes
_SPACES = r"[\s\x1c-\x1f]+"  # Python also takes the four separators of ASCII for spaces


def fold(expr: pl.Expr) -> pl.Expr:
    """``expr`` (String) in upper case, without accents, with single spaces and none at the ends; null stays null."""
    return (
        expr.str.normalize("NFKD")
        .str.replace_all(rf"\p{{{_MARK}}}", "")
        .str.replace_all(_SPACES, " ")
        .str.strip_chars()
        .str.to_uppercase()
    )


def folded(text: str) -> str:
    """The same for one Python string."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != _MARK)
    return " ".join(plain.split()).upper()
