"""What lies on the desk: the private tables of the observatory, read again when a build replaces them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl
from django.conf import settings

from convive.errors import Problem
from convive.observatory import Observatory
from convive.register.homologation import (
    Docket,
    Matter,
    Sides,
    disputes,
    docket,
    no_longer_here,
    other_pair,
    spoken,
    told,
)
from convive.register.homologation.calling import Called
from convive.register.ledger import Ledger, Line, applied, read, record_names
from convive.web.office.territory import above, units

TABLES = ("records", "links", "cases", "case_records", "case_values")


class NotBuilt(Exception):
    """The observatory has no register yet."""


@dataclass(frozen=True)
class Desk:
    """The records of one build, their names in the ledger (by record_id), the pairs that linkage found, the cases and
    which records make them up, who says what of them, and the names of the territory's units. ``scoped``: it holds only
    what a part of the territory may see, see :meth:`within`."""

    observatory: Observatory
    records: pl.DataFrame
    names: dict[str, str]
    links: pl.DataFrame
    cases: pl.DataFrame
    case_records: pl.DataFrame
    case_values: pl.DataFrame
    unit_names: dict[str, str]
    scoped: bool = False
    parts: dict[frozenset[str], Desk] = field(default_factory=dict, compare=False)

    def within(self, units: Collection[str]) -> Desk:
        """The desk of whoever has a mandate for ``units`` alone: the cases that occurred in them, and what makes those
        up. A case whose place is not known lies in no unit."""
        inside = frozenset(code for code in self.unit_names if not above(code).isdisjoint(units))
        if inside not in self.parts:
            self.parts[inside] = self._part(inside)
        return self.parts[inside]

    def _part(self, inside: frozenset[str]) -> Desk:
        cases = self.cases.filter(pl.col("occurrence_unit").cast(pl.String).is_in(list(inside)))
        members = self.case_records.join(cases.select("case_id"), on="case_id", how="semi")
        records = self.records.join(members.select("record_id"), on="record_id", how="semi", maintain_order="left")
        kept = records["record_id"].to_list()
        links = self.links.filter(pl.col("left").is_in(kept) & pl.col("right").is_in(kept))
        return replace(
            self,
            records=records,
            names={record_id: self.names[record_id] for record_id in kept},
            links=links,
            cases=cases,
            case_records=members,
            case_values=self.case_values.join(cases.select("case_id"), on="case_id", how="semi"),
            scoped=True,
            parts={},
        )

    @cached_property
    def _in_dispute(self) -> pl.DataFrame:
        lines = [(code, ancestor) for code in self.unit_names for ancestor in above(code)]
        ancestors = pl.DataFrame(lines, schema={"code": pl.String, "ancestor": pl.String}, orient="row")
        return disputes(self.cases, self.case_values, ancestors)

    def disputes(self) -> pl.DataFrame:
        """What a meeting would want to settle (field, case_id), without what it settled since the build."""
        case = self.sides.case_named
        settled = [
            (line.decision.field, case[name])
            for line in self.ledger().standing
            for name in line.decision.records
            if line.decision.field and name in case
        ]
        ended = pl.DataFrame(settled, schema=self._in_dispute.schema, orient="row")
        return self._in_dispute.join(ended, on=["field", "case_id"], how="anti", maintain_order="left")

    @cached_property
    def sides(self) -> Sides:
        """What the docket needs to know of the records."""
        sources = self.records["source_id"].cast(pl.String).to_list()
        return Sides(self.places, self.names, self.case_of, sources)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each record stands, by record_id."""
        return {record_id: at for at, record_id in enumerate(self.records["record_id"])}

    @cached_property
    def record_called(self) -> dict[str, str]:
        """The record of each name in the ledger; the first of those that share one."""
        return {self.names[record_id]: record_id for record_id in reversed(list(self.names))}

    @cached_property
    def case_of(self) -> dict[str, str]:
        """The case of each record, by record_id."""
        return dict(self.case_records.select("record_id", "case_id").iter_rows())

    def differing(self, case: str) -> dict[str, frozenset[str]]:
        """The records of a case that do not say what it took, by field."""
        found = self.case_values.filter(~pl.col("agrees"), case_id=case).group_by("field").agg("record_id")
        return {field: frozenset(records) for field, records in found.iter_rows()}

    def ledger(self) -> Ledger:
        """The ledger as it stands now; others may be writing it. For a part of the territory: the lines about its own
        records."""
        ledger = read(self.observatory.decisions)
        if not self.scoped:
            return ledger
        own = set(self.names.values())
        about = {one.hash for one in ledger.lines if one.decision.records and own.issuperset(one.decision.records)}
        return Ledger(tuple(one for one in ledger.lines if one.hash in about or one.decision.withdraws in about))

    def docket(self) -> Docket:
        """What is on the table now."""
        return docket(self.sides, self.links, self.ledger())

    def problems(self) -> tuple[Problem, ...]:
        """What of the ledger cannot be read or applied as it stands now."""
        ledger = self.ledger()
        return (*ledger.problems, *applied(self.records, ledger).problems)

    def pair(self, key: str, on_table: Docket) -> Matter | None:
        """Any two records by the address of their pair, whether linkage found them or not."""
        found = on_table.matter(key)
        ends = [self.record_called.get(name) for name in key.split("~")]
        if found is not None or len(ends) != 2 or None in ends or len(set(ends)) < 2:
            return found
        return other_pair(self.sides, self.links, self.ledger(), str(ends[0]), str(ends[1]))

    def called(self, language: str) -> Called:
        """How the table calls the records that the ledger names."""

        def words(name: str) -> str:
            found = self.record_called.get(name)
            return spoken(self.record(self.places[found]), language) if found else no_longer_here(name, language)

        return words

    def teller(self, language: str) -> Callable[[Line], str]:
        """What says a decision of the ledger, as it stands now, in one sentence."""
        ledger, called = self.ledger(), self.called(language)
        return lambda line: told(line, language, ledger, called)

    def record(self, place: int) -> dict[str, Any]:
        """One record, by field."""
        return self.records.row(place, named=True)


_lock = Lock()
_desk: tuple[tuple[int, ...], Desk] | None = None


def desk() -> Desk:
    """The desk of the last build; raises :class:`NotBuilt` before the first."""
    global _desk
    observatory = Observatory.open(settings.FOLDER)
    private = Path(settings.FOLDER) / "private"
    try:
        version = tuple((private / f"{name}.parquet").stat().st_mtime_ns for name in TABLES)
    except FileNotFoundError as absent:
        raise NotBuilt from absent
    with _lock:
        if _desk is None or _desk[0] != version:
            records = pl.read_parquet(private / "records.parquet", glob=False)
            names = dict(zip(records["record_id"], record_names(records), strict=True))
            tables = [pl.read_parquet(private / f"{name}.parquet", glob=False) for name in TABLES[1:]]
            _desk = version, Desk(observatory, records, names, *tables, units())
        return _desk[1]
