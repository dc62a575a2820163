"""Age groups cover every age once."""

from __future__ import annotations

import polars as pl
import pytest

from convive.standard import age_group_expression, classification


@pytest.mark.parametrize(
    ("age", "group"),
    [
        (0.02, "0-14"),
        (14.99, "0-14"),
        (15, "15-29"),
        (29, "15-29"),
        (30, "30-44"),
        (45, "45-59"),
        (60, "60+"),
        (101, "60+"),
        (None, "not_recorded"),
        (-1, "not_recorded"),
    ],
)
def test_an_age_falls_in_its_group(age: float | None, group: str) -> None:
    frame = pl.DataFrame({"age_years": [age]}, schema={"age_years": pl.Float64})
    assert frame.select(age_group_expression()).item() == group


def test_groups_follow_each_other_without_gap() -> None:
    groups = list(classification("age_group").codes.values())
    below = [group.properties.get("below") for group in groups]
    assert below == [*(group.properties["low"] for group in groups[1:]), None]
    assert groups[0].properties["low"] == 0
