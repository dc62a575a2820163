"""A small plan in a folder of its own, cut from the Tumbes example."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.indicators.intervals import poisson_interval
from convive.standard.schema import figures_schema
from convive.strategy import reading
from convive.strategy.plan import Plan

AS_OF = dt.date(2015, 6, 30)


@pytest.fixture
def folder(tumbes: Path, tmp_path: Path) -> Path:
    """The plan of Tumbes without evidence or decisions."""
    strategy = tmp_path / "strategy"
    strategy.mkdir()
    shutil.copy(tumbes / "strategy" / "plan.toml", strategy)
    return strategy


@pytest.fixture
def plan(folder: Path) -> Plan:
    found = reading.load(folder)
    assert found is not None
    return found


@pytest.fixture
def figures() -> pl.DataFrame:
    """Homicides of the department by year and half, as the founding paper counts them."""
    told = {"2011": 11, "2012": 46, "2013": 45, "2014": 54, "2013-H1": 22, "2013-H2": 23, "2014-H1": 27, "2014-H2": 27}
    return pl.DataFrame([figure("homicides", period, count) for period, count in told.items()], schema=figures_schema())


def figure(indicator: str, period: str, count: int, **values: Any) -> dict[str, Any]:
    low, high = (float(end) for end in poisson_interval(count))
    row: dict[str, Any] = dict.fromkeys(figures_schema())
    row |= {"indicator": indicator, "unit_code": "24", "period": period, "disaggregation": "total", "category": "total"}
    row |= {"value": float(count), "low": low, "high": high, "count": count, "status": "final", "synthetic": False}
    return row | values
