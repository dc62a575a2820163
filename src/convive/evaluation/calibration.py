"""Which designs keep their promises: ``calibration.toml``, measured by simulation on series like Tumbes's.

A design is offered where it was measured and, in every scenario, cries wolf as often as it says and covers the truth as
often as it says. What was never measured is not offered.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("calibration.toml")


@dataclass(frozen=True)
class Measured:
    """One design with the errors ``interval_by`` in one ``scenario``: the share of false alarms at 5 % and the share of
    intervals that cover the truth, in ``simulations`` from ``seed``. ``coverage`` is None for a design that gives no
    interval. ``stress``: told, and not asked of it."""

    design: str
    interval_by: str
    scenario: str
    false_positives: float
    coverage: float | None
    simulations: int
    seed: int
    stress: bool = False


@dataclass(frozen=True)
class Calibration:
    """All that was measured, and the bands within which a design is offered."""

    measured: tuple[Measured, ...]
    false_positives: tuple[float, float]
    coverage: tuple[float, float]

    def holds(self, one: Measured) -> bool:
        low, high = self.false_positives
        covers = one.coverage is None or self.coverage[0] <= one.coverage <= self.coverage[1]
        return low <= one.false_positives <= high and covers

    def of(self, design: str) -> tuple[Measured, ...]:
        return tuple(one for one in self.measured if one.design == design)


@cache
def calibration() -> Calibration:
    told = tomllib.loads(FILE.read_text("utf-8"))
    measured = tuple(
        Measured(
            one["design"],
            one["interval_by"],
            one["scenario"],
            one["false_positives"],
            one.get("coverage"),
            one["simulations"],
            one["seed"],
            one.get("stress", False),
        )
        for one in told.get("measured", [])
    )
    bands = told["bands"]
    return Calibration(measured, tuple(bands["false_positives"]), tuple(bands["coverage"]))


def offered(design: str, interval_by: str) -> bool:
    """Whether ``design`` with the errors ``interval_by`` was measured and held in every scenario asked of it."""
    told = calibration()
    asked = [one for one in told.of(design) if one.interval_by == interval_by and not one.stress]
    return bool(asked) and all(told.holds(one) for one in asked)
