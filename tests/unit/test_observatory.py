"""The observatory's folder and its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from convive.errors import ObservatoryError, Problem, WrongUse
from convive.observatory import Observatory

LEAST = """[observatory]
id = "prueba"
name.es = "Prueba"
name.en = "Test"
focus = "24"
"""


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ObservatoryError) as raised:
        Observatory.open(folder)
    return raised.value.problems


def test_the_least_settings_have_defaults(tmp_path: Path) -> None:
    (tmp_path / "observatory.toml").write_text(LEAST, "utf-8")
    opened = Observatory.open(tmp_path)
    about = opened.settings.observatory
    assert (about.languages, about.concept, about.place, about.as_of) == (("es", "en"), "ceic", "occurrence", None)
    assert about.name["es"] == "Prueba"
    assert opened.settings.publication.minimum_cell == 3
    assert opened.source_folders() == []


def test_sources_are_folders_by_name(tmp_path: Path) -> None:
    (tmp_path / "observatory.toml").write_text(LEAST, "utf-8")
    for name in ("b", "a"):
        (tmp_path / "sources" / name).mkdir(parents=True)
    (tmp_path / "sources" / "nota.txt").touch()
    assert [path.name for path in Observatory.open(tmp_path).source_folders()] == ["a", "b"]


def test_a_folder_without_settings(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nada"):
        with pytest.raises(WrongUse) as raised:
            Observatory.open(folder)
        assert raised.value.problems[0].code == "observatory-missing"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('concpt = "ceic"', "observatory.concpt"),
        ('concept = "otro"', "observatory.concept"),
        ('as_of = "ayer"', "observatory.as_of"),
        ("[publication]\nminimum_cell = 1", "publication.minimum_cell"),
        ("[otra]\nx = 1", "otra"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_by_its_key(tmp_path: Path, more: str, key: str) -> None:
    (tmp_path / "observatory.toml").write_text(LEAST + more, "utf-8")
    (told,) = problems(tmp_path)
    assert (told.code, told.column, told.file) == ("setting-misfit", key, "observatory.toml")
    assert key in told.reason("es")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "observatory.toml").write_text(
        LEAST.replace('id = "prueba"', 'id = "Con Espacio"') + "x = 1\n", "utf-8"
    )
    assert {problem.column for problem in problems(tmp_path)} == {"observatory.id", "observatory.x"}


@pytest.mark.parametrize("content", [b"[observatory\n", b"a = 31-02-2014\n", "name = 'Ñ'".encode("cp1252")])
def test_what_is_no_toml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "observatory.toml").write_bytes(content)
    assert problems(tmp_path)[0].code == "toml-unreadable"
