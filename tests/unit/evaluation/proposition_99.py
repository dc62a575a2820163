"""Cigarette sales of 39 states, 1970–2000 (Abadie, Diamond & Hainmueller, JASA 2010), from the package ``scspill``; the
predictors that it lacks lie beside this file."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CALIFORNIA = "California"
YEARS = range(1970, 2001)
BEFORE = 19
"""1970–1988."""


class States(NamedTuple):
    """``sales`` (39, 31) and ``predictors`` (39, 7) as in the paper, California in row 0."""

    names: tuple[str, ...]
    sales: NDArray[np.float64]
    predictors: NDArray[np.float64]


def load() -> States:
    text = files("scspill").joinpath("data/files/california_panel.csv").read_text("utf-8")
    told = {(row["state"], int(row["year"])): row for row in csv.DictReader(text.splitlines())}
    names = sorted({state for state, _ in told}, key=lambda state: (state != CALIFORNIA, state))
    sales = np.array([[float(told[state, year]["cigsale"]) for year in YEARS] for state in names])
    beside = Path(__file__).with_name("proposition_99_predictors.csv").read_text("utf-8").splitlines()
    rows = {row["state"]: row for row in csv.DictReader(line for line in beside if not line.startswith("#"))}
    asked = ("ln_income", "age_15_24", "retail_price", "beer")
    means = np.array([[float(rows[state][one]) for one in asked] for state in names])
    lags = sales[:, [year - YEARS[0] for year in (1988, 1980, 1975)]]
    return States(tuple(names), sales, np.column_stack([means, lags]))
