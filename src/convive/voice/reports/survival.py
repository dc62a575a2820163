"""Waiting times of which some are still going on: the estimate of Kaplan and Meier, its median and interval.

A report without an answer has waited at least until today. Who leaves it out of the median makes slow bodies look fast;
who counts it as answered today makes young reports look slow. It is *censored*: it counts for as long as it waited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """The curve of those still waiting.

    ``days``: distinct days on which something came, ascending; ``still``: share that waits longer than each;
    ``deviation``: standard deviation of ln(−ln still) by Greenwood's formula, NaN where still is 0 or 1; ``number``:
    waits behind it; ``came``: how many of them ended.
    """

    days: Floats
    still: Floats
    deviation: Floats
    number: int
    came: int

    def median(self) -> float | None:
        """The day by which half had it; None: not even half have it yet."""
        return _first(self.days, self.still <= 0.5 + 1e-12)

    def median_interval(self, level: float = 0.95) -> tuple[float | None, float | None]:
        """Brookmeyer and Crowley (1982) on the scale ln(−ln): the days on which half cannot be refused; None: no end.

        The same as ``survfit(conf.type = "log-log")`` of R.
        """
        low, high = self._bounds(level)
        return _first(self.days, low <= 0.5), _first(self.days, high <= 0.5)

    def share_by(self, day: float) -> float:
        """Share that had it within ``day`` days."""
        at = int(np.searchsorted(self.days, day, side="right")) - 1
        return 0.0 if at < 0 else float(1 - self.still[at])

    def share_interval(self, day: float, level: float = 0.95) -> tuple[float, float]:
        """The interval of :meth:`share_by`. Where none or all had it, exact by Clopper and Pearson on the number at the
        start, for there the curve has no deviation."""
        at = int(np.searchsorted(self.days, day, side="right")) - 1
        tail = (1 - level) / 2
        if at < 0:
            return 0.0, float(1 - tail ** (1 / self.number)) if self.number else 1.0
        if np.isnan(self.deviation[at]):
            return (float(tail ** (1 / self.number)), 1.0) if self.still[at] == 0 else (0.0, 1.0)
        low, high = self._bounds(level)
        return float(1 - high[at]), float(1 - low[at])

    def _bounds(self, level: float) -> tuple[Floats, Floats]:
        reach = float(ndtri((1 + level) / 2)) * self.deviation
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            low, high = self.still ** np.exp(reach), self.still ** np.exp(-reach)
        return np.where(np.isnan(low), self.still, low), np.where(np.isnan(high), self.still, high)


def waiting(days: ArrayLike, came: ArrayLike) -> Waiting:
    """The curve of waits of ``days`` (n, ≥ 0) of which those with ``came`` (n, bool) ended and the others go on.

    Kaplan and Meier (1958).
    """
    waited, ended = np.asarray(days, dtype=np.float64), np.asarray(came, dtype=bool)
    if waited.shape != ended.shape or (waited < 0).any() or not np.isfinite(waited).all():
        raise ValueError("waits are days, not below zero, each with whether it ended")
    moments, events = np.unique(waited[ended], return_counts=True)
    at_risk = len(waited) - np.searchsorted(np.sort(waited), moments, side="left")
    still = np.cumprod(1 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        deviation = greenwood / np.abs(np.log(still))
    deviation = np.where(np.isfinite(deviation), deviation, np.nan)
    return Waiting(moments, still, deviation, len(waited), int(ended.sum()))


def _first(days: Floats, reached: NDArray[Any]) -> float | None:
    found = np.flatnonzero(reached)
    return float(days[found[0]]) if len(found) else None
