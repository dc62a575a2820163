"""Risk terrain: which features of the landscape go with where events fall, and how much the risk differs.

Units are places, the cells of a grid. A person, a household or a group of persons is never a unit, and no layer may be
made of where persons live: what can be changed here is a place, its light, its bus stop, its closing hour.

The way is that of the RTMDx program (Caplan, Kennedy, Barnum & Piza, Cityscape 2015;17(1); Kennedy, Caplan & Piza,
Journal of Quantitative Criminology 2011): each factor by nearness and by density at several distances, each 0 or 1 in a
cell; those that a cross-validated penalised Poisson regression keeps go into a stepwise regression by BIC, Poisson and
negative binomial. We add what the program does not tell: how often chance alone makes a variable look as strong, and
how often it is kept where the city is drawn again block by block. Association only: a factor may stand for another that
nobody mapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.chance import below, shuffle, stream
from convive.analysis.checks import Floats, checked_points, checked_values, require
from convive.analysis.landscape_variables import Factor, Variable, operationalise
from convive.analysis.penalised_counts import (
    CountModel,
    checked_counts,
    count_model,
    cross_validated,
    elastic_net,
)
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

NULL = "counts permuted among the cells"
LEAST_EVENTS = 20
LEAST_CELLS = 10
LEAST_COVERED = 5


@dataclass(frozen=True)
class RiskFactor:
    """A variable of the model.

    ``relative_risk``: how many times the events of a cell where it holds, others being equal, with its interval
    ``low`` … ``high`` (of the final model: it does not know that the variable was chosen among many). ``p``: how often
    the strongest of all variables is as strong where counts are permuted among cells. ``kept``: the share of cities
    drawn again in which the penalised regression keeps the variable.
    """

    variable: Variable
    coefficient: float
    relative_risk: float
    low: float
    high: float
    p: float
    kept: float


@dataclass(frozen=True)
class RiskTerrain:
    """The model; no ``chosen`` factor means that none can be told from chance, and every score is 1.

    ``scores`` (cells,): the risk relative to a cell in which no chosen variable holds, with its interval ``score_low``
    … ``score_high``; ``expected`` events a cell. ``tested``: all variables, ``p_tested`` their p-values, ``selected``
    whether the penalised regression kept them; ``dropped``: those that could not be tested, and why (``everywhere``,
    ``too few cells``, ``same as another``, ``no events within``, ``no events outside``).
    ``distribution`` and ``dispersion`` as in :class:`~convive.analysis.penalised_counts.CountModel`; ``bic`` of the
    model, ``bic_null`` without variables.
    """

    chosen: tuple[RiskFactor, ...]
    scores: Floats
    score_low: Floats
    score_high: Floats
    expected: Floats
    distribution: str
    dispersion: float
    bic: float
    bic_null: float
    tested: tuple[Variable, ...]
    p_tested: Floats
    selected: NDArray[np.bool_]
    dropped: tuple[tuple[Variable, str], ...]
    penalty: float
    events: int
    simulations: int
    seed: int
    reason: str = ""
    null: str = NULL


def risk_terrain(
    cells: ArrayLike,
    counts: ArrayLike,
    factors: Sequence[Factor],
    bandwidths: ArrayLike,
    *,
    direction: str = "aggravating",
    lasso_share: float = 1.0,
    folds: int = 10,
    block: float | None = None,
    confidence: float = 0.95,
    simulations: int = 999,
    resamples: int = 100,
    seed: int = 0,
    metres: bool = False,
) -> RiskTerrain:
    """The risk terrain model of ``counts`` (n,) of events in ``cells`` (n, 2; their centres in metres, a regular grid).

    ``bandwidths``: distances in metres at which every factor is seen, none below half a cell; RTMDx takes half blocks
    or blocks, up to three. ``direction``: ``aggravating`` lets a factor only raise the risk, ``protective`` only lower
    it, ``both`` either. ``lasso_share``: 1 lasso, below an elastic net. ``folds`` of the cross-validation are made of
    square blocks of side ``block`` metres (by default twice the largest bandwidth), so that a cell is not told by its
    neighbour. At most one variable of a factor enters. ``resamples``: cities drawn again, block by block
    (stability selection: Meinshausen & Bühlmann, JRSS B 2010). ``p``: Westfall & Young 1993.

    Raises :class:`~convive.errors.AnalysisError`: fewer than 20 events or 10 cells with events, no usable variable,
    degrees, missing values, all counts alike.
    """
    places = checked_points(cells, least=2, spread=True, metres=metres)
    y = checked_counts(counts, len(places))
    signs = _signs(direction)
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    require(folds >= 2, what="folds", got=folds, wanted=">= 2")
    if y.sum() < LEAST_EVENTS or np.count_nonzero(y) < LEAST_CELLS:
        asked = {"n": int(y.sum()), "cells": np.count_nonzero(y), "least": LEAST_EVENTS, "least_cells": LEAST_CELLS}
        raise AnalysisError(Problem("analysis-few-in-cells", values=asked))
    checked_values(y, what="counts", varied=True)
    all_variables, all_columns = operationalise(places, factors, bandwidths, metres=metres)
    variables, columns, dropped = _usable(all_variables, all_columns, y)
    side = float(block if block is not None else 2 * max(one.bandwidth for one in all_variables))
    require(side > 0, what="block", got=side, wanted="> 0")
    blocks = _blocks(places, side)
    fold = _folds(blocks, folds, seed)
    x = columns.astype(np.float64)
    choice = cross_validated(x, y, fold, lasso_share=lasso_share, signs=signs)
    penalty = float(choice.penalties[choice.best])
    selected = choice.coefficients[choice.best, 1:] != 0
    p = _chance(columns, y, signs, simulations, seed)
    model, inside = _best(x, y, variables, np.flatnonzero(selected), signs)
    kept = _kept(x, y, blocks, penalty, lasso_share, signs, resamples, seed)
    null = count_model(x[:, :0], y)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    chosen = tuple(
        _told(variables[place], model, number + 1, z, float(p[place]), float(kept[place]))
        for number, place in enumerate(inside)
    )
    held = x[:, inside]
    linear = held @ model.coefficients[1:]
    error = z * np.sqrt(np.einsum("ij,jk,ik->i", held, model.covariance[1:, 1:], held))
    return RiskTerrain(
        chosen=chosen,
        scores=np.exp(linear),
        score_low=np.exp(linear - error),
        score_high=np.exp(linear + error),
        expected=np.exp(linear + model.coefficients[0]),
        distribution=model.distribution,
        dispersion=model.dispersion,
        bic=model.bic,
        bic_null=null.bic,
        tested=variables,
        p_tested=p,
        selected=selected,
        dropped=dropped,
        penalty=penalty,
        events=int(y.sum()),
        simulations=simulations,
        seed=seed,
        reason="" if chosen else "no factor can be told from chance",
    )


def _signs(direction: str) -> int:
    known = {"aggravating": 1, "protective": -1, "both": 0}
    require(direction in known, what="direction", got=direction, wanted="aggravating, protective or both")
    return known[direction]


def _usable(
    variables: tuple[Variable, ...], columns: NDArray[np.bool_], y: Floats
) -> tuple[tuple[Variable, ...], NDArray[np.bool_], tuple[tuple[Variable, str], ...]]:
    """The variables that can be tested, and the others with the reason."""
    fine: list[int] = []
    dropped: list[tuple[Variable, str]] = []
    seen: set[bytes] = set()
    for place, variable in enumerate(variables):
        holds = columns[:, place]
        why = ""
        if len(holds) - variable.cells < LEAST_COVERED:
            why = "everywhere"
        elif variable.cells < LEAST_COVERED:
            why = "too few cells"
        elif holds.tobytes() in seen:
            why = "same as another"
        elif not y[holds].any():
            why = "no events within"
        elif not y[~holds].any():
            why = "no events outside"
        if why:
            dropped.append((variable, why))
        else:
            seen.add(holds.tobytes())
            fine.append(place)
    if not fine:
        raise AnalysisError(Problem("analysis-no-usable-factor", values={"n": len(variables)}))
    return tuple(variables[place] for place in fine), columns[:, fine], tuple(dropped)


def _blocks(places: Floats, side: float) -> NDArray[np.int64]:
    """The number of the square block, from 0, in which each place lies."""
    square = np.floor((places - places.min(axis=0)) / side).astype(np.int64)
    _, number = np.unique(square[:, 0] * (square[:, 1].max() + 1) + square[:, 1], return_inverse=True)
    return number.reshape(-1).astype(np.int64)


def _folds(blocks: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """Blocks dealt to folds in a random order; with fewer than two blocks a fold, every block is one."""
    count = int(blocks.max()) + 1
    require(count >= 2, what="block", got=count, wanted="small enough for two blocks")
    order = np.arange(count)
    shuffle(order, stream(seed, 0))
    dealt = np.empty(count, np.int64)
    dealt[order] = np.arange(count) % min(folds, count)
    return dealt[blocks]


def _chance(columns: NDArray[np.bool_], y: Floats, signs: int, simulations: int, seed: int) -> Floats:
    """Of each variable, how often the strongest of all is as strong where counts are permuted.

    Strength is the score statistic: the sum of counts within, standardised by its moments under permutation.
    """
    n, within = len(y), columns.sum(axis=0).astype(np.float64)
    mean = within * y.mean()
    spread = np.sqrt(y.var(ddof=1) * within * (1 - within / n))
    totals = np.zeros((simulations + 1, columns.shape[1]))
    in_threads(_totals, len(totals), np.ascontiguousarray(columns), y, seed, totals)
    strength = (totals - mean) / spread
    strength = np.abs(strength) if signs == 0 else signs * strength
    largest = strength[1:].max(axis=1)
    told: Floats = (1 + (largest[:, None] >= strength[0] - 1e-9).sum(axis=0)) / (1 + simulations)
    return told


@njit(cache=True, nogil=True)
def _totals(run: Run, columns: NDArray[np.bool_], y: Floats, seed: int, totals: Floats) -> None:
    """The counts within each variable's cells: as they are (row 0), and permuted."""
    for number in range(run[0], run[1]):
        own = y.copy()
        if number > 0:
            shuffle(own, stream(seed, number))
        for cell in range(len(own)):
            if own[cell] > 0:
                for place in range(columns.shape[1]):
                    if columns[cell, place]:
                        totals[number, place] += own[cell]


def _best(
    x: Floats, y: Floats, variables: tuple[Variable, ...], candidates: NDArray[np.int64], signs: int
) -> tuple[CountModel, list[int]]:
    """The better by BIC of the stepwise Poisson and negative binomial models."""
    both = [_stepwise(x, y, variables, candidates, signs, name) for name in ("poisson", "negative-binomial")]
    return min(both, key=lambda found: found[0].bic)


def _stepwise(
    x: Floats, y: Floats, variables: tuple[Variable, ...], candidates: NDArray[np.int64], signs: int, distribution: str
) -> tuple[CountModel, list[int]]:
    """From no variable on, the one entered, taken out or put in another's place that lowers BIC most, until none
    does."""
    inside: list[int] = []
    model = count_model(x[:, inside], y, distribution=distribution)
    while True:
        best, at = model, inside
        for tried in _moves(inside, variables, candidates):
            try:
                found = count_model(x[:, tried], y, distribution=distribution)
            except AnalysisError:
                continue  # variables that together part the events altogether are no model
            wrong = signs != 0 and bool(np.any(signs * found.coefficients[1:] < 0))
            if found.bic < best.bic - 1e-9 and not wrong:
                best, at = found, tried
        if at is inside:
            return model, inside
        model, inside = best, at


def _moves(inside: list[int], variables: tuple[Variable, ...], candidates: NDArray[np.int64]) -> list[list[int]]:
    moves = [[one for one in inside if one != out] for out in inside]
    for new in candidates.tolist():
        if new not in inside:
            moves.append([one for one in inside if variables[one].factor != variables[new].factor] + [new])
    return moves


def _kept(
    x: Floats,
    y: Floats,
    blocks: NDArray[np.int64],
    penalty: float,
    lasso_share: float,
    signs: int,
    resamples: int,
    seed: int,
) -> Floats:
    """The share of resamples, blocks drawn with replacement, in which each variable has a coefficient."""
    if resamples <= 0:
        return np.full(x.shape[1], np.nan)
    count, kept, done = int(blocks.max()) + 1, np.zeros(x.shape[1]), 0
    members = [np.flatnonzero(blocks == one) for one in range(count)]
    for number in range(resamples):
        state = stream(seed + 1, number)
        drawn = np.concatenate([members[below(state, count)] for _ in range(count)])
        if y[drawn].sum() > 0:
            done += 1
            kept += elastic_net(x[drawn], y[drawn], penalty, lasso_share=lasso_share, signs=signs)[1:] != 0
    return kept / max(done, 1)


def _told(variable: Variable, model: CountModel, place: int, z: float, p: float, kept: float) -> RiskFactor:
    value, error = float(model.coefficients[place]), float(np.sqrt(model.covariance[place, place]))
    bounds = np.exp([value, value - z * error, value + z * error])
    return RiskFactor(variable, value, float(bounds[0]), float(bounds[1]), float(bounds[2]), p, kept)
