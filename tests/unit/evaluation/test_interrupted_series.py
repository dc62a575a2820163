"""Interrupted series: published numbers, statsmodels on the same input, and what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from convive.errors import EvaluationError
from convive.evaluation import regression
from convive.evaluation.designs.interrupted_series import fit, interrupted_series
from convive.evaluation.scenarios import STEADY, draw
from convive.evaluation.series import Break, Panel, series
from convive.evaluation.window import window

from .conftest import FIRST, START

DATA = Path(os.environ.get("CONVIVE_DATA", Path(__file__).parents[4] / "shared" / "data"))
SICILY = DATA / "sicily_smoking_ban_acs.csv"


@pytest.mark.real_data
@pytest.mark.skipif(not SICILY.exists(), reason=f"{SICILY} is not here")
def test_the_smoking_ban_of_sicily_as_published() -> None:
    """Lopez Bernal, Cummins & Gasparrini, IJE 2017: RR 0.894 (0.864–0.925); with the season 0.885; slope 1.00."""
    rows = list(csv.DictReader(SICILY.open(encoding="utf-8")))
    made = series([int(row["aces"]) for row in rows], dt.date(2002, 1, 1))
    cut = window(made, dt.date(2005, 1, 1))
    # The tutorial's offset is the standard population, months taken for equal.
    made = replace(made, exposure=np.array([float(row["stdpop"]) for row in rows]) / 12)
    plain = fit(made, cut, waves=0)
    assert math.exp(plain.contrast) == pytest.approx(0.894, abs=5e-4)
    reach = stats.norm.isf(0.025) * plain.errors[-1]
    assert [math.exp(plain.contrast + side) for side in (-reach, reach)] == pytest.approx([0.864, 0.925], abs=1.1e-3)
    assert math.exp(fit(made, cut, waves=2).contrast) == pytest.approx(0.885, abs=5e-4)
    sloped = fit(made, cut, waves=0, slope=True)
    assert math.exp(sloped.coefficients[-1] / 12) == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("law", ["poisson", "negative-binomial"])
def test_coefficients_are_those_of_statsmodels(cities: Panel, law: str) -> None:
    made = series(draw(STEADY, [400], 84, seed=3)[0, 0] * 2, FIRST, population=250_000)
    model = fit(made, window(made, START), law=law, waves=2, slope=True)
    y = made.counts
    if law == "poisson":
        peer = sm.GLM(y, model.x, family=sm.families.Poisson(), offset=model.offset).fit()
        assert model.coefficients == pytest.approx(peer.params, abs=1e-6)
        assert model.errors == pytest.approx(peer.bse, rel=1e-5)
    else:
        peer = sm.NegativeBinomial(y, model.x, offset=model.offset).fit(disp=0, maxiter=500)
        assert model.coefficients == pytest.approx(peer.params[:-1], abs=1e-3)
        assert model.alpha == pytest.approx(peer.params[-1], rel=2e-3)


def test_the_newey_west_error_is_that_of_statsmodels(cities: Panel) -> None:
    made = series(cities.counts[1], FIRST)
    model = fit(made, window(made, START))
    peer = sm.GLM(made.counts, model.x, family=sm.families.Poisson(), offset=model.offset).fit(
        cov_type="HAC", cov_kwds={"maxlags": 7, "use_correction": False}
    )
    inverse = np.linalg.inv((model.x.T * model.mean) @ model.x)
    influence = (model.x @ inverse)[:, -1] * (made.counts - model.mean)
    assert regression.newey_west(influence, 7) == pytest.approx(peer.bse[-1], rel=1e-6)


def test_with_a_slope_the_effect_is_that_of_all_events_after(cities: Panel) -> None:
    made = series(cities.counts[0], FIRST)
    effect = interrupted_series(made, START, slope=True, simulations=99)
    assert effect.estimate == pytest.approx(effect.details["observed"] / effect.details["without"], rel=0.02)
    averted = effect.averted
    assert averted is not None
    assert averted.low < averted.estimate < averted.high


def test_a_fall_of_two_fifths_is_seen_and_the_same_seed_says_the_same(cities: Panel) -> None:
    made = series(cities.counts[0], FIRST)
    effect = interrupted_series(made, START, trend=False, simulations=399)
    assert effect.high < 1
    assert effect == interrupted_series(made, START, trend=False, simulations=399)
    assert effect != interrupted_series(made, START, trend=False, simulations=399, seed=1)


def test_long_waves_refute_the_effect() -> None:
    wave = np.round(20 + 14 * np.sin(np.arange(84) / 4.5))
    effect = interrupted_series(series(wave, FIRST), START, simulations=99)
    assert [one.name for one in effect.failed] == ["memory"]


def test_errors_are_as_wide_as_they_must_be_on_cities_like_tumbes() -> None:
    """A small version of benchmarks/evaluation/calibration.py; the bounds are four standard errors of 300 cities."""
    cities = draw(STEADY, [50], 84, seed=11, simulations=300)[:, 0]
    p = np.array([interrupted_series(series(one, FIRST), START, simulations=99).p for one in cities])
    assert 0.005 < (p < 0.05).mean() < 0.10


@pytest.mark.parametrize(
    ("counts", "start", "breaks", "code"),
    [
        (np.ones(20), dt.date(2016, 1, 1), (), "evaluation-too-short"),
        (np.ones(84), dt.date(2013, 1, 1), (), "evaluation-start-outside"),
        (np.where(np.arange(84) < 60, 0, 1), START, (), "evaluation-no-events-before"),
        (np.where(np.arange(84) < 60, 1, 0), START, (), "evaluation-no-events-after"),
        (np.ones(84), START, (Break(START, "classification"),), "evaluation-classification-break-at-start"),
        (np.ones(84), START, (Break(START, "population"),), "evaluation-population-break-at-start"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    counts: np.ndarray, start: dt.date, breaks: tuple[Break, ...], code: str
) -> None:
    with pytest.raises(EvaluationError) as found:
        interrupted_series(series(counts, FIRST, breaks=breaks), start)
    assert [problem.code for problem in found.value.problems] == [code]


def test_a_break_elsewhere_is_told_beside_the_effect(cities: Panel) -> None:
    made = series(cities.counts[0], FIRST, breaks=[Break(dt.date(2017, 3, 1), "classification", "CIE-10")])
    assert [one.code for one in interrupted_series(made, START, simulations=99).warnings] == [
        "evaluation-classification-break"
    ]


def test_a_model_that_does_not_fit_says_so() -> None:
    only_once = np.zeros(84)
    only_once[[3, 70]] = 1
    with pytest.raises(EvaluationError) as found:
        interrupted_series(series(only_once, FIRST), START, waves=6, slope=True)
    assert found.value.problems[0].code == "evaluation-no-fit"
