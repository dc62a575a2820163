"""Names of units as they are compared, and which unit a name can mean.

A key is a name without accents, case, punctuation and spaces, with abbreviations written out and without the words before it that only
say what it is («DISTRITO DE», «PROV. CONST. DEL»). How names are written is data (``data/names.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

import polars as pl
from rapidfuzz import fuzz, process

from convive.fold import fold
from convive.territory.settings import Matching


@cache
def naming() -> Mapping[str, Any]:
    """The data file on how names are written."""
    return tomllib.loads(resources.files("convive.territory").joinpath("data/names.toml").read_text("utf-8"))


def name_key(expr: pl.Expr) -> pl.Expr:
    """The key of a name (String); null where nothing of it is left."""
    rules = naming()
    prefixes = "|".join(sorted(rules["prefixes"], key=len, reverse=True))
    words = fold(expr).str.replace_all(r"[^A-Z0-9 ]", " ").str.replace_all(r" +", " ").str.strip_chars()
    words = words.str.replace(rf"^(?:{prefixes}) (\S)", "${1}")
    for short, whole in rules["words"].items():
        words = words.str.replace_all(rf"\b{short}\b", whole)
    key = words.str.replace_all(" ", "", literal=True)
    return pl.when(key != "").then(key)


def keys_of(names: pl.Series) -> pl.DataFrame:
    """name, key of each distinct name."""
    return names.drop_nulls().unique().to_frame("name").with_columns(key=name_key(pl.col("name")))


@dataclass(frozen=True)
class Gazetteer:
    """``names``: key, code, level, alias (Boolean: not the unit's own name). ``ancestors``: code, ancestor."""

    names: pl.DataFrame
    ancestors: pl.DataFrame
    matching: Matching
    _similar: dict[tuple[str | None, str | None, str], tuple[str, float] | None] = field(
        default_factory=dict, repr=False
    )

    @classmethod
    def of(cls, units: pl.DataFrame, aliases: pl.DataFrame, ancestors: pl.DataFrame, matching: Matching) -> Gazetteer:
        """From units (code, name, level), their aliases (code, alias) and the shipped ones."""
        shipped = [(code, alias) for code, names in naming()["aliases"].items() for alias in names]
        others = pl.concat([aliases, pl.DataFrame(shipped, schema=aliases.schema, orient="row")])
        every = pl.concat(
            [
                units.select("code", "name", alias=pl.lit(value=False)),
                others.select("code", name="alias", alias=pl.lit(value=True)),
            ]
        ).with_columns(key=name_key(pl.col("name")))
        names = every.filter(pl.col("key").is_not_null()).join(units.select("code", "level"), on="code")
        names = names.sort("alias").unique(["key", "code"], keep="first", maintain_order=True)
        return cls(names.select("key", "code", "level", "alias"), ancestors.select("code", "ancestor"), matching)

    def similar(self, parent: str | None, level: str | None, key: str) -> tuple[str, float] | None:
        """The one unit of ``level`` below ``parent`` whose name is like ``key``, with its score (0–100).

        The score is the normalised Indel similarity. ``None`` where no name reaches the threshold, where another unit comes within the margin,
        or where the numbers in the names differ.
        """
        asked = (parent, level, key)
        if asked not in self._similar:
            self._similar[asked] = self._most_similar(*asked)
        return self._similar[asked]

    def _most_similar(self, parent: str | None, level: str | None, key: str) -> tuple[str, float] | None:
        rule = self.matching
        threshold = rule.threshold_without_context if parent is None else rule.threshold
        keys, codes = self._choices.get((parent, level), ((), ()))
        found = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=threshold - rule.margin, limit=6)
        best: dict[str, float] = {}
        for other, score, index in found:
            if _digits(other) == _digits(key):
                best.setdefault(codes[index], score)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        if not ranked or ranked[0][1] < threshold:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < rule.margin:
            return None
        return ranked[0]

    @cached_property
    def _choices(self) -> dict[tuple[str | None, str | None], tuple[tuple[str, ...], tuple[str, ...]]]:
        below = self.names.join(self.ancestors.filter(pl.col("code") != pl.col("ancestor")), on="code")
        anywhere = self.names.with_columns(ancestor=pl.lit(None, dtype=pl.String))
        every = pl.concat([below.select(anywhere.columns), anywhere]).sort("code", "key")
        levelless = every.with_columns(level=pl.lit(None, dtype=pl.String))
        groups = pl.concat([every, levelless]).group_by("ancestor", "level").agg("key", "code")
        return {(parent, level): (tuple(keys), tuple(codes)) for parent, level, keys, codes in groups.iter_rows()}


def _digits(key: str) -> str:
    return "".join(letter for letter in key if letter.isdigit())
