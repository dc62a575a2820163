"""Difference in differences of counts: statsmodels on the same input, few clusters, comparisons that are none."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import statsmodels.api as sm

from convive.errors import EvaluationError
from convive.evaluation.designs.difference_in_differences import (
    choose,
    clustered,
    difference_in_differences,
    fit,
)
from convive.evaluation.scenarios import STEADY, draw
from convive.evaluation.series import Break, Panel, panel

from .conftest import FIRST, NAMES, START


def test_effect_and_clustered_error_are_those_of_statsmodels(counts: np.ndarray) -> None:
    """Treatment by degrees and exposure that changes, so that nothing has a closed form."""
    y = counts[:, :40]
    d = np.zeros_like(y)
    d[0, 20:], d[2, 30:] = 1.0, np.linspace(0.1, 1, 10)
    exposure = 1e5 * np.exp(np.random.default_rng(1).normal(0, 0.1, y.shape))
    units, periods = y.shape
    x = np.column_stack(
        [np.kron(np.eye(units), np.ones((periods, 1))), np.kron(np.ones((units, 1)), np.eye(periods))[:, 1:], d.ravel()]
    )
    peer = sm.GLM(y.ravel(), x, family=sm.families.Poisson(), offset=np.log(exposure).ravel()).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(units), periods)}
    )
    model = fit(y, exposure, d)
    assert model.effect == pytest.approx(peer.params[-1], abs=1e-7)
    assert clustered(y, model, parameters=x.shape[1]) == pytest.approx(peer.bse[-1], rel=1e-5)


def test_with_equal_exposure_the_effect_is_the_ratio_of_ratios(cities: Panel, counts: np.ndarray) -> None:
    effect = difference_in_differences(cities, ["tumbes"], START, simulations=199)
    rate = counts.reshape(6, 84)
    own = rate[0, 60:].sum() / rate[0, :60].sum()
    other = rate[1:, 60:].sum() / rate[1:, :60].sum()
    assert effect.estimate == pytest.approx(own / other, rel=1e-6)
    assert effect.interval_by == "periods"
    assert effect.high < 1
    assert effect.averted is not None
    assert effect.averted.estimate == pytest.approx(rate[0, 60:].sum() * (1 / effect.estimate - 1))


def test_errors_go_by_what_the_data_bear() -> None:
    assert choose(1, 5) == "periods"
    assert choose(1, 19) == "permutation"
    assert choose(12, 18) == "wild"


def test_permutation_puts_each_comparison_in_the_place_of_the_treated() -> None:
    made = panel(draw(STEADY, np.full(21, 50), 84, seed=2)[0], [str(at) for at in range(21)], FIRST)
    effect = difference_in_differences(made, ["0"], START)
    assert effect.interval_by == "permutation"
    assert (effect.p < 0.05) == (not effect.low <= 1 <= effect.high)
    few = difference_in_differences(made, ["0"], START, comparison=["1", "2", "3"], errors="permutation")
    assert few.p >= 0.25
    assert math.isnan(few.low)


def test_errors_by_units_are_not_believed_for_a_handful(cities: Panel) -> None:
    for errors in ("cluster", "wild"):
        effect = difference_in_differences(cities, ["tumbes"], START, errors=errors, simulations=199)
        assert [one.name for one in effect.failed] == ["few-clusters"]


def test_wild_signs_and_the_t_distribution_agree_where_units_are_many() -> None:
    ratio = np.ones((30, 84))
    ratio[:12, 60:] = 0.8
    made = panel(draw(STEADY, np.full(30, 50), 84, seed=3, ratio=ratio)[0], [str(at) for at in range(30)], FIRST)
    names = [str(at) for at in range(12)]
    wild = difference_in_differences(made, names, START, errors="wild", simulations=1999)
    plain = difference_in_differences(made, names, START, errors="cluster")
    assert (wild.low, wild.high) == pytest.approx((plain.low, plain.high), rel=0.03)
    assert wild.failed == ()


def refused(made: Panel, start: dt.date = START, comparison: list[str] | None = None) -> list[str]:
    with pytest.raises(EvaluationError) as found:
        difference_in_differences(made, ["tumbes"], start, comparison=comparison)
    return [problem.code for problem in found.value.problems]


def test_what_cannot_be_compared_is_refused(cities: Panel, counts: np.ndarray) -> None:
    assert refused(cities, dt.date(2014, 1, 1)) == ["evaluation-start-outside"]
    assert refused(cities, dt.date(2021, 11, 1)) == ["evaluation-too-short"]
    empty = counts.copy()
    empty[0, :60] = 0
    assert refused(panel(empty, NAMES, FIRST)) == ["evaluation-no-events-before"]
    empty[0] = 0
    assert refused(panel(empty, NAMES, FIRST)) == ["evaluation-unit-empty"]
    since = [START, dt.date(2020, 6, 1), None, None, None, None]
    assert refused(panel(counts, NAMES, FIRST, treated_since=since), comparison=["a", "b"]) == [
        "evaluation-comparison-treated"
    ]
    for kind in ("classification", "population"):
        # A break in a comparison alone is as bad as one in the treated.
        broken = panel(counts, NAMES, FIRST, breaks=[Break(START, kind, unit="b")])
        assert refused(broken) == [f"evaluation-{kind}-break-at-start"]


def test_a_comparison_treated_later_is_left_out_and_told(counts: np.ndarray) -> None:
    since = [START, dt.date(2020, 6, 1), None, None, None, None]
    effect = difference_in_differences(
        panel(counts, NAMES, FIRST, treated_since=since), ["tumbes"], START, simulations=99
    )
    assert [one.code for one in effect.warnings] == ["evaluation-left-out"]
    assert effect.details["compared"] == 4
