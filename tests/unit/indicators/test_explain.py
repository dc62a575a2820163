"""How do you know? Every figure leads back to its cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from convive.errors import BuildError, WrongUse
from convive.indicators import Explanation, explain, measure
from convive.register import Register
from convive.standard import aggregates_schema
from convive.territory import Territory

Made = Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """A small observatory that can be asked."""

    register: Register
    figures: pl.DataFrame
    territory: Territory

    def __call__(self, address: str, language: str = "en", **replaced: pl.DataFrame) -> Explanation:
        tables = {"figures": self.figures, "cases": self.register.cases, "case_records": self.register.case_records}
        return explain(address, territory=self.territory, concept="ceic", language=language, **(tables | replaced))


@pytest.fixture(scope="module")
def asked(territory: Territory, make_register: Made, make_aggregates: Made) -> Asked:
    register = make_register(
        {"identity_number": "43211234", "mechanism": "firearm", "registered_on": dt.date(2012, 3, 9)},
        {"identity_number": "43211234", "source_id": "mpfn", "penal_type": "art108"},
        {"sex": "female", "occurrence_unit": "240301", "synthetic": True},
        {"occurred_on": dt.date(2014, 7, 1), "occurred_time": dt.time(23), "age_years": 20.0},
        {"intent": "undetermined", "mechanism": "firearm"},
    )
    aggregates = make_aggregates({"value": 5.0, "count": 5})
    figures = measure(register.cases, aggregates, territory, concept="ceic", as_of=dt.date(2015, 12, 31))
    return Asked(register, figures, territory)


def test_the_arithmetic_stands_in_a_line(asked: Asked) -> None:
    text = asked("homicide_rate/24/2012").text
    assert "2 / 101,000 × 100,000 = 2.0" in text
    assert "101,000 (2012" in text
    assert "estimates" in text
    assert "homicide_rate@1" in text
    assert "Garwood" not in text or "Poisson" in text
    assert "2 / 101,000 × 100,000 = 2.0" in asked("homicide_rate/24/2012", "es").text


def test_a_share_tells_its_counts(asked: Asked) -> None:
    assert "1 / 2 = 50.0 %" in asked("share_qualified/24/2012").text


def test_cases_and_records_are_named(asked: Asked) -> None:
    found = asked("homicides/24/2012")
    assert len(found.case_ids) == 2
    assert found.records_by_source == {"mpfn": 1, "pnp": 2}
    assert all(case in found.text for case in found.case_ids)
    assert "Includes synthetic records." in found.text


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_can_be_explained_by_as_many_cases_as_it_counts(asked: Asked, language: str) -> None:
    for row in asked.figures.iter_rows(named=True):
        parts = [row["indicator"], row["unit_code"], row["period"]]
        if row["disaggregation"] != "total":
            parts += [row["disaggregation"], row["category"]]
        found = asked("/".join(parts), language)
        if row["status"] == "as_published":
            assert found.case_ids == ()
        else:
            assert len(found.case_ids) == row["count"]
        assert row["definition_version"] in found.text


def test_a_case_dated_by_its_registration_says_so(territory: Territory, make_register: Made) -> None:
    undated = {"occurred_on": None, "registered_on": dt.date(2012, 3, 9)}
    register = make_register(undated, {"occurred_on": dt.date(2012, 3, 9)})
    none = pl.DataFrame(schema=aggregates_schema())
    figures = measure(register.cases, none, territory, concept="ceic", as_of=dt.date(2015, 12, 31))
    told = Asked(register, figures, territory)("homicides/24/2012").text
    assert "1 of them has no day of the event or of the death" in told


def test_an_unknown_address_names_the_nearest(asked: Asked) -> None:
    with pytest.raises(WrongUse) as refused:
        asked("homicide/24/2012")
    assert "homicides/24/2012" in refused.value.describe("es")
    assert refused.value.exit_code == 2


def test_tables_of_two_builds_are_told(asked: Asked) -> None:
    with pytest.raises(BuildError) as refused:
        asked("homicides/24/2012", cases=asked.register.cases.head(0))
    assert refused.value.problems[0].code == "figure-without-its-cases"


def test_a_rate_after_a_break_says_so(asked: Asked) -> None:
    assert "population series breaks" in asked("homicide_rate/24/2014").text
