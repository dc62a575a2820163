"""What each design looks at, computed for many drawn series at once: the statistic that power is simulated with.

Each is the estimate of the design over its error, below 0 where there are fewer events than expected. Estimates and
errors are those of the design's own file; only the loop over series is compiled or done by arrays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.threads import Run, in_threads
from convive.evaluation import blocks, regression
from convive.evaluation.designs import interrupted_series
from convive.evaluation.designs.event_study import BIN
from convive.evaluation.designs.simplex import smallest
from convive.evaluation.series import series as checked
from convive.evaluation.window import Window

Floats = NDArray[np.float64]

SHARE_ON = 0.25
"""Of the time in which an on–off measure is on: seven of 28 days."""

SHARE_OF_WINDOW = 0.25
"""Of the events that fall into the hours of a closing rule."""


@dataclass(frozen=True)
class Setting:
    """Months ``before`` and ``after`` the start."""

    before: int
    after: int

    @property
    def flags(self) -> NDArray[np.bool_]:
        return np.arange(self.before + self.after) >= self.before

    @property
    def lags(self) -> int:
        return regression.lags_for(self.before + self.after)


@dataclass(frozen=True)
class Statistic:
    """``units``: how many others the design compares the city with where none are given; ``statistic`` of sets
    (sets, 1 + units, months); ``itself``: the other is the city at other times, with the same good and bad months."""

    units: int
    statistic: Callable[[Floats, Setting], Floats]
    itself: bool = False


def of_interrupted_series(sets: Floats, setting: Setting) -> Floats:
    """Level after, beside trend and yearly wave; Newey–West error."""
    x, x0, offset = _model(setting)
    start = np.zeros(x.shape[1])
    own, found = np.ascontiguousarray(sets[:, 0]), np.zeros(len(sets))
    in_threads(_each_series, len(sets), own, x, x0, offset, setting.flags, setting.lags, start, found)
    return found


def of_difference_in_differences(sets: Floats, setting: Setting) -> Floats:
    """Log ratio of ratios beside all others added up; with one comparison this is the Poisson regression's estimate."""
    both = np.stack([sets[:, 0], sets[:, 1:].sum(axis=1)], axis=1)
    return _ratio(both, np.array([1.0, -1.0]), setting)


def of_event_study(sets: Floats, setting: Setting) -> Floats:
    """The same beside the last bin before the start alone, which is the yardstick of an event study."""
    before = min(BIN["month"], setting.before)
    return of_difference_in_differences(sets[:, :, setting.before - before :], Setting(before, setting.after))


def of_hour_window(sets: Floats, setting: Setting) -> Floats:
    """Triple difference: window and other hours, here and in one comparison."""
    generator = np.random.default_rng(0)
    inside = generator.binomial(sets.astype(int), SHARE_OF_WINDOW).astype(np.float64)
    streams = np.stack([inside[:, 0], inside[:, 1], (sets - inside)[:, 0], (sets - inside)[:, 1]], axis=1)
    return _ratio(streams, np.array([1.0, -1.0, -1.0, 1.0]), setting)


def of_displacement_difference(sets: Floats, setting: Setting) -> Floats:
    """Weighted displacement difference without surroundings, over as many months before as after where there are."""
    months = min(setting.before, setting.after)
    after = sets[:, :2, setting.before :].sum(axis=2)
    before = sets[:, :2, setting.before - months : setting.before].sum(axis=2) * (setting.after / months)
    variance = after.sum(axis=1) + before.sum(axis=1) * (setting.after / months)
    change = after - before
    found: Floats = (change[:, 0] - change[:, 1]) / np.sqrt(np.maximum(variance, 1.0))
    return found


def of_on_off(sets: Floats, setting: Setting) -> Floats:
    """Events while on against those while off in each month after the start; error clustered by month."""
    generator = np.random.default_rng(0)
    on, off = sets[:, 0, setting.before :], sets[:, 1, setting.before :]
    on = generator.binomial(on.astype(int), SHARE_ON).astype(np.float64)
    off = generator.binomial(off.astype(int), 1 - SHARE_ON).astype(np.float64)
    share = on.sum(axis=1) / np.maximum(on.sum(axis=1) + off.sum(axis=1), 1)
    influence = on - (on + off) * share[:, None]
    months = max(setting.after, 2)
    error = np.sqrt((influence**2).sum(axis=1) * months / (months - 1))
    information = (on + off).sum(axis=1) * share * (1 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.log(share / (1 - share)) - np.log(SHARE_ON / (1 - SHARE_ON))
        found: Floats = np.where((share > 0) & (share < 1) & (error > 0), effect * information / error, 0.0)
    return found


def of_synthetic_control(sets: Floats, setting: Setting) -> Floats:
    """The gap after to the mixture of the others, over the error that chance gives it; units as they are given."""
    found = np.zeros(len(sets))
    in_threads(_each_mixture, len(sets), np.ascontiguousarray(sets), setting.before, found)
    return found


STATISTICS: dict[str, Statistic] = {
    "interrupted-series": Statistic(0, of_interrupted_series),
    "difference-in-differences": Statistic(1, of_difference_in_differences),
    "event-study": Statistic(1, of_event_study),
    "hour-window": Statistic(1, of_hour_window),
    "displacement-difference": Statistic(1, of_displacement_difference),
    "on-off": Statistic(1, of_on_off, itself=True),
    "synthetic-control": Statistic(24, of_synthetic_control),
}


def _ratio(streams: Floats, signs: Floats, setting: Setting) -> Floats:
    found, error = blocks.estimates(streams, np.ones(streams.shape[1:]), signs, setting.flags, setting.lags)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(np.isfinite(found) & (error > 0), found / error, 0.0)
    return ratio


def _model(setting: Setting) -> tuple[Floats, Floats, Floats]:
    months = setting.before + setting.after
    any_counts = checked(np.ones(months), dt.date(2001, 1, 1))
    cut = Window(~setting.flags, setting.flags, any_counts.starts[setting.before], ())
    _, x, x0 = interrupted_series.design(any_counts, cut, waves=1, trend=True, slope=False)
    return x, x0, np.zeros(months)


@njit(cache=True, nogil=True)
def _each_series(
    run: Run,
    sets: Floats,
    x: Floats,
    x0: Floats,
    offset: Floats,
    after: NDArray[np.bool_],
    lags: int,
    start: Floats,
    found: Floats,
) -> None:
    for at in range(run[0], run[1]):
        n, p = x.shape
        b = start.copy()
        b[0] = np.log(max(sets[at].mean(), 1e-9))
        contrast, error = regression.judged(sets[at], x, x0, offset, after, 0.0, lags, b, np.empty(n), np.empty((p, p)))
        # A series without a fit (no event after) has not been seen to fall by this design.
        found[at] = contrast / error if error > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _each_mixture(run: Run, sets: Floats, before: int, found: Floats) -> None:
    _, units, months = sets.shape
    for at in range(run[0], run[1]):
        level = np.empty(units)
        for i in range(units):
            level[i] = sets[at, i, :before].mean()
        apart = np.empty((units - 1, before))
        for i in range(1, units):
            for t in range(before):
                apart[i - 1, t] = (sets[at, i, t] - level[i]) - (sets[at, 0, t] - level[0])
        weights = smallest(apart)
        after = months - before
        gap, variance = sets[at, 0, before:].mean() - level[0], level[0]
        for i in range(1, units):
            gap -= weights[i - 1] * (sets[at, i, before:].mean() - level[i])
            variance += weights[i - 1] ** 2 * level[i]
        variance *= 1.0 / after + 1.0 / before
        found[at] = gap / np.sqrt(variance) if variance > 0.0 else 0.0
