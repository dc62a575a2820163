"""Input that a method cannot answer is refused with what to do, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from convive.analysis.checks import at_least, checked_points, checked_times, checked_values, require
from convive.errors import AnalysisError

METRES = np.array([[560_000.0, 9_605_000.0], [560_100.0, 9_605_000.0]])


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("too-few", lambda: checked_points([], least=1)),
        ("too-few", lambda: at_least(1, 2)),
        ("not-numbers", lambda: checked_points([[560_000, np.nan]])),
        ("not-numbers", lambda: checked_times(np.array(["2014-05-01", "NaT"], dtype="datetime64[D]"), 2)),
        ("shape", lambda: checked_points([[1, 2, 3]])),
        ("shape", lambda: checked_values([1, 2], 3, what="deaths")),
        ("degrees", lambda: checked_points([[-80.45, -3.57], [-80.44, -3.56]])),
        ("one-place", lambda: checked_points([METRES[0], METRES[0]], spread=True)),
        ("constant", lambda: checked_values([2, 2, 2], what="deaths", varied=True)),
        ("argument", lambda: require(False, what="simulations", got=0, wanted="> 0")),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_remedy(code: str, asked: Callable[[], object]) -> None:
    with pytest.raises(AnalysisError) as refused:
        asked()
    assert refused.value.problems[0].code == f"analysis-{code}"
    for language in ("es", "en"):
        assert len(refused.value.describe(language)) > 40


def test_small_coordinates_are_metres_where_the_caller_says_so_or_they_are_whole() -> None:
    assert checked_points([[0.5, 0.5]], metres=True).shape == (1, 2)
    assert checked_points([[1, 2], [3, 4]]).dtype == np.float64


def test_dates_become_days() -> None:
    days = checked_times(np.array(["1970-01-02T12:00", "1970-01-01"], dtype="datetime64[m]"), 2)
    assert days.tolist() == [1.5, 0.0]


def test_nothing_at_all_is_an_empty_array_where_that_may_be() -> None:
    assert checked_points([], least=0).shape == (0, 2)
