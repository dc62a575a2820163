"""Agreement by cell: its mean is Cohen's kappa of all marks, and its interval is honest where all tables agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from convive.voice.workshops.cell_kappa import kappa_by_cell
from convive.voice.workshops.marks import SHIFT, Cell, Sheet, Verdict

CELLS = {
    one.code: one
    for one in [*(Cell(f"C{at}", "240101", 1 + at % 3, at) for at in range(6)), Cell("?1", "240101", 0, 0)]
}
ON_THE_MAP = (Verdict.TOO_HIGH, Verdict.RIGHT, Verdict.TOO_LOW)
MARKS = st.dictionaries(st.sampled_from([f"C{at}" for at in range(6)]), st.sampled_from(ON_THE_MAP))


def tables(*marks: dict[str, Verdict]) -> list[Sheet]:
    return [Sheet("w", str(number), one) for number, one in enumerate(marks)]


@given(st.lists(MARKS, min_size=1, max_size=12))
def test_the_mean_over_cells_is_cohens_kappa_of_all_marks(marks: list[dict[str, Verdict]]) -> None:
    found = kappa_by_cell(tables(*marks), CELLS)
    pairs = [(CELLS[code].level, CELLS[code].level + SHIFT[said]) for one in marks for code, said in one.items()]
    if not pairs or not found:
        assert len(set(pairs)) <= 1
        return
    register, people = np.array(pairs).T
    weights = [one.tables for one in found.values()]
    mean = np.average([one.value for one in found.values()], weights=weights)
    assert mean == pytest.approx(cohen_kappa_score(register, people, labels=range(5)))
    assert sum(weights) == len(pairs)


def test_a_cell_that_all_tables_find_right_is_one_with_an_interval_that_few_tables_leave_wide() -> None:
    marks = [{"C0": Verdict.RIGHT, "C1": Verdict.TOO_LOW, "C2": Verdict.RIGHT} for _ in range(5)]
    found = kappa_by_cell(tables(*marks), CELLS)
    # Register 1, 2, 3 a third each; people 1, 3, 3: chance 1/3 × 1/3 + 1/3 × 2/3 = 1/3.
    low = binomtest(5, 5).proportion_ci(method="exact").low
    assert (found["C0"].value, found["C0"].high) == (1, 1)
    assert found["C0"].low == pytest.approx((low - 1 / 3) / (2 / 3))
    assert found["C1"].value == pytest.approx(-0.5)
    assert set(found) == {"C0", "C1", "C2"}


def test_what_the_map_lacks_has_no_kappa_and_one_level_for_all_neither() -> None:
    assert kappa_by_cell(tables({"?1": Verdict.MISSING}), CELLS) == {}
    assert kappa_by_cell(tables({"C0": Verdict.RIGHT}), CELLS) == {}
    assert kappa_by_cell([], CELLS) == {}
