"""Smoothed rates, exceedance and funnel limits against esda, direct quantiles and simulation."""

from __future__ import annotations

import esda.smoothing as peer
import numpy as np
import pytest
from libpysal.weights import W
from scipy import stats
from statsmodels.stats.rates import confint_poisson

from convive.analysis.funnel import funnel
from convive.analysis.neighbours import from_pairs, grid
from convive.analysis.rates import (
    empirical_bayes,
    exceedance,
    local_empirical_bayes,
    spatial_rate,
    standardised_rates,
)
from convive.errors import AnalysisError


def districts(seed: int = 1, shape: float = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    people = draws.integers(2_000, 120_000, 49)
    risk = draws.gamma(shape, 20e-5 / shape, 49)
    return draws.poisson(risk * people), people, risk


def test_the_rates_are_those_of_esda() -> None:
    deaths, people, _ = districts()
    assert empirical_bayes(deaths, people).smoothed == pytest.approx(peer.Empirical_Bayes(deaths, people).r.ravel())
    assert standardised_rates(deaths, people) == pytest.approx(peer.assuncao_rate(deaths, people))
    near = grid(7, 7)
    parts = np.split(near.other, near.begins[1:-1])
    w = W({unit: part.tolist() for unit, part in enumerate(parts)}, id_order=list(range(49)))
    assert spatial_rate(deaths, people, near).rate == pytest.approx(peer.Spatial_Rate(deaths, people, w).r.ravel())
    local = peer.Spatial_Empirical_Bayes(deaths, people, w).r.ravel()
    ours = local_empirical_bayes(deaths, people, near)
    varied = ours.variance > 0
    assert varied.sum() > 20
    assert ours.smoothed[varied] == pytest.approx(local[varied])


def test_the_interval_of_a_rate_with_its_neighbours_is_that_of_statsmodels_and_an_island_keeps_its_own() -> None:
    deaths, people, _ = districts()
    near = from_pairs(49, [(one, one + 1) for one in range(47)])
    found = spatial_rate(deaths, people, near)
    together = int(deaths[4:7].sum()), float(people[4:7].sum())
    limits = confint_poisson(together[0], together[1], method="exact-c")
    assert (found.low[5], found.high[5]) == pytest.approx(limits)
    assert found.rate[48] == pytest.approx(deaths[48] / people[48])


def test_assuncao_and_reis_worked_example() -> None:
    """From the documentation of esda's ``assuncao_rate``."""
    rates = standardised_rates([30, 25, 25, 15, 33, 21, 30, 20], [100, 100, 110, 90, 100, 90, 110, 90])
    assert rates[:4] == pytest.approx([1.03843594, -0.04099089, -0.56250375, -1.73061861])


def test_intervals_hold_the_risk_and_exceedance_is_as_likely_as_it_says() -> None:
    inside, above, told = [], [], []
    for seed in range(120):
        deaths, people, risk = districts(seed)
        found = empirical_bayes(deaths, people)
        inside.append(((found.low <= risk) & (risk <= found.high)).mean())
        told.append(exceedance(deaths, people, 25e-5))
        above.append(risk > 25e-5)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
    probable, true = np.concatenate(told), np.concatenate(above)
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1)):
        among = (probable >= low) & (probable <= high)
        assert abs(true[among].mean() - probable[among].mean()) < 0.06


def test_few_units_with_few_deaths_have_intervals_that_hold_and_chances_that_come() -> None:
    people = np.random.default_rng(0).integers(500, 8_000, 40)
    inside, apart = [], []
    for seed in range(80):
        draws = np.random.default_rng([seed, 7])
        risk = draws.gamma(9, 2e-3 / 9, 40)
        deaths = draws.poisson(risk * people)
        found = empirical_bayes(deaths, people)
        if found.says:
            continue
        inside.append(((found.low <= risk) & (risk <= found.high)).mean())
        apart.append((exceedance(deaths, people, 2e-3) - (risk > 2e-3)).mean())
    # With the law of risks taken as known it would be 0.90.
    assert 0.92 < np.mean(inside) < 0.97
    assert np.mean(apart) == pytest.approx(0, abs=0.015)


def test_the_interval_is_that_of_adding_up_every_law_that_may_be() -> None:
    deaths, people, _ = districts(3)
    drawn, mean = np.meshgrid((np.arange(200) + 0.5) / 200, np.geomspace(8e-5, 5e-4, 201), indexing="ij")
    shape = deaths.mean() * drawn / (1 - drawn)
    fit = sum(
        stats.nbinom.logpmf(died, shape, shape / (shape + mean * of)) for died, of in zip(deaths, people, strict=True)
    )
    weight = np.exp(fit - fit.max())
    found = empirical_bayes(deaths, people, confidence=0.9)
    for unit in (0, 20, 48):
        for limit, wanted in ((found.low[unit], 0.05), (found.high[unit], 0.95)):
            below = stats.gamma.cdf(limit, shape + deaths[unit], scale=1 / (shape / mean + people[unit]))
            assert (below * weight).sum() / weight.sum() == pytest.approx(wanted, abs=5e-4)


def test_where_counts_vary_no_more_than_chance_all_are_given_the_mean() -> None:
    found = empirical_bayes([5, 5, 5, 5], [1000, 1000, 1000, 1000])
    assert found.smoothed == pytest.approx([0.005] * 4)
    assert np.isnan(found.low).all()
    assert found.says
    assert np.isnan(exceedance([5, 5, 5, 5], [1000] * 4, 0.005)).all()


def test_chance_alone_passes_funnel_limits_as_often_as_they_say() -> None:
    draws = np.random.default_rng(4)
    people = draws.integers(50_000, 900_000, 60)
    for coverage in (0.95, 0.998):
        beyond = [funnel(draws.poisson(20e-5 * people), people, coverage=coverage).outside.mean() for _ in range(200)]
        assert np.mean(beyond) == pytest.approx(1 - coverage, abs=0.012 if coverage < 0.99 else 0.002)


def test_interpolated_limits_lie_between_the_whole_counts_of_the_exact_quantile() -> None:
    people = np.array([10_000, 50_000, 200_000])
    found = funnel([2, 10, 40], people)
    for limit, at in ((found.low, 0.025), (found.high, 0.975)):
        exact = stats.poisson.ppf(at, found.whole * people)
        counts = limit * people
        assert np.all((counts <= exact) & (counts >= np.maximum(exact - 1, 0)))


def test_limits_widen_where_all_units_vary_more_than_chance() -> None:
    deaths, people, _ = districts(shape=1)
    narrow, wide = funnel(deaths, people), funnel(deaths, people, overdispersed=True)
    assert wide.overdispersion > 1
    assert wide.outside.sum() < narrow.outside.sum()
    assert np.all(wide.p >= narrow.p)


@pytest.mark.parametrize("method", [empirical_bayes, funnel, standardised_rates])
def test_rates_of_nobody_or_of_no_death_are_refused(method) -> None:  # type: ignore[no-untyped-def]
    for counts, people in (([1, 2], [0, 5]), ([0, 0], [10, 10]), ([1], [10]), ([1, np.nan], [1, 2])):
        with pytest.raises(AnalysisError):
            method(counts, people)
