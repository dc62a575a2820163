"""What the histories would be, had linkage not missed some of the joins that it should have made."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from convive.register.coverage.loglinear import Floats


def mended(counts: Floats, sources: int, share: float) -> Floats:
    """``counts`` (registers, 2**sources − 1: deaths of each history from 1 on) with the ``share`` of joins that are
    missing made.

    A death that m sources saw takes m − 1 joins. Where one is missing, one of its records, any of them alike, stands as
    a death of its own: it leaves its history for one without its source and one of its source alone. That is a linear
    map, solved here backwards; what would fall below none is none. Cases that lost two records are not mended (their
    number is of the order of the share's square).
    """
    size = 2**sources - 1
    seen_as = np.eye(size)
    for history in range(1, size + 1):
        bits = [1 << place for place in range(sources) if history >> place & 1]
        for bit in bits if len(bits) > 1 else ():
            lost = share * (len(bits) - 1) / len(bits)
            seen_as[history - 1, history - 1] -= lost
            seen_as[history - bit - 1, history - 1] += lost
            seen_as[bit - 1, history - 1] += lost
    made: Floats = np.maximum(np.linalg.solve(seen_as, counts.T).T, 0)
    return made


def widened(
    low: Floats, total: Floats, high: Floats, unmended: Floats, joins: Floats, *, confidence: float
) -> tuple[Floats, Floats]:
    """The interval of a ``total`` mended of so many missing ``joins``: how many a share of all comes to is a matter of
    chance too (Poisson), and each moves the total by as much as mending did on average.

    ``unmended``: the total with the joins missing.
    """
    z = float(norm.ppf(0.5 + confidence / 2))
    chance = z * np.abs(unmended - total) / np.sqrt(np.maximum(joins, 1))
    return total - np.hypot(total - low, chance), total + np.hypot(high - total, chance)


def joins(counts: Floats, sources: int) -> Floats:
    """How many joins make up the cases of ``counts``: one fewer than the sources that saw each."""
    several = np.array([history.bit_count() - 1 for history in range(1, 2**sources)])
    made: Floats = counts @ several
    return made
