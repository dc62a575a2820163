"""Counts and rates that a source publishes without its victims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convive.sources.aggregates import slug

Written = Callable[..., str]

TABLES = """
[aggregate]
indicator = "= homicide_rate_published"
unit = "UNIDAD"
period = "AÑO"
rate = "TASA"
count = "MUERTES"
population = "POBLACION"
statement = "TABLA"
"""
HEAD = "UNIDAD,AÑO,TASA,MUERTES,POBLACION,TABLA\n"


def test_rates_and_counts_of_one_table(desk: Any, profile: Written) -> None:
    rows = "24,2014,37.1,,,Anexo 1\n2401,2014-H1,,26,164404,4.1.3\n"
    desk.put("paper", profile(TABLES, row="aggregate"), a=HEAD + rows)
    result = desk.read()
    shown = ("unit_code", "period", "measure", "value", "count", "population", "statement", "category")
    assert result.aggregates.select(shown).rows() == [
        ("24", "2014", "rate_per_100k", 37.1, None, None, "Anexo 1", "total"),
        ("2401", "2014-H1", "count", 26.0, 26, 164404, "4.1.3", "total"),
    ]
    assert result.files.select("rows", "records", "rejected", "aggregates").row(0) == (2, 0, 0, 2)


def test_rows_that_cannot_be_used_are_told(desk: Any, profile: Written) -> None:
    rows = "24,2014,mucho,,,\n24,hasta hoy,3,,,\n99,2014,3,,,\n24,2014,-3,,,\n24,2014,3,,,\n"
    desk.put("paper", profile(TABLES, row="aggregate"), a=HEAD + rows)
    result = desk.read()
    assert result.rejects.select("row", "value", "code", "scope").rows() == [
        (2, "mucho", "not-a-number", "row"),
        (3, "hasta hoy", "unreadable-period", "row"),
        (4, "99", "unlocated", "row"),
        (5, "-3", "negative-count", "row"),
    ]
    assert result.aggregates["row"].to_list() == [6]


COUNTED = """
[aggregate]
indicator = "= homicides_published"
unit = "UNIDAD"
period = "AÑO"
count = "MUERTES"
disaggregation = "POR"
category = "CATEGORIA"
categories = {"PLEITO ENTRE BANDAS" = "quarrel"}
"""


def test_a_word_that_nobody_declared_is_not_published(desk: Any, profile: Written) -> None:
    rows = (
        "motive,quarrel\nmotive,Pleito entre bandas\nmotive,JUAN PEREZ\nmotive,Juan\n<b>x</b>,total\nage_group,15-29\n"
    )
    rows = "".join(f"24,2014,3,{row}\n" for row in rows.splitlines())
    desk.put("paper", profile(COUNTED, row="aggregate"), a="UNIDAD,AÑO,MUERTES,POR,CATEGORIA\n" + rows)
    result = desk.read()
    assert result.rejects.select("row", "column", "value", "code").rows() == [
        (4, "CATEGORIA", "JUAN PEREZ", "unknown-category"),
        (5, "CATEGORIA", "Juan", "unknown-category"),
        (6, "POR", "<b>x</b>", "unknown-disaggregation"),
    ]
    assert result.aggregates["category"].to_list() == ["quarrel", "quarrel", "15-29"]


def test_open_categories_are_published_as_codes(desk: Any, profile: Written) -> None:
    tables = COUNTED.replace('"POR"', '"= articulo"') + "open_categories = true\n"
    desk.put("paper", profile(tables, row="aggregate"), a="UNIDAD,AÑO,MUERTES,CATEGORIA\n24,2014,3,Vía pública\n")
    assert desk.read().aggregates.select("disaggregation", "category").rows() == [("articulo", "via-publica")]


def test_a_column_that_is_missing_is_told(desk: Any, profile: Written) -> None:
    desk.put("paper", profile(TABLES, row="aggregate"), a=HEAD.replace("TASA", "TASA x 100 000") + "24,2014,3,,,\n")
    [problem] = desk.problems()
    assert (problem.code, problem.value) == ("column-missing", "TASA")
    assert "TASA x 100 000" in problem.remedy("es")


def test_places_by_name(desk: Any, profile: Written) -> None:
    tables = TABLES.replace('unit = "UNIDAD"\n', "") + '[places.occurrence]\nprovince = "UNIDAD"\n'
    desk.put("paper", profile(tables, row="aggregate"), a=HEAD + "Zarumilla,2014,3,,,\n")
    assert desk.read().aggregates.select("unit_code", "unit_name_raw").row(0) == ("2403", "Zarumilla")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("15-29", "15-29"),
        ("60+", "60+"),
        ("art108A", "art108A"),
        ("Vía pública", "via-publica"),
        ("VIDA/EL CUERPO / 106", "vida-el-cuerpo-106"),
    ],
)
def test_words_as_codes(words: str, code: str) -> None:
    assert slug(words) == code
