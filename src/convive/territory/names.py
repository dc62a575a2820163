"""Place names as they are compared, and which units answer to them.

Names are folded, punctuation and spaces do not count (``ANCO-HUALLO`` is ``ANCOHUALLO``), words that only say what a
place is (``DISTRITO DE``) go, and abbreviations are written out.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from convive.fold import fold

ANYWHERE = "*"
"""Scope of a name that is looked for in the whole territory; level of a name that may be of any level."""


@cache
def rules() -> dict[str, Any]:
    """``data/names.toml``: prefixes, words, aliases, words for abroad."""
    return tomllib.loads(resources.files("convive.territory").joinpath("data/names.toml").read_text("utf-8"))


def key(column: str) -> pl.Expr:
    """The name in ``column`` as it is compared; blank as null."""
    prefixes = "|".join(sorted(rules()["prefixes"], key=len, reverse=True))
    text = fold(pl.col(column).cast(pl.String)).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    text = text.str.replace(rf"^(?:{prefixes}) (\S)", "${1}")
    padded = pl.concat_str(pl.lit(" "), text.str.replace_all(" ", "  "), pl.lit(" "))
    words = {f" {short} ": f" {long} " for short, long in rules()["words"].items()}
    text = padded.str.replace_many(words).str.replace_all(" ", "", literal=True)
    return pl.when(text != "").then(text)


def as_written(column: str) -> pl.Expr:
    """The name as people write it: ``SAN JUAN DE LA VIRGEN``, all in capitals, becomes ``San Juan de la Virgen``."""
    name, particles = pl.col(column), rules()["particles"]
    calm = name.str.to_titlecase()
    for particle in sorted(particles, key=len, reverse=True):
        calm = calm.str.replace_all(f" {particle.title()} ", f" {particle} ", literal=True)
    shouted = (name == name.str.to_uppercase()) & (name != name.str.to_lowercase())
    return pl.when(shouted & (name.str.len_chars() > 3)).then(calm).otherwise(name)


@cache
def abroad() -> tuple[str, ...]:
    """Keys of the words that mean a place outside the country."""
    words = pl.DataFrame({"word": rules()["abroad"]})
    return tuple(words.select(key("word")).to_series())


def named_units(units: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """code, level, key, kind (``exact`` | ``alias``): every name of every unit, once."""
    own = units.select("code", name="name", kind=pl.lit("exact"))
    known = [(code, name) for code, names in rules()["aliases"].items() for name in names]
    shipped = pl.DataFrame(known, schema={"code": pl.String, "name": pl.String}, orient="row")
    other = pl.concat([aliases.select("code", name="alias"), shipped]).with_columns(kind=pl.lit("alias"))
    every = pl.concat([own, other]).with_columns(key=key("name")).filter(pl.col("key").is_not_null())
    every = every.unique(["code", "key"], keep="first", maintain_order=True)
    return every.join(units.select("code", "level"), on="code", maintain_order="left").select(
        "code", "level", "key", "kind"
    )


def scoped(names: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    """``names`` once for each unit that holds them (``scope``) and once for :data:`ANYWHERE`."""
    within = names.join(ancestors.select("code", scope="ancestor"), on="code").filter(pl.col("scope") != pl.col("code"))
    return pl.concat([names.with_columns(scope=pl.lit(ANYWHERE)), within])


def index(scoped_names: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    """level, scope, key, n (units so called there), code, kind: one row a name, where the unit's own name goes before
    an alias.

    At level :data:`ANYWHERE` a unit that holds all others of the same name answers for them, with kind ``nested``.
    """
    place = ["level", "scope", "key"]
    own = (pl.col("kind") == "exact").any().over(place)
    rows = scoped_names.filter((pl.col("kind") == "exact") | ~own)
    by_level = rows.group_by(place).agg(n=pl.len(), code=pl.col("code").first(), kind=pl.col("kind").first())
    return pl.concat([by_level, _of_any_level(scoped_names, ancestors).select(by_level.columns)])


def _of_any_level(scoped_names: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    place = ["level", "scope", "key"]
    rows = scoped_names.with_columns(level=pl.lit(ANYWHERE))
    own = (pl.col("kind") == "exact").any().over(place)
    rows = rows.filter((pl.col("kind") == "exact") | ~own)
    alone = rows.group_by(place).agg(n=pl.len(), code=pl.col("code").first(), kind=pl.col("kind").first())
    holds = rows.join(ancestors.select("code", "ancestor"), on="code")
    holds = holds.group_by(*place, "ancestor").agg(held=pl.len()).rename({"ancestor": "top"})
    tops = holds.join(rows.select(*place, top="code"), on=[*place, "top"]).join(alone, on=place)
    tops = tops.filter((pl.col("n") > 1) & (pl.col("held") == pl.col("n"))).select(*place, "top")
    joined = alone.join(tops, on=place, how="left")
    nested = pl.col("top").is_not_null()
    return joined.with_columns(
        n=pl.when(nested).then(pl.lit(1, dtype=pl.UInt32)).otherwise("n"),
        code=pl.coalesce("top", "code"),
        kind=pl.when(nested).then(pl.lit("nested")).otherwise("kind"),
    ).drop("top")
