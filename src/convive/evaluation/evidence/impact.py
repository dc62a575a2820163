"""What score the evidence suggests for the impact of an approach, by the rule of ``impact.toml``: shown beside the
score that people gave, never in its place."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import FiniteFloat

from convive.decision.matrix import Matrix
from convive.decision.reading import Strategy
from convive.evaluation.evidence import Expected, expected, named
from convive.observatory import Bilingual, Strict


class Step(Strict):
    """A place on the scale, and what an expected effect must be for it; what is not named is not asked."""

    scale: FiniteFloat
    ratio_at_most: FiniteFloat = math.inf
    ratio_at_least: FiniteFloat = 0.0
    high_below: FiniteFloat = math.inf
    low_above: FiniteFloat = -1.0
    studies_at_least: int = 1
    why: Bilingual

    def holds(self, found: Expected) -> bool:
        return (
            self.ratio_at_least <= found.ratio <= self.ratio_at_most
            and found.high < self.high_below
            and found.low > self.low_above
            and len(found.studies) >= self.studies_at_least
        )


class Rule(Strict):
    """The whole of ``impact.toml``."""

    version: str
    source: Bilingual
    step: tuple[Step, ...]


@dataclass(frozen=True)
class Suggested:
    """Of one kind of measure the ``score`` that the evidence suggests, what it is had from, and ``why``."""

    kind: str
    score: float
    found: Expected
    why: Mapping[str, str]


@dataclass(frozen=True)
class Suggestion:
    """What the kinds of measures that an approach cites suggest together: the mean of theirs, towards the middle of the
    scale where it lies between two of its steps. ``silent``: kinds cited of which nothing may be carried over."""

    score: float
    kinds: tuple[Suggested, ...]
    silent: tuple[str, ...]


@cache
def rule() -> Rule:
    return Rule.model_validate(tomllib.loads(Path(__file__).with_name("impact.toml").read_text("utf-8")))


def suggested(kind: str, low: float, high: float, step: float) -> Suggested | None:
    """The score between ``low`` and ``high`` of a kind of measure; None where no study of it may be carried over."""
    found = expected(kind)
    if found is None:
        return None
    chosen = next(one for one in rule().step if one.holds(found))
    return Suggested(kind, _stepped(low + chosen.scale * (high - low), low, high, step), found, chosen.why.model_dump())


def suggestion(kinds: tuple[str, ...], low: float, high: float, step: float = 1.0) -> Suggestion | None:
    """What the ``kinds`` of measures that an approach cites suggest on a scale; None where none says anything."""
    told = {kind: suggested(kind, low, high, step) for kind in dict.fromkeys(kinds)}
    known = tuple(one for one in told.values() if one is not None)
    if not known:
        return None
    mean = sum(one.score for one in known) / len(known)
    return Suggestion(_stepped(mean, low, high, step), known, tuple(kind for kind, one in told.items() if one is None))


@dataclass(frozen=True)
class Beside:
    """What the evidence suggests for a cell (``approach``, ``criterion``) of a matrix, beside what people ``gave``."""

    approach: int
    criterion: int
    given: float
    suggestion: Suggestion


def beside(strategy: Strategy) -> tuple[Beside, ...]:
    """The cells that the evidence speaks to: of criteria that the matrix marks with ``evidence``, where the source of
    the score cites studies of which something may be carried over."""
    scale = strategy.matrix.scale
    found = []
    for j, criterion in enumerate(strategy.table.criterion):
        if not criterion.evidence:
            continue
        for i, row in enumerate(strategy.table.approach):
            score = row.scores.get(criterion.id)
            kinds = tuple(one.measure for one in named(score.source)) if score is not None else ()
            told = suggestion(kinds, scale.low, scale.high, scale.step)
            if told is not None:
                found.append(Beside(i, j, float(strategy.matrix.scores[i, j]), told))
    return tuple(found)


def with_suggested(matrix: Matrix, cells: Sequence[Beside]) -> Matrix:
    """``matrix`` with what the evidence suggests in its ``cells``: to see what would follow, never to decide by."""
    scores = matrix.scores.copy()
    for one in cells:
        scores[one.approach, one.criterion] = one.suggestion.score
    return replace(matrix, scores=scores)


def _stepped(value: float, low: float, high: float, step: float) -> float:
    """``value`` on a step of the scale; halfway between two, the one nearer to the middle, which claims less."""
    steps = (value - low) / step
    below = math.floor(steps + 1e-9)
    rest = steps - below
    up = rest > 0.5 + 1e-9 or (abs(rest - 0.5) <= 1e-9 and value < (low + high) / 2)
    return min(low + step * (below + up), high)
