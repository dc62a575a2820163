"""The smallest change that changes the winner, exactly: of scores under fixed weights, of weights under fixed scores.

Both are linear programmes with one constraint that matters, the challenger's value reaching the winner's, and are
solved by taking what closes the gap fastest first (the fractional knapsack; Dantzig, Operations Research 1957). The
questions are those of Triantaphyllou & Sánchez (Decision Sciences 1997) and Ríos Insua & French (European Journal of
Operational Research 1991).

The winner is the approach with the largest total; where several share it, the first of them in the matrix, whose lead
over the others is then 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convive.decision.matrix import Floats, Integers, Matrix, slack


@dataclass(frozen=True)
class Step:
    """A score moved by whole steps of the scale: of ``approach`` on ``criterion`` from ``old`` to ``new``."""

    approach: int
    criterion: int
    old: float
    new: float


@dataclass(frozen=True)
class ScoreChange:
    """What it takes for ``challenger`` to reach the winner by moving scores of the two.

    ``least``: the smallest sum of absolute changes, were scores continuous (the linear programme's value). ``to_tie``
    and ``to_pass``: the fewest whole steps of the scale with which it draws level or passes, and ``passing``: such
    steps. NaN, -1 and none where the scale has no room for it.
    """

    challenger: int
    gap: float
    least: float
    to_tie: int
    to_pass: int
    passing: tuple[Step, ...]


@dataclass(frozen=True)
class WeightChange:
    """The smallest change of weights with which ``challenger`` reaches the winner: the share of all weight, 0 … 1, that
    must be ``moved`` from some criteria to others, and the ``weights`` (m,) it leads to, in the matrix's units. NaN
    where no weights bring it level."""

    challenger: int
    moved: float
    weights: Floats


@dataclass(frozen=True)
class WeightRange:
    """From ``low`` to ``high``, in the matrix's units and with the other weights as they are, a criterion may weigh
    while the winner stays first, alone or shared. ``high`` is infinite where it never ends. ``at_low`` and ``at_high``:
    who draws level there; -1 for nobody."""

    low: float
    high: float
    at_low: int
    at_high: int


def winner_of(matrix: Matrix) -> int:
    """The row that holds the first place, the first of those that share it."""
    return int(np.flatnonzero(matrix.first)[0])


def score_changes(matrix: Matrix) -> list[ScoreChange]:
    """What it takes for each other approach to reach the winner, the nearest first."""
    best = winner_of(matrix)
    found = [_score_change(matrix, best, at) for at in range(len(matrix.approaches)) if at != best]
    return sorted(found, key=lambda change: (change.to_pass < 0, change.to_pass, change.least, change.challenger))


def single_scores(matrix: Matrix) -> Floats:
    """(n, m): the value nearest to a score which, alone, takes the first place from the winner; NaN where no value of
    the scale does. Whole steps only."""
    best, totals = winner_of(matrix), matrix.totals
    equal = slack(totals)
    found = np.full(matrix.scores.shape, np.nan)
    others = np.delete(totals, best).max()
    for i, j in np.ndindex(found.shape):
        gap = totals[best] - (others if i == best else totals[i])
        for value in _steps_of(matrix, best, i, j):
            if matrix.weights[j] * abs(value - matrix.scores[i, j]) > gap + equal:
                found[i, j] = value
                break
    return found


def weight_changes(matrix: Matrix) -> list[WeightChange]:
    """The smallest change of weights for each other approach, the nearest first."""
    best = winner_of(matrix)
    found = [_weight_change(matrix, best, at) for at in range(len(matrix.approaches)) if at != best]
    return sorted(found, key=lambda change: (np.isnan(change.moved), change.moved, change.challenger))


def weight_ranges(matrix: Matrix) -> list[WeightRange]:
    """For each criterion, the weights with which the winner stays first."""
    best, totals, oriented = winner_of(matrix), matrix.totals, matrix.oriented
    found = []
    for j, weight in enumerate(matrix.weights.tolist()):
        low, high, at_low, at_high = 0.0, np.inf, -1, -1
        for at in range(len(matrix.approaches)):
            lead, slope = totals[best] - totals[at], oriented[best, j] - oriented[at, j]
            turning = weight - lead / slope if slope else np.nan
            if slope > 0 and turning > low:
                low, at_low = turning, at
            elif slope < 0 and turning < high:
                high, at_high = turning, at
        found.append(WeightRange(float(low), float(high), at_low, at_high))
    return found


def _score_change(matrix: Matrix, best: int, challenger: int) -> ScoreChange:
    totals, equal = matrix.totals, slack(matrix.totals)
    gap = float(totals[best] - totals[challenger])
    cells = [(i, j) for i in (challenger, best) for j in range(len(matrix.criteria)) if matrix.weights[j] > 0]
    cells.sort(key=lambda cell: -matrix.weights[cell[1]])
    least, rest = 0.0, gap
    for i, j in cells:
        took = min(_room(matrix, best, i, j), max(rest, 0.0) / matrix.weights[j])
        least, rest = least + took, rest - took * matrix.weights[j]
    steps: Integers = np.array([len(_steps_of(matrix, best, i, j)) for i, j in cells], dtype=np.int64)
    gains = np.repeat([matrix.weights[j] * matrix.scale.step for _, j in cells], steps)
    closed = np.concatenate([[0.0], np.cumsum(gains)])
    ties, passes = np.flatnonzero(closed >= gap - equal), np.flatnonzero(closed > gap + equal)
    to_pass = int(passes[0]) if len(passes) else -1
    return ScoreChange(
        challenger,
        gap,
        float(least) if rest <= equal else float("nan"),
        int(ties[0]) if len(ties) else -1,
        to_pass,
        _taken(matrix, best, cells, steps, to_pass),
    )


def _taken(matrix: Matrix, best: int, cells: list[tuple[int, int]], steps: Integers, count: int) -> tuple[Step, ...]:
    taken = []
    for (i, j), there in zip(cells, steps.tolist(), strict=True):
        here = min(there, count)
        if here > 0:
            values = _steps_of(matrix, best, i, j)
            taken.append(Step(i, j, float(matrix.scores[i, j]), float(values[here - 1])))
            count -= here
    return tuple(taken)


def _room(matrix: Matrix, best: int, i: int, j: int) -> float:
    """How far a score may move to the winner's harm: the winner's down in worth, another's up."""
    upwards = (matrix.signs[j] > 0) != (i == best)
    end = matrix.scale.high if upwards else matrix.scale.low
    return float(abs(end - matrix.scores[i, j]))


def _steps_of(matrix: Matrix, best: int, i: int, j: int) -> Floats:
    """The values that a score reaches by whole steps in that direction, the nearest first."""
    upwards = (matrix.signs[j] > 0) != (i == best)
    many = int(np.floor(_room(matrix, best, i, j) / matrix.scale.step + 1e-9))
    return np.asarray(matrix.scores[i, j] + (1 if upwards else -1) * matrix.scale.step * np.arange(1, many + 1))


def _weight_change(matrix: Matrix, best: int, challenger: int) -> WeightChange:
    """Weight moves from the criteria that speak most for the winner to the one that speaks most for the challenger:
    each unit from criterion j to the best one closes the gap by the difference of their leads."""
    total = matrix.weights.sum()
    weights = matrix.weights / total
    lead = matrix.oriented[challenger] - matrix.oriented[best]
    rest, moved, to = float(-(weights @ lead)), 0.0, int(np.argmax(lead))
    equal = slack(lead)
    for j in np.argsort(lead, kind="stable"):
        gain = lead[to] - lead[j]
        if rest <= equal or gain <= 0:
            break
        took = min(weights[j], rest / gain)
        weights[j] -= took
        weights[to] += took
        moved, rest = moved + took, rest - took * gain
    if rest > equal:
        return WeightChange(challenger, float("nan"), np.full(len(weights), np.nan))
    return WeightChange(challenger, float(moved), weights * total)
