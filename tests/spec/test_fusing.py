"""The table of fusing.md holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.register import build_register
from convive.standard import coded_fields, measured_fields, record_schema

TABLE = Path(__file__).parent / "fusing.md"
BODIES = ("police", "prosecutor", "morgue", "civil_registry", "hospital")
READ: dict[str, Callable[[str], object]] = {"age_years": float, "died_on": dt.date.fromisoformat}
READ["occurred_on"] = READ["died_on"]


def read_table() -> list[list[str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def understood(field: str, cell: str) -> object:
    """What a cell of the table stands for in a record."""
    if field in READ:
        return None if cell == "-" else READ[field](cell)
    return {"-": "not_recorded", "?": "unknown"}.get(cell, cell)


def record(number: int, body: str, field: str, cell: str) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(record_schema()) | dict.fromkeys(coded_fields(), "not_recorded")
    made |= {f"{name}_missing": "not_recorded" for name in measured_fields()}
    made |= {"record_id": f"{body}:f:{number}:1", "source_id": body, "source_body": body, "file": body, "row": number}
    made |= {"victim_no": 1, "victims_in_event": 1, "synthetic": False, "received_on": dt.date(2015, 1, 1)}
    made |= {"identity_number": "43211234", field: understood(field, cell)}
    column = f"{field}_missing" if field in READ else f"{field}_column"
    return made | {column: None if field in READ and cell != "-" else "not_recorded"}


def records_of(field: str, given: list[tuple[str, str]]) -> pl.DataFrame:
    """Records of one identity number; as this does not join two sexes, those of a sex have one source's number."""
    together = {"source_id": "one", "source_record_number": "1"} if field == "sex" else {}
    made = [record(number, body, field, cell) | together for number, (body, cell) in enumerate(given, 2)]
    return pl.DataFrame(made, schema=record_schema(), orient="row")


@pytest.mark.parametrize("row", read_table(), ids=lambda row: f"{row[0]}: {row[9]}")
def test_a_case_says_what_the_table_says(row: list[str]) -> None:
    field, told, expected, source, disagree = row[0], row[1:6], *row[6:9]
    given = [(body, cell) for body, cell in zip(BODIES, told, strict=True) if cell != "-"] or [("police", "-")]
    cases = build_register(records_of(field, given)).cases
    case = cases.row(0, named=True)
    assert cases.height == 1
    assert case[field] == understood(field, expected)
    assert case[f"{field}_disagree"] == (disagree == "yes")
    believed = "one" if field == "sex" else source.replace(" ", "_")
    assert case[f"{field}_source"] == (None if source == "-" else believed)
