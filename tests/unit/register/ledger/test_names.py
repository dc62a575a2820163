"""Names that outlive a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from convive.register.ledger import record_names

MakeRecords = Callable[..., pl.DataFrame]
MAY = dt.date(2014, 5, 3)
ROWS: list[dict[str, Any]] = [
    {"source_record_number": "D-1", "full_name": "Juan Pérez Soto", "sex": "male", "occurred_on": MAY},
    {"source_record_number": "D-2", "full_name": "Rosa Vega Luna", "identity_number": "41234567", "died_on": MAY},
    {"full_name": "Pedro Ruiz Díaz", "sex": "male", "occurred_on": MAY, "age_years": 33.0},
    {"full_name": "NN", "sex": "male", "occurred_on": MAY, "mechanism": "sharp"},
    {"full_name": "NN", "sex": "male", "occurred_on": MAY, "mechanism": "firearm"},
    {"full_name": "NN", "sex": "male", "occurred_on": MAY, "mechanism": "firearm"},
]


def later(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "file": "julio.csv", "received_on": dt.date(2015, 9, 1)} for row in rows]


def test_a_later_delivery_in_another_order_keeps_the_names(make_records: MakeRecords) -> None:
    before = record_names(make_records(*ROWS)).to_list()
    after = record_names(make_records(*reversed(later(ROWS)))).to_list()
    assert len(set(before)) == len(ROWS)
    assert after[::-1][:4] == before[:4]  # the last two are equal in all they say
    assert sorted(after) == sorted(before)


@given(order=st.permutations(range(len(ROWS))))
def test_the_order_of_the_rows_changes_no_name(make_records: MakeRecords, order: list[int]) -> None:
    records = make_records(*ROWS)
    names = record_names(records)
    assert record_names(records[order]).to_list() == names[order].to_list()


def test_a_numbered_record_keeps_its_name_when_the_source_mends_it(make_records: MakeRecords) -> None:
    mended = ROWS[0] | {"full_name": "Juan Pérez Sotto", "age_years": 40.0, "occurred_on": dt.date(2014, 5, 4)}
    before, after = record_names(make_records(ROWS[0])), record_names(make_records(mended))
    assert before.to_list() == after.to_list()


def test_two_deliveries_of_one_numbered_record_share_the_name(make_records: MakeRecords) -> None:
    first, second = record_names(make_records(ROWS[0], *later(ROWS[:1])))
    assert first == second


def test_a_number_that_stands_for_two_people_names_neither(make_records: MakeRecords) -> None:
    other = ROWS[0] | {"full_name": "Luis Castro Peña"}
    (alone,) = record_names(make_records(ROWS[0]))
    first, second = record_names(make_records(ROWS[0], other))
    assert len({alone, first, second}) == 3
    assert [second, first] == record_names(make_records(other, ROWS[0])).to_list()


def test_numbers_that_begin_anew_each_year_name_different_records(make_records: MakeRecords) -> None:
    next_year = {"source_record_number": "D-1", "full_name": "Luis Castro Peña", "occurred_on": dt.date(2015, 1, 3)}
    (alone,) = record_names(make_records(ROWS[0]))
    first, second = record_names(make_records(ROWS[0], next_year))
    assert first == alone != second
    assert record_names(make_records(next_year)).to_list() == [second]


def test_victims_of_one_event_have_names_of_their_own(make_records: MakeRecords) -> None:
    assert record_names(make_records(ROWS[0], ROWS[0] | {"victim_no": 2})).is_unique().all()


def test_sources_do_not_share_names(make_records: MakeRecords) -> None:
    names = record_names(make_records(ROWS[0], ROWS[0] | {"source_id": "morgue"}))
    assert [name.split(":")[0] for name in names] == ["pnp", "morgue"]
    assert names.str.split(":").list.last().is_unique().all()


def test_an_older_equal_keeps_its_place_when_more_come(make_records: MakeRecords) -> None:
    old = record_names(make_records(*ROWS[3:]))
    both = record_names(make_records(*later(ROWS[3:]), *ROWS[3:]))
    assert sorted(both[3:]) == sorted(old)
    assert both.is_unique().all()


def test_a_name_shows_nothing_of_the_person(make_records: MakeRecords) -> None:
    for name in record_names(make_records(*ROWS)):
        source, rest = name.split(":")
        assert source == "pnp"
        assert len(rest) == 24
        assert not set(rest) - set("0123456789abcdef")
        assert "41234567" not in rest


def test_no_records_no_names(make_records: MakeRecords) -> None:
    assert record_names(make_records()).to_list() == []
