"""What the evaluation of a registered measure could see, simulated on the months of its own places before its start."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from convive.errors import LANGUAGES, EvaluationError
from convive.evaluation.power import Smallest, beside, sentences, smallest_falls
from convive.evaluation.registration import Registration
from convive.evaluation.series import Floats, Panel
from convive.publication.release import allowed

SIMULATIONS = 400
"""The sentence says how far so many err."""


def foresight(now: Registration, data: Panel, *, least: int) -> dict[str, Any]:
    """The smallest falls that the registered design would see, or why that is not told: of a rise nothing is simulated.
    ``data``: whole months of all places named. Where a year before the start has fewer deaths than ``least``, nothing
    leaves."""
    before = np.array([end <= now.start for end in data.ends])
    own, other = (_counts(data, units)[before] for units in (now.treated, now.comparison))
    years = np.array([begin.year for begin in data.starts])[before]
    if any(0 < side[years == year].sum() < least for side in (own, other) for year in set(years.tolist())):
        return _told("withheld")
    if now.expected > 1:
        return _told("rise")
    comparison = beside(now.design, data.counts[data.rows(now.comparison)][:, before]) if now.comparison else None
    try:
        found = _simulated(own.tobytes(), now.design, None if comparison is None else comparison.tobytes())
    except EvaluationError as error:
        says = {language: [one.reason(language) for one in error.problems] for language in LANGUAGES}
        return _told("refused", says)
    return _told("", {language: sentences(found, language) for language in LANGUAGES}, [_row(one) for one in found])


@lru_cache(maxsize=64)
def _simulated(own: bytes, design: str, comparison: bytes | None) -> tuple[Smallest, ...]:
    """Measures of one place that begin together look at the same months: they are drawn once."""
    other = None if comparison is None else np.frombuffer(comparison).reshape(-1, len(own) // 8)
    return smallest_falls(np.frombuffer(own), design, comparison=other, simulations=SIMULATIONS)


def _counts(data: Panel, units: Sequence[str]) -> Floats:
    found: Floats = data.counts[data.rows(units)].sum(axis=0) if units else np.zeros(data.counts.shape[1])
    return found


def _told(rule: str, says: dict[str, list[str]] | None = None, rows: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    nothing: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    return allowed.entry("foresight", {"rule": rule, "says": says or nothing, "falls": list(rows)})


def _row(one: Smallest) -> dict[str, Any]:
    fall = None if one.ratio is None else round(100 * (1 - one.ratio))
    return allowed.entry("fall", {"months": one.months, "percent": fall})
