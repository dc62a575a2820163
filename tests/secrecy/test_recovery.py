"""An outsider with the published file and a solver of linear programs; nothing of our own attacker is used.

What the outsider knows: every published count, that categories add up to the total, that districts add up to their
province and provinces to the department where no case is unplaced, and that years add up to the whole period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from convive.publication.disclosure import disclose, rules

CELL = ("unit_code", "period", "category")
FIELDS = ("sex", "mechanism", "qualified", "motive")


@pytest.mark.parametrize("seed", [24, 7])
@pytest.mark.parametrize("field", FIELDS)
def test_no_small_count_can_be_computed_from_what_is_published(
    counting: Callable[[int], pl.DataFrame], parents: pl.DataFrame, seed: int, field: str
) -> None:
    private = counting(seed)
    public = disclose(private, parents, minimum_cell=3).figures
    outsider = Outsider(public, parents, field)
    secret = small_counts(private, field)
    hidden = [cell for cell in secret if cell in outsider.unknown]
    assert len(hidden) == len(secret) > 10
    pinned = [cell for cell in hidden if np.ptp(outsider.interval(cell)) < 1 - 1e-6]
    assert pinned == []


def test_the_outsider_finds_a_count_that_was_only_blanked(
    counting: Callable[[int], pl.DataFrame], parents: pl.DataFrame
) -> None:
    """The same outsider against suppression without complement: so the test above can fail."""
    private = counting(24)
    small = pl.col("count").is_between(1, 2) & (pl.col("disaggregation") == "sex")
    blanked = private.filter(~pl.col("period").str.contains(r"-\d{2}$")).with_columns(
        count=pl.when(~small).then("count"), status=pl.when(small).then(pl.lit("suppressed")).otherwise("status")
    )
    outsider = Outsider(blanked, parents, "sex")
    found = [cell for cell in small_counts(private, "sex") if np.ptp(outsider.interval(cell)) < 1e-6]
    assert found


def small_counts(private: pl.DataFrame, field: str) -> list[tuple[str, str, str]]:
    """The cells that must not be known: one or two victims with the attribute, in the grain that is published."""
    told = rules().breakdowns[field]
    rows = private.filter(
        told.grain(),
        pl.col("indicator") == "homicides",
        pl.col("disaggregation") == field,
        pl.col("count").is_between(1, 2),
        ~pl.col("category").is_in(["unknown", "not_recorded"]),
    )
    return list(rows.select(CELL).iter_rows())


class Outsider:
    """Equations read off the published rows of one breakdown."""

    def __init__(self, public: pl.DataFrame, parents: pl.DataFrame, field: str):
        homicides = public.filter(pl.col("indicator") == "homicides")
        rows = homicides.filter(pl.col("disaggregation") == field)
        self.known = {row[:3]: row[3] for row in rows.drop_nulls("count").select(*CELL, "count").iter_rows()}
        suppressed = rows.filter(pl.col("status") == "suppressed").select(CELL).iter_rows()
        self.unknown = {cell: number for number, cell in enumerate(suppressed)}
        totals = homicides.filter(pl.col("disaggregation") == "total").select("unit_code", "period", "count")
        self.totals = {row[:2]: row[2] for row in totals.iter_rows()}
        self.told = {(unit, period) for unit, period, _ in [*self.known, *self.unknown]}
        self.categories = sorted({category for _, _, category in [*self.known, *self.unknown]})
        self.parent = dict(parents.select("code", "parent").iter_rows())
        self.a, self.b = self._equations()

    def interval(self, cell: tuple[str, str, str]) -> tuple[float, float]:
        """Smallest and largest value that the cell can have."""
        aim = np.zeros(len(self.unknown))
        aim[self.unknown[cell]] = 1
        bounds = [(0, self.totals[unit, period]) for unit, period, _ in self.unknown]
        ends = [linprog(sign * aim, A_eq=self.a, b_eq=self.b, bounds=bounds) for sign in (1, -1)]
        assert all(end.success for end in ends)
        return ends[0].fun, -ends[1].fun

    def _equations(self) -> tuple[np.ndarray, np.ndarray]:
        lines, right = [], []
        for signed, total in self._sums():
            line = np.zeros(len(self.unknown))
            for cell, sign in signed:
                if cell in self.unknown:
                    line[self.unknown[cell]] += sign
                else:
                    total -= sign * self.known.get(cell, 0)
            if line.any():
                lines.append(line)
                right.append(total)
        return np.array(lines), np.array(right)

    def _sums(self) -> Iterator[tuple[list[tuple[tuple[str, str, str], int]], int]]:
        for unit, period in sorted(self.told):
            yield [((unit, period, category), 1) for category in self.categories], self.totals[unit, period]
        for unit, period in sorted(self.told):
            districts = [(u, p) for u, p in self.told if self.parent[u] == unit and p == period]
            shorter = [(u, p) for u, p in self.told if u == unit and p in self._parts(period, unit)]
            for parts in (districts, shorter):
                if parts and sum(self.totals[part] for part in parts) == self.totals[unit, period]:
                    yield from self._sum_of((unit, period), parts)

    def _sum_of(
        self, whole: tuple[str, str], parts: list[tuple[str, str]]
    ) -> Iterator[tuple[list[tuple[tuple[str, str, str], int]], int]]:
        for category in self.categories:
            yield [((*whole, category), 1), *(((*part, category), -1) for part in parts)], 0

    def _parts(self, period: str, unit: str) -> set[str]:
        """The years of the whole period, or the half-years of a year."""
        inside = {p for u, p in self.told if u == unit and p != period}
        return {p for p in inside if len(p) == 4} if period == "all" else {p for p in inside if p.startswith(period)}
