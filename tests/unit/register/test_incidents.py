"""Cases of one event have one incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.register import build_register

MAY = dt.date(2014, 5, 1)
POINT = {"longitude": -80.45, "latitude": -3.56, "occurred_on": MAY, "occurred_time": dt.time(22, 40)}
EXACT = POINT | {"location_precision": "point"}


@pytest.fixture
def incidents(make_records: Callable[..., pl.DataFrame]) -> Callable[..., int]:
    """How many incidents some records are."""

    def counted(*rows: dict[str, Any]) -> int:
        cases = build_register(make_records(*rows)).cases
        assert cases.height == len(rows)
        assert cases["incident_id"].is_in(cases["case_id"].implode()).all()
        return cases["incident_id"].n_unique()

    return counted


Incidents = Callable[..., int]


def test_victims_under_one_number_are_one_incident(incidents: Incidents) -> None:
    event = {"source_record_number": "7"}
    assert incidents(event, event | {"victim_no": 2}, event | {"victim_no": 3}, {"source_record_number": "8"}) == 2


def test_a_number_begun_anew_is_another_incident(incidents: Incidents) -> None:
    event = {"source_record_number": "7", "occurred_on": MAY}
    assert incidents(event, event | {"occurred_on": dt.date(2015, 5, 1), "file": "next.csv"}) == 2


def test_a_wounded_victim_who_dies_later_is_of_the_same_incident(incidents: Incidents) -> None:
    event = {"source_record_number": "7", "occurred_on": MAY}
    assert incidents(event | {"died_on": MAY}, event | {"victim_no": 2, "died_on": dt.date(2014, 5, 20)}) == 1


def test_one_exact_point_day_and_minute_is_one_incident_across_sources(incidents: Incidents) -> None:
    assert incidents(EXACT, EXACT | {"source_id": "morgue"}, EXACT | {"occurred_time": dt.time(9)}) == 2


@pytest.mark.parametrize("lacking", ["longitude", "occurred_time", "location_precision"])
def test_what_is_not_exact_joins_no_incident(incidents: Incidents, lacking: str) -> None:
    vague = EXACT | {lacking: "centroid" if lacking == "location_precision" else None}
    assert incidents(vague, vague | {"source_id": "morgue"}) == 2
