"""Cities that never were: series like those of a city with few deaths, to try a design on.

The log rate of a unit is its level, a yearly wave, and what varies beside them: part of it common to all units, part
its own, each with a memory from one period to the next. Deaths are Poisson around that rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convive.evaluation.series import Floats


@dataclass(frozen=True)
class Scenario:
    """``wave``: amplitude of the year in the log rate; ``own`` and ``common``: standard deviations of the log rate
    beside it; ``memory``: its correlation from one month to the next."""

    name: str
    wave: float = 0.15
    own: float = 0.0
    common: float = 0.0
    memory: float = 0.0


STEADY = Scenario("steady")
UNEVEN = Scenario("uneven", own=0.25, common=0.15)
REMEMBERING = Scenario("remembering", own=0.25, common=0.15, memory=0.5)
WAVES = Scenario("waves", own=0.40, common=0.30, memory=0.7)

SCENARIOS = (STEADY, UNEVEN, REMEMBERING)
"""Those in which a design must hold. ``WAVES`` is what a gang war does to a series; it is measured and told, and a
design need not survive it."""


def draw(
    scenario: Scenario,
    yearly: ArrayLike,
    periods: int,
    *,
    seed: int,
    simulations: int = 1,
    per_year: float = 12.0,
    ratio: ArrayLike = 1.0,
) -> Floats:
    """Counts (simulations, units, periods) of units with ``yearly`` (units,) deaths; ``ratio`` (…, periods) multiplies
    the rates, which is what a measure does."""
    generator = np.random.default_rng(seed)
    level = np.atleast_1d(np.asarray(yearly, dtype=np.float64))
    time = np.arange(periods)
    shape = (simulations, len(level), periods)
    own = _wander(generator, scenario.memory, shape) * scenario.own
    common = _wander(generator, scenario.memory, (simulations, 1, periods)) * scenario.common
    middle = -(scenario.own**2 + scenario.common**2) / 2
    wave = scenario.wave * np.cos(2 * np.pi * time / per_year) if per_year > 1 else 0.0
    log_rate = np.log(level / per_year)[:, None] + wave + own + common
    counts: Floats = generator.poisson(np.exp(log_rate + middle) * np.asarray(ratio)).astype(np.float64)
    return counts


def _wander(generator: np.random.Generator, memory: float, shape: tuple[int, ...]) -> Floats:
    """Normal numbers of variance 1 along the last axis, each correlated by ``memory`` with the one before."""
    found: Floats = generator.standard_normal(shape)
    if memory:
        step = np.sqrt(1 - memory**2)
        for at in range(1, shape[-1]):
            found[..., at] = memory * found[..., at - 1] + step * found[..., at]
    return found
