"""Did crime move next door? The weighted displacement difference of a place that was treated and those beside it.

Four places, each before and after: the treated one, one like it that was not (control), the surroundings of the treated
one into which crime may move, and the surroundings of the control. Counts are Poisson; nothing is modelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from convive.analysis.checks import require

NULL = "treated places and their surroundings changed as the controls did"

FEWEST = 5
"""Below this count in a place the normal interval is not to be trusted (Wheeler & Ratcliffe 2018, p. 6)."""


@dataclass(frozen=True)
class Counted:
    """Events of one place ``before`` and ``after``, observed for ``days_before`` and ``days_after`` (any unit, equal
    over places where it is equal in fact) on an ``area`` (any unit), each weighing ``harm``."""

    before: int
    after: int
    days_before: float = 1.0
    days_after: float = 1.0
    area: float = 1.0
    harm: float = 1.0


@dataclass(frozen=True)
class Difference:
    """``value``: events fewer (below 0) or more than had the treated changed as the controls, with its standard
    ``error``, the interval ``low``–``high``, ``z`` and ``p`` (two-sided). Events are those of the treated place's
    period after, on its area."""

    value: float
    error: float
    low: float
    high: float
    z: float
    p: float


@dataclass(frozen=True)
class Displacement:
    """``whole``: the weighted displacement difference; its two parts ``direct`` (in the treated place) and ``spilled``
    (in its surroundings: above 0 crime moved there, below 0 the benefit spread; None without surroundings).

    ``quotient``: what spilled over what was direct, the weighted displacement quotient (Bowers & Johnson, Journal of
    Quantitative Criminology 2003), None where the treated place did not improve. ``net``: in words whether what was
    gained was lost next door. ``few``: some count is below five, and the interval a rough one.
    """

    whole: Difference
    direct: Difference
    spilled: Difference | None
    quotient: float | None
    few: bool
    confidence: float
    null: str = NULL

    @property
    def says(self) -> str:
        """``better``, ``worse`` or ``cannot tell``, of the whole."""
        if self.whole.high < 0:
            return "better"
        return "worse" if self.whole.low > 0 else "cannot tell"


def weighted_displacement_difference(
    treated: Counted,
    control: Counted,
    *,
    treated_around: Counted | None = None,
    control_around: Counted | None = None,
    confidence: float = 0.95,
) -> Displacement:
    """The difference of changes, treated less control, with that of their surroundings (Wheeler & Ratcliffe, Crime
    Science 2018, eq. 1–3); unequal periods, areas and harms weigh the counts (Wheeler & Ratcliffe, §"weights").

    Each count is brought to the length of the treated place's period after and to its area; a count that is weighed
    by w adds w² times itself to the variance. Raises :class:`~convive.errors.AnalysisError`: negative counts, no event
    at all, surroundings of one alone.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    both = (treated_around is None) == (control_around is None)
    require(both, what="control_around", got="one of the two surroundings", wanted="both or none")
    places = [treated, control, *(one for one in (treated_around, control_around) if one is not None)]
    for place in places:
        _checked(place)
    total = sum(place.before + place.after for place in places)
    require(total > 0, what="counts", got=0, wanted="> 0")
    direct = _change(treated, treated), _change(control, treated)
    spilled = None
    if treated_around is not None and control_around is not None:
        spilled = _change(treated_around, treated), _change(control_around, treated)
    parts = [direct] if spilled is None else [direct, spilled]
    value = sum(one[0][0] - one[1][0] for one in parts)
    variance = sum(one[0][1] + one[1][1] for one in parts)
    own = _difference(direct[0][0] - direct[1][0], direct[0][1] + direct[1][1], confidence)
    beside = (
        None
        if spilled is None
        else _difference(spilled[0][0] - spilled[1][0], spilled[0][1] + spilled[1][1], confidence)
    )
    quotient = None if beside is None or own.value >= 0 else beside.value / own.value
    few = any(count < FEWEST for place in places for count in (place.before, place.after))
    return Displacement(_difference(value, variance, confidence), own, beside, quotient, few, confidence)


def _checked(place: Counted) -> None:
    for what in ("before", "after"):
        count = getattr(place, what)
        require(count >= 0 and count == int(count), what=what, got=count, wanted="a whole number from 0 on")
    for what in ("days_before", "days_after", "area", "harm"):
        value = getattr(place, what)
        require(math.isfinite(value) and value > 0, what=what, got=value, wanted="> 0")


def _change(place: Counted, treated: Counted) -> tuple[float, float]:
    """After less before, and its variance, in events of the treated place's period after and area."""
    each = place.harm * treated.area / place.area
    later, earlier = each * treated.days_after / place.days_after, each * treated.days_after / place.days_before
    return later * place.after - earlier * place.before, later**2 * place.after + earlier**2 * place.before


def _difference(value: float, variance: float, confidence: float) -> Difference:
    error = math.sqrt(variance)
    reach = float(stats.norm.isf((1 - confidence) / 2)) * error
    z = value / error if error > 0 else 0.0
    return Difference(value, error, value - reach, value + reach, z, float(2 * stats.norm.sf(abs(z))))
