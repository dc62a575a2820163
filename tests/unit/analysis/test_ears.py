"""EARS: R's limits and alarms, C3 as its paper defines it, false alarms as often as said, missing weeks told.

R's numbers: surveillance 1.20.3 on ``SERIES`` (the same as of Farrington's tests):

    y <- match(strsplit(SERIES, "")[[1]], c(0:9, letters)) - 1
    x <- sts(observed = matrix(y), frequency = 52)
    earsC(x, control = list(range = 20:380, method = ..., minSigma = ...,
          alpha = pnorm(if (method == "C3") 2 else 3, lower.tail = FALSE)))
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from convive.analysis.ears import ears
from convive.analysis.weekly import WEEKS_A_YEAR
from convive.errors import AnalysisError

SERIES = (
    "4392632134215224316211304172133182121b25031643205951144453122451e18a16c161232211202411144323427f13342673137434451"
    "374b235657134116441660124032905023546bcb7a51746d4475431187773536212807423a136161503631211c4525369814a5e5833454543"
    "3581312532224251227170216584155827368369525a469757a156540108258522203342b65322355646479be4d5646233666565454429634"
    "73131132365429daea533348c232857365h5f1284"
)
COUNTS = np.array([int(one, 36) for one in SERIES])
WEEKS = np.array([20, 67, 69, 84, 85, 151, 153, 352, 353, 354, 378])

# R also finds weeks 350 (C2, 0) and 353 (C2, 2), whose counts are exactly their limits, by the rounding of alpha.
LIMITS = {
    ("C1", 0): (
        "8.684126751 17.93726595 20.57496421 3.788958806 5.474984737 9.782018606 17.8170044 8.583319586 8.107002248 "
        "11.94996947 25.74718023",
        4482.91804,
        "27 38 65 84 95 96 117 142 151 203 229 245 299 313 336 349 353 354 374",
    ),
    ("C1", 2): (
        "9.285714286 17.93726595 20.57496421 7.428571429 7.714285714 9.782018606 17.8170044 9.428571429 9.571428571 "
        "11.94996947 25.74718023",
        4640.388057,
        "38 65 96 117 142 151 203 299 354 374",
    ),
    ("C2", 0): (
        "6.85467907 7.107002248 17.93726595 3.927339535 4.49912879 13.04997614 9.782018606 7.827294334 8.744562647 "
        "8.583319586 20.75986613",
        4444.667206,
        "38 50 65 67 84 95 96 117 152 153 203 216 229 245 247 299 313 314 315 336 353 354 355 356 374 376",
    ),
    ("C2", 2): (
        "8.714285714 8.571428571 17.93726595 7.857142857 7.571428571 13.04997614 9.782018606 8.714285714 9 9.428571429 "
        "20.75986613",
        4605.461257,
        "38 50 65 96 117 152 153 203 216 299 314 315 354 355 356 374 376",
    ),
}


@pytest.mark.parametrize(("method", "least"), list(LIMITS))
def test_r_finds_the_same_limits_and_alarms(method: str, least: float) -> None:
    limits, total, alarms = LIMITS[method, least]
    found = ears(COUNTS, method=method, least_spread=least, simulations=19)
    late = found.weeks >= 19
    assert found.upper[np.searchsorted(found.weeks, WEEKS - 1)] == pytest.approx([float(one) for one in limits.split()])
    assert found.upper[late].sum() == pytest.approx(total)
    assert (found.weeks[late & found.alarm] + 1).tolist() == [int(one) for one in alarms.split()]


def test_r_s_c3_adds_the_same_for_the_two_weeks_before() -> None:
    # R's limit of C3 is put on the count itself, observed + sd * (2 - what the two weeks before add), so that the
    # judged week takes no part in R's alarm. What those weeks add is compared; 0 are limits that R cut off.
    told = (
        "3.177279225 0.776079032 0 5.380131119 0.8972425852 17.41426981 5.402596388 0.2956637935 10.91485422 "
        "12.7707893 0"
    )
    theirs = np.array([float(one) for one in told.split()])
    kept = theirs > 0
    at = WEEKS[kept] - 1
    third, second = (ears(COUNTS, method=one, least_spread=0, simulations=19) for one in ("C3", "C2"))
    spread = third.spread[np.searchsorted(third.weeks, at)]
    own = np.maximum(0, second.statistic[np.searchsorted(second.weeks, at)] - 1)
    before = third.statistic[np.searchsorted(third.weeks, at)] - own
    assert before == pytest.approx(2 - (theirs[kept] - COUNTS[at]) / spread, abs=1e-7)
    assert before.max() > 0.5


def test_c3_is_the_sum_of_three_weeks_beyond_one_and_its_limit_divides_alarms_from_none() -> None:
    second = ears(COUNTS, method="C2", simulations=19)
    third = ears(COUNTS, method="C3", simulations=19)
    beyond = np.maximum(0, second.statistic - 1)
    assert third.statistic == pytest.approx(beyond[2:] + beyond[1:-1] + beyond[:-2])
    assert np.array_equal(third.alarm, third.statistic > 2)


@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
def test_false_alarms_are_as_many_as_said(method: str) -> None:
    rng = np.random.default_rng(3)
    mean, dispersion, weeks = 3.0, 1.4, 20_000
    series = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, weeks)
    found = ears(series, method=method, simulations=2000)
    assert found.false_alarms.per_year == pytest.approx(found.alarm.mean() * WEEKS_A_YEAR, rel=0.15)
    assert found.false_alarms.low < found.false_alarms.per_year < found.false_alarms.high


def test_without_least_spread_one_event_after_quiet_weeks_is_an_alarm_and_is_said_to_be_often_false() -> None:
    quiet = np.zeros(200)
    quiet[::9] = 1
    loose, strict = (ears(quiet, least_spread=least, simulations=199) for least in (0, 0.5))
    assert loose.alarm.sum() > 10
    assert strict.alarm.sum() == 0
    assert loose.false_alarms.low > strict.false_alarms.high


def test_missing_weeks_are_told_and_silence_what_rests_on_them() -> None:
    series = np.tile([3.0, 5, 4, 2, 6, 4, 3, 5], 4)
    series[15] = np.nan
    for method, silent in (("C1", 8), ("C2", 8), ("C3", 12)):
        found = ears(series, method=method, simulations=19)
        unsaid = found.weeks[np.isnan(found.upper)]
        assert found.missing == 1
        assert unsaid[0] == 15
        assert len(unsaid) == silent, method
        assert not found.alarm[np.isnan(found.upper)].any()


@pytest.mark.parametrize(
    ("counts", "how", "code"),
    [
        ([], {}, "analysis-too-few"),
        ([3] * 7, {}, "analysis-too-few"),
        ([3] * 11, {"method": "C3"}, "analysis-too-few"),
        ([0] * 30, {}, "analysis-all-zero"),
        ([0.5] * 30, {}, "analysis-not-counts"),
        ([1] * 30, {"method": "C4"}, "analysis-argument"),
        ([1] * 30, {"baseline": 2}, "analysis-argument"),
        ([1] * 30, {"threshold": 0}, "analysis-argument"),
        ([1] * 30, {"least_spread": -1}, "analysis-argument"),
    ],
)
def test_what_cannot_be_answered_is_refused(counts: list[float], how: dict[str, Any], code: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        ears(counts, **how)
    assert [one.code for one in caught.value.problems] == [code]


def test_the_same_seed_gives_the_same_answer_whatever_the_threads() -> None:
    threads = numba.get_num_threads()
    first = ears(COUNTS, simulations=99, seed=3).false_alarms
    try:
        numba.set_num_threads(1)
        assert ears(COUNTS, simulations=99, seed=3).false_alarms == first
    finally:
        numba.set_num_threads(threads)
    assert ears(COUNTS, simulations=99, seed=4).false_alarms != first
