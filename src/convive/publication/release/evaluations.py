"""Registered measures as they stand at this build: the promise, the verdict, the doubt, in what may be told.

Numbers leave only where the treated places have 0 or at least ``least`` events on each side of the start: from fewer a
count could be reckoned. Who registered a measure is not told; the hash of what was registered is.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely

from convive.errors import LANGUAGES, EvaluationError, Problem
from convive.evaluation.evaluate import Evaluation, evaluate
from convive.evaluation.outcomes import outcome
from convive.evaluation.registration import Entry, Registered, Registration
from convive.evaluation.result import Interval
from convive.evaluation.series import Panel
from convive.publication.release import allowed
from convive.publication.release.foresight import foresight
from convive.publication.release.months import broken, dated, whole_months
from convive.register.quality import Break as Changed
from convive.territory import Territory

TOUCHING = 1e-6
"""Boundaries nearer than this (degrees) touch: two drawings of one line differ by as much."""

NUMBERS = ("ratio", "low", "high", "p", "averted", "averted_low", "averted_high")


@dataclass(frozen=True)
class Register:
    """What all evaluations look at: the private ``cases``, and by which concept, place and day they count."""

    cases: pl.DataFrame
    territory: Territory
    concept: str
    place: str
    as_of: dt.date
    least: int
    changed: tuple[Changed, ...] = ()


def evaluations(of: Register, registered: Sequence[Registered]) -> list[dict[str, Any]]:
    """Each registered measure, judged on the deaths of its outcome until the last whole month before ``as_of``."""
    return [_told(one, of, registered) for one in registered]


def months_of(of: Register, registration: Registration, also: Sequence[str] = ()) -> Panel | None:
    """The months of all places that ``registration`` names, and ``also`` of these, or None where there are none.

    Raises :class:`~convive.errors.EvaluationError` for an outcome that the register cannot count and for units that
    the territory does not have.
    """
    counted = outcome(registration.outcome)
    units = [*registration.units, *also]
    if unknown := sorted(set(units) - set(of.territory.units["code"])):
        raise EvaluationError([Problem("registration-unknown-unit", value=unit) for unit in unknown])
    if within := nested(registration, of.territory):
        raise EvaluationError(
            [Problem("registration-places-nested", value=low, values={"above": above}) for low, above in within]
        )
    deaths = dated(of.cases, counted, concept=of.concept, place=of.place, as_of=of.as_of)
    return whole_months(deaths, of.territory, units, of.as_of, broken(of.changed, counted))


def _told(registered: Registered, of: Register, others: Sequence[Registered]) -> dict[str, Any]:
    now = registered.now
    told: dict[str, Any] = {
        "id": now.id,
        "measure": now.measure,
        "name": now.name.model_dump(),
        "question": now.question.model_dump(),
        "outcome": now.outcome,
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
    if registered.changed:
        return allowed.entry("evaluation", told | answer | {"rule": "changed", "doubt": _words(registered.changed)})
    try:
        data = months_of(of, now)
    except EvaluationError as error:
        return allowed.entry("evaluation", told | answer | {"rule": "refused", "doubt": _words(error.problems)})
    if data is None:
        return allowed.entry("evaluation", told | answer | {"rule": "no-data"})
    told["foresight"] = foresight(now, data, least=of.least)
    told["until"] = (data.ends[-1] - dt.timedelta(days=1)).isoformat()
    if now.start >= data.ends[-1]:
        return allowed.entry("evaluation", told | answer | {"rule": "ahead"})
    if _few(data, now.treated, now.start, of.least):
        return allowed.entry("evaluation", told | answer | {"rule": "withheld"})
    data, near = _with_border(of, now, data)
    found = evaluate(now, data, near=near)
    told["settled"] = found.settled
    beside = treated_too(now, others, of.territory, data.ends[-1])
    if found.judgement is None:
        told_why = {"rule": "refused", "doubt": _words([*found.refused, *beside])}
        return allowed.entry("evaluation", told | answer | told_why)
    answer |= _answer(found, beside)
    if any(_few(data, [unit], now.start, of.least) for unit in data.units):
        # From the effect with and without a place its own few events could be reckoned.
        answer["placebos"] = []
    return allowed.entry("evaluation", told | answer)


def _with_border(of: Register, now: Registration, data: Panel) -> tuple[Panel, list[str]]:
    """``data`` with the units that border on the treated, and these; as it is where their population is not known. A
    unit with a few events stays out: what was found with it could tell its count."""
    known = set(of.territory.units["code"])
    border = [unit for unit in next_to(of.territory, now.treated) if unit in known]
    whole = months_of(of, now, [unit for unit in border if unit not in now.units])
    if whole is None or not np.array_equal(whole.exposure[: len(now.units)], data.exposure):
        whole = data
    near = [unit for unit in border if unit in whole.units and not _few(whole, [unit], now.start, of.least)]
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


def nested(registration: Registration, territory: Territory) -> list[tuple[str, str]]:
    """The places of which one lies in another on another side: the same deaths would stand on both."""
    lines = _lines(territory)
    sides = (registration.treated, registration.comparison, registration.around, registration.control_around)
    return [
        (low, above)
        for at, side in enumerate(sides)
        for other in (*sides[:at], *sides[at + 1 :])
        for low in side
        for above in other
        if low != above and above in lines.get(low, frozenset())
    ]


def treated_too(now: Registration, others: Iterable[Registered], territory: Territory, until: dt.date) -> list[Problem]:
    """The places of comparison and the surroundings in which another registered measure began before ``until``: where
    it helped there, the one judged looks the worse for it. One that acts on both sides alike is not told."""
    lines, names = _lines(territory), dict(territory.units.select("code", "name").iter_rows())

    def touches(other: Registration, unit: str) -> bool:
        return any(unit in lines.get(code, {code}) or code in lines.get(unit, {unit}) for code in other.treated)

    began = [one.now for one in others if one.now.id != now.id and one.now.start < until]
    apart = [one for one in began if not all(touches(one, unit) for unit in now.treated)]
    problems = []
    for unit in (*now.comparison, *now.around):
        there = [one for one in apart if touches(one, unit)]
        if there:
            values = {"measures": ", ".join(f"{one.id} ({one.start.isoformat()})" for one in there)}
            problems.append(Problem("evaluation-other-measure", value=names.get(unit, unit), values=values))
    return problems


def _lines(territory: Territory) -> dict[str, frozenset[str]]:
    """The units in which each unit lies, itself among them."""
    found: dict[str, set[str]] = {}
    for code, ancestor in territory.ancestors.select("code", "ancestor").iter_rows():
        found.setdefault(code, {code}).add(ancestor)
    return {code: frozenset(line) for code, line in found.items()}


def _few(data: Panel, treated: Sequence[str], start: dt.date, least: int) -> bool:
    counts = data.counts[data.rows(treated)].sum(axis=0)
    after = np.array([begin >= start for begin in data.starts])
    return any(0 < side < least for side in (counts[after].sum(), counts[~after].sum()))


def _answer(found: Evaluation, beside: Sequence[Problem]) -> dict[str, Any]:
    assert found.judgement is not None
    judged, effect = found.judgement, found.judgement.effect
    lives = outcome(found.registration.outcome).lives
    averted = effect.averted if lives and effect.averted is not None else Interval(math.nan)
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
        "doubt": _words([*effect.warnings, *beside]),
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
