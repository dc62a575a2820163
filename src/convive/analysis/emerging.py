"""Emerging hot spots: which places are hot now, since when, and whether they grow hotter.

Every place at every step is compared with all places at all steps (Gi* over the whole cube of places and steps), with
false discoveries controlled over the cube; the trend of a place is that of its Gi* (Mann, Econometrica 1945; Kendall,
Rank Correlation Methods, with ties and the correction for continuity). The categories are those of ArcGIS (Emerging Hot
Spot Analysis, «How it works», the definitions of Pro 3), in the order of their table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import Floats, at_least, require
from convive.analysis.local_statistics import NULL, GetisOrd, false_discovery, getis_ord
from convive.analysis.neighbours import Neighbours
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

LEAST_STEPS = 10
"""ArcGIS asks for as many; below, hardly any trend can be told and nine tenths of the steps are all of them."""

PATTERNS = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
NOTHING = "no pattern"
UNKNOWN = "cannot be said"


@dataclass(frozen=True)
class Trend:
    """Mann–Kendall of each series: ``statistic`` S, ``tau`` (b), ``z`` with the correction for continuity, ``p``
    two-sided by the normal approximation and ``q`` its false-discovery rate; NaN where a series is constant."""

    statistic: Floats
    tau: Floats
    z: Floats
    p: Floats
    q: Floats
    null: str = "the order of the steps means nothing"


@dataclass(frozen=True)
class EmergingHotSpots:
    """``pattern`` of each place: ``new hot``, … ``historical cold``, ``no pattern``, or ``cannot be said`` for a place
    without neighbours. ``hot`` and ``cold`` (step, place): what is significant; ``z`` (step, place) of Gi*, ``p`` by
    permutation and ``q`` its false-discovery rate over the cube. ``trend`` of each place's Gi*; ``latest_q``: q at
    the last step."""

    pattern: tuple[str, ...]
    hot: NDArray[np.bool_]
    cold: NDArray[np.bool_]
    z: Floats
    p: Floats
    q: Floats
    latest_q: Floats
    trend: Trend
    alpha: float
    steps: int
    simulations: int
    seed: int
    null: str = NULL


def emerging_hot_spots(
    counts: ArrayLike,
    neighbours: Neighbours,
    *,
    lags: int = 0,
    window: str = "cube",
    alpha: float = 0.05,
    simulations: int = 9_999,
    seed: int = 0,
) -> EmergingHotSpots:
    """The pattern of each place from ``counts`` (steps, places), the steps in order and of one length.

    ``neighbours`` of the places. ``lags``: how many steps before also count as neighbours; ArcGIS takes 1, but then
    neighbouring steps share their counts and trends look surer than they are, hence 0. ``window``: ``cube`` compares
    with all places and steps, ``step`` with those of the same step (then ``lags`` must be 0). ``alpha``: largest q of
    a hot or cold place and largest p of a trend. Many ``simulations``, because the false-discovery rate needs small
    p-values. A step whose places are all alike holds nothing hot where compared with itself.

    Raises :class:`~convive.errors.AnalysisError`: fewer than 10 steps, missing, negative or constant counts.
    """
    cube = np.asarray(counts, dtype=np.float64)
    if cube.ndim != 2 or cube.shape[1] != neighbours.n:
        values = {"what": "counts", "got": str(cube.shape), "wanted": f"(steps, {neighbours.n})"}
        raise AnalysisError(Problem("analysis-shape", values=values))
    if not np.isfinite(cube).all():
        missing = int(np.count_nonzero(~np.isfinite(cube)))
        raise AnalysisError(Problem("analysis-not-numbers", values={"n": missing, "what": "counts"}))
    steps, places = cube.shape
    at_least(steps, LEAST_STEPS)
    require(0 < alpha < 1, what="alpha", got=alpha, wanted="between 0 and 1")
    require(window in ("cube", "step"), what="window", got=window, wanted="cube or step")
    require(0 <= lags < steps, what="lags", got=lags, wanted="from 0, fewer than steps")
    require(window == "cube" or lags == 0, what="lags", got=lags, wanted="0 where steps are compared alone")
    if window == "cube":
        told = getis_ord(cube.ravel(), _through_time(neighbours, steps, lags), simulations=simulations, seed=seed)
        z, p, q = (one.reshape(steps, places) for one in (told.z, told.p, told.q))
    else:
        z, p = _step_by_step(cube, neighbours, simulations, seed)
        q = false_discovery(p.ravel()).reshape(steps, places)
    with np.errstate(invalid="ignore"):
        significant = q <= alpha
        hot, cold = significant & (z > 0), significant & (z < 0)
    trend = mann_kendall(z.T)
    known = neighbours.counts > 0
    return EmergingHotSpots(
        pattern=patterns(hot, cold, trend, alpha=alpha, known=known),
        hot=hot,
        cold=cold,
        z=z,
        p=p,
        q=q,
        latest_q=q[-1],
        trend=trend,
        alpha=alpha,
        steps=steps,
        simulations=simulations,
        seed=seed,
    )


def mann_kendall(series: ArrayLike) -> Trend:
    """The Mann–Kendall test of each row of ``series`` (k, steps); steps without a number (NaN) are left out. A row of
    fewer than four numbers, or of equal ones, gives NaN."""
    rows = np.ascontiguousarray(np.atleast_2d(np.asarray(series, dtype=np.float64)))
    found = np.empty((len(rows), 4))
    in_threads(_kendall, len(rows), rows, found)
    statistic, variance, pairs, untied = found.T
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = statistic / np.sqrt(pairs * untied)
        z = np.sign(statistic) * np.maximum(np.abs(statistic) - 1, 0) / np.sqrt(variance)
    p: Floats = np.minimum(2 * stats.norm.sf(np.abs(z)), 1.0)
    return Trend(statistic, tau, z, p, false_discovery(p))


@njit(cache=True, nogil=True)
def _kendall(run: Run, rows: Floats, found: Floats) -> None:
    """S, its variance with ties, all pairs and those not tied; NaN where nothing can be said."""
    for row in range(run[0], run[1]):
        values = np.sort(rows[row][~np.isnan(rows[row])])
        series = rows[row][~np.isnan(rows[row])]
        n = len(series)
        found[row] = np.nan
        if n < 4 or values[0] == values[-1]:
            continue
        total = 0.0
        for later in range(n):
            for earlier in range(later):
                total += np.sign(series[later] - series[earlier])
        variance, tied, alike = n * (n - 1.0) * (2 * n + 5), 0.0, 1
        for at in range(1, n + 1):
            if at < n and values[at] == values[at - 1]:
                alike += 1
            else:
                variance -= alike * (alike - 1.0) * (2 * alike + 5)
                tied += alike * (alike - 1.0) / 2
                alike = 1
        pairs = n * (n - 1.0) / 2
        found[row, 0], found[row, 1], found[row, 2], found[row, 3] = total, variance / 18, pairs, pairs - tied


def patterns(
    hot: NDArray[np.bool_],
    cold: NDArray[np.bool_],
    trend: Trend,
    *,
    alpha: float = 0.05,
    known: NDArray[np.bool_] | None = None,
) -> tuple[str, ...]:
    """The pattern of each place from what is ``hot`` and ``cold`` (step, place) and the ``trend`` of its Gi*.

    Of the patterns that fit, the first in ArcGIS's table holds, but for one: a place that is hot in nine tenths of the
    steps and not in the last is «historical», where its definition of «persistent» would let it be both.
    """
    rising = (trend.p <= alpha) & (trend.statistic > 0)
    falling = (trend.p <= alpha) & (trend.statistic < 0)
    warm = _sided(hot, cold, rising, falling)
    # For a cold spot a falling Gi* is what intensifies it.
    cool = _sided(cold, hot, falling, rising)
    told: list[str] = []
    for place in range(hot.shape[1]):
        if known is not None and not known[place]:
            told.append(UNKNOWN)
            continue
        first = next((f"{name} hot" for name in PATTERNS if warm[name][place]), "")
        second = next((f"{name} cold" for name in PATTERNS if cool[name][place]), "")
        # Hot and cold patterns exclude each other but where one place was both: the last step decides.
        now_cold = bool(cold[-1, place])
        told.append((second or first if now_cold else first or second) or NOTHING)
    return tuple(told)


def _sided(
    hot: NDArray[np.bool_], cold: NDArray[np.bool_], stronger: NDArray[np.bool_], weaker: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Of each pattern whether each place fits its definition."""
    steps = len(hot)
    now, times = hot[-1], hot.sum(axis=0)
    mostly = 10 * times >= 9 * steps
    # The last run of hot steps, 0 where the last step is not hot.
    run = np.where(hot.all(axis=0), steps, np.argmin(hot[::-1], axis=0))
    ever_cold = cold.any(axis=0)
    return {
        "new": now & (times == 1),
        "consecutive": now & (run >= 2) & (run == times) & ~mostly,
        "intensifying": now & mostly & stronger,
        "persistent": now & mostly & ~stronger & ~weaker,
        "diminishing": now & mostly & weaker,
        "sporadic": now & (times > run) & ~mostly & ~ever_cold,
        "oscillating": now & ~mostly & ever_cold,
        "historical": ~now & mostly,
    }


def _through_time(neighbours: Neighbours, steps: int, lags: int) -> Neighbours:
    """The neighbours of each place at each step: those of the place then, and with it in the ``lags`` steps before."""
    n = neighbours.n
    own = np.repeat(np.arange(n), neighbours.counts)
    every = np.arange(steps)
    one = [(own + every[:, None] * n).ravel()]
    other = [(neighbours.other + every[:, None] * n).ravel()]
    for lag in range(1, lags + 1):
        late = np.arange(lag, steps)[:, None]
        here = np.concatenate([own, np.arange(n)])
        there = np.concatenate([neighbours.other, np.arange(n)])
        one.append((here + late * n).ravel())
        other.append((there + (late - lag) * n).ravel())
    ends, starts = np.concatenate(other), np.concatenate(one)
    order = np.lexsort((ends, starts))
    begins = np.concatenate([[0], np.cumsum(np.bincount(starts, minlength=n * steps))]).astype(np.int64)
    return Neighbours(begins, np.ascontiguousarray(ends[order]), np.ones(len(ends)))


def _step_by_step(cube: Floats, neighbours: Neighbours, simulations: int, seed: int) -> tuple[Floats, Floats]:
    """Gi* of each step alone; NaN where all its places are alike."""
    z, p = np.full(cube.shape, np.nan), np.full(cube.shape, np.nan)
    if bool(np.all(cube == cube[:, :1])):
        raise AnalysisError(Problem("analysis-constant", values={"what": "counts"}))
    for step, values in enumerate(cube):
        if np.any(values != values[0]):
            told: GetisOrd = getis_ord(values, neighbours, simulations=simulations, seed=seed + step)
            z[step], p[step] = told.z, told.p
    return z, p
