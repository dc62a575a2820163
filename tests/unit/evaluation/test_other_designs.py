"""Structural series, event study, hour windows, staggered adoption, sequential watch: beside other ways to the same."""

from __future__ import annotations

import datetime as dt
import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from convive.errors import EvaluationError
from convive.evaluation.designs import structural_series as structural
from convive.evaluation.designs.event_study import event_study
from convive.evaluation.designs.hour_window import hour_window
from convive.evaluation.designs.sequential import likelihood_ratio, sequential
from convive.evaluation.designs.staggered_adoption import staggered_adoption
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.designs.unevenness import grid, log_prior
from convive.evaluation.scenarios import STEADY, WAVES, draw
from convive.evaluation.series import Break, Panel, panel, series
from convive.evaluation.window import window

from .conftest import FIRST, NAMES, START


def test_the_structural_forecast_is_that_of_statsmodels_at_the_same_point(cities: Panel) -> None:
    """A level with waves, diffuse, and a wandering that returns, at fixed variances: the state space against ours."""
    y = cities.counts[1]
    exposure = np.ones(84)
    before = np.arange(84) < 60
    beyond, memory = (told.tolist() for told in grid(structural.BEYOND))
    at = next(n for n, one in enumerate(zip(beyond, memory, strict=True)) if one[0] > 0.5 and one[1] == 0.7)
    one = structural._points(exposure.tobytes(), before.tobytes(), (~before).tobytes(), 12.0, 1)[at]
    time = np.arange(84)
    level = np.column_stack([np.ones(84), np.cos(2 * np.pi * time / 12), np.sin(2 * np.pi * time / 12)])
    model = sm.tsa.UnobservedComponents(y[:60], irregular=True, autoregressive=1, exog=level[:60], mle_regression=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = model.smooth([1.0, beyond[at] * (1 - 0.7**2), 0.7])
        ahead = result.get_forecast(24, exog=level[60:])
    assert y[:60] @ one.forecast == pytest.approx(float(ahead.predicted_mean.mean()), rel=1e-4)


def test_the_structural_interval_holds_what_it_predicts(cities: Panel) -> None:
    effect = structural_series(series(cities.counts[1], FIRST), START)
    assert effect.low < effect.estimate < effect.high
    assert effect.details["without"] * effect.estimate == pytest.approx(effect.details["observed"])
    helped = structural_series(series(cities.counts[0], FIRST), START)
    assert helped.high < 1
    assert helped.p < 0.05


def test_the_structural_posterior_tells_chance_from_what_remembers() -> None:
    """The middle of forty cities each: where nothing but chance strays, and where the rate wanders."""
    beyond = {
        name: np.median([structural_series(series(one[0], FIRST), START).details["beyond_chance"] for one in drawn])
        for name, drawn in (
            ("steady", draw(STEADY, [50], 84, seed=3, simulations=40)),
            ("waves", draw(WAVES, [50], 84, seed=3, simulations=40)),
        )
    }
    assert beyond["steady"] < 0.3
    assert beyond["waves"] > 0.6


def test_the_structural_interval_ends_where_the_prediction_contradicts(counts: np.ndarray) -> None:
    effect = structural_series(series(counts[1], FIRST), START)
    after = np.arange(84) >= 60
    exposure = series(counts[1], FIRST).exposure
    told = structural.predict(counts[1][None, :60].astype(float), exposure, ~after, after, 12.0, 1)[0]
    observed = float(counts[1][60:].sum())
    assert told.below(observed, effect.high) == pytest.approx(0.025, abs=1e-6)
    assert told.below(observed, effect.low) == pytest.approx(0.975, abs=1e-6)


@pytest.mark.parametrize("month", [0.5, 4.0, 400.0])
def test_the_prior_of_unevenness_is_whole_whatever_the_counts(month: float) -> None:
    """Few counts or many, half of it says that chance alone strays (more, where less could not be told from it)."""
    probability = np.exp(log_prior(np.sqrt(structural.BEYOND / month)))
    assert len(probability) == len(grid(structural.BEYOND)[0])
    assert probability.sum() == pytest.approx(1)
    assert 0.5 < probability[0] < 0.75


def test_the_event_study_points_are_ratios_beside_the_last_year(cities: Panel) -> None:
    study = event_study(cities, ["tumbes"], START, simulations=199)
    own, others = cities.counts[0], cities.counts[1:].sum(axis=0)
    odds = [own[at : at + 12].sum() / others[at : at + 12].sum() for at in range(0, 84, 12)]
    assert [point.bin for point in study.points] == [-5, -4, -3, -2, -1, 0, 1]
    assert [point.ratio for point in study.points] == pytest.approx([one / odds[4] for one in odds])
    after = own[60:].sum() / others[60:].sum()
    assert study.effect.estimate == pytest.approx(after / odds[4])


def test_paths_that_part_before_refute_the_event_study() -> None:
    ratio = np.ones((6, 84))
    ratio[0] = np.exp(np.linspace(0, 2, 84))
    made = panel(draw(STEADY, [80, 80, 60, 100, 90, 120], 84, seed=5, ratio=ratio)[0], NAMES, FIRST)
    study = event_study(made, ["tumbes"], START, simulations=199)
    assert study.pre_trends is not None
    assert study.pre_trends < 0.01
    assert [one.name for one in study.effect.failed] == ["pre-trends"]


def hours(counts: np.ndarray, **more: object) -> tuple[Panel, Panel]:
    return (
        panel(counts[:2], ["here", "there"], FIRST, **more),  # type: ignore[arg-type]
        panel(counts[2:4], ["here", "there"], FIRST, **more),  # type: ignore[arg-type]
    )


def test_the_hour_window_is_a_ratio_of_ratios_of_ratios_and_finds_what_moved(counts: np.ndarray) -> None:
    inside, outside = hours(counts)
    later = panel(counts[4:6], ["here", "there"], FIRST)
    effect = hour_window(inside, outside, "here", "there", START, hours_after=later, simulations=199)
    change = counts[:, 60:].sum(axis=1) / counts[:, :60].sum(axis=1)
    assert effect.estimate == pytest.approx(change[0] / change[1] / change[2] * change[3])
    moved = effect.placebos[0]
    assert (moved.kind, moved.label) == ("displacement", "hours-after")
    assert moved.estimate == pytest.approx(change[4] / change[5] / change[2] * change[3])


def adopting(counts: np.ndarray, since: list[dt.date | None], **more: object) -> Panel:
    names = [str(at) for at in range(len(counts))]
    return panel(counts, names, dt.date(2010, 1, 1), period="year", population=1e5, treated_since=since, **more)  # type: ignore[arg-type]


def test_one_cohort_is_the_difference_of_mean_changes_with_the_error_of_two_samples() -> None:
    y = draw(STEADY, np.full(20, 50), 8, seed=4, per_year=1)[0]
    since = [dt.date(2016, 1, 1)] * 8 + [None] * 12
    found = staggered_adoption(adopting(y, since), small_sample=True)
    years = np.array([365, 365, 366, 365, 365, 365, 366, 365]) / 365.25
    rate = y / years
    cell = next(one for one in found.by_group_time if one.period == dt.date(2017, 1, 1))
    change = rate[:, 7] - rate[:, 5]
    peer = stats.ttest_ind(change[:8], change[8:], equal_var=False)
    assert cell.effect == pytest.approx(change[:8].mean() - change[8:].mean())
    assert cell.effect / cell.error == pytest.approx(peer.statistic)
    both = rate[:, 6:].mean(axis=1) - rate[:, 5]
    assert found.effect.estimate == pytest.approx(both[:8].mean() - both[8:].mean())


def test_a_cohort_of_one_or_two_is_named_and_the_effect_not_believed() -> None:
    y = draw(STEADY, np.full(20, 50), 10, seed=4, per_year=1)[0]
    since = [dt.date(2015, 1, 1)] * 6 + [dt.date(2017, 1, 1)] * 2 + [None] * 12
    found = staggered_adoption(adopting(y, since))
    assert found.small == (dt.date(2017, 1, 1),)
    assert "small-cohorts" in [one.name for one in found.effect.failed]
    assert [one.code for one in found.effect.warnings] == ["evaluation-small-cohort"]
    assert all(math.isnan(one.error) == (one.units == 2) for one in found.by_group_time)


def test_units_not_yet_treated_may_serve_until_they_are() -> None:
    y = draw(STEADY, np.full(12, 50), 10, seed=6, per_year=1)[0]
    since = [dt.date(2015, 1, 1)] * 4 + [dt.date(2017, 1, 1)] * 4 + [None] * 4
    found = staggered_adoption(adopting(y, since), comparison="not-yet")
    rate = y / (np.array([365, 365, 366] + [365] * 3 + [366, 365, 365, 365]) / 365.25)
    rate[:, 9] = y[:, 9] / (365 / 365.25)
    cell = next(
        one for one in found.by_group_time if (one.cohort, one.period) == (dt.date(2015, 1, 1), dt.date(2015, 1, 1))
    )
    change = rate[:, 5] - rate[:, 4]
    assert cell.effect == pytest.approx(change[:4].mean() - change[4:].mean(), rel=1e-2)


def test_staggered_adoption_refuses_what_it_cannot_answer() -> None:
    y = draw(STEADY, np.full(8, 50), 10, seed=4, per_year=1)[0]
    adopt = dt.date(2015, 1, 1)

    def codes(made: Panel) -> list[str]:
        with pytest.raises(EvaluationError) as found:
            staggered_adoption(made)
        return [problem.code for problem in found.value.problems]

    assert codes(adopting(y, [None] * 8)) == ["evaluation-nobody-treated"]
    assert codes(adopting(y, [adopt] * 8)) == ["evaluation-no-comparison"]
    assert codes(adopting(y, [dt.date(2030, 1, 1)] * 4 + [None] * 4)) == ["evaluation-nobody-treated"]
    assert codes(adopting(y, [dt.date(2011, 1, 1)] * 4 + [None] * 4)) == ["evaluation-too-short"]
    empty = y.copy()
    empty[7] = 0
    assert codes(adopting(empty, [adopt] * 4 + [None] * 4)) == ["evaluation-unit-empty"]
    for kind in ("classification", "population"):
        broken = adopting(y, [adopt] * 4 + [None] * 4, breaks=[Break(adopt, kind)])
        assert codes(broken) == [f"evaluation-{kind}-break-at-start"]
    always = staggered_adoption(adopting(y, [dt.date(2009, 1, 1)] + [adopt] * 3 + [None] * 4))
    assert [one.code for one in always.effect.warnings] == ["evaluation-always-treated"]


def test_the_likelihood_ratio_of_a_watch_is_half_the_g_statistic() -> None:
    for a, b, x, z in ((50, 200, 30, 90), (10, 40, 20, 35)):
        told = likelihood_ratio(np.array([a, b], float), np.array([[x], [z]], float), np.array([1.0]))
        peer = stats.chi2_contingency([[a, b], [x, z]], correction=False, lambda_="log-likelihood").statistic
        assert told[0] == pytest.approx(peer / 2)
    alone = likelihood_ratio(np.array([50.0]), np.array([[30.0]]), np.array([0.4]))
    share = 0.4 / 1.4
    peer = 30 * math.log(30 / 80 / share) + 50 * math.log(50 / 80 / (1 - share))
    assert alone[0] == pytest.approx(peer)


def test_a_watch_signals_a_fall_and_stays_quiet_without_one() -> None:
    ratio = np.ones((2, 84))
    ratio[0, 60:] = 0.4
    city = draw(STEADY, [80, 400], 84, seed=9, ratio=ratio)[0]
    own, other = series(city[0], FIRST), series(city[1], FIRST)
    watch = sequential(own, START, comparison=other, simulations=999)
    assert watch.signal is not None
    assert watch.effect.high < 1
    quiet = draw(STEADY, [80, 400], 84, seed=10, simulations=100)
    signals = [
        sequential(series(one[0], FIRST), START, comparison=series(one[1], FIRST), simulations=199).signal
        for one in quiet
    ]
    assert sum(one is not None for one in signals) <= 14


def test_a_watch_takes_an_after_without_deaths_for_what_it_is(counts: np.ndarray) -> None:
    none = counts[0].copy()
    none[60:] = 0
    watch = sequential(series(none, FIRST), START, simulations=999)
    assert watch.signal is not None
    assert watch.effect.estimate == 0
    assert 0 == watch.effect.low < watch.effect.high < 0.5


DESIGNS = {
    "structural": lambda made, start: structural_series(made.pooled(["tumbes"]), start),
    "event": lambda made, start: event_study(made, ["tumbes"], start, simulations=99),
    "hour": lambda made, start: hour_window(
        made.only(["tumbes", "a"]), made.only(["tumbes", "a"]), "tumbes", "a", start, simulations=99
    ),
    "watch": lambda made, start: sequential(made.pooled(["tumbes"]), start, simulations=199),
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("outside", "evaluation-start-outside"),
        ("short", "evaluation-too-short"),
        ("zero", "evaluation-no-events-before"),
        ("classification", "evaluation-classification-break-at-start"),
        ("population", "evaluation-population-break-at-start"),
    ],
)
def test_every_design_refuses_what_cannot_be_judged(counts: np.ndarray, design: str, fault: str, code: str) -> None:
    start = {"outside": dt.date(2013, 1, 1), "short": dt.date(2016, 1, 1)}.get(fault, START)
    changed = counts.copy()
    if fault == "zero":
        changed[0, :60] = 0
    breaks = [Break(START, fault)] if fault in ("classification", "population") else []
    with pytest.raises(EvaluationError) as found:
        DESIGNS[design](panel(changed, NAMES, FIRST, breaks=breaks), start)
    assert found.value.problems[0].code == code


@pytest.mark.parametrize("design", ["event", "hour"])
def test_designs_with_a_comparison_refuse_one_that_was_treated(counts: np.ndarray, design: str) -> None:
    since = [START, START, None, None, None, None]
    made = panel(counts, NAMES, FIRST, treated_since=since)
    run = {
        "event": lambda: event_study(made, ["tumbes"], START, comparison=["a"]),
        "hour": lambda: DESIGNS["hour"](made, START),
    }
    with pytest.raises(EvaluationError) as found:
        run[design]()
    assert found.value.problems[0].code == "evaluation-comparison-treated"


def test_a_window_may_hold_no_event_after_only_where_a_design_says_so(counts: np.ndarray) -> None:
    none = counts[0].copy()
    none[60:] = 0
    assert window(series(none, FIRST), START, events_after=False).after.sum() == 24
