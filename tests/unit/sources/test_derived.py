"""What follows from dates, and dates that cannot all be true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

Written = Callable[..., str]

COLUMNS = """
[columns]
occurred_from = { from = "DESDE", formats = ["%d/%m/%Y %H:%M"], optional = true }
occurred_to = { from = "HASTA", formats = ["%d/%m/%Y %H:%M"], optional = true }
occurred_on = { from = "FECHA", formats = ["%d/%m/%Y"], optional = true }
occurred_time = { from = "HORA", formats = ["%H:%M", "horas"], optional = true }
died_on = { from = "MUERTE", formats = ["%d/%m/%Y"], optional = true }
registered_on = { from = "REGISTRO", formats = ["%d/%m/%Y"], optional = true }
birth_on = { from = "NACIMIENTO", formats = ["%d/%m/%Y"], optional = true }
"""


def test_an_interval_dates_the_event_and_says_so(desk: Any, profile: Written) -> None:
    rows = "03/05/2014 22:00,04/05/2014 01:30\n05/05/2014 10:00,04/05/2014 10:00\n"
    desk.put("pnp", profile(COLUMNS), a=f"DESDE,HASTA\n{rows}")
    result = desk.read()
    records = result.records.sort("row")
    assert records["occurred_from"].to_list()[0] == dt.datetime(2014, 5, 3, 22)
    assert records["occurred_to"].to_list() == [dt.datetime(2014, 5, 4, 1, 30), None]
    assert records["occurred_on"].to_list() == [dt.date(2014, 5, 3), dt.date(2014, 5, 5)]
    assert records["occurred_precision"].to_list() == ["period", "period"]
    assert result.rejects.select("row", "column", "value", "code").rows() == [
        (3, "occurred_to", "04/05/2014 10:00", "interval-reversed")
    ]


def test_precision_follows_what_was_written(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,22:30\n03/05/2014,22\n03/05/2014,22 h\n03/05/2014,\n03/05/2014,99\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,HORA\n{rows}")
    result = desk.read()
    assert result.records.sort("row")["occurred_precision"].to_list() == ["minute", "hour", "hour", "day", "day"]
    assert result.rejects["value"].to_list() == ["99"]


def test_the_age_follows_from_the_birth_alone(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,04/05/1989\n03/05/2014,03/05/1989\n03/05/2014,01/01/2015\n03/05/2014,\n"
    rows += "15/12/2014,01/03/1989\n01/03/2014,15/12/1989\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,NACIMIENTO\n{rows}")
    result = desk.read()
    records = result.records.sort("row")
    assert records["age_years"].to_list() == [24.0, 25.0, None, None, 25.0, 24.0]
    assert records["age_years_missing"].to_list() == [None, None, "unmapped", "not_recorded", None, None]
    assert result.rejects.select("row", "code").rows() == [(4, "born-after-event")]


def test_no_delay_where_the_death_followed_the_registration(desk: Any, profile: Written) -> None:
    rows = "10/05/2014,03/05/2014\n10/05/2014,12/05/2014\n"
    desk.put("hospital", profile(COLUMNS), a=f"MUERTE,REGISTRO\n{rows}")
    result = desk.read()
    assert result.records.sort("row")["registration_delay_days"].to_list() == [None, 2]
    assert result.rejects.is_empty()
