"""pysyncon beside ours where both solve the same problem: weights for given predictor weights, and the augmented form.

With predictor weights that are looked for, which have many valleys: ``synthetic_control.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from beside import Numbers, beside
from pysyncon import AugSynth, Dataprep, Synth
from synthetic_control import STATES

from convive.evaluation.designs.augmented_synthetic_control import augmented, cross_validated
from convive.evaluation.designs.simplex import weights_of

DATA = STATES["load"]()
BEFORE: int = STATES["BEFORE"]
SALES = DATA.sales
YEARS = 1970 + np.arange(SALES.shape[1])


def main() -> None:
    spread = DATA.predictors.std(axis=0, ddof=1)
    rows = DATA.predictors / spread
    importance = np.full(rows.shape[1], 1 / rows.shape[1])

    def distance(mix: np.ndarray) -> Numbers:
        return {"squared distance": float(importance @ (rows[0] - mix @ rows[1:]) ** 2)} | told(mix)

    beside(
        "synthetic control, all predictors alike",
        "pysyncon",
        lambda: distance(weights_of(rows[1:], rows[0], importance)),
        lambda: distance(_synth()),
    )
    beside("augmented, penalty 1000", "pysyncon", lambda: told(_ours(1000.0)), lambda: told(_augmented(1000.0).W))
    beside("augmented, penalty by cross-validation", "pysyncon", _chosen, _their_choice)


def told(mix: np.ndarray) -> dict[str, float]:
    """The gap after, and the weights of the states that weigh most."""
    named = {"Utah", "Nevada", "Montana", "Colorado"}
    weigh = {f"weight of {state}": float(w) for state, w in zip(DATA.names[1:], mix, strict=True) if state in named}
    return {"gap after": float((SALES[0] - mix @ SALES[1:])[BEFORE:].mean())} | weigh


def _synth() -> np.ndarray:
    names = list(DATA.names[1:])
    model = Synth()
    model.fit(
        X0=pd.DataFrame(DATA.predictors[1:].T, columns=names),
        X1=pd.Series(DATA.predictors[0], name="own"),
        Z0=pd.DataFrame(SALES[1:, :BEFORE].T, columns=names),
        Z1=pd.Series(SALES[0, :BEFORE], name="own"),
        custom_V=np.full(DATA.predictors.shape[1], 1 / DATA.predictors.shape[1]),
    )
    return np.asarray(model.W)


def _ours(penalty: float | None) -> np.ndarray:
    return augmented(SALES[1:, :BEFORE], SALES[0, :BEFORE], penalty)


def _augmented(penalty: float | None) -> AugSynth:
    unit, year = np.divmod(np.arange(SALES.size), len(YEARS))
    frame = pd.DataFrame({"state": np.array(DATA.names)[unit], "year": YEARS[year], "sales": SALES.ravel()})
    before = range(1970, 1970 + BEFORE)
    asked = Dataprep(
        foo=frame,
        predictors=["sales"],
        predictors_op="mean",
        dependent="sales",
        unit_variable="state",
        time_variable="year",
        treatment_identifier=DATA.names[0],
        controls_identifier=list(DATA.names[1:]),
        time_predictors_prior=before,
        time_optimize_ssr=before,
    )
    model = AugSynth()
    model.fit(asked, lambda_=penalty, use_covariates=False)
    return model


def _chosen() -> dict[str, float]:
    middle = SALES[1:, :BEFORE].mean(axis=0)
    penalty = cross_validated(
        np.ascontiguousarray(SALES[1:, :BEFORE] - middle), np.ascontiguousarray(SALES[0, :BEFORE] - middle)
    )
    return {"penalty": penalty} | told(_ours(penalty))


def _their_choice() -> dict[str, float]:
    model = _augmented(None)
    return {"penalty": float(model.lambda_)} | told(np.asarray(model.W))
