"""What is on the table: pairs of records that may be one death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from convive.linkage.reasons import Reason, read
from convive.register.ledger import Ledger, Line


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
        keys = [one.key for one in self.undecided]
        begin = keys.index(key) + 1 if key in keys else 0
        return next((one for one in (*self.undecided[begin:], *self.undecided[:begin]) if one.key != key), None)


@dataclass(frozen=True)
class Sides:
    """Where the records of a build stand (``place``), how the ledger calls them (``name``) and to which case each
    belongs (``case``), by record_id; ``source``: of the record at each place."""

    place: Mapping[str, int]
    name: Mapping[str, str]
    case: Mapping[str, str]
    source: Sequence[str]

    @cached_property
    def case_named(self) -> dict[str, str]:
        """The case of each record by its name in the ledger."""
        return {self.name[record]: case for record, case in self.case.items()}


def docket(sides: Sides, links: pl.DataFrame, ledger: Ledger) -> Docket:
    """The docket of a register: of all pairs of records that ask whether two cases are one, the likeliest, so that
    nobody is asked twice; and none that people answered already, of these records or of others of the same cases.

    ``links``: the pairs that linkage found (:func:`~convive.standard.schema.links_schema`).
    """
    standing = {line.decision.pair: line for line in ledger.standing if line.decision.pair}
    group = _Groups(sides, ledger)
    settled = {group.of_pair(*line.decision.records) for line in standing.values() if line.decision.kind == "not_same"}
    undecided: dict[frozenset[str], Matter] = {}
    decided: dict[str, Matter] = {}
    asked = links.filter(pl.col("zone") == "people").sort("probability", "left", "right", descending=True)
    for row in asked.iter_rows(named=True):
        one = _matter(sides, row["left"], row["right"], standing, row["probability"], row["reasons"])
        question = group.of_pair(*one.names)
        if one.decision is not None:
            decided.setdefault(one.key, one)
        elif len(question) == 2 and question not in settled:
            undecided.setdefault(question, one)
    latest = sorted(decided.values(), key=lambda one: one.decision.decision.at if one.decision else 0, reverse=True)
    return Docket(tuple(undecided.values()), tuple(latest))


def other_pair(sides: Sides, links: pl.DataFrame, ledger: Ledger, left: str, right: str) -> Matter:
    """Two records (record_id) that people look at of their own accord: joined by a rule, or not found by linkage at
    all."""
    both = pl.lit([left, right])
    found = links.filter(pl.col("left").is_in(both) & pl.col("right").is_in(both) & (pl.col("left") != pl.col("right")))
    standing = {line.decision.pair: line for line in ledger.standing if line.decision.pair}
    if found.is_empty():
        return _matter(sides, left, right, standing, None, "")
    row = found.row(0, named=True)
    return _matter(sides, left, right, standing, row["probability"], row["reasons"])


def _matter(
    sides: Sides,
    left: str,
    right: str,
    standing: Mapping[frozenset[str], Line],
    probability: float | None,
    reasons: str,
) -> Matter:
    """The pair, its names in order."""
    (one, at), (other, beside) = sorted((sides.name[end], sides.place[end]) for end in (left, right))
    return Matter(
        left=at,
        right=beside,
        names=(one, other),
        sources=(sides.source[at], sides.source[beside]),
        probability=probability,
        reasons=tuple(read(reasons)),
        decision=standing.get(frozenset((one, other))),
    )


class _Groups:
    """Which records are one case: those of the last build, and those that people have joined since."""

    def __init__(self, sides: Sides, ledger: Ledger):
        self._case = sides.case_named
        self._joined: dict[str, str] = {}
        for line in ledger.standing:
            if line.decision.kind == "same":
                one, other = sorted(self._head(name) for name in line.decision.records)
                if one != other:
                    self._joined[other] = one

    def of_pair(self, one: str, other: str) -> frozenset[str]:
        """The cases of two records by their names: one where they are the same."""
        return frozenset((self._head(one), self._head(other)))

    def _head(self, name: str) -> str:
        at = self._case.get(name, name)
        while at in self._joined:
            at = self._joined[at]
        return at
