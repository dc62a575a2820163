"""Who sees it otherwise: sheets of several scorers, cell by cell, and what the group makes of them.

Sheets are filled in blind, each before its writer has seen another: a score heard first pulls the others after it
(Delbecq, Van de Ven & Gustafson, Group Techniques for Program Planning, 1975, on the nominal group). What is shown
afterwards is not only the mean: where two groups differ by the whole scale, the mean is nobody's view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convive.analysis.checks import require
from convive.decision.matrix import Booleans, Floats, first_places, weighted_sums


@dataclass(frozen=True)
class Dissent:
    """One cell on which scorers part: the ``scorer`` farthest from the others, its ``score``, the median ``others``
    gave, and the cell's ``range``."""

    scorer: int
    approach: int
    criterion: int
    score: float
    others: float
    range: float


@dataclass(frozen=True)
class Disagreement:
    """What s scorers gave n approaches on m criteria; NaN where nobody, or too few, said anything.

    ``range`` (n, m): largest less smallest score; ``mean`` (n, m); ``apart`` (s, n, m): each score less the median of
    the other scorers' on that cell. ``totals`` (s, n): each scorer's weighted sums, NaN where one left a cell open;
    ``first`` (s, n): each scorer's first place. ``group`` (n,): the weighted sum of the mean scores under the mean
    weights, with ``low``, ``high`` and ``deviation`` (sample standard deviation) of the scorers' own totals.
    ``without`` (s, n): the group's first place with a scorer left out.
    """

    range: Floats
    mean: Floats
    apart: Floats
    totals: Floats
    first: Booleans
    group: Floats
    low: Floats
    high: Floats
    deviation: Floats
    without: Booleans

    @property
    def distances(self) -> Floats:
        """How far each scorer stands from the others (s,): the mean absolute distance of its scores."""
        return np.asarray(np.nanmean(np.abs(self.apart), axis=(1, 2)))

    def dissents(self, sheets: Floats, least: float) -> list[Dissent]:
        """The cells where scores range over ``least`` or more, the widest first, each with who stands farthest off."""
        found = []
        for i, j in np.argwhere(self.range >= least):
            scorer = int(np.nanargmax(np.abs(self.apart[:, i, j])))
            score = float(sheets[scorer, i, j])
            others = score - float(self.apart[scorer, i, j])
            found.append(Dissent(scorer, int(i), int(j), score, others, float(self.range[i, j])))
        return sorted(found, key=lambda dissent: (-dissent.range, -abs(dissent.score - dissent.others)))


def disagreement(sheets: ArrayLike, signs: ArrayLike, weights: ArrayLike) -> Disagreement:
    """Compare ``sheets`` (s, n, m), NaN where a scorer left a cell open, under the ``weights`` (s, m) of each scorer.

    Needs two scorers or more and one score in every cell; raises :class:`~convive.errors.AnalysisError` else.
    """
    given = np.asarray(sheets, dtype=np.float64)
    own = np.asarray(weights, dtype=np.float64)
    there = np.isfinite(given)
    require(given.ndim == 3 and len(given) >= 2, what="sheets", got=len(given), wanted=">= 2")
    require(own.shape == (given.shape[0], given.shape[2]), what="weights", got=own.shape, wanted="(s, m)")
    require(bool(there.any(axis=0).all()), what="sheets", got="0", wanted=">= 1 score a cell")
    sign = np.asarray(signs, dtype=np.float64)
    totals = np.stack([weighted_sums(sheet * sign, of) for sheet, of in zip(given, own, strict=True)])
    complete = np.isfinite(totals).all(axis=1)
    first = np.zeros(totals.shape, dtype=np.bool_)
    first[complete] = first_places(totals[complete]) if complete.any() else False
    told = totals[complete]
    nothing = np.full(given.shape[1], np.nan)
    return Disagreement(
        range=np.nanmax(given, axis=0) - np.nanmin(given, axis=0),
        mean=np.nanmean(given, axis=0),
        apart=_apart(given),
        totals=totals,
        first=first,
        group=_group(given, own, sign),
        low=told.min(axis=0) if len(told) else nothing,
        high=told.max(axis=0) if len(told) else nothing,
        deviation=told.std(axis=0, ddof=1) if len(told) > 1 else nothing,
        without=_without(given, own, sign),
    )


def _group(given: Floats, weights: Floats, signs: Floats) -> Floats:
    return weighted_sums(np.nanmean(given, axis=0) * signs, weights.mean(axis=0))


def _without(given: Floats, weights: Floats, signs: Floats) -> Booleans:
    """Nobody is first where leaving a scorer out leaves a cell without a score."""
    rows = []
    for scorer in range(len(given)):
        rest = np.delete(given, scorer, axis=0)
        covered = bool(np.isfinite(rest).any(axis=0).all())
        rows.append(
            first_places(_group(rest, np.delete(weights, scorer, axis=0), signs))
            if covered
            else np.zeros(given.shape[1], dtype=np.bool_)
        )
    return np.stack(rows)


def _apart(given: Floats) -> Floats:
    apart = np.full(given.shape, np.nan)
    for scorer in range(len(given)):
        rest = np.delete(given, scorer, axis=0)
        heard = np.isfinite(rest).any(axis=0)
        middle = np.nanmedian(rest[:, heard], axis=0)
        apart[scorer][heard] = given[scorer][heard] - middle
    return apart
