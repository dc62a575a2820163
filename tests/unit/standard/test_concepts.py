"""Concepts as data: dated without gap, bilingual, and asking only for codes that exist."""

from __future__ import annotations

import datetime as dt

import pytest

from convive.errors import LANGUAGES, CatalogueError
from convive.standard import (
    UNKNOWN_KINDS,
    Concept,
    case_schema,
    classification,
    concept_columns,
    concept_expression,
    concepts,
    fields,
    record_schema,
)

ALL = list(concepts().values())
IDS = [concept.id for concept in ALL]


def test_the_concepts() -> None:
    assert IDS == ["iccs_0101", "bogota", "ceic", "qualified", "undetermined"]


@pytest.mark.parametrize("concept", ALL, ids=IDS)
def test_a_concept_is_told_in_both_languages(concept: Concept) -> None:
    notes = [rule.note for rule in concept.rules]
    for texts in (concept.label, concept.meaning, concept.unknown, *notes):
        assert set(texts) == set(LANGUAGES)
        assert texts["es"] != texts["en"]


@pytest.mark.parametrize("concept", ALL, ids=IDS)
def test_rules_follow_each_other_without_gap(concept: Concept) -> None:
    assert concept.rules[0].valid_from is None
    assert concept.rules[-1].valid_to is None
    for earlier, later in zip(concept.rules, concept.rules[1:], strict=False):
        assert earlier.valid_to is not None
        assert later.valid_from == earlier.valid_to + dt.timedelta(days=1)


@pytest.mark.parametrize("concept", ALL, ids=IDS)
def test_rules_name_codes_that_exist(concept: Concept) -> None:
    for rule in concept.rules:
        asked = [*rule.evidence, *rule.exclude.items(), *rule.undecided.items(), *concept.separable.items()]
        for field, codes in asked:
            known = classification(str(fields()[field].classification))
            assert set(codes) <= {*known.codes, *UNKNOWN_KINDS}, field


@pytest.mark.parametrize("name", IDS)
def test_records_and_cases_have_the_columns(name: str) -> None:
    assert set(concept_columns(name)) <= set(record_schema()) & set(case_schema())


def test_what_was_recalled_is_unverified() -> None:
    assert not concepts()["bogota"].verified
    assert not concepts()["qualified"].rules[0].verified
    assert concepts()["iccs_0101"].verified


def test_the_penal_types_that_count_are_those_that_the_list_calls_intentional() -> None:
    evidence = dict(concepts()["ceic"].rules[0].evidence)
    assert set(evidence["penal_type"]) == set(classification("penal_type").with_property("intentional"))
    newest = dict(concepts()["qualified"].rules[-1].evidence)
    assert set(newest["penal_type"]) == set(classification("penal_type").with_property("qualified"))
    assert set(newest["police_class"]) == set(classification("police_class").with_property("qualified"))


def test_an_unknown_concept_says_which_exist() -> None:
    with pytest.raises(CatalogueError, match="iccs_0101"):
        concept_expression("murder")
