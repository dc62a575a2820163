"""What is on the table: pairs of records that may be one death."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from convive.linkage.reasons import Reason, read
from convive.register.ledger import Ledger, Line

WANTED = ("record_id", "source_id")


@dataclass(frozen=True)
class Matter:
    """One pair: the names of its records in the ledger, their sources, probability and reasons, and the decision that
    stands, if any. ``left`` and ``right`` are positions in the records. No probability where linkage did not compare
    them.
    """

    left: int
    right: int
    names: tuple[str, str]
    sources: tuple[str, str]
    probability: float | None
    reasons: tuple[Reason, ...]
    decision: Line | None

    @property
    def key(self) -> str:
        """The pair as an address names it."""
        return "~".join(self.names)


@dataclass(frozen=True)
class Docket:
    """``undecided`` first, the likeliest before, then the ``decided``, the latest before."""

    undecided: tuple[Matter, ...]
    decided: tuple[Matter, ...]

    def matter(self, key: str) -> Matter | None:
        """The pair of that address."""
        return next((one for one in (*self.undecided, *self.decided) if one.key == key), None)

    def after(self, key: str) -> Matter | None:
        """The undecided pair that comes after the one of that address, or else the first one."""
        others = [one for one in self.undecided if one.key != key]
        keys = [one.key for one in self.undecided]
        later = keys[keys.index(key) + 1 :] if key in keys else keys
        return next((one for one in others if one.key in later), others[0] if others else None)


def docket(records: pl.DataFrame, names: Mapping[str, str], links: pl.DataFrame, ledger: Ledger) -> Docket:
    """The docket of a register: pairs that people have not joined already by way of a third record.

    ``names``: record_id → name in the ledger; ``links``: the pairs that linkage found
    (:func:`~convive.standard.schema.links_schema`). Two pairs of the same names are one matter.
    """
    place = {name: at for at, name in enumerate(records["record_id"].to_list())}
    sources = records["source_id"].cast(pl.String).to_list()
    standing = {line.decision.pair: line for line in ledger.standing if line.decision.pair}
    group = _groups(ledger)
    matters: dict[str, Matter] = {}
    for row in (
        links.filter(pl.col("zone") == "people")
        .sort("probability", "left", "right", descending=True)
        .iter_rows(named=True)
    ):
        ends = sorted((names[row[side]], place[row[side]]) for side in ("left", "right"))
        (one, left), (other, right) = ends
        if one == other:
            continue
        matter = Matter(
            left=left,
            right=right,
            names=(one, other),
            sources=(sources[left], sources[right]),
            probability=row["probability"],
            reasons=tuple(read(row["reasons"])),
            decision=standing.get(frozenset((one, other))),
        )
        if matter.decision is None and one in group and group[one] == group.get(other):
            continue
        matters.setdefault(matter.key, matter)
    undecided = [one for one in matters.values() if one.decision is None]
    decided = [one for one in matters.values() if one.decision is not None]
    decided.sort(key=lambda one: one.decision.decision.at if one.decision else 0, reverse=True)
    return Docket(tuple(undecided), tuple(decided))


def other_pair(
    records: pl.DataFrame, names: Mapping[str, str], links: pl.DataFrame, ledger: Ledger, places: tuple[int, int]
) -> Matter:
    """Two records that people look at of their own accord: joined by a rule, or not found by linkage at all."""
    ids = [str(records["record_id"][at]) for at in places]
    ends = sorted(zip((names[one] for one in ids), places, ids, strict=True))
    both = [ends[0][2], ends[1][2]]
    found = links.filter(pl.col("left").is_in(both) & pl.col("right").is_in(both) & (pl.col("left") != pl.col("right")))
    row = found.row(0, named=True) if found.height else None
    pair = ends[0][0], ends[1][0]
    decision = next((line for line in ledger.standing if line.decision.pair == frozenset(pair)), None)
    sources = tuple(str(records["source_id"].cast(pl.String)[end[1]]) for end in ends)
    return Matter(
        left=ends[0][1],
        right=ends[1][1],
        names=pair,
        sources=(sources[0], sources[1]),
        probability=row["probability"] if row else None,
        reasons=tuple(read(row["reasons"])) if row else (),
        decision=decision,
    )


def _groups(ledger: Ledger) -> dict[str, str]:
    """Of each record that people joined to another, the least name of all they joined it to."""
    group: dict[str, str] = {}
    for line in ledger.standing:
        if line.decision.kind != "same":
            continue
        one, other = (group.get(name, name) for name in line.decision.records)
        least = min(one, other)
        group |= dict.fromkeys((*line.decision.records, one, other), least)
        group |= {name: least for name, head in group.items() if head in (one, other)}
    return group
