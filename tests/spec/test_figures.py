"""The tables of figures.md hold."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.indicators import measure, unlocated
from convive.register import build_register
from convive.standard import aggregates_schema, coded_fields, measured_fields, record_schema
from convive.territory import Territory

TEXT = (Path(__file__).parent / "figures.md").read_text("utf-8")
AS_OF = dt.date(2014, 3, 31)
TERRITORY = {
    "territory.toml": """
levels = ["country", "department", "province", "district"]
nesting = "prefix"
[[units]]
file = "units.csv"
[[population]]
file = "population.csv"
series = "estimates"
""",
    "units.csv": """code,name,level,parent
PE,Perú,country,
24,Tumbes,department,PE
2401,Tumbes,province,24
2403,Zarumilla,province,24
240101,Tumbes,district,2401
240102,Corrales,district,2401
240301,Zarumilla,district,2403
20,Piura,department,PE
2001,Piura,province,20
200101,Piura,district,2001
""",
    "population.csv": "code,year,population\n24,2011,100000\n24,2012,101000\n24,2013,102000\n24,2014,150000\n",
}


def table(heading: str) -> tuple[list[str], list[list[str]]]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.S | re.M)
    assert section is not None
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return cells[0], cells[2:]


def read(column: str, cell: str) -> object:
    if column.endswith("_on"):
        return dt.date.fromisoformat(cell)
    if column == "occurred_time":
        return dt.time.fromisoformat(cell)
    return float(cell) if column == "age_years" else cell


def records() -> pl.DataFrame:
    head, rows = table("cases")
    made = []
    for number, cells in enumerate(rows, 2):
        record: dict[str, Any] = dict.fromkeys(record_schema()) | dict.fromkeys(coded_fields(), "not_recorded")
        record |= {f"{name}_missing": "not_recorded" for name in measured_fields()}
        record |= {
            "source_id": "pnp",
            "source_body": "police",
            "file": "f",
            "row": number,
            "record_id": f"pnp:0:{number}:1",
        }
        record |= {"victim_no": 1, "victims_in_event": 1, "synthetic": False}
        told = {column: read(column, cell) for column, cell in zip(head, cells, strict=True) if cell}
        record |= {f"{column}_column": column for column in told if column in coded_fields()}
        record |= {"occurrence_unit" if column == "unit" else column: value for column, value in told.items()}
        made.append(record)
    return pl.DataFrame(made, schema=record_schema(), orient="row")


@pytest.fixture(scope="module")
def cases() -> pl.DataFrame:
    return build_register(records()).cases


@pytest.fixture(scope="module")
def figures(cases: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("territory")
    for name, text in TERRITORY.items():
        (folder / name).write_text(text, "utf-8")
    aggregates = pl.DataFrame(schema=aggregates_schema())
    return measure(cases, aggregates, Territory.load(folder), concept="ceic", as_of=AS_OF)


@pytest.mark.parametrize("row", table("figures")[1], ids=lambda row: row[0])
def test_a_figure_is_as_the_table_says(figures: pl.DataFrame, row: list[str]) -> None:
    address, value, base, status, _ = row
    indicator, unit, period, *rest = address.split("/")
    disaggregation, category = rest or ("total", "total")
    found = figures.filter(
        indicator=indicator, unit_code=unit, period=period, disaggregation=disaggregation, category=category
    )
    if value == "–":
        assert found.is_empty()
        return
    figure = found.row(0, named=True)
    assert found.height == 1
    assert figure["value"] == pytest.approx(float(value), abs=5e-4)
    assert figure["low"] <= figure["value"] <= figure["high"]
    assert figure["status"] == status
    assert (figure["population"] or figure["denominator"]) == (int(base) if base else None)


def test_the_one_without_a_place_is_told(cases: pl.DataFrame) -> None:
    assert unlocated(cases, concept="ceic", place="occurrence") == 1
