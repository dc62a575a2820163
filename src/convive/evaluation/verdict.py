"""Four verdicts, and the rule that each came by. The rules, their order and their sources stand in ``verdict.toml``."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from convive.evaluation.calibration import offered
from convive.evaluation.result import Effect
from convive.texts import number, say


class Verdict(StrEnum):
    LIKELY_HELPED = "likely-helped"
    LIKELY_HARMED = "likely-harmed"
    NO_SIGN = "no-sign"
    CANNOT_TELL = "cannot-tell"


TURNED = {Verdict.LIKELY_HELPED: Verdict.LIKELY_HARMED, Verdict.LIKELY_HARMED: Verdict.LIKELY_HELPED}
"""Where more is better."""


@dataclass(frozen=True)
class Judgement:
    """``verdict`` by ``rule`` on an ``effect``; ``worth_seeing``: the rate ratio below which the change matters."""

    verdict: Verdict
    rule: str
    effect: Effect
    worth_seeing: float

    def headline(self, language: str) -> str:
        """The verdict in a few words."""
        return say(f"evaluation.verdict.{self.verdict}", language)

    def sentences(self, language: str) -> list[str]:
        """The verdict in plain words: what was found, and why it is called so."""
        return [
            say(f"evaluation.found.{self.effect.estimand}", language, **_numbers(self.effect, language)),
            self.why(language),
        ]

    def why(self, language: str) -> str:
        """The rule in words, with the diagnostics that failed."""
        failed = "; ".join(say(f"evaluation.diagnostic.{one.name}", language) for one in self.effect.failed)
        percent = number(100 * (1 - self.worth_seeing), language)
        return say(f"evaluation.rule.{self.rule}", language, failed=failed, percent=percent)


def judge(effect: Effect, *, expected: float | None = None) -> Judgement:
    """What ``effect`` means. ``expected``: the rate ratio that the measure was registered with; it says what change
    would have mattered, and above 1 that a rise is what was hoped for (more cases solved): the verdict turns round."""
    told = rules()
    worth = float(told["worth_seeing"])
    if expected is not None and expected > 0 and expected != 1:
        worth = min(expected, 1 / expected)
    for rule in told["rule"]:
        if _APPLIES[rule["id"]](effect, worth):
            verdict = Verdict(rule["verdict"])
            return Judgement(
                TURNED.get(verdict, verdict) if (expected or 0) > 1 else verdict, rule["id"], effect, worth
            )
    raise AssertionError("the last rule of verdict.toml applies to everything")


@cache
def rules() -> dict[str, Any]:
    """``verdict.toml`` as it stands."""
    return tomllib.loads(Path(__file__).with_name("verdict.toml").read_text("utf-8"))


def ratio_of(effect: Effect) -> tuple[float, float]:
    """The interval as rate ratios, whatever the estimand; NaN where events expected without the measure are unknown."""
    return effect.as_ratio(effect.low), effect.as_ratio(effect.high)


def _small(effect: Effect, worth: float) -> bool:
    low, high = ratio_of(effect)
    return low > worth and high < 1 / worth


_APPLIES: dict[str, Callable[[Effect, float], bool]] = {
    "not-calibrated": lambda effect, _: not offered(effect.design, effect.interval_by),
    "refuted": lambda effect, _: bool(effect.failed),
    "no-interval": lambda effect, _: not (math.isfinite(effect.low) and math.isfinite(effect.high)),
    "fewer": lambda effect, _: effect.high < effect.nothing,
    "more": lambda effect, _: effect.low > effect.nothing,
    "small-either-way": _small,
    "too-wide": lambda effect, _: True,
}


def _numbers(effect: Effect, language: str) -> dict[str, str]:
    told = {"estimate": effect.estimate, "low": effect.low, "high": effect.high}
    if effect.estimand == "rate-ratio":
        change = {name: 100 * (value - 1) for name, value in told.items()}
        return {name: _signed(value, language, 0) for name, value in change.items()}
    return {name: _signed(value, language, 1) for name, value in told.items()}


def _signed(value: float, language: str, decimals: int) -> str:
    if math.isnan(value):
        return "?"
    rounded = round(value, decimals) + 0.0
    return f"{'−' if rounded < 0 else '+' if rounded > 0 else ''}{number(abs(rounded), language, decimals)}"
