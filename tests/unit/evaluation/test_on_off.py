"""On–off measures: statsmodels' conditional Poisson on the same input, and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from statsmodels.discrete.conditional_models import ConditionalPoisson

from convive.errors import EvaluationError
from convive.evaluation.designs.on_off import conditional, on_off, stratify
from convive.evaluation.series import Break

FIRST, LAST = dt.date(2017, 1, 1), dt.date(2019, 1, 1)
FRIDAY = dt.datetime(2017, 1, 6, 18)
SPELLS = [(FRIDAY + dt.timedelta(days=14 * n), FRIDAY + dt.timedelta(days=14 * n, hours=60)) for n in range(50)]


@pytest.fixture(scope="module")
def times() -> np.ndarray:
    """Two years of 200 deaths, fewer by half while the ban is on."""
    generator = np.random.default_rng(3)
    hours = np.datetime64(FIRST, "h") + np.arange((LAST - FIRST).days * 24)
    rate = np.full(len(hours), 200 / 8766)
    for since, until in SPELLS:
        rate[(hours >= np.datetime64(since, "h")) & (hours < np.datetime64(until, "h"))] *= 0.5
    return np.repeat(hours, generator.poisson(rate))


def test_the_ratio_is_that_of_statsmodels(times: np.ndarray) -> None:
    strata, _ = stratify(times, SPELLS, FIRST, LAST)
    effect, _, months = conditional(strata)
    told = np.flatnonzero(strata.telling)
    counts = np.concatenate([strata.events_on[told], strata.events_off[told]])
    on = np.repeat([1.0, 0.0], len(told))
    offset = np.log(np.concatenate([strata.hours_on[told], strata.hours_off[told]]))
    order = np.argsort(np.tile(told, 2), kind="stable")
    peer = ConditionalPoisson(counts[order], on[order, None], groups=np.tile(told, 2)[order], offset=offset[order]).fit(
        disp=0
    )
    assert effect == pytest.approx(float(peer.params[0]), abs=1e-4)
    assert months == len(set(strata.month[told].tolist())) <= 24


def test_a_ban_that_halves_deaths_is_seen_and_events_averted_are_counted(times: np.ndarray) -> None:
    effect = on_off(times, SPELLS, FIRST, LAST)
    assert effect.low < 0.5 < effect.high < 1
    assert effect.averted is not None
    observed = effect.details["observed"]
    assert effect.averted.estimate == pytest.approx(observed / effect.estimate - observed)


def test_only_like_hours_of_a_month_are_compared() -> None:
    """A month with twice the deaths changes nothing where the ban is on and off in it alike."""
    strata, _ = stratify(np.array([], dtype="datetime64[h]").tolist() or [np.datetime64(FIRST)], SPELLS, FIRST, LAST)
    both = (strata.hours_on > 0) & (strata.hours_off > 0)
    weekday = np.arange(len(both)) // 24 % 7
    assert set(weekday[both].tolist()) == {4, 5, 6, 0}
    assert strata.hours_on.sum() == pytest.approx(50 * 60)
    assert strata.hours_on.sum() + strata.hours_off.sum() == (LAST - FIRST).days * 24


def codes(times: object, spells: list[tuple[dt.datetime, dt.datetime]], last: dt.date = LAST) -> list[str]:
    with pytest.raises(EvaluationError) as found:
        on_off(times, spells, FIRST, last)  # type: ignore[arg-type]
    return [problem.code for problem in found.value.problems]


def test_what_cannot_be_judged_is_refused(times: np.ndarray) -> None:
    assert codes(times, SPELLS[:4], dt.date(2017, 9, 1)) == ["evaluation-on-off-short"]
    late = dt.datetime(2019, 3, 1, 18)
    assert codes(times, [(late, late + dt.timedelta(hours=6))]) == ["evaluation-on-off-outside"]
    assert codes(times, []) == ["evaluation-on-off-none"]
    every = [(dt.datetime(2017, 1, 1), dt.datetime(2019, 1, 1))]
    assert codes(times, every) == ["evaluation-on-off-none"]
    assert codes([], SPELLS) == ["evaluation-on-off-few"]
    assert codes(times[:30], SPELLS) == ["evaluation-on-off-few"]
    weekends = [(FRIDAY + dt.timedelta(days=7 * n), FRIDAY + dt.timedelta(days=7 * n, hours=60)) for n in range(103)]
    assert codes(times, weekends)[0] in ("evaluation-on-off-no-like-hours", "evaluation-on-off-few")


def test_a_month_with_a_break_is_left_out_and_told(times: np.ndarray) -> None:
    whole = on_off(times, SPELLS, FIRST, LAST)
    for kind in ("classification", "population"):
        cut = on_off(times, SPELLS, FIRST, LAST, breaks=[Break(dt.date(2018, 3, 15), kind)])
        assert [one.code for one in cut.warnings] == ["evaluation-on-off-break"]
        assert not math.isclose(cut.estimate, whole.estimate)
    # A break between months touches no comparison.
    assert on_off(times, SPELLS, FIRST, LAST, breaks=[Break(dt.date(2018, 3, 1), "classification")]) == whole
