"""Regression of one series of counts, and how far its contrast may stray by chance when periods remember each other.

The standard error is Newey and West's (Econometrica 1987) with the wide window that small samples want; because such an
error is itself uncertain, the contrast over its error is not compared with a normal or t distribution but with what it
is on series drawn from the fitted model (the fixed-b idea of Kiefer & Vogelsang, Econometric Theory 2005; that
simulation finds this distribution: Gonçalves & Vogelsang, Econometric Theory 2011).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.chance import stream
from convive.analysis.weekly import count
from convive.evaluation.series import Floats

Flags = NDArray[np.bool_]

STEPS = 60
LARGEST = 30.0
"""Log means beyond this are no counts: the fit has run away."""


def lags_for(periods: int) -> int:
    """How many lags a Newey–West error takes: 1.3 √n (Lazarus, Lewis, Stock & Watson, Journal of Business & Economic
    Statistics 2018, eq. 3), a quarter of the series at most."""
    return max(1, min(math.ceil(1.3 * math.sqrt(periods)), periods // 4))


@njit(cache=True)
def solve(y: Floats, x: Floats, offset: Floats, alpha: float, b: Floats, mean: Floats, inverse: Floats) -> bool:
    """Log-linear regression of ``y`` (n,) on ``x`` (n, p) with variance μ + ``alpha`` μ²: fills the coefficients ``b``
    (whose values are the start), ``mean`` (n,) and the ``inverse`` (p, p) of the expected information. False where it
    runs away or does not settle."""
    n, p = x.shape
    information = np.empty((p, p))
    score = np.empty(p)
    for _ in range(STEPS):
        information[:] = 0.0
        score[:] = 0.0
        for t in range(n):
            linear = offset[t]
            for j in range(p):
                linear += b[j] * x[t, j]
            if abs(linear - offset[t]) > LARGEST * 2:
                return False
            m = math.exp(linear)
            mean[t] = m
            over = 1.0 + alpha * m
            weight, residual = m / over, (y[t] - m) / over
            for j in range(p):
                score[j] += residual * x[t, j]
                for k in range(j + 1):
                    information[j, k] += weight * x[t, j] * x[t, k]
        for j in range(p):
            for k in range(j):
                information[k, j] = information[j, k]
        if not inverted(information, inverse):
            return False
        largest = 0.0
        for j in range(p):
            move = 0.0
            for k in range(p):
                move += inverse[j, k] * score[k]
            move = min(max(move, -3.0), 3.0)
            b[j] += move
            largest = max(largest, abs(move))
        if largest < 1e-9:
            return True
    return False


@njit(cache=True)
def inverted(matrix: Floats, inverse: Floats) -> bool:
    """The inverse of a small positive matrix by Cholesky's way; false where it is not one. A library would spend longer
    on the call than on the work, and answer in other last digits on other machines."""
    p = len(matrix)
    root = np.zeros((p, p))
    for i in range(p):
        for j in range(i + 1):
            total = matrix[i, j]
            for k in range(j):
                total -= root[i, k] * root[j, k]
            if i == j:
                if total <= 1e-12 * max(matrix[i, i], 1e-300):
                    return False
                root[i, i] = math.sqrt(total)
            else:
                root[i, j] = total / root[j, j]
    half = np.zeros((p, p))
    for c in range(p):
        for i in range(c, p):
            total = 1.0 if i == c else 0.0
            for k in range(c, i):
                total -= root[i, k] * half[k, c]
            half[i, c] = total / root[i, i]
    for i in range(p):
        for j in range(p):
            total = 0.0
            for k in range(max(i, j), p):
                total += half[k, i] * half[k, j]
            inverse[i, j] = total
    return True


@njit(cache=True)
def contrast(b: Floats, x: Floats, x0: Floats, offset: Floats, after: Flags, slope: Floats) -> float:
    """The log of events expected ``after`` over those expected there without the measure (``x0``); fills its ``slope``
    (p,) by coefficient."""
    p = x.shape[1]
    with_it, without = 0.0, 0.0
    up, down = np.zeros(p), np.zeros(p)
    for t in range(len(x)):
        if after[t]:
            one, other = offset[t], offset[t]
            for j in range(p):
                one += b[j] * x[t, j]
                other += b[j] * x0[t, j]
            one, other = math.exp(one), math.exp(other)
            with_it += one
            without += other
            for j in range(p):
                up[j] += one * x[t, j]
                down[j] += other * x0[t, j]
    for j in range(p):
        slope[j] = up[j] / with_it - down[j] / without
    return math.log(with_it / without)


@njit(cache=True)
def newey_west(influence: Floats, lags: int) -> float:
    """The standard error of a sum of ``influence`` (n,), with Bartlett's weights."""
    total = 0.0
    for lag in range(lags + 1):
        product = 0.0
        for t in range(lag, len(influence)):
            product += influence[t] * influence[t - lag]
        total += product if lag == 0 else 2.0 * (1.0 - lag / (lags + 1.0)) * product
    return math.sqrt(max(total, 0.0))


@njit(cache=True)
def judged(
    y: Floats,
    x: Floats,
    x0: Floats,
    offset: Floats,
    after: Flags,
    alpha: float,
    lags: int,
    b: Floats,
    mean: Floats,
    inverse: Floats,
) -> tuple[float, float]:
    """The contrast and its Newey–West error, residuals inflated by their leverage (MacKinnon & White, Journal of
    Econometrics 1985, HC2); NaN where there is no fit."""
    n, p = x.shape
    if not solve(y, x, offset, alpha, b, mean, inverse):
        return np.nan, np.nan
    slope, direction = np.empty(p), np.empty(p)
    found = contrast(b, x, x0, offset, after, slope)
    for j in range(p):
        direction[j] = 0.0
        for k in range(p):
            direction[j] += inverse[j, k] * slope[k]
    influence = np.empty(n)
    for t in range(n):
        reach, hat = 0.0, 0.0
        over = 1.0 + alpha * mean[t]
        for j in range(p):
            reach += direction[j] * x[t, j]
            for k in range(p):
                hat += x[t, j] * inverse[j, k] * x[t, k]
        hat = min(hat * mean[t] / over, 0.9)
        influence[t] = reach * (y[t] - mean[t]) / over / math.sqrt(1.0 - hat)
    return found, newey_west(influence, lags)


@njit(cache=True)
def studentised(
    mean: Floats,
    dispersion: Floats,
    b: Floats,
    x: Floats,
    x0: Floats,
    offset: Floats,
    after: Flags,
    alpha: float,
    lags: int,
    seed: int,
    simulations: int,
) -> Floats:
    """(contrast − truth) / error of each of ``simulations`` series drawn from the fitted ``mean`` with variance
    ``dispersion`` times it, independent in time; infinite where a drawn series has no fit."""
    n, p = x.shape
    slope = np.empty(p)
    truth = contrast(b, x, x0, offset, after, slope)
    found = np.empty(simulations)
    for number in range(simulations):
        state = stream(seed, number)
        y = np.empty(n)
        for t in range(n):
            y[t] = count(mean[t], dispersion[t], state)
        at, fitted, inverse = b.copy(), np.empty(n), np.empty((p, p))
        drawn, error = judged(y, x, x0, offset, after, alpha, lags, at, fitted, inverse)
        found[number] = (drawn - truth) / error if error > 0.0 else np.inf
    return found


def half_width(drawn: Floats, confidence: float) -> float:
    """How many standard errors the interval reaches to each side: the quantile of absolute studentised contrasts."""
    return float(np.quantile(np.abs(drawn), confidence, method="higher"))


def chance_of(observed: float, drawn: Floats) -> float:
    """The two-sided p-value of an ``observed`` contrast over its error among ``drawn`` ones, never 0."""
    return float((1 + np.count_nonzero(np.abs(drawn) >= abs(observed))) / (1 + len(drawn)))


def quasi_dispersion(y: Floats, mean: Floats, parameters: int) -> float:
    """Pearson's dispersion, at least 1."""
    return max(1.0, float(((y - mean) ** 2 / mean).sum() / max(len(y) - parameters, 1)))


def memory(y: Floats, mean: Floats, lags: int) -> float:
    """Ljung and Box's Q (Biometrika 1978) of the Pearson residuals over ``lags``."""
    residual = (y - mean) / np.sqrt(mean)
    residual = residual - residual.mean()
    n, total = len(residual), float(residual @ residual)
    return float(
        n * (n + 2) * sum((residual[lag:] @ residual[:-lag] / total) ** 2 / (n - lag) for lag in range(1, lags + 1))
    )
