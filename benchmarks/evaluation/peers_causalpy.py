"""CausalPy beside ours: interrupted series, difference in differences, synthetic control, Bayesian interrupted series.

CausalPy's models are linear in the count, ours in its logarithm. So the first two are compared twice: with the model
that CausalPy comes with, which shows how far the two models part, and with scikit-learn's Poisson regression in its
place, which must give our number.
"""

from __future__ import annotations

import dataclasses
import logging
import math

import causalpy as cp
import numpy as np
import pandas as pd
from beside import beside
from causalpy.skl_models import WeightedProportion
from peers_series import CUT, DRIVERS, LAW
from sklearn.linear_model import LinearRegression, PoissonRegressor
from synthetic_control import STATES

from convive.evaluation.designs import difference_in_differences as did
from convive.evaluation.designs.interrupted_series import fit
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.designs.synthetic_control import weights
from convive.evaluation.scenarios import STEADY, draw

EVEN = dataclasses.replace(DRIVERS, exposure=np.ones(len(DRIVERS.counts)))
"""Every month as long as the next: the peer knows no exposure."""

MONTHS, AFTER = 84, 60

SAMPLING = {"draws": 300, "tune": 300, "chains": 2, "cores": 1, "random_seed": 1, "progressbar": False}


def main() -> None:
    logging.disable(logging.WARNING)
    interrupted()
    compared()
    mixture()
    bayesian()


def linear() -> LinearRegression:
    return LinearRegression(fit_intercept=False)


def poisson() -> PoissonRegressor:
    return PoissonRegressor(alpha=0, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=1000)


def line() -> cp.pymc_models.LinearRegression:
    return cp.pymc_models.LinearRegression(sample_kwargs=SAMPLING)


def _drivers() -> pd.DataFrame:
    model = fit(EVEN, CUT, waves=2)
    frame = pd.DataFrame(model.x[:, 1:-1], columns=["trend", "c1", "s1", "c2", "s2"])
    frame["t"], frame["y"] = np.arange(len(frame)), EVEN.counts[CUT.used]
    return frame


def interrupted() -> None:
    """Drivers and the seat-belt law: a level after the law beside trend and two waves of the year."""
    frame, first = _drivers(), int(CUT.before.sum())

    def ours() -> dict[str, float]:
        return {"log ratio, all after": fit(EVEN, CUT, waves=2).contrast}

    def theirs(regressor: object) -> dict[str, float]:
        found = cp.PiecewiseITS(frame, formula=f"y ~ 1 + trend + c1 + s1 + c2 + s2 + step(t, {first})", model=regressor)
        return {"log ratio, all after": math.log1p(float(found.post_impact.sum()) / float(found.post_pred.sum()))}

    beside("interrupted series, linear", "CausalPy", ours, lambda: theirs(linear()))
    beside("interrupted series, Poisson", "CausalPy", ours, lambda: theirs(poisson()))


def compared() -> None:
    """A city of 50 deaths a year, two fifths fewer after, beside five others (drawn)."""
    ratio = np.ones((6, MONTHS))
    ratio[0, AFTER:] = 0.6
    counts = draw(STEADY, [50, 80, 60, 100, 90, 120], MONTHS, seed=7, ratio=ratio)[0]
    unit, month = np.divmod(np.arange(counts.size), MONTHS)
    frame = pd.DataFrame(
        {"deaths": counts.ravel().astype(float), "unit": unit, "t": month}
        | {"group": (unit == 0).astype(int), "post_treatment": month >= AFTER}
    )
    law, even = np.zeros(counts.shape), np.ones(counts.shape)
    law[0, AFTER:] = 1

    def theirs(regressor: object) -> float:
        found = cp.DifferenceInDifferences(
            frame,
            formula="deaths ~ 1 + group * post_treatment",
            time_variable_name="t",
            group_variable_name="group",
            model=regressor,
        )
        return float(found.causal_impact)

    def ours() -> dict[str, float]:
        return {"log rate ratio": did.fit(counts.astype(float), even, law).effect}

    def linearly() -> dict[str, float]:
        observed = counts[0, AFTER:].mean()
        return {"log rate ratio": math.log(observed / (observed - theirs(linear())))}

    beside("difference in differences, linear", "CausalPy", ours, linearly)
    beside("difference in differences, Poisson", "CausalPy", ours, lambda: {"log rate ratio": theirs(poisson())})


def mixture() -> None:
    """Proposition 99 by sales alone; both look for the least squared error before."""
    states, before = STATES["load"](), STATES["BEFORE"]
    sales = states.sales
    frame = pd.DataFrame(sales.T, columns=states.names, index=1970 + np.arange(sales.shape[1]))

    def told(mix: np.ndarray) -> dict[str, float]:
        gap = sales[0] - mix @ sales[1:]
        names = {f"weight of {states.names[1 + at]}": float(mix[at]) for at in np.flatnonzero(fixed > 0.01)}
        return {
            "squared error before": float((gap[:before] ** 2).sum()),
            "gap after": float(gap[before:].mean()),
        } | names

    fixed = weights(sales[1:, :before], sales[0, :before])

    def theirs() -> dict[str, float]:
        found = cp.SyntheticControl(
            frame, 1970 + before, list(states.names[1:]), [states.names[0]], WeightedProportion()
        )
        return told(np.squeeze(found.model.coef_))

    beside("synthetic control", "CausalPy", lambda: told(weights(sales[1:, :before], sales[0, :before])), theirs)


def bayesian() -> None:
    """Drivers again, from the months before alone: a straight line (CausalPy) beside a level that wanders (ours)."""
    frame, first = _drivers(), int(CUT.before.sum())
    # In hundreds, for which the peer's priors are made: coefficients N(0, 50), noise half-normal(1).
    frame["y"] /= 100
    observed = frame.y[first:].sum()

    def ours() -> dict[str, float]:
        # The lengths of months, which a yearly wave takes for nearly all; equal ones would be a break of exposure.
        found = structural_series(DRIVERS, LAW, waves=2)
        return {
            "log ratio, all after": math.log(found.estimate),
            "low": math.log(found.low),
            "high": math.log(found.high),
        }

    def theirs(model: object) -> dict[str, float]:
        found = cp.InterruptedTimeSeries(frame, first, formula="y ~ 1 + trend + c1 + s1 + c2 + s2", model=model)
        drawn = np.log(observed / np.asarray(found.post_pred.sum("obs_ind")).ravel())
        low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975])
        return {"log ratio, all after": float(middle), "low": float(low), "high": float(high)}

    beside("Bayesian interrupted series", "CausalPy (PyMC)", ours, lambda: theirs(line()), runs=1)
    print(f"  the same line by least squares: {theirs(linear())['log ratio, all after']:.6f}")
