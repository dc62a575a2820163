"""How much each predictor counts in a synthetic control, found from how well the outcome before is followed.

The nested problem of Abadie, Diamond & Hainmueller (Journal of the American Statistical Association 2010;105:493–505,
§2.3): for predictor weights V the unit weights W(V) bring the predictors together, and V is sought for which W(V)
follows the outcome before the measure best. The outer problem has many valleys. It is searched from several fixed
starts by the simplex method of Nelder & Mead (Computer Journal 1965;7:308–313), and each end is searched again, so that
the same data give the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from convive.analysis.checks import require
from convive.evaluation.designs.simplex import Floats, weights_of

AGAIN = 4
"""How often the search begins anew from where it ended: the method is known to stop short of a valley's floor."""


@dataclass(frozen=True)
class Nested:
    """``weights`` (n,) of the units, ``importance`` (k,) of the predictors (sums to 1), and the mean squared prediction
    error ``mspe`` of the outcome before."""

    weights: Floats
    importance: Floats
    mspe: float


def nested(
    predictors: ArrayLike, target: ArrayLike, before: ArrayLike, target_before: ArrayLike, *, evaluations: int = 1000
) -> Nested:
    """The nested weights of units with ``predictors`` (n, k) and outcomes ``before`` (n, t), for a treated unit with
    ``target`` (k,) and ``target_before`` (t,). Each predictor is divided by its standard deviation over all units.

    ``evaluations``: of the inner problem, in each search. Raises :class:`~convive.errors.AnalysisError`: arrays that do
    not fit each other, a predictor that is the same everywhere.
    """
    rows, own = np.ascontiguousarray(predictors, np.float64), np.ascontiguousarray(target, np.float64)
    outcomes = np.ascontiguousarray(before, np.float64)
    own_outcome = np.ascontiguousarray(target_before, np.float64)
    fits = rows.ndim == 2 and own.shape == rows.shape[1:] and outcomes.ndim == 2 and len(outcomes) == len(rows)
    require(fits and own_outcome.shape == outcomes.shape[1:], what="predictors", got=rows.shape, wanted="(n, k)")
    spread = np.vstack([rows, own]).std(axis=0, ddof=1)
    require(bool((spread > 0).all()), what="predictors", got="0", wanted="varied")
    importance = searched(rows / spread, own / spread, outcomes, own_outcome, evaluations)
    weights = weights_of(rows / spread, own / spread, importance)
    return Nested(np.asarray(weights), np.asarray(importance), float(_error(weights, outcomes, own_outcome)))


@njit(cache=True, nogil=True)
def searched(rows: Floats, own: Floats, outcomes: Floats, own_outcome: Floats, evaluations: int) -> Floats:
    """The best importances (k,) from k + 2 starts: all equal, by how far each predictor goes with the outcome, and each
    predictor on its own above the others."""
    k = rows.shape[1]
    best = np.full(k, 1.0 / k)
    lowest = _loss(best, rows, own, outcomes, own_outcome)
    for start in range(k + 2):
        point = np.full(k, 1.0 / k)
        if start == 1:
            point = _by_association(rows, outcomes)
        elif start > 1:
            point[:] = 0.2 / k
            point[start - 2] += 0.8
        before = np.inf
        for _ in range(AGAIN):
            point, found = _nelder_mead(point, rows, own, outcomes, own_outcome, evaluations)
            if found < lowest:
                lowest = found
                best = point.copy()
            if found > before * (1.0 - 1e-6):
                break
            before = found
    return best


@njit(cache=True, nogil=True)
def _by_association(rows: Floats, outcomes: Floats) -> Floats:
    n, k = rows.shape
    found = np.zeros(k)
    for p in range(k):
        centre = rows[:, p].mean()
        for t in range(outcomes.shape[1]):
            middle = outcomes[:, t].mean()
            summed = 0.0
            for i in range(n):
                summed += (rows[i, p] - centre) * (outcomes[i, t] - middle)
            found[p] += summed * summed
    found /= found.sum()
    return found


@njit(cache=True, nogil=True)
def _error(weights: Floats, outcomes: Floats, own_outcome: Floats) -> float:
    summed = 0.0
    for t in range(len(own_outcome)):
        gap = own_outcome[t]
        for i in range(len(weights)):
            if weights[i] != 0.0:
                gap -= weights[i] * outcomes[i, t]
        summed += gap * gap
    return summed / len(own_outcome)


@njit(cache=True, nogil=True)
def _loss(point: Floats, rows: Floats, own: Floats, outcomes: Floats, own_outcome: Floats) -> float:
    total = 0.0
    for p in range(len(point)):
        total += abs(point[p])
    scale = np.empty(len(point))
    for p in range(len(point)):
        scale[p] = abs(point[p]) / total if total > 0.0 else 1.0 / len(point)
    return _error(weights_of(rows, own, scale), outcomes, own_outcome)


@njit(cache=True, nogil=True)
def _sort(corners: Floats, values: Floats) -> None:
    """The corners by value, the lowest first; equals stay in their order."""
    for at in range(1, len(values)):
        value, corner = values[at], corners[at].copy()
        to = at
        while to > 0 and values[to - 1] > value:
            values[to] = values[to - 1]
            corners[to] = corners[to - 1]
            to -= 1
        values[to] = value
        corners[to] = corner


@njit(cache=True, nogil=True)
def _nelder_mead(
    start: Floats, rows: Floats, own: Floats, outcomes: Floats, own_outcome: Floats, evaluations: int
) -> tuple[Floats, float]:
    """The simplex method with reflection 1, expansion 2, contraction and shrinking ½; the point is given back with the
    signs gone and the sum 1."""
    k = len(start)
    corners = np.empty((k + 1, k))
    values = np.empty(k + 1)
    corners[0] = start
    for at in range(k):
        corners[at + 1] = start
        corners[at + 1, at] = start[at] * 1.5 if start[at] != 0.0 else 0.05
    for at in range(k + 1):
        values[at] = _loss(corners[at], rows, own, outcomes, own_outcome)
    used = k + 1
    while used < evaluations:
        _sort(corners, values)
        if values[k] - values[0] <= 1e-12 * (abs(values[0]) + 1e-12):
            break
        middle = np.zeros(k)
        for at in range(k):
            middle += corners[at]
        middle /= k
        tried = 2.0 * middle - corners[k]
        value = _loss(tried, rows, own, outcomes, own_outcome)
        used += 1
        if value < values[0]:
            further = 3.0 * middle - 2.0 * corners[k]
            beyond = _loss(further, rows, own, outcomes, own_outcome)
            used += 1
            if beyond < value:
                tried, value = further, beyond
        elif value >= values[k - 1]:
            nearer = 0.5 * (middle + (tried if value < values[k] else corners[k]))
            within = _loss(nearer, rows, own, outcomes, own_outcome)
            used += 1
            if within >= min(value, values[k]):
                for at in range(1, k + 1):
                    corners[at] = 0.5 * (corners[at] + corners[0])
                    values[at] = _loss(corners[at], rows, own, outcomes, own_outcome)
                used += k
                continue
            tried, value = nearer, within
        corners[k], values[k] = tried, value
    first = np.argmin(values)
    point = np.abs(corners[first])
    total = point.sum()
    return (point / total if total > 0.0 else np.full(k, 1.0 / k)), values[first]
