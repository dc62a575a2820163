"""What pages may ask of an edition."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from convive.publication.edition import Edition, in_language
from convive.publication.release import allowed


def test_texts_are_taken_in_one_language_at_any_depth() -> None:
    tree = {"label": {"es": "Sexo", "en": "Sex"}, "list": [{"es": "a", "en": "b"}], "version": 1}
    assert in_language(tree, "es") == {"label": "Sexo", "list": ["a"], "version": 1}
    assert in_language(tree, "en")["list"] == ["b"]


def test_an_edition_has_no_field_that_the_release_does_not_declare() -> None:
    """Each field is a declared key of ``edition.json`` or one of the declared files beside it."""
    files = {Path(name).stem for name in allowed.declared()["files"]} | set(allowed.declared()["tables"])
    known = set(allowed.declared()["keys"]["edition"]) | files | {"areas"}
    assert {field.name for field in dataclasses.fields(Edition)} <= known


def test_a_folder_without_an_edition_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Edition.load(tmp_path)
