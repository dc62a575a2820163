"""How firm a ranking is when scores, weights or both are uncertain: SMAA-2 (Lahdelma & Salminen, Operations Research
2001, 49(3), 444–454).

Scores and weights are drawn again and again; counted is how often each approach takes each rank (rank acceptability),
which weights speak for it (central weights: the mean of those that put it first), and how surely it is first for
someone with just these weights (confidence factor).

Ties are shared: approaches that are equal in a draw divide the ranks they take evenly, so that two which share the
first place have half of it each. Every row and every column of the acceptabilities adds up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from convive.analysis.chance import stream
from convive.analysis.checks import require
from convive.analysis.threads import Run, in_threads
from convive.decision.draws import LANES, coins_of, draw_scores, draw_weights
from convive.decision.matrix import TOLERANCE, Floats, Integers, Scale

CHUNKS = 64
"""Draws are made in so many streams, however many threads there are, and added up in their order."""


@dataclass(frozen=True)
class UncertainScores:
    """For each cell the ``values`` (n, m, k) it may take and the ``cumulative`` probability (n, m, k) of each, whose
    last is 1. Cells are drawn independently."""

    values: Floats
    cumulative: Floats

    @property
    def fixed(self) -> bool:
        return int(self.values.shape[2]) == 1

    @classmethod
    def exact(cls, scores: ArrayLike) -> UncertainScores:
        """Scores (n, m) as they are."""
        values = np.asarray(scores, dtype=np.float64)[:, :, None]
        return cls(values, np.ones_like(values))

    @classmethod
    def moved(
        cls, scores: ArrayLike, scale: Scale, probabilities: Sequence[float] = (0.25, 0.5, 0.25)
    ) -> UncertainScores:
        """Each score down one step, as it is, or up one step with the three ``probabilities``; beyond the scale's end
        it stays at the end."""
        chances = np.asarray(probabilities, dtype=np.float64)
        require(
            len(chances) == 3 and bool(chances.min() >= 0) and bool(abs(chances.sum() - 1) < TOLERANCE),
            what="probabilities",
            got=tuple(probabilities),
            wanted="3, >= 0, sum 1",
        )
        steps = np.array([-scale.step, 0.0, scale.step])
        values = scale.clipped(np.asarray(scores, dtype=np.float64)[:, :, None] + steps)
        return cls(values, _cumulative(np.broadcast_to(chances, values.shape)))

    @classmethod
    def of_scorers(cls, sheets: ArrayLike) -> UncertainScores:
        """Each cell is what one of the scorers who scored it gave, each as likely; ``sheets`` (s, n, m), NaN where one
        gave none. Every cell needs one score."""
        given = np.asarray(sheets, dtype=np.float64).transpose(1, 2, 0)
        there = np.isfinite(given)
        count = there.sum(axis=2, keepdims=True)
        require(bool(count.min() > 0), what="sheets", got="0", wanted=">= 1 score a cell")
        return cls(np.where(there, given, 0.0), _cumulative(there / count))


@dataclass(frozen=True)
class UncertainWeights:
    """Either ``rows`` (r, m), of which each draw takes one, or, where there are none, any weights that are not negative
    and add to 1, all as likely, as far as ``tiers`` (m,) allow: a criterion of a lower tier weighs at least as much as
    one of a higher."""

    rows: Floats
    tiers: Integers

    @property
    def fixed(self) -> bool:
        return len(self.rows) == 1

    @classmethod
    def exact(cls, weights: ArrayLike) -> UncertainWeights:
        """Weights (m,) as they are, brought to the sum 1."""
        return cls.of_scorers(np.asarray(weights, dtype=np.float64)[None, :])

    @classmethod
    def of_scorers(cls, rows: ArrayLike) -> UncertainWeights:
        """The weights of one of several people (r, m), each as likely, each brought to the sum 1."""
        given = np.asarray(rows, dtype=np.float64)
        require(
            given.ndim == 2 and bool(given.min() >= 0) and bool((given.sum(axis=1) > 0).all()),
            what="weights",
            got=str(given.tolist()),
            wanted=">= 0, sum > 0",
        )
        return cls(given / given.sum(axis=1, keepdims=True), np.zeros(given.shape[1], np.int64))

    @classmethod
    def free(cls, m: int) -> UncertainWeights:
        """Any weights of ``m`` criteria."""
        return cls.ordered([range(m)], m)

    @classmethod
    def largest(cls, criterion: int, m: int) -> UncertainWeights:
        """Any weights of which that of ``criterion`` is the largest."""
        return cls.ordered([[criterion], [at for at in range(m) if at != criterion]], m)

    @classmethod
    def ordered(cls, groups: Sequence[Sequence[int]], m: int) -> UncertainWeights:
        """Any weights in the order of ``groups`` of criteria, the heaviest group first; within a group nothing is
        known. Each of ``m`` criteria stands in one group."""
        named = sorted(at for group in groups for at in group)
        require(named == list(range(m)), what="groups", got=str(named), wanted=f"0 … {m - 1}")
        tiers = np.zeros(m, np.int64)
        for tier, group in enumerate(groups):
            tiers[list(group)] = tier
        return cls(np.zeros((0, m)), tiers)


@dataclass(frozen=True)
class Smaa:
    """``acceptability`` (n, n): how often approach i takes rank j, the first in column 0. ``central`` (n, m): the mean
    weights of the draws that it is first in, a shared first place counting by its share; NaN where it never is.
    ``confidence`` (n,): how often it is first at its central weights, by shares too; NaN likewise. ``draws``, ``seed``:
    what it rests on."""

    acceptability: Floats
    central: Floats
    confidence: Floats
    draws: int
    seed: int

    @property
    def first(self) -> Floats:
        """How often each approach is first (n,)."""
        return np.asarray(self.acceptability[:, 0])

    @property
    def error(self) -> float:
        """The largest standard error that counting draws leaves in an acceptability."""
        share = self.acceptability
        return float(np.sqrt(share * (1 - share) / self.draws).max())


def smaa(
    scores: UncertainScores, weights: UncertainWeights, signs: ArrayLike, *, draws: int = 100_000, seed: int = 0
) -> Smaa:
    """SMAA-2 of ``scores`` on criteria with ``signs`` (m,), under ``weights``.

    The same seed gives the same answer whatever the number of threads. Raises
    :class:`~convive.errors.AnalysisError` for arguments that do not fit each other.
    """
    n, m, _ = scores.values.shape
    require(draws >= 1, what="draws", got=draws, wanted=">= 1")
    require(len(weights.tiers) == m, what="weights", got=len(weights.tiers), wanted=f"{m}")
    oriented = np.ascontiguousarray(scores.values * np.asarray(signs, dtype=np.float64)[None, :, None])
    equal = TOLERANCE * max(1.0, float(np.abs(oriented).max()))
    needed = 1 if scores.fixed and weights.fixed else draws
    shares, sums = np.zeros((CHUNKS, n, n)), np.zeros((CHUNKS, *oriented.shape[:2]))
    given = oriented, scores.cumulative, *coins_of(oriented, scores.cumulative)
    dealt = weights.rows, *_by_tier(weights.tiers)
    in_threads(_simulate, CHUNKS, *given, *dealt, needed, seed, equal, shares, sums)
    acceptability = shares.sum(axis=0) / needed
    first = acceptability[:, 0] * needed
    never = first == 0
    with np.errstate(invalid="ignore"):
        central = np.where(never[:, None], np.nan, sums.sum(axis=0) / first[:, None])
    confidence = np.full(n, np.nan)
    if weights.fixed:
        confidence[~never] = acceptability[~never, 0]
    else:
        at = np.flatnonzero(~never)
        again = 1 if scores.fixed else draws
        won = np.zeros((CHUNKS, len(at)))
        in_threads(_confidence, CHUNKS, *given, np.ascontiguousarray(central[at]), at, again, seed + 1, equal, won)
        confidence[at] = won.sum(axis=0) / again
    return Smaa(acceptability, central, confidence, draws, seed)


def _by_tier(tiers: Integers) -> tuple[Integers, Integers]:
    """The criteria in the order of their tiers, and where each tier ends."""
    by_tier = np.argsort(tiers, kind="stable")
    ordered = tiers[by_tier]
    return by_tier, np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, len(tiers))


def _cumulative(chances: NDArray[np.float64]) -> Floats:
    summed = np.cumsum(chances, axis=2)
    summed[:, :, -1] = 1.0
    # What follows the last value that can come must not come by rounding.
    summed[summed >= 1.0 - TOLERANCE] = 1.0
    return np.ascontiguousarray(summed)


@njit(cache=True, nogil=True)
def _simulate(
    run: Run,
    values: Floats,
    cumulative: Floats,
    faces: Floats,
    coins: int,
    rows: Floats,
    by_tier: Integers,
    ends: Integers,
    draws: int,
    seed: int,
    equal: float,
    shares: Floats,
    sums: Floats,
) -> None:
    n, m, _ = values.shape
    scores, value = np.empty((n, m, LANES)), np.empty((n, LANES))
    weights, cuts = np.empty((m, LANES)), np.empty((m + 1, LANES))
    better, level = np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    for chunk in range(run[0], run[1]):
        state = stream(seed, chunk)
        share, total = np.zeros((n, n)), np.zeros((n, m))
        end = (chunk + 1) * draws // CHUNKS
        for start in range(chunk * draws // CHUNKS, end, LANES):
            draw_weights(rows, by_tier, ends, state, cuts, weights)
            draw_scores(values, cumulative, faces, coins, state, scores)
            for i in range(n):
                for lane in range(LANES):
                    value[i, lane] = 0.0
                for j in range(m):
                    for lane in range(LANES):
                        value[i, lane] += scores[i, j, lane] * weights[j, lane]
            for i in range(n):
                better[:] = 0
                level[:] = 0
                for other in range(n):
                    for lane in range(LANES):
                        ahead = value[other, lane] - value[i, lane]
                        better[lane] += ahead > equal
                        level[lane] += abs(ahead) <= equal
                for lane in range(min(LANES, end - start)):
                    part = 1.0 / level[lane]
                    for rank in range(better[lane], better[lane] + level[lane]):
                        share[i, rank] += part
                    if better[lane] == 0:
                        for j in range(m):
                            total[i, j] += part * weights[j, lane]
        shares[chunk], sums[chunk] = share, total


@njit(cache=True, nogil=True)
def _confidence(
    run: Run,
    values: Floats,
    cumulative: Floats,
    faces: Floats,
    coins: int,
    central: Floats,
    at: Integers,
    draws: int,
    seed: int,
    equal: float,
    won: Floats,
) -> None:
    """How often approach ``at[c]`` is first under weights ``central[c]``, by shares."""
    n, m, _ = values.shape
    scores, ahead = np.empty((n, m, LANES)), np.empty(LANES)
    own, level = np.empty(LANES), np.empty(LANES, np.int64)
    beaten = np.empty(LANES, np.int64)
    for chunk in range(run[0], run[1]):
        state = stream(seed, chunk)
        mine = np.zeros(len(at))
        end = (chunk + 1) * draws // CHUNKS
        for start in range(chunk * draws // CHUNKS, end, LANES):
            draw_scores(values, cumulative, faces, coins, state, scores)
            for c in range(len(at)):
                _worth(scores[at[c]], central[c], own)
                level[:] = 0
                beaten[:] = 0
                for i in range(n):
                    _worth(scores[i], central[c], ahead)
                    for lane in range(LANES):
                        beaten[lane] += ahead[lane] - own[lane] > equal
                        level[lane] += abs(ahead[lane] - own[lane]) <= equal
                for lane in range(min(LANES, end - start)):
                    mine[c] += (beaten[lane] == 0) / level[lane]
        won[chunk] = mine


@njit(cache=True, inline="always")
def _worth(scores: Floats, weights: Floats, out: Floats) -> None:
    """The value of one approach in each lane, from its ``scores`` (m, LANES) under ``weights`` (m,): four criteria in
    one go, so that what is added up is written less often."""
    m = len(weights)
    for lane in range(LANES):
        out[lane] = 0.0
    for j in range(0, m - 3, 4):
        w, x, y, z = weights[j], weights[j + 1], weights[j + 2], weights[j + 3]
        for lane in range(LANES):
            out[lane] += (scores[j, lane] * w + scores[j + 1, lane] * x) + (
                scores[j + 2, lane] * y + scores[j + 3, lane] * z
            )
    for j in range(m - m % 4, m):
        for lane in range(LANES):
            out[lane] += scores[j, lane] * weights[j]
