"""Every field says what it is, in both languages, and who may see it."""

from __future__ import annotations

import re

import pytest

from convive.errors import LANGUAGES
from convive.standard import Field, classifications, fields, groups, place_fields, record_fields

ALL = list(fields().values())
IDS = [field.name for field in ALL]

# §3 of the standard, word by word as far as the record or the case must hold it.
ASKED = [
    "case_id",
    "incident_id",
    "victim_no",
    "victims_in_incident",
    "status",
    "status_on",
    "agreed_by",
    "figure_in_iccs_0101",
    "figure_in_bogota",
    "figure_in_ceic",
    "figure_in_qualified",
    "iccs_code",
    "intent",
    "completed",
    "penal_type",
    "qualified_ground",
    "icd10",
    "state_agent",
    "occurred_on",
    "occurred_time",
    "occurred_from",
    "occurred_to",
    "occurred_precision",
    "died_on",
    "registered_on",
    "registration_delay_days",
    "occurrence",
    "death",
    "registration",
    "residence",
    "longitude",
    "latitude",
    "location_precision",
    "location_method",
    "address",
    "place_type",
    "area",
    "territory_version",
    "mechanism",
    "firearm_type",
    "injuries",
    "vehicle_used",
    "context",
    "motive",
    "motive_grade",
    "organised_crime",
    "extortion_related",
    "contract_killing",
    "robbery_related",
    "drug_related",
    "gender_related",
    "hate_related",
    "previous_threats",
    "sex",
    "gender_identity",
    "age_years",
    "nationality",
    "ethnicity",
    "occupation",
    "education",
    "marital_status",
    "minor",
    "alcohol_test",
    "drug_test",
    "protected_role",
    "given_names",
    "surname_1",
    "surname_2",
    "identity_number",
    "perpetrator_known",
    "perpetrators",
    "perpetrator_sex",
    "perpetrator_age_years",
    "perpetrator_nationality",
    "relationship",
    "perpetrator_intoxication",
    "perpetrator_recidivism",
    "perpetrator_group",
    "perpetrator_arrested",
    "source_body",
    "source_record_number",
    "received_on",
    "file_sha256",
    "row",
    "investigation_status",
    "suspect_identified",
    "resolved",
    "cleared_on",
    "masked_location",
    "suppressed_by",
    "edition",
    "revision_history",
    "missing_required",
    "source_coverage",
    "disagreement_reason",
    "bogota_criteria",
]

REQUIRED = [
    "case_id",
    "incident_id",
    "victims_in_incident",
    "status",
    "iccs_code",
    "intent",
    "completed",
    "occurred_on",
    "occurred_precision",
    "died_on",
    "occurrence",
    "place_type",
    "mechanism",
    "context",
    "sex",
    "age_years",
    "relationship",
]

SECRET = [
    "given_names",
    "surname_1",
    "surname_2",
    "full_name",
    "alias",
    "identity_number",
    "address",
    "narrative",
    "perpetrator_group",
    "longitude",
    "latitude",
    "birth_on",
    "source_record_number",
]


def test_the_standard_is_covered() -> None:
    assert set(ASKED) - set(fields()) == set()


def test_what_publication_needs_is_marked() -> None:
    assert [name for name in REQUIRED if not fields()[name].required] == []


def test_what_names_or_finds_a_person_is_secret() -> None:
    assert {name for name, field in fields().items() if field.disclosure == "secret"} == set(SECRET)


@pytest.mark.parametrize("field", ALL, ids=IDS)
def test_a_field_is_told_in_both_languages(field: Field) -> None:
    for texts in (field.label, field.meaning, field.caution):
        assert set(texts) == set(LANGUAGES)
    assert field.label["es"] != field.label["en"] or field.name == "alias"
    assert field.meaning["es"] != field.meaning["en"]
    assert bool(field.caution["es"]) == bool(field.caution["en"])
    assert field.source


@pytest.mark.parametrize("field", ALL, ids=IDS)
def test_meanings_are_sentences(field: Field) -> None:
    for language in LANGUAGES:
        assert field.meaning[language].endswith(".")
        assert not field.caution[language] or field.caution[language].endswith(".")


@pytest.mark.parametrize("field", ALL, ids=IDS)
def test_kind_and_classification_fit(field: Field) -> None:
    if field.kind == "coded":
        assert field.classification in classifications()
    if field.classification:
        assert field.kind in ("coded", "derived", "provenance")
    assert (field.dtype is not None) == (field.kind in ("derived", "provenance"))
    assert field.disclosure in ("public", "restricted", "secret")
    assert field.group in groups()
    assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)


def test_only_the_case_has_fields_that_are_not_carried() -> None:
    assert {field.of for field in ALL if not field.carried} == {"case"}


def test_no_classification_of_a_field_is_left_without_use() -> None:
    used = {field.classification for field in ALL}
    of_other_tables = {
        "age_group",
        "certainty",
        "figure_status",
        "firearm_type",
        "joined_by",
        "place_counted",
        "weekday",
    }
    assert set(classifications()) - used - of_other_tables == set()


def test_the_four_places_of_a_death() -> None:
    assert place_fields() == ("occurrence", "death", "residence", "registration")


def test_the_record_carries_no_field_of_the_case() -> None:
    assert not {field.name for field in record_fields()} & {field.name for field in ALL if field.of == "case"}
