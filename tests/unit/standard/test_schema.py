"""The tables have the columns that the fields promise."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from convive.standard import (
    aggregates_schema,
    case_records_schema,
    case_schema,
    coded_fields,
    fields,
    figures_schema,
    files_schema,
    measured_fields,
    place_fields,
    record_schema,
    rejects_schema,
)

FIGURES = [
    "indicator",
    "unit_code",
    "unit_name",
    "unit_level",
    "period",
    "disaggregation",
    "category",
    "value",
    "low",
    "high",
    "count",
    "denominator",
    "population",
    "status",
    "status_reason",
    "definition_version",
    "place",
    "sources",
    "synthetic",
]


def test_a_coded_field_keeps_code_words_column_and_version() -> None:
    schema = record_schema()
    for name in coded_fields():
        assert {schema[f"{name}{part}"] for part in ("", "_raw", "_column", "_version")} == {pl.Categorical}


def test_a_measured_field_keeps_value_reason_and_words() -> None:
    schema = record_schema()
    types = {"date": pl.Date, "time": pl.Time, "datetime": pl.Datetime("us"), "integer": pl.Int32, "number": pl.Float64}
    for name in measured_fields():
        assert schema[name] == types[fields()[name].kind]
        assert {f"{name}_missing", f"{name}_raw"} <= set(schema)


def test_a_place_keeps_unit_level_certainty_and_words() -> None:
    for name in place_fields():
        assert {f"{name}_{part}" for part in ("unit", "level", "certainty", "raw")} <= set(record_schema())
        assert name not in record_schema()


def test_every_column_of_a_record_belongs_to_a_field() -> None:
    suffixes = ("_raw", "_column", "_version", "_missing", "_unit", "_level", "_certainty")

    def owner(column: str) -> str:
        stems = [column.removesuffix(suffix) for suffix in suffixes if column.endswith(suffix)]
        return next((name for name in (column, *stems) if name in fields()), "")

    assert [column for column in record_schema() if not owner(column)] == []


def test_every_carried_field_has_its_column() -> None:
    record = set(record_schema())
    held = {name for name, field in fields().items() if field.of != "case"} - set(place_fields())
    assert held - record == set()
    own = {name for name, field in fields().items() if field.of == "case" and field.carried}
    assert own - set(case_schema()) == set()


def test_a_case_tells_of_each_value_where_it_comes_from() -> None:
    schema = case_schema()
    for name in (*coded_fields(), *measured_fields(), *place_fields()):
        assert schema[f"{name}_source"] == pl.Categorical
        assert schema[f"{name}_disagree"] == pl.Boolean


def test_a_case_holds_no_words_of_a_source_and_no_name() -> None:
    columns = set(case_schema())
    assert not {column for column in columns if column.endswith(("_raw", "_column", "_version"))}
    texts = {name for name, field in fields().items() if field.kind == "text"}
    assert not columns & texts


def test_a_case_ends_with_the_four_figures() -> None:
    assert list(case_schema())[-4:] == [f"figure_in_{name}" for name in ("iccs_0101", "bogota", "ceic", "qualified")]
    assert list(case_schema())[:7] == [
        "case_id",
        "incident_id",
        "victims_in_incident",
        "status",
        "n_records",
        "sources",
        "synthetic",
    ]


def test_figures_are_as_agreed() -> None:
    assert list(figures_schema()) == FIGURES


@pytest.mark.parametrize(
    "schema",
    [
        record_schema(),
        case_schema(),
        case_records_schema(),
        rejects_schema(),
        aggregates_schema(),
        figures_schema(),
        files_schema(),
    ],
)
def test_an_empty_table_survives_parquet(schema: dict[str, pl.DataType], tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    empty = pl.DataFrame(schema=schema)
    empty.write_parquet(path)
    assert pl.read_parquet(path).schema == empty.schema
