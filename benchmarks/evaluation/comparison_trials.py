"""Synthetic control and displacement difference on trial, by the rules of ``trials.py``: Tumbes among 24 places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
from trials import BEFORE, FIRST, PERIODS, START, TUMBES, Outcome, Trial, stepped

from convive.evaluation.designs.augmented_synthetic_control import augmented_synthetic_control
from convive.evaluation.designs.displacement_difference import displacement_difference
from convive.evaluation.designs.synthetic_control import synthetic_control
from convive.evaluation.result import Effect
from convive.evaluation.scenarios import Scenario, draw
from convive.evaluation.series import Panel, panel

PLACES = np.array([TUMBES, *np.linspace(30, 120, 24)])
PEOPLE = PLACES / 20e-5
"""Inhabitants: every place has 20 deaths per 100,000."""


def mixtures(design: Callable[[Panel, list[str], dt.date], Effect]) -> Callable[..., Iterator[Outcome]]:
    names = [f"place-{at}" for at in range(len(PLACES))]

    def run(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
        rates = stepped(ratio, len(PLACES))
        for city in draw(scenario, PLACES, PERIODS, seed=seed, simulations=simulations, ratio=rates):
            found = design(panel(city, names, FIRST, population=PEOPLE[:, None]), names[:1], START)
            # The truth is in rates: what the measure took from the 20 per 100,000, winter and summer alike.
            yield Outcome(found.p, found.low <= (ratio - 1) * 20 <= found.high)

    return run


def displaced(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    names = ["here", "there", "around", "beyond"]
    yearly = np.array([TUMBES, TUMBES, 40.0, 40.0])
    months = PERIODS - BEFORE
    for city in draw(scenario, yearly, PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, 4)):
        found = displacement_difference(
            panel(city, names, FIRST), ["here"], ["there"], START, treated_around=["around"], control_around=["beyond"]
        )
        yield Outcome(found.p, found.low <= (ratio - 1) * TUMBES * months / 12 <= found.high)


TRIALS = (
    Trial("synthetic-control", "unit-placebos", mixtures(synthetic_control), 800),
    Trial("augmented-synthetic-control", "unit-placebos", mixtures(augmented_synthetic_control), 500),
    Trial("displacement-difference", "displacement", displaced, 1000),
)
