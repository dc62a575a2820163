"""The table of concepts.md holds, on strings as on categoricals."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from convive.standard import concept_expression, concepts

TABLE = Path(__file__).parent / "concepts.md"
CODES = (
    "completed",
    "intent",
    "iccs_code",
    "penal_type",
    "police_class",
    "qualified",
    "qualified_ground",
    "mechanism",
)


def read_table() -> pl.DataFrame:
    lines = [line.strip("|").split("|") for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    head, rows = [cell.strip() for cell in lines[0]], [[cell.strip() for cell in line] for line in lines[2:]]
    return pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")


def cases(dtype: type[pl.DataType], date_column: str = "occurred_on") -> pl.DataFrame:
    no_dates = {name: pl.lit(None, dtype=pl.Date) for name in ("occurred_on", "died_on", "registered_on")}
    read = {date_column: pl.col("date").str.to_date("%Y-%m-%d", strict=False)}
    codes = [pl.col(name).replace("-", "not_recorded").cast(dtype) for name in CODES]
    return read_table().select(*codes, **(no_dates | read))


def expected(name: str) -> list[bool]:
    column = "qualified?" if name == "qualified" else name
    return read_table()[column].replace_strict({"yes": True, "no": False}).to_list()


@pytest.mark.parametrize("name", list(concepts()))
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
@pytest.mark.parametrize("date_column", ["occurred_on", "died_on", "registered_on"])
def test_each_case_counts_as_the_table_says(name: str, dtype: type[pl.DataType], date_column: str) -> None:
    counted = cases(dtype, date_column).select(value=concept_expression(name))["value"].to_list()
    told = read_table()["what happened"].to_list()
    assert dict(zip(told, counted, strict=True)) == dict(zip(told, expected(name), strict=True))


def test_the_event_dates_the_rule_before_the_death() -> None:
    frame = cases(pl.String).filter(read_table()["what happened"] == "last day of the older rule")
    later = frame.with_columns(died_on=pl.date(2007, 1, 1))
    assert later.select(value=concept_expression("qualified"))["value"].to_list() == [False]


@pytest.mark.parametrize("name", list(concepts()))
def test_nulls_never_leave_an_answer_open(name: str) -> None:
    empty = cases(pl.Categorical).head(1).clear(n=3)
    answer = empty.select(value=concept_expression(name))["value"]
    assert answer.dtype == pl.Boolean
    assert answer.to_list() == [False, False, False]


def test_what_is_undetermined_is_counted_by_no_other_concept() -> None:
    table = cases(pl.String)
    both = table.select(**{name: concept_expression(name) for name in concepts()}).filter("undetermined")
    assert both.height == 4
    assert not both.select(pl.any_horizontal("iccs_0101", "bogota", "ceic", "qualified").any()).item()
