"""Exact intervals, on arrays.

Computed on distinct inputs: counts repeat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def poisson_interval(count: ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact interval of a Poisson mean from one observed ``count`` (Garwood, Biometrika 1936;28:437–42).

    Returns low and high, shaped as ``count``. No count gives 0 … 3.689 at 95 %.
    """
    x = np.asarray(count, dtype=np.float64)
    tail = (1 - confidence) / 2
    distinct, where = np.unique(x, return_inverse=True)
    low = np.where(distinct > 0, special.gammaincinv(np.maximum(distinct, 1e-300), tail), 0.0)
    high = special.gammainccinv(distinct + 1, tail)
    return low[where].reshape(x.shape), high[where].reshape(x.shape)


def binomial_interval(part: ArrayLike, whole: ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact interval of a proportion (Clopper and Pearson, Biometrika 1934;26:404–13).

    ``part`` and ``whole`` are counts of the same shape with 0 ≤ part ≤ whole and whole > 0; NaN where whole is 0.
    """
    x, n = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    pairs, where = np.unique(np.stack([x.ravel(), n.ravel()]), axis=1, return_inverse=True)
    k, m = pairs
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, special.betaincinv(np.maximum(k, 1e-300), m - k + 1, tail), 0.0)
        high = np.where(k < m, special.betaincinv(k + 1, np.maximum(m - k, 1e-300), 1 - tail), 1.0)
    low, high = np.where(m > 0, low, np.nan), np.where(m > 0, high, np.nan)
    return low[where].reshape(x.shape), high[where].reshape(x.shape)


def median_rank(size: ArrayLike, *, confidence: float = 0.95) -> NDArray[np.int64]:
    """How many of ``size`` sorted values lie below the interval of their median, and as many above it.

    The ranks are the narrowest symmetric pair whose binomial coverage reaches ``confidence`` (Conover, Practical
    Nonparametric Statistics, 3rd ed., §3.2). With fewer than six values no pair reaches 95 %: the extremes are taken.
    Shaped as ``size``.
    """
    ranks: NDArray[np.int64] = np.maximum(_fair_quantile((1 - confidence) / 2, size) - 1, 0).astype(np.int64)
    return ranks


def _fair_quantile(tail: float, size: ArrayLike) -> NDArray[np.float64]:
    """The fewest heads in ``size`` throws of a fair coin whose cumulative probability reaches ``tail``."""
    throws = np.maximum(np.asarray(size), 1)
    heads = np.ceil(special.bdtrik(tail, throws, 0.5))  # may be one too many: the inverse is not exact
    fewer = np.maximum(heads - 1, 0)
    quantile: NDArray[np.float64] = np.where(special.bdtr(fewer, throws, 0.5) >= tail, fewer, heads)
    return quantile
