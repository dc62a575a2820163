"""What the words of a cause of death say: mechanism and firearm, with the words that decided."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import polars as pl

from convive.errors import CatalogueError, Problem
from convive.fold import fold
from convive.sources.profile import BUILT_IN

Pattern = dict[str, str]


@cache
def patterns(name: str) -> tuple[str, tuple[Pattern, ...]]:
    """Version and ordered patterns of the table ``name``; the first that is found decides."""
    path = Path(str(BUILT_IN / "words" / f"{name}.toml"))
    if not path.is_file():
        raise CatalogueError(Problem("unknown-code-table", file=f"{name}.toml", value=name))
    table = tomllib.loads(path.read_text("utf-8"))
    return table["version"], tuple(table["pattern"])


def read_words(texts: pl.Series, name: str) -> pl.DataFrame:
    """text, words, mechanism, firearm_type for each distinct text; null where no pattern is found."""
    _, table = patterns(name)
    folded = pl.col("folded")
    found = [
        pl.when(~folded.str.contains(pattern["unless"])).then(folded.str.extract(pattern["match"], 0))
        if "unless" in pattern
        else folded.str.extract(pattern["match"], 0)
        for pattern in table
    ]
    looked = pl.DataFrame({"text": texts}).with_columns(folded=fold(pl.col("text").fill_null("")))
    hits = looked.with_columns(expression.alias(f"p{place}") for place, expression in enumerate(found))

    def decided(key: str) -> pl.Expr:
        return pl.coalesce(
            [
                pl.when(pl.col(f"p{place}").is_not_null()).then(pl.lit(pattern.get(key, "")))
                for place, pattern in enumerate(table)
            ]
        ).replace("", None)

    return hits.select(
        "text",
        words=pl.coalesce([pl.col(f"p{place}") for place in range(len(table))]).str.strip_chars(),
        mechanism=decided("mechanism"),
        firearm_type=decided("firearm_type"),
    )
