"""Workshops: agreement against other programs, votes against published elections, the recount, what is published."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from convive.errors import VoiceError
from convive.voice.workshops.kappa import Weights, weighted_kappa
from convive.voice.workshops.marks import Cell, Sheet, read_sheet, views
from convive.voice.workshops.recount import recount
from convive.voice.workshops.votes import approval, schulze

CELLS = {
    one.code: one
    for one in [
        Cell("A", "240101", 3, 9),
        Cell("B", "240101", 2, 6),
        Cell("C", "240101", 1, 3),
        Cell("?1", "240101", 0, 0),
    ]
}


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=12, max_size=80))
def test_kappa_is_that_of_statsmodels_and_scikit_learn(weights: Weights, pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    ours = weighted_kappa(first, second, 4, weights=weights)
    if ours.value is None:
        assert len(set(first.tolist())) == 1
        return
    name = None if weights == "none" else weights
    assert ours.value == pytest.approx(cohen_kappa_score(first, second, labels=[0, 1, 2, 3], weights=name))
    table = np.zeros((4, 4))
    np.add.at(table, (first, second), 1)
    peer = cohens_kappa(
        table, wt=None if weights == "none" else {"linear": "linear", "quadratic": "quadratic"}[weights]
    )
    reach = 1.959963984540054 * np.sqrt(max(peer.var_kappa, 0))
    assert ours.low == pytest.approx(max(-1, peer.kappa - reach), abs=1e-7)
    assert ours.high == pytest.approx(min(1, peer.kappa + reach), abs=1e-7)


def test_kappa_of_a_published_table() -> None:
    # Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, table 18.1: kappa 0.68, s.e. 0.087.
    table = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
    first, second = np.array([(r, c) for r in range(3) for c in range(3) for _ in range(table[r][c])]).T
    kappa = weighted_kappa(first, second, 3, weights="none")
    assert kappa.value == pytest.approx(0.68, abs=0.005)
    assert kappa.high is not None
    assert kappa.low is not None
    assert (kappa.high - kappa.low) / 2 / 1.96 == pytest.approx(0.087, abs=0.001)


def test_one_level_for_all_is_nothing_to_agree_about() -> None:
    assert weighted_kappa([2, 2], [2, 2], 4).value is None
    assert weighted_kappa([], [], 4).number == 0


def ballots(counts: dict[str, int]) -> list[list[list[str]]]:
    return [[[option] for option in order] for order, number in counts.items() for _ in range(number)]


SCHULZE = ballots({"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8})


def test_schulze_s_own_example() -> None:
    # Schulze (2011), example 1: 45 voters; the ranking is E > A > C > B > D.
    found = schulze(SCHULZE, "ABCDE")
    assert found.order == (("E",), ("A",), ("C",), ("B",), ("D",))
    assert found.wins.tolist() == [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ]
    assert found.paths.tolist() == [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
    ]


def test_a_condorcet_winner_wins_and_who_is_left_out_stands_last() -> None:
    # The capital of Tennessee, as in many textbooks: Nashville beats every other city in pairs.
    tennessee = {"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}
    assert schulze(ballots(tennessee), "MNCK").order == (("N",), ("C",), ("K",), ("M",))
    assert schulze([[["a"]], [["a"], ["b"]]], "abc").order == (("a",), ("b",), ("c",))
    assert schulze([[["a", "b"]]], "abc").order == (("a", "b"), ("c",))


def test_a_clone_changes_nothing_else() -> None:
    cloned = [[[*group, "F"] if group == ["E"] else group for group in ballot] for ballot in SCHULZE]
    order = schulze(cloned, "ABCDEF").order
    assert order[0] == ("E", "F")
    assert order[1:] == (("A",), ("C",), ("B",), ("D",))


def test_approval_counts_and_strangers_are_refused() -> None:
    counted = approval([["luz", "agua"], ["luz"], []], ["agua", "luz", "patrulla"])
    assert [(one.option, one.share.part) for one in counted] == [("luz", 2), ("agua", 1), ("patrulla", 0)]
    for wrong in (["otra"], ["luz", "luz"]):
        with pytest.raises(VoiceError):
            approval([wrong], ["luz"])


def sheet(table: str, **marks: str) -> Sheet:
    return read_sheet(
        [(code.replace("q", "?"), said) for code, said in marks.items()],
        CELLS,
        workshop="w",
        table=table,
        people=4,
        least=3,
    )


def test_a_sheet_tells_every_line_that_does_not_fit() -> None:
    lines = [("A", "right"), ("A", "right"), ("Z", "right"), ("B", "missing"), ("?1", "right"), ("C", "bien")]
    with pytest.raises(VoiceError) as found:
        read_sheet(lines, CELLS, workshop="w", table="1", people=2, least=3)
    assert [(one.code, one.row) for one in found.value.problems] == [
        ("sheet-people", None),
        ("sheet-twice", 2),
        ("sheet-cell", 3),
        ("sheet-verdict", 4),
        ("sheet-verdict", 5),
        ("sheet-verdict", 6),
    ]


def test_what_the_tables_say_of_a_cell() -> None:
    sheets = [sheet("1", A="too_high", B="right"), sheet("2", A="too_high"), sheet("3", A="right", q1="missing")]
    by_code = {one.cell.code: one for one in views(sheets, CELLS)}
    assert set(by_code) == {"A", "B", "?1"}
    first = by_code["A"]
    assert (first.tables, first.right.part, first.level, first.mean_shift) == (3, 1, 2, pytest.approx(-2 / 3))
    assert by_code["?1"].level == 1


def test_the_recount_moves_the_ranking_and_says_how_sure() -> None:
    sheets = [sheet(str(n), A="too_high", C="too_low") for n in range(6)] + [sheet("x", A="right", C="too_low")]
    found = recount(sheets, CELLS, top=1, draws=499)
    ranks = {one.code: (one.before, one.after) for one in found.cells}
    # A falls to 3 − 6/7, still above B and C, which now share level 2: there B has more events.
    assert ranks == {"A": (1, 1), "B": (2, 2), "C": (3, 3), "?1": (4, 4)}
    assert {one.code: one.tables for one in found.cells}["A"] == 7
    assert all(one.low <= one.after <= one.high for one in found.cells)
    assert found.tau is not None
    unmoved = recount([], CELLS, draws=9)
    assert all(one.before == one.after == one.low == one.high for one in unmoved.cells)
    assert unmoved.tau == pytest.approx(1)


def test_a_recount_by_hand() -> None:
    """Levels 3, 2, 1, 0; every table moves A down and C up: A 2 (9 events), B 2 (6), C 2 (3): counts decide."""
    found = recount([sheet("1", A="too_high", C="too_low")], CELLS, top=2, draws=9)
    assert [one.code for one in found.cells] == ["A", "B", "C", "?1"]
    two = recount([sheet("1", A="too_high", B="too_low", C="too_low")], CELLS, top=1, draws=9)
    assert [(one.code, one.before, one.after) for one in two.cells] == [
        ("B", 2, 1),
        ("A", 1, 2),
        ("C", 3, 3),
        ("?1", 4, 4),
    ]
    assert (two.came, two.went) == (("B",), ("A",))
    assert [one.after for one in two.cells] == sorted(one.after for one in two.cells)
    assert all(one.after <= other.after for one, other in pairwise(two.cells))
