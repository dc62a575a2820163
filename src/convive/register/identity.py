"""Exact joins: records that one number, or one name, sex and day, show to be one death.

Three rules, each a function that returns pairs of record positions. Linkage adds pairs of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from convive.linkage import components, of_many, refused
from convive.register.people import people, placeholders
from convive.register.ranking import Integers

RULES = ("decision", "source_number", "identity_number", "name_sex_date", "probability")
"""From the strongest to the weakest."""

PAIRS_SCHEMA: dict[str, Any] = {"left": pl.UInt32, "right": pl.UInt32, "joined_by": pl.String}
TOLD_SCHEMA: dict[str, Any] = {**PAIRS_SCHEMA, "reason": pl.String}

Found = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True)
class Joins:
    """Pairs of record positions that are the same victim, and pairs that one rule would join and another fact forbids.

    ``pairs``: left, right (positions in the records), joined_by. ``contradictions``: left, right, joined_by, reason.
    """

    pairs: pl.DataFrame
    contradictions: pl.DataFrame

    def and_decided(self, joined: pl.DataFrame, apart: pl.DataFrame, size: int) -> Joins:
        """These joins with what people decided: ``joined`` and ``apart``, pairs of positions.

        Where two records that people hold apart would be one case by other joins, the weakest of those go.
        """
        ends = pl.col("left", "right").cast(pl.UInt32)
        whole = pl.concat([joined.select(ends, joined_by=pl.lit(RULES[0])), self.pairs])
        if apart.is_empty():
            return Joins(whole, self.contradictions)
        group = pl.Series(components(size, whole))
        torn = group[apart["left"]].filter(group[apart["left"]] == group[apart["right"]]).unique()
        inside = pl.lit(group[whole["left"]]).is_in(torn.implode())
        strength = pl.col("joined_by").replace_strict(list(RULES), range(len(RULES)), return_dtype=pl.Int8)
        links = whole.filter(inside).sort(strength, "left", "right")
        foes = {frozenset(pair) for pair in apart.iter_rows()}
        told = links.select("left", "right", pl.col("joined_by") == RULES[0]).iter_rows()
        gone = pl.DataFrame(refused(told, foes), schema={"left": pl.UInt32, "right": pl.UInt32}, orient="row")
        return Joins(whole.join(gone, on=["left", "right"], how="anti", maintain_order="left"), self.contradictions)

    def and_probable(self, pairs: pl.DataFrame) -> Joins:
        """These joins and those that linkage found."""
        ends = pl.col("left", "right").cast(pl.UInt32)
        return Joins(pl.concat([self.pairs, pairs.select(ends, joined_by=pl.lit(RULES[-1]))]), self.contradictions)


def exact_joins(records: pl.DataFrame, tie: Integers) -> Joins:
    """Pairs by source number, by identity number, and by full name, sex and date.

    A source's own number joins its records unless they tell of different people or of dates far apart. An identity
    number joins unless the deaths lie more than a year apart or the sexes differ. A full name (its words in any order)
    and sex join deaths within a day of each other (date of the event, else of the death) unless the ages differ, and a
    shorter name where the ages agree. A run of such deaths that takes longer than a day, day after day, is not joined,
    nor a group in which two identity numbers would be one victim. How far is far stands in ``placeholders.toml``;
    ``tie`` orders records that are equal in all this.
    """
    known = people(records).with_columns(tie=pl.lit(tie))
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda rule: rule(known), (_by_source_number, _by_identity_number, _by_name)))
    pairs = pl.concat([pl.DataFrame(schema=PAIRS_SCHEMA), *(joined for joined, _ in found)])
    told = pl.concat([pl.DataFrame(schema=TOLD_SCHEMA), *(forbidden for _, forbidden in found)])
    pairs, ambiguous = _one_identity_each(pairs, known)
    return Joins(pairs, pl.concat([told, ambiguous]))


def _by_source_number(known: pl.DataFrame) -> Found:
    key = ["source_record_number", "source_id", "victim_no"]
    known = known.filter(~_numbers_nobody(known))
    pairs = _neighbours(known, key, ["identity", "name", "any_date"])
    rules = placeholders()
    apart = (_days_apart("any_date") > rules["source_number_days"]) | (_apart("age") > rules["source_number_years"])
    of_two_people = _differ("identity").any().over(key) & ~_agree("name")
    other_person = _differ("sex") | _differ("name") | apart.fill_null(False) | of_two_people
    forbidden = _differ("identity") | (~_agree("identity") & other_person)
    return _split(pairs, forbidden, "source_number", "other-person")


def _numbers_nobody(known: pl.DataFrame) -> pl.Series:
    """Whether a source's number stands beside too many people of one year to be one record's (many sources begin anew
    each January)."""
    number = pl.concat_str("source_record_number", pl.col("victim_no"), pl.col("any_date").dt.year(), separator="|")
    numbers = known.select(pl.when(pl.col("source_record_number").is_duplicated()).then(number)).to_series()
    return of_many(known["source_id"], numbers, known["name"], known["age"], known["any_date"])


def _by_identity_number(known: pl.DataFrame) -> Found:
    pairs = _neighbours(known, ["identity"], ["sex", "any_date"])
    apart = _days_apart("any_date") > placeholders()["identity_days"]
    return _split(pairs, apart | _differ("sex"), "identity_number", "dates-or-sex-differ")


def _by_name(known: pl.DataFrame) -> Found:
    named = known.filter(pl.all_horizontal(pl.col("name", "sex", "on").is_not_null()))
    rules = placeholders()
    pairs = _neighbours(named, ["name", "sex"], ["on", "age"])
    near = pairs.filter(_days_apart("on") <= rules["name_days"])
    one_age = _apart("age") <= rules["name_years"]
    full = pl.col("is_full_name") & pl.col("is_full_name_first")
    begins = (pl.col("at_first") != pl.col("at").shift(1)).fill_null(True)
    first = pl.when(begins).then(pl.col("on_first")).forward_fill()
    last = pl.when(begins.shift(-1, fill_value=True)).then(pl.col("on")).backward_fill()
    spread = (last - first).dt.total_days() > rules["name_days"]
    forbidden = ~one_age.fill_null(full) | spread
    return _split(near, forbidden, "name_sex_date", "ages-or-dates-differ")


def _neighbours(known: pl.DataFrame, key: list[str], then: list[str]) -> pl.DataFrame:
    """Each record beside the one before it among those that agree in ``key``, in the order of ``then``.

    The first of ``key`` is the one that fewest share.
    """
    same = known.filter(pl.all_horizontal(pl.col(key).is_not_null()))
    same = same.filter(pl.col(key[0]).is_duplicated())
    same = same.sort(*key, *then, "tie", nulls_last=True)
    beside = pl.concat([same, same.select(pl.all().shift(1).name.suffix("_first"))], how="horizontal")
    return beside.filter(pl.all_horizontal(pl.col(name) == pl.col(f"{name}_first") for name in key))


def _one_identity_each(pairs: pl.DataFrame, known: pl.DataFrame) -> Found:
    """Takes back what joins by name where a chain of joins would make two identity numbers one victim."""
    by_name = pl.col("joined_by") == "name_sex_date"
    group = pl.Series("group", components(known.height, pairs))
    identity = pl.col("identity").drop_nulls()
    mixed = known.select("identity", group).filter(pl.col("identity").is_not_null()).group_by("group")
    groups = mixed.agg(is_mixed=identity.min() != identity.max()).filter("is_mixed")["group"]
    in_mixed = pl.lit(group[pairs["left"]]).is_in(groups.implode())
    reason = pl.lit("identity-numbers-differ").alias("reason")
    return pairs.filter(~(in_mixed & by_name)), pairs.filter(in_mixed & by_name).with_columns(reason)


def _split(pairs: pl.DataFrame, forbidden: pl.Expr, joined_by: str, reason: str) -> Found:
    named = pairs.with_columns(joined_by=pl.lit(joined_by), reason=pl.lit(reason), forbidden=forbidden.fill_null(False))
    columns = [pl.col("at_first").alias("left"), pl.col("at").alias("right"), pl.col("joined_by")]
    return named.filter(~pl.col("forbidden")).select(columns), named.filter("forbidden").select(*columns, "reason")


def _differ(name: str) -> pl.Expr:
    """Both are known and different."""
    return (pl.col(name) != pl.col(f"{name}_first")).fill_null(False)


def _agree(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_first")).fill_null(False)


def _apart(name: str) -> pl.Expr:
    return (pl.col(name) - pl.col(f"{name}_first")).abs()


def _days_apart(name: str) -> pl.Expr:
    return (pl.col(name) - pl.col(f"{name}_first")).dt.total_days().abs()
