"""A self-exciting process: each event raises the risk near by for some days, above a background that stays.

The rate at a place and moment is μ(place) + Σ θ · ω exp(-ω days) · N(metres; σ²) over the events before (Mohler, Short,
Brantingham, Schoenberg & Tita, JASA 2011;106:100–8; with the exponential and Gaussian kernels of Mohler, International
Journal of Forecasting 2014;30:491–7). It is fitted by the EM algorithm, which asks of each event how likely it is to be
background and how likely to follow each earlier one (Veen & Schoenberg, JASA 2008). Places are what is watched, never
people: an event «follows» another in space and time, and nothing is said of who did either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import Floats, checked_points, checked_times, require
from convive.analysis.near_pairs import near_pairs
from convive.analysis.threads import Run, in_threads

Places = NDArray[np.int64]

NULL = "a background that stays and events that follow nothing"
LEAST_EVENTS = 30
ROUNDS = 2_000
TOLERANCE = 1e-7
WORTH_THREADS = 200_000
LEAST_FOLLOWERS = 0.1
"""Where fewer events than this are expected to follow another, none does."""
LONGEST_SHARE = 3.0
"""The mean delay and the width of a following may be at most a third of what is looked at: beyond, it cannot be told
from the background."""


@dataclass(frozen=True)
class SelfExciting:
    """The fitted process.

    ``following`` θ: how many events one event brings about by itself (the share of events that follow another is
    ``share_following``); ``delay_days`` 1/ω: how long after, on average; ``width_metres`` σ: how far, the standard
    deviation in each direction. Each with its interval ``…_low`` … ``…_high`` by the information of the likelihood,
    the background taken as known; NaN where it cannot be said. ``background``: of each event the probability that it
    follows none. ``background_width``: the bandwidth of the background in metres; NaN where it is uniform.
    ``log_likelihood``: with the background at each event as told without the event itself. ``at_limit``: the
    delay or the width is as long as may be told from the background, so that neither is known.
    """

    following: float
    following_low: float
    following_high: float
    delay_days: float
    delay_low: float
    delay_high: float
    width_metres: float
    width_low: float
    width_high: float
    share_following: float
    background: Floats
    background_width: float
    log_likelihood: float
    at_limit: bool
    converged: bool
    events: int
    reason: str = ""
    null: str = NULL


def self_exciting(
    points: ArrayLike,
    times: ArrayLike,
    *,
    period: tuple[float, float] | None = None,
    area: float,
    bandwidth: float | None = None,
    reach_metres: float = 1_500.0,
    reach_days: float = 180.0,
    confidence: float = 0.95,
    metres: bool = False,
) -> SelfExciting:
    """The self-exciting process of events at ``points`` (n, 2; metres) and ``times`` (n,; days or datetime64).

    ``period``: its first and last moment in days (by default those of the events); ``area`` of the territory in square
    metres. ``bandwidth``: of the Gaussian background in metres, weighted by how likely each event is background; a
    hundredth of it is uniform, so that no place is impossible. None: all of it is uniform, which takes hot spots for
    following: only for places that are alike. Intervals are on the log scale and never hold 0; whether anything
    follows at all is told by forecasts (:func:`~convive.analysis.forecast.rolling_scores`). Events further apart than
    ``reach_metres`` or ``reach_days`` do not follow each other. Followers that fall outside the territory are not
    corrected for. Raises :class:`~convive.errors.AnalysisError`: fewer than 30 events, one place, degrees.
    """
    space = checked_points(points, least=LEAST_EVENTS, spread=True, metres=metres)
    moments = checked_times(times, len(space))
    begin, end = (float(moments.min()), float(moments.max())) if period is None else map(float, period)
    within = begin < end and bool(np.all((moments >= begin) & (moments <= end)))
    require(within, what="period", got=(begin, end), wanted="a time that holds all events")
    for what, value in (("area", area), ("reach_metres", reach_metres), ("reach_days", reach_days)):
        require(0 < value < np.inf, what=what, got=value, wanted="> 0")
    require(bandwidth is None or bandwidth > 0, what="bandwidth", got=bandwidth, wanted="> 0, or None")
    order = np.argsort(moments, kind="stable")
    back = np.argsort(order, kind="stable")
    space, moments = space[order], moments[order]
    begins, later, apart = _earlier(space, moments, reach_metres, reach_days)
    near = _near(space, bandwidth)
    limits = np.array([reach_days / LONGEST_SHARE, reach_metres / LONGEST_SHARE])
    left = end - moments
    found, likely, value, done = _em(begins, later, apart, near, left, end - begin, area, limits)
    at_limit = bool(found[1] >= 0.999 * limits[0] or found[2] >= 0.999 * limits[1])
    rate = _background(near, likely, end - begin, area)
    low, high = _interval(found, begins, later, apart, left, rate, confidence, known=done and not at_limit)
    reason = "" if done else "the fit did not settle"
    if found[0] == 0:
        reason = "no event can be told to follow another"
    if at_limit:
        reason = "what follows cannot be told from the background"
    return SelfExciting(
        following=float(found[0]),
        following_low=float(low[0]),
        following_high=float(high[0]),
        delay_days=float(found[1]),
        delay_low=float(low[1]),
        delay_high=float(high[1]),
        width_metres=float(found[2]),
        width_low=float(low[2]),
        width_high=float(high[2]),
        share_following=float(1 - likely.mean()),
        background=likely[back],
        background_width=float("nan") if bandwidth is None else float(bandwidth),
        log_likelihood=float(value),
        at_limit=at_limit,
        converged=done,
        events=len(space),
        reason=reason,
    )


UNIFORM_PART = 0.01


@dataclass(frozen=True)
class _Near:
    """Of each event those within five bandwidths (both ways) and the Gaussian density between them."""

    own: Places
    other: Places
    density: Floats
    uniform: bool


def _near(space: Floats, bandwidth: float | None) -> _Near:
    n = len(space)
    if bandwidth is None:
        return _Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), uniform=True)
    pairs = near_pairs(space, np.array([5.0 * bandwidth]))
    one = np.repeat(np.arange(n), np.diff(pairs.begins))
    other = pairs.other.astype(np.int64)
    squared = ((space[one] - space[other]) ** 2).sum(axis=1)
    density = np.exp(-squared / (2 * bandwidth**2)) / (2 * np.pi * bandwidth**2)
    both = np.concatenate([density, density])
    return _Near(np.concatenate([one, other]), np.concatenate([other, one]), both, uniform=False)


def _background(near: _Near, likely: Floats, days: float, area: float) -> Floats:
    """The background rate at each event by the others, per square metre and day."""
    total = likely.sum()
    if near.uniform:
        return np.full(len(likely), total / (area * days))
    told = np.bincount(near.own, weights=near.density * likely[near.other], minlength=len(likely))
    # Without itself an event leaves a background that is less by its own part.
    share = total / np.maximum(total - likely, 1e-12)
    rate: Floats = ((1 - UNIFORM_PART) * told * share + UNIFORM_PART * total / area) / days
    return rate


def _earlier(space: Floats, moments: Floats, metres: float, days: float) -> tuple[Places, Floats, Floats]:
    """Of each event the earlier ones near enough: where they begin, how many days before, how many metres squared."""
    pairs = near_pairs(space, np.array([metres]))
    one = np.repeat(np.arange(len(space), dtype=np.int32), np.diff(pairs.begins))
    first, second = np.minimum(one, pairs.other), np.maximum(one, pairs.other)
    delay = moments[second] - moments[first]
    fine = (delay > 0) & (delay <= days)
    first, second, delay = first[fine], second[fine], delay[fine]
    order = np.lexsort((first, second))
    first, second, delay = first[order], second[order], delay[order]
    begins = np.concatenate([[0], np.cumsum(np.bincount(second, minlength=len(space)))]).astype(np.int64)
    return begins, delay, ((space[first] - space[second]) ** 2).sum(axis=1)


def _em(
    begins: Places,
    later: Floats,
    apart: Floats,
    near: _Near,
    left: Floats,
    days: float,
    area: float,
    limits: Floats,
) -> tuple[Floats, Floats, float, bool]:
    """θ, 1/ω and σ; of each event the probability of background; the log-likelihood; whether it settled."""
    n = len(left)
    found = np.array([0.3, limits[0] / 4, limits[1] / 4])
    likely = np.full(n, 0.7)
    value = -np.inf
    for _ in range(ROUNDS):
        rate = _background(near, likely, days, area)
        parts = _expected(begins, later, apart, rate, found[0], found[1], found[2])
        likely = parts[:, 0].copy()
        followers, delays, squares = (float(parts[:, column].sum()) for column in (1, 2, 3))
        if followers < LEAST_FOLLOWERS:
            found = np.array([0.0, found[1], found[2]])
            return found, np.ones(n), _likelihood(parts, found, likely, left), True
        seen = 1 - np.exp(-left / found[1])
        # The part of each delay that the end of the period cuts off counts as waited (Veen & Schoenberg 2008).
        waited = found[0] * float(np.sum((1 - seen) * left))
        new = np.array(
            [
                followers / max(float(seen.sum()), 1e-12),
                min((delays + waited) / followers, limits[0]),
                min(np.sqrt(squares / (2 * followers)), limits[1]),
            ]
        )
        value = _likelihood(parts, found, likely, left)
        moved = float(np.abs(np.log(np.maximum(new, 1e-12) / np.maximum(found, 1e-12))).max())
        found = new
        if moved < TOLERANCE:
            return found, likely, value, True
    return found, likely, value, False


def _likelihood(parts: Floats, found: Floats, likely: Floats, left: Floats) -> float:
    seen = 1 - np.exp(-left / found[1])
    return float(np.log(parts[:, 4]).sum() - likely.sum() - found[0] * seen.sum())


def _expected(
    begins: Places, later: Floats, apart: Floats, rate: Floats, following: float, delay: float, width: float
) -> Floats:
    """Of each event (row): the probability of background and of following, the delay and the squared distance weighted
    with it, and the whole rate. Few pairs are quicker done than handed to threads."""
    parts = np.empty((len(rate), 5))
    asked = begins, later, apart, rate, float(following), float(delay), float(width), parts
    if len(later) >= WORTH_THREADS:
        in_threads(_told, len(rate), *asked)
    else:
        _told((0, len(rate)), *asked)
    return parts


@njit(cache=True, nogil=True)
def _told(
    run: Run,
    begins: Places,
    later: Floats,
    apart: Floats,
    rate: Floats,
    following: float,
    delay: float,
    width: float,
    parts: Floats,
) -> None:
    scale = following / delay / (2 * np.pi * width * width)
    for event in range(run[0], run[1]):
        total, delays, squares = 0.0, 0.0, 0.0
        for place in range(begins[event], begins[event + 1]):
            pull = np.exp(-later[place] / delay - apart[place] / (2 * width * width))
            total += pull
            delays += pull * later[place]
            squares += pull * apart[place]
        whole = rate[event] + scale * total
        parts[event, 0] = rate[event] / whole
        parts[event, 1] = scale * total / whole
        parts[event, 2] = scale * delays / whole
        parts[event, 3] = scale * squares / whole
        parts[event, 4] = whole


def _interval(
    found: Floats,
    begins: Places,
    later: Floats,
    apart: Floats,
    left: Floats,
    rate: Floats,
    confidence: float,
    *,
    known: bool,
) -> tuple[Floats, Floats]:
    """By the information of the likelihood in the logarithms of θ, 1/ω and σ, and of the background's level."""
    unknown = np.full(3, np.nan)
    if not known or found[0] <= 0:
        return unknown, unknown

    def value(both: Floats) -> float:
        theta, delay, width, level = np.exp(both)
        parts = _expected(begins, later, apart, level * rate, theta, delay, width)
        seen = 1 - np.exp(-left / delay)
        return float(np.log(parts[:, 4]).sum() - level * total - theta * seen.sum())

    parts = _expected(begins, later, apart, rate, found[0], found[1], found[2])
    total = float(parts[:, 0].sum())
    at, small = np.append(np.log(found), 0.0), 1e-3
    steps = np.eye(4) * small
    hessian = np.empty((4, 4))
    for one in range(4):
        for other in range(one + 1):
            told = [value(at + a * steps[one] + b * steps[other]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            hessian[one, other] = hessian[other, one] = (told[0] - told[1] - told[2] + told[3]) / (4 * small**2)
    try:
        variance = np.diag(np.linalg.inv(-hessian))[:3]
    except np.linalg.LinAlgError:
        return unknown, unknown
    if not bool(np.all(variance > 0)):
        return unknown, unknown
    error = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    return found * np.exp(-error), found * np.exp(error)
