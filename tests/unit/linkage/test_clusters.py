"""Pairs become groups; a chain that joins two different people is broken at its weakest link."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from convive.linkage.clusters import components, consequences, outcome, zoned

NONE = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})


def pairs(*rows: tuple[int, int, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"left": pl.Int64, "right": pl.Int64, "probability": pl.Float64}, orient="row")


def enemies(*foes: tuple[int, int]):  # type: ignore[no-untyped-def]
    return lambda asked: pl.Series(
        [pair in foes for pair in asked.select("left", "right").iter_rows()], dtype=pl.Boolean
    )


def zones(table: pl.DataFrame, *, certain: pl.DataFrame = NONE, doubtful: pl.DataFrame = NONE, foes=()) -> list[str]:  # type: ignore[no-untyped-def]
    found = zoned(table, 6, join=0.9, apart=0.1, certain=certain, doubtful=doubtful, against=enemies(*foes))
    return found["zone"].to_list()


def test_three_zones() -> None:
    assert zones(pairs((0, 1, 0.95), (2, 3, 0.5), (4, 5, 0.05))) == ["joined", "people", "apart"]


def test_a_pair_in_doubt_whose_records_belong_together_anyway_is_not_asked() -> None:
    assert zones(pairs((0, 1, 0.95), (0, 2, 0.5), (1, 2, 0.95))) == ["joined", "joined", "joined"]
    assert zones(pairs((0, 1, 0.5)), certain=NONE.vstack(pl.DataFrame({"left": [0], "right": [1]}))) == ["joined"]


def test_a_chain_of_two_different_people_is_broken_at_its_weakest_link() -> None:
    assert zones(pairs((0, 1, 0.99), (1, 2, 0.93)), foes=[(0, 2)]) == ["joined", "people"]
    assert zones(pairs((0, 1, 0.93), (1, 2, 0.99)), foes=[(0, 2)]) == ["people", "joined"]


def test_a_chain_without_enemies_holds() -> None:
    assert zones(pairs((0, 1, 0.99), (1, 2, 0.93))) == ["joined", "joined"]


def test_certain_links_are_never_broken() -> None:
    certain = pl.DataFrame({"left": [0], "right": [1]})
    assert zones(pairs((1, 2, 0.99)), certain=certain, foes=[(0, 2)]) == ["people"]


def test_a_doubtful_pair_goes_to_people() -> None:
    assert zones(pairs((0, 1, 0.99)), doubtful=pl.DataFrame({"left": [0], "right": [1]})) == ["people"]


def test_consequences_are_the_sums_of_what_the_model_expects() -> None:
    told = consequences(pairs((0, 1, 0.9), (1, 2, 0.6), (2, 3, 0.2)), [0.5])
    assert told.row(0) == (0.5, 2, 0.5, 0.2)


def test_the_outcome_of_the_thresholds_is_told_zone_by_zone() -> None:
    table = pairs((0, 1, 0.95), (2, 3, 0.5), (4, 5, 0.05))
    told = outcome(
        zoned(table, 6, join=0.9, apart=0.1, certain=NONE, doubtful=NONE, against=enemies()), join=0.9, apart=0.1
    )
    assert (told.joined, told.asked, told.left) == (1, 1, 1)
    assert (told.false_joins, told.asked_true, told.misses) == pytest.approx((0.05, 0.5, 0.05))


@pytest.mark.parametrize("pairs", [0, 30, 90, 400])
def test_groups_are_those_of_scipy_numbered_by_their_first_record(pairs: int) -> None:
    draws = np.random.default_rng(pairs)
    ends = draws.integers(0, 100, (2, pairs))
    table = pl.DataFrame({"left": ends[0], "right": ends[1]})
    graph = coo_array((np.ones(pairs), (ends[0], ends[1])), shape=(100, 100))
    assert np.array_equal(components(100, table), connected_components(graph, directed=False)[1])
