"""Which pairs are looked at."""

from __future__ import annotations

import polars as pl
import pytest

from convive.linkage.blocking import FIXES, with_keys

TEXTS = ("sound_given", "sound_1", "sound_2", "given", "surname_1", "surname_2", "birth", "identity", "address", "home")


def keyed(**columns: list[object]) -> tuple[pl.DataFrame, list[str]]:
    height = len(next(iter(columns.values())))
    empty: dict[str, object] = {name: pl.Series([None] * height, dtype=pl.String) for name in (*TEXTS, "sex", "alias")}
    empty |= {name: pl.Series([None] * height, dtype=pl.Int32) for name in ("on", "died", "registered")}
    table = pl.DataFrame(empty | {"place_district": pl.Series([None] * height, dtype=pl.String)} | columns)
    return with_keys(table, days=7, largest=150, pairs=1e6)


@pytest.mark.parametrize(
    "said",
    [
        {"alias": ["CHINO"] * 2},
        {"sound_1": ["RJS"] * 2, "sound_given": ["JN"] * 2},
        {"place_district": ["240101"] * 2, "sex": ["male"] * 2},
    ],
    ids=["alias", "names", "place"],
)
@pytest.mark.parametrize("apart", [0, 1, 7])
def test_dates_up_to_a_week_apart_share_a_key_of_time_wherever_its_windows_end(
    said: dict[str, list[object]], apart: int
) -> None:
    kind = {"alias": "key_alias", "sound_1": "key_names", "place_district": "key_place"}[next(iter(said))]
    for first in range(14):
        table, keys = keyed(**said, on=[first, first + apart])
        shared = [key for key in keys if key.startswith(kind) and table[key].n_unique() == 1]
        assert shared, (first, apart)


def test_every_key_says_what_it_fixes() -> None:
    table, keys = keyed(**{name: ["A"] * 2 for name in (*TEXTS, "alias", "sex", "place_district")}, on=[1, 1])
    assert set(keys) == set(FIXES)
    assert table.height == 2
