"""Counts of several units over the same periods: Poisson regression with an effect of each unit and each period.

Pseudo maximum likelihood: right for any variance as long as the mean is (Gourieroux, Monfort & Trognon, Econometrica
1984; Wooldridge, Journal of Econometrics 1999). Unit and period effects are not estimated one by one but fitted to
their margins in turn, and taken out of the treatment by weighted demeaning (Correia, Guimarães & Zylkin,
Stata Journal 2020).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from convive.analysis.chance import stream
from convive.analysis.weekly import count
from convive.evaluation.regression import _inverted, newey_west
from convive.evaluation.series import Floats

ROUNDS = 500
NEWTON = 50
CLOSE = 1e-10


@njit(cache=True)
def fit(y: Floats, exposure: Floats, d: Floats, delta: Floats, mean: Floats, partial: Floats, inverse: Floats) -> bool:
    """Poisson regression of ``y`` (units, periods) on the treatments ``d`` (k, units, periods) beside unit and period
    effects. Fills the coefficients ``delta`` (k,; their values are the start), ``mean``, the treatments without unit
    and period effects ``partial`` (like ``d``), and the ``inverse`` (k, k) of their information. False where it
    runs away.
    """
    many, units, periods = d.shape
    information, score = np.empty((many, many)), np.empty(many)
    for _ in range(NEWTON):
        for i in range(units):
            for t in range(periods):
                linear = 0.0
                for k in range(many):
                    linear += delta[k] * d[k, i, t]
                mean[i, t] = exposure[i, t] * math.exp(min(max(linear, -30.0), 30.0))
        _margins(y, mean)
        for k in range(many):
            partial[k] = d[k]
            _demean(mean, partial[k])
        for k in range(many):
            score[k] = 0.0
            for m in range(k + 1):
                information[k, m] = 0.0
            for i in range(units):
                for t in range(periods):
                    score[k] += partial[k, i, t] * (y[i, t] - mean[i, t])
                    for m in range(k + 1):
                        information[k, m] += mean[i, t] * partial[k, i, t] * partial[m, i, t]
            for m in range(k + 1):
                information[m, k] = information[k, m]
        if not _inverted(information, inverse):
            return False
        largest = 0.0
        for k in range(many):
            move = 0.0
            for m in range(many):
                move += inverse[k, m] * score[m]
            move = min(max(move, -2.0), 2.0)
            delta[k] += move
            largest = max(largest, abs(move))
            if abs(delta[k]) > 25.0:
                return False
        if largest < 1e-8:
            return True
    return False


@njit(cache=True)
def _margins(y: Floats, mean: Floats) -> None:
    """Bring ``mean`` to the unit and period sums of ``y``, in turn."""
    units, periods = y.shape
    for _ in range(ROUNDS):
        for i in range(units):
            wanted, is_now = y[i].sum(), mean[i].sum()
            factor = wanted / is_now if is_now > 0.0 else 0.0
            for t in range(periods):
                mean[i, t] *= factor
        away = 0.0
        for t in range(periods):
            wanted, is_now = 0.0, 0.0
            for i in range(units):
                wanted += y[i, t]
                is_now += mean[i, t]
            factor = wanted / is_now if is_now > 0.0 else 0.0
            if wanted > 0.0:
                away = max(away, abs(factor - 1.0))
            for i in range(units):
                mean[i, t] *= factor
        if away < CLOSE:
            return


@njit(cache=True)
def _demean(weight: Floats, values: Floats) -> None:
    """Take unit and period means, weighted, out of ``values`` in place."""
    units, periods = values.shape
    for _ in range(ROUNDS):
        away = 0.0
        for i in range(units):
            total, mass = 0.0, 0.0
            for t in range(periods):
                total += weight[i, t] * values[i, t]
                mass += weight[i, t]
            shift = total / mass if mass > 0.0 else 0.0
            away = max(away, abs(shift))
            for t in range(periods):
                values[i, t] -= shift
        for t in range(periods):
            total, mass = 0.0, 0.0
            for i in range(units):
                total += weight[i, t] * values[i, t]
                mass += weight[i, t]
            shift = total / mass if mass > 0.0 else 0.0
            away = max(away, abs(shift))
            for i in range(units):
                values[i, t] -= shift
        if away < CLOSE:
            return


@njit(cache=True)
def judged(
    y: Floats,
    exposure: Floats,
    d: Floats,
    weights: Floats,
    lags: int,
    delta: Floats,
    mean: Floats,
    partial: Floats,
    inverse: Floats,
) -> tuple[float, float]:
    """The contrast ``weights`` (k,) of the coefficients and its Newey–West error over periods: what units have in
    common in a period, and what lasts, is allowed for. NaN where there is no fit."""
    if not fit(y, exposure, d, delta, mean, partial, inverse):
        return np.nan, np.nan
    many, units, periods = d.shape
    found = 0.0
    direction = np.zeros(many)
    for k in range(many):
        found += weights[k] * delta[k]
        for m in range(many):
            direction[k] += inverse[k, m] * weights[m]
    influence = np.zeros(periods)
    for t in range(periods):
        for i in range(units):
            reach = 0.0
            for k in range(many):
                reach += direction[k] * partial[k, i, t]
            influence[t] += reach * (y[i, t] - mean[i, t])
    return found, newey_west(influence, lags)


@njit(cache=True)
def studentised(
    mean: Floats,
    dispersion: Floats,
    exposure: Floats,
    d: Floats,
    weights: Floats,
    delta: Floats,
    lags: int,
    seed: int,
    simulations: int,
) -> Floats:
    """(contrast − truth) / error on ``simulations`` panels drawn from the fitted ``mean`` (units, periods) with
    variance ``dispersion`` (units,) times it; infinite where a drawn panel has no fit."""
    many, units, periods = d.shape
    truth = 0.0
    for k in range(many):
        truth += weights[k] * delta[k]
    found = np.empty(simulations)
    y, fitted, partial = np.empty((units, periods)), np.empty((units, periods)), np.empty(d.shape)
    inverse = np.empty((many, many))
    for number in range(simulations):
        state = stream(seed, number)
        for i in range(units):
            for t in range(periods):
                y[i, t] = count(mean[i, t], dispersion[i], state)
        at = delta.copy()
        drawn, error = judged(y, exposure, d, weights, lags, at, fitted, partial, inverse)
        found[number] = (drawn - truth) / error if error > 0.0 else np.inf
    return found


def dispersions(y: Floats, mean: Floats, parameters: int) -> Floats:
    """Pearson's dispersion (units,) of each unit, at least 1; ``parameters`` of the whole model are shared out."""
    units, periods = y.shape
    squares = np.divide((y - mean) ** 2, mean, out=np.zeros_like(y), where=mean > 1e-12).sum(axis=1)
    freedom = periods * max(1 - parameters / (units * periods), 1 / periods)
    found: Floats = np.maximum(1.0, squares / freedom)
    return found


@njit(cache=True)
def drawn(
    mean: Floats, dispersion: Floats, exposure: Floats, d: Floats, start: Floats, seed: int, simulations: int
) -> Floats:
    """The coefficients (simulations, k) fitted to panels drawn as in :func:`studentised`; NaN where there is no fit."""
    many, units, periods = d.shape
    found = np.empty((simulations, many))
    y, fitted, partial = np.empty((units, periods)), np.empty((units, periods)), np.empty(d.shape)
    inverse = np.empty((many, many))
    for number in range(simulations):
        state = stream(seed, number)
        for i in range(units):
            for t in range(periods):
                y[i, t] = count(mean[i, t], dispersion[i], state)
        at = start.copy()
        if not fit(y, exposure, d, at, fitted, partial, inverse):
            at[:] = np.nan
        found[number] = at
    return found
