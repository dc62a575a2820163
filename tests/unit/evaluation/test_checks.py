"""Refutations: what they find where there is something, and that they are quiet where there is nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from convive.errors import EvaluationError
from convive.evaluation.checks.between_cities import between_cities
from convive.evaluation.checks.displacement import with_surroundings
from convive.evaluation.checks.leave_one_out import leave_one_out
from convive.evaluation.checks.placebo_in_outcome import placebo_in_outcome
from convive.evaluation.checks.placebo_in_time import placebo_in_time
from convive.evaluation.checks.placebo_in_unit import placebo_in_unit
from convive.evaluation.checks.pre_trends import pre_trends
from convive.evaluation.designs.difference_in_differences import difference_in_differences
from convive.evaluation.designs.structural_series import structural_series
from convive.evaluation.result import Effect
from convive.evaluation.scenarios import STEADY, draw
from convive.evaluation.series import Panel, panel, series

from .conftest import FIRST, NAMES, START


def design(made: Panel, treated: Sequence[str], start: dt.date) -> Effect:
    return difference_in_differences(made, treated, start, errors="periods", simulations=199)


def test_a_past_without_events_of_its_own_passes_and_one_with_a_jump_does_not(counts: np.ndarray) -> None:
    placebos, told = placebo_in_time(structural_series, series(counts[1], FIRST), START)
    assert told is not None
    assert told.held
    assert {one.label for one in placebos} <= {start.isoformat() for start in series(counts[1], FIRST).starts[:60]}
    jumping = counts[1] * (1 + 5 * (np.arange(84) % 24 >= 12))
    found, told = placebo_in_time(structural_series, series(jumping, FIRST), START)
    assert told is not None
    assert told.held is False
    assert any(one.p is not None and one.p < 0.05 for one in found)


def test_a_past_too_short_for_a_placebo_says_none(counts: np.ndarray) -> None:
    assert placebo_in_time(structural_series, series(counts[1], FIRST), dt.date(2017, 1, 1)) == ((), None)


def test_an_untouched_outcome_that_fell_too_refutes(counts: np.ndarray) -> None:
    fell, told = placebo_in_outcome(structural_series, series(counts[0], FIRST), START, "traffic")
    assert (fell.kind, fell.label, told.held) == ("outcome", "traffic", False)
    _, told = placebo_in_outcome(structural_series, series(counts[2], FIRST), START, "traffic")
    assert told.held


def test_the_treated_stands_out_among_units(cities: Panel) -> None:
    placebos, told = placebo_in_unit(design, cities, ["tumbes"], NAMES[1:], START)
    assert [one.label for one in placebos] == list(NAMES[1:])
    assert told is not None
    assert told.p == pytest.approx(1 / 6)


def test_a_place_without_events_after_takes_nobody_s_place(counts: np.ndarray) -> None:
    silent = counts.copy()
    silent[4, 60:] = 0
    placebos, told = placebo_in_unit(design, panel(silent, NAMES, FIRST), ["tumbes"], NAMES[1:], START)
    assert [one.label for one in placebos] == ["a", "b", "c", "e"]
    assert told is not None
    assert told.p in {n / 5 for n in range(1, 6)}
    assert placebo_in_unit(design, panel(silent, NAMES, FIRST), ["tumbes"], ["a"], START) == ((), None)


def test_an_answer_that_hangs_on_one_place_is_found(counts: np.ndarray, cities: Panel) -> None:
    _, told = leave_one_out(design, cities, ["tumbes"], NAMES[1:], START)
    assert told is not None
    assert told.held
    # One huge comparison that rose makes the treated seem to have fallen.
    pulled = counts.copy()
    pulled[0] = counts[3]
    pulled[5, :60] *= 8
    pulled[5, 60:] *= 20
    _, told = leave_one_out(design, panel(pulled, NAMES, FIRST), ["tumbes"], NAMES[1:], START)
    assert told is not None
    assert leave_one_out(design, cities, ["tumbes"], ["a"], START) == ((), None)


def test_pre_trends_are_those_of_the_event_study(cities: Panel) -> None:
    study, told = pre_trends(cities, ["tumbes"], START)
    assert told.p == study.pre_trends
    assert told.bears


def test_what_moved_next_door_is_counted_in_the_result() -> None:
    ratio = np.ones((6, 84))
    ratio[0, 60:], ratio[1, 60:] = 0.5, 1.5
    made = panel(draw(STEADY, [100, 100, 160, 200, 190, 220], 84, seed=8, ratio=ratio)[0], NAMES, FIRST)
    found = with_surroundings(design, made, ["tumbes"], ["a"], NAMES[2:], START)
    assert found.says == "moved"
    assert found.effect.estimate < 0.7 < found.whole.estimate
    assert found.effect.averted == found.whole.averted == found.net
    assert found.effect.placebos[0].kind == "displacement"


def test_a_benefit_that_spread_is_found_and_surroundings_must_be_neither(cities: Panel) -> None:
    ratio = np.ones((6, 84))
    ratio[:2, 60:] = 0.6
    made = panel(draw(STEADY, [100, 100, 160, 200, 190, 220], 84, seed=8, ratio=ratio)[0], NAMES, FIRST)
    assert with_surroundings(design, made, ["tumbes"], ["a"], NAMES[2:], START).says == "spread"
    for around in (["b"], []):
        with pytest.raises(EvaluationError) as found:
            with_surroundings(design, made, ["tumbes"], around, NAMES[2:], START)
        assert found.value.problems[0].code == "evaluation-surroundings"


def moving(here: float, next_door: float) -> Panel:
    ratio = np.ones((7, 84))
    ratio[0, 60:], ratio[1, 60:] = here, next_door
    names = ["tumbes", *"abcdef"]
    return panel(draw(STEADY, [100, 100, 160, 200, 190, 220, 180], 84, seed=8, ratio=ratio)[0], names, FIRST)


def test_what_moved_to_a_city_next_door_is_counted_and_as_a_comparison_it_refutes() -> None:
    made = moving(0.5, 1.6)
    others = list("bcdef")
    own = design(made.only(["tumbes", *others]), ["tumbes"], START)
    found = between_cities(design, made, ["tumbes"], ["a"], others, START, simulations=99)
    assert found.next_door is not None
    assert found.next_door.says == "moved"
    told = found.beside(own)
    assert told.averted == found.next_door.net != own.averted
    assert [one.kind for one in told.placebos] == ["next-door"]
    assert found.spread is not None
    among = between_cities(design, made, ["tumbes"], ["a"], ["a", *others], START, simulations=99).beside(own)
    assert [one.name for one in among.failed] == ["near-comparison"]
    assert [one.kind for one in among.placebos] == ["next-door", "far-only"]


def test_a_quiet_city_next_door_leaves_the_answer_as_it_is() -> None:
    made = moving(0.5, 1.0)
    own = design(made.only(["tumbes", *"bcdef"]), ["tumbes"], START)
    told = between_cities(design, made, ["tumbes"], ["a"], list("bcdef"), START, simulations=99).beside(own)
    assert told.averted == own.averted
    assert not told.failed
    nobody = between_cities(design, made, ["tumbes"], ["nowhere"], list("bcdef"), START, simulations=99)
    assert nobody.beside(own) == own
