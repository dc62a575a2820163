"""Deaths by month and place as an evaluation counts them, from the private cases: for the release, the command and the
office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from convive.evaluation.outcomes import Outcome
from convive.evaluation.series import Break, Panel, panel
from convive.indicators.deaths import base_expression, counted_on
from convive.register.quality import Break as Changed
from convive.territory import Territory


def dated(cases: pl.DataFrame, outcome: Outcome, *, concept: str, place: str, as_of: dt.date) -> pl.DataFrame:
    """All homicides as the figures place and date them: ``on`` and ``unit`` of each, and whether ``outcome`` counts it.

    One of which only the year is known is left out: it would pile up in January.
    """
    vague = (pl.col("occurred_precision").cast(pl.String) == "year").fill_null(False)
    counted = outcome.counts(concept, place).fill_null(False)
    return homicides(cases.filter(~vague), concept, place, as_of).select("on", "unit", counted=counted)


def homicides(cases: pl.DataFrame, concept: str, place: str, as_of: dt.date) -> pl.DataFrame:
    """The homicides among ``cases`` until ``as_of``, with the ``unit`` and the day (``on``) by which figures count."""
    homicide = base_expression("concept", concept) & pl.col("status").cast(pl.String).ne_missing("annulled")
    placed = cases.filter(homicide).with_columns(on=counted_on(place), unit=pl.col(f"{place}_unit").cast(pl.String))
    return placed.filter(pl.col("on").is_not_null() & (pl.col("on") <= as_of))


def whole_months(
    deaths: pl.DataFrame,
    territory: Territory,
    units: Sequence[str],
    as_of: dt.date,
    breaks: Iterable[Break] = (),
) -> Panel | None:
    """The ``deaths`` that count in each of ``units`` (with what lies below it) by whole month until ``as_of``, from
    January of the first year in which anybody was killed: before, no source was read. With its population where every
    year has one; None where no month is whole."""
    first = deaths["on"].min()
    if not isinstance(first, dt.date):
        return None
    begin, until = dt.date(first.year, 1, 1), (as_of + dt.timedelta(days=1)).replace(day=1)
    length = (until.year - begin.year) * 12 + until.month - begin.month
    if length < 1:
        return None
    month = pl.col("on").dt.year().cast(pl.Int64) * 12 + pl.col("on").dt.month()
    numbered = deaths.filter("counted").with_columns(at=month - (begin.year * 12 + begin.month))
    placed = numbered.filter(pl.col("at").is_between(0, length - 1))
    rows = []
    for unit in units:
        below = territory.ancestors.filter(pl.col("ancestor") == unit)["code"]
        inside = placed.filter((pl.col("unit") == unit) | pl.col("unit").is_in(below.implode()))
        rows.append(np.bincount(inside["at"].to_numpy().astype(np.int64), minlength=length))
    people = _people(territory, units, begin, length)
    return panel(np.array(rows), units, begin, population=people, breaks=list(breaks))


def broken(changed: Iterable[Changed], outcome: Outcome) -> tuple[Break, ...]:
    """The breaks of classification that concern what ``outcome`` counts: those of the fields that it rests on. A break
    of another field moves no death in or out of it."""
    return tuple(
        Break(dt.date(one.year, 1, 1), "classification", f"{one.source}: {one.field}")
        for one in changed
        if one.field in outcome.fields
    )


def _people(territory: Territory, units: Sequence[str], first: dt.date, length: int) -> np.ndarray | None:
    years = [first.year + (first.month - 1 + at) // 12 for at in range(length)]
    known = {
        (unit, year): people
        for unit, year, people in territory.population.select("unit_code", "year", "population").iter_rows()
    }
    if any((unit, year) not in known for unit in units for year in set(years)):
        return None
    return np.array([[known[unit, year] for year in years] for unit in units], dtype=np.float64)
