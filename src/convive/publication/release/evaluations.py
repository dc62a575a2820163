"""Registered measures as they stand at this build: the promise, the verdict, the doubt, in what may be told.

Numbers leave only where the treated places have 0 or at least ``least`` events on each side of the start: from fewer a
count could be reckoned. Who registered a measure is not told; the hash of what was registered is.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely

from convive.errors import LANGUAGES, Problem
from convive.evaluation.evaluate import Evaluation, evaluate
from convive.evaluation.registration import Entry, Registered, Registration
from convive.evaluation.result import Interval
from convive.evaluation.series import Panel, panel
from convive.publication.release import allowed
from convive.publication.release.foresight import foresight
from convive.territory import Territory

TOUCHING = 1e-6
"""Boundaries nearer than this (degrees) touch: two drawings of one line differ by as much."""

NUMBERS = ("ratio", "low", "high", "p", "averted", "averted_low", "averted_high")


def evaluations(
    cases: pl.DataFrame,
    territory: Territory,
    registered: Sequence[Registered],
    *,
    concept: str,
    place: str,
    least: int,
    as_of: dt.date,
) -> list[dict[str, Any]]:
    """Each registered measure, judged on the homicides until the last whole month before ``as_of``."""
    if not registered:
        return []
    deaths = dated(cases, concept=concept, place=place, as_of=as_of)
    return [_told(one, deaths, territory, least, as_of) for one in registered]


def dated(cases: pl.DataFrame, *, concept: str, place: str, as_of: dt.date) -> pl.DataFrame:
    """The deaths that are counted: ``occurred_on`` and ``unit`` of each."""
    counts = pl.col(f"figure_in_{concept}") & (pl.col("status").cast(pl.String) != "annulled")
    deaths = cases.filter(counts & pl.col("occurred_on").is_not_null() & (pl.col("occurred_on") <= as_of))
    return deaths.select("occurred_on", unit=pl.col(f"{place}_unit").cast(pl.String))


def months(
    deaths: pl.DataFrame, territory: Territory, units: Sequence[str], first: dt.date, until: dt.date
) -> Panel | None:
    """Deaths of each of ``units`` (with what lies below it) by whole month from ``first`` to the day before ``until``,
    with its population where every year has one; None where no month is whole."""
    length = (until.year - first.year) * 12 + until.month - first.month
    if length < 1:
        return None
    month = pl.col("occurred_on").dt.year().cast(pl.Int64) * 12 + pl.col("occurred_on").dt.month()
    placed = deaths.with_columns(at=month - (first.year * 12 + first.month)).filter(
        pl.col("at").is_between(0, length - 1)
    )
    rows = []
    for unit in units:
        below = territory.ancestors.filter(pl.col("ancestor") == unit)["code"]
        inside = placed.filter((pl.col("unit") == unit) | pl.col("unit").is_in(below.implode()))
        rows.append(np.bincount(inside["at"].to_numpy().astype(np.int64), minlength=length))
    return panel(np.array(rows), units, first, population=_people(territory, units, first, length))


def _people(territory: Territory, units: Sequence[str], first: dt.date, length: int) -> np.ndarray | None:
    years = [first.year + (first.month - 1 + at) // 12 for at in range(length)]
    known = {
        (unit, year): people
        for unit, year, people in territory.population.select("unit_code", "year", "population").iter_rows()
    }
    if any((unit, year) not in known for unit in units for year in set(years)):
        return None
    return np.array([[known[unit, year] for year in years] for unit in units], dtype=np.float64)


def _told(
    registered: Registered, deaths: pl.DataFrame, territory: Territory, least: int, as_of: dt.date
) -> dict[str, Any]:
    now = registered.now
    told: dict[str, Any] = {
        "id": now.id,
        "measure": now.measure,
        "name": now.name.model_dump(),
        "question": now.question.model_dump(),
        "start": now.start.isoformat(),
        "expected": now.expected,
        "design": now.design,
        "judged_after_months": now.judged_after_months,
        "treated": list(now.treated),
        "comparison": list(now.comparison),
        "around": list(now.around),
        "registered": _entry(registered.first),
        "amendments": [_entry(one) for one in registered.amendments],
        "kept": registered.kept,
        "until": None,
        "settled": False,
        "foresight": None,
    }
    answer: dict[str, Any] = dict.fromkeys(NUMBERS) | {
        "verdict": "cannot-tell",
        "rule": "",
        "says": _nothing(),
        "doubt": _nothing(),
        "second": None,
        "watch": None,
        "moved": "",
        "interval_by": "",
        "placebos": [],
    }
    data = whole_months(deaths, territory, now.units, as_of)
    if data is None:
        return allowed.entry("evaluation", told | answer | {"rule": "no-data"})
    told["foresight"] = foresight(now, data, least=least)
    told["until"] = (data.ends[-1] - dt.timedelta(days=1)).isoformat()
    if _few(data, now.treated, now.start, least):
        return allowed.entry("evaluation", told | answer | {"rule": "withheld"})
    data, near = _with_border(data, deaths, territory, now, least, as_of)
    found = evaluate(now, data, near=near)
    told["settled"] = found.settled
    if found.judgement is None:
        told_why = {"rule": "refused", "doubt": _words(found.refused)}
        return allowed.entry("evaluation", told | answer | told_why)
    answer |= _answer(found)
    if any(_few(data, [unit], now.start, least) for unit in data.units):
        # From the effect with and without a place its own few events could be reckoned.
        answer["placebos"] = []
    return allowed.entry("evaluation", told | answer)


def _with_border(
    data: Panel, deaths: pl.DataFrame, territory: Territory, now: Registration, least: int, as_of: dt.date
) -> tuple[Panel, list[str]]:
    """``data`` with the units that border on the treated, and these; as it is where their population is not known. A
    unit with a few events stays out: what was found with it could tell its count."""
    border = next_to(territory, now.treated)
    whole = whole_months(deaths, territory, [*now.units, *(unit for unit in border if unit not in now.units)], as_of)
    if whole is None or not np.array_equal(whole.exposure[: len(now.units)], data.exposure):
        whole = data
    near = [unit for unit in border if unit in whole.units and not _few(whole, [unit], now.start, least)]
    return whole.only([*now.units, *(unit for unit in near if unit not in now.units)]), near


def next_to(territory: Territory, units: Sequence[str]) -> tuple[str, ...]:
    """The units whose boundaries touch those of ``units``, in the newest edition that draws them; none without one."""
    for edition in reversed(territory.editions):
        codes = [str(code) for code in edition.codes]
        here = edition.geometries[[code in units for code in codes]]
        if len(here):
            touch = shapely.distance(edition.geometries, shapely.union_all(here)) < TOUCHING
            return tuple(code for code, close in zip(codes, touch.tolist(), strict=True) if close and code not in units)
    return ()


def whole_months(deaths: pl.DataFrame, territory: Territory, units: Sequence[str], as_of: dt.date) -> Panel | None:
    """Deaths of ``units`` by whole month until ``as_of``, from January of the first year in which anybody died: before,
    no source was read. None where no month is whole."""
    earliest = deaths["occurred_on"].min()
    if not isinstance(earliest, dt.date):
        return None
    tomorrow = as_of + dt.timedelta(days=1)
    return months(deaths, territory, units, dt.date(earliest.year, 1, 1), tomorrow.replace(day=1))


def _few(data: Panel, treated: Sequence[str], start: dt.date, least: int) -> bool:
    counts = data.counts[data.rows(treated)].sum(axis=0)
    after = np.array([begin >= start for begin in data.starts])
    return any(0 < side < least for side in (counts[after].sum(), counts[~after].sum()))


def _answer(found: Evaluation) -> dict[str, Any]:
    assert found.judgement is not None
    judged, effect = found.judgement, found.judgement.effect
    averted = effect.averted or Interval(math.nan)
    told: dict[str, Any] = {
        "ratio": _number(effect.as_ratio(effect.estimate), 2),
        "low": _number(effect.as_ratio(effect.low), 2),
        "high": _number(effect.as_ratio(effect.high), 2),
        "p": _number(effect.p, 3),
        "averted": _number(averted.estimate, 0),
        "averted_low": _number(averted.low, 0),
        "averted_high": _number(averted.high, 0),
        "verdict": str(judged.verdict),
        "rule": judged.rule,
        "says": {language: judged.sentences(language) for language in LANGUAGES},
        "doubt": _words(effect.warnings),
        "interval_by": effect.interval_by,
        "moved": found.spillover.says if found.spillover else "",
        "placebos": [
            allowed.entry(
                "placebo",
                {
                    "kind": one.kind,
                    "label": one.label,
                    "ratio": _number(effect.as_ratio(one.estimate), 2),
                    "low": _number(effect.as_ratio(one.low), 2),
                    "high": _number(effect.as_ratio(one.high), 2),
                },
            )
            for one in effect.placebos
        ],
    }
    if found.second is not None:
        second = found.second
        values = {"ratio": _number(second.estimate, 2), "low": _number(second.low, 2), "high": _number(second.high, 2)}
        told["second"] = allowed.entry("second", values | {"design": second.design})
    if found.watch is not None:
        watch = found.watch
        values = {"looks": watch.looks, "seen": len(watch.statistic), "signal": watch.signal is not None}
        told["watch"] = allowed.entry("watch", values)
    return told


def _entry(entry: Entry) -> dict[str, Any]:
    told = {"on": entry.on.isoformat(), "hash": entry.hash, "reason": entry.registration.reason}
    return allowed.entry("registered", told | {"before_start": entry.before_start})


def _words(problems: Iterable[Problem]) -> dict[str, list[str]]:
    told = list(problems)
    return {language: [one.reason(language) for one in told] for language in LANGUAGES}


def _nothing() -> dict[str, list[str]]:
    return {language: [] for language in LANGUAGES}


def _number(value: float, decimals: int) -> float | None:
    return round(value, decimals) + 0.0 if math.isfinite(value) else None
