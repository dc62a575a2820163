"""Counts over time, with all that could be mistaken for an effect: exposure, breaks, and who else was treated.

A :class:`Series` is one unit, a :class:`Panel` several over the same periods. Both refuse what no method can answer and
keep the rest as warnings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.errors import EvaluationError, Problem
from convive.evaluation.limits import PERIODS

Floats = NDArray[np.float64]

KINDS = ("classification", "population")
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Break:
    """From ``on`` the series is not what it was: ``kind`` is ``classification`` (what counts changed) or
    ``population`` (the exposure comes from another projection). ``unit``: the unit that it concerns, or all."""

    on: dt.date
    kind: str
    note: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Panel:
    """``counts`` (units, periods) in consecutive periods that begin on ``starts``; ``exposure`` (units, periods) in
    person-years, or in years where no population is known. ``treated_since``: when a measure like the one judged began
    in each unit, None where it never did."""

    units: tuple[str, ...]
    counts: Floats
    exposure: Floats
    starts: tuple[dt.date, ...]
    period: str
    breaks: tuple[Break, ...] = ()
    treated_since: tuple[dt.date | None, ...] = ()

    @property
    def ends(self) -> tuple[dt.date, ...]:
        """The first day after each period."""
        return (*self.starts[1:], following(self.starts[-1], self.period))

    @property
    def years(self) -> Floats:
        """The length (periods,) of each period in years."""
        days = [(end - start).days for start, end in zip(self.starts, self.ends, strict=True)]
        return np.array(days, dtype=np.float64) / DAYS_A_YEAR

    def rows(self, units: Iterable[str]) -> list[int]:
        """The places of ``units``; raises for one that the panel does not have."""
        wanted = list(units)
        unknown = [unit for unit in wanted if unit not in self.units]
        if unknown:
            raise EvaluationError(
                [
                    Problem("evaluation-unit-unknown", value=one, values={"known": ", ".join(self.units)})
                    for one in unknown
                ]
            )
        return [self.units.index(unit) for unit in wanted]

    def only(self, units: Sequence[str]) -> Panel:
        """The panel of ``units`` alone, in their order."""
        rows = self.rows(units)
        since = tuple(self.treated_since[row] for row in rows)
        kept = tuple(one for one in self.breaks if not one.unit or one.unit in units)
        return replace(
            self,
            units=tuple(units),
            counts=self.counts[rows],
            exposure=self.exposure[rows],
            breaks=kept,
            treated_since=since,
        )

    def pooled(self, units: Sequence[str], name: str = "") -> Series:
        """``units`` added up as one series."""
        part = self.only(units)
        return Series(
            part.counts.sum(axis=0),
            part.exposure.sum(axis=0),
            self.starts,
            self.period,
            part.breaks,
            name or "+".join(units),
        )

    def within(self, first: int, last: int) -> Panel:
        """Periods ``first`` to ``last`` - 1 alone."""
        keep = slice(first, last)
        return replace(self, counts=self.counts[:, keep], exposure=self.exposure[:, keep], starts=self.starts[keep])


@dataclass(frozen=True)
class Series:
    """``counts`` (periods,) of one unit; otherwise as :class:`Panel`."""

    counts: Floats
    exposure: Floats
    starts: tuple[dt.date, ...]
    period: str
    breaks: tuple[Break, ...] = ()
    name: str = ""

    @property
    def ends(self) -> tuple[dt.date, ...]:
        """The first day after each period."""
        return (*self.starts[1:], following(self.starts[-1], self.period))

    def within(self, first: int, last: int) -> Series:
        """Periods ``first`` to ``last`` - 1 alone."""
        keep = slice(first, last)
        return replace(self, counts=self.counts[keep], exposure=self.exposure[keep], starts=self.starts[keep])

    def as_panel(self) -> Panel:
        return Panel(
            (self.name or "series",),
            self.counts[None],
            self.exposure[None],
            self.starts,
            self.period,
            self.breaks,
            (None,),
        )


def series(
    counts: ArrayLike,
    first: dt.date,
    *,
    period: str = "month",
    population: ArrayLike | None = None,
    breaks: Iterable[Break] = (),
    name: str = "",
) -> Series:
    """A checked :class:`Series` of ``counts`` (n,) in consecutive periods from ``first`` on; ``population`` (n,) or one
    number. Raises :class:`~convive.errors.EvaluationError`: no counts (negative, broken, missing), people missing."""
    array = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    people = None if population is None else np.broadcast_to(np.asarray(population, dtype=np.float64), array.shape)
    made = panel(array, [name or "series"], first, period=period, population=people, breaks=breaks)
    return Series(made.counts[0], made.exposure[0], made.starts, period, made.breaks, name)


def panel(
    counts: ArrayLike,
    units: Sequence[str],
    first: dt.date,
    *,
    period: str = "month",
    population: ArrayLike | None = None,
    breaks: Iterable[Break] = (),
    treated_since: Sequence[dt.date | None] | None = None,
) -> Panel:
    """A checked :class:`Panel` of ``counts`` (units, n) from ``first`` on; ``population`` of that shape or
    (units, 1).

    Raises :class:`~convive.errors.EvaluationError` as :func:`series` does, and for units that are told twice.
    """
    array = np.ascontiguousarray(counts, dtype=np.float64)
    if period not in PERIODS:
        raise EvaluationError(Problem("evaluation-period", value=period, values={"known": ", ".join(PERIODS)}))
    if array.ndim != 2 or array.shape[0] != len(units) or len(set(units)) != len(units) or array.shape[1] == 0:
        raise EvaluationError(
            Problem("evaluation-shape", values={"got": str(array.shape), "units": len(units), "named": len(set(units))})
        )
    _counts(array)
    starts = _starts(first, period, array.shape[1])
    made = Panel(
        tuple(units),
        array,
        np.ones_like(array),
        starts,
        period,
        tuple(sorted(breaks, key=lambda one: one.on)),
        tuple(treated_since) if treated_since is not None else (None,) * len(units),
    )
    wrong = [one for one in made.breaks if one.kind not in KINDS]
    if wrong:
        raise EvaluationError(Problem("evaluation-break-kind", value=wrong[0].kind, values={"known": ", ".join(KINDS)}))
    return replace(made, exposure=_exposure(population, made))


def following(start: dt.date, period: str) -> dt.date:
    """The first day of the period after that which begins on ``start``."""
    if period in ("day", "week"):
        return start + dt.timedelta(days=1 if period == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    ahead = start.month - 1 + months
    return start.replace(year=start.year + ahead // 12, month=ahead % 12 + 1)


def _starts(first: dt.date, period: str, n: int) -> tuple[dt.date, ...]:
    if period in ("month", "quarter", "year") and first.day != 1:
        raise EvaluationError(Problem("evaluation-first-day", value=first.isoformat(), values={"period": period}))
    found = [first]
    while len(found) < n:
        found.append(following(found[-1], period))
    return tuple(found)


def _counts(array: Floats) -> None:
    missing = int(np.count_nonzero(~np.isfinite(array)))
    if missing:
        raise EvaluationError(Problem("evaluation-missing", values={"n": missing}))
    wrong = int(np.count_nonzero((array < 0) | (array != np.floor(array))))
    if wrong:
        raise EvaluationError(Problem("evaluation-not-counts", values={"n": wrong}))


def _exposure(population: ArrayLike | None, made: Panel) -> Floats:
    if population is None:
        return np.ascontiguousarray(np.broadcast_to(made.years, made.counts.shape))
    people = np.broadcast_to(np.asarray(population, dtype=np.float64), made.counts.shape)
    wrong = int(np.count_nonzero(~np.isfinite(people) | (people <= 0)))
    if wrong:
        raise EvaluationError(Problem("evaluation-population", values={"n": wrong}))
    exposed: Floats = np.ascontiguousarray(people * made.years)
    return exposed
