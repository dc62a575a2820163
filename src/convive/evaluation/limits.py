"""``limits.toml``: how short, how rare and how broken a series may be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Limits:
    """``before``, ``after``: least periods by period length; ``population_step``: largest relative step of exposure;
    ``margin_days``: how near a break may come to the start; ``few_before``, ``few_after``: below so many events a
    warning is due; ``power_enough``: from this power on a change can be seen, by a test of ``power_level``."""

    before: dict[str, int]
    after: dict[str, int]
    population_step: float
    margin_days: int
    few_before: int
    few_after: int
    power_enough: float
    power_level: float


@cache
def limits() -> Limits:
    told = tomllib.loads(Path(__file__).with_name("limits.toml").read_text("utf-8"))
    least = told["least"]
    return Limits(
        {period: least[period]["before"] for period in PERIODS},
        {period: least[period]["after"] for period in PERIODS},
        told["breaks"]["population_step"],
        told["breaks"]["margin_days"],
        told["few"]["before"],
        told["few"]["after"],
        told["power"]["enough"],
        told["power"]["level"],
    )
