"""Weights from a question that people can answer: which improvement matters most?

Swing weighting (von Winterfeldt & Edwards, Decision Analysis and Behavioral Research, 1986, §8.3): imagine an approach
that is at the worst end of every criterion; the swing from worst to best that one would make first gets 100 points, and
every other swing as many as it is worth beside it. Asked so, a weight speaks of the scale's two ends and not of how
important a word sounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from convive.decision.matrix import Floats
from convive.errors import DecisionError, Problem

MOST = 100.0


def swing_weights(points: Mapping[str, float], criteria: Sequence[str], *, total: float = 1.0) -> Floats:
    """Weights (m,) of ``criteria`` from the ``points`` of each swing, adding up to ``total``.

    Raises :class:`~convive.errors.DecisionError` where a criterion has no points or points of none, where they are not
    0 … 100, or where no swing got 100.
    """
    problems = [Problem("swing-without-points", column=name) for name in criteria if name not in points] + [
        Problem("decision-unknown-name", column="swing", value=name, values={"there": ", ".join(criteria)})
        for name in points
        if name not in criteria
    ]
    given = np.array([points.get(name, 0.0) for name in criteria], dtype=np.float64)
    if not problems and not (given.min() >= 0 and given.max() == MOST):
        problems = [Problem("swing-points", column="swing", value=", ".join(f"{value:g}" for value in given))]
    if problems:
        raise DecisionError(problems)
    return np.asarray(given / given.sum() * total)
