"""Farrington's alarm: R's numbers to the digits that R's own fit has, false alarms as often as said, bad weeks told.

R's numbers: surveillance 1.20.3, R 4.2.2, on ``SERIES``:

    y <- match(strsplit(SERIES, "")[[1]], c(0:9, letters)) - 1
    x <- sts(observed = matrix(y), frequency = 52, start = c(2010, 1))
    farringtonFlexible(x, control = list(range = 264:380, b = 5, w = 3, alpha = 0.01, limit54 = c(5, 4), ...))

of which the weeks ``WEEKS`` are kept. R's phi is that of the last but one step of its regression, hence 1e-3.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from convive.analysis.farrington import MISSING, NO_PAST, SAID, TOO_FEW, farrington
from convive.analysis.weekly import WEEKS_A_YEAR
from convive.errors import AnalysisError

SERIES = (
    "4392632134215224316211304172133182121b25031643205951144453122451e18a16c161232211202411144323427f13342673137434451"
    "374b235657134116441660124032905023546bcb7a51746d4475431187773536212807423a136161503631211c4525369814a5e5833454543"
    "3581312532224251227170216584155827368369525a469757a156540108258522203342b65322355646479be4d5646233666565454429634"
    "73131132365429daea533348c232857365h5f1284"
)
COUNTS = np.array([int(one, 36) for one in SERIES])
WEEKS = np.array([264, 300, 352, 353, 354, 356, 358, 360, 379, 380]) - 1

# noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "nbPlugin"
NEGATIVE_BINOMIAL = {
    "expected": "6.101031708 3.695348631 4.027939355 4.077957746 3.96931145 4.442205191 5.398282567 6.170560112 "
    "5.38183892 5.904873493",
    "dispersion": "1.910897687 1.828742781 1.685490181 1.663716777 1.730072502 1.683706248 1.676316561 1.689231334 "
    "1.611054922 1.569574435",
    "upper": "16 12 12 12 12 12 14 15 14 14",
    "alarm": "0 0 0 0 1 1 0 0 0 0",
    "p": "0.8686251243 0.2138297915 0.8422651512 0.06191716577 0.006388568767 0.005301890715 0.5699576233 0.8895301264 "
    "0.2157177731 0.7746634634",
    "trend": "0.001956657484 0.001385849251 0.0009421981111 0.001016345638 0.001007245809 0.0009933681776 "
    "0.0009012430236 0.001082168716 0.0002926478901 0.0006484292075",
}
# noPeriods = 1, pastWeeksNotIncluded = 3, pThresholdTrend = 1, thresholdMethod = "nbPlugin"
ONE_SEASON = {
    "expected": "6.83390421 3.011726788 4.360440257 3.858130449 4.754794296 3.220330732 3.697584718 4.6912241 "
    "5.728201853 5.486821997",
    "dispersion": "1.512325905 2.392326582 2.0129004 2.175714135 2.043849459 2.578304578 2.328111841 1.879119127 "
    "1.139670064 1",
    "upper": "16 12 13 13 14 13 13 13 13 12",
    "alarm": "0 0 0 0 0 1 0 0 0 0",
}
# noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 1, thresholdMethod = "muan", reweight = FALSE
MEAN_QUANTILE = {
    "expected": "5.906649736 3.778499346 3.902953846 4.282312471 4.185656235 4.603071756 5.527747492 6.170560112 "
    "5.458076517 5.788624187",
    "upper": "20 15 14 16 16 16 18 19 17 18",
    "p": "0.9537307454 0.4444361101 0.9326890523 0.2115605231 0.0412850169 0.03716307266 0.7908569445 0.9662534982 "
    "0.4477217774 0.9021692376",
}
# noPeriods = 1, pastWeeksNotIncluded = 26, pThresholdTrend = 0.05, thresholdMethod = "delta", reweight = FALSE.
# The last week, whose dispersion is below 1, is left out: R takes it as it is in the error of the mean, we take 1.
TWO_THIRDS = {
    "expected": "6.83390421 3.2 3.485714286 3.8 3.714285714 4.114285714 4.971428571 5.228571429 5.142857143",
    "upper": "16.518655 11.47215614 11.38000783 13.62292765 13.473895 14.07651132 15.30142888 14.13126873 11.67531586",
    "p": "0.8900133684 0.183503613 0.7256312644 0.0891192508 0.01283541246 0.01040897813 0.4968166163 0.7780874253 "
    "0.1366343272",
    "trend": "0.002747977009 nan nan nan nan nan nan nan nan",
}
# noPeriods = 10, pastWeeksNotIncluded = 26, pThresholdTrend = 0.05, thresholdMethod = "delta", with R's line
# `model$weights <- omega` (algo.farrington.fitGLM.flexible) taken out: it puts the weights of the weeks where R keeps
# those of the regression, so that summary() and predict() find another error of the trend and of the mean.
TWO_THIRDS_REWEIGHTED = {
    "expected": "6.101031708 3.695348631 3.485714286 3.501992295 3.413383867 3.827968655 4.716183843 5.228571429 "
    "5.142857143 5.342857143",
    "upper": "15.94339348 11.40301845 10.57383778 10.55866109 10.55681314 11.18618121 12.72282394 13.65319618 "
    "13.22273465 13.44978076",
    "p": "0.8358472358 0.2140057869 0.7444856677 0.03038251954 0.001435773895 0.001102032958 0.4607515445 0.7891143493 "
    "0.1817180807 0.6843954323",
    "trend": "0.001956657484 0.001385849251 nan nan nan nan nan nan nan nan",
}


@pytest.mark.parametrize(
    ("how", "theirs"),
    [
        ({}, NEGATIVE_BINOMIAL),
        ({"seasons": 1, "left_out": 3}, ONE_SEASON),
        ({"threshold": "mean-quantile", "reweight": False}, MEAN_QUANTILE),
        ({"threshold": "two-thirds", "reweight": False, "seasons": 1, "trend_p": 0.05}, TWO_THIRDS),
        ({"threshold": "two-thirds", "trend_p": 0.05}, TWO_THIRDS_REWEIGHTED),
    ],
)
def test_r_finds_the_same_expectation_limit_trend_and_alarms(how: dict[str, Any], theirs: dict[str, str]) -> None:
    found = farrington(COUNTS, weeks=WEEKS, simulations=19, **how)
    for name, told in theirs.items():
        numbers = np.array([float(one) for one in told.split()])
        within = 1e-3 if name == "dispersion" else 1e-4
        assert getattr(found, name)[: len(numbers)] == pytest.approx(numbers, rel=within, nan_ok=True), name


def test_false_alarms_are_as_many_as_said() -> None:
    rng = np.random.default_rng(5)
    mean, dispersion, tried = 5.0, 1.5, 60
    alarms = 0
    for _ in range(tried):
        series = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, 5 * 52 + 3 + 52)
        alarms += int(farrington(series, simulations=19).alarm.sum())
    counted = alarms / tried / 52 * WEEKS_A_YEAR
    level = np.tile([5, 7, 4, 2, 8, 5, 3, 6, 5, 5], 32)[: 5 * 52 + 3 + 52]
    said = farrington(_as_varied(level, dispersion), simulations=299).false_alarms
    assert said.dispersion == pytest.approx(dispersion, abs=0.15)
    assert said.low < said.per_year < said.high
    assert counted == pytest.approx(said.per_year, rel=0.3)


def _as_varied(level: np.ndarray, dispersion: float) -> np.ndarray:
    """A series of the level's mean and, about, of ``dispersion``, the same every time."""
    apart = (level - 5) * np.sqrt(dispersion * 5 / level.var())
    return np.maximum(np.round(5 + apart), 0)


def test_a_stricter_alarm_is_less_often_false() -> None:
    often = farrington(COUNTS, weeks=[379], alpha=0.05, simulations=199).false_alarms
    rarely = farrington(COUNTS, weeks=[379], alpha=0.001, simulations=199).false_alarms
    assert rarely.high < often.low


def test_an_outbreak_is_found_and_a_past_one_does_not_hide_it() -> None:
    calm = np.tile([3, 5, 4, 2, 6, 4, 3, 5], 40)
    planted = calm.copy()
    planted[-1] = 15
    assert farrington(planted, simulations=19).alarm.tolist() == [False] * (len(calm) - 264) + [True]
    planted[-1 - 52 : -49] = 60
    weighed = farrington(planted, weeks=[319], simulations=19)
    naive = farrington(planted, weeks=[319], simulations=19, reweight=False)
    assert weighed.upper[0] < naive.upper[0]


def test_a_steep_trend_is_not_carried_beyond_what_was_seen() -> None:
    rising = np.floor(np.exp(np.arange(320) / 60))
    found = farrington(rising, weeks=[319], simulations=19, half_window=1, seasons=1)
    assert found.expected[0] <= rising[:294].max()
    assert np.isnan(found.trend[0])


def test_weeks_that_cannot_be_judged_say_why() -> None:
    series = np.tile([3.0, 5, 4, 2, 6, 4, 3, 5], 40)
    series[[50, 100, 319]] = np.nan
    found = farrington(series, weeks=[318, 319], simulations=19)
    assert found.missing == 3
    assert found.state.tolist() == [SAID, MISSING]
    assert np.isnan(found.upper[1])
    assert not found.alarm[1]
    # The fitted week is that of R with the missing weeks left out, hence near that without gaps.
    assert found.expected[0] == pytest.approx(4, abs=0.5)

    summer = np.zeros(320)
    summer[np.arange(320) % 52 < 20] = 2
    summer[300:] = 3
    assert farrington(summer, weeks=[299], simulations=19).state.tolist() == [NO_PAST]
    quiet = np.tile([0, 1, 0, 0, 0, 0, 1, 0], 40)
    assert farrington(quiet, weeks=[319], simulations=19).state.tolist() == [TOO_FEW]


@pytest.mark.parametrize(
    ("counts", "how", "code"),
    [
        ([], {}, "analysis-too-few"),
        ([3] * 100, {}, "analysis-too-few"),
        ([0] * 320, {}, "analysis-all-zero"),
        ([1.5] * 320, {}, "analysis-not-counts"),
        ([-1] * 320, {}, "analysis-not-counts"),
        ([np.inf] * 320, {}, "analysis-not-numbers"),
        ([np.nan] * 320, {}, "analysis-too-few"),
        ([1] * 320, {"weeks": [100]}, "analysis-argument"),
        ([1] * 320, {"weeks": [320]}, "analysis-argument"),
        ([1] * 320, {"seasons": 60}, "analysis-argument"),
        ([1] * 320, {"threshold": "none"}, "analysis-argument"),
        ([1] * 320, {"simulations": 0}, "analysis-argument"),
    ],
)
def test_what_cannot_be_answered_is_refused(counts: list[float], how: dict[str, Any], code: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        farrington(counts, **how)
    assert [one.code for one in caught.value.problems] == [code]


def test_the_same_seed_gives_the_same_answer_whatever_the_threads() -> None:
    threads = numba.get_num_threads()
    first = farrington(COUNTS, weeks=[379], simulations=99, seed=3).false_alarms
    try:
        numba.set_num_threads(1)
        assert farrington(COUNTS, weeks=[379], simulations=99, seed=3).false_alarms == first
    finally:
        numba.set_num_threads(threads)
    assert farrington(COUNTS, weeks=[379], simulations=99, seed=4).false_alarms != first


def test_events_in_one_heap_are_no_limit_to_compare_with() -> None:
    heap = np.zeros(330)
    heap[100] = 25
    heap[-1] = 30
    found = farrington(heap, weeks=[329, 310], threshold="mean-quantile", simulations=19)
    assert not found.alarm.any()
    assert found.state.tolist() == [NO_PAST, TOO_FEW]
    assert np.isinf(found.upper[1])
