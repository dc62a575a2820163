"""What holds whatever the weights: who is at least as good everywhere, who is the same, who can be first at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from convive.decision.matrix import TOLERANCE, Booleans


def dominance(oriented: ArrayLike) -> Booleans:
    """(n, n): whether approach i dominates j: nowhere worse and somewhere better in ``oriented`` scores (n, m)."""
    scores = np.asarray(oriented, dtype=np.float64)
    nowhere_worse = np.all(scores[:, None, :] >= scores[None, :, :], axis=2)
    somewhere_better = np.any(scores[:, None, :] > scores[None, :, :], axis=2)
    return np.asarray(nowhere_worse & somewhere_better)


def identical(oriented: ArrayLike) -> list[tuple[int, ...]]:
    """Groups of approaches with the same scores on every criterion: the matrix cannot tell them apart."""
    groups: dict[tuple[float, ...], list[int]] = {}
    for at, row in enumerate(np.asarray(oriented, dtype=np.float64).tolist()):
        groups.setdefault(tuple(row), []).append(at)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def can_be_first(oriented: ArrayLike) -> Booleans:
    """(n,): whether some weights, not negative and adding to 1, put an approach before all that differ from it.

    A linear programme for each approach: the largest t such that its value is at least t above every other's (potential
    optimality; Hazen, Operations Research 1986). A first place that it can only share does not count.
    """
    from scipy.optimize import linprog

    scores = np.asarray(oriented, dtype=np.float64)
    m = scores.shape[1]
    found = np.zeros(len(scores), dtype=np.bool_)
    for at, own in enumerate(scores):
        others = scores[np.any(scores != own, axis=1)] - own
        answer = linprog(
            c=np.append(np.zeros(m), -1.0),
            A_ub=np.column_stack([others, np.ones(len(others))]),
            b_ub=np.zeros(len(others)),
            A_eq=[[*np.ones(m), 0.0]],
            b_eq=[1.0],
            bounds=[(0, 1)] * m + [(None, float(np.ptp(scores)))],
            method="highs",
        )
        found[at] = -answer.fun > TOLERANCE * max(1.0, float(np.abs(scores).max()))
    return found
