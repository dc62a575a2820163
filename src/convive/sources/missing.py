"""Kinds of unknown in a column: what the source says instead of a value."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from convive.fold import fold, folded
from convive.sources.profile import Column, Missing, Profile

KINDS = ("not_recorded", "unknown", "not_applicable", "withheld")


def words_of(profile: Profile, column: Column | None = None) -> dict[str, str]:
    """Folded word → kind of unknown, the column's own words over the profile's."""
    words = {"": "not_recorded"}
    for missing in (profile.missing, column.missing if column else None):
        words |= _by_word(missing) if missing else {}
    return words


def _by_word(missing: Missing) -> dict[str, str]:
    """Also with its accents: free text is too varied to be folded only to be compared with these few words."""
    said = [(word, kind) for kind in KINDS for word in getattr(missing, kind)]
    return {word.strip().upper(): kind for word, kind in said} | {folded(word): kind for word, kind in said}


def kinds(values: pl.Series, words: dict[str, str]) -> pl.Series:
    """The kind of unknown of each text of ``values`` (null counts as blank); null where it is a value."""
    return pl.select(
        fold(pl.lit(values.cast(pl.String).fill_null(""))).replace_strict(
            list(words), list(words.values()), default=None, return_dtype=pl.String
        )
    ).to_series()


def text_value(column: str, words: Iterable[str]) -> pl.Expr:
    """A free text, stripped; null where, in capitals, it is one of ``words``."""
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped.str.to_uppercase().is_in(list(words))).then(None).otherwise(stripped)
