"""A small territory with a break of its population, and cases made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.register import build_register
from convive.standard import aggregates_schema, coded_fields, measured_fields, record_schema
from convive.territory import Territory

SETTINGS = """
levels = ["country", "department", "province", "district"]
nesting = "prefix"

[[units]]
file = "units.csv"

[[population]]
file = "population.csv"
series = "estimates"
"""
UNITS = """code,name,level,parent
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
"""
POPULATION = """code,year,population
24,2011,100000
24,2012,101000
24,2013,102000
24,2014,150000
2401,2011,60000
2401,2012,60500
2401,2013,61000
2401,2014,61500
"""
FIRST = dt.date(2012, 3, 5)
"""A Monday."""

Death = dict[str, Any]


@pytest.fixture(scope="session")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Territory:
    """Two departments; the population of Tumbes (24) breaks between 2013 and 2014, that of province 2401 does not."""
    folder = tmp_path_factory.mktemp("territory")
    for name, text in {"territory.toml": SETTINGS, "units.csv": UNITS, "population.csv": POPULATION}.items():
        (folder / name).write_text(text, "utf-8")
    return Territory.load(folder)


@pytest.fixture(scope="session")
def make_cases() -> Callable[..., pl.DataFrame]:
    """``make_cases({...}, {...})``: a case each; intentional, in 240101 on 5 March 2012 unless said."""

    def made(*deaths: Death) -> pl.DataFrame:
        return build_register(pl.DataFrame([*_records(deaths)], schema=record_schema(), orient="row")).cases

    return made


@pytest.fixture(scope="session")
def make_register() -> Callable[..., Any]:
    """The same with the records that make up the cases."""
    return lambda *deaths: build_register(pl.DataFrame([*_records(deaths)], schema=record_schema(), orient="row"))


def _records(deaths: tuple[Death, ...]) -> list[Death]:
    return [
        _record(row, {"intent": "intentional", "occurrence_unit": "240101"} | death)
        for row, death in enumerate(deaths, 2)
    ]


def _record(row: int, death: Death) -> Death:
    made: Death = dict.fromkeys(record_schema()) | dict.fromkeys(coded_fields(), "not_recorded")
    made |= {f"{name}_missing": "not_recorded" for name in measured_fields()}
    made |= {"source_id": "pnp", "source_body": "police", "file": "pnp.csv", "row": row}
    made |= {"victim_no": 1, "victims_in_event": 1, "synthetic": False, "received_on": dt.date(2015, 7, 1)}
    made |= {f"{name}_column": name for name in death if name in coded_fields()}
    made |= {"record_id": f"{death.get('source_id', 'pnp')}:0:{row}:1", "occurred_on": FIRST}
    return made | death


@pytest.fixture(scope="session")
def make_aggregates() -> Callable[..., pl.DataFrame]:
    """One published number a dictionary: a count of complaints of 240101 in 2012 unless said."""
    usual = {"source_id": "mpfn", "file": "a.csv", "indicator": "prosecutor_complaints", "unit_code": "240101"}
    usual |= {"period": "2012", "disaggregation": "total", "category": "total", "measure": "count"}

    def made(*numbers: Death) -> pl.DataFrame:
        rows = [dict.fromkeys(aggregates_schema()) | usual | {"synthetic": False} | number for number in numbers]
        return pl.DataFrame(rows, schema=aggregates_schema(), orient="row")

    return made
