"""CUSUM: R's statistics and alarms, R's exact run lengths, false alarms as often as said, bad input refused.

R's numbers: surveillance 1.20.3 on ``SERIES``, that of Farrington's tests, of which ``LATE`` are the weeks judged:

    y <- match(strsplit(SERIES, "")[[1]], c(0:9, letters)) - 1
    x <- sts(observed = matrix(y), frequency = 52)
    t <- 261:380
    glrnb(x, control = list(range = t, mu0 = 5 + 1.5 * cos(2 * pi * t / 52), dir = "inc", ret = "value", ...))

R's theta is the logarithm of our ratio; R's window of M weeks looks back M + 1.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from scipy import optimize, stats

from convive.analysis.cusum import cusum, run_length
from convive.analysis.weekly import WEEKS_A_YEAR
from convive.errors import AnalysisError

LATE = (
    "368369525a469757a156540108258522203342b65322355646479be4d564623366656545442963473131132365429daea533"
    "348c232857365h5f1284"
)
COUNTS = np.array([int(one, 36) for one in LATE])
WEEK = np.arange(261, 381)
MEAN = 5 + 1.5 * np.cos(2 * np.pi * WEEK / 52)
KEPT = np.array([5, 30, 60, 85, 90, 91, 92, 93, 94, 95, 100, 118, 119, 120]) - 1


THEIRS: list[tuple[dict[str, Any], str, float, list[int]]] = [
    # alpha = 0, theta = 1.5, c.ARL = 5
    (
        {"alpha": 0, "ratio": np.exp(1.5), "threshold": 5},
        "0 0 0 0 0 0 0 0 0.2396187091 0 0 0 0 0",
        12.74702057,
        [114],
    ),
    # alpha = 0.2, theta = 1.5, c.ARL = 3
    (
        {"alpha": 0.2, "ratio": np.exp(1.5), "threshold": 3},
        "0 0 0 0 0 0 0 0 0.7828773687 0.05054009365 0 0 0 0",
        10.00314238,
        [],
    ),
    # alpha = 0, c.ARL = 5
    (
        {"alpha": 0, "ratio": None, "threshold": 5, "window": 1000},
        "0 2.470547401 2.362217952 0.8704658716 0.4958702644 0.4155291263 0.2279188965 1.025042689 4.359446812 "
        "5.613835508 0.3120158633 0 0.9970742691 0.4166867464",
        159.2400181,
        [95, 114, 116],
    ),
    # alpha = 0.2, c.ARL = 3, M = 26
    (
        {"alpha": 0.2, "ratio": None, "threshold": 3, "window": 27},
        "0 1.346070296 0.9586594504 0.2138174352 0.06165965471 0.03946590755 0.0001626412703 0.4492106574 1.813290736 "
        "2.346944227 0 0 0.470064746 0.2033634107",
        71.41082055,
        [96, 116],
    ),
    # alpha = 0.2, c.ARL = 3, M = -1
    (
        {"alpha": 0.2, "ratio": None, "threshold": 3, "window": 1000},
        "0 1.346070296 0.9586594504 0.378042409 0.1992888484 0.1646640045 0.0853870958 0.4492106574 1.813290736 "
        "2.346944227 0 0 0.470064746 0.2033634107",
        72.90974769,
        [96, 116],
    ),
    # alpha = 0.2, c.ARL = 3, M = 26, Mtilde = 3
    (
        {"alpha": 0.2, "ratio": None, "threshold": 3, "window": 27, "least": 3},
        "0 1.346070296 0.9586594504 0.2138174352 0.06165965471 0.03946590755 0.0001626412703 0.01373681555 0.726964181 "
        "2.346944227 0 0 0 0.0002426781432",
        60.78479026,
        [96, 116],
    ),
]


@pytest.mark.parametrize(("how", "values", "total", "alarms"), THEIRS)
def test_r_finds_the_same_evidence_and_alarms(
    how: dict[str, Any], values: str, total: float, alarms: list[int]
) -> None:
    found = cusum(COUNTS, MEAN, simulations=19, **how)
    assert found.statistic[KEPT] == pytest.approx([float(one) for one in values.split()], abs=1e-7)
    assert found.statistic.sum() == pytest.approx(total)
    assert (np.flatnonzero(found.alarm) + 1).tolist() == alarms


# arlCusum(h, k, theta): ARL and FIR.ARL (head start h / 2)
@pytest.mark.parametrize(
    ("h", "k", "theta", "arl", "fir"),
    [
        (10, 3, 2.4, 548.3622655, 513.6718725),
        (5, 1.5, 1, 273.6499724, 255.6789999),
        (4, 2, 1, 537.6982825, 520.1645545),
        (7, 4, 3, 229.8866435, 219.4370896),
        (8.5, 1.2, 0.9, 1270.136565, 1212.644732),
    ],
)
def test_r_finds_the_same_run_lengths(h: float, k: float, theta: float, arl: float, fir: float) -> None:
    assert run_length(theta, k, h) == pytest.approx(arl)
    assert run_length(theta, k, h, head_start=h / 2) == pytest.approx(fir)


def test_a_run_length_of_one_step_is_that_of_a_single_limit() -> None:
    # With interval 1 and a whole reference nothing is carried over: a geometric wait for a count above it.
    assert run_length(3, 6, 1) == pytest.approx(1 / stats.poisson.sf(6, 3))
    law = stats.nbinom(1 / 0.4, 1 / (1 + 0.4 * 3))
    assert run_length(3, 6, 1, alpha=0.4) == pytest.approx(1 / law.sf(6))


def test_false_alarms_are_those_of_the_exact_run_length() -> None:
    ratio = optimize.brentq(lambda one: (one - 1) / np.log(one) - 1.5, 1.1, 10)
    found = cusum([1, 0, 2], 1.0, ratio=ratio, alpha=0, threshold=5 * np.log(ratio) - 1e-9, simulations=1999)
    exact = WEEKS_A_YEAR / run_length(1, 1.5, 5)
    assert found.false_alarms.per_year == pytest.approx(exact, rel=0.06)
    assert found.false_alarms.low - 0.01 < exact < found.false_alarms.high + 0.01


def test_the_threshold_brings_the_false_alarms_that_were_wanted() -> None:
    rng = np.random.default_rng(8)
    for ratio in (2.0, None):
        found = cusum(rng.poisson(2, 200), 2.0, ratio=ratio, alpha=0.3, wanted=0.5, seed=1)
        assert found.false_alarms.per_year == pytest.approx(0.5, abs=0.03)
        long = rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * 2), 60_000)
        again = cusum(long, 2.0, ratio=ratio, alpha=0.3, threshold=found.threshold, simulations=19)
        assert again.alarm.mean() * WEEKS_A_YEAR == pytest.approx(0.5, abs=0.12)


def test_training_is_repeated_in_every_simulation() -> None:
    rng = np.random.default_rng(9)
    mean, weeks, tried, limit = 2.0, 104, 100, 4.0
    alarms = [
        int(cusum(rng.poisson(mean, weeks + 520), training=weeks, alpha=0, threshold=limit, simulations=19).alarm.sum())
        for _ in range(tried)
    ]
    counted = np.mean(alarms) / 520 * WEEKS_A_YEAR
    flat = np.tile([2, 1, 3, 2, 2], 40)
    learnt = cusum(flat, training=weeks, alpha=0, threshold=limit, simulations=999).false_alarms
    known = cusum(flat, mean, alpha=0, threshold=limit, simulations=999).false_alarms
    assert learnt.per_year == pytest.approx(counted, rel=0.25)
    assert learnt.per_year > known.high


def test_a_lasting_rise_is_found_and_dated() -> None:
    rng = np.random.default_rng(2)
    counts = np.concatenate([rng.poisson(1, 150), rng.poisson(2.2, 40)])
    for ratio in (2.0, None):
        found = cusum(counts, training=100, ratio=ratio, alpha=0)
        first = np.flatnonzero(found.alarm & (found.weeks >= 150))[0]
        assert found.weeks[first] < 170
        assert found.since[first] == pytest.approx(150, abs=6)


def test_a_missing_week_adds_nothing() -> None:
    counts = np.array([2.0, 3, 1, 5, 4, 6, 2, 3, 7, 8])
    gap = np.insert(counts, 5, np.nan)
    for ratio in (2.0, None):
        whole, gapped = (cusum(one, 2.0, ratio=ratio, alpha=0.1, threshold=50, simulations=19) for one in (counts, gap))
        assert np.delete(gapped.statistic, 5) == pytest.approx(whole.statistic)
        assert gapped.missing == 1


@pytest.mark.parametrize(
    ("counts", "how", "code"),
    [
        ([], {"mean": 1}, "analysis-too-few"),
        ([0] * 30, {"mean": 1}, "analysis-all-zero"),
        ([0] * 20 + [1] * 10, {"training": 20}, "analysis-all-zero"),
        ([0.5] * 30, {"mean": 1}, "analysis-not-counts"),
        ([1] * 30, {}, "analysis-argument"),
        ([1] * 30, {"mean": 1, "training": 10}, "analysis-argument"),
        ([1] * 30, {"training": 30}, "analysis-argument"),
        ([np.nan] * 10 + [1] * 30, {"training": 10}, "analysis-argument"),
        ([1] * 30, {"mean": 0}, "analysis-argument"),
        ([1] * 30, {"mean": [1, 2]}, "analysis-shape"),
        ([1] * 30, {"mean": [np.nan] * 30}, "analysis-not-numbers"),
        ([1] * 30, {"mean": 1, "ratio": 1}, "analysis-argument"),
        ([1] * 30, {"mean": 1, "threshold": -1}, "analysis-argument"),
    ],
)
def test_what_cannot_be_answered_is_refused(counts: list[float], how: dict[str, Any], code: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        cusum(counts, **how)
    assert [one.code for one in caught.value.problems] == [code]


def test_run_lengths_that_cannot_be_solved_are_refused() -> None:
    for how in ((0, 1, 5), (1, 1.5, 0), (1, 1.2345, 500)):
        with pytest.raises(AnalysisError):
            run_length(*how)


def test_the_same_seed_gives_the_same_answer_whatever_the_threads() -> None:
    threads = numba.get_num_threads()
    first = cusum(COUNTS, 5.0, seed=3).false_alarms
    try:
        numba.set_num_threads(1)
        assert cusum(COUNTS, 5.0, seed=3).false_alarms == first
    finally:
        numba.set_num_threads(threads)
    assert cusum(COUNTS, 5.0, threshold=2, seed=4).false_alarms != cusum(COUNTS, 5.0, threshold=2).false_alarms


def test_a_simulated_training_without_events_raises_no_alarm() -> None:
    rare = np.zeros(300)
    rare[[3, 120, 250]] = 1
    found = cusum(rare, training=100, threshold=1.0)
    assert 0 < found.false_alarms.per_year < 2
