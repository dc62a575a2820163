"""Cost beside effect: no ratio where nothing may have been averted, no figure without its base, method and source."""

from __future__ import annotations

import math

import numpy as np
import pytest

from convive.errors import AnalysisError, EvaluationError
from convive.evaluation.cost import UnitCost, account, by_unit_costs, cost_per_death, income_lost
from convive.evaluation.cost.accounting import categories
from convive.evaluation.cost.money import Base
from convive.evaluation.cost.units import library
from convive.evaluation.result import Interval

SOLES = Base("PEN", 2024)


def test_each_death_averted_costs_its_share() -> None:
    found = cost_per_death(1_200_000, Interval(10, 4, 20), SOLES)
    assert (found.estimate, found.low, found.high) == (120_000, 60_000, 300_000)
    assert "PEN 120,000 (2024)" in found.sentences("en")[1]
    assert "Fieller" in found.sentences("es")[-1]


@pytest.mark.parametrize(
    ("averted", "why", "at_least"),
    [
        (Interval(3, -5, 10), "crosses-zero", 120_000),
        (Interval(-4, -9, -1), "harm", None),
        (Interval(3), "no-interval", None),
        (Interval(5, 0, 10), "crosses-zero", 120_000),
    ],
)
def test_where_none_may_have_been_averted_no_cost_is_given(averted: Interval, why: str, at_least: float | None) -> None:
    found = cost_per_death(1_200_000, averted, SOLES)
    assert (found.estimate, found.low, found.high, found.why) == (None, None, None, why)
    assert found.at_least == at_least
    for language in ("es", "en"):
        assert not any("inf" in line or "nan" in line for line in found.sentences(language))


def test_fiellers_interval_covers_the_ratio_of_two_uncertain_numbers() -> None:
    draw = np.random.default_rng(1)
    cost, averted, spread = 100.0, 24.0, 3.0
    held = 0
    for _ in range(4000):
        seen, paid = draw.normal(averted, spread), draw.normal(cost, 8.0)
        reach = 1.959964 * spread
        found = cost_per_death(paid, Interval(seen, seen - reach, seen + reach), SOLES, cost_error=8.0)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= cost / averted <= found.high
    assert held / 4000 == pytest.approx(0.95, abs=0.012)


def test_income_is_lost_until_the_last_age_at_todays_value() -> None:
    assert income_lost([64], 1000.0, discount=0.0) == 1000
    assert income_lost([15], 1000.0, discount=0.0) == 1000 * (65 - 18)
    assert income_lost([63], 1000.0, discount=0.05) == pytest.approx(1000 + 1000 / 1.05)
    assert income_lost([70], 1000.0) == 0
    assert income_lost([30, math.nan], 1000.0) == pytest.approx(2 * income_lost([30], 1000.0))
    with pytest.raises(AnalysisError):
        income_lost([math.nan], 1000.0)


def test_what_the_city_does_not_tell_is_named_and_not_filled() -> None:
    found = account({"police": (5e6, "SIAF 2024")}, SOLES, ages=[30], income=(18_000, "ENAHO 2023"))
    assert found.total == pytest.approx(5e6 + income_lost([30], 18_000))
    assert set(found.missing) == set(categories()) - {"police", "homicide-income"}
    lines = found.sentences("es")
    assert "al menos" in lines[0]
    assert "Justicia penal" in lines[0]
    assert all("PEN" in line and "(2024)" in line for line in lines[:3])
    assert "IDB-MG-510" in lines[-1]
    whole = account(
        {one: (1.0, "somewhere") for one in categories() if not one.endswith("income")},
        SOLES,
        ages=[30],
        income=(1.0, "ENAHO"),
        prisoners=(1.0, "INPE"),
    )
    assert whole.missing == ()
    assert "at least" not in whole.sentences("en")[0]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"army": (1.0, "somewhere")}, "cost-category"),
        ({"police": (-1.0, "somewhere")}, "cost-amount"),
        ({"police": (math.nan, "somewhere")}, "cost-amount"),
        ({"police": (1.0, " ")}, "cost-source"),
    ],
)
def test_an_amount_without_source_or_place_is_refused(told: dict[str, tuple[float, str]], code: str) -> None:
    with pytest.raises(EvaluationError) as found:
        account(told, SOLES)
    assert found.value.problems[0].code == code
    assert all(found.value.describe(language) for language in ("es", "en"))


def test_money_has_a_currency_and_a_year() -> None:
    for currency, year in (("soles", 2024), ("PEN", 24)):
        with pytest.raises(AnalysisError):
            Base(currency, year)


def test_unit_costs_are_the_citys_or_have_a_source() -> None:
    own = UnitCost("own", "homicide", 1000.0, SOLES, "Tumbes", {"es": "Así.", "en": "So."}, "Acta 3, 2024")
    assert by_unit_costs(48, "homicide", unit=own).total == 48_000
    assert "Acta 3, 2024" in by_unit_costs(48, "homicide", unit=own).sentence("es")
    for name in ("", "nothing"):
        with pytest.raises(EvaluationError):
            by_unit_costs(48, "homicide", name=name)
    with pytest.raises(EvaluationError):
        by_unit_costs(48, "robbery", unit=own)
    assert all(one.source and one.method["es"] for one in library().values())
