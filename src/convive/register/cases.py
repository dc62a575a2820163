"""Cases from records: who belongs together, what is believed, how the case is called."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl

from convive.errors import Problem
from convive.linkage import components
from convive.register.corrections import corrected
from convive.register.fuse import completed, fuse
from convive.register.identity import RULES, Joins, exact_joins
from convive.register.incidents import incidents, street_addresses
from convive.register.ledger import Ledger, applied
from convive.register.precedence import Precedence
from convive.register.ranking import Integers, Ranked, ranked, ties
from convive.register.unjoined import missed_share
from convive.register.voices import case_values
from convive.standard import case_values_schema, concept_expression, links_schema

if TYPE_CHECKING:
    from convive.linkage.clusters import Outcome
    from convive.linkage.link import Links

KEY = ("source_id", "source_record_number", "victim_no", "file", "row")
counts = pl.col("status").cast(pl.String) != "annulled"
CONCEPTS = ("iccs_0101", "bogota", "ceic", "qualified")


@dataclass(frozen=True)
class Summary:
    """How records became cases.

    ``joined_by`` counts records by the rule that joined them to another; ``contradictions`` counts pairs that a rule
    would join and another fact forbids, by rule; ``disagreements`` counts cases whose records disagree, by field.
    """

    records: int
    cases: int
    joined_by: dict[str, int] = field(default_factory=dict)
    contradictions: dict[str, int] = field(default_factory=dict)
    disagreements: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """Cases, which records make them up, a summary, and pairs of records that contradict each other.

    ``values``: who says what of each field (:func:`~convive.register.voices.case_values`).
    ``contradictions``: left, right (record_id), joined_by (the rule that would join them), reason. ``links``: left,
    right (record_id), probability, zone and reasons of what linkage found; ``consequences`` of its thresholds, the
    ``outcome`` of those that hold, and the share of joins that it expects to have ``missed``. Names and identity
    numbers are in none of them. ``problems``: what the ledger says that could not be applied.
    """

    cases: pl.DataFrame
    case_records: pl.DataFrame
    summary: Summary
    contradictions: pl.DataFrame
    values: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=case_values_schema()))
    links: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=links_schema()))
    consequences: pl.DataFrame = field(default_factory=pl.DataFrame)
    outcome: Outcome | None = None
    missed: float | None = None
    problems: tuple[Problem, ...] = ()


class FindsLinks(Protocol):
    """Linkage with its settings: see :func:`~convive.linkage.link.link`."""

    def __call__(self, records: pl.DataFrame, *, certain: pl.DataFrame, doubtful: pl.DataFrame) -> Links: ...


def build_register(
    records: pl.DataFrame,
    find_links: FindsLinks | None = None,
    ledger: Ledger | None = None,
    believed: Precedence | None = None,
) -> Register:
    """Join the records of the same victim, exactly, by probability and by decision, and fuse them into cases.

    ``records`` has the columns of the record schema. Without ``find_links`` nothing is joined by probability. What the
    ``ledger`` decides goes before all else; where records disagree, ``believed`` says whose value a case takes. The
    result does not depend on the order of the rows.
    """
    tie = ties(records)
    joins = exact_joins(records, tie)
    links: dict[str, Any] = {}
    if find_links is not None:
        found = _found(find_links, records, tie, joins)
        joins = joins.and_probable(found.joined)
        links = {"links": _links(records, found.pairs), "consequences": found.consequences}
        links["outcome"] = found.outcome
    decided = applied(records, ledger or Ledger())
    joins = joins.and_decided(decided.joined, decided.apart, records.height)
    case = components(records.height, joins.pairs).astype(np.int64)
    if find_links is not None:
        links["missed"] = missed_share(found.pairs, case, decided.apart, found.outcome.misses)
    with ThreadPoolExecutor() as pool:
        heads = pool.submit(lambda: _heads(records, ranked(case, tie), tie))
        fields = fuse(records, case, tie, believed, pool.map)
        told = pool.submit(lambda: _members(records, case, tie, heads.result()["case_id"], joins))
        fed = pl.concat([heads.result(), fields], how="horizontal")
        whole, clashes = corrected(completed(fed), case, decided)
        voices = pool.submit(lambda: case_values(records, case, tie, whole))
        derived = whole.select(
            incidents(whole, _filed(records, case), street_addresses(records, case)).alias("incident_id"),
            *((concept_expression(name) & counts).alias(f"figure_in_{name}") for name in CONCEPTS),
        )
        members, values = told.result(), voices.result()
    in_order = fed["case_id"].arg_sort()
    cases = whole.with_columns(derived)[in_order]
    contradictions = _named(records, joins.contradictions)
    summary = _summary(cases, members, joins)
    problems = (*decided.problems, *clashes)
    return Register(cases, members, summary, contradictions, values=values, problems=problems, **links)


def _heads(records: pl.DataFrame, order: Ranked, tie: Integers) -> pl.DataFrame:
    """What a case is apart from its fields: identifier, how many records, which sources, status."""
    sources = records["source_id"].cast(pl.String)
    names = sources.unique().sort().to_list()
    bits = sources.replace_strict(names, [1 << place for place in range(len(names))], return_dtype=pl.Int64)
    mask = np.bitwise_or.reduceat(bits.to_numpy()[order.at], order.begin)
    count = np.diff(order.begin, append=len(order.at))
    lists = {int(one): [name for place, name in enumerate(names) if one >> place & 1] for one in np.unique(mask)}
    return pl.DataFrame(
        {
            "case_id": _identifiers(records.select(KEY)[order.first], tie[order.first]),
            "victims_in_incident": np.maximum.reduceat(records["victims_in_event"].to_numpy()[order.at], order.begin),
            "status": pl.Series(count > 1).replace_strict(
                {True: "matched", False: "draft"}, return_dtype=pl.Categorical
            ),
            "n_records": pl.Series(count, dtype=pl.Int32),
            "sources": pl.Series(mask).replace_strict(lists, return_dtype=pl.List(pl.String)) if lists else [],
            "synthetic": np.logical_or.reduceat(records["synthetic"].to_numpy()[order.at], order.begin),
        },
        schema_overrides={"sources": pl.List(pl.String)},
    )


def _identifiers(firsts: pl.DataFrame, tie: Integers) -> pl.Series:
    """Opaque names of cases, made from what names their first record for good: its source's own number, else its row.

    Where two cases stand under one number of a source, the later one is named by its row too.
    """
    row = pl.concat_str(pl.col("file").cast(pl.String), pl.lit("#"), pl.col("row").cast(pl.String))
    number = pl.coalesce("source_record_number", row)
    source, victim = pl.col("source_id").cast(pl.String), pl.col("victim_no").cast(pl.String)
    keys = firsts.select(key=pl.concat_str(source, number, victim, separator=":"), row=row)
    if keys["key"].is_duplicated().any():
        keys = keys.with_columns(later=pl.lit(tie) != pl.lit(tie).min().over("key"))
        keys = keys.select(key=pl.when("later").then(pl.concat_str("key", "row", separator="@")).otherwise("key"))
    return pl.Series("case_id", [_opaque(key) for key in keys["key"].to_list()], dtype=pl.String)


def _opaque(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8, person=b"convive-case").hexdigest()


def _filed(records: pl.DataFrame, case: Integers) -> pl.DataFrame:
    """The source and number under which cases are filed, where it comes more than once: case, event."""
    event = pl.concat_str(pl.col("source_id").cast(pl.String), "source_record_number", separator=":")
    number = pl.col("source_record_number")
    told = records.select("source_id", number, case=pl.lit(pl.Series(case))).drop_nulls("source_record_number")
    return told.filter(number.is_duplicated()).select("case", event=event)


def _members(records: pl.DataFrame, case: Integers, tie: Integers, case_id: pl.Series, joins: Joins) -> pl.DataFrame:
    """Each record with its case and the strongest rule that joined it to another record."""
    strength = np.full(records.height, len(RULES), dtype=np.int8)
    for place, rule in reversed(list(enumerate(RULES))):
        pairs = joins.pairs.filter(pl.col("joined_by") == rule)
        strength[pairs["left"].to_numpy()] = strength[pairs["right"].to_numpy()] = place
    told = pl.Series("joined_by", [*RULES, "single"], dtype=pl.Categorical)
    members = pl.DataFrame({"case_id": case_id[case], "record_id": records["record_id"], "joined_by": told[strength]})
    order = np.lexsort((tie, case_id.rank("dense").to_numpy()[case]))
    return members[order]


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


def _found(find_links: FindsLinks, records: pl.DataFrame, tie: Integers, joins: Joins) -> Links:
    """What linkage finds among ``records`` brought into the order of ``tie``, told of their own positions."""

    def placed(pairs: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame({"left": tie[pairs["left"].to_numpy()], "right": tie[pairs["right"].to_numpy()]})

    order = pl.Series(np.argsort(tie))
    found = find_links(records[order], certain=placed(joins.pairs), doubtful=placed(joins.contradictions))
    pairs = found.pairs.with_columns(left=order[found.pairs["left"]], right=order[found.pairs["right"]])
    return replace(found, pairs=pairs)


def _links(records: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    names = records["record_id"]
    named = pairs.with_columns(left=names[pairs["left"]], right=names[pairs["right"]])
    return named.select(pl.col(name).cast(dtype) for name, dtype in links_schema().items()).sort("left", "right")
