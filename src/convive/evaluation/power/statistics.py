"""What each design looks at, computed for many drawn series at once: the statistic that power is simulated with.

Each is the estimate of the design over its error, below 0 where there are fewer events than expected. Estimates and
errors are those of the design's own file; only the loop over series is compiled or done by arrays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from convive.analysis.threads import Run, in_threads
from convive.evaluation import blocks, regression
from convive.evaluation.designs import augmented_synthetic_control as augmented
from convive.evaluation.designs import interrupted_series, sequential, structural_series
from convive.evaluation.designs.augmented_synthetic_control import mixed
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
    """``units``: how many others the design compares the city with where none are given; ``learn``: from sets
    (sets, treated + units, months) what the months before teach, once, and gives back the ``Ask`` that says of the same
    sets, whatever the measure struck out of them, what the design sees; ``itself``: the other is the city at other
    times, with the same good and bad months; ``treated``: so many units like the city take the measure up; ``since``:
    the month after the start in which each (treated,) does."""

    units: int
    learn: Callable[[Floats, Setting], Ask]
    itself: bool = False
    treated: int = 1
    since: Callable[[Setting], list[int]] = lambda setting: [0]


Ask = Callable[[Floats], Floats]


def at_once(statistic: Callable[[Floats, Setting], Floats]) -> Callable[[Floats, Setting], Ask]:
    """A ``statistic`` that looks at all months anew each time."""
    return lambda _, setting: lambda sets: statistic(sets, setting)


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


def of_synthetic_control(sets: Floats, setting: Setting) -> Ask:
    """The gap after to the mixture of the others, over the error that chance gives it; units as they are given."""
    weights = np.zeros((len(sets), sets.shape[1] - 1))
    in_threads(_each_mixture, len(sets), _moved(sets, setting), weights)
    return partial(_gap, weights=weights, setting=setting)


def of_augmented_synthetic_control(sets: Floats, setting: Setting) -> Ask:
    """The same with corrected weights. The penalty is that which the first sets choose in the middle: to choose it in
    each would take hours."""
    moved = _moved(sets, setting)
    centred = moved - moved[:, 1:].mean(axis=1, keepdims=True)
    chosen = [augmented.cross_validated(np.ascontiguousarray(one[1:]), one[0].copy()) for one in centred[:CHOOSERS]]
    weights = np.zeros((len(sets), sets.shape[1] - 1))
    in_threads(_each_correction, len(sets), centred, float(np.median(chosen)), weights)
    return partial(_gap, weights=weights, setting=setting)


def of_structural_series(sets: Floats, setting: Setting) -> Ask:
    """How far into the tail of the prediction the events after lie, as a normal number."""
    after, counts = setting.flags, np.ascontiguousarray(sets[:, 0, : setting.before])
    predicted = structural_series.predict(counts, np.ones(len(after)), ~after, after, 12.0, 1)

    def ask(fallen: Floats) -> Floats:
        totals = fallen[:, 0, setting.before :].sum(axis=1).tolist()
        below = np.array([one.below(total) for one, total in zip(predicted, totals, strict=True)])
        found: Floats = stats.norm.ppf(np.clip(below, 1e-12, 1 - 1e-12))
        return found

    return ask


def of_sequential(sets: Floats, setting: Setting) -> Floats:
    """The largest of all looks each month, below 0 where there are fewer events than the past led to expect."""
    time = np.arange(setting.before + setting.after)
    waves, exposure = sequential.waves("month", time), np.ones((1, len(time)))
    sides = [side for told in (sets[:, :1], exposure) for side in np.split(told, [setting.before], axis=-1)]
    watched = sequential.Watched(*sides, *np.split(waves, [setting.before]))
    statistic = watched.statistics()
    fewer = np.cumsum(watched.after[:, 0], axis=1) < watched.before[:, 0].sum(axis=1, keepdims=True) * watched.odds
    signed = np.where(fewer, -statistic, statistic)
    found: Floats = np.take_along_axis(signed, statistic.argmax(axis=1)[:, None], axis=1)[:, 0]
    return found


COHORT = 3
"""Units in each of the two cohorts of a staggered adoption: fewer have a false error."""


def cohorts(setting: Setting) -> list[int]:
    """The first cohort begins at the start, the second halfway, in whole periods."""
    block = _block(setting)
    return [0] * COHORT + [setting.after // block // 2 * block] * COHORT


def of_staggered_adoption(sets: Floats, setting: Setting) -> Floats:
    """All cohorts and periods after, by half-years or (from two years after on) years, over the error of units."""
    block = _block(setting)
    skip = setting.before % block
    periods = sets[:, :, skip:].reshape(*sets.shape[:2], -1, block).sum(axis=3)
    begin = [setting.before // block + since // block for since in cohorts(setting)]
    never = sets.shape[1] - len(begin)
    value, variance = np.zeros(len(sets)), np.zeros(len(sets))
    beside = np.zeros((len(sets), never))
    for g in sorted(set(begin)):
        # Summed over the periods after: the change since the one before adoption.
        change = periods[:, :, g:].sum(axis=2) - periods[:, :, g - 1] * (periods.shape[2] - g)
        own = change[:, [at for at, one in enumerate(begin) if one == g]]
        m = own.shape[1]
        value += m * (own.mean(axis=1) - change[:, len(begin) :].mean(axis=1))
        variance += m * own.var(axis=1, ddof=1)
        beside += m * change[:, len(begin) :]
    variance += beside.var(axis=1, ddof=1) / never
    found: Floats = np.divide(value, np.sqrt(variance), out=np.zeros_like(value), where=variance > 0)
    return found


def _block(setting: Setting) -> int:
    return 12 if setting.after % 12 == 0 and setting.after >= 24 else 6


STATISTICS: dict[str, Statistic] = {
    "interrupted-series": Statistic(0, at_once(of_interrupted_series)),
    "structural-series": Statistic(0, of_structural_series),
    "sequential": Statistic(0, at_once(of_sequential)),
    "difference-in-differences": Statistic(1, at_once(of_difference_in_differences)),
    "event-study": Statistic(1, at_once(of_event_study)),
    "staggered-adoption": Statistic(2 * COHORT, at_once(of_staggered_adoption), treated=2 * COHORT, since=cohorts),
    "hour-window": Statistic(1, at_once(of_hour_window)),
    "displacement-difference": Statistic(1, at_once(of_displacement_difference)),
    "on-off": Statistic(1, at_once(of_on_off), itself=True),
    "synthetic-control": Statistic(24, of_synthetic_control),
    "augmented-synthetic-control": Statistic(24, of_augmented_synthetic_control),
}

MIXTURES = ("synthetic-control", "augmented-synthetic-control")
"""Designs that must know the months of each other place by itself."""

CHOOSERS = 5
"""Sets by which the penalty of the augmented form is chosen."""


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


def _moved(sets: Floats, setting: Setting) -> Floats:
    """The months before (sets, units, months), each unit about its own level."""
    start = sets[:, :, : setting.before]
    return np.ascontiguousarray(start - start.mean(axis=2, keepdims=True))


def _gap(sets: Floats, weights: Floats, setting: Setting) -> Floats:
    level, after = sets[:, :, : setting.before].mean(axis=2), sets[:, :, setting.before :].mean(axis=2)
    change = after - level
    gap = change[:, 0] - (weights * change[:, 1:]).sum(axis=1)
    variance = (level[:, 0] + (weights**2 * level[:, 1:]).sum(axis=1)) * (1 / setting.after + 1 / setting.before)
    found: Floats = np.divide(gap, np.sqrt(variance), out=np.zeros_like(gap), where=variance > 0)
    return found


@njit(cache=True, nogil=True)
def _each_mixture(run: Run, moved: Floats, weights: Floats) -> None:
    for at in range(run[0], run[1]):
        weights[at] = smallest(moved[at, 1:] - moved[at, 0])


@njit(cache=True, nogil=True)
def _each_correction(run: Run, centred: Floats, penalty: float, weights: Floats) -> None:
    for at in range(run[0], run[1]):
        weights[at] = mixed(centred[at, 1:].copy(), centred[at, 0].copy(), penalty)
