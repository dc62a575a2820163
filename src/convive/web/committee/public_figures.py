"""What the released edition says, for the agenda: figures, alarms, gates. Nothing private is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from convive.indicators import catalogue
from convive.observatory import Observatory
from convive.publication.edition import Edition
from convive.publication.reading import Reader
from convive.publication.words import period
from convive.web.office.territory import units


def numbers() -> Mapping[str, float]:
    """The totals of the territory in focus by ``indicator/unit/period``, full years and half-years."""
    return _read(*_stamp())[0]


def named(key: str, language: str) -> str:
    """What people call a figure of :func:`numbers`: its indicator, its place and its period in words."""
    indicator, unit, told = key.split("/")
    label = catalogue()[indicator].label[language] if indicator in catalogue() else indicator
    return f"{label}, {units().get(unit, unit)}, {period(told, language)}"


def alarms(since: str) -> list[Mapping[str, Any]]:
    """The alarms of the edition whose week began after the day ``since``."""
    return [one for one in _read(*_stamp())[1] if one["week"] > since]


def gates(language: str) -> list[str]:
    """What the plan's present stage waits for, where there is a plan."""
    return _read(*_stamp())[2][language]


def released(language: str) -> Reader | None:
    """What reads the released edition in a language; None before the first build."""
    path, stamp = _stamp()
    return Reader(_edition(path.parents[1], stamp), language) if stamp else None


@lru_cache(maxsize=1)
def _edition(folder: Path, stamp: int) -> Edition:
    del stamp
    return Edition.load(folder)


def _stamp() -> tuple[Path, int]:
    path = Observatory.open(settings.FOLDER).public / "data" / "edition.json"
    return path, path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int) -> tuple[dict[str, float], list[dict[str, Any]], dict[str, list[str]]]:
    if not stamp:
        return {}, [], {"es": [], "en": []}
    edition = json.loads(path.read_text("utf-8"))
    figures = pl.read_parquet(path.with_name("figures.parquet"), glob=False).filter(
        (pl.col("unit_code") == edition["focus"])
        & (pl.col("disaggregation").cast(pl.String) == "total")
        & pl.col("period").cast(pl.String).str.contains(r"^\d{4}(-H[12])?$")
        & pl.col("value").is_not_null()
    )
    told = {
        f"{indicator}/{unit}/{period}": round(value, 1)
        for indicator, unit, period, value in figures.select("indicator", "unit_code", "period", "value").iter_rows()
    }
    methods = edition["patterns"].get("alarms", {}).get("methods", [])
    found = {one["week"]: one for method in methods for one in method["alarms"]}
    return told, list(found.values()), _gates(path.with_name("plan.json"))


def _gates(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {"es": [], "en": []}
    plan = json.loads(path.read_text("utf-8"))
    stage = next(one for one in plan["stages"] if one["id"] == plan["stage"])
    turned = [one["label"] for one in stage["back"] if one["holds"]]
    waits = [one["label"] for one in stage["onward"] if not one["holds"]]
    return {language: [label[language] for label in (*turned, *waits)] for language in ("es", "en")}
