"""Waits that go on: against the published remission times of leukaemia and against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from convive.voice.reports.survival import waiting

# Freireich et al. (1963), Blood 21:699-716; weeks in remission, with 6-mercaptopurine (a minus: still in remission).
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_published_curve_and_median() -> None:
    curve = waiting(np.abs(TREATED), np.array(TREATED) > 0)
    np.testing.assert_allclose(curve.still, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4)
    assert curve.median() == 23
    assert (curve.number, curve.came) == (21, 9)
    assert waiting(PLACEBO, np.ones(21, dtype=bool)).median() == 8


def test_the_interval_of_the_median_is_that_of_survfit_with_log_log() -> None:
    # R: survfit(Surv(time, status) ~ 1, conf.type = "log-log"): 23 (13, NA) and 8 (4, 11).
    assert waiting(np.abs(TREATED), np.array(TREATED) > 0).median_interval() == (13, None)
    assert waiting(PLACEBO, np.ones(21, dtype=bool)).median_interval() == (4, 11)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=60))
def test_the_same_as_statsmodels(waits: list[tuple[int, bool]]) -> None:
    days, came = np.array([one for one, _ in waits], dtype=float), np.array([one for _, one in waits])
    if not came.any():
        assert waiting(days, came).median() is None
        return
    curve, peer = waiting(days, came), SurvfuncRight(days, came.astype(int))
    kept = peer.n_events > 0
    np.testing.assert_allclose(curve.still, peer.surv_prob[kept], atol=1e-12)
    half = np.flatnonzero(peer.surv_prob[kept] <= 0.5 + 1e-12)
    assert curve.median() == (peer.surv_times[kept][half[0]] if len(half) else None)
    inside = (curve.still > 1e-9) & (curve.still < 1)
    still = curve.still[inside]
    wanted = peer.surv_prob_se[kept][inside] / (still * np.abs(np.log(still)))
    np.testing.assert_allclose(curve.deviation[inside], wanted, rtol=1e-9)


def test_who_still_waits_lengthens_the_median() -> None:
    answered = [2.0, 3.0, 4.0]
    assert waiting(answered, [True] * 3).median() == 3
    assert waiting([*answered, 90.0, 90.0, 90.0, 90.0], [True] * 3 + [False] * 4).median() is None


def test_the_share_within_days_counts_who_waits_less_long_only_as_long() -> None:
    curve = waiting([1.0, 2.0, 2.0, 10.0], [True, False, False, True])
    assert curve.share_by(5) == pytest.approx(0.25)  # the naive share of 1 in 4, though two were seen for 2 days only
    low, high = curve.share_interval(5)
    assert 0 <= low <= 0.25 <= high <= 1


def test_where_none_came_the_interval_is_exact() -> None:
    curve = waiting([5.0] * 10, [False] * 10)
    assert curve.median() is None
    assert curve.share_interval(3) == (0.0, pytest.approx(1 - 0.025**0.1))


@pytest.mark.parametrize("days", [[-1.0], [float("nan")], [1.0, 2.0]])
def test_what_is_no_wait_is_refused(days: list[float]) -> None:
    with pytest.raises(ValueError, match="waits"):
        waiting(days, [True])
