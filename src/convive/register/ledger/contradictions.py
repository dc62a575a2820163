"""Decisions that cannot all be true: A is B, B is C, A is not C."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convive.register.ledger.line import Line


@dataclass(frozen=True)
class Contradiction:
    """The line that says that two records are not the same, and the lines that say they are, the shortest chain first;
    without these no chain of the ledger joins the two."""

    apart: Line
    chain: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of it."""
        return (*self.chain, self.apart)


def contradictions(standing: Iterable[Line]) -> tuple[Contradiction, ...]:
    """Every contradiction among ``standing`` lines."""
    lines = list(standing)
    links: dict[str, dict[str, Line]] = {}
    for line in lines:
        if line.decision.kind == "same":
            left, right = line.decision.records
            links.setdefault(left, {})[right] = line
            links.setdefault(right, {})[left] = line
    found = []
    for line in lines:
        if line.decision.kind == "not_same":
            chain = _chains(links, *line.decision.records)
            if chain:
                found.append(Contradiction(line, chain))
    return tuple(found)


def _chains(links: Mapping[str, Mapping[str, Line]], start: str, end: str) -> tuple[Line, ...]:
    """The lines of the shortest way, of the shortest that shares no line with it, and so on until none is left."""
    left = {name: dict(near) for name, near in links.items()}
    told: list[Line] = []
    while chain := _chain(left, start, end):
        for line in chain:
            one, other = line.decision.records
            del left[one][other], left[other][one]
        told += chain
    return tuple(told)


def _chain(links: Mapping[str, Mapping[str, Line]], start: str, end: str) -> tuple[Line, ...]:
    """The shortest way from one record to another, by breadth-first search; empty where there is none."""
    came: dict[str, tuple[str, Line] | None] = {start: None}
    queue = deque([start])
    while queue:
        at = queue.popleft()
        if at == end:
            chain = []
            while (step := came[at]) is not None:
                at, line = step
                chain.append(line)
            return tuple(reversed(chain))
        for near, line in sorted(links.get(at, {}).items()):
            if near not in came:
                came[near] = (at, line)
                queue.append(near)
    return ()
