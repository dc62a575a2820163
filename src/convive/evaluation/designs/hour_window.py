"""Closing hours: did the hours in question change beside the other hours, more than they did elsewhere?

A triple difference (Gruber, American Economic Review 1994) of counts as a ratio of rates: treated area less control
area, window less other hours, after less before. What changed for a whole area, for a whole hour of the day in both
areas, or for both areas in a period, drops out. What moved to later hours shows as the ratio of the ``hours_after``.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.blocks import ratio
from convive.evaluation.regression import lags_for
from convive.evaluation.result import Effect, Interval, Placebo
from convive.evaluation.series import Panel
from convive.evaluation.window import told_once, treated_and_compared, window

NAME = "hour-window"


def hour_window(
    window_hours: Panel,
    other_hours: Panel,
    treated: str,
    control: str,
    start: dt.date,
    *,
    hours_after: Panel | None = None,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> Effect:
    """The rate ratio in the hours of the measure in ``treated``, from panels of the same areas in the
    ``window_hours``, the ``other_hours``, and the ``hours_after`` the window into which violence may move.

    Raises :class:`~convive.errors.EvaluationError` as :func:`~convive.evaluation.window.window` does on each of the
    four streams, and for panels that are not of the same periods.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    panels = [window_hours, other_hours, *([hours_after] if hours_after is not None else [])]
    if any(one.starts != window_hours.starts or one.period != window_hours.period for one in panels):
        raise EvaluationError(Problem("evaluation-periods-differ", value=start.isoformat()))
    cuts, parts = [], []
    for one in panels:
        own, other, _ = treated_and_compared(one, [treated], start, [control])
        cuts += [window(side, start) for side in (own, other)]
        parts.append((own, other))
    cut = cuts[0]
    used, after = cut.used, cut.after[cut.used]

    def triple(first: int, second: int) -> tuple[float, float, float, float]:
        sides = [parts[first][0], parts[first][1], parts[second][0], parts[second][1]]
        found = ratio(
            np.vstack([one.counts[:, used] for one in sides]),
            np.vstack([one.exposure[:, used] for one in sides]),
            np.array([1.0, -1.0, -1.0, 1.0]),
            after,
            lags=lags_for(int(used.sum())),
            confidence=confidence,
            simulations=simulations,
            seed=seed,
        )
        return math.exp(found.found), math.exp(found.low), math.exp(found.high), found.p

    estimate, low, high, p = triple(0, 1)
    moved: tuple[Placebo, ...] = ()
    if hours_after is not None:
        moved = (Placebo("displacement", "hours-after", *triple(2, 1)),)
    observed = float(parts[0][0].counts[:, cut.after].sum())
    return Effect(
        NAME,
        "rate-ratio",
        estimate,
        low,
        high,
        p,
        "newey-west",
        averted=Interval(observed * (1 / estimate - 1), observed * (1 / high - 1), observed * (1 / low - 1)),
        placebos=moved,
        warnings=told_once(*(one.warnings for one in cuts)),
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"observed": observed, "without": observed / estimate},
    )
