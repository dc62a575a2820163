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

from convive.evaluation.regression import inverted
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
        if not inverted(information, inverse):
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
