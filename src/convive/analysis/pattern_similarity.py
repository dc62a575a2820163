"""Are two patterns alike? The spatial point pattern test: of two years, of two kinds of crime, of two sources.

Only where events lie is compared, not how many there are: each pattern is brought to shares of its whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import Floats, at_least, checked_values, require
from convive.analysis.local_statistics import false_discovery

NULL = "both patterns share the events' places: each event is of either by chance"


@dataclass(frozen=True)
class PatternSimilarity:
    """``s``: the share of units whose share of the base lies within the interval of the other's (Andresen's S);
    ``s_robust``: of the units with an event in either. Units without events always agree, so that S is high where
    events are few: read ``s_robust`` first, and ``p``.

    ``low`` and ``high`` (n,): each unit's interval; ``direction`` (n,): 1 where the other pattern has significantly
    more, -1 less, 0 the same. ``unit_p`` (n,): of each unit's two shares, exact, with false-discovery rate ``unit_q``
    (Wheeler, Steenbeek & Andresen, Transactions in GIS 2018). ``p``: of all shares together, by giving the events to
    the two patterns at random.
    """

    s: float
    s_robust: float
    low: Floats
    high: Floats
    direction: NDArray[np.int64]
    unit_p: Floats
    unit_q: Floats
    p: float
    units: int
    empty: int
    confidence: float
    simulations: int
    seed: int
    null: str = NULL


def pattern_similarity(
    base: ArrayLike,
    other: ArrayLike,
    *,
    sampled: float | None = None,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> PatternSimilarity:
    """Compare events by unit of the ``base`` pattern (n,) with those of the ``other`` (n,), both whole numbers.

    The interval of the other's shares is that of resampling its events with replacement; ``sampled`` (0–1): draws that
    share of them without replacement instead, 0.85 in the first paper (Andresen, Applied Geography 2009), which makes
    intervals too narrow. Raises :class:`~convive.errors.AnalysisError`: no events in one of the two, one unit.
    """
    first, second = checked_values(base, what="base"), checked_values(other, what="other")
    require(len(first) == len(second), what="other", got=len(second), wanted=str(len(first)))
    at_least(len(first), 2)
    for what, counts in (("base", first), ("other", second)):
        whole = bool(np.all(counts >= 0) and np.all(counts == np.round(counts)))
        require(whole, what=what, got="fractions or negative", wanted="whole numbers from 0 on")
        at_least(int(counts.sum()), 1)
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
    require(sampled is None or 0 < sampled < 1, what="sampled", got=sampled, wanted="0 … 1")
    generator = np.random.default_rng(seed)
    a, b = first.astype(np.int64), second.astype(np.int64)
    shares = a / a.sum()
    low, high = _interval(b, sampled, confidence, simulations, generator)
    direction = np.where(shares < low, 1, np.where(shares > high, -1, 0))
    seen = (a + b) > 0
    unit_p = np.ones(len(a))
    for at in np.flatnonzero(seen):
        table = [[a[at], a.sum() - a[at]], [b[at], b.sum() - b[at]]]
        unit_p[at] = stats.fisher_exact(table).pvalue
    unit_q = np.ones(len(a))
    unit_q[seen] = false_discovery(unit_p[seen])
    return PatternSimilarity(
        float(np.mean(direction == 0)),
        float(np.mean(direction[seen] == 0)),
        low,
        high,
        direction,
        unit_p,
        unit_q,
        _global_p(a, b, simulations, generator),
        len(a),
        int((~seen).sum()),
        confidence,
        simulations,
        seed,
    )


def _interval(
    counts: NDArray[np.int64],
    sampled: float | None,
    confidence: float,
    simulations: int,
    generator: np.random.Generator,
) -> tuple[Floats, Floats]:
    events = int(counts.sum())
    if sampled is None:
        drawn = generator.multinomial(events, counts / events, size=simulations) / events
    else:
        kept = max(1, round(sampled * events))
        drawn = generator.multivariate_hypergeometric(counts, kept, size=simulations, method="count") / kept
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), axis=0)
    return low, high


def _global_p(a: NDArray[np.int64], b: NDArray[np.int64], simulations: int, generator: np.random.Generator) -> float:
    """The chi-squared statistic of the two rows of counts among that of events given to the rows at random."""
    both = a + b
    seen = both > 0
    expected = both[seen] * (a.sum() / both.sum())

    def apart(one: NDArray[np.int64]) -> Floats:
        statistic: Floats = ((one[..., seen] - expected) ** 2 / expected).sum(axis=-1)
        return statistic

    drawn = generator.multivariate_hypergeometric(both, int(a.sum()), size=simulations, method="count")
    return float((1 + (apart(drawn) >= apart(a) - 1e-9).sum()) / (1 + simulations))
