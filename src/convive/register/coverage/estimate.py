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
class Coverage:
    """``seen``: deaths in the register. ``total``, ``low``, ``high``: all deaths, with their 95 % interval; None where
    it is ``refused``. ``models``: all that were fitted, the weightiest first, even where they conflict. ``sources``:
    deaths that each saw. ``years``: the first and last that are spoken of, where not all.
    """

    seen: int
    sources: Mapping[str, int]
    method: str
    total: float | None = None
    low: float | None = None
    high: float | None = None
    models: tuple[Model, ...] = ()
    refused: tuple[Refusal, ...] = ()
    years: tuple[int, int] | None = None

    @property
    def unseen(self) -> float | None:
        """Deaths that no source saw."""
        return None if self.total is None else self.total - self.seen

    def assumptions(self, language: str) -> list[str]:
        """What must hold for the number to mean anything, in words."""
        other = "independent" if self.method == "loglinear" else "pairs"
        return [say(f"coverage.assumption.{name}", language) for name in ASSUMPTIONS if name != other]


def coverage(histories: Mapping[frozenset[str], int]) -> Coverage:
    """The number of deaths from ``histories``: how many were seen by exactly these sources.

    Two sources: Chapman's estimator. Three or more: log-linear models, averaged, with the interval
    of the one that takes every pair for dependent.
    """
    saw = _sources(histories)
    limit = rules()
    chosen = sorted(saw, key=lambda name: (-saw[name], name))[: limit["most_sources"]]
    counts = _counts(histories, chosen)
    seen = int(sum(counts))
    known = {name: saw[name] for name in chosen}
    method = "chapman" if len(chosen) == 2 else "loglinear"
    if refused := _refusals(counts, chosen, seen):
        told = Coverage(seen, known, method, refused=refused)
    elif method == "chapman":
        told = _two(counts, known, seen)
    else:
        told = _more(np.array([counts], dtype=np.float64), chosen, known, seen)
    return _with_others(told, sum(deaths for history, deaths in histories.items() if history) - seen)


def between(histories: Mapping[frozenset[str], int], years: tuple[int, int] | None) -> Coverage:
    """The same of the ``years`` that all sources share; refused where they share none."""
    if years is None:
        return Coverage(sum(histories.values()), _sources(histories), "none", refused=(Refusal("no_years", {}),))
    return replace(coverage(histories), years=years)


def _with_others(told: Coverage, others: int) -> Coverage:
    """Deaths that only sources left out of the models saw were seen all the same: the total holds them."""
    seen = told.seen + others
    if told.total is None or told.low is None or told.high is None:
        return replace(told, seen=seen)
    low, total, high = (max(value, float(seen)) for value in (told.low, told.total, told.high))
    return replace(told, seen=seen, total=total, low=low, high=high)


def _two(counts: Sequence[int], known: Mapping[str, int], seen: int) -> Coverage:
    only_first, only_second, both = (np.array([float(one)]) for one in counts)
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
    near = [
        seen + float(one.unseen[0])
        for one, fine in zip(fits, usable, strict=True)
        if fine[0] and one.aicc[0] - best <= limit["plausible_within"]
    ]
    if max(near) > limit["conflict_ratio"] * min(near):
        conflict = Refusal("conflict", {"low": round(min(near)), "high": round(max(near))})
        return Coverage(seen, known, "loglinear", models=told, refused=(conflict,))
    whole, largest = np.array([float(seen)]), fits[fullest(fits, usable)[0]]
    total = averaged(fits, weight, whole)
    low, high = interval(whole, largest.unseen, largest.variance, confidence=limit["confidence"])
    low, high = np.minimum(low, total), np.maximum(high, total)
    if high[0] > limit["widest"] * low[0]:
        wide = Refusal("too_wide", {"low": round(low[0]), "high": round(high[0])})
        return Coverage(seen, known, "loglinear", models=told, refused=(wide,))
    return Coverage(seen, known, "loglinear", float(total[0]), float(low[0]), float(high[0]), told)


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
