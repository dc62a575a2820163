"""Planned, committed, spent: the first from the plan, the others from the ledger of evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from convive.strategy.evidence import Ledger
from convive.strategy.plan import Measure


@dataclass(frozen=True)
class Money:
    """Amounts in the plan's currency."""

    planned: float = 0.0
    committed: float = 0.0
    spent: float = 0.0

    def __add__(self, other: Money) -> Money:
        return Money(self.planned + other.planned, self.committed + other.committed, self.spent + other.spent)

    @property
    def unproven(self) -> float:
        """What was spent beyond what had been committed by a document."""
        return max(0.0, self.spent - self.committed)


@dataclass(frozen=True)
class Spending:
    """One row of the money of a measure: a year and a source of funds."""

    year: int
    source: str
    money: Money


def of_measure(measure: Measure, ledger: Ledger, *, on: dt.date) -> tuple[Spending, ...]:
    """The money of ``measure`` by year and source, on a day."""
    rows: dict[tuple[int, str], Money] = {}
    for budget in measure.budget:
        _put(rows, budget.year, budget.source, Money(planned=budget.planned))
    for activity in measure.activity:
        for one in ledger.of(activity.id, "commitment", on=on):
            _put(rows, one.dated.year, one.source, Money(committed=one.quantity))
        for one in ledger.of(activity.id, "spending", on=on):
            _put(rows, one.dated.year, one.source, Money(spent=one.quantity))
    return tuple(Spending(year, source, money) for (year, source), money in sorted(rows.items()))


def total(rows: Iterable[Spending]) -> Money:
    """All rows added up."""
    return sum((row.money for row in rows), Money())


def _put(rows: dict[tuple[int, str], Money], year: int, source: str, money: Money) -> None:
    rows[year, source] = rows.get((year, source), Money()) + money
