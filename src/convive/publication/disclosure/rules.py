"""Rules of disclosure, read from ``rules.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from convive.standard import classification

PERIOD_FORMS = {"half": r"^\d{4}-H[12]$", "year": r"^\d{4}$", "all": r"^all$"}
"""Forms of period in which a breakdown can be released; months and days are not among them."""


@dataclass(frozen=True)
class Breakdown:
    """In which grain a breakdown is released and whether its small counts are suppressed."""

    id: str
    levels: tuple[str, ...]
    periods: tuple[str, ...]
    small: Literal["suppress", "publish"]
    family: str
    minimum_total: int
    reason: Mapping[str, str]

    def grain(self) -> pl.Expr:
        """Boolean over figures: unit level and period are ones that get this breakdown."""
        form = "|".join(PERIOD_FORMS[name] for name in self.periods)
        levels = pl.lit(True) if "*" in self.levels else pl.col("unit_level").is_in(self.levels)
        return levels & pl.col("period").str.contains(form)


@dataclass(frozen=True)
class Treatment:
    """What an indicator's figures say about the cells of its base population."""

    indicator: str
    base: str
    total: Literal["public", "small", "cell", "statistic"]
    disaggregation: str = "total"
    categories: tuple[str, ...] = ("total",)

    @property
    def column(self) -> tuple[str, str]:
        """The column of cells in which a total that is a cell stands: no breakdown of people has such a name."""
        return (f"={self.indicator}", "total")


@dataclass(frozen=True)
class Rules:
    version: str
    source: str
    reason: Mapping[str, str]
    minimum_total: int
    minimum_width: int
    breakdowns: Mapping[str, Breakdown]
    indicators: Mapping[str, Treatment]

    def families(self) -> dict[str, tuple[Breakdown, ...]]:
        """Breakdowns that are decided together, by the name of their family."""
        names = dict.fromkeys(breakdown.family for breakdown in self.breakdowns.values())
        return {name: tuple(one for one in self.breakdowns.values() if one.family == name) for name in names}

    def bases(self) -> dict[str, tuple[Treatment, ...]]:
        """Indicators that count the same population, by the name of that population."""
        names = dict.fromkeys(treatment.base for treatment in self.indicators.values())
        return {name: tuple(one for one in self.indicators.values() if one.base == name) for name in names}


@cache
def rules() -> Rules:
    """The rules of this version of Convive."""
    data = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
    return Rules(
        version=data["version"],
        source=data["source"],
        reason=data["reason"],
        minimum_total=data["minimum_total"],
        minimum_width=data["minimum_width"],
        breakdowns={name: _breakdown(name, entry, data["minimum_total"]) for name, entry in data["breakdowns"].items()},
        indicators={name: _treatment(name, entry) for name, entry in data["indicators"].items()},
    )


def _breakdown(name: str, entry: Mapping[str, Any], minimum_total: int) -> Breakdown:
    return Breakdown(
        id=name,
        levels=tuple(entry["levels"]),
        periods=tuple(entry["periods"]),
        small=entry["small"],
        family=entry.get("family", name),
        minimum_total=entry.get("minimum_total", minimum_total),
        reason=entry["reason"],
    )


def _treatment(name: str, entry: Mapping[str, Any]) -> Treatment:
    cell = entry.get("cell", {"disaggregation": "total", "categories": ["total"]})
    codes = cell.get("categories") or classification(cell["disaggregation"]).with_property(cell["property"])
    return Treatment(name, entry["base"], entry["total"], cell["disaggregation"], tuple(codes))
