"""Is this change real? Two counts with their exposures, compared exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from convive.errors import Problem, WrongUse
from convive.indicators.intervals import binomial_interval
from convive.indicators.rules import rules
from convive.texts import number, say


@dataclass(frozen=True)
class Change:
    """What two counts say of a change of the rate.

    ``rate_ratio`` after / before (infinite where before is 0, NaN where both are) with its exact 95 % interval;
    ``p_value`` two-sided exact conditional: how probable counts as improbable as these are if nothing changed;
    ``p_value_mid`` twice the smaller tail, half of what was seen counted; ``probability_rise`` that the true rate after
    is higher than before.
    """

    count_before: int
    count_after: int
    exposure_before: float
    exposure_after: float
    rate_ratio: float
    low: float
    high: float
    p_value: float
    p_value_mid: float
    probability_rise: float

    @property
    def probability_more_than_noise(self) -> float:
        """The probability that the true rate moved in the direction seen."""
        return max(self.probability_rise, 1 - self.probability_rise)

    def words(self, language: str) -> str:
        """The verdict in one or two plain sentences."""
        if self.count_before + self.count_after < rules()["change_cases"]:
            return say("change.few", language, n=self.count_before + self.count_after)
        rose = self.probability_rise >= 0.5
        sure = self.probability_more_than_noise
        key = "sure" if sure >= rules()["change_sure"] else "likely" if sure >= rules()["change_likely"] else "unclear"
        percent = number(min(math.floor(sure * 1000) / 10, 99.9), language, 1 if sure >= 0.99 else 0)
        noise = _odds(self.p_value, language)
        return say(f"change.{key}_{'rise' if rose else 'fall'}", language, percent=percent, noise=noise)


def change(count_before: int, exposure_before: float, count_after: int, exposure_after: float) -> Change:
    """Compare the rates ``count / exposure`` of two periods.

    Given their sum, the later count is binomial with probability ``exposure_after / (exposure_before +
    exposure_after)`` if nothing changed (Przyborowski and Wilenski, Biometrika 1940;31:313–23). The interval of the
    ratio is that of this probability (Clopper–Pearson); the probability of a rise is the posterior one under Jeffreys
    priors, a beta tail. Exposures must be of one population series: across a break of it nothing can be compared.

    Raises :class:`WrongUse` for a negative count or an exposure that is not positive.
    """
    if min(count_before, count_after) < 0 or not (exposure_before > 0 and exposure_after > 0):
        told = f"{count_before}/{exposure_before} → {count_after}/{exposure_after}"
        raise WrongUse(Problem("impossible-change", value=told))
    from scipy import stats  # heavy to import, and a build compares nothing

    total = count_before + count_after
    share = exposure_after / (exposure_before + exposure_after)
    odds = exposure_after / exposure_before
    if total == 0:
        return Change(0, 0, exposure_before, exposure_after, math.nan, 0.0, math.inf, 1.0, 1.0, 0.5)
    low, high = binomial_interval(count_after, total)
    return Change(
        count_before,
        count_after,
        exposure_before,
        exposure_after,
        rate_ratio=math.inf if count_before == 0 else count_after / count_before / odds,
        low=_ratio(float(low), odds),
        high=_ratio(float(high), odds),
        p_value=float(stats.binomtest(count_after, total, share).pvalue),
        p_value_mid=_mid_p(count_after, total, share),
        probability_rise=float(1 - special.betainc(count_after + 0.5, count_before + 0.5, share)),
    )


def _ratio(share: float, odds: float) -> float:
    return math.inf if share >= 1 else share / (1 - share) / odds


def _mid_p(count: int, total: int, share: float) -> float:
    """Twice the smaller tail, with half the probability of what was seen (Lancaster, 1961)."""
    at_most = float(special.bdtr(count, total, share))
    below = float(special.bdtr(count - 1, total, share)) if count else 0.0
    lower = (at_most + below) / 2
    return min(1.0, 2 * min(lower, 1 - lower))


def _odds(p_value: float, language: str) -> str:
    """``3 de cada 100``: how often chance alone shows a difference as large."""
    if p_value < 0.001:
        return say("change.less_than_once", language)
    if p_value > 0.95:
        return say("change.almost_always", language)
    base = 100 if p_value >= 0.01 else 1000
    return say(
        "change.of_each", language, part=number(max(round(p_value * base), 1), language), base=number(base, language)
    )
