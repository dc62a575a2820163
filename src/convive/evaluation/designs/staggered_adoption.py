"""Staggered adoption: units that take up a measure at different times, each cohort beside units not treated then.

Callaway & Sant'Anna (Journal of Econometrics 2021): the effect of each cohort g in each period t is the change of its
mean rate since the period before g, less that of the comparison; no treated unit serves as a comparison, which is what
goes wrong in the two-way regression (Goodman-Bacon, Journal of Econometrics 2021). Rates per 100,000 person-years.

Errors come from each unit's influence. A cohort of one unit has an influence of nil around its own mean: its standard
error is false, and so, nearly, is that of two. Such cohorts are named and the effect is not believed.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.limits import limits
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Panel
from convive.evaluation.window import rates, steps_of_population

NAME = "staggered-adoption"

FEWEST = 3
"""A cohort of fewer units has a false standard error."""

PRE_TRENDS = 0.05


@dataclass(frozen=True)
class GroupTime:
    """The effect of the cohort first treated in ``cohort`` (a date) in the period from ``period`` on; ``units`` in the
    cohort. ``error`` is NaN for a cohort whose error would be false."""

    cohort: dt.date
    period: dt.date
    effect: float
    error: float
    units: int


@dataclass(frozen=True)
class Staggered:
    """``effect``: all cohorts and periods after, by the number of units; ``by_group_time`` each; ``by_age`` {periods
    since adoption: (effect, error)}; ``small``: cohorts of fewer than three units."""

    effect: Effect
    by_group_time: tuple[GroupTime, ...]
    by_age: dict[int, tuple[float, float]]
    small: tuple[dt.date, ...]


def staggered_adoption(
    panel: Panel,
    *,
    comparison: str = "never",
    small_sample: bool = True,
    confidence: float = 0.95,
) -> Staggered:
    """The effect of adoption at ``panel.treated_since`` on the rate, beside units ``never`` or ``not-yet`` treated.

    ``small_sample`` multiplies the variance of each side by m/(m − 1) and takes the t distribution, without which few
    units give too small errors; False gives the numbers of other programs.
    Raises :class:`~convive.errors.EvaluationError`: nobody treated or nobody to compare with, no period before, units
    without events, a break in or just before the period of adoption of some cohort.
    """
    require(comparison in ("never", "not-yet"), what="comparison", got=comparison, wanted="never / not-yet")
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    cohort, warnings = _cohorts(panel)
    rate = rates(panel.counts, panel.exposure)
    cells, influences = _group_times(rate, cohort, comparison, small_sample)
    sizes = {g: int((cohort == g).sum()) for g in sorted({g for g, _ in cells})}
    after = [(g, t) for g, t in cells if t >= g]
    weight = np.array([sizes[g] for g, _ in after], dtype=np.float64)
    overall, influence = _summed(after, cells, influences, weight / weight.sum())
    error = _error(influence)
    # Few units make the error itself uncertain; t with the smaller side's freedom says how much.
    fewest = min(int(np.isfinite(cohort).sum()), int((~np.isfinite(cohort)).sum()) or min(sizes.values()))
    freedom = max(fewest - len(sizes), 1) if small_sample else math.inf
    pre = _pre_trends(cells, influences, sizes, freedom)
    reach = float(stats.t.isf((1 - confidence) / 2, freedom)) * error
    small = tuple(panel.starts[g] for g, size in sizes.items() if size < FEWEST)
    exposed = sum(float(panel.exposure[cohort == g, t].sum()) for g, t in after) / 1e5
    observed = sum(float(panel.counts[cohort == g, t].sum()) for g, t in after)
    by_cell = sum(cells[g, t] * float(panel.exposure[cohort == g, t].sum()) / 1e5 for g, t in after)
    found = Effect(
        NAME,
        "rate-difference",
        overall,
        overall - reach,
        overall + reach,
        2 * float(stats.t.sf(abs(overall) / error, freedom)) if error > 0 else math.nan,
        "units",
        averted=Interval(-by_cell, -by_cell - reach * exposed, -by_cell + reach * exposed),
        diagnostics=(
            Diagnostic("small-cohorts", float(len(small)), held=not small, bears=True),
            Diagnostic("pre-trends", math.nan, p=pre, held=None if math.isnan(pre) else pre >= PRE_TRENDS, bears=True),
        ),
        warnings=(
            *warnings,
            *(Problem("evaluation-small-cohort", value=str(one), values={"least": FEWEST}) for one in small),
        ),
        confidence=confidence,
        # In the estimand's own terms: the rate without the measure.
        details={"without": 1e5 * observed / (exposed * 1e5) - overall, "observed": observed},
    )
    table = tuple(
        GroupTime(
            panel.starts[g],
            panel.starts[t],
            cells[g, t],
            math.nan if sizes[g] < FEWEST else _error(influences[g, t]),
            sizes[g],
        )
        for g, t in cells
    )
    return Staggered(found, table, _by_age(cells, influences, sizes), small)


def _cohorts(panel: Panel) -> tuple[Floats, list[Problem]]:
    """The period (units,) in which each unit is first treated, infinite where never; units treated in the first period
    have nothing before and are left out by being NaN."""
    starts, end = panel.starts, panel.ends[-1]
    empty = [unit for unit, row in zip(panel.units, panel.counts, strict=True) if row.sum() == 0]
    if empty:
        raise EvaluationError([Problem("evaluation-unit-empty", value=unit) for unit in empty])
    cohort, warnings = np.full(len(panel.units), np.inf), []
    for row, since in enumerate(panel.treated_since):
        if since is None or since >= end:
            continue
        first = next((at for at, begin in enumerate(panel.ends) if begin > since), 0)
        if first == 0 or since < starts[0]:
            cohort[row] = np.nan
            warnings.append(Problem("evaluation-always-treated", value=panel.units[row], values={"since": str(since)}))
        else:
            cohort[row] = first
    treated = np.isfinite(cohort)
    if not treated.any():
        raise EvaluationError(Problem("evaluation-nobody-treated", values={"first": starts[0], "last": end}))
    if not np.isinf(cohort).any():
        names = ", ".join(panel.units[:5])
        raise EvaluationError(Problem("evaluation-no-comparison", values={"treated": names}))
    least = limits().before[panel.period] // 2
    if cohort[treated].min() < max(least, 1) or len(starts) < limits().before[panel.period]:
        raise EvaluationError(
            Problem(
                "evaluation-too-short",
                value=starts[int(cohort[treated].min())].isoformat(),
                values={
                    "before": int(cohort[treated].min()),
                    "after": len(starts) - int(cohort[treated].max()),
                    "least_before": max(least, 1),
                    "least_after": 1,
                    "period": panel.period,
                },
            )
        )
    return cohort, [*warnings, *_broken(panel, {starts[int(g)] for g in cohort[treated]})]


def _broken(panel: Panel, adoptions: set[dt.date]) -> list[Problem]:
    margin = dt.timedelta(days=limits().margin_days)
    found, refused = [], []
    for one in (*panel.breaks, *steps_of_population(panel)):
        near = sorted(start for start in adoptions if abs(one.on - start) < margin)
        values = {"start": str(near[0]) if near else "", "note": f"{one.unit}: {one.note}" if one.unit else one.note}
        if near:
            refused.append(Problem(f"evaluation-{one.kind}-break-at-start", value=str(one.on), values=values))
        else:
            found.append(Problem(f"evaluation-{one.kind}-break", value=str(one.on), values=values))
    if refused:
        raise EvaluationError(refused)
    return found


Cells = dict[tuple[int, int], float]
Influences = dict[tuple[int, int], Floats]


def _group_times(rate: Floats, cohort: Floats, comparison: str, small_sample: bool) -> tuple[Cells, Influences]:
    """ATT(g, t) and each unit's influence on it (units,), whose squares add up to its variance. Before g the change is
    from the period before (a varying base), as in the authors' program."""
    cells: Cells = {}
    influences: Influences = {}
    for g in sorted({int(one) for one in cohort[np.isfinite(cohort)]}):
        for t in range(1, rate.shape[1]):
            base = g - 1 if t >= g else t - 1
            own = cohort == g
            others = np.isinf(cohort)
            if comparison == "not-yet":
                others |= np.nan_to_num(cohort, nan=-1.0) > max(t, base)
                others &= ~own
            change = rate[:, t] - rate[:, base]
            influence = np.zeros(len(rate))
            value = 0.0
            for side, sign in ((own, 1.0), (others, -1.0)):
                m = int(side.sum())
                value += sign * float(change[side].mean())
                inflate = math.sqrt(m / (m - 1)) if small_sample and m > 1 else 1.0
                influence[side] = sign * (change[side] - change[side].mean()) / m * inflate
            cells[g, t], influences[g, t] = value, influence
    return cells, influences


def _summed(which: list[tuple[int, int]], cells: Cells, influences: Influences, weight: Floats) -> tuple[float, Floats]:
    value = sum(share * cells[key] for key, share in zip(which, weight.tolist(), strict=True))
    influence: Floats = np.sum([share * influences[key] for key, share in zip(which, weight, strict=True)], axis=0)
    return float(value), influence


def _error(influence: Floats) -> float:
    return math.sqrt(float(influence @ influence))


def _by_age(cells: Cells, influences: Influences, sizes: dict[int, int]) -> dict[int, tuple[float, float]]:
    found = {}
    for age in sorted({t - g for g, t in cells}):
        which = [(g, t) for g, t in cells if t - g == age]
        weight = np.array([sizes[g] for g, _ in which], dtype=np.float64)
        value, influence = _summed(which, cells, influences, weight / weight.sum())
        found[age] = (value, _error(influence))
    return found


def _pre_trends(cells: Cells, influences: Influences, sizes: dict[int, int], freedom: float) -> float:
    """The joint p-value of the ages before adoption: the least of theirs times their number (Bonferroni), for with few
    units errors are too rough for a joint test. NaN where there is none with an error."""
    before = [one for age, one in _by_age(cells, influences, sizes).items() if age < 0 and one[1] > 0]
    if not before:
        return math.nan
    largest = max(abs(effect) / error for effect, error in before)
    return min(1.0, len(before) * 2 * float(stats.t.sf(largest, freedom)))
