"""A promise of a method, and the list of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Draws = np.random.Generator
Asked = Callable[[Draws, int], float]
Watched = Callable[[np.ndarray, int], tuple[float, float]]

SIMULATIONS = 19
SURE = 0.95
METRES = {"metres": True, "simulations": SIMULATIONS}


@dataclass(frozen=True)
class Promise:
    """``asked(draws, seed)``: a p-value among ``simulations`` (0: not by simulation), or, of an interval, the share of
    truths that it holds. ``least``: p-values may be too large, or intervals hold too much, never the other way. NaN
    where a method says that it cannot tell."""

    name: str
    asked: Asked
    interval: bool = False
    simulations: int = SIMULATIONS
    least: bool = False


@dataclass(frozen=True)
class Watch:
    """``watched(weeks, seed)``: the alarms of a quiet year (the last of ``weeks``), and those that the rule says of
    itself."""

    name: str
    watched: Watched


PROMISES: list[Promise] = []
WATCHES: list[Watch] = []


def p_value(name: str, *, simulations: int = SIMULATIONS, least: bool = False) -> Callable[[Asked], Asked]:
    def kept(asked: Asked) -> Asked:
        PROMISES.append(Promise(name, asked, False, simulations, least))
        return asked

    return kept


def interval(name: str, *, least: bool = False) -> Callable[[Asked], Asked]:
    def kept(asked: Asked) -> Asked:
        PROMISES.append(Promise(name, asked, True, 0, least))
        return asked

    return kept


def false_alarms(name: str) -> Callable[[Watched], Watched]:
    def kept(watched: Watched) -> Watched:
        WATCHES.append(Watch(name, watched))
        return watched

    return kept
