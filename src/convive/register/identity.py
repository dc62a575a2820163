"""Exact joins: the first form of "one death, one case".

Three rules, each a function that returns pairs of record positions. Probabilistic linkage will add pairs of its own;
nothing here needs to know of it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from convive.fold import fold
from convive.standard import is_known

PAIRS_SCHEMA: dict[str, Any] = {"left": pl.UInt32, "right": pl.UInt32, "joined_by": pl.String}


@dataclass(frozen=True)
class Joins:
    """Pairs of record positions that are the same victim, and pairs that one rule would join and another fact forbids.

    ``pairs``: left, right (positions in the records), joined_by. ``contradictions``: left, right, joined_by, reason.
    """

    pairs: pl.DataFrame
    contradictions: pl.DataFrame


@cache
def placeholders() -> dict[str, Any]:
    """Names and numbers that stand for nobody, and how far apart two dates of one victim may lie."""
    return tomllib.loads((Path(__file__).parent / "placeholders.toml").read_text("utf-8"))


def exact_joins(records: pl.DataFrame) -> Joins:
    """Pairs by source number, by identity number, and by full name, sex and date.

    A source's own number joins its records unless they name different people. An identity number joins unless the
    deaths lie more than a year apart or the sexes differ. A full name (its words in any order) and sex join deaths
    within a day of each other (event, else death) unless two known identity numbers differ.
    """
    people = _people(records)
    found = [_by_source_number(people), _by_identity_number(people), _by_name(people)]
    return Joins(
        pl.concat([pl.DataFrame(schema=PAIRS_SCHEMA), *(pairs for pairs, _ in found)]),
        pl.concat([pl.DataFrame(schema={**PAIRS_SCHEMA, "reason": pl.String}), *(told for _, told in found)]),
    )


def components(size: int, pairs: pl.DataFrame) -> NDArray[np.int32]:
    """The number of the group that each of ``size`` records belongs to when all ``pairs`` are joined."""
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    groups: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return groups


def _people(records: pl.DataFrame) -> pl.DataFrame:
    """What the rules look at: position, source, number, identity, name key, sex, date."""
    sex = pl.col("sex").cast(pl.String)
    people = records.select(
        "source_id",
        "source_record_number",
        "victim_no",
        identity=_identity(pl.col("identity_number")),
        name=_whole_name(records),
        sex=pl.when(is_known("sex")).then(sex),
        on=pl.coalesce("occurred_on", "died_on"),
        any_date=pl.coalesce("died_on", "occurred_on", "registered_on"),
    ).with_row_index("at")
    return people.with_columns(name=_name_key(people["name"]))


def _identity(number: pl.Expr) -> pl.Expr:
    rules = placeholders()
    clean = number.str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    same_digit = clean.str.contains("^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$")
    usable = clean.str.contains(rules["identity_pattern"]) & ~same_digit & ~clean.is_in(rules["identity_numbers"])
    return pl.when(usable).then(clean)


def _whole_name(records: pl.DataFrame) -> pl.Expr:
    parts = pl.concat_str(["given_names", "surname_1", "surname_2"], separator=" ", ignore_nulls=True)
    if records["given_names"].null_count() == records.height:
        return pl.col("full_name")
    return pl.when(parts != "").then(parts).otherwise(pl.col("full_name"))


def _name_key(names: pl.Series) -> pl.Series:
    """A number for each full name, the same whatever the order of its words; null for names that stand for nobody."""
    rules = placeholders()
    nobody = r"(?:^|\s)(?:" + "|".join(map(re.escape, rules["name_words"])) + r")(?:\s|$)"
    plain = fold(pl.col("name").str.replace_all(r"[,\-]", " "))
    table = pl.DataFrame({"name": names.unique()}).with_columns(plain=plain)
    person = pl.col("plain").str.count_matches(" ", literal=True) + 1 >= rules["name_parts"]
    person &= ~pl.col("plain").str.contains(nobody)
    table = table.filter(person).with_columns(key=pl.col("plain").str.split(" ").list.sort().list.join(" "))
    table = table.with_columns(number=pl.col("key").cast(pl.Categorical).to_physical())
    return names.to_frame("name").join(table, on="name", how="left", maintain_order="left")["number"]


Found = tuple[pl.DataFrame, pl.DataFrame]


def _by_source_number(people: pl.DataFrame) -> Found:
    key = ["source_id", "source_record_number", "victim_no"]
    same = people.filter(pl.col("source_record_number").is_not_null()).filter(pl.len().over(key) > 1)
    pairs = _to_first(same, key)
    far = _days_apart("any_date").fill_null(0) > placeholders()["source_number_days"]
    other_person = _differ("identity") | (~_agree("identity") & (_differ("sex") | _differ("name") | far))
    return _split(pairs, other_person, "source_number", "other-person")


def _by_identity_number(people: pl.DataFrame) -> Found:
    same = people.filter(pl.col("identity").is_not_null()).filter(pl.len().over("identity") > 1)
    pairs = _to_first(same, ["identity"])
    apart = _days_apart("any_date") > placeholders()["identity_days"]
    return _split(pairs, apart | _differ("sex"), "identity_number", "dates-or-sex-differ")


def _by_name(people: pl.DataFrame) -> Found:
    known = people.filter(pl.all_horizontal(pl.col("name", "sex", "on").is_not_null()))
    same = known.filter(pl.len().over("name", "sex") > 1).sort("name", "sex", "on", "at")
    before = same.select(pl.all().shift(1).name.suffix("_first"))
    pairs = pl.concat([same, before], how="horizontal").filter(
        (pl.col("name") == pl.col("name_first"))
        & (pl.col("sex") == pl.col("sex_first"))
        & (_days_apart("on") <= placeholders()["name_days"])
    )
    return _split(pairs, _differ("identity"), "name_sex_date", "identity-numbers-differ")


def _to_first(same: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Each record beside the first one of its group."""
    first = same.unique(key, keep="first", maintain_order=True)
    beside = same.join(first, on=key, how="inner", suffix="_first", maintain_order="left")
    return beside.filter(pl.col("at") != pl.col("at_first"))


def _split(pairs: pl.DataFrame, forbidden: pl.Expr, joined_by: str, reason: str) -> Found:
    named = pairs.with_columns(joined_by=pl.lit(joined_by), reason=pl.lit(reason), forbidden=forbidden.fill_null(False))
    columns = [pl.col("at_first").alias("left"), pl.col("at").alias("right"), pl.col("joined_by")]
    return named.filter(~pl.col("forbidden")).select(columns), named.filter("forbidden").select(*columns, "reason")


def _differ(name: str) -> pl.Expr:
    """Both are known and different."""
    return (pl.col(name) != pl.col(f"{name}_first")).fill_null(False)


def _agree(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_first")).fill_null(False)


def _days_apart(name: str) -> pl.Expr:
    return (pl.col(name) - pl.col(f"{name}_first")).dt.total_days().abs()
