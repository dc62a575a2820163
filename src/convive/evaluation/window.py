"""Before and after: where a start cuts a series, and what forbids judging it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from convive.errors import EvaluationError, Problem
from convive.evaluation.limits import limits
from convive.evaluation.series import Break, Floats, Panel, Series

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """Which periods (n,) lie wholly ``before`` and wholly ``after`` the start; a period in which it falls is neither.
    ``warnings``: what does not forbid the answer and must be told beside it."""

    before: Flags
    after: Flags
    start: dt.date
    warnings: tuple[Problem, ...]

    @property
    def first_after(self) -> int:
        return int(np.argmax(self.after))

    @property
    def used(self) -> Flags:
        """Periods that are one or the other."""
        return self.before | self.after


def window(
    series: Series | Panel,
    start: dt.date,
    *,
    least_before: int | None = None,
    least_after: int | None = None,
    events_after: bool = True,
) -> Window:
    """Where ``start`` (the first day of the measure) cuts ``series``.

    Raises :class:`~convive.errors.EvaluationError`: a start outside the data, too few periods on a side
    (``limits.toml``; ``least_before`` and ``least_after`` instead where a method says so), no event on a side
    (``events_after`` false: before), a break of
    classification or population at the start. Warns: a start within a period, few events, a break elsewhere.
    """
    told, starts = limits(), series.starts
    if not starts[0] < start <= starts[-1]:
        raise _refused("evaluation-start-outside", start, first=starts[0], last=starts[-1])
    before = np.array([end <= start for end in series.ends])
    after = np.array([begin >= start for begin in starts])
    least = told.before[series.period] if least_before is None else least_before
    soonest = told.after[series.period] if least_after is None else least_after
    if before.sum() < least or after.sum() < soonest:
        raise _refused(
            "evaluation-too-short",
            start,
            before=int(before.sum()),
            after=int(after.sum()),
            least_before=least,
            least_after=soonest,
            period=series.period,
        )
    counts = np.atleast_2d(series.counts).sum(axis=0)
    sides = int(counts[before].sum()), int(counts[after].sum())
    if sides[0] == 0 or (events_after and sides[1] == 0):
        code = "evaluation-no-events-before" if sides[0] == 0 else "evaluation-no-events-after"
        raise _refused(code, start)
    warnings = [*_broken(series, start)]
    if not (before | after).all():
        warnings.append(Problem("evaluation-start-within", value=start.isoformat()))
    if sides[0] < told.few_before or sides[1] < told.few_after:
        warnings.append(Problem("evaluation-few-events", values={"before": sides[0], "after": sides[1]}))
    return Window(before, after, start, tuple(warnings))


def treated_and_compared(
    panel: Panel, treated: Sequence[str], start: dt.date, comparison: Sequence[str] | None = None
) -> tuple[Panel, Panel, tuple[Problem, ...]]:
    """The panels of the ``treated`` units and of those they are compared with: those named, else all that were not
    treated before the data end.

    Raises :class:`~convive.errors.EvaluationError`: a unit on both sides, a named comparison that was treated too, none
    left, a unit without events, a break at the start in any of them. Warns of units left out because they were treated.
    """
    end = panel.ends[-1]
    others = [unit for unit in panel.units if unit not in treated] if comparison is None else list(comparison)
    both = sorted(set(treated) & set(others))
    if both:
        raise EvaluationError([Problem("evaluation-unit-on-both-sides", value=unit) for unit in both])
    since = [(unit, panel.treated_since[row]) for unit, row in zip(others, panel.rows(others), strict=True)]
    also = [(unit, on) for unit, on in since if on is not None and on < end]
    if comparison is not None and also:
        raise EvaluationError(
            [
                Problem("evaluation-comparison-treated", value=unit, values={"since": on.isoformat()})
                for unit, on in also
            ]
        )
    kept = [unit for unit in others if unit not in {unit for unit, _ in also}]
    if not kept:
        raise EvaluationError(Problem("evaluation-no-comparison", values={"treated": ", ".join(treated)}))
    sides = panel.only(list(treated)), panel.only(kept)
    for side in sides:
        empty = [unit for unit, row in zip(side.units, side.counts, strict=True) if row.sum() == 0]
        if empty:
            raise EvaluationError([Problem("evaluation-unit-empty", value=unit) for unit in empty])
    warnings = [Problem("evaluation-left-out", value=unit, values={"since": str(on)}) for unit, on in also]
    return *sides, tuple(warnings)


def steps_of_population(series: Series | Panel) -> tuple[Break, ...]:
    """Breaks of population that nobody told of: steps of the exposure per year beyond ``limits.toml``."""
    panel = series.as_panel() if isinstance(series, Series) else series
    people = panel.exposure / panel.years
    steps = np.abs(people[:, 1:] / people[:, :-1] - 1)
    return tuple(
        Break(panel.starts[at + 1], "population", f"{100 * steps[row, at]:.0f} %", panel.units[row])
        for row, at in np.argwhere(steps > limits().population_step)
    )


def told_once(*groups: Sequence[Problem]) -> tuple[Problem, ...]:
    """The warnings of all ``groups``, each once."""
    told: list[Problem] = []
    for problem in (problem for group in groups for problem in group):
        if problem not in told:
            told.append(problem)
    return tuple(told)


def without(series: Series, keep: Flags) -> Series:
    """``series`` in the periods to ``keep`` alone; for methods that ask no order of them."""
    starts = tuple(start for start, kept in zip(series.starts, keep, strict=True) if kept)
    return replace(series, counts=series.counts[keep], exposure=series.exposure[keep], starts=starts)


def rates(counts: Floats, exposure: Floats) -> Floats:
    """Events per 100,000 person-years."""
    found: Floats = 1e5 * counts / exposure
    return found


def _broken(series: Series | Panel, start: dt.date) -> list[Problem]:
    margin = dt.timedelta(days=limits().margin_days)
    inside = [one for one in series.breaks if series.starts[0] < one.on < series.ends[-1]]
    found = [*inside, *steps_of_population(series)]
    near = [one for one in found if abs(one.on - start) < margin]
    if near:
        raise EvaluationError([_told(one, f"evaluation-{one.kind}-break-at-start", start) for one in near])
    return [_told(one, f"evaluation-{one.kind}-break", start) for one in found]


_BREAKS = (
    "evaluation-classification-break",
    "evaluation-population-break",
    "evaluation-classification-break-at-start",
    "evaluation-population-break-at-start",
)


def _told(one: Break, code: str, start: dt.date) -> Problem:
    assert code in _BREAKS
    unit = f"{one.unit}: " if one.unit else ""
    return Problem(code, value=one.on.isoformat(), values={"start": start.isoformat(), "note": f"{unit}{one.note}"})


def _refused(code: str, start: dt.date, **values: object) -> EvaluationError:
    return EvaluationError(Problem(code, value=start.isoformat(), values=values))
