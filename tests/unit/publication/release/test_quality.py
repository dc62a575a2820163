"""What is told of quality, and what is not."""

from __future__ import annotations

import polars as pl
import pytest

from convive.publication.release.quality import quality
from convive.standard import case_schema


@pytest.fixture
def cases() -> pl.DataFrame:
    """Forty cases: sex missing in eight and not applicable in three, sources disagreeing on one; age missing in two."""
    rows = 40
    sex = ["not_recorded"] * 5 + ["unknown"] * 3 + ["not_applicable"] * 3 + ["male"] * (rows - 11)
    known = {
        "sex": pl.Series(sex, dtype=pl.Categorical),
        "sex_disagree": [True] + [False] * (rows - 1),
        "age_years": [None, None] + [30.0] * (rows - 2),
        "occurrence_unit": pl.Series([None] * 12 + ["240101"] * (rows - 12), dtype=pl.Categorical),
        "motive_disagree": [True] * 7 + [False] * (rows - 7),
    }
    columns = [known.get(name, pl.Series(name, [None] * rows, dtype=dtype)) for name, dtype in case_schema().items()]
    frame = pl.DataFrame(dict(zip(case_schema(), columns, strict=True)))
    return frame.with_columns(pl.col("^.*_disagree$").fill_null(False))


def told(cases: pl.DataFrame, field: str) -> dict[str, object]:
    return {one["field"]: one for one in quality(cases, minimum_cell=3)["fields"]}[field]


def test_missing_and_its_share(cases: pl.DataFrame) -> None:
    sex = told(cases, "sex")
    assert (sex["missing"], sex["missing_share"]) == (8, 0.2)
    assert told(cases, "occurrence")["missing"] == 12


def test_a_small_count_is_not_told(cases: pl.DataFrame) -> None:
    assert told(cases, "sex")["disagreements"] is None
    assert told(cases, "age_years")["missing"] is None
    assert told(cases, "age_years")["missing_share"] is None
    assert told(cases, "motive")["disagreements"] == 7


def test_nothing_is_told_of_secret_fields(cases: pl.DataFrame) -> None:
    names = {one["field"] for one in quality(cases, minimum_cell=3)["fields"]}
    assert "sex" in names
    assert not names & {"full_name", "address", "identity_number", "longitude", "latitude", "narrative"}


def test_no_cases_is_no_mistake() -> None:
    empty = quality(pl.DataFrame(schema=case_schema()), minimum_cell=3)
    assert empty["cases"] == 0
    assert all(one["missing"] == 0 for one in empty["fields"])
