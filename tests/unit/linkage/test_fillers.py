"""Names and numbers that a source writes beside too many people are nobody's."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.linkage.fillers import of_a_form, of_many
from convive.linkage.nobody import nobody

MOST = nobody()["most_people"]


def many(keys: list[str | None], facts: list[str | None], source: list[str] | None = None) -> list[bool]:
    return of_many(
        pl.Series(source or ["pnp"] * len(keys)), pl.Series(keys, dtype=pl.String), pl.Series(facts)
    ).to_list()


def test_a_number_of_more_people_than_a_slip_explains_is_nobodys() -> None:
    people = [f"SOTO {at}" for at in range(MOST + 1)]
    assert many(["7"] * (MOST + 1), people) == [True] * (MOST + 1)
    assert many(["7"] * MOST, people[:MOST]) == [False] * MOST


def test_one_person_told_in_many_deliveries_keeps_the_number() -> None:
    assert many(["7"] * 40, ["SOTO ROSA", "SOTTO ROSA"] * 20) == [False] * 40


def test_what_one_source_writes_everywhere_another_may_write_rightly() -> None:
    keys, people = ["7"] * (MOST + 2), [f"SOTO {at}" for at in range(MOST + 2)]
    told = many(keys, people, ["pnp"] * (MOST + 1) + ["morgue"])
    assert told == [True] * (MOST + 1) + [False]


def test_nothing_known_of_the_people_says_nothing_against_a_number() -> None:
    assert many(["7"] * 40, [None] * 40) == [False] * 40
    assert many([None] * 40, [str(at) for at in range(40)]) == [False] * 40
    assert many([], []) == []


@pytest.mark.parametrize(("same", "others", "told"), [(30, 100, True), (30, 1000, False), (10, 5, False)])
def test_a_name_that_a_form_fills_in_is_known_by_its_share(same: int, others: int, told: bool) -> None:
    names = pl.Series(["PEREZ JUAN"] * same + [f"SOTO {at}" for at in range(others)])
    assert of_a_form(pl.Series(["pnp"] * len(names)), names).to_list() == [told] * same + [False] * others


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "2", None]), st.integers(0, 9)), max_size=60))
def test_it_is_what_counting_by_hand_gives(rows: list[tuple[str, str | None, int]]) -> None:
    beside: dict[tuple[str, str | None], set[int]] = {}
    for source, key, fact in rows:
        beside.setdefault((source, key), set()).add(fact)
    expected = [key is not None and len(beside[source, key]) > MOST for source, key, _ in rows]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    source, key, fact = (
        pl.Series(column, dtype=dtype) for column, dtype in zip(columns, (pl.String, pl.String, pl.Int64), strict=True)
    )
    assert of_many(source, key, fact).to_list() == expected
