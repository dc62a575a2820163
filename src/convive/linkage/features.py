"""What records are compared by: one row a record, in one form for all sources."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convive.fold import fold
from convive.linkage.names import aliases, names, sound
from convive.standard import is_known

NAMED = ("given", "surname_1", "surname_2", "sound_given", "sound_1", "sound_2")
"""What of a record is read off its name."""


def features(
    records: pl.DataFrame, identity: pl.Series, ancestors: pl.DataFrame, levels: Sequence[str]
) -> pl.DataFrame:
    """One row a record, in order: ``at`` (its position), ``source``, names and how they sound, ``alias``, ``identity``,
    ``sex``, ``age`` (years), ``birth`` (yyyymmdd), ``on``, ``died``, ``registered`` (days since 1970), ``place_0`` …
    (the unit of the event at each of ``levels``, the widest first), ``home``, ``address`` (folded) and ``mechanism``.

    ``identity``: identity numbers in one form. ``ancestors``: code, ancestor, level of the territory.
    """
    named = names(records)
    table = records.select(
        at=pl.int_range(pl.len(), dtype=pl.Int64),
        source=pl.col("source_id").cast(pl.String),
        sex=pl.when(is_known("sex")).then(pl.col("sex").cast(pl.String)),
        age=pl.col("age_years"),
        birth=pl.col("birth_on").dt.strftime("%Y%m%d"),
        on=_days("occurred_on"),
        died=_days("died_on"),
        registered=_days("registered_on"),
        mechanism=pl.when(is_known("mechanism")).then(pl.col("mechanism").cast(pl.String)),
        home=_folded(pl.coalesce(pl.col("residence_raw", "residence_unit").cast(pl.String))),
        address=_folded(pl.col("address")),
        unit=pl.col("occurrence_unit").cast(pl.String),
    )
    sounds = named.select(
        sound_given=_each(named["given"].str.split(" ").list.first()),
        sound_1=_each(named["surname_1"]),
        sound_2=_each(named["surname_2"]),
    )
    places = _places(table["unit"], ancestors, levels)
    return pl.concat(
        [
            table.drop("unit"),
            named,
            sounds,
            aliases(records).to_frame(),
            identity.alias("identity").to_frame(),
            places,
        ],
        how="horizontal",
    )


def _days(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(pl.Int32)


def _folded(expr: pl.Expr) -> pl.Expr:
    text = fold(expr).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def _each(words: pl.Series) -> pl.Series:
    """How each word sounds; null where nothing is left of it."""
    distinct = words.drop_nulls().unique().alias("word")
    spoken = sound(pl.col("word"))
    table = distinct.to_frame().with_columns(sound=pl.when(spoken != "").then(spoken))
    return words.alias("word").to_frame().join(table, on="word", how="left", maintain_order="left")["sound"]


def _places(unit: pl.Series, ancestors: pl.DataFrame, levels: Sequence[str]) -> pl.DataFrame:
    """The unit at each level above ``unit`` and at its own; null below it."""
    wide = pl.DataFrame({"unit": unit})
    for number, level in enumerate(levels):
        above = ancestors.filter(pl.col("level") == level).select(
            unit="code", **{f"place_{number}": pl.col("ancestor")}
        )
        wide = wide.join(above.unique("unit"), on="unit", how="left", maintain_order="left")
    return wide.drop("unit")
