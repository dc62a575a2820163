"""The point of a hull that is nearest to another, exactly and always the same: the weights of a synthetic control.

The problem ``min ‖Σ wᵢ pᵢ − t‖²`` over weights that are not negative and add up to 1 is solved by an active set (Wolfe,
Mathematical Programming 1976;11:128–149): finitely many exact steps instead of an iteration that stops when it is
tired. Only plain loops compute, no linear algebra library, so that the number of threads and the kernels of a BLAS
change no digit. Where several weights are as near, those with the smallest sum of squares are taken.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.checks import require

Floats = NDArray[np.float64]

TIE = 1e-10
"""What parts weights that fit equally well, as a share of the largest squared distance: far above rounding, far below
what anybody could see in a fit."""


def nearest_in_hull(points: ArrayLike, target: ArrayLike) -> Floats:
    """Weights (n,) of the ``points`` (n, k), not negative, summing to 1, whose mean is nearest to ``target`` (k,).

    Raises :class:`~convive.errors.AnalysisError` for arrays that do not fit each other.
    """
    array, wanted = np.ascontiguousarray(points, np.float64), np.ascontiguousarray(target, np.float64)
    fits = array.ndim == 2 and len(array) > 0 and wanted.shape == array.shape[1:]
    require(fits, what="points", got=array.shape, wanted="(n, k)")
    finite = bool(np.isfinite(array).all() and np.isfinite(wanted).all())
    require(finite, what="points", got="NaN", wanted="numbers")
    return np.asarray(weights_of(array, wanted, np.ones(array.shape[1])))


@njit(cache=True, nogil=True)
def weights_of(points: Floats, target: Floats, scale: Floats) -> Floats:
    """As :func:`nearest_in_hull`, each dimension counting ``scale`` (k,) times in the squared distance."""
    n, k = points.shape
    apart = np.empty((n, k))
    for t in range(k):
        root = np.sqrt(scale[t])
        for i in range(n):
            apart[i, t] = (points[i, t] - target[t]) * root
    return smallest(apart)


@njit(cache=True, nogil=True)
def smallest(apart: Floats) -> Floats:
    """The weights (n,) on the simplex whose mean of ``apart`` (n, k) is nearest to zero (Wolfe's algorithm)."""
    n, k = apart.shape
    weights = np.zeros(n)
    largest, first, nearest = 0.0, 0, 0.0
    for i in range(n):
        square = 0.0
        for t in range(k):
            square += apart[i, t] * apart[i, t]
        largest = max(largest, square)
        if i == 0 or square < nearest:
            first, nearest = i, square
    if largest == 0.0:
        weights[:] = 1.0 / n
        return weights
    tie = TIE * largest
    weights[first] = 1.0
    chosen = np.empty(n, np.int64)
    chosen[0] = first
    inside = np.zeros(n, np.bool_)
    inside[first] = True
    gram = np.empty((n, n))
    gram[0, 0] = nearest
    root, wanted, mean = np.empty((n, n)), np.empty(n), np.empty(k)
    m = 1
    for _ in range(50 * n):
        mean[:] = 0.0
        for at in range(m):
            weight = weights[chosen[at]]
            for t in range(k):
                mean[t] += weight * apart[chosen[at], t]
        best, level, entering = 0.0, 0.0, -1
        for i in range(n):
            slope = tie * weights[i]
            for t in range(k):
                slope += apart[i, t] * mean[t]
            level += weights[i] * slope
            if not inside[i] and (entering < 0 or slope < best):
                best, entering = slope, i
        if entering < 0 or best >= level - 1e-14 * largest:
            break
        for at in range(m + 1):
            other = chosen[at] if at < m else entering
            product = 0.0
            for t in range(k):
                product += apart[entering, t] * apart[other, t]
            gram[m, at] = product
            gram[at, m] = product
        chosen[m] = entering
        inside[entering] = True
        m = _settle(gram, tie, weights, chosen, inside, m + 1, root, wanted)
        if not inside[entering]:
            break
    return weights


@njit(cache=True, nogil=True)
def _settle(
    gram: Floats,
    tie: float,
    weights: Floats,
    chosen: NDArray[np.int64],
    inside: NDArray[np.bool_],
    m: int,
    root: Floats,
    wanted: Floats,
) -> int:
    """Moves ``weights`` to the best of the affine hull of the ``m`` points ``chosen``, whose products are ``gram``,
    dropping those that would weigh less than nothing on the way; returns how many stay."""
    while True:
        _affine(gram, tie, m, root, wanted)
        step, leaving = 1.0, -1
        for at in range(m):
            if wanted[at] <= 0.0:
                have = weights[chosen[at]]
                share = have / (have - wanted[at]) if have > wanted[at] else 0.0
                if leaving < 0 or share < step:
                    step, leaving = share, at
        for at in range(m):
            i = chosen[at]
            weights[i] += step * (wanted[at] - weights[i])
        if leaving < 0:
            return m
        weights[chosen[leaving]] = 0.0
        inside[chosen[leaving]] = False
        m -= 1
        for at in range(leaving, m):
            chosen[at] = chosen[at + 1]
            for other in range(m + 1):
                gram[at, other] = gram[at + 1, other]
        for at in range(m):
            for other in range(leaving, m):
                gram[at, other] = gram[at, other + 1]


@njit(cache=True, nogil=True)
def _affine(gram: Floats, tie: float, m: int, root: Floats, found: Floats) -> None:
    """Fills ``found`` with the ``m`` weights that make the quadratic form smallest and add up to 1, of whatever sign,
    by Cholesky's factor, which is written into ``root``."""
    for i in range(m):
        for j in range(i + 1):
            summed = gram[i, j]
            for t in range(j):
                summed -= root[i, t] * root[j, t]
            if i == j:
                root[i, i] = np.sqrt(max(summed + tie, 1e-3 * tie))
            else:
                root[i, j] = summed / root[j, j]
    for i in range(m):
        found[i] = 1.0
        for t in range(i):
            found[i] -= root[i, t] * found[t]
        found[i] /= root[i, i]
    total = 0.0
    for back in range(m):
        i = m - 1 - back
        for t in range(i + 1, m):
            found[i] -= root[t, i] * found[t]
        found[i] /= root[i, i]
        total += found[i]
    for i in range(m):
        found[i] /= total
