"""Weighted displacement difference: the published example, unequal periods, areas and harm, and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from convive.errors import EvaluationError
from convive.evaluation.designs.displacement_difference import displacement_difference
from convive.evaluation.series import Break, Panel, panel

FIRST, START = dt.date(2018, 1, 1), dt.date(2020, 1, 1)
UNITS = ["treated", "control", "around", "beyond"]


def spread(total: int, months: int) -> list[int]:
    """``total`` events over ``months``, as evenly as may be."""
    return [total // months + (at < total % months) for at in range(months)]


def a_panel(*pairs: tuple[int, int], months: tuple[int, int] = (24, 24), **more: object) -> Panel:
    """Units with so many events before and after."""
    counts = [spread(before, months[0]) + spread(after, months[1]) for before, after in pairs]
    return panel(counts, UNITS[: len(pairs)], FIRST, **more)  # type: ignore[arg-type]


def test_the_worked_example() -> None:
    """Wheeler & Ratcliffe (2018): control 100 → 90, treated 100 → 80: −10, standard error 19.2."""
    found = displacement_difference(a_panel((100, 80), (100, 90)), ["treated"], ["control"], START)
    # 24 months of 2018–2019 have 730 days, those of 2020–2021 731.
    assert found.estimate == pytest.approx(-10, abs=0.02)
    assert found.details["poisson_error"] == pytest.approx(19.2, abs=0.05)
    assert found.low < -10 < found.high
    assert found.averted is not None
    assert found.averted.low == pytest.approx(-found.high)


def test_what_went_next_door_is_counted() -> None:
    data = a_panel((100, 60), (100, 100), (50, 80), (50, 50))
    whole = displacement_difference(
        data, ["treated"], ["control"], START, treated_around=["around"], control_around=["beyond"]
    )
    assert whole.estimate == pytest.approx(-40 + 30, abs=0.2)
    assert whole.details["spilled"] == pytest.approx(30, abs=0.1)
    assert whole.details["quotient"] == pytest.approx(-0.75, abs=0.01)
    assert [one.kind for one in whole.placebos] == ["displacement"]
    alone = displacement_difference(data, ["treated"], ["control"], START)
    assert alone.estimate == pytest.approx(-40, abs=0.2)


def test_periods_areas_and_harm_weigh_the_counts() -> None:
    short = a_panel((100, 50), (100, 50), months=(24, 12))
    found = displacement_difference(short, ["treated"], ["control"], START)
    assert found.estimate == pytest.approx(0, abs=1e-9)
    assert found.details["without"] == pytest.approx(50, abs=1e-9)
    halved = displacement_difference(
        a_panel((100, 80), (200, 180)), ["treated"], ["control"], START, area={"treated": 1.0, "control": 2.0}
    )
    assert halved.estimate == pytest.approx(-10, abs=0.05)
    heavy = displacement_difference(
        a_panel((100, 80), (100, 90)), ["treated"], ["control"], START, harm={"treated": 3.0, "control": 3.0}
    )
    assert heavy.estimate == pytest.approx(-30, abs=0.1)
    assert heavy.details["poisson_error"] == pytest.approx(3 * 19.235, rel=1e-3)


def test_places_that_go_up_and_down_have_a_wider_interval() -> None:
    steady = a_panel((480, 480), (480, 480))
    wild = steady.counts.copy()
    wild[0, ::12] += 60
    wild[0, 6::12] -= 20
    rough = panel(wild, UNITS[:2], FIRST)
    calm, restless = (displacement_difference(one, ["treated"], ["control"], START) for one in (steady, rough))
    assert restless.details["error"] > restless.details["poisson_error"]
    assert restless.high - restless.low > 1.1 * (calm.high - calm.low)


def test_it_cries_wolf_no_more_than_it_says() -> None:
    draw, alarms = np.random.default_rng(3), 0
    for _ in range(400):
        found = displacement_difference(
            panel(draw.poisson(4, (2, 48)), UNITS[:2], FIRST), ["treated"], ["control"], START
        )
        alarms += found.p < 0.05
    assert 0.005 <= alarms / 400 <= 0.07


@pytest.mark.parametrize(
    ("arguments", "more", "code"),
    [
        ({"treated_around": ["around"]}, {}, "evaluation-around-one-side"),
        ({"treated_around": ["control"], "control_around": ["beyond"]}, {}, "evaluation-unit-on-both-sides"),
        ({}, {"treated_since": [START, START, None, None]}, "evaluation-comparison-treated"),
        ({}, {"breaks": [Break(START, "classification", "CIE")]}, "evaluation-classification-break-at-start"),
        ({}, {"breaks": [Break(START, "population")]}, "evaluation-population-break-at-start"),
    ],
)
def test_what_cannot_be_judged_is_refused(arguments: dict[str, list[str]], more: dict[str, object], code: str) -> None:
    data = a_panel((100, 80), (100, 90), (50, 50), (50, 50), **more)
    with pytest.raises(EvaluationError) as found:
        displacement_difference(data, ["treated"], ["control"], START, **arguments)  # type: ignore[arg-type]
    assert {problem.code for problem in found.value.problems} == {code}
    assert all(found.value.describe(language) for language in ("es", "en"))


@pytest.mark.parametrize(
    ("data", "start", "code"),
    [
        (a_panel((100, 80), (100, 90)), dt.date(2030, 1, 1), "evaluation-start-outside"),
        (a_panel((100, 80), (100, 90)), dt.date(2018, 6, 1), "evaluation-too-short"),
        (a_panel((0, 80), (100, 90)), START, "evaluation-no-events-before"),
        (a_panel((100, 0), (100, 90)), START, "evaluation-no-events-after"),
        (a_panel((100, 80), (0, 0)), START, "evaluation-unit-empty"),
    ],
)
def test_too_short_or_empty_series_are_refused(data: Panel, start: dt.date, code: str) -> None:
    with pytest.raises(EvaluationError) as found:
        displacement_difference(data, ["treated"], ["control"], start)
    assert found.value.problems[0].code == code


def test_few_events_are_told() -> None:
    found = displacement_difference(a_panel((30, 3), (40, 20)), ["treated"], ["control"], START)
    assert [one.held for one in found.diagnostics if one.name == "counts-of-five"] == [False]
    assert math.isnan(found.details["spilled"])
