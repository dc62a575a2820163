"""How unevenly a rate runs beside chance, and how long it remembers: what was thought of it before counting.

The log rate of a period strays around level and season with a standard deviation that is zero or anything to one, and
is correlated with that of the period before (Zeger, Biometrika 1988). Sixty small counts hardly say by how much, so
that a design sums over the points of a grid. One estimate put in place of that sum would make intervals too narrow
where periods remember and, held above chance, too wide where they do not.
"""

from __future__ import annotations

import numpy as np

from convive.evaluation.series import Floats

EVEN = 0.5
"""Prior probability that nothing but chance strays. This and the three below were chosen so that intervals hold on
series with and without memory (benchmarks/evaluation/calibration.py)."""

MOST = 1.0
"""The log rate's standard deviation beside chance, where there is any, is as likely one as another up to this."""

FORGETFUL = 0.1
"""Prior probability that what strays is forgotten within the period."""

MEMORIES = (0.3, 0.5, 0.7, 0.9)
"""Otherwise its correlation from one period to the next, each as probable as the others."""


def grid(spreads: Floats) -> tuple[Floats, Floats]:
    """Each of ``spreads`` (the first is 0) with each memory: spreads and memories (points,)."""
    memories = (0.0, *MEMORIES)
    points = [(0.0, 0.0), *((one, memory) for one in spreads[1:].tolist() for memory in memories)]
    told = np.array(points)
    return told[:, 0], told[:, 1]


def log_prior(spreads: Floats) -> Floats:
    """Log prior probability (…, points) of the points of ``grid`` where ``spreads`` (…, spreads) are those of a set."""
    edges = np.minimum((spreads[..., 1:] + spreads[..., :-1]) / 2, MOST)
    last = np.full_like(edges[..., :1], MOST)
    share = (1 - EVEN) / MOST * np.diff(np.concatenate([edges, last], axis=-1), axis=-1)
    even = EVEN + (1 - EVEN) / MOST * edges[..., :1]
    memories = np.array([FORGETFUL, *np.full(len(MEMORIES), (1 - FORGETFUL) / len(MEMORIES))])
    uneven = (share[..., None] * memories).reshape(*share.shape[:-1], -1)
    found: Floats = np.log(np.maximum(np.concatenate([even, uneven], axis=-1), 1e-300))
    return found
