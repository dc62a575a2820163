"""A registered measure, judged as it was registered, with everything that speaks against the answer beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from convive.errors import EvaluationError, Problem
from convive.evaluation.calibration import offered
from convive.evaluation.checks.between_cities import LEAST_FAR, Searched, between_cities
from convive.evaluation.checks.displacement import Spillover, with_surroundings
from convive.evaluation.checks.leave_one_out import leave_one_out
from convive.evaluation.checks.placebo_in_time import placebo_in_time
from convive.evaluation.checks.placebo_in_unit import placebo_in_unit
from convive.evaluation.checks.pre_trends import pre_trends
from convive.evaluation.designs.augmented_synthetic_control import augmented_synthetic_control
from convive.evaluation.designs.difference_in_differences import difference_in_differences
from convive.evaluation.designs.displacement_difference import displacement_difference
from convive.evaluation.designs.event_study import event_study
from convive.evaluation.designs.interrupted_series import interrupted_series
from convive.evaluation.designs.sequential import Watch, sequential
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.designs.synthetic_control import synthetic_control
from convive.evaluation.registration import Registration
from convive.evaluation.result import Effect
from convive.evaluation.series import Panel, Series
from convive.evaluation.verdict import Judgement, judge

Found = TypeVar("Found")

MIXTURES = {
    "synthetic-control": synthetic_control,
    "augmented-synthetic-control": augmented_synthetic_control,
}

POSTERIOR = "posterior"
WATCH = "sequential"


@dataclass(frozen=True)
class Evaluation:
    """``judgement`` is None where the design refused, and ``refused`` says why. ``second``: another design's effect on
    the same data; ``spillover``: what happened around; ``watch``: monitoring month by month; ``settled``: the time that
    was registered for the verdict has passed; ``searched``: what was looked for in cities next door."""

    registration: Registration
    judgement: Judgement | None
    refused: tuple[Problem, ...]
    second: Effect | None
    spillover: Spillover | None
    watch: Watch | None
    settled: bool
    searched: Searched | None = None


def evaluate(registration: Registration, panel: Panel, *, near: Collection[str] = (), seed: int = 0) -> Evaluation:
    """Run the registered design on ``panel``, which holds the units named and the periods known so far.

    A place-based evaluation with surroundings counts what happened there in the events averted; what moved to the units
    ``near`` the treated, which border on them, is looked for whether or not they were named as surroundings. A second
    opinion and a watch are given only where their design is offered. Nothing is raised for data that cannot bear the
    design: that is an answer.
    """
    one, start = registration, registration.start
    last = panel.ends[-1]
    months = (last.year - start.year) * 12 + last.month - start.month
    settled = months >= one.judged_after_months
    try:
        effect, spillover = _effect(one, panel, seed)
        searched = _searched(one, panel, near, seed)
    except EvaluationError as error:
        return Evaluation(one, None, error.problems, None, None, _watched(one, panel, seed), settled)
    second = None
    if one.second and offered(one.second, POSTERIOR):
        second = _tried(lambda: structural_series(_own(one, panel), start))
    if searched is not None:
        effect = searched.beside(effect)
    judged = judge(effect, expected=one.expected)
    return Evaluation(one, judged, (), second, spillover, _watched(one, panel, seed), settled, searched)


def _effect(one: Registration, panel: Panel, seed: int) -> tuple[Effect, Spillover | None]:
    if one.design == "interrupted-series":
        own = _own(one, panel)
        effect = interrupted_series(own, one.start, seed=seed)
        placebos, told = placebo_in_time(partial(interrupted_series, simulations=199, seed=seed), own, one.start)
        return effect.beside(placebos=placebos, diagnostics=(told,) if told else ()), None
    if one.design == "displacement-difference":
        # Surroundings are counted by the design itself, and there is no comparison to spare.
        return displacement_difference(
            panel,
            one.treated,
            one.comparison,
            one.start,
            treated_around=one.around,
            control_around=one.control_around,
        ), None
    design = _compared(one, seed)
    if one.around:
        found = with_surroundings(design, panel, one.treated, one.around, one.comparison, one.start)
        effect = found.effect
    else:
        found, effect = None, design(panel.only([*one.treated, *one.comparison]), one.treated, one.start)
    if one.design not in MIXTURES:
        # Mixtures leave out their heavy units and put every unit in the city's place by themselves.
        checks = [leave_one_out]
        if effect.interval_by == "periods":
            # Errors that go by units have heard the other places already.
            checks.append(placebo_in_unit)
        for check in checks:
            placebos, told = check(_compared(one, seed, 199), panel, one.treated, one.comparison, one.start)
            effect = effect.beside(placebos=placebos, diagnostics=(told,) if told else ())
    if one.design == "difference-in-differences":
        _, before = pre_trends(panel, one.treated, one.start, comparison=one.comparison)
        effect = effect.beside(diagnostics=(before,))
    return effect, found


def _compared(
    one: Registration, seed: int, simulations: int = 999
) -> Callable[[Panel, Sequence[str], dt.date], Effect]:
    def run(panel: Panel, treated: Sequence[str], start: dt.date) -> Effect:
        others = [unit for unit in one.comparison if unit in panel.units and unit not in treated]
        if one.design in MIXTURES:
            return MIXTURES[one.design](panel, treated, start, comparison=others)
        if one.design == "event-study":
            study = event_study(panel, treated, start, comparison=others, simulations=simulations, seed=seed)
            return study.effect
        return difference_in_differences(panel, treated, start, comparison=others, simulations=simulations, seed=seed)

    return run


def _searched(one: Registration, panel: Panel, near: Collection[str], seed: int) -> Searched | None:
    """What moved next door; where surroundings were registered they are next door, wherever the border runs, and the
    design has counted them already."""
    alone = one.design == "interrupted-series"
    named = {*one.around, *one.control_around}
    beyond = [unit for unit in near if unit not in named]
    if one.design == "displacement-difference" or not beyond:
        return None
    run = _alone(seed) if alone else _compared(one, seed, 199)
    least = 0 if alone else LEAST_FAR
    comparison = () if alone else one.comparison
    found = between_cities(run, panel, one.treated, beyond, comparison, one.start, least_far=least, seed=seed)
    return found if found.near else None


def _alone(seed: int) -> Callable[[Panel, Sequence[str], dt.date], Effect]:
    return lambda panel, treated, start: interrupted_series(
        panel.pooled(list(treated)), start, simulations=199, seed=seed
    )


def _own(one: Registration, panel: Panel) -> Series:
    return panel.pooled(list(one.treated))


def _watched(one: Registration, panel: Panel, seed: int) -> Watch | None:
    return _tried(lambda: _watch(one, panel, seed)) if one.watched and offered(WATCH, WATCH) else None


def _watch(one: Registration, panel: Panel, seed: int) -> Watch:
    last = panel.ends[-1]
    seen = (last.year - one.start.year) * 12 + last.month - one.start.month
    other = panel.pooled(list(one.comparison)) if one.comparison else None
    looks = max(one.judged_after_months, seen)
    return sequential(_own(one, panel), one.start, comparison=other, looks=looks, simulations=1999, seed=seed)


def _tried(run: Callable[[], Found]) -> Found | None:
    try:
        return run()
    except EvaluationError:
        return None
