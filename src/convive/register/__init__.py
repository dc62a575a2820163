"""The register: records become cases, one a victim."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from convive.register.fuse import completed, fuse, precedence
from convive.register.identity import Joins, components, exact_joins, placeholders
from convive.standard import case_records_schema, concept_expression

__all__ = ["Register", "Summary", "build_register", "placeholders", "precedence"]

CONCEPTS = ("iccs_0101", "bogota", "ceic", "qualified")


@dataclass(frozen=True)
class Summary:
    """How records became cases. ``joined_by`` counts records that a rule joined to another; ``contradictions`` counts pairs that a rule
    would join and another fact forbids, by rule; ``disagreements`` counts cases whose records disagree, by field."""

    records: int
    cases: int
    joined_by: dict[str, int] = field(default_factory=dict)
    contradictions: dict[str, int] = field(default_factory=dict)
    disagreements: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """Cases, which records make them up, and a summary. Names and identity numbers are not in ``cases``."""

    cases: pl.DataFrame
    case_records: pl.DataFrame
    summary: Summary
    contradictions: pl.DataFrame


def build_register(records: pl.DataFrame) -> Register:
    """Join the records of the same victim exactly and fuse them into cases.

    ``records`` has the columns of the record schema. The result depends on the records only, not on their order within a file's turn.
    """
    joins = exact_joins(records)
    case = components(records.height, joins.pairs)
    numbered = records.with_columns(case=pl.Series(case, dtype=pl.UInt32))
    heads = _heads(numbered)
    cases = completed(pl.concat([heads, fuse(numbered)], how="horizontal"))
    cases = cases.with_columns(concept_expression(name).alias(f"figure_in_{name}") for name in CONCEPTS)
    members = _members(numbered, heads["case_id"], joins)
    order = cases["case_id"].arg_sort()
    return Register(cases[order], members, _summary(cases, members, joins), _named(records, joins.contradictions))


def _heads(numbered: pl.DataFrame) -> pl.DataFrame:
    """What a case is apart from its fields: identifiers, how many records, which sources, status."""
    sources = numbered["source_id"].cast(pl.String).unique().sort().to_list()
    bit = {name: 1 << place for place, name in enumerate(sources)}
    keys = numbered.select(
        "case",
        "synthetic",
        "victims_in_event",
        key=_key(),
        event=pl.concat_str("source_id", "source_record_number", separator=":"),
        bit=pl.col("source_id").cast(pl.String).replace_strict(bit, return_dtype=pl.UInt64),
    )
    grouped = (
        keys.group_by("case")
        .agg(
            pl.col("key").min(),
            pl.len().cast(pl.Int32).alias("n_records"),
            pl.col("synthetic").any(),
            pl.col("bit").bitwise_or().alias("mask"),
            pl.col("victims_in_event").max().alias("victims_in_incident"),
        )
        .sort("case")
    )
    names = {mask: [name for name in sources if mask & bit[name]] for mask in grouped["mask"].unique().to_list()}
    lists = pl.DataFrame(
        {"mask": list(names), "sources": list(names.values())},
        schema={"mask": pl.UInt64, "sources": pl.List(pl.String)},
    )
    case_id = pl.Series("case_id", [_opaque(key) for key in grouped["key"].to_list()], dtype=pl.String)
    grouped = grouped.join(lists, on="mask", how="left", maintain_order="left").with_columns(
        case_id=case_id,
        status=pl.when(pl.col("n_records") > 1).then(pl.lit("matched")).otherwise(pl.lit("draft")).cast(pl.Categorical),
    )
    return grouped.with_columns(incident_id=_incidents(keys, case_id)).drop("case", "key", "mask")


def _key() -> pl.Expr:
    """What names a record for good: its source's own number, else file and row."""
    number = pl.coalesce(
        pl.col("source_record_number"),
        pl.concat_str(pl.col("file").cast(pl.String), pl.lit("#"), pl.col("row").cast(pl.String)),
    )
    return pl.concat_str(
        pl.col("source_id").cast(pl.String), number, pl.col("victim_no").cast(pl.String), separator=":"
    )


def _opaque(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8, person=b"convive-case").hexdigest()


def _incidents(keys: pl.DataFrame, case_id: pl.Series) -> pl.Series:
    """Cases that a source files under one number are one incident, named after its first case."""
    shared = keys.select("event", "case").drop_nulls().unique().filter(pl.len().over("event") > 1)
    pairs = shared.with_columns(left=pl.col("case").min().over("event")).select("left", right="case")
    group: NDArray[np.int32] = components(len(case_id), pairs)
    named = pl.DataFrame({"case_id": case_id, "group": group})
    return named.select(pl.col("case_id").min().over("group")).to_series()


def _members(numbered: pl.DataFrame, case_id: pl.Series, joins: Joins) -> pl.DataFrame:
    """Each record with its case and the strongest rule that joined it to another record."""
    rules = ["source_number", "identity_number", "name_sex_date"]
    ends = pl.concat([joins.pairs.select(at=side, rule="joined_by") for side in ("left", "right")])
    strongest = (
        ends.with_columns(pl.col("rule").replace_strict(rules, range(3), return_dtype=pl.UInt8))
        .group_by("at")
        .agg(pl.col("rule").min())
    )
    members = (
        numbered.select("record_id", "case")
        .with_row_index("at")
        .join(strongest, on="at", how="left", maintain_order="left")
    )
    named = members.select(
        case_id=case_id[members["case"]],
        record_id="record_id",
        joined_by=pl.col("rule").replace_strict(range(3), rules, default="single", return_dtype=pl.String),
    )
    return named.cast(case_records_schema()).sort("case_id", "record_id")


def _summary(cases: pl.DataFrame, members: pl.DataFrame, joins: Joins) -> Summary:
    disagreeing = cases.select(pl.col("^.*_disagree$").sum()).row(0, named=True)
    return Summary(
        records=members.height,
        cases=cases.height,
        joined_by={
            str(rule): number
            for rule, number in members["joined_by"].cast(pl.String).value_counts().sort("joined_by").iter_rows()
        },
        contradictions=dict(joins.contradictions["joined_by"].value_counts().sort("joined_by").iter_rows()),
        disagreements={name.removesuffix("_disagree"): int(number) for name, number in disagreeing.items() if number},
    )


def _named(records: pl.DataFrame, contradictions: pl.DataFrame) -> pl.DataFrame:
    names = records["record_id"]
    return contradictions.select(
        left=names[contradictions["left"]], right=names[contradictions["right"]], joined_by="joined_by", reason="reason"
    )
