"""The displacement difference is that of its authors' examples, and its interval covers."""

import math

import numpy as np
import pytest

from convive.analysis.displacement import Counted, weighted_displacement_difference
from convive.errors import AnalysisError


def test_the_authors_example_without_surroundings():
    # Wheeler & Ratcliffe 2018 and the author's note of 2025: control 100 → 90, treated 100 → 80.
    found = weighted_displacement_difference(Counted(100, 80), Counted(100, 90))
    assert found.whole.value == -10
    assert found.whole.error == pytest.approx(19.2, abs=0.05)
    assert found.says == "cannot tell"
    assert found.spilled is None


def test_the_example_of_the_authors_package_with_surroundings():
    # R package ptools, wdd(): control 20 → 20, treated 20 → 10; surroundings 30 → 30 and 30 → 20.
    found = weighted_displacement_difference(
        Counted(20, 10), Counted(20, 20), treated_around=Counted(30, 20), control_around=Counted(30, 30)
    )
    assert found.whole.value == -20
    assert found.whole.error == pytest.approx(math.sqrt(180))
    assert found.whole.z == pytest.approx(-1.4907, abs=1e-4)
    assert found.spilled.value == -10
    assert found.quotient == pytest.approx(1.0)


def test_twice_as_long_before_weighs_half():
    # ptools, wdd(control, treated, time_weights = c(2, 1)): before counts halved, their variance a quarter.
    long = {"days_before": 2, "days_after": 1}
    found = weighted_displacement_difference(Counted(20, 10, **long), Counted(20, 20, **long))
    assert found.whole.value == (10 - 10) - (20 - 10)
    assert found.whole.error == pytest.approx(math.sqrt(10 + 20 + 5 + 5))


def test_surroundings_twice_as_large_weigh_half_and_harm_weighs_as_given():
    found = weighted_displacement_difference(
        Counted(10, 4),
        Counted(10, 10),
        treated_around=Counted(20, 30, area=2),
        control_around=Counted(20, 20, area=2, harm=3),
    )
    assert found.spilled.value == pytest.approx(5)
    assert found.spilled.error == pytest.approx(math.sqrt(50 / 4 + 40 * 9 / 4))


@pytest.mark.parametrize("level", [8, 60])
def test_interval_covers_where_nothing_happened(level):
    rng = np.random.default_rng(level)
    covered = []
    for _ in range(800):
        counts = rng.poisson(level, 8)
        found = weighted_displacement_difference(
            Counted(*counts[:2]),
            Counted(*counts[2:4]),
            treated_around=Counted(*counts[4:6]),
            control_around=Counted(*counts[6:]),
        )
        covered.append(found.whole.low <= 0 <= found.whole.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_a_large_fall_that_moved_next_door_is_no_gain():
    found = weighted_displacement_difference(
        Counted(200, 100), Counted(200, 200), treated_around=Counted(100, 195), control_around=Counted(100, 100)
    )
    assert found.direct.high < 0
    assert found.spilled.low > 0
    assert found.says == "cannot tell"
    assert found.quotient == pytest.approx(-0.95)


def test_few_events_are_said():
    assert weighted_displacement_difference(Counted(4, 9), Counted(9, 9)).few


@pytest.mark.parametrize(
    ("treated", "control", "more"),
    [
        (Counted(-1, 3), Counted(2, 2), {}),
        (Counted(0, 0), Counted(0, 0), {}),
        (Counted(5, 5), Counted(5, 5), {"treated_around": Counted(3, 3)}),
        (Counted(5, 5, area=0), Counted(5, 5), {}),
        (Counted(5, 5, days_after=math.nan), Counted(5, 5), {}),
    ],
)
def test_what_cannot_be_answered_is_refused(treated, control, more):
    with pytest.raises(AnalysisError):
        weighted_displacement_difference(treated, control, **more)
