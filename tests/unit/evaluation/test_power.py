"""Power by simulation: against closed forms and the designs themselves, honest in words, refused where it must be."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from convive.errors import EvaluationError
from convive.evaluation import power
from convive.evaluation.designs.interrupted_series import fit
from convive.evaluation.power.statistics import STATISTICS, Setting, of_interrupted_series
from convive.evaluation.series import series
from convive.evaluation.window import window

QUIET = np.random.default_rng(1).poisson(4, 72)
"""Six years with 48 deaths each, more or less."""


def test_displacement_difference_has_the_power_of_the_normal_test() -> None:
    """Two places alike, twelve months each way: the variance of the difference is known."""
    found = power.power_of(np.full(72, 40), 0.8, "displacement-difference", months=12, simulations=4000)
    mean = 12 * 40
    away = 0.2 * mean / math.sqrt(mean * (3 + 0.8))
    expected = 0.5 * math.erfc((1.96 - away) / math.sqrt(2))
    assert found.power == pytest.approx(expected, abs=0.03)
    assert found.error == pytest.approx(math.sqrt(found.power * (1 - found.power) / 4000))


def test_the_statistic_is_that_of_the_design() -> None:
    start = dt.date(2019, 1, 1)
    data = series(QUIET, dt.date(2015, 1, 1))
    # The design divides by the length of months; here all are alike.
    alike = type(data)(data.counts, np.ones(72), data.starts, data.period)
    model = fit(alike, window(data, start))
    found = of_interrupted_series(QUIET[None, None].astype(float), Setting(48, 24))
    assert found[0] == pytest.approx(model.contrast / model.error, rel=1e-6)


def test_a_longer_wait_and_more_deaths_show_smaller_falls() -> None:
    few = power.smallest_falls(QUIET, "displacement-difference", simulations=500)
    many = power.smallest_falls(QUIET * 5, "displacement-difference", simulations=500)
    ratios = [one.ratio or 0.0 for one in few]
    assert ratios == sorted(ratios)
    assert all((more.ratio or 0) > (less.ratio or 0) for more, less in zip(many, few, strict=True))
    seen = [one for one in few if one.ratio is not None]
    assert all(one.low is not None and one.high is not None and one.low < (one.ratio or 0) < one.high for one in seen)


@pytest.mark.parametrize("design", list(STATISTICS))
def test_what_is_told_is_seen_with_the_power_that_is_told(design: str) -> None:
    [found] = power.smallest_falls(QUIET * 3, design, months=[24], simulations=300)
    if found.ratio is None:
        assert power.power_of(QUIET * 3, 0.05, design, months=24, simulations=300).power < 0.8
        return
    again = power.power_of(QUIET * 3, found.ratio, design, months=24, simulations=300, seed=7)
    assert again.power == pytest.approx(0.8, abs=0.1)
    quiet = power.power_of(QUIET * 3, 1.0, design, months=24, simulations=300)
    assert quiet.power < 0.05


def test_the_same_seed_gives_the_same_answer() -> None:
    first, second = (power.smallest_falls(QUIET, months=[12], simulations=200, seed=3) for _ in range(2))
    assert first == second


def test_draws_are_like_the_city() -> None:
    season = np.array([2, 2, 3, 4, 6, 8, 9, 8, 6, 4, 3, 2]) * 5.0
    generator = np.random.default_rng(5)
    rate = np.zeros(240)
    for at in range(1, 240):
        rate[at] = 0.7 * rate[at - 1] + generator.normal(0, 0.25)
    found = power.like(generator.poisson(np.tile(season, 20) * np.exp(rate)))
    assert np.corrcoef(found.mean, season)[0, 1] > 0.95
    assert found.spread == pytest.approx(0.25 / math.sqrt(1 - 0.7**2), abs=0.12)
    assert found.memory == pytest.approx(0.7, abs=0.2)
    quiet = power.like(QUIET)
    assert quiet.spread < 0.2
    assert quiet.a_year == pytest.approx(QUIET.mean() * 12)


def test_a_city_with_48_deaths_a_year_is_told_in_one_sentence() -> None:
    found = power.smallest_falls(np.full(60, 4), "displacement-difference", simulations=300)
    spanish, english = power.sentences(found, "es"), power.sentences(found, "en")
    assert spanish[0].startswith("Con unas 48 muertes al año, esta evaluación vería con 80 % de probabilidad")
    assert "after 36 months" in english[0]
    assert "300" in english[1]
    nothing = power.smallest_falls(np.full(60, 4), "hour-window", months=[6], simulations=300)
    assert "no se puede saber" in power.sentences(nothing, "es")[0]


@pytest.mark.parametrize(
    ("counts", "design", "code"),
    [
        (QUIET, "dowsing", "power-no-design"),
        (QUIET[:12], "interrupted-series", "power-too-short"),
        (np.zeros(48), "interrupted-series", "power-no-events"),
        (np.full(48, 1.5), "interrupted-series", "evaluation-not-counts"),
        (np.full(48, np.nan), "interrupted-series", "evaluation-missing"),
    ],
)
def test_what_cannot_be_simulated_is_refused(counts: np.ndarray, design: str, code: str) -> None:
    with pytest.raises(EvaluationError) as found:
        power.smallest_falls(counts, design)
    assert found.value.problems[0].code == code
    assert all(found.value.describe(language) for language in ("es", "en"))
