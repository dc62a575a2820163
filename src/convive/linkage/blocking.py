"""Which pairs are looked at at all: those that agree in one key of several."""

from __future__ import annotations

import polars as pl


def with_keys(table: pl.DataFrame, *, days: int, largest: int, pairs: float) -> tuple[pl.DataFrame, list[str]]:
    """``table`` (:func:`~convive.linkage.features.features`) with its keys, and their names, the strongest first.

    A key that more than ``largest`` records share is no key for them, so that a name that half a country bears makes no
    pairs by itself; of a key that would still make more than ``pairs``, the fullest blocks go. Keys of time
    come twice and overlap, so that dates up to ``days`` apart share one.
    """
    keys = _keys(table, days)
    made = table.with_columns(
        pl.when(key.is_not_null()).then(key.hash().reinterpret(signed=True)).alias(name) for name, key in keys.items()
    )
    useful = {}
    for name in keys:
        most = min(largest, _largest_block(made[name], pairs=pairs))
        kept = made.select(pl.when(pl.len().over(name).is_between(2, most)).then(name))
        if kept[name].null_count() < kept.height:
            useful[name] = kept[name]
    day = pl.coalesce("on", "died", "registered").alias("day")
    return made.drop(keys).with_columns(day, *useful.values()), list(useful)


def condition(key: str, *, most_days: int, within: bool) -> str:
    """SQL for the pairs of a key: dates not too far apart to be one death, and of two sources unless ``within``."""
    near = f" AND coalesce(abs(l.day - r.day), 0) <= {most_days}"
    return f"l.{key} = r.{key}{near}{'' if within else ' AND l.source <> r.source'}"


def _largest_block(keys: pl.Series, *, pairs: float) -> int:
    """The size of blocks up to which all blocks together make no more than ``pairs``; at least 2."""
    blocks = keys.drop_nulls().value_counts()["count"].cast(pl.Int64).to_frame("size")
    made = blocks.group_by("size").agg(pairs=(pl.col("size") * (pl.col("size") - 1) // 2).sum()).sort("size")
    small = made.filter(pl.col("pairs").cum_sum() <= pairs)["size"]
    return max(2, int(small.max() or 2))  # type: ignore[arg-type]


FIXES = {
    "key_identity": ("identity",),
    "key_names": ("given", "surname_1"),
    "key_birth": ("age",),
    "key_surnames": ("surname_1", "surname_2"),
    "key_given_surname_2": ("given", "surname_2"),
    "key_alias_even": ("alias", "date", "registered"),
    "key_address": ("address",),
    "key_home": ("home",),
    "key_surname_year": ("surname_1", "age"),
    "key_given_year": ("given", "age"),
    "key_names_even": ("given", "surname_1", "date", "registered"),
    "key_names_odd": ("given", "surname_1", "date", "registered"),
    "key_surname_2_even": ("surname_2", "date", "registered"),
    "key_surname_2_odd": ("surname_2", "date", "registered"),
    "key_given_place": ("given", "place"),
    "key_surname_even": ("surname_1", "date", "registered"),
    "key_surname_odd": ("surname_1", "date", "registered"),
    "key_place_even": ("place", "sex", "date", "registered"),
    "key_place_odd": ("place", "sex", "date", "registered"),
    "key_alias_odd": ("alias", "date", "registered"),
    "key_surname": ("surname_1",),
    "key_given": ("given",),
}
"""The fields in which pairs of a key agree because of it."""


def pairs_of(keys: pl.Series) -> int:
    """How many pairs agree in a key."""
    counts = keys.drop_nulls().value_counts()["count"].cast(pl.Int64)
    return int((counts * (counts - 1) // 2).sum())


def _keys(table: pl.DataFrame, days: int) -> dict[str, pl.Expr]:
    given, first, second = pl.col("sound_given"), pl.col("sound_1"), pl.col("sound_2")
    when, width = pl.coalesce("on", "died", "registered"), 2 * days
    weeks = {"even": when // width, "odd": (when + days) // width}
    year = pl.col("birth").str.head(4)
    units = [name for name in reversed(table.columns) if name.startswith("place_")]
    place = pl.coalesce(units) if units else pl.lit(None, dtype=pl.String)
    named = given.is_not_null() & first.is_not_null()
    return {
        "key_identity": pl.col("identity"),
        "key_names": pl.when(named).then(_of(pl.min_horizontal(given, first), pl.max_horizontal(given, first))),
        "key_birth": pl.col("birth"),
        "key_surnames": _of(first, second),
        "key_given_surname_2": _of(given, second),
        "key_alias_even": _of(pl.col("alias"), weeks["even"]),
        "key_address": pl.col("address"),
        "key_home": pl.col("home"),
        "key_surname_year": _of(first, year),
        "key_given_year": _of(given, year),
        **{f"key_names_{name}": _of(given, first, week) for name, week in weeks.items()},
        **{f"key_surname_{name}": _of(first, week) for name, week in weeks.items()},
        **{f"key_surname_2_{name}": _of(second, week) for name, week in weeks.items()},
        "key_given_place": _of(given, place),
        **{f"key_place_{name}": _of(place, week, pl.col("sex")) for name, week in weeks.items()},
        "key_alias_odd": _of(pl.col("alias"), weeks["odd"]),
        "key_surname": first,
        "key_given": given,
    }


def _of(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str([part.cast(pl.String) for part in parts], separator="|")
