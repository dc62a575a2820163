"""Victims and events become records; what cannot be used is told, and nothing disappears."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.sources import Harmonised
from convive.standard import record_schema

Written = Callable[..., str]

COLUMNS = """
[missing]
not_recorded = ["SIN REGISTRO"]
unknown = ["NO SE CONOCE"]

[columns]
occurred_on = { from = ["FECHA", "FECHA HECHO"], formats = ["%d/%m/%Y"] }
died_on = { from = "MUERTE", formats = ["%d/%m/%Y"], optional = true }
registered_on = { from = "REGISTRO", formats = ["%d/%m/%Y"], optional = true }
birth_on = { from = "NACIMIENTO", formats = ["%d/%m/%Y"], optional = true }
age_years = { from = "EDAD", missing = { unknown = ["998"] }, optional = true }
sex = { from = "SEXO", codes = "sex", optional = true }
perpetrators = { from = "AUTORES", optional = true }
longitude = { from = "LON", optional = true }
latitude = { from = "LAT", optional = true }

[places.occurrence]
code = "UBIGEO"
district = "DISTRITO"
optional = true
"""


def rejects(result: Harmonised) -> list[tuple[Any, ...]]:
    return result.rejects.select("row", "column", "value", "code", "scope").rows()


def one(result: Harmonised) -> dict[str, Any]:
    assert result.records.height == 1
    return result.records.row(0, named=True)


def balanced(result: Harmonised) -> bool:
    gone = result.rejects.filter(pl.col("scope") == "row")["row"].n_unique()
    used = result.records["row"].n_unique() + result.aggregates["row"].n_unique()
    return int(result.files["rows"].sum()) == used + gone


def test_a_row_becomes_a_record_with_where_it_comes_from(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a="FECHA,SEXO,EDAD,UBIGEO\n03/05/2014,MASCULINO,25,240101\n")
    result = desk.read()
    record = one(result)
    assert result.records.schema == pl.DataFrame(schema=record_schema()).schema
    assert record["record_id"] == f"pnp:{record['file_sha256'][:8]}:2:1"
    assert (record["source_id"], record["source_body"], record["file"], record["row"]) == ("pnp", "police", "a.csv", 2)
    assert (record["sex"], record["sex_raw"], record["sex_column"]) == ("male", "MASCULINO", "SEXO")
    assert (record["sex_version"], record["profile_version"]) == ("prueba/sex@1", "prueba@1")
    assert (record["occurred_on"], record["age_years"]) == (dt.date(2014, 5, 3), 25.0)
    assert (record["occurrence_unit"], record["occurrence_level"]) == ("240101", "district")
    assert (record["occurrence_certainty"], record["death_certainty"]) == ("code", "not_recorded")
    assert (record["received_on"], record["synthetic"]) == (dt.date(2020, 12, 31), False)
    assert (record["motive"], record["motive_raw"]) == ("not_recorded", None)
    assert (result.rejects.height, result.problems) == (0, ())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("31/02/2014,MASCULINO,25,240101", (2, "FECHA", "31/02/2014", "impossible-date", "row")),
        ("01/01/2021,MASCULINO,25,240101", (2, "FECHA", "01/01/2021", "future-date", "row")),
        ("ayer,MASCULINO,25,240101", (2, "FECHA", "ayer", "unreadable-date", "row")),
        (
            ",MASCULINO,25,240101",
            (2, "occurred_on, occurred_from, died_on, registered_on", "", "no-usable-date", "row"),
        ),
        ("03/05/2014,MASCULINO,999,240101", (2, "EDAD", "999", "impossible-age", "value")),
        ("03/05/2014,MASCULINO,-4,240101", (2, "EDAD", "-4", "impossible-age", "value")),
        ("03/05/2014,VARONIL,25,240101", (2, "SEXO", "VARONIL", "unknown-code", "value")),
        ("03/05/2014,MASCULINO,25,999999", (2, "UBIGEO", "999999", "unknown-place", "value")),
    ],
)
def test_what_cannot_be_used_is_told(desk: Any, profile: Written, row: str, expected: tuple[Any, ...]) -> None:
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,SEXO,EDAD,UBIGEO\n{row}\n")
    result = desk.read()
    assert rejects(result) == [expected]
    assert result.records.height == (0 if expected[-1] == "row" else 1)
    assert balanced(result)
    told = result.rejects.row(0, named=True)
    for part in ("reason_es", "remedy_es", "reason_en", "remedy_en"):
        assert told[part]
        assert "\ue000" not in told[part]
    if expected[2]:
        assert expected[2] in told["reason_es"]
    if expected[-1] == "row":
        assert json.loads(told["raw_row"])["SEXO"] == "MASCULINO"


def test_a_value_that_cannot_be_used_is_kept_as_written(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a="FECHA,SEXO,EDAD,UBIGEO\n03/05/2014,VARONIL,999,Chile\n")
    record = one(desk.read())
    assert (record["sex"], record["sex_raw"]) == ("unmapped", "VARONIL")
    assert (record["age_years"], record["age_years_missing"], record["age_years_raw"]) == (None, "unmapped", "999")
    assert (record["occurrence_unit"], record["occurrence_raw"]) == (None, "Chile")
    assert record["occurrence_certainty"] == "unresolved"


def test_kinds_of_unknown_are_told_apart(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,SIN REGISTRO,998\n04/05/2014,no se conoce,\n05/05/2014,,30\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,SEXO,EDAD\n{rows}")
    records = desk.read().records.sort("row")
    assert records["sex"].to_list() == ["not_recorded", "unknown", "not_recorded"]
    assert records["age_years_missing"].to_list() == ["unknown", "not_recorded", None]


def test_another_date_saves_the_row(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a="FECHA,MUERTE\n31/02/2014,01/03/2014\n")
    result = desk.read()
    assert one(result)["died_on"] == dt.date(2014, 3, 1)
    assert rejects(result) == [(2, "FECHA", "31/02/2014", "impossible-date", "value")]


def test_dates_must_follow_each_other(desk: Any, profile: Written) -> None:
    rows = "05/05/2014,03/05/2014,06/05/2014\n05/05/2014,,01/05/2014\n01/05/2014,03/05/2014,11/05/2014\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,MUERTE,REGISTRO\n{rows}")
    result = desk.read()
    records = result.records.sort("row")
    assert rejects(result) == [
        (2, "occurred_on", "05/05/2014", "event-after-death", "value"),
        (3, "registered_on", "01/05/2014", "registered-before-event", "value"),
    ]
    assert records["occurred_on"].to_list() == [None, dt.date(2014, 5, 5), dt.date(2014, 5, 1)]
    assert records["registration_delay_days"].to_list() == [3, None, 10]


def test_age_follows_from_the_birth(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a="FECHA,NACIMIENTO,EDAD\n03/05/2014,04/05/1989,\n")
    record = one(desk.read())
    assert (record["age_years"], record["age_years_missing"]) == (24.0, None)


def test_a_point_finds_its_district_and_one_outside_is_told(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,-80.5,-3.5\n04/05/2014,-10,-3.5\n05/05/2014,-80500,-3.5\n06/05/2014,,\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,LON,LAT\n{rows}")
    result = desk.read()
    records = result.records.sort("row")
    assert records["occurrence_unit"].to_list() == ["240101", None, None, None]
    assert records["occurrence_certainty"].to_list()[0] == "point"
    assert [(row, code) for row, _, _, code, _ in rejects(result)] == [
        (3, "point-outside"),
        (4, "impossible-coordinate"),
    ]


def test_no_point_is_looked_for_in_a_drawing(desk: Any, profile: Written) -> None:
    settings = desk.folder / "territory" / "territory.toml"
    settings.write_text(settings.read_text("utf-8") + "schematic = true\n", "utf-8")
    desk.put("pnp", profile(COLUMNS), a="FECHA,LON,LAT\n03/05/2014,-80.5,-3.5\n")
    result = desk.read()
    assert one(result)["occurrence_certainty"] == "not_recorded"
    assert result.rejects.is_empty()


def test_an_event_becomes_one_record_for_each_of_the_dead(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,2\n04/05/2014,0\n05/05/2014,varios\n06/05/2014,1\n07/05/2014,100000000\n31/02/2014,3\n"
    desk.put("pnp", profile(COLUMNS + '[victims]\nfrom = "MUERTOS"', row="event"), a=f"FECHA,MUERTOS\n{rows}")
    result = desk.read()
    assert result.records.select("row", "victim_no", "victims_in_event").rows() == [(2, 1, 2), (2, 2, 2), (5, 1, 1)]
    assert result.records["record_id"].n_unique() == 3
    assert [(row, code, scope) for row, _, _, code, scope in rejects(result)] == [
        (3, "event-without-victims", "row"),
        (4, "impossible-victims", "row"),
        (6, "impossible-victims", "row"),
        (7, "impossible-date", "row"),
    ]
    assert balanced(result)


def test_a_constant_is_said_of_every_row(desk: Any, profile: Written) -> None:
    text = profile(COLUMNS.replace("[places", 'mechanism = { constant = "firearm" }\n[places'))
    desk.put("pnp", text, a="FECHA\n03/05/2014\n")
    record = one(desk.read())
    assert (record["mechanism"], record["mechanism_column"]) == ("firearm", "profile.toml")


def test_decimal_commas(desk: Any, profile: Written) -> None:
    text = profile(COLUMNS + '[reader]\ndelimiter = ";"\ndecimal = ","\nthousands = "."')
    desk.put("pnp", text, a="FECHA;LON;LAT;EDAD\n03/05/2014;-80,5;-3,5;1.000\n")
    result = desk.read()
    assert one(result)["longitude"] == -80.5
    assert [code for *_, code, _ in rejects(result)] == ["impossible-age"]


def test_counts_that_are_none(desk: Any, profile: Written) -> None:
    rows = "03/05/2014,2\n04/05/2014,dos\n05/05/2014,-1\n06/05/2014,99999999999\n07/05/2014,no se conoce\n08/05/2014,\n"
    desk.put("pnp", profile(COLUMNS), a=f"FECHA,AUTORES\n{rows}")
    result = desk.read()
    records = result.records.sort("row")
    assert records["perpetrators"].to_list() == [2, None, None, None, None, None]
    assert records["perpetrators_missing"].to_list() == [
        None,
        "unmapped",
        "unmapped",
        "unmapped",
        "unknown",
        "not_recorded",
    ]
    assert [(row, code) for row, _, _, code, _ in rejects(result)] == [
        (3, "not-a-number"),
        (4, "negative-count"),
        (5, "not-a-number"),
    ]


def test_columns_that_are_read_together(desk: Any, profile: Written) -> None:
    tables = '[columns]\noccurred_from = { from_all = ["DIA", "HORA"], formats = ["%d/%m/%Y %H:%M"] }'
    desk.put("pnp", profile(tables), a="DIA,HORA\n03/05/2014,22:30\n31/02/2014,10:00\n")
    result = desk.read()
    assert one(result)["occurred_from"] == dt.datetime(2014, 5, 3, 22, 30)
    assert rejects(result) == [(3, "DIA, HORA", "31/02/2014 10:00", "impossible-date", "row")]
