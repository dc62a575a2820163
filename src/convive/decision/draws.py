"""Scores and weights by chance, for many draws side by side: the kernels of :mod:`convive.decision.smaa`."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.chance import below, draw, uniform
from convive.decision.matrix import Floats, Integers

LANES = 32
"""So many draws are worked on side by side: what the processor does for several numbers at once."""

COINS = (2, 4, 8)
"""Probabilities that so many tossed coins give are drawn by them; each divides 64."""


def coins_of(values: Floats, cumulative: Floats) -> tuple[Floats, int]:
    """What each outcome of a few tossed coins gives a cell (n, m, 2**coins), and how many coins: ¼, ½, ¼ are two. No
    coins where some probability is no such fraction, or where nothing is drawn."""
    n, m, k = values.shape
    for coins in () if k == 1 else COINS:
        outcomes = cumulative * 2**coins
        if np.array_equal(outcomes, np.round(outcomes)):
            at = (np.arange(2**coins)[None, None, :, None] >= outcomes[:, :, None, :-1]).sum(axis=3)
            return np.ascontiguousarray(np.take_along_axis(values, at, axis=2)), coins
    return np.zeros((n, m, 1)), 0


@njit(cache=True, inline="always")
def draw_scores(
    values: Floats, cumulative: Floats, faces: Floats, coins: int, state: NDArray[np.uint64], out: Floats
) -> None:
    """Scores of ``LANES`` draws (n, m, LANES). Where coins decide, one number of 64 bits tosses for many draws."""
    n, m, k = values.shape
    for i in range(n):
        for j in range(m):
            if coins == 2:  # by choosing and not by looking up: all lanes at once
                face_0, face_1, face_2, face_3 = faces[i, j, 0], faces[i, j, 1], faces[i, j, 2], faces[i, j, 3]
                tossed = draw(state)
                for lane in range(LANES):
                    face = (tossed >> np.uint64(2 * lane)) & np.uint64(3)
                    low = face_1 if face & np.uint64(1) else face_0
                    high = face_3 if face & np.uint64(1) else face_2
                    out[i, j, lane] = high if face & np.uint64(2) else low
            elif coins > 0:
                together = 64 // coins
                mask = np.uint64(2**coins - 1)
                for start in range(0, LANES, together):
                    tossed = draw(state)
                    for lane in range(together):
                        out[i, j, start + lane] = faces[i, j, (tossed >> np.uint64(coins * lane)) & mask]
            else:
                for lane in range(LANES):
                    at = 0
                    if k > 1:
                        u = uniform(state)
                        for below_it in range(k - 1):  # counting needs no branch that chance would mispredict
                            at += u >= cumulative[i, j, below_it]
                    out[i, j, lane] = values[i, j, at]


@njit(cache=True, inline="always")
def _sorted(rows: Floats, first: int, end: int) -> None:
    """Sort ``rows`` [first, end) upwards in each lane by exchanges: few rows, no branch, all lanes at once."""
    for last in range(end - 1, first, -1):
        for at in range(first, last):
            for lane in range(LANES):
                one, other = rows[at, lane], rows[at + 1, lane]
                rows[at, lane] = one if one < other else other
                rows[at + 1, lane] = other if one < other else one


@njit(cache=True, inline="always")
def draw_weights(
    rows: Floats, by_tier: Integers, ends: Integers, state: NDArray[np.uint64], cuts: Floats, out: Floats
) -> None:
    """Weights of ``LANES`` draws (m, LANES): one of ``rows``, or the pieces into which m - 1 random cuts divide 1,
    which are uniform on the simplex (Devroye, Non-Uniform Random Variate Generation 1986, V.2). Sorted and dealt by
    tiers, in random order within each, they are uniform on the part of it that the tiers allow, for the simplex is the
    same in every order of its coordinates. ``cuts`` (m + 1, LANES): room to work."""
    m = len(out)
    if len(rows) > 0:
        for lane in range(LANES):
            at = below(state, len(rows)) if len(rows) > 1 else 0
            for j in range(m):
                out[j, lane] = rows[at, j]
        return
    for lane in range(LANES):
        cuts[0, lane], cuts[m, lane] = 0.0, 1.0
    for j in range(1, m):
        for lane in range(LANES):
            cuts[j, lane] = uniform(state)
    _sorted(cuts, 1, m)
    for j in range(m):
        for lane in range(LANES):
            cuts[j, lane] = cuts[j + 1, lane] - cuts[j, lane]
    if len(ends) > 1:
        _sorted(cuts, 0, m)
        for lane in range(LANES):
            start = 0
            for end in ends:
                for last in range(end - 1, start, -1):
                    at = start + below(state, last - start + 1)
                    cuts[m - 1 - last, lane], cuts[m - 1 - at, lane] = cuts[m - 1 - at, lane], cuts[m - 1 - last, lane]
                start = end
    for j in range(m):
        for lane in range(LANES):
            out[by_tier[j], lane] = cuts[m - 1 - j, lane]
