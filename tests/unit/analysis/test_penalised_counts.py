"""Regressions of counts are those of statsmodels and scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import PoissonRegressor

from convive.analysis.penalised_counts import count_model, cross_validated, elastic_net
from convive.errors import AnalysisError

TRUE = np.array([0.8, 0.0, -0.5, 0.6, 0.0, 1.0])


def places(n: int = 600, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    x = (draws.uniform(size=(n, 6)) < [0.5, 0.3, 0.2, 0.1, 0.4, 0.05]).astype(float)
    return x, draws.poisson(np.exp(-1 + x @ TRUE))


def lost(x: np.ndarray, y: np.ndarray, b: np.ndarray, penalty: float, share: float, scale: np.ndarray) -> float:
    linear, own = b[0] + x @ b[1:], b[1:] * scale
    return float(
        np.mean(np.exp(linear) - y * linear) + penalty * (share * np.abs(own).sum() + (1 - share) / 2 * own @ own)
    )


def test_poisson_is_that_of_statsmodels() -> None:
    x, y = places()
    theirs = sm.GLM(y, sm.add_constant(x), family=sm.families.Poisson()).fit()
    ours = count_model(x, y)
    assert ours.coefficients == pytest.approx(theirs.params, abs=1e-8)
    assert ours.covariance == pytest.approx(theirs.cov_params(), abs=1e-7)
    assert ours.log_likelihood == pytest.approx(theirs.llf)
    assert ours.bic == pytest.approx(theirs.bic_llf)


def test_negative_binomial_is_that_of_statsmodels() -> None:
    x, _ = places()
    y = np.random.default_rng(4).negative_binomial(np.exp(-1 + x @ TRUE) / 1.5, 1 / 2.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.NegativeBinomial(y, sm.add_constant(x), loglike_method="nb1")
        theirs = model.fit(disp=0, maxiter=1000, method="bfgs", gtol=1e-7)
    ours = count_model(x, y, distribution="negative-binomial")
    assert ours.coefficients == pytest.approx(theirs.params[:-1], abs=1e-3)
    assert ours.dispersion == pytest.approx(theirs.params[-1], abs=1e-3)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-5)
    assert ours.covariance == pytest.approx(theirs.cov_params()[:-1, :-1], abs=1e-4)
    assert ours.bic == pytest.approx(theirs.bic, abs=1e-4)


@pytest.mark.parametrize("penalty", [0.005, 0.02, 0.05])
def test_the_lasso_is_that_of_statsmodels(penalty: float) -> None:
    x, y = places()
    model = sm.GLM(y, sm.add_constant(x), family=sm.families.Poisson())
    theirs = model.fit_regularized(alpha=np.r_[0, np.full(6, penalty)], L1_wt=1.0, cnvrg_tol=1e-12, maxiter=2000)
    ours = elastic_net(x, y, penalty, standardised=False)
    assert ours == pytest.approx(theirs.params, abs=1e-7)
    assert np.array_equal(ours == 0, np.asarray(theirs.params) == 0)


def test_the_elastic_net_is_that_of_statsmodels_and_none_around_it_is_better() -> None:
    x, y = places()
    model = sm.GLM(y, sm.add_constant(x), family=sm.families.Poisson())
    theirs = model.fit_regularized(alpha=np.r_[0, np.full(6, 0.05)], L1_wt=0.5, cnvrg_tol=1e-12, maxiter=2000)
    ours = elastic_net(x, y, 0.05, lasso_share=0.5, standardised=False)
    assert ours == pytest.approx(theirs.params, abs=1e-7)
    for standardised, scale in ((False, np.ones(6)), (True, x.std(axis=0))):
        found = elastic_net(x, y, 0.03, lasso_share=0.7, standardised=standardised)
        best = lost(x, y, found, 0.03, 0.7, scale)
        draws = np.random.default_rng(2)
        assert all(lost(x, y, found + draws.normal(0, 0.01, 7), 0.03, 0.7, scale) > best for _ in range(200))


def test_hardly_any_lasso_is_the_ridge_of_scikit_learn() -> None:
    x, y = places()
    theirs = PoissonRegressor(alpha=0.05, tol=1e-10, max_iter=10_000, solver="newton-cholesky").fit(x, y)
    ours = elastic_net(x, y, 0.05, lasso_share=1e-9, standardised=False)
    assert ours == pytest.approx(np.r_[theirs.intercept_, theirs.coef_], abs=1e-5)


def test_signs_keep_coefficients_on_their_side() -> None:
    x, y = places()
    assert (elastic_net(x, y, 0.001)[1:] < 0).any()
    assert (elastic_net(x, y, 0.001, signs=1)[1:] >= 0).all()
    assert (elastic_net(x, y, 0.001, signs=-1)[1:] <= 0).all()


def test_the_first_penalty_leaves_nothing_in_and_the_best_finds_what_is_there() -> None:
    x, y = places()
    found = cross_validated(x, y, np.arange(len(y)) % 5)
    assert (found.coefficients[0, 1:] == 0).all()
    assert (found.coefficients[1, 1:] != 0).sum() == 1
    assert 0 < found.best < len(found.penalties) - 1
    assert (found.coefficients[found.best, 1:][[0, 2, 3, 5]] != 0).all()
    own = elastic_net(x, y, float(found.penalties[found.best]))
    assert found.coefficients[found.best] == pytest.approx(own, abs=1e-7)


def test_the_deviance_out_of_sample_is_that_of_its_definition() -> None:
    x, y = places()
    fold = np.arange(len(y)) % 3
    found = cross_validated(x, y, fold, penalties=8)
    deviance = 0.0
    for part in range(3):
        # The scale of a variable is that of all units, as in glmnet.
        inside, out = fold != part, fold == part
        scaled = x / x.std(axis=0)
        b = elastic_net(scaled[inside], y[inside], float(found.penalties[5]), standardised=False)
        linear = b[0] + scaled[out] @ b[1:]
        deviance += 2 * float(np.sum(np.exp(linear) - y[out] * linear))
    assert found.deviance[5] == pytest.approx(deviance / len(y), rel=1e-8)


def test_no_maximum_is_said() -> None:
    x, y = places()
    with pytest.raises(AnalysisError, match="repeats"):
        count_model(np.column_stack([x, x[:, 0]]), y)
    apart = (y == 0).astype(float)
    with pytest.raises(AnalysisError, match="no finite estimate"):
        count_model(apart[:, None], y)


@pytest.mark.parametrize("counts", [[1, -1, 0], [0.5, 1, 2], [0, 0, 0], [1, np.nan, 2]])
def test_counts_that_are_none_are_refused(counts: list[float]) -> None:
    with pytest.raises(AnalysisError):
        count_model(np.zeros((3, 0)), counts)
