"""Spanish names in a form that can be compared: given names, two surnames, and how they sound.

Each distinct name is taken apart once. Accents, particles, titles, aliases and a husband's surname are dropped;
hypocoristics become the name that they stand for (``spanish_names.toml``).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convive.fold import fold
from convive.linkage.nobody import nobody

_SPOKEN = (
    ("PH", "F"), ("^[HG]U([AEIO])", "U$1"), ("CH", "1"), ("H", ""), ("V", "B"), ("W", "U"), ("LL", "Y"),
    ("C([EI])", "S$1"), ("QU([EI])", "C$1"), ("QU|K", "C"), ("Z|X", "S"), ("GU([EI])", "3$1"), ("G([EI])", "J$1"),
    ("3", "G"), ("I?Y", "I"), ("M([BP])", "N$1"), ("[^A-Z1]", ""),
)  # fmt: skip

_QUOTED = r"[\"“«]([^\"“”«»]*)[\"”»]"

SCHEMA: dict[str, Any] = {"given": pl.String, "surname_1": pl.String, "surname_2": pl.String}


@cache
def rules() -> dict[str, Any]:
    """The rules of ``spanish_names.toml``."""
    return tomllib.loads((Path(__file__).parent / "spanish_names.toml").read_text("utf-8"))


def names(records: pl.DataFrame) -> pl.DataFrame:
    """given, surname_1, surname_2 of each record, in order; null where a part is not told or stands for nobody.

    ``records`` has given_names, surname_1, surname_2, full_name and source_id. A name written in one piece is split at
    its comma (surnames, given names), else in the order that most names of its source have.
    """
    apart = pl.DataFrame(
        [
            _each_distinct(records["given_names"], given("given_names")).alias("given"),
            _each_distinct(records["surname_1"], surname("surname_1")),
            _each_distinct(records["surname_2"], surname("surname_2")),
        ]
    )
    if records["full_name"].null_count() == records.height:
        return apart
    split = records.select(is_split=pl.col("given_names").is_not_null() | pl.col("surname_1").is_not_null())
    full = records.select("source_id", "full_name")
    distinct = full.unique()
    whole = full.join(
        pl.concat([distinct, _whole(distinct)], how="horizontal"),
        on=["source_id", "full_name"],
        how="left",
        maintain_order="left",
    ).select(pl.col(list(SCHEMA)).name.suffix("_whole"))
    both = pl.concat([split, apart, whole], how="horizontal")
    return both.select(pl.when("is_split").then(name).otherwise(f"{name}_whole").alias(name) for name in SCHEMA)


def aliases(records: pl.DataFrame) -> pl.Series:
    """What people called each person, in order: by the alias column, else by what stands in quotes or behind a mark in
    the name ("(a) Chino"); null where nothing does."""
    parts = ["given_names", "surname_2", "surname_1", "full_name"]
    told = [_each_distinct(records[name], _joined(_words(_alias_in(_letters(pl.col(name)))))) for name in parts]
    if "alias" in records.columns:
        plain = _letters(pl.col("alias")).str.replace_all(rules()["alias_marks"], " ")
        told.insert(0, _each_distinct(records["alias"], _joined(_words(plain))))
    return pl.DataFrame(told).select(alias=pl.coalesce(pl.all())).to_series()


def given(column: str) -> pl.Expr:
    """Given names: folded, without particles and titles, hypocoristics replaced."""
    words = _words(_without_alias(_letters(pl.col(column))))
    return _joined(words.list.eval(_spoken(pl.element())))


def surname(column: str) -> pl.Expr:
    """One surname as one word: folded, particles dropped, a husband's surname dropped."""
    plain = _without_alias(_letters(pl.col(column)))
    return _joined(_words(_own(plain)))


def sound(expr: pl.Expr) -> pl.Expr:
    """How a word sounds in the Spanish of the coast: B and V, S, C and Z, LL and Y, a silent H."""
    for pattern, spoken in _SPOKEN:
        expr = expr.str.replace_all(pattern, spoken)
    for letter in "ABCDEFGIJLMNOPRSTU":
        expr = expr.str.replace_all(f"{letter}{letter}+", letter)
    return expr


def _each_distinct(values: pl.Series, made: pl.Expr) -> pl.Series:
    """``made`` of ``values``, computed once for each distinct one."""
    distinct = values.drop_nulls().unique()
    table = distinct.to_frame().with_columns(made=made)
    return values.to_frame().join(table, on=values.name, how="left", maintain_order="left")["made"].alias(values.name)


def _letters(expr: pl.Expr) -> pl.Expr:
    return fold(expr.str.replace_all(r"['’´`.]", ""))


def _without_alias(folded: pl.Expr) -> pl.Expr:
    plain = folded.str.replace_all(_QUOTED, " ").str.replace(rf"\s*{rules()['alias_marks']}.*$", "")
    return plain.str.replace_all(r"[\"“”«»].*$", "")


def _alias_in(folded: pl.Expr) -> pl.Expr:
    marked = folded.str.extract(rf"{rules()['alias_marks']}(.*)$")
    return pl.coalesce(marked, folded.str.extract(_QUOTED))


def _own(folded: pl.Expr) -> pl.Expr:
    """A surname without what a marriage adds; surnames that are made with DE, DE LA or DE LOS stay whole."""
    plain = _unwidowed(folded)
    bare = plain.str.replace(r"^((?:(?:DE|DEL|LA|LOS|LAS)\s+)*[A-Z]+)\s+DE\s+.*$", "$1")
    return pl.when(plain.str.contains(r"\sDE\s+(?:LA|LAS|LOS)\s")).then(plain).otherwise(bare)


def _unwidowed(folded: pl.Expr) -> pl.Expr:
    """A name without what says whose widow or wife she is."""
    words = "|".join(rules()["widow_words"])
    folded = folded.str.replace(rf"\s*\b(?:{words})\b.*$", "")
    for made in rules()["made_with_de"]:
        folded = folded.str.replace(rf"\b{made}\b", made.replace(" DE ", ""), literal=False)
    return folded


def _words(folded: pl.Expr) -> pl.Expr:
    dropped = [*rules()["particles"], *rules()["titles"]]
    letters = folded.str.replace_all(r"[^A-Z\s]", " ").str.replace_all(rf"\b(?:{'|'.join(dropped)})\b", " ")
    words = letters.str.replace_all(r"\s+", " ").str.strip_chars().str.split(" ")
    return words.list.eval(pl.element().str.replace(rules()["run_together"], "$1"))


def _spoken(word: pl.Expr) -> pl.Expr:
    table = rules()["hypocoristics"]
    return word.replace(list(table), list(table.values()))


def _joined(words: pl.Expr) -> pl.Expr:
    name = words.list.join(" ")
    return pl.when((name != "") & ~is_nobody(name)).then(name)


def is_nobody(name: pl.Expr) -> pl.Expr:
    """Whether a folded name says that nobody knows it."""
    return name.str.contains(r"(?:^|\s)(?:" + "|".join(map(re.escape, nobody()["name_words"])) + r")(?:\s|$)")


def _whole(full: pl.DataFrame) -> pl.DataFrame:
    """Names in one piece, taken apart: at the comma, else by the order of their source."""
    name = _without_alias(_letters(pl.col("full_name"))).str.strip_chars()
    plain = full.select(pl.col("source_id").cast(pl.String), name=name)
    told = plain.select("source_id", name=pl.when(~is_nobody(pl.col("name"))).then("name"))
    words = told.select(
        "source_id",
        words=_filled(_words(_unwidowed(pl.col("name")))),
        before=_filled(_words(_own(pl.col("name").str.extract(r"^([^,]+),")))),
        after=_filled(_words(pl.col("name").str.extract(r",(.+)$"))),
    )
    given_first = _given_first(words.filter(pl.col("before").is_null()))
    count, known = pl.col("words").list.len(), rules()["given"]["names"]
    second_is_given = pl.col("words").list.get(1, null_on_oob=True).is_in(known)
    given_words = (
        pl.when((count > 3) | ~second_is_given | (count < 3))
        .then(pl.max_horizontal(count.cast(pl.Int64) - 2, pl.lit(1, dtype=pl.Int64)))
        .otherwise(pl.lit(2, dtype=pl.Int64))
    )
    surname_words = pl.when(count > 2).then(2).otherwise(1)
    in_order = pl.col("source_id").is_in(sorted(given_first))
    by_comma = pl.col("before").is_not_null()
    whole = pl.col("words").list
    split = words.select(
        given=pl.when(by_comma)
        .then("after")
        .when(in_order)
        .then(whole.head(given_words))
        .otherwise(whole.slice(surname_words)),
        family=pl.when(by_comma)
        .then("before")
        .when(in_order)
        .then(whole.slice(given_words))
        .otherwise(whole.head(surname_words)),
    )
    return split.select(
        given=_joined(pl.col("given").list.eval(_spoken(pl.element()))),
        surname_1=_joined(pl.col("family").list.head(1)),
        surname_2=_joined(pl.col("family").list.slice(1)),
    )


def _filled(words: pl.Expr) -> pl.Expr:
    return words.list.eval(pl.element().filter(pl.element() != ""))


def _given_first(words: pl.DataFrame) -> set[str]:
    """The sources that write given names before surnames: a known given name begins more of their names than ends one
    of three words or more."""
    known = rules()["given"]["names"]
    seen = words.filter(pl.col("words").list.len() >= 3).select(
        "source_id",
        begins=pl.col("words").list.first().is_in(known),
        ends=pl.col("words").list.last().is_in(known),
    )
    by_source = seen.group_by("source_id").agg(pl.col("begins").sum(), pl.col("ends").sum())
    return set(by_source.filter(pl.col("begins") > pl.col("ends"))["source_id"])
