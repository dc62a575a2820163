"""The catalogue is whole, speaks both languages, and names only what exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from convive.errors import CatalogueError
from convive.indicators import Indicator, catalogue
from convive.indicators.catalogue import Part, read_catalogue
from convive.indicators.rules import rules
from convive.standard import classification, coded_fields, concepts, fields

ASKED = {
    *("homicides", "homicide_rate", "qualified_homicides", "share_qualified", "share_by", "share_motive_unknown"),
    *("share_firearm", "share_public_place", "registration_delay_days", "resolved_share", "undetermined_deaths"),
    *("suicides", "other_deaths", "prosecutor_complaints", "homicide_rate_published", "homicides_published"),
}
OWN = {"age_group", "weekday", "hour", "hour_of_week", "month"}
"""Breakdowns that no coded field holds."""


def test_what_the_observatory_promises_is_there() -> None:
    assert set(catalogue()) >= ASKED


@pytest.mark.parametrize("indicator", catalogue().values(), ids=list(catalogue()))
def test_an_indicator_names_only_what_exists(indicator: Indicator) -> None:
    assert set(indicator.breakdowns) <= set(coded_fields()) | OWN
    for field, codes in indicator.where.items():
        assert set(codes) <= set(_codes(field))
    if indicator.part and indicator.part.field:
        assert set(indicator.part.codes) <= set(_codes(indicator.part.field))
    for concept in {indicator.concept, indicator.part.concept if indicator.part else None} - {None}:
        assert concept in concepts()


def _codes(field: str) -> list[str]:
    listed = fields()[field].classification
    assert listed is not None
    return [*classification(listed).values]


@pytest.mark.parametrize("indicator", catalogue().values(), ids=list(catalogue()))
def test_an_indicator_says_itself_in_both_languages(indicator: Indicator) -> None:
    for text in (indicator.label, indicator.definition, indicator.numerator, indicator.method, indicator.caution):
        assert text["es"]
        assert text["en"]
        assert text["es"] != text["en"]
    assert indicator.standard


def test_every_share_and_rate_has_a_denominator() -> None:
    lacking = [
        one.id for one in catalogue().values() if one.unit in ("share", "per_100k") and not one.denominator["es"]
    ]
    assert lacking == []


def whole(**changed: Any) -> dict[str, Any]:
    text = {"es": "a", "en": "b"}
    words = dict.fromkeys(("label", "definition", "numerator", "denominator", "method", "caution"), text)
    made = {"id": "x", "version": "1", "kind": "count", "unit": "victims", "base": "concept", "periods": ["year"]}
    return made | words | {"standard": "s"} | changed


def test_a_whole_entry_is_accepted() -> None:
    assert Indicator.model_validate(whole()).definition_version == "x@1"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"base": "homicide"},
        {"base": ""},
        {"periods": []},
        {"periods": ["week"]},
        {"kind": "share"},
        {"part": {"concept": "qualified"}},
        {"labels": "x"},
        {"label": {"es": "solo"}},
    ],
)
def test_a_misfit_entry_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Indicator.model_validate(whole(**spoilt))


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"field": "motive"},
        {"codes": ["robbery"]},
        {"concept": "qualified", "field": "motive", "codes": ["robbery"]},
        {"field": "place_type", "codes": ["street"], "property": "public_place"},
    ],
)
def test_a_part_is_one_condition(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Part.model_validate(spoilt)


def test_a_misfit_file_is_told_by_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[mine]\nversion = "1"\nkind = "guess"\n', "utf-8")
    with pytest.raises(CatalogueError) as stopped:
        read_catalogue(tmp_path)
    assert {problem.file for problem in stopped.value.problems} == {"own.toml"}
    assert "kind" in {problem.column for problem in stopped.value.problems}
    assert stopped.value.describe("es")


def test_rules_are_numbers_that_make_sense() -> None:
    table = rules()
    assert 0.5 < table["confidence"] < 1
    assert 0.5 < table["change_likely"] < table["change_sure"] < 1
    assert table["provisional_months"] > 0
    assert table["change_cases"] > 0
