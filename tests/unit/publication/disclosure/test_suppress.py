"""Suppression ends where the attacker finds nothing, and hides no more than it must in plain cases."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from convive.publication.disclosure.attack import exact
from convive.publication.disclosure.suppress import protect
from convive.publication.disclosure.table import Counts, Mask, Table, with_remainders

MINIMUM_CELL, MINIMUM_TOTAL = 3, 10


def marked(table: Table) -> tuple[Mask, Mask, Counts]:
    """Hidden from the start, sensitive, needed width: the rules of sex and mechanism."""
    few = np.broadcast_to((table.totals < MINIMUM_TOTAL)[:, None], table.counts.shape)
    small = (table.counts > 0) & (table.counts < MINIMUM_CELL)
    alone = few & (table.counts > 0) & (table.counts == table.totals[:, None])
    return few | small, small | alone, np.minimum(1, table.upper)


def hierarchy(leaves: Counts) -> Table:
    """Districts × years × categories, summed to one province and to all years."""
    districts, years, categories = leaves.shape
    place: dict[tuple[int, int], int] = {}
    rows = []
    for unit in range(-1, districts):
        for year in range(-1, years):
            part = leaves[unit] if unit >= 0 else leaves.sum(axis=0)
            counts = part[year] if year >= 0 else part.sum(axis=0)
            if counts.sum():
                place[unit, year] = len(rows)
                rows.append(counts)
    families = [
        (row, [place[unit, y] for y in range(years) if (unit, y) in place])
        for (unit, year), row in place.items()
        if year < 0
    ] + [
        (row, [place[u, year] for u in range(districts) if (u, year) in place])
        for (unit, year), row in place.items()
        if unit < 0
    ]
    counts = np.array(rows, dtype=np.int64)
    return with_remainders(counts, counts.sum(axis=1), np.zeros(categories, dtype=np.int64), families)


def assert_safe(table: Table, hidden: Mask) -> None:
    start, sensitive, need = marked(table)
    assert hidden[start & sensitive].all()
    found = exact(table, hidden, hidden & table.published_rows[:, None], np.maximum(need, 1))
    assert (found.width[sensitive] >= need[sensitive]).all()


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    counts = np.array([[40, 1, 8, 5]], dtype=np.int64)
    table = with_remainders(counts, counts.sum(axis=1), np.zeros(4, dtype=np.int64), [])
    assert protect(table, *marked(table)).tolist() == [[False, True, False, True]]


def test_nothing_small_hides_nothing() -> None:
    counts = np.array([[40, 8, 5, 0]], dtype=np.int64)
    table = with_remainders(counts, counts.sum(axis=1), np.zeros(4, dtype=np.int64), [])
    assert not protect(table, *marked(table)).any()


def test_one_small_district_takes_a_second_one_with_it() -> None:
    table = hierarchy(np.array([[[30, 9]], [[20, 8]], [[2, 1]]], dtype=np.int64))
    hidden = protect(table, *marked(table))
    assert_safe(table, hidden)
    shown = (~hidden[table.published_rows]).all(axis=1)
    assert shown.sum() >= 4


def test_a_small_unit_whose_victims_all_share_the_attribute_is_not_told() -> None:
    """Four victims, all by firearm: the count is above the minimum cell, yet it tells the attribute of each."""
    table = hierarchy(np.array([[[30, 9]], [[20, 8]], [[4, 0]]], dtype=np.int64))
    _, sensitive, _ = marked(table)
    row = int(np.flatnonzero(table.totals == 4)[0])
    assert sensitive[row, 0]
    hidden = protect(table, *marked(table))
    assert_safe(table, hidden)


@st.composite
def leaves(draw: st.DrawFn) -> Counts:
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(2, 3)))
    cells = st.one_of(st.integers(0, 3), st.integers(4, 20))
    drawn = draw(st.lists(cells, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    made = np.array(drawn, dtype=np.int64).reshape(shape)
    made[0, 0, 0] += 1
    return made


@seed(20150630)
@settings(max_examples=60, deadline=None)
@given(leaves())
def test_no_sensitive_cell_of_a_random_hierarchy_can_be_got_back(drawn: Counts) -> None:
    table = hierarchy(drawn)
    hidden = protect(table, *marked(table))
    assert_safe(table, hidden)
    assert (protect(table, *marked(table)) == hidden).all()


def test_a_department_is_decided_in_a_moment() -> None:
    random = np.random.default_rng(24)
    weight = random.dirichlet(np.full(13, 0.5))
    drawn = random.poisson(weight[:, None, None] * 45 * np.array([0.6, 0.25, 0.1, 0.05])[None, None, :], (13, 5, 4))
    table = hierarchy(drawn.astype(np.int64))
    started = time.perf_counter()
    hidden = protect(table, *marked(table))
    assert time.perf_counter() - started < 10
    assert_safe(table, hidden)


def test_a_named_sum_needs_a_complement_of_its_own() -> None:
    """Home is small and its complement by count would be the bar, which the shown sum of public places gives back."""
    counts = np.array([[16, 4, 2, 5, 20, 7]], dtype=np.int64)
    margins = ((4, (0, 1)), (5, (2, 3)))
    table = Table(counts, np.array([27]), np.array([0, 0, 0, 0, 1, 1]), margins=margins)
    hidden = protect(table, *marked(table))
    assert_safe(table, hidden)
    assert hidden[0, 2]
    assert hidden[0, 3]


@seed(20150630)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_no_sensitive_cell_beside_a_named_sum_can_be_got_back(cells: list[int]) -> None:
    parts = np.array(cells, dtype=np.int64).reshape(2, 4) + np.array([6, 0, 0, 6])
    leaves = np.column_stack([parts, parts[:, :2].sum(axis=1), parts[:, 2:].sum(axis=1)])
    counts = np.vstack([leaves.sum(axis=0), leaves])
    table = with_remainders(
        counts,
        counts[:, :4].sum(axis=1),
        np.array([0, 0, 0, 0, 1, 1]),
        [(0, [1, 2])],
        margins=((4, (0, 1)), (5, (2, 3))),
    )
    assert_safe(table, protect(table, *marked(table)))
