"""Where next month's events will fall: simple baselines and a self-exciting process, scored on months that none saw.

A forecast is a share of the coming events for each cell. Each month is told from the events before it alone, then
scored by what came: by the logarithm of the share where an event fell (a proper score: it cannot be won by pretending)
and by the share of events in the riskiest cells. All methods are told of the same events and the same cells. Where the
self-exciting process is not clearly better than the best simple baseline, the simple one wins, and the result says so.

Places are forecast, never people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from convive.analysis.checks import Floats, at_least, checked_points, checked_times, require
from convive.analysis.forecast_kernel import LEAST_SHARE, best_bandwidth, even_share, share
from convive.analysis.self_exciting import LEAST_EVENTS, SelfExciting, self_exciting
from convive.errors import AnalysisError, Problem

UNIFORM, LAST_YEAR, KERNEL, SELF_EXCITING = "uniform", "last-year", "kernel", "self-exciting"
METHODS = (UNIFORM, LAST_YEAR, KERNEL, SELF_EXCITING)
YEAR = 365.25
LEAST_MONTHS = 6
NULL = "both methods score the same in the long run"


@dataclass(frozen=True)
class Shares:
    """The forecast: of each method (row) the share of coming events in each cell (column); rows add up to 1.
    ``bandwidth``: of the kernel, in metres. ``process``: the fitted self-exciting process. ``events`` it was told from;
    ``outside``: those outside the cells, left out."""

    methods: tuple[str, ...]
    shares: Floats
    bandwidth: float
    process: SelfExciting
    events: int
    outside: int


@dataclass(frozen=True)
class Difference:
    """How much better ``method`` scores than ``other``, with its interval over the months; NaN below six months.

    ``log_score``: in nats an event. ``hit_rates``: one for each area share, with ``hit_low`` … ``hit_high``.
    """

    method: str
    other: str
    log_score: float
    low: float
    high: float
    hit_rates: Floats
    hit_low: Floats
    hit_high: Floats


@dataclass(frozen=True)
class Scores:
    """What the forecasts were worth, month by month, out of sample.

    ``log_scores`` (method): the mean logarithm of an event's share, over that of an even map; 0 is worth nothing.
    ``hit_rates`` (method, area share): the share of events in the riskiest ``area_shares`` of the cells; where cells
    tie at the limit, each counts in part. ``pai``: the hit rate over the area share (Chainey, Tompson & Uhlig, Security
    Journal 2008). ``monthly`` (method, month): the sum of log scores; ``events`` of each month. ``differences``: each
    other method against ``baseline``, the best of the simple ones by log score. ``simple_wins``: that the
    self-exciting process is not clearly better than it, ``reason`` in words. ``outside``: events outside the cells,
    left out.
    """

    methods: tuple[str, ...]
    log_scores: Floats
    area_shares: Floats
    hit_rates: Floats
    pai: Floats
    monthly: Floats
    events: NDArray[np.int64]
    differences: tuple[Difference, ...]
    baseline: str
    simple_wins: bool
    reason: str
    outside: int
    confidence: float
    null: str = NULL


def forecast(
    points: ArrayLike,
    times: ArrayLike,
    cells: ArrayLike,
    side: float,
    *,
    moment: float,
    days: float = 30.0,
    begin: float | None = None,
    bandwidths: ArrayLike | None = None,
    reach_metres: float = 1_500.0,
    reach_days: float = 180.0,
    metres: bool = False,
) -> Shares:
    """Where the events of the ``days`` after ``moment`` will fall, from those of ``points`` (n, 2; metres) and
    ``times`` (n,; days or datetime64) before it.

    ``cells`` (m, 2): the centres of square cells of ``side`` metres; events outside are left out. ``begin``: since when
    events were recorded (by default the first one). ``bandwidths``: candidates of the kernel in metres, of which the
    one that tells each event best from the others is taken (by default half a side to sixteen sides). Of last year's
    map and of the kernel as much is even as tells each event best from the others, at least 1 %. Raises
    :class:`~convive.errors.AnalysisError`: fewer than 30 events before, degrees, missing values.
    """
    space, moments, centres, cell = _checked(points, times, cells, side, metres=metres)
    require(days > 0, what="days", got=days, wanted="> 0")
    first = float(moments.min()) if begin is None else float(begin)
    chosen = _candidates(bandwidths, side)
    return _forecast(space, moments, cell, centres, side, moment, days, first, chosen, reach_metres, reach_days)


def rolling_scores(
    points: ArrayLike,
    times: ArrayLike,
    cells: ArrayLike,
    side: float,
    *,
    edges: ArrayLike,
    area_shares: ArrayLike = (0.01, 0.05, 0.1),
    begin: float | None = None,
    bandwidths: ArrayLike | None = None,
    reach_metres: float = 1_500.0,
    reach_days: float = 180.0,
    confidence: float = 0.95,
    metres: bool = False,
) -> Scores:
    """Each month between ``edges`` (k + 1; days, rising) forecast from what came before it, and scored.

    The other arguments as in :func:`forecast`. Intervals are those of a ratio over months, paired, with Student's t
    (Cochran, Sampling Techniques, §6.4); they need six months with events. Raises
    :class:`~convive.errors.AnalysisError`: as there, and where no event falls in the months.
    """
    space, moments, centres, cell = _checked(points, times, cells, side, metres=metres)
    limits = np.asarray(edges, dtype=np.float64)
    rising = limits.ndim == 1 and len(limits) >= 2 and bool(np.all(np.diff(limits) > 0))
    require(rising, what="edges", got=limits.tolist(), wanted="moments that rise")
    parts = np.atleast_1d(np.asarray(area_shares, dtype=np.float64))
    require(bool(np.all((parts > 0) & (parts <= 1))), what="area_shares", got=parts.tolist(), wanted="above 0, up to 1")
    first = float(moments.min()) if begin is None else float(begin)
    chosen = _candidates(bandwidths, side)
    months = len(limits) - 1
    monthly = np.zeros((len(METHODS), months))
    hits = np.zeros((len(METHODS), len(parts), months))
    events = np.zeros(months, np.int64)
    for month in range(months):
        coming = cell[(moments >= limits[month]) & (moments < limits[month + 1])]
        coming = coming[coming >= 0]
        events[month] = len(coming)
        if not len(coming):
            continue
        length = float(limits[month + 1] - limits[month])
        told = _forecast(
            space, moments, cell, centres, side, float(limits[month]), length, first, chosen, reach_metres, reach_days
        )
        monthly[:, month] = np.log(told.shares[:, coming] * len(centres)).sum(axis=1)
        for method in range(len(METHODS)):
            hits[method, :, month] = hits_of(told.shares[method], coming, parts)
    total = int(events.sum())
    if total == 0:
        raise AnalysisError(Problem("analysis-nothing-to-score"))
    scores, rates = monthly.sum(axis=1) / total, hits.sum(axis=2) / total
    simple = int(np.argmax(scores[:3]))
    differences = tuple(
        _difference(method, simple, monthly, hits, events, confidence)
        for method in range(len(METHODS))
        if method != simple
    )
    last = differences[-1]
    wins = not last.low > 0
    return Scores(
        methods=METHODS,
        log_scores=scores,
        area_shares=parts,
        hit_rates=rates,
        pai=rates / parts,
        monthly=monthly,
        events=events,
        differences=differences,
        baseline=METHODS[simple],
        simple_wins=wins,
        reason=_verdict(last, METHODS[simple], wins),
        outside=int(np.count_nonzero(cell < 0)),
        confidence=confidence,
    )


def hits_of(shares: Floats, coming: NDArray[np.int64], area_shares: Floats) -> Floats:
    """How many of the events in cells ``coming`` lie in the cells with the largest ``shares`` that make up each of
    ``area_shares``; of cells that tie at the limit, and of a last cell that does not fit whole, a part counts."""
    levels, rank = np.unique(-shares, return_inverse=True)
    size = np.bincount(rank, minlength=len(levels)).astype(np.float64)
    before = np.concatenate([[0.0], np.cumsum(size)[:-1]])
    own = rank[coming]
    part = (area_shares[:, None] * len(shares) - before[own]) / size[own]
    found: Floats = np.clip(part, 0, 1).sum(axis=1)
    return found


def _verdict(last: Difference, baseline: str, wins: bool) -> str:
    if np.isnan(last.low):
        return "too few months to tell; the simple baseline stands"
    if wins:
        return f"the self-exciting process is not clearly better than the simple baseline ({baseline})"
    return f"the self-exciting process is better than the best simple baseline ({baseline})"


def _checked(
    points: ArrayLike, times: ArrayLike, cells: ArrayLike, side: float, *, metres: bool
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    space = checked_points(points, least=LEAST_EVENTS, spread=True, metres=metres)
    moments = checked_times(times, len(space))
    centres = checked_points(cells, least=2, spread=True, metres=metres)
    require(side > 0, what="side", got=side, wanted="> 0")
    corner = centres.min(axis=0) - side / 2
    square = (centres - corner) / side - 0.5
    regular = bool(np.all(np.abs(square - np.round(square)) < 1e-3))
    require(regular, what="cells", got="centres off the grid", wanted=f"a grid of {side:g} m")
    place = np.round(square).astype(np.int64)
    wide = int(place[:, 0].max()) + 1
    key = place[:, 1] * wide + place[:, 0]
    order = np.argsort(key)
    require(bool(np.all(np.diff(key[order]) > 0)), what="cells", got="a cell twice", wanted="each cell once")
    own = np.floor((space - corner) / side).astype(np.int64)
    inside = (own >= 0).all(axis=1) & (own[:, 0] < wide)
    asked = own[:, 1] * wide + own[:, 0]
    found = np.minimum(np.searchsorted(key[order], asked), len(key) - 1)
    hit = inside & (key[order][found] == asked)
    return space, moments, centres, np.where(hit, order[found], -1)


def _candidates(bandwidths: ArrayLike | None, side: float) -> Floats:
    if bandwidths is None:
        return side * 2.0 ** np.arange(-1, 4.5, 0.5)
    given = np.unique(np.atleast_1d(np.asarray(bandwidths, dtype=np.float64)))
    require(len(given) > 0 and bool(given[0] > 0), what="bandwidths", got=given.tolist(), wanted="> 0")
    return given


def _forecast(
    space: Floats,
    moments: Floats,
    cell: NDArray[np.int64],
    centres: Floats,
    side: float,
    moment: float,
    days: float,
    begin: float,
    bandwidths: Floats,
    reach_metres: float,
    reach_days: float,
) -> Shares:
    before = (moments < moment) & (moments >= begin)
    known = before & (cell >= 0)
    past, when, where = space[known], moments[known], cell[known]
    at_least(len(past), LEAST_EVENTS)
    m, area = len(centres), len(centres) * side**2
    shares = np.empty((len(METHODS), m))
    shares[0] = 1 / m
    recent = where[when >= moment - YEAR]
    counts = np.bincount(recent, minlength=m).astype(np.float64)
    if len(recent) >= 2:
        even = even_share((counts[recent] - 1) / (len(recent) - 1) * m)
        shares[1] = even / m + (1 - even) * counts / len(recent)
    else:
        shares[1] = 1 / m
    bandwidth, told = best_bandwidth(past, bandwidths)
    even = even_share(told * area)
    shares[2] = even / m + (1 - even) * share(past, np.ones(len(past)), bandwidth, centres, side)
    process = self_exciting(
        past,
        when,
        period=(begin, moment),
        area=area,
        bandwidth=bandwidth,
        reach_metres=reach_metres,
        reach_days=reach_days,
        metres=True,
    )
    shares[3] = _process_share(process, past, when, moment, days, begin, centres, side, even)
    return Shares(METHODS, shares, bandwidth, process, len(past), int(before.sum()) - len(past))


def _process_share(
    process: SelfExciting,
    past: Floats,
    when: Floats,
    moment: float,
    days: float,
    begin: float,
    centres: Floats,
    side: float,
    even: float,
) -> Floats:
    """Background and what follows the events so far; what follows the coming ones falls near them, by the same
    shares, and is not told apart."""
    likely, m = process.background, len(centres)
    background = even / m + (1 - even) * share(past, likely, process.background_width, centres, side)
    coming = likely.sum() * days / (moment - begin) * background
    wait = (moment - when) / process.delay_days
    follow = process.following * np.exp(-wait) * -np.expm1(-days / process.delay_days)
    if follow.sum() > 0:
        coming += follow.sum() * share(past, follow, process.width_metres, centres, side)
    total: Floats = (1 - LEAST_SHARE) * coming / coming.sum() + LEAST_SHARE / m
    return total


def _difference(
    method: int, simple: int, monthly: Floats, hits: Floats, events: NDArray[np.int64], confidence: float
) -> Difference:
    score, low, high = _ratio((monthly[method] - monthly[simple])[None], events, confidence)
    rates, rates_low, rates_high = _ratio(hits[method] - hits[simple], events, confidence)
    return Difference(
        METHODS[method], METHODS[simple], float(score[0]), float(low[0]), float(high[0]), rates, rates_low, rates_high
    )


def _ratio(sums: Floats, events: NDArray[np.int64], confidence: float) -> tuple[Floats, Floats, Floats]:
    """Of each row the sum over months an event, with its interval, months being what was drawn."""
    used = events > 0
    months, total = int(used.sum()), int(events.sum())
    value = sums.sum(axis=1) / total
    if months < LEAST_MONTHS:
        unknown = np.full(len(value), np.nan)
        return value, unknown, unknown
    rest = sums[:, used] - value[:, None] * events[used]
    error = np.sqrt(months / (months - 1) * (rest**2).sum(axis=1)) / total
    reach = float(stats.t.ppf((1 + confidence) / 2, months - 1)) * error
    return value, value - reach, value + reach
