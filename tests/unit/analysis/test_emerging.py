"""Emerging hot spots: trends are those of R and SciPy, patterns those of ArcGIS; where nothing is, nothing is found."""

from __future__ import annotations

import itertools
import warnings

import esda
import numba
import numpy as np
import pytest
from libpysal.weights import W
from scipy import stats

from convive.analysis.emerging import PATTERNS, Trend, emerging_hot_spots, mann_kendall, patterns
from convive.analysis.local_statistics import getis_ord
from convive.analysis.neighbours import from_pairs, grid
from convive.errors import AnalysisError


def test_trends_are_those_of_r() -> None:
    # R: cor.test(1:12, c(3,1,4,1,5,9,2,6,5,3,5,8), method = "kendall", exact = FALSE, continuity = TRUE)
    # and the same of 1:13 and c(0,0,1,0,2,2,3,1,4,4,5,7,6).
    first, second = (
        mann_kendall([series])
        for series in ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], [0, 0, 1, 0, 2, 2, 3, 1, 4, 4, 5, 7, 6])
    )
    assert [first.tau[0], first.z[0], first.p[0]] == pytest.approx([0.394006261282, 1.6681153124566, 0.0952928380235])
    assert [second.tau[0], second.z[0], second.p[0]] == pytest.approx(
        [0.82732879465962, 3.76859258561281, 0.00016417059175]
    )


def test_trends_are_those_of_scipy() -> None:
    draws = np.random.default_rng(1)
    rows = draws.poisson(2, (200, 15)).astype(float)
    found = mann_kendall(rows)
    for row, tau, z, statistic in zip(rows, found.tau, found.z, found.statistic, strict=True):
        theirs = stats.kendalltau(np.arange(15), row, method="asymptotic")
        assert tau == pytest.approx(theirs.statistic)
        # SciPy does not correct for continuity: its z is S over the same standard deviation.
        plain = stats.norm.isf(theirs.pvalue / 2)
        assert abs(z) == pytest.approx(plain * max(abs(statistic) - 1, 0) / max(abs(statistic), 1e-9), abs=1e-9)


def test_a_falling_series_is_the_mirror_of_a_rising_one_and_an_equal_one_says_nothing() -> None:
    rising = np.arange(12.0)
    found = mann_kendall([rising, -rising, np.ones(12), np.where(rising < 2, np.nan, rising)])
    assert found.tau[:2].tolist() == [1, -1]
    assert found.z[0] == -found.z[1]
    assert np.isnan(found.p[2])
    assert found.statistic[3] == 45


def test_trend_p_values_keep_their_promise() -> None:
    rows = np.random.default_rng(2).normal(size=(4_000, 12))
    p = mann_kendall(rows).p
    for level in (0.05, 0.1, 0.2):
        assert np.mean(p <= level) <= level + 0.01
    assert np.mean(p <= 0.05) > 0.02


def test_each_bin_is_compared_with_the_whole_cube_as_esda_does() -> None:
    counts = np.random.default_rng(3).poisson(3, (10, 36)).astype(float)
    neighbours = grid(6, 6)
    found = emerging_hot_spots(counts, neighbours, simulations=99)
    links: dict[int, list[int]] = {}
    for step, place in itertools.product(range(10), range(36)):
        near = neighbours.other[neighbours.begins[place] : neighbours.begins[place + 1]]
        links[step * 36 + place] = (near + step * 36).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.G_Local(counts.ravel(), W(links), transform="B", star=True, permutations=0)
    assert found.z.ravel() == pytest.approx(theirs.Zs, abs=1e-9)


def test_steps_before_count_as_neighbours_when_asked() -> None:
    counts = np.random.default_rng(4).poisson(3, (10, 9)).astype(float)
    neighbours = grid(3, 3)
    found = emerging_hot_spots(counts, neighbours, lags=1, simulations=99)
    links: dict[int, list[int]] = {}
    for step, place in itertools.product(range(10), range(9)):
        near = neighbours.other[neighbours.begins[place] : neighbours.begins[place + 1]]
        own = (near + step * 9).tolist()
        if step:
            own += [*(near + (step - 1) * 9).tolist(), (step - 1) * 9 + place]
        links[step * 9 + place] = own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.G_Local(counts.ravel(), W(links), transform="B", star=True, permutations=0)
    assert found.z.ravel() == pytest.approx(theirs.Zs, abs=1e-9)


def test_steps_alone_are_compared_with_themselves() -> None:
    counts = np.random.default_rng(5).poisson(3, (10, 25)).astype(float)
    counts[4] = 2
    found = emerging_hot_spots(counts, grid(5, 5), window="step", simulations=99)
    assert found.z[7] == pytest.approx(getis_ord(counts[7], grid(5, 5), simulations=99).z)
    assert np.isnan(found.z[4]).all()
    assert not np.isnan(found.trend.p).any()


def trend(direction: int, n: int = 1) -> Trend:
    return Trend(*(np.full(n, value) for value in (10.0 * direction, 0.5, 2.0, 0.01 if direction else 0.6, 0.01)))


def told(series: str, direction: int = 0) -> str:
    """``+`` hot, ``-`` cold, ``.`` neither, one sign a step."""
    signs = np.array(list(series))[:, None]
    return patterns(signs == "+", signs == "-", trend(direction))[0]


@pytest.mark.parametrize(
    ("series", "direction", "pattern"),
    [
        ("...........+", 0, "new hot"),
        ("...-.......+", 0, "new hot"),
        ("..........++", 0, "consecutive hot"),
        ("....++++++++", 1, "consecutive hot"),
        ("++++++++++++", 1, "intensifying hot"),
        (".+++++++++++", 1, "intensifying hot"),
        ("++++++++++++", 0, "persistent hot"),
        ("+++++.++++++", 0, "persistent hot"),
        ("++++++++++++", -1, "diminishing hot"),
        ("+..++..+...+", 0, "sporadic hot"),
        (".+........++", 0, "sporadic hot"),
        ("+..+-......+", 0, "oscillating hot"),
        ("+++++++++++.", 0, "historical hot"),
        ("+++++++++++-", -1, "new cold"),
        ("+++++.......", -1, "no pattern"),
        ("............", 1, "no pattern"),
        ("..........--", 0, "consecutive cold"),
        ("------------", -1, "intensifying cold"),
        ("------------", 1, "diminishing cold"),
        ("-----------.", 1, "historical cold"),
        ("++..-..-...-", 0, "oscillating cold"),
    ],
)
def test_patterns_are_those_of_arcgis(series: str, direction: int, pattern: str) -> None:
    assert told(series, direction) == pattern


def test_a_place_that_is_hot_now_has_always_a_hot_pattern_that_its_definition_allows() -> None:
    for signs in itertools.product("+-.", repeat=10):
        series = "".join(signs)
        if series[-1] != "+" and series.count("+") < 9:
            continue
        found = told(series)
        hot, last_run = series.count("+"), len(series) - len(series.rstrip("+"))
        allowed = {
            "new hot": series[-1] == "+" and "+" not in series[:-1],
            "consecutive hot": last_run >= 2 and "+" not in series[:-last_run] and hot < 9,
            "persistent hot": hot >= 9 and series[-1] == "+",
            "sporadic hot": series[-1] == "+" and hot < 9 and "-" not in series,
            "oscillating hot": series[-1] == "+" and hot < 9 and "-" in series,
            "historical hot": hot >= 9 and series[-1] != "+",
            "new cold": series[-1] == "-" and "-" not in series[:-1],
        }
        assert allowed[found], series
    assert len(PATTERNS) == 8


def planted(shape: np.ndarray, seed: int = 6) -> np.ndarray:
    """12 steps of 10 × 10 places, with ``shape`` (12,) times the risk in a square of nine."""
    rate = np.ones((12, 100))
    square = [row * 10 + column for row in (4, 5, 6) for column in (4, 5, 6)]
    rate[:, square] = shape[:, None]
    return np.random.default_rng(seed).poisson(rate)


def test_what_was_planted_is_found_with_its_pattern() -> None:
    steps = np.arange(12)
    for shape, pattern in (
        (np.where(steps < 11, 1.0, 12.0), "new hot"),
        (np.where(steps < 9, 1.0, 10.0), "consecutive hot"),
        (12.0 + steps, "intensifying hot"),
        (40.0 - 2 * steps, "diminishing hot"),
    ):
        found = emerging_hot_spots(planted(shape), grid(10, 10))
        assert found.pattern[55] == pattern
        assert found.pattern[0] == "no pattern"


def test_hardly_anything_is_found_where_nothing_is() -> None:
    some = 0
    for seed in range(40):
        counts = np.random.default_rng(seed).poisson(2, (12, 49))
        found = emerging_hot_spots(counts, grid(7, 7), simulations=999, seed=seed)
        some += bool(found.hot.any() or found.cold.any())
    assert some <= 6


def test_trends_under_the_null_are_too_sure_with_a_lag_and_not_without() -> None:
    shares = []
    for lags in (0, 1):
        p = [
            emerging_hot_spots(
                np.random.default_rng(seed).poisson(3, (12, 36)), grid(6, 6), lags=lags, simulations=19
            ).trend.p
            for seed in range(60)
        ]
        shares.append(float(np.mean(np.concatenate(p) <= 0.05)))
    assert shares[0] <= 0.06
    assert shares[1] > 0.08


def test_an_island_cannot_be_said() -> None:
    counts = np.random.default_rng(8).poisson(3, (10, 5))
    found = emerging_hot_spots(counts, from_pairs(5, [(0, 1), (1, 2), (2, 3)]), simulations=99)
    assert found.pattern[4] == "cannot be said"
    assert np.isnan(found.z[:, 4]).all()
    assert np.isnan(found.trend.p[4])


def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads() -> None:
    counts = planted(np.full(12, 4.0))
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            one = emerging_hot_spots(counts, grid(10, 10), simulations=199, seed=5)
            found.append((one.pattern, one.p.tolist(), one.trend.p.tolist()))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]


def test_bad_input_is_refused() -> None:
    counts = planted(np.full(12, 4.0)).astype(float)
    with pytest.raises(AnalysisError, match="at least 10"):
        emerging_hot_spots(counts[:9], grid(10, 10))
    with pytest.raises(AnalysisError, match="shape"):
        emerging_hot_spots(counts[:, :50], grid(10, 10))
    with pytest.raises(AnalysisError, match="equal"):
        emerging_hot_spots(np.ones((12, 100)), grid(10, 10))
    with pytest.raises(AnalysisError, match="equal"):
        emerging_hot_spots(np.ones((12, 100)), grid(10, 10), window="step")
    with pytest.raises(AnalysisError, match="lags"):
        emerging_hot_spots(counts, grid(10, 10), window="step", lags=1)
    counts[3, 3] = np.nan
    with pytest.raises(AnalysisError, match="1 values"):
        emerging_hot_spots(counts, grid(10, 10))
