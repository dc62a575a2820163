"""The tables of harmonising.md hold."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from convive.sources import values
from convive.sources.causes import from_words
from convive.sources.periods import PERIOD, period
from convive.sources.profile import Column

TEXT = (Path(__file__).parent / "harmonising.md").read_text("utf-8")
WORDS = {"": "not_recorded", "SIN REGISTRO": "not_recorded", "NO SE CONOCE": "unknown", "IGNORADO": "unknown"}
FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "palabras", "excel")


def table(heading: str) -> list[tuple[str, ...]]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.S | re.M)
    assert section is not None
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def raw(**columns: str) -> pl.DataFrame:
    given = {name: [value or None] for name, value in columns.items()}
    return pl.DataFrame({"row": [2], **given}, schema_overrides=dict.fromkeys(columns, pl.String))


def outcome(frame: pl.DataFrame, harvest: values.Harvest, name: str) -> tuple[object, str]:
    """The value, and why there is none: the reject's code in code font, else the kind of unknown."""
    record = frame.select(harvest.expressions).row(0, named=True)
    codes = [code for part in harvest.unused for code in part["code"]]
    assert len(codes) <= 1
    if codes:
        assert record[f"{name}_missing"] == "unmapped"
    return record[name], f"`{codes[0]}`" if codes else record[f"{name}_missing"] or ""


@pytest.mark.parametrize(("written", "date", "why"), table("dates"))
def test_dates(written: str, date: str, why: str) -> None:
    frame = raw(FECHA=written)
    harvest = values.dated(frame, "occurred_on", "FECHA", FORMATS, WORDS, dt.date(2020, 12, 31))
    expected = dt.date.fromisoformat(date) if date else None
    assert outcome(frame, harvest, "occurred_on") == (expected, why)


@pytest.mark.parametrize(("written", "unit", "age", "why"), table("ages"))
def test_ages(written: str, unit: str, age: str, why: str) -> None:
    frame = raw(EDAD=written, TIEMPO=unit)
    harvest = values.aged(frame, "age_years", "EDAD", "TIEMPO", WORDS, values.NumberStyle())
    value, said = outcome(frame, harvest, "age_years")
    assert said == why
    assert value == (pytest.approx(float(age), abs=6e-5) if age else None)


@pytest.mark.parametrize(("written", "mechanism", "firearm_type", "words"), table("causes"))
def test_causes(written: str, mechanism: str, firearm_type: str, words: str) -> None:
    frame = raw(CAUSA=written)
    column = Column(words="causes")
    read = [from_words(frame, name, ["CAUSA"], column, WORDS, "x") for name in ("mechanism", "firearm_type")]
    record = frame.select(read[0].expressions + read[1].expressions).row(0, named=True)
    found = (record["mechanism"], record["firearm_type"], record["mechanism_words"] or "")
    assert found == (mechanism, firearm_type, words)


@pytest.mark.parametrize(("written", "expected"), table("periods"))
def test_periods(written: str, expected: str) -> None:
    found = pl.DataFrame({"said": [written]}).select(period(pl.col("said"))).item()
    assert (found if re.match(PERIOD, found) else "`unreadable-period`") == expected
