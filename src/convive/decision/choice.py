"""A choice with open eyes: the decision, how firm it is, and who sees it otherwise, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convive.decision.disagreement import Disagreement, disagreement
from convive.decision.dominance import can_be_first, dominance, identical
from convive.decision.matrix import Booleans, Floats, Integers, Matrix, WrongTotal, audit_totals, places
from convive.decision.reading import Strategy
from convive.decision.sensitivity import (
    ScoreChange,
    WeightChange,
    WeightRange,
    score_changes,
    single_scores,
    weight_changes,
    weight_ranges,
    winner_of,
)
from convive.decision.smaa import Smaa, UncertainScores, UncertainWeights, smaa

DRAWS = 100_000


@dataclass(frozen=True)
class Choice:
    """Everything that a committee should see of a matrix before it decides.

    ``places`` (n,) by total; ``wrong_totals``: printed ones that do not add up; ``unreasoned``: how many scores give no
    reason. ``firmness``: SMAA-2 under each setting, by name: ``scores`` (each moved a step or not, the matrix's
    weights), ``weights`` (the scores as they are, any weights), ``order`` (weights in the matrix's order), ``both``
    (scores moved, any weights) and, with sheets, ``people`` (each cell and the weights by one of the scorers).
    ``single`` (n, m): the nearest score that alone takes the first place, NaN for none. ``dissent``: None without two
    sheets that together score every cell.
    """

    strategy: Strategy
    winner: int
    places: Integers
    wrong_totals: tuple[WrongTotal, ...]
    unreasoned: int
    dominance: Booleans
    identical: tuple[tuple[int, ...], ...]
    can_be_first: Booleans
    score_changes: tuple[ScoreChange, ...]
    single: Floats
    weight_changes: tuple[WeightChange, ...]
    weight_ranges: tuple[WeightRange, ...]
    firmness: Mapping[str, Smaa]
    sheets: Floats
    dissent: Disagreement | None

    @property
    def matrix(self) -> Matrix:
        return self.strategy.matrix

    def label(self, approach: int, language: str) -> str:
        return self.strategy.table.approach[approach].label[language]

    def criterion(self, at: int, language: str) -> str:
        return self.strategy.table.criterion[at].label[language]

    def scorer(self, at: int, language: str) -> str:
        return self.strategy.sheets[at].label[language]


def choose(strategy: Strategy, *, draws: int = DRAWS, seed: int = 0) -> Choice:
    """The choice that ``strategy`` leads to, its firmness by ``draws`` draws from ``seed``."""
    matrix = strategy.matrix
    sheets = np.stack([sheet.scores for sheet in strategy.sheets]) if strategy.sheets else np.zeros((0, 0, 0))
    own = [matrix.weights if sheet.weights is None else sheet.weights for sheet in strategy.sheets]
    # A cell that nobody scored leaves nothing to compare; where no scorers are listed, sheets may be incomplete.
    comparable = len(sheets) >= 2 and bool(np.isfinite(sheets).any(axis=0).all())
    firmness = {
        name: smaa(*drawn, matrix.signs, draws=draws, seed=seed)
        for name, drawn in _settings(matrix, sheets if comparable else None, own).items()
    }
    return Choice(
        strategy=strategy,
        winner=winner_of(matrix),
        places=places(matrix.totals),
        wrong_totals=tuple(audit_totals(matrix, strategy.printed)),
        unreasoned=_unreasoned(strategy),
        dominance=dominance(matrix.oriented),
        identical=tuple(identical(matrix.oriented)),
        can_be_first=can_be_first(matrix.oriented),
        score_changes=tuple(score_changes(matrix)),
        single=single_scores(matrix),
        weight_changes=tuple(weight_changes(matrix)),
        weight_ranges=tuple(weight_ranges(matrix)),
        firmness=firmness,
        sheets=sheets,
        dissent=disagreement(sheets, matrix.signs, np.stack(own)) if comparable else None,
    )


def _settings(
    matrix: Matrix, sheets: Floats | None, own: list[Floats]
) -> dict[str, tuple[UncertainScores, UncertainWeights]]:
    m = len(matrix.criteria)
    exact, moved = UncertainScores.exact(matrix.scores), UncertainScores.moved(matrix.scores, matrix.scale)
    free = UncertainWeights.free(m)
    order = [np.flatnonzero(matrix.weights == weight).tolist() for weight in np.unique(matrix.weights)[::-1]]
    settings = {
        "scores": (moved, UncertainWeights.exact(matrix.weights)),
        "weights": (exact, free),
        "order": (exact, UncertainWeights.ordered(order, m)),
        "both": (moved, free),
    }
    if sheets is not None:
        settings["people"] = (UncertainScores.of_scorers(sheets), UncertainWeights.of_scorers(np.stack(own)))
    return settings


def _unreasoned(strategy: Strategy) -> int:
    """Scores that stand there without a reason; one computed from the stakeholders has theirs."""
    return sum(
        (i, j) not in strategy.from_stakeholders
        and ((score := row.scores.get(criterion.id)) is None or score.reason is None)
        for i, row in enumerate(strategy.table.approach)
        for j, criterion in enumerate(strategy.table.criterion)
    )
