"""Records made by hand: one dictionary a record, everything else as a source that says nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.standard import coded_fields, measured_fields, place_fields, record_schema

MakeRecords = Callable[..., pl.DataFrame]
BODIES = {"pnp": "police", "mpfn": "prosecutor", "morgue": "morgue", "sinadef": "civil_registry", "eess": "hospital"}


def record(row: int, values: dict[str, Any]) -> dict[str, Any]:
    source = values.get("source_id", "pnp")
    file = values.get("file", f"{source}.csv")
    victim = values.get("victim_no", 1)
    made: dict[str, Any] = dict.fromkeys(record_schema())
    made |= dict.fromkeys(coded_fields(), "not_recorded")
    made |= {f"{name}_missing": "not_recorded" for name in measured_fields()}
    made |= {f"{name}_certainty": "not_recorded" for name in place_fields()}
    made |= {
        "record_id": f"{source}:{file}:{row}:{victim}",
        "source_id": source,
        "source_body": BODIES[source],
        "file": file,
        "file_sha256": "0" * 64,
        "row": row,
        "victim_no": victim,
        "victims_in_event": 1,
        "synthetic": False,
        "profile_version": f"{source}@1",
        "received_on": dt.date(2015, 7, 1),
    }
    for name, value in values.items():
        made[name] = value
        if name in coded_fields():
            made[f"{name}_column"] = name.upper()
        elif name in measured_fields():
            made[f"{name}_missing"] = None
        elif name.removesuffix("_unit") in place_fields():
            made[f"{name.removesuffix('_unit')}_certainty"] = "code"
    return made


@pytest.fixture(scope="session")
def make_records() -> MakeRecords:
    """``make_records({...}, {...})``: a table of records; rows count from 2 unless ``row`` is given."""

    def made(*rows: dict[str, Any]) -> pl.DataFrame:
        full = [record(values.get("row", number), values) for number, values in enumerate(rows, 2)]
        return pl.DataFrame(full, schema=record_schema(), orient="row")

    return made
