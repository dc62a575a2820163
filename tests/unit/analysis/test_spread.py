"""Spread between cities: a planted one is found with its lag and sign, shared waves are not, and p is uniform."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import ccf

from convive.analysis.spread import cross_correlations, residuals, spread_between_cities
from convive.errors import AnalysisError

CHAIN = np.eye(12, k=1) + np.eye(12, k=-1)
ONE_WAY = np.eye(12, k=1)


def planted(rng, effect, lag):
    """Counts of twelve cities in a chain; each takes ``effect`` of what its predecessor had above its mean before."""
    level = np.full((12, 120), 20.0)
    counts = np.zeros((12, 120))
    for period in range(120):
        for city in range(12):
            pushed = counts[city - 1, period - lag] - 20 if city and period >= lag else 0.0
            counts[city, period] = rng.poisson(max(1.0, level[city, period] + effect * pushed))
    return counts


def test_residuals_are_those_of_a_poisson_model_of_cities_and_periods():
    counts = np.random.default_rng(0).poisson(9, (6, 15)) + 1
    city, period = np.indices(counts.shape)
    design = np.column_stack([np.eye(6)[city.ravel()], np.eye(15)[period.ravel()][:, 1:]])
    model = sm.GLM(counts.ravel(), design, family=sm.families.Poisson()).fit()
    assert residuals(counts).ravel() == pytest.approx(model.resid_pearson, abs=1e-6)


def test_correlations_are_those_of_statsmodels():
    counts = np.random.default_rng(1).poisson(9, (6, 40)) + 1
    own = residuals(counts)
    ours = cross_correlations(counts, 3)
    assert ours[2, 4] == pytest.approx(ccf(own[4], own[2], adjusted=False)[3])


@pytest.mark.parametrize(("effect", "lag"), [(-0.6, 2), (0.6, 3)])
def test_a_planted_spread_is_found_with_its_lag_and_sign(effect, lag):
    found = spread_between_cities(planted(np.random.default_rng(2), effect, lag), ONE_WAY)
    assert found.strongest == lag
    assert np.sign(found.correlation[lag - 1]) == np.sign(effect)
    assert found.p_family[lag - 1] <= 0.01


def test_a_national_wave_is_no_spread():
    rng = np.random.default_rng(3)
    wave = 20 + 10 * np.sin(np.arange(96) / 6)
    rejected = 0
    for run in range(30):
        found = spread_between_cities(rng.poisson(wave, (12, 96)), CHAIN, simulations=99, seed=run)
        rejected += found.p_family.min() <= 0.05
    assert rejected <= 5


def test_p_is_uniform_where_cities_go_their_own_ways(uniform):
    rng = np.random.default_rng(4)
    p = []
    for run in range(120):
        drift = np.exp(np.cumsum(rng.normal(0, 0.08, (12, 60)), axis=1))
        p.append(spread_between_cities(rng.poisson(15 * drift) + 1, CHAIN, simulations=19, lags=3, seed=run).p[0])
    assert uniform(p, 19) > 0.01


def test_same_seed_same_answer():
    counts = planted(np.random.default_rng(5), 0.2, 1)
    one, other = (spread_between_cities(counts, CHAIN, simulations=49, seed=1) for _ in range(2))
    assert np.array_equal(one.p, other.p)


@pytest.mark.parametrize(
    ("counts", "network"),
    [
        (np.ones((4, 60)), np.ones((4, 4)) - np.eye(4)),
        (np.ones((6, 8)), np.eye(6, k=1)),
        (np.ones((6, 60)), np.ones((6, 6)) - np.eye(6)),
        (np.ones((6, 60)), np.eye(6)),
        (np.zeros((6, 60)), np.eye(6, k=1)),
        (np.full((6, 60), np.nan), np.eye(6, k=1)),
    ],
)
def test_what_cannot_be_answered_is_refused(counts, network):
    with pytest.raises(AnalysisError):
        spread_between_cities(counts, network)
