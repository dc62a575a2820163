"""The lists of codes as data: whole, bilingual, and honest about what nobody has checked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import polars as pl
import pytest

from convive.errors import LANGUAGES, CatalogueError
from convive.standard import UNKNOWN_KINDS, Classification, classification, classifications

ALL = list(classifications().values())
IDS = [each.id for each in ALL]

# Words that Spanish and English truly share; any other equal label is a translation forgotten.
SAME_IN_BOTH = {
    ("figure_status", "provisional"),
    ("ethnicity", "mestizo"),
    ("area", "rural"),
    ("yes_no", "no"),
    *(("nationality", code) for code in ["ECU", "COL", "VEN", "BOL", "CHL", "ARG", "CUB", "CHN"]),
}

# Codes that STANDARDS marks [R]: recalled from memory, not opened.
RECALLED = {
    "mechanism": ["blunt", "strangulation", "fire_explosive", "poison"],
    "context": ["organised_crime", "other_crime", "family", "interpersonal", "sociopolitical"],
    "relationship": ["partner", "family", "friend", "stranger"],
    "motive": ["revenge", "robbery", "quarrel", "extortion", "drugs", "family_violence", "passion", "other"],
    "penal_type": ["art106", "art107", "art189"],
    "icd10": ["X85-Y09", "Y10-Y34", "Y871", "Y872"],
    "iccs": ["01041", "01049"],
}


@pytest.mark.parametrize("each", ALL, ids=IDS)
def test_a_list_says_what_it_is_and_where_it_comes_from(each: Classification) -> None:
    assert each.codes
    assert each.source
    assert re.fullmatch(r"\d+", each.version)
    assert set(each.title) == set(each.note) == set(LANGUAGES)
    assert each.title["es"] != each.title["en"]


def test_a_list_is_named_like_its_file() -> None:
    assert [(name, each.id) for name, each in classifications().items() if name != each.id] == []


@pytest.mark.parametrize("each", ALL, ids=IDS)
def test_a_code_has_a_label_of_its_own_in_each_language(each: Classification) -> None:
    for language in LANGUAGES:
        labels = [code.labels[language] for code in each.codes.values()]
        assert all(label.strip() == label and label for label in labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("each", ALL, ids=IDS)
def test_labels_are_translated(each: Classification) -> None:
    equal = {(each.id, code.code) for code in each.codes.values() if code.labels["es"] == code.labels["en"]}
    assert equal == {pair for pair in SAME_IN_BOTH if pair[0] == each.id}


@pytest.mark.parametrize("each", ALL, ids=IDS)
def test_codes_are_no_kind_of_unknown_and_name_existing_parents_and_successors(each: Classification) -> None:
    assert not set(each.codes) & set(UNKNOWN_KINDS)
    named = {code.parent for code in each.codes.values()} | {code.successor for code in each.codes.values()}
    assert named - {None} <= set(each.codes)


@pytest.mark.parametrize("each", ALL, ids=IDS)
def test_frame_has_a_row_a_code(each: Classification) -> None:
    head = ["code", "label_es", "label_en", "verified", "parent", "valid_from", "valid_to", "successor"]
    assert each.frame.columns[:8] == head
    assert each.frame["code"].to_list() == list(each.codes)
    assert each.frame["verified"].dtype == pl.Boolean
    assert each.frame.null_count()["verified"].item() == 0


def test_iccs_ends_with_0109_and_never_says_0108() -> None:
    iccs = classification("iccs")
    assert "0109" in iccs.codes
    assert "0108" not in iccs.codes
    asked = [
        "01",
        "0101",
        "0102",
        "0103",
        "01031",
        "01032",
        "010321",
        "010322",
        "0104",
        "01041",
        "01049",
        "0105",
        "0106",
        "0107",
        "0109",
    ]
    assert sorted(iccs.codes) == sorted(asked)


def test_an_iccs_code_lies_under_the_code_it_begins_with() -> None:
    codes = classification("iccs").codes
    assert all(code.parent is None or code.code.startswith(code.parent) for code in codes.values())
    assert classification("iccs").family("0103") == ("0103", "01031", "01032", "010321", "010322")


@pytest.mark.parametrize("name", RECALLED)
def test_what_was_recalled_is_marked_unverified(name: str) -> None:
    codes = classification(name).codes
    assert [code for code in RECALLED[name] if codes[code].verified] == []


def test_what_was_read_in_its_source_is_marked_verified() -> None:
    assert all(code.verified for code in classification("police_class").codes.values())
    assert all(classification("icd10").codes[code].verified for code in ("X93", "X94", "X95"))
    assert classification("penal_type").codes["art108"].verified
    assert classification("iccs").codes["0101"].verified


def test_the_motives_merged_in_2014_lead_to_their_successor() -> None:
    motive = classification("motive").codes
    merged = motive["common_or_organised_crime"]
    assert merged.valid_from is not None
    for code in ("organised_crime", "common_crime"):
        assert motive[code].successor == merged.code
        assert motive[code].valid_to is not None
        assert (merged.valid_from - motive[code].valid_to).days == 1


def test_the_five_grounds_of_qualified_homicide() -> None:
    grounds = classification("qualified_ground").codes.values()
    assert [code.properties["number"] for code in grounds] == [1, 2, 3, 4, 5]


def test_properties_answer_questions() -> None:
    assert classification("penal_type").with_property("qualified") == ("art108", "art108A", "art108C")
    public = classification("place_type").with_property("public_place")
    assert {"street", "restaurant", "bar"} <= set(public)
    assert not {"home", "prison", "vehicle"} & set(public)
    assert classification("firearm_type").with_property("mechanism", "firearm") == (
        "handgun",
        "long_gun",
        "other_firearm",
    )


def test_properties_that_name_codes_name_existing_ones() -> None:
    assert set(classification("motive").frame["context"].drop_nulls()) <= set(classification("context").codes)
    assert set(classification("firearm_type").frame["mechanism"]) <= set(classification("mechanism").codes)


def test_labels_cover_kinds_of_unknown_and_open_lists() -> None:
    assert classification("sex").label("female", "es") == "Mujer"
    assert classification("sex").label("not_recorded", "en") == "Not recorded"
    assert classification("nationality").label("JPN", "es") == "JPN"


def test_an_unknown_code_says_which_exist() -> None:
    with pytest.raises(CatalogueError, match="male, female, other"):
        classification("sex").label("varón", "es")


def test_an_unknown_list_says_which_exist() -> None:
    with pytest.raises(CatalogueError, match="mechanism"):
        classification("weapon")


def test_only_open_lists_have_a_pattern_and_their_codes_fit_it() -> None:
    for each in ALL:
        assert each.open == bool(each.pattern)
        if each.open:
            blocks = [code.code for code in each.codes.values() if "first" in code.properties]
            assert all(re.fullmatch(each.pattern, code) for code in each.codes if code not in blocks)


def test_no_file_lies_beside_the_loader_unread() -> None:
    folder = Path(__file__).parents[3] / "src" / "convive" / "standard" / "classifications"
    read = {path.stem: tomllib.loads(path.read_text("utf-8"))["id"] for path in folder.iterdir()}
    assert set(read) == set(classifications()) - {"age_group"}
