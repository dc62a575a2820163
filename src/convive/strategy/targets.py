"""Indicators of the plan against their targets: what there is, whether the target is reached, whether anybody has ever
come down so fast, and whether the data could show it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from convive.evaluation.before_after import power_of_counts, power_of_shares
from convive.evaluation.limits import limits
from convive.indicators.change import Change, change
from convive.strategy.evidence import Ledger
from convive.strategy.figures import Seen, series
from convive.strategy.plan import Indicator

Reached = Literal["yes", "no", "cannot-tell", "unknown"]
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Standing:
    """Where an indicator stands.

    ``baseline`` and ``current`` as values, each with its figure of the register or None for a declared one.
    ``reached``: whether the current value, with its whole interval where it has one, lies on the target's side;
    ``cannot-tell`` where the interval holds the target. ``change``: current beside baseline, for counts and rates.
    ``power``: the probability that a change from baseline to target is seen in one period; None for a declared value.
    ``needed``: the ratio a year that the target asks for from its baseline on; ``faster_than_known``: whether that fall
    is faster than any on record.
    """

    indicator: Indicator
    baseline: float | None
    current: float | None
    baseline_figure: Seen | None = None
    current_figure: Seen | None = None
    reached: Reached = "unknown"
    change: Change | None = None
    power: float | None = None
    needed: float | None = None
    faster_than_known: bool = False

    @property
    def seen_if_reached(self) -> bool | None:
        """Whether the data could show the target; None where that does not depend on chance."""
        return None if self.power is None else self.power >= limits().power_enough


@cache
def rules() -> Mapping[str, Any]:
    """``plausibility.toml``: falls on record."""
    return tomllib.loads(Path(__file__).with_name("plausibility.toml").read_text("utf-8"))


@cache
def fastest_fall() -> float:
    """The smallest ratio a year among the falls on record."""
    return float(min((one["after"] / one["before"]) ** (1 / one["years"]) for one in rules()["record"]))


def stand(indicator: Indicator, figures: pl.DataFrame, ledger: Ledger, *, as_of: dt.date, on: dt.date) -> Standing:
    """The standing of ``indicator`` with the register until ``as_of`` and the evidence that counts ``on`` a day."""
    if indicator.figure is None:
        return _declared(indicator, ledger, on)
    seen = series(figures, indicator.figure, as_of=as_of)
    first = next((one for one in seen if one.period == indicator.baseline.period), None)
    last = seen[-1] if seen else None
    baseline = first.value if first else indicator.baseline.value
    return Standing(
        indicator,
        baseline,
        last.value if last else None,
        first,
        last,
        _reached(indicator, last),
        _change(first, last),
        _power(indicator, first),
        *_pace(indicator, first),
    )


def _declared(indicator: Indicator, ledger: Ledger, on: dt.date) -> Standing:
    assert indicator.output is not None
    told = ledger.of(indicator.output.activity, indicator.output.kind, on=on)
    baseline = indicator.baseline.value
    if not told:
        return Standing(indicator, baseline, None)
    if indicator.output.take == "last":
        current = max(told, key=lambda one: (one.dated, one.row)).quantity
    else:
        current = sum(one.quantity for one in told) + (baseline or 0.0)
    return Standing(indicator, baseline, current, reached="yes" if _side(indicator, current) else "no")


def _side(indicator: Indicator, value: float) -> bool:
    target = indicator.target.value
    return value <= target if indicator.better == "less" else value >= target


def _reached(indicator: Indicator, last: Seen | None) -> Reached:
    if last is None:
        return "unknown"
    ends = [end for end in (last.low, last.high) if end is not None] or [last.value]
    sides = {_side(indicator, end) for end in ends}
    return "cannot-tell" if len(sides) == 2 else "yes" if sides == {True} else "no"


def _change(first: Seen | None, last: Seen | None) -> Change | None:
    if first is None or last is None or first.period == last.period or first.share:
        return None
    if first.count is None or last.count is None:
        return None
    return change(first.count, float(first.base or 1), last.count, float(last.base or 1))


def _power(indicator: Indicator, first: Seen | None) -> float | None:
    if first is None or first.count is None or not first.value:
        return None
    if first.share:
        return power_of_shares(first.value, indicator.target.value, int(first.base or 0))
    return power_of_counts(first.count, indicator.target.value / first.value)


def _pace(indicator: Indicator, first: Seen | None) -> tuple[float | None, bool]:
    """The ratio a year from the baseline to the target, and whether no fall on record was as fast."""
    if first is None or first.share or indicator.better != "less" or first.value <= 0:
        return None, False
    years = (indicator.target.by - first.ended).days / DAYS_A_YEAR
    if years <= 0:
        return None, False
    needed = (indicator.target.value / first.value) ** (1 / years)
    return needed, needed < fastest_fall()
