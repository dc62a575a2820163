"""What is put before the meeting, and what is let pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.register import build_register
from convive.register.homologation import disputes
from convive.register.homologation.disputes import rules
from convive.register.ledger import Decision, append, read, record_names
from convive.standard import fields

MakeRecords = Callable[..., pl.DataFrame]
DNI = {"identity_number": "43211234"}
LINES = pl.DataFrame({"code": ["240101", "240101", "240102"], "ancestor": ["240101", "2401", "2401"]})


def in_dispute(records: pl.DataFrame, folder: Path | None = None) -> list[str]:
    register = build_register(records, ledger=read(folder) if folder else None)
    assert register.cases.height == 1
    return disputes(register.cases, register.values, LINES)["field"].to_list()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("field", "one", "other", "listed"),
    [
        ("registered_on", day("2014-05-03"), day("2014-06-20"), False),
        ("occurred_precision", "day", "hour", False),
        ("died_on", day("2014-05-03"), day("2014-05-04"), False),
        ("died_on", day("2014-05-03"), day("2014-05-05"), True),
        ("died_on", day("2014-12-31"), day("2015-01-01"), True),
        ("age_years", 31.0, 32.0, False),
        ("age_years", 31.0, 33.0, True),
        ("age_years", 17.0, 18.0, True),
        ("occurred_time", dt.time(23, 40), dt.time(0, 20), False),
        ("occurred_time", dt.time(20), dt.time(23), True),
        ("occurrence_unit", "240101", "2401", False),
        ("occurrence_unit", "2401", "240101", False),
        ("occurrence_unit", "240101", "240102", True),
        ("mechanism", "firearm", "sharp", True),
        ("mechanism", "firearm", "unknown", False),
        ("intent", "intentional", "undetermined", True),
    ],
)
def test_a_meeting_is_shown_what_lies_further_apart_than_need_be(
    make_records: MakeRecords, field: str, one: Any, other: Any, listed: bool
) -> None:
    for first, second in ((one, other), (other, one)):
        told = in_dispute(make_records(DNI | {field: first}, DNI | {"source_id": "morgue", field: second}))
        assert told == ([field.removesuffix("_unit")] if listed else [])


def test_what_people_decided_and_annulled_is_no_longer_in_dispute(make_records: MakeRecords, tmp_path: Path) -> None:
    records = make_records(
        DNI | {"mechanism": "firearm", "age_years": 20.0},
        DNI | {"source_id": "morgue", "mechanism": "sharp"} | {"age_years": 40.0},
    )
    at, names = dt.datetime(2026, 3, 5, tzinfo=dt.UTC), tuple(record_names(records))
    assert in_dispute(records) == ["age_years", "mechanism"]
    append(tmp_path / "d", Decision("value", names, "maria", at, "file_consulted", field="mechanism", value="sharp"))
    assert in_dispute(records, tmp_path / "d") == ["age_years"]
    append(tmp_path / "d", Decision("annulled", names, "maria", at, "entered_in_error"))
    assert in_dispute(records, tmp_path / "d") == []


def test_the_rules_name_fields_of_the_standard() -> None:
    named = [*rules()["own"], *rules()["tolerance"]]
    assert set(named) <= fields().keys()
    assert len(named) == len(set(named))
    assert all(fields()[name].kind in ("date", "time", "number") for name in rules()["tolerance"])
