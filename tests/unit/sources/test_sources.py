"""Many sources at once: what is fatal is told together, what is not goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from convive import sources
from convive.errors import BuildError
from convive.observatory import Observatory
from convive.sources import newest_delivery

Written = Callable[..., str]

COLUMNS = '[columns]\noccurred_on = { from = "FECHA" }\nsex = { from = ["SEXO", "SEX"], codes = "sex" }\n'
ROWS = "FECHA,SEXO\n2014-05-03,M\n"


def test_renamed_columns_are_told_with_the_nearest_name(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a="FECHA HECHO,SEXO VICTIMA\n2014-05-03,M\n")
    date, sex = desk.problems()
    assert {date.code, sex.code} == {"column-missing"}
    assert (date.file, date.column, sex.value) == ("pnp/a.csv", "FECHA", "SEXO / SEX")
    assert "FECHA HECHO, SEXO VICTIMA" in date.reason("es")
    assert "«FECHA HECHO»" in date.remedy("es")
    assert "“SEXO VICTIMA”" in sex.remedy("en")


def test_an_age_without_its_column_of_units_is_refused(desk: Any, profile: Written) -> None:
    tables = COLUMNS + 'age_years = { from = "EDAD", unit_from = "TIEMPO EDAD" }'
    desk.put("registro", profile(tables), a="FECHA,SEXO,EDAD,TIEMPO\n2014-05-03,M,6,MESES\n")
    [problem] = desk.problems()
    assert (problem.code, problem.value) == ("column-missing", "TIEMPO EDAD")


def test_names_of_columns_are_compared_without_accents_case_or_blanks(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a=" Fecha ,séxo\n2014-05-03,M\n")
    assert desk.read().records["sex"].to_list() == ["male"]


def test_a_file_without_any_date_is_refused(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(extends="generic"), a="SEXO\nM\n")
    [problem] = desk.problems()
    assert (problem.code, problem.file) == ("no-date-column", "pnp/a.csv")


def test_problems_of_all_sources_are_told_at_once(desk: Any, profile: Written) -> None:
    desk.put("fiscalia", None, a=ROWS)
    desk.put("hospital", profile(COLUMNS), a=b"")
    desk.put("morgue", profile(COLUMNS))
    desk.put("pnp", profile(COLUMNS), a="DIA,SEXO\n2014-05-03,M\n", b=ROWS)
    assert sorted((problem.file, problem.code) for problem in desk.problems()) == [
        ("fiscalia", "profile-missing"),
        ("hospital/a.csv", "empty-file"),
        ("morgue", "no-files"),
        ("pnp/a.csv", "column-missing"),
    ]


def test_an_observatory_without_sources_says_so(desk: Any) -> None:
    assert [problem.code for problem in desk.problems()] == ["no-sources"]


def test_the_same_file_is_not_read_twice(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), enero=ROWS, enero_copia=ROWS)
    result = desk.read()
    assert result.records.height == 1
    [told] = result.problems
    assert (told.code, told.file, told.value) == ("same-file-twice", "pnp/enero_copia.csv", "pnp/enero.csv")


def test_columns_that_nobody_uses_are_told(desk: Any, profile: Written) -> None:
    desk.put("pnp", 'ignore = ["turno"]\n' + profile(COLUMNS), a="FECHA,SEXO,TURNO,MOVIL\n2014-05-03,M,A,ROBO\n")
    [told] = desk.read().problems
    assert (told.code, told.file, told.column) == ("column-unused", "pnp/a.csv", "MOVIL")


def test_sources_with_different_columns_stand_in_one_table(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a=ROWS)
    desk.put("morgue", profile('[columns]\ndied_on = { from = "F" }'), a="F\n2014-05-04\n2014-05-05\n")
    result = desk.read()
    assert result.files.select("source_id", "file", "rows", "records", "rejected").rows() == [
        ("morgue", "a.csv", 2, 2, 0),
        ("pnp", "a.csv", 1, 1, 0),
    ]
    assert result.records["sex"].to_list() == ["not_recorded", "not_recorded", "male"]
    assert result.records["died_on"].to_list() == [dt.date(2014, 5, 4), dt.date(2014, 5, 5), None]


def test_lost_rows_stop_the_build(desk: Any, profile: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sources.harmonise

    def losing(*arguments: Any, **named: Any) -> Any:
        result = whole(*arguments, **named)
        result.records = result.records.head(1)
        return result

    monkeypatch.setattr(sources, "harmonise", losing)
    desk.put("pnp", profile(COLUMNS), a=ROWS + "2014-05-04,F\n")
    with pytest.raises(BuildError) as raised:
        desk.read()
    [problem] = raised.value.problems
    assert (problem.code, problem.values["rows"], problem.values["used"]) == ("rows-lost", 2, 1)


def test_the_same_input_gives_the_same_tables(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a=ROWS + "31/02/2014,X\n2014-05-04,Q\n")
    first, second = desk.read(), desk.read()
    assert first.records.equals(second.records)
    assert first.rejects.equals(second.rejects)


def test_the_newest_delivery_dates_the_data(desk: Any, profile: Written) -> None:
    desk.put("pnp", profile(COLUMNS), a=ROWS)
    desk.put("morgue", profile(COLUMNS).replace("2020-12-31", "2021-02-03"), a=ROWS)
    assert newest_delivery(Observatory.open(desk.folder)) == dt.date(2021, 2, 3)
