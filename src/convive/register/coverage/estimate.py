"""How many deaths no source saw, or why that cannot be said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from convive.register.coverage.chapman import Floats, chapman, interval
from convive.register.coverage.loglinear import Fit, Pairs, averaged, fit, fullest, models, weights
from convive.register.coverage.missed import joins, mended, widened
from convive.texts import say

ASSUMPTIONS = ("closed", "linked", "independent", "pairs", "equal", "same")


@cache
def rules() -> dict[str, Any]:
    """``rules.toml``."""
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Model:
    """One model: the pairs of sources that it takes for dependent (names), its total with interval, and its weight."""

    pairs: tuple[tuple[str, str], ...]
    total: float
    low: float
    high: float
    weight: float


@dataclass(frozen=True)
class Refusal:
    """Why no number is given: a code of ``texts/coverage.toml`` and what it speaks of."""

    code: str
    values: Mapping[str, object]

    def told(self, language: str) -> str:
        """In words."""
        return say(f"coverage.refusal.{self.code}", language, **self.values)


@dataclass(frozen=True)
class Missed:
    """The number and its interval, had linkage missed this ``share`` of the joins; None where it could not be said
    then. ``expected``: it is the share that linkage itself expects."""

    share: float
    expected: bool
    total: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Coverage:
    """``seen``: deaths in the register. ``total``, ``low``, ``high``: all deaths, with their 95 % interval; None where
    it is ``refused``. ``models``: all that were fitted, the weightiest first, even where they conflict. ``sources``:
    deaths that each saw. ``missed``: the number for joins that linkage may have missed. ``hidden``: the number for
    dependence of all sources at once, by its odds ratio. ``years``: the first and last that are spoken of, where not
    all.
    """

    seen: int
    sources: Mapping[str, int]
    method: str
    total: float | None = None
    low: float | None = None
    high: float | None = None
    models: tuple[Model, ...] = ()
    refused: tuple[Refusal, ...] = ()
    missed: tuple[Missed, ...] = ()
    hidden: tuple[tuple[float, float], ...] = ()
    years: tuple[int, int] | None = None

    @property
    def unseen(self) -> float | None:
        """Deaths that no source saw."""
        return None if self.total is None else self.total - self.seen

    def assumptions(self, language: str) -> list[str]:
        """What must hold for the number to mean anything, in words."""
        other = "independent" if self.method == "loglinear" else "pairs"
        return [say(f"coverage.assumption.{name}", language) for name in ASSUMPTIONS if name != other]


def coverage(histories: Mapping[frozenset[str], int], missed: float | None = None) -> Coverage:
    """The number of deaths from ``histories``: how many were seen by exactly these sources.

    Two sources: Chapman's estimator. Three or more: log-linear models, averaged, with the interval
    of the one that takes every pair for dependent. ``missed``: the share of joins that linkage expects to have missed;
    None where it cannot tell.
    """
    saw = _sources(histories)
    chosen = sorted(saw, key=lambda name: (-saw[name], name))[: rules()["most_sources"]]
    counts = np.array(_counts(histories, chosen), dtype=np.float64)
    told = _estimated(counts, {name: saw[name] for name in chosen})
    if told.total is not None:
        told = _doubted(told, counts, missed)
    return _with_others(told, sum(deaths for history, deaths in histories.items() if history) - told.seen)


def between(
    histories: Mapping[frozenset[str], int], years: tuple[int, int] | None, missed: float | None = None
) -> Coverage:
    """The same of the ``years`` that all sources share; refused where they share none."""
    if years is None:
        return Coverage(sum(histories.values()), _sources(histories), "none", refused=(Refusal("no_years", {}),))
    return replace(coverage(histories, missed), years=years)


def _estimated(counts: Floats, known: Mapping[str, int]) -> Coverage:
    """The number from the deaths of each history from 1 on; ``known``: deaths that each source saw."""
    chosen, seen = list(known), int(counts.sum().round())
    if refused := _refusals(counts.round().astype(int).tolist(), chosen, seen):
        return Coverage(seen, known, "chapman" if len(chosen) == 2 else "loglinear", refused=refused)
    return _two(counts, known, seen) if len(chosen) == 2 else _more(counts[None], chosen, known, seen)


def _doubted(told: Coverage, counts: Floats, expected: float | None) -> Coverage:
    """``told`` with what it would be where its assumptions fail in ways that the data do not show; without its number
    where linkage itself expects that they do."""
    limit = rules()
    shares = sorted({*limit["missed"], *([round(expected, 4)] if expected else [])})
    missed = tuple(_had_missed(told, counts, share, expected=share == round(expected or 0, 4)) for share in shares)
    factors = (1 / limit["hidden"], limit["hidden"])
    hidden = tuple((factor, told.seen + factor * (told.unseen or 0)) for factor in factors)
    told = replace(told, missed=missed, hidden=hidden)
    mine = next((one for one in missed if one.expected), None)
    if mine is None or told.low is None or told.high is None:
        return told
    if mine.total is not None and told.low <= mine.total <= told.high:
        return told
    ends = [end for end in (told.low, told.high, mine.low, mine.high) if end is not None]
    values = {"share": f"{100 * mine.share:.1f}", "low": round(min(ends)), "high": round(max(ends))}
    refused = (Refusal("missed_links", values),)
    return replace(told, total=None, low=None, high=None, hidden=(), refused=refused)


def _had_missed(told: Coverage, counts: Floats, share: float, *, expected: bool) -> Missed:
    """The number had linkage missed this share of the joins; ``told`` is what it is as it stands."""
    whole = mended(counts[None], len(told.sources), share)
    found = _estimated(whole[0], told.sources)
    if found.total is None:
        return Missed(share, expected, None, None, None)
    before, low, total, high = (np.array([end or 0.0]) for end in (told.total, found.low, found.total, found.high))
    gone = share * joins(whole, len(told.sources))
    low, high = widened(low, total, high, before, gone, confidence=rules()["confidence"])
    return Missed(share, expected, found.total, max(float(low[0]), found.seen), float(high[0]))


def _with_others(told: Coverage, others: int) -> Coverage:
    """Deaths that only sources left out of the models saw were seen all the same: the total holds them."""
    seen = told.seen + others
    if told.total is None or told.low is None or told.high is None:
        return replace(told, seen=seen)
    low, total, high = (max(value, float(seen)) for value in (told.low, told.total, told.high))
    return replace(told, seen=seen, total=total, low=low, high=high)


def _two(counts: Floats, known: Mapping[str, int], seen: int) -> Coverage:
    only_first, only_second, both = counts[:, None]
    total, variance = chapman(only_first + both, only_second + both, both)
    low, high = interval(
        np.array([float(seen)]), np.maximum(total - seen, 0), variance, confidence=rules()["confidence"]
    )
    if high[0] > rules()["widest"] * low[0]:
        wide = Refusal("too_wide", {"low": round(low[0]), "high": round(high[0])})
        return Coverage(seen, known, "chapman", refused=(wide,))
    one = Model((), float(total[0]), float(low[0]), float(high[0]), 1.0)
    return Coverage(seen, known, "chapman", one.total, one.low, one.high, (one,))


def _more(counts: Floats, chosen: Sequence[str], known: Mapping[str, int], seen: int) -> Coverage:
    limit = rules()
    fits = [fit(counts, len(chosen), pairs) for pairs in models(len(chosen))]
    usable = np.array([one.error < limit["largest_error"] for one in fits])
    if not usable.any():
        return Coverage(seen, known, "loglinear", refused=(Refusal("unidentified", {}),))
    weight = weights(fits, usable, akaike=limit["akaike_share"])
    told = _told(fits, usable, weight, chosen, seen)
    best = min(float(one.aicc[0]) for one, fine in zip(fits, usable, strict=True) if fine[0])
    largest = fits[fullest(fits, usable)[0]]
    if largest.chance[0] < limit["least_fit"]:
        return Coverage(seen, known, "loglinear", models=told, refused=(Refusal("unfit", {}),))
    plausible = {
        _named(one.pairs, chosen)
        for one, fine in zip(fits, usable, strict=True)
        if fine[0] and one.aicc[0] - best <= limit["plausible_within"]
    }
    if conflict := _conflict([model for model in told if model.pairs in plausible]):
        return Coverage(seen, known, "loglinear", models=told, refused=(conflict,))
    whole = np.array([float(seen)])
    total = averaged(fits, weight, whole)
    low, high = interval(whole, largest.unseen, largest.variance, confidence=limit["confidence"])
    low, high = np.minimum(low, total), np.maximum(high, total)
    if high[0] > limit["widest"] * low[0]:
        wide = Refusal("too_wide", {"low": round(low[0]), "high": round(high[0])})
        return Coverage(seen, known, "loglinear", models=told, refused=(wide,))
    return Coverage(seen, known, "loglinear", float(total[0]), float(low[0]), float(high[0]), told)


def _conflict(plausible: Sequence[Model]) -> Refusal | None:
    """Models that are equally good and yet too far apart, or whose intervals do not even touch."""
    totals = [model.total for model in plausible]
    far = max(totals) > rules()["conflict_ratio"] * min(totals)
    disjoint = max(model.low for model in plausible) > min(model.high for model in plausible)
    return Refusal("conflict", {"low": round(min(totals)), "high": round(max(totals))}) if far or disjoint else None


def _told(fits: list[Fit], usable: Any, weight: Floats, chosen: Sequence[str], seen: int) -> tuple[Model, ...]:
    whole = np.array([float(seen)])
    told = []
    for one, fine, share in zip(fits, usable, weight, strict=True):
        if fine[0]:
            low, high = interval(whole, one.unseen, one.variance, confidence=rules()["confidence"])
            total = seen + float(one.unseen[0])
            told.append(Model(_named(one.pairs, chosen), total, float(low[0]), float(high[0]), float(share[0])))
    return tuple(sorted(told, key=lambda model: (-model.weight, model.pairs)))


def _named(pairs: Pairs, chosen: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((min(chosen[a], chosen[b]), max(chosen[a], chosen[b])) for a, b in pairs))


def _sources(histories: Mapping[frozenset[str], int]) -> dict[str, int]:
    saw: dict[str, int] = {}
    for sources, deaths in histories.items():
        for name in sources:
            saw[name] = saw.get(name, 0) + deaths
    return {name: deaths for name, deaths in saw.items() if deaths}


def _counts(histories: Mapping[frozenset[str], int], chosen: Sequence[str]) -> list[int]:
    """Deaths of each history from 1 on; what only sources left out saw is no history."""
    counts = [0] * 2 ** len(chosen)
    for sources, deaths in histories.items():
        counts[sum(1 << place for place, name in enumerate(chosen) if name in sources)] += deaths
    return counts[1:]


def _refusals(counts: Sequence[int], chosen: Sequence[str], seen: int) -> tuple[Refusal, ...]:
    limit = rules()
    if len(chosen) < 2:
        return (Refusal("one_source", {}),)
    if seen < limit["least_deaths"]:
        return (Refusal("few_deaths", {"seen": seen, "least": limit["least_deaths"]}),)
    refused = []
    by_history = dict(enumerate(counts, 1))
    for place, name in enumerate(chosen):
        alone = by_history[1 << place]
        others = sum(deaths for history, deaths in by_history.items() if not history >> place & 1)
        if others < limit["least_own"]:
            refused.append(Refusal("holds_all", {"source": name}))
        elif alone < limit["least_own"] and len(chosen) == 2:
            refused.append(Refusal("copy", {"source": name}))
    for one in range(len(chosen)):
        for other in range(one):
            mask = 1 << one | 1 << other
            both = sum(deaths for history, deaths in by_history.items() if history & mask == mask)
            either = [deaths for history, deaths in by_history.items() if history & mask not in (0, mask)]
            if both < limit["least_overlap"]:
                values = {"one": chosen[other], "other": chosen[one], "both": both, "least": limit["least_overlap"]}
                refused.append(Refusal("little_overlap", values))
            elif sum(either) < limit["least_own"]:
                refused.append(Refusal("copies", {"one": chosen[other], "other": chosen[one]}))
    return tuple(refused)
