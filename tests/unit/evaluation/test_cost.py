"""Cost beside effect: no ratio where nothing may have been averted, no figure without its base, method and source."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from convive.errors import AnalysisError, EvaluationError
from convive.evaluation.cost import Item, UnitCost, account, by_unit_costs, cost_per_death, income_lost
from convive.evaluation.cost.accounting import categories
from convive.evaluation.cost.money import Base
from convive.evaluation.cost.told import read as read_told
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


HEAD = "year,item,amount,currency,source,method_es,method_en\n"
GOOD = "2024,police,5000000,PEN,SIAF 2024,,\n2024,income,18000,PEN,ENAHO 2024,,\n2024,prisoners,640,,INPE 2024,,\n"


def in_file(tmp_path: Path, rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "violence_costs.csv"
    path.write_text(head + rows, "utf-8")
    return path


def test_the_citys_accounts_are_read_from_its_file(tmp_path: Path) -> None:
    own = '2024,homicide-unit-cost,900000,PEN,"Acta 3, 2025",Costo de la enfermedad.,Cost of illness.\n'
    found = read_told(in_file(tmp_path, GOOD + own))
    assert found.problems == ()
    accounts = found.accounts(2024, np.array([30.0, math.nan]))
    assert accounts is not None
    assert accounts.total == pytest.approx(5e6 + 640 * 18_000 + 2 * income_lost([30], 18_000))
    assert {one.category for one in accounts.items} == {"police", "prison-income", "homicide-income"}
    assert "justice" in accounts.missing
    without = found.accounts(2024, None)
    assert without is not None
    assert "homicide-income" in without.missing
    unit = found.unit_cost(2024, "Tumbes")
    assert unit is not None
    assert "PEN 43,200,000 (2024)" in by_unit_costs(48, "homicide", unit=unit).sentence("en")
    assert "Cost of illness." in by_unit_costs(48, "homicide", unit=unit).sentence("en")
    assert found.accounts(2023, None) is None
    assert read_told(tmp_path / "nothing.csv").rows == ()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("24,police,1,PEN,SIAF 2024,,", "cost-year", "year"),
        ("2024,army,1,PEN,SIAF 2024,,", "cost-item", "item"),
        ("2024,homicide-income,1,PEN,SIAF 2024,,", "cost-item", "item"),
        ('2024,justice,"1,500",PEN,SIAF 2024,,', "cost-amount", "amount"),
        ("2024,justice,-3,PEN,SIAF 2024,,", "cost-amount", "amount"),
        ("2024,justice,nan,PEN,SIAF 2024,,", "cost-amount", "amount"),
        ("2024,justice,1,soles,SIAF 2024,,", "cost-currency", "currency"),
        ("2024,justice,1,,SIAF 2024,,", "cost-currency", "currency"),
        ("2024,justice,1,PEN,,,", "cost-source", "source"),
        ("2024,homicide-unit-cost,1,PEN,Acta 3,Así.,", "cost-method", "method_es"),
        ("2024,police,1,PEN,SIAF 2024,,", "cost-twice", "item"),
        ("2024,justice,1,USD,SIAF 2024,,", "cost-two-currencies", "currency"),
    ],
)
def test_a_row_that_does_not_fit_is_told_and_the_others_count(tmp_path: Path, row: str, code: str, column: str) -> None:
    found = read_told(in_file(tmp_path, GOOD + row + "\n"))
    (problem,) = found.problems
    assert (problem.code, problem.file, problem.row, problem.column) == (code, "violence_costs.csv", 5, column)
    for language in ("es", "en"):
        assert "{" not in problem.reason(language) + problem.remedy(language)
    accounts = found.accounts(2024, None)
    assert accounts is not None
    assert accounts.total == 5e6 + 640 * 18_000


def test_a_file_without_its_columns_says_which(tmp_path: Path) -> None:
    found = read_told(in_file(tmp_path, "2024,police,1\n", "year,item,amount\n"))
    assert [one.column for one in found.problems] == ["currency", "source"]
    assert found.rows == ()
    path = in_file(tmp_path, GOOD)
    path.write_bytes(path.read_bytes() + "2024,justice,1,PEN,Cañete,,\n".encode("latin-1"))
    assert [one.code for one in read_told(path).problems] == ["cost-not-utf8"]


def test_a_figure_of_money_without_source_or_method_cannot_be_made() -> None:
    both = {"es": "Así.", "en": "So."}
    Item("police", 1.0, "SIAF", both)
    for source, method in (("", both), ("SIAF", {}), ("SIAF", {"es": "Así."}), ("SIAF", {"es": "Así.", "en": " "})):
        with pytest.raises(AnalysisError):
            Item("police", 1.0, source, method)
        with pytest.raises(AnalysisError):
            UnitCost("own", "homicide", 1.0, SOLES, "Tumbes", method, source)


def test_money_of_several_years_says_which() -> None:
    assert Base("PEN", 2015, 2014).written(700_000, "en") == "PEN 700,000 (2014–2015)"
    assert Base("PEN", 2015, 2015).written(700_000, "en") == "PEN 700,000 (2015)"
