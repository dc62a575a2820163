"""Ridge-augmented synthetic control: what the mixture could not follow is corrected by what usually comes of it.

Ben-Michael, Feller & Rothstein (Journal of the American Statistical Association 2021;116:1789–1803). To the weights of
the synthetic control w is added (x₁ − X′w)′(X X′ + λI)⁻¹X over periods before, centred at the mean of the comparisons;
λ is chosen by leaving one period before out at a time, the largest within one standard error of the best. Weights may
fall below zero: the city is then extrapolated to, and ``lowest-weight`` says how far.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numba import njit

from convive.analysis.checks import require
from convive.evaluation.designs.simplex import Floats, smallest
from convive.evaluation.designs.synthetic_control import compared, effect, judged
from convive.evaluation.result import Diagnostic, Effect
from convive.evaluation.series import Panel

NAME = "augmented-synthetic-control"

TRIED = 20
"""Penalties on the grid, evenly in their logarithm from the largest squared singular value down to 1e-8 of it."""


def augmented_synthetic_control(
    panel: Panel,
    treated: Sequence[str],
    start: dt.date,
    *,
    comparison: Sequence[str] | None = None,
    level: bool = True,
    confidence: float = 0.95,
) -> Effect:
    """As :func:`~convive.evaluation.designs.synthetic_control.synthetic_control`, with the correction."""
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    data = compared(panel, treated, start, comparison)
    found = judged(data, level=level, weigh=augmented)
    told = effect(NAME, data, found, level=level, confidence=confidence, weigh=augmented)
    return replace(
        told, diagnostics=(*told.diagnostics, Diagnostic("lowest-weight", float(found.weights[0, 1:].min())))
    )


def augmented(before: Floats, target: Floats, penalty: float | None = None) -> Floats:
    """The corrected weights (n,), adding up to 1, of donors with outcomes ``before`` (n, t) for ``target`` (t,);
    ``penalty`` λ by cross-validation where it is None."""
    middle = before.mean(axis=0)
    x, own = np.ascontiguousarray(before - middle), np.ascontiguousarray(target - middle)
    if len(own) < 3 and penalty is None:
        return np.asarray(smallest(x - own))
    found: Floats = mixed(x, own, cross_validated(x, own) if penalty is None else penalty)
    return found


def cross_validated(x: Floats, own: Floats) -> float:
    """The λ that predicts periods left out best, for centred outcomes ``x`` (n, t) and ``own`` (t,); of those within
    one standard error of it the largest."""
    grid = penalties(x)
    errors = left_out(x, own, grid)
    mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    best = int(np.argmin(mean))
    return float(grid[np.flatnonzero(mean <= mean[best] + spread[best])].max())


def penalties(x: Floats) -> Floats:
    """The grid of λ for centred outcomes ``x`` (n, t), the largest first."""
    grid: Floats = largest_square(x) * (1e-8 ** (1 / TRIED)) ** (np.arange(TRIED + 1) - 1.0)
    return grid


@njit(cache=True, nogil=True)
def largest_square(x: Floats) -> float:
    """The largest squared singular value, by repeated multiplication."""
    n, t = x.shape
    vector, value = np.ones(n), 0.0
    for _ in range(1000):
        across = np.zeros(t)
        for i in range(n):
            for at in range(t):
                across[at] += vector[i] * x[i, at]
        square = 0.0
        for i in range(n):
            summed = 0.0
            for at in range(t):
                summed += across[at] * x[i, at]
            vector[i] = summed + 1e-12 * (i + 1)
            square += vector[i] * vector[i]
        length = np.sqrt(square)
        vector /= length
        if abs(length - value) <= 1e-13 * length:
            break
        value = length
    return value


@njit(cache=True, nogil=True)
def mixed(x: Floats, own: Floats, penalty: float) -> Floats:
    """The corrected weights (n,) for centred outcomes ``x`` (n, t) and ``own`` (t,)."""
    plain = smallest(x - own)
    found: Floats = plain + _corrections(x, own, plain, np.array([penalty]))[0]
    return found


@njit(cache=True, nogil=True)
def left_out(x: Floats, own: Floats, grid: Floats) -> Floats:
    """Squared errors (t − 1, penalties) of the periods but the last, each predicted from the others."""
    n, t = x.shape
    errors = np.empty((t - 1, len(grid)))
    for out in range(t - 1):
        kept, own_kept = np.empty((n, t - 1)), np.empty(t - 1)
        at = 0
        for period in range(t):
            if period != out:
                kept[:, at] = x[:, period]
                own_kept[at] = own[period]
                at += 1
        plain = smallest(kept - own_kept)
        moves = _corrections(kept, own_kept, plain, grid)
        for tried in range(len(grid)):
            gap = own[out]
            for i in range(n):
                gap -= (plain[i] + moves[tried, i]) * x[i, out]
            errors[out, tried] = gap * gap
    return errors


@njit(cache=True, nogil=True)
def _corrections(x: Floats, own: Floats, plain: Floats, grid: Floats) -> Floats:
    """(XX′ + λI)⁻¹X(x₁ − X′w) (penalties, n) for each of ``grid``: the same as the formula above, seen from the
    units."""
    n, t = x.shape
    gap = own.copy()
    for i in range(n):
        for at in range(t):
            gap[at] -= plain[i] * x[i, at]
    gram, right = np.empty((n, n)), np.zeros(n)
    for i in range(n):
        for at in range(t):
            right[i] += x[i, at] * gap[at]
        for j in range(i + 1):
            summed = 0.0
            for at in range(t):
                summed += x[i, at] * x[j, at]
            gram[i, j] = summed
    found, root = np.empty((len(grid), n)), np.empty((n, n))
    for tried in range(len(grid)):
        for i in range(n):
            for j in range(i + 1):
                summed = gram[i, j]
                for k in range(j):
                    summed -= root[i, k] * root[j, k]
                if i == j:
                    root[i, i] = np.sqrt(max(summed + grid[tried], 1e-300))
                else:
                    root[i, j] = summed / root[j, j]
        for i in range(n):
            summed = right[i]
            for k in range(i):
                summed -= root[i, k] * found[tried, k]
            found[tried, i] = summed / root[i, i]
        for back in range(n):
            i = n - 1 - back
            summed = found[tried, i]
            for k in range(i + 1, n):
                summed -= root[k, i] * found[tried, k]
            found[tried, i] = summed / root[i, i]
    return found
