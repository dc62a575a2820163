"""Agreement of two raters on an ordered scale beyond chance: weighted kappa with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True)
class Kappa:
    """``value``: 1 perfect, 0 as by chance; ``low``, ``high``: interval of 95 %; ``number`` of things rated.

    ``value`` is None where chance alone would agree wholly (one level for all): there is nothing to agree about.
    """

    value: float | None
    low: float | None
    high: float | None
    number: int
    agree: float
    """Share rated exactly alike."""


def weighted_kappa(first: ArrayLike, second: ArrayLike, levels: int, *, weights: Weights = "linear") -> Kappa:
    """Kappa of ``first`` and ``second`` (n, integers from 0 to ``levels`` − 1).

    Cohen (1968); the standard error is that of Fleiss, Cohen and Everitt (1969) for kappa other than zero.
    """
    table = np.zeros((levels, levels))
    np.add.at(table, (np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)), 1)
    number = int(table.sum())
    if not number:
        return Kappa(None, None, None, 0, float("nan"))
    share = table / number
    agree = float(np.trace(share))
    weight = agreement_weights(levels, weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    seen, chance = float((weight * share).sum()), float(rows @ weight @ columns)
    if np.isclose(chance, 1):
        return Kappa(None, None, None, number, agree)
    kappa = (seen - chance) / (1 - chance)
    by_row, by_column = weight @ columns, rows @ weight
    spread = weight - (by_row[:, None] + by_column[None, :]) * (1 - kappa)
    variance = ((share * spread**2).sum() - (kappa - chance * (1 - kappa)) ** 2) / (number * (1 - chance) ** 2)
    reach = float(ndtri(0.975) * np.sqrt(max(variance, 0.0)))
    return Kappa(kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach), number, agree)


def agreement_weights(levels: int, weights: Weights) -> NDArray[np.float64]:
    """(levels, levels): 1 for equal levels, less the further apart they are."""
    steps = np.arange(levels, dtype=np.float64)
    apart: NDArray[np.float64] = np.abs(steps[:, None] - steps[None, :])
    if weights == "none":
        return np.eye(levels)
    apart /= max(levels - 1, 1)
    return 1 - (apart if weights == "linear" else np.square(apart))
