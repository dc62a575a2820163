"""The attacker finds what can be found, on tables small enough to enumerate."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from convive.publication.disclosure.attack import exact, propagate
from convive.publication.disclosure.table import Counts, Mask, Table, with_remainders


def table(*rows: list[int], families: list[tuple[int, list[int]]] | None = None) -> Table:
    counts = np.array(rows, dtype=np.int64)
    return with_remainders(counts, counts.sum(axis=1), np.zeros(counts.shape[1], dtype=np.int64), families or [])


def mask(like: Table, *cells: tuple[int, int]) -> Mask:
    hidden = np.zeros_like(like.counts, dtype=np.bool_)
    for cell in cells:
        hidden[cell] = True
    return hidden


def by_enumeration(of: Table, hidden: Mask) -> tuple[Counts, Counts]:
    """Every table with the same published cells, totals and sums."""
    matrix, right = of.relations
    free = np.argwhere(hidden)
    limits = [range(int(of.upper[tuple(cell)]) + 1) for cell in free]
    low, high = of.counts.copy(), of.counts.copy()
    for values in itertools.product(*limits):
        trial = of.counts.copy()
        trial[tuple(free.T)] = values
        if (matrix @ trial.ravel() == right).all():
            low, high = np.minimum(low, trial), np.maximum(high, trial)
    return low, high


def test_a_cell_alone_in_its_row_is_the_total_less_the_others() -> None:
    one = table([9, 1, 4])
    found = propagate(one, mask(one, (0, 1)))
    assert (found.low[0, 1], found.high[0, 1]) == (1, 1)


def test_two_hidden_cells_share_what_the_others_leave() -> None:
    one = table([9, 1, 4])
    found = propagate(one, mask(one, (0, 1), (0, 2)))
    assert found.low[0].tolist() == [9, 0, 0]
    assert found.high[0].tolist() == [9, 5, 5]


def test_a_hidden_district_is_the_province_less_its_sisters() -> None:
    one = table([10, 3], [6, 2], [4, 1], families=[(0, [1, 2])])
    found = propagate(one, mask(one, (2, 0), (2, 1)))
    assert found.width[2].tolist() == [0, 0]


def test_a_remainder_that_no_child_holds_keeps_the_district_hidden() -> None:
    one = table([12, 6], [6, 2], [4, 1], families=[(0, [1, 2])])
    hidden = mask(one, (2, 0), (2, 1), (3, 0), (3, 1))
    assert (propagate(one, hidden).width[2] > 0).all()


def test_what_only_a_program_finds() -> None:
    """Two hidden rows of two years: each relation alone leaves room, all together none."""
    one = table([2, 2, 2], [1, 0, 1], [1, 2, 1], families=[(0, [1, 2])])
    hidden = mask(one, *[(row, column) for row in (1, 2) for column in range(3)])
    need = np.full_like(one.counts, 9)
    found = exact(one, hidden, hidden, need)
    low, high = by_enumeration(one, hidden)
    assert (found.low == low).all()
    assert (found.high == high).all()


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[Table, Mask]:
    children = draw(st.integers(2, 3))
    cells = draw(st.lists(st.integers(0, 2), min_size=children * 2, max_size=children * 2))
    leaves = np.array(cells, dtype=np.int64).reshape(children, 2)
    rest = np.array(draw(st.lists(st.integers(0, 1), min_size=2, max_size=2)), dtype=np.int64)
    counts = np.vstack([leaves.sum(axis=0) + rest, leaves])
    made = with_remainders(counts, counts.sum(axis=1), np.zeros(2, dtype=np.int64), [(0, range(1, children + 1))])
    flags = draw(st.lists(st.booleans(), min_size=counts.size, max_size=counts.size))
    hidden = np.ones_like(made.counts, dtype=np.bool_)
    hidden[: len(counts)] = np.array(flags).reshape(counts.shape)
    return made, hidden


@seed(20150630)
@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_the_exact_attack_is_the_enumeration_and_propagation_never_narrower(made: tuple[Table, Mask]) -> None:
    one, hidden = made
    low, high = by_enumeration(one, hidden)
    found = exact(one, hidden, hidden, np.full_like(one.counts, 99))
    assert (found.low == low).all()
    assert (found.high == high).all()
    fast = propagate(one, hidden)
    assert (fast.low <= low).all()
    assert (fast.high >= high).all()


def test_children_that_hold_more_than_their_parent_are_refused() -> None:
    with pytest.raises(ValueError, match="hold more"):
        table([1, 1], [2, 0], families=[(0, [1])])


def test_monday_is_its_hours() -> None:
    counts = np.array([[5, 2, 3]], dtype=np.int64)
    one = Table(counts, np.array([5]), np.array([0, -1, -1]), margins=((0, (1, 2)),))
    found = propagate(one, mask(one, (0, 1)))
    assert (found.low[0, 1], found.high[0, 1]) == (2, 2)


def test_a_named_sum_that_is_shown_gives_away_its_only_hidden_part() -> None:
    """Street 6, bar 3, home 2, shop 1; in public places 9: home and shop hidden are 3 together, bar alone is 3."""
    counts = np.array([[6, 3, 2, 1, 9, 3]], dtype=np.int64)
    margins = ((4, (0, 1)), (5, (2, 3)))
    one = Table(counts, np.array([12]), np.array([0, 0, 0, 0, 1, 1]), margins=margins)
    found = propagate(one, mask(one, (0, 1), (0, 2), (0, 3)))
    assert found.width[0].tolist() == [0, 0, 3, 3, 0, 0]
