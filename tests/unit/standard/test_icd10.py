"""What a cause of death says of intent and mechanism."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from convive.standard import classification, icd10_key, icd10_lookup


def meaning(code: str) -> tuple[str | None, ...]:
    row = pl.DataFrame({"code": [code]}).with_columns(key=icd10_key("code")).join(icd10_lookup(), on="key", how="left")
    return row.select("intent", "mechanism", "firearm_type").row(0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("X939", ("intentional", "firearm", "handgun")),
        ("x94.0", ("intentional", "firearm", "long_gun")),
        (" X95.9 ", ("intentional", "firearm", "other_firearm")),
        ("X91", ("intentional", "strangulation", None)),
        ("X99", ("intentional", "sharp", None)),
        ("Y00", ("intentional", "blunt", None)),
        ("Y099", ("intentional", None, None)),
        ("Y24", ("undetermined", "firearm", "other_firearm")),
        ("Y34", ("undetermined", None, None)),
        ("X70", ("self_harm", "strangulation", None)),
        ("W349", ("unintentional", "firearm", "other_firearm")),
        ("V43", ("unintentional", None, None)),
        ("Y350", ("legal_intervention", "firearm", "other_firearm")),
        ("Y357", ("legal_intervention", None, None)),
        ("Y36", (None, None, None)),
        ("Y87.0", ("self_harm", None, None)),
        ("Y871", ("intentional", None, None)),
        ("Y872", ("undetermined", None, None)),
        ("S317", (None, None, None)),
        ("I219", (None, None, None)),
    ],
)
def test_a_code_means(code: str, expected: tuple[str | None, ...]) -> None:
    assert meaning(code) == expected


def test_a_missing_code_has_no_key() -> None:
    assert pl.DataFrame({"code": [None]}, schema={"code": pl.String}).select(icd10_key("code")).item() is None


def test_keys_are_unique_and_name_existing_codes() -> None:
    lookup = icd10_lookup()
    assert lookup["key"].is_unique().all()
    for name in ("intent", "mechanism", "firearm_type"):
        assert set(lookup[name].drop_nulls()) <= set(classification(name).codes)
    assert set(lookup["code"]) == set(classification("icd10").codes) - {"Y10-Y34", "X60-X84", "X85-Y09"}


def test_the_blocks_have_as_many_categories_as_who_gives_them() -> None:
    by_intent = icd10_lookup().filter(pl.col("key").str.len_chars() == 3, pl.col("key") != "Y35")
    counts = dict(by_intent.group_by("intent").len().iter_rows())
    assert (counts["self_harm"], counts["intentional"], counts["undetermined"]) == (25, 25, 25)
    parents = classification("icd10").frame.group_by("parent").len()
    assert dict(parents.iter_rows())["X85-Y09"] == 25


def test_a_firearm_type_comes_with_a_firearm() -> None:
    guns = icd10_lookup().filter(pl.col("firearm_type").is_not_null())
    assert guns["mechanism"].unique().to_list() == ["firearm"]


@pytest.mark.real_data
def test_the_death_registry_speaks_these_codes(real_data: Path) -> None:
    path = real_data / "sinadef_firearm_deaths_north_lima.csv"
    codes = pl.read_csv(path, columns=["causa_a_ciex", "causa_b_ciex", "causa_c_ciex"], infer_schema=False)
    keys = codes.unpivot(value_name="code").with_columns(key=icd10_key("code")).join(icd10_lookup(), on="key")
    assert {"X93", "X95", "W34"} <= set(keys["key"])
