"""Series and windows: what is refused, what is warned of, and that the periods are cut where the calendar cuts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from convive.errors import EvaluationError
from convive.evaluation.series import Break, following, panel, series
from convive.evaluation.window import steps_of_population, treated_and_compared, window

FIRST = dt.date(2015, 1, 1)
START = dt.date(2018, 1, 1)
CODES = np.arange(1, 61) % 7


def codes(found: pytest.ExceptionInfo[EvaluationError]) -> list[str]:
    assert all(problem.reason(language) for problem in found.value.problems for language in ("es", "en"))
    assert all(problem.remedy(language) for problem in found.value.problems for language in ("es", "en"))
    return [problem.code for problem in found.value.problems]


def test_periods_follow_the_calendar() -> None:
    assert following(dt.date(2019, 12, 1), "month") == dt.date(2020, 1, 1)
    assert following(dt.date(2019, 10, 1), "quarter") == dt.date(2020, 1, 1)
    assert following(dt.date(2020, 2, 29), "day") == dt.date(2020, 3, 1)
    assert series([1, 2], dt.date(2020, 2, 1)).exposure * 365.25 == pytest.approx([29, 31])


def test_people_and_time_make_person_years() -> None:
    made = series([3, 4], dt.date(2021, 1, 1), period="year", population=100_000)
    assert made.exposure == pytest.approx([100_000 * 365 / 365.25] * 2)
    two = panel([[3, 4], [1, 0]], ["a", "b"], dt.date(2021, 1, 1), period="year", population=[[10], [20]])
    assert two.exposure[:, 0] * 365.25 / 365 == pytest.approx([10, 20])


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ([1, np.nan, 2], "evaluation-missing"),
        ([1, -1, 2], "evaluation-not-counts"),
        ([1, 0.5, 2], "evaluation-not-counts"),
        ([], "evaluation-shape"),
    ],
)
def test_what_is_no_count_is_refused(counts: list[float], code: str) -> None:
    with pytest.raises(EvaluationError) as found:
        series(counts, FIRST)
    assert codes(found) == [code]


def test_a_wrong_calendar_population_or_break_is_refused() -> None:
    with pytest.raises(EvaluationError) as found:
        series([1, 2], dt.date(2020, 1, 2))
    assert codes(found) == ["evaluation-first-day"]
    with pytest.raises(EvaluationError) as found:
        series([1, 2], FIRST, period="fortnight")
    assert codes(found) == ["evaluation-period"]
    with pytest.raises(EvaluationError) as found:
        series([1, 2], FIRST, population=[10, 0])
    assert codes(found) == ["evaluation-population"]
    with pytest.raises(EvaluationError) as found:
        series([1, 2], FIRST, breaks=[Break(FIRST, "earthquake")])
    assert codes(found) == ["evaluation-break-kind"]


def test_a_start_cuts_before_and_after_and_a_period_it_falls_into_is_neither() -> None:
    cut = window(series(CODES, FIRST), START)
    assert (cut.before.sum(), cut.after.sum(), cut.first_after) == (36, 24, 36)
    assert cut.warnings == ()
    within = window(series(CODES, FIRST), dt.date(2018, 1, 15))
    assert (within.before.sum(), within.after.sum()) == (36, 23)
    assert [problem.code for problem in within.warnings] == ["evaluation-start-within"]


@pytest.mark.parametrize(
    ("counts", "start", "code"),
    [
        (CODES, dt.date(2014, 1, 1), "evaluation-start-outside"),
        (CODES, FIRST, "evaluation-start-outside"),
        (CODES, dt.date(2021, 1, 1), "evaluation-start-outside"),
        (CODES, dt.date(2016, 1, 1), "evaluation-too-short"),
        (CODES, dt.date(2019, 9, 1), "evaluation-too-short"),
        (np.where(np.arange(60) < 36, 0, 3), START, "evaluation-no-events-before"),
        (np.where(np.arange(60) < 36, 3, 0), START, "evaluation-no-events-after"),
    ],
)
def test_a_series_that_cannot_be_judged_is_refused(counts: np.ndarray, start: dt.date, code: str) -> None:
    with pytest.raises(EvaluationError) as found:
        window(series(counts, FIRST), start)
    assert codes(found) == [code]


@pytest.mark.parametrize("kind", ["classification", "population"])
def test_a_break_at_the_start_is_refused_and_elsewhere_told(kind: str) -> None:
    with pytest.raises(EvaluationError) as found:
        window(series(CODES, FIRST, breaks=[Break(dt.date(2018, 2, 1), kind)]), START)
    assert codes(found) == [f"evaluation-{kind}-break-at-start"]
    cut = window(series(CODES, FIRST, breaks=[Break(dt.date(2016, 2, 1), kind)]), START)
    assert [problem.code for problem in cut.warnings] == [f"evaluation-{kind}-break"]


def test_the_break_of_the_population_of_tumbes_is_found_though_nobody_told_of_it() -> None:
    people = np.repeat([258_000, 260_000, 263_123, 265_844, 309_153], 12)
    made = series(CODES, dt.date(2021, 1, 1), population=people)
    assert [one.on for one in steps_of_population(made)] == [dt.date(2025, 1, 1)]
    with pytest.raises(EvaluationError) as found:
        window(made, dt.date(2025, 1, 1))
    assert codes(found) == ["evaluation-population-break-at-start"]


def test_few_events_are_told() -> None:
    cut = window(series(np.where(np.arange(60) % 12 == 3, 1, 0), FIRST), START)
    assert [problem.code for problem in cut.warnings] == ["evaluation-few-events"]


def treated_panel(**more: object):
    return panel(
        [CODES, CODES, CODES], ["a", "b", "c"], FIRST, treated_since=[START, None, dt.date(2019, 1, 1)], **more
    )


def test_a_comparison_that_was_treated_is_refused_where_named_and_left_out_where_not() -> None:
    with pytest.raises(EvaluationError) as found:
        treated_and_compared(treated_panel(), ["a"], START, ["b", "c"])
    assert codes(found) == ["evaluation-comparison-treated"]
    treated, compared, warnings = treated_and_compared(treated_panel(), ["a"], START)
    assert (treated.units, compared.units) == (("a",), ("b",))
    assert [problem.code for problem in warnings] == ["evaluation-left-out"]


def test_a_comparison_that_is_none_is_refused() -> None:
    with pytest.raises(EvaluationError) as found:
        treated_and_compared(treated_panel(), ["a"], START, ["a", "b"])
    assert codes(found) == ["evaluation-unit-on-both-sides"]
    with pytest.raises(EvaluationError) as found:
        treated_and_compared(treated_panel(), ["a", "b"], START)
    assert codes(found) == ["evaluation-no-comparison"]
    with pytest.raises(EvaluationError) as found:
        treated_and_compared(treated_panel(), ["a"], START, ["nowhere"])
    assert codes(found) == ["evaluation-unit-unknown"]
    with pytest.raises(EvaluationError) as found:
        treated_and_compared(panel([CODES, CODES * 0], ["a", "b"], FIRST), ["a"], START)
    assert codes(found) == ["evaluation-unit-empty"]
