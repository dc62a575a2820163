"""What the ledger says of the records at hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from convive.errors import Problem
from convive.register.ledger.contradictions import Contradiction, contradictions
from convive.register.ledger.names import record_names
from convive.register.ledger.reading import Ledger
from convive.register.ledger.store import Line

ENDS = {"left": pl.Int64, "right": pl.Int64}


@dataclass(frozen=True)
class Applied:
    """``joined`` and ``apart``: pairs of positions (left, right). ``values``: at (position), field, value, in the order
    in which they were decided. ``annulled``: positions. ``problems``: lines about records that are no longer there,
    which stay in the ledger, and contradictions, of which no line is applied.
    """

    joined: pl.DataFrame
    apart: pl.DataFrame
    values: tuple[tuple[int, str, str], ...] = ()
    annulled: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def applied(records: pl.DataFrame, ledger: Ledger) -> Applied:
    """What ``ledger`` says of ``records``; costs nothing where it says nothing."""
    empty = pl.DataFrame(schema=ENDS)
    if not ledger.standing:
        return Applied(empty, empty)
    place = {name: at for at, name in enumerate(record_names(records).to_list())}
    against = contradictions(ledger.standing)
    disputed = {line.hash for one in against for line in one.lines}
    gone = [line for line in ledger.standing if not set(line.decision.records) <= place.keys()]
    missing = {line.hash for line in gone}
    held = [line for line in ledger.standing if line.hash not in disputed | missing]
    pairs = {
        kind: [tuple(sorted(place[name] for name in line.decision.records)) for line in _of(held, kind)]
        for kind in ("same", "not_same")
    }
    told = [(place[line.decision.records[0]], line.decision) for line in _of(held, "value", "reclassified")]
    return Applied(
        joined=pl.DataFrame(pairs["same"], schema=ENDS, orient="row"),
        apart=pl.DataFrame(pairs["not_same"], schema=ENDS, orient="row"),
        values=tuple((at, decision.field, decision.value) for at, decision in told),
        annulled=tuple(place[line.decision.records[0]] for line in _of(held, "annulled")),
        problems=(*(_gone(line, place) for line in gone), *map(_contradiction, against)),
    )


def _of(lines: list[Line], *kinds: str) -> list[Line]:
    return [line for line in lines if line.decision.kind in kinds]


def _gone(line: Line, there: Collection[str]) -> Problem:
    lost = sorted(name for name in line.decision.records if name not in there)
    return Problem("ledger-record-gone", file=line.file, row=line.number, value=", ".join(lost))


def _contradiction(one: Contradiction) -> Problem:
    others = ", ".join(f"{line.file}:{line.number}" for line in one.chain)
    return Problem("ledger-contradiction", file=one.apart.file, row=one.apart.number, values={"others": others})
