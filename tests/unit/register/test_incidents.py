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


def test_one_exact_point_within_24_hours_is_one_incident_across_sources(incidents: Incidents) -> None:
    next_day = {"occurred_on": MAY + dt.timedelta(days=1), "source_id": "morgue"}
    assert incidents(EXACT, EXACT | next_day | {"occurred_time": dt.time(22, 30)}) == 1
    assert incidents(EXACT, EXACT | next_day | {"occurred_time": dt.time(22, 50)}) == 2
    assert incidents(EXACT, EXACT | {"latitude": -3.57}) == 2


def test_24_hours_are_counted_from_the_first_death_so_that_no_week_becomes_one_incident(incidents: Incidents) -> None:
    assert incidents(*(EXACT | {"occurred_on": MAY + dt.timedelta(days=day)} for day in range(6))) == 3


def test_a_death_without_an_hour_does_not_part_two_that_have_one(incidents: Incidents) -> None:
    vague = EXACT | {"occurred_on": MAY + dt.timedelta(days=1), "occurred_time": None, "source_id": "morgue"}
    later = EXACT | {"occurred_on": MAY + dt.timedelta(days=1), "occurred_time": dt.time(1, 0), "source_id": "mpfn"}
    assert incidents(EXACT, vague, later) == 1


def test_without_the_hour_one_day_is_one_incident_and_the_next_another(incidents: Incidents) -> None:
    vague = EXACT | {"occurred_time": None}
    assert incidents(EXACT, vague | {"source_id": "morgue"}) == 1
    assert incidents(EXACT, vague | {"source_id": "morgue", "occurred_on": MAY + dt.timedelta(days=1)}) == 2


def test_one_address_with_its_number_is_one_place_and_a_street_alone_is_none(incidents: Incidents) -> None:
    here = {"occurrence_unit": "240101", "occurred_on": MAY, "address": "Jr. Bolívar N° 123"}
    there = here | {"source_id": "morgue", "address": "JR BOLIVAR N°123"}
    assert incidents(here, there) == 1
    assert incidents(here, there | {"occurrence_unit": "240102"}) == 2
    assert incidents(here, there | {"address": "Jr. Bolívar N° 125"}) == 2
    street = here | {"address": "Jr. Bolívar"}
    assert incidents(street, street | {"source_id": "morgue"}) == 2


@pytest.mark.parametrize("lacking", ["longitude", "location_precision"])
def test_what_is_not_exact_joins_no_incident(incidents: Incidents, lacking: str) -> None:
    vague = EXACT | {lacking: "centroid" if lacking == "location_precision" else None}
    assert incidents(vague, vague | {"source_id": "morgue"}) == 2
