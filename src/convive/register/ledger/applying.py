"""What the ledger says of the records at hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from convive.errors import Problem
from convive.register.ledger.contradictions import Contradiction, contradictions
from convive.register.ledger.decision import OF_CASE
from convive.register.ledger.line import Line
from convive.register.ledger.names import other_names, record_names
from convive.register.ledger.reading import Ledger

ENDS = {"left": pl.Int64, "right": pl.Int64}


@dataclass(frozen=True)
class OfCase:
    """What ``line`` says of the case that the records at the positions ``at`` make up: those of its records that are
    there."""

    at: tuple[int, ...]
    line: Line

    @property
    def field(self) -> str:
        """The field decided; empty for an annulment."""
        return self.line.decision.field

    @property
    def value(self) -> str:
        """The value decided."""
        return self.line.decision.value


@dataclass(frozen=True)
class Applied:
    """``joined`` and ``apart``: pairs of positions (left, right). ``values`` and ``annulled``: what was said of a
    case, in the order in which it was. ``problems``: lines about records that are no longer there, which stay in the
    ledger, and contradictions, of which no line is applied.
    """

    joined: pl.DataFrame
    apart: pl.DataFrame
    values: tuple[OfCase, ...] = ()
    annulled: tuple[OfCase, ...] = ()
    problems: tuple[Problem, ...] = ()


def applied(records: pl.DataFrame, ledger: Ledger) -> Applied:
    """What ``ledger`` says of ``records``; costs nothing where it says nothing."""
    empty = pl.DataFrame(schema=ENDS)
    if not ledger.standing:
        return Applied(empty, empty)
    place = _places(records, ledger)
    against = contradictions(ledger.standing)
    disputed = {line.hash for one in against for line in one.lines}
    gone = [line for line in ledger.standing if _is_gone(line, place)]
    missing = {line.hash for line in gone}
    held = [line for line in ledger.standing if line.hash not in disputed | missing]
    pairs = {
        kind: [tuple(sorted(place[name] for name in line.decision.records)) for line in _of(held, kind)]
        for kind in ("same", "not_same")
    }
    return Applied(
        joined=pl.DataFrame(pairs["same"], schema=ENDS, orient="row"),
        apart=pl.DataFrame(pairs["not_same"], schema=ENDS, orient="row"),
        values=tuple(_of_case(line, place) for line in _of(held, "value", "reclassified")),
        annulled=tuple(_of_case(line, place) for line in _of(held, "annulled")),
        problems=(*(_gone(line, place) for line in gone), *map(contradiction_problem, against)),
    )


def _places(records: pl.DataFrame, ledger: Ledger) -> dict[str, int]:
    """Where each named record is; one that is called otherwise in this delivery is known by its other names."""
    place = {name: at for at, name in enumerate(record_names(records).to_list())}
    lost = {name for line in ledger.standing for name in line.decision.records} - place.keys()
    return place | {name: at for name, at in other_names(records).items() if name in lost} if lost else place


def _is_gone(line: Line, place: Mapping[str, int]) -> bool:
    """A pair needs both its records, what is said of a case one of them."""
    there = [name in place for name in line.decision.records]
    return not (any(there) if line.decision.kind in OF_CASE else all(there))


def _of_case(line: Line, place: Mapping[str, int]) -> OfCase:
    return OfCase(tuple(sorted(place[name] for name in line.decision.records if name in place)), line)


def _of(lines: list[Line], *kinds: str) -> list[Line]:
    return [line for line in lines if line.decision.kind in kinds]


def _gone(line: Line, there: Collection[str]) -> Problem:
    lost = sorted(name for name in line.decision.records if name not in there)
    return Problem("ledger-record-gone", file=line.file, row=line.number, value=", ".join(lost))


def contradiction_problem(one: Contradiction) -> Problem:
    """The contradiction as people are told of it, at the line that holds two records apart."""
    others = ", ".join(f"{line.file}:{line.number}" for line in one.chain)
    return Problem("ledger-contradiction", file=one.apart.file, row=one.apart.number, values={"others": others})
