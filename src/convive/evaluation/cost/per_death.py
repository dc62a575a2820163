"""What a death averted cost, with an interval that says so when it cannot be given.

A ratio whose denominator may be nothing has no finite interval: Fieller (JRSS B 1954;16:175–185), for
cost-effectiveness Briggs & Fenn (Health Economics 1998;7:723–740). A measure that may have averted nobody has no cost
per death averted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from convive.analysis.checks import require
from convive.evaluation.cost.money import Base
from convive.evaluation.result import Interval
from convive.texts import say, signed


@dataclass(frozen=True)
class PerDeath:
    """``cost`` of the measure, deaths ``averted``, and the cost of each from ``low`` to ``high``; all three None where
    it cannot be given, ``why`` then says what for (``no-interval``, ``harm`` or ``crosses-zero``). ``at_least``: even
    if as many were averted as the interval allows, a death cost this much."""

    cost: float
    averted: Interval
    base: Base
    estimate: float | None
    low: float | None
    high: float | None
    at_least: float | None
    why: str = ""

    def sentences(self, language: str) -> list[str]:
        """The deaths averted, their cost or why there is none, and the method."""
        told = {
            "cost": self.base.written(self.cost, language),
            "averted": _averted(self.averted.estimate, language),
            "low": _averted(self.averted.low, language),
            "high": _averted(self.averted.high, language),
        }
        averted = say("cost.averted", language, **told)
        if self.estimate is None:
            words = [averted, say(f"cost.cannot.{self.why}", language)]
            if self.at_least is not None:
                words.append(say("cost.at-least", language, least=self.base.written(self.at_least, language)))
        else:
            assert self.low is not None
            assert self.high is not None
            words = [
                averted,
                say(
                    "cost.per-death",
                    language,
                    each=self.base.written(self.estimate, language),
                    from_=self.base.written(self.low, language),
                    to=self.base.written(self.high, language),
                ),
            ]
        return [*words, say("cost.method-per-death", language, **told)]


def cost_per_death(
    cost: float, averted: Interval, base: Base, *, cost_error: float = 0.0, confidence: float = 0.95
) -> PerDeath:
    """What each death ``averted`` cost, of a measure that cost ``cost`` (known up to a standard ``cost_error``).

    Raises :class:`~convive.errors.AnalysisError` for a cost that is not above 0.
    """
    require(math.isfinite(cost) and cost > 0, what="cost", got=cost, wanted="> 0")
    require(cost_error >= 0, what="cost_error", got=cost_error, wanted=">= 0")
    if not (math.isfinite(averted.low) and math.isfinite(averted.high)):
        return PerDeath(cost, averted, base, None, None, None, None, "no-interval")
    if averted.high <= 0:
        return PerDeath(cost, averted, base, None, None, None, None, "harm")
    if averted.low <= 0:
        return PerDeath(cost, averted, base, None, None, None, cost / averted.high, "crosses-zero")
    each = cost / averted.estimate
    if cost_error == 0:
        return PerDeath(cost, averted, base, each, cost / averted.high, cost / averted.low, cost / averted.high)
    bounds = _fieller(cost, averted, cost_error, float(stats.norm.isf((1 - confidence) / 2)))
    if bounds is None:
        return PerDeath(cost, averted, base, None, None, None, cost / averted.high, "crosses-zero")
    return PerDeath(cost, averted, base, each, *bounds, bounds[0])


def _fieller(cost: float, averted: Interval, cost_error: float, z: float) -> tuple[float, float] | None:
    """The ratios θ with (cost − θ·averted)² ≤ z²(σ² of the cost + θ² σ² of the deaths); None where they have no end."""
    spread = (averted.high - averted.low) / (2 * z)
    square = averted.estimate**2 - (z * spread) ** 2
    if square <= 0:
        return None
    middle = cost * averted.estimate
    root = math.sqrt(max(middle**2 - square * (cost**2 - (z * cost_error) ** 2), 0.0))
    return max((middle - root) / square, 0.0), (middle + root) / square


def _averted(value: float, language: str) -> str:
    return signed(value, language) if math.isfinite(value) else "?"
