"""Profiles: what they may say, and how each mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convive.errors import Problem, ProfileError
from convive.fold import folded
from convive.sources.missing import words_of
from convive.sources.profile import BUILT_IN, load_profile, nearest

Written = Callable[..., str]


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "profile.toml").write_text(text, "utf-8")
    return tmp_path


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ProfileError) as raised:
        load_profile(folder)
    return list(raised.value.problems)


BUILT_IN_PROFILES = sorted(path.parent.name for path in BUILT_IN.glob("*/profile.toml"))


def test_the_three_built_in_profiles_are_there() -> None:
    assert BUILT_IN_PROFILES == ["generic", "mpfn", "sinadef"]


@pytest.mark.parametrize("name", BUILT_IN_PROFILES)
def test_a_built_in_profile_loads_and_explains_itself(name: str) -> None:
    assert load_profile(BUILT_IN / name).profile.id == name
    for readme in ("README.md", "README.en.md"):
        assert (BUILT_IN / name / readme).read_text("utf-8").count("\n## ") >= 2
    assert list((BUILT_IN / name).glob("sample.*"))


@pytest.mark.parametrize("name", BUILT_IN_PROFILES)
def test_no_word_means_both_a_code_and_that_nothing_is_known(name: str) -> None:
    loaded = load_profile(BUILT_IN / name)
    for field, column in loaded.columns.items():
        codes = column.codes if isinstance(column.codes, dict) else {}
        assert {folded(word) for word in codes} & set(words_of(loaded, column)) == set(), field


def test_a_missing_profile_is_told(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path)
    assert problem.code == "profile-missing"
    assert "profile.toml" in problem.reason("es")


def test_own_tables_stand_over_those_extended(tmp_path: Path, profile: Written) -> None:
    text = profile('[columns]\nsex = { from = "GENERO", codes = { H = "male" } }', extends="sinadef")
    loaded = load_profile(folder_with(tmp_path, text))
    assert loaded.columns["sex"].from_ == ("GENERO",)
    assert loaded.columns["sex"].codes == {"H": "male"}
    assert loaded.columns["intent"].from_ == ("muerte_violenta", "MUERTE VIOLENTA")
    assert loaded.missing.not_recorded == ("SIN REGISTRO", ".")
    assert (loaded.name, loaded.profile.body) == ("prueba@1", "police")


def test_what_is_ignored_adds_up(tmp_path: Path, profile: Written) -> None:
    text = 'ignore = ["TURNO"]\n' + profile(extends="sinadef")
    assert {"TURNO", "tipo_lugar"} <= set(load_profile(folder_with(tmp_path, text)).ignore)


def test_a_code_table_may_lie_beside_the_profile(tmp_path: Path, profile: Written) -> None:
    (tmp_path / "sexos.toml").write_text('[codes]\n1 = "male"\n2 = "female"\n', "utf-8")
    text = profile('[columns]\ndied_on = { from = "F" }\nsex = { from = "S", codes = "sexos" }')
    assert load_profile(folder_with(tmp_path, text)).columns["sex"].codes == {"1": "male", "2": "female"}


@pytest.mark.parametrize(
    ("tables", "more", "code", "column"),
    [
        ('[columns]\nsexo = { from = "SEXO" }', {}, "unknown-field", "sexo"),
        ('[places.ocurrence]\ncode = "UBIGEO"', {}, "unknown-field", "ocurrence"),
        ('[columns]\nsex = { from = "SEXO", codes = { M = "masculine" } }', {}, "unknown-target-code", "sex"),
        ('[columns]\nsex = { from = "SEXO", codes = "sexes" }', {}, "unknown-code-table", ""),
        ('[columns]\nsex = { form = "SEXO" }', {}, "setting-misfit", "columns.sex.form"),
        ("", {"row": "aggregate"}, "setting-misfit", ""),
        ("", {"row": "event"}, "setting-misfit", ""),
        ("", {"row": "person"}, "setting-misfit", "profile.row"),
        ("", {"extends": "sinadeff"}, "unknown-profile", ""),
        ('[columns]\ndied_on = { constant = "2014-05-03" }', {}, "constant-misplaced", "died_on"),
        ('[columns]\nsex = { constant = "masculine" }', {}, "unknown-target-code", "sex"),
        ("[columns", {}, "toml-unreadable", ""),
        ('[aggregate]\nindicator = "= x"\nperiod = "AÑO"', {"row": "aggregate"}, "setting-misfit", "aggregate"),
    ],
)
def test_mistakes_in_a_profile(
    tmp_path: Path, profile: Written, tables: str, more: dict[str, str], code: str, column: str
) -> None:
    problems = problems_of(folder_with(tmp_path, profile(tables, **more)))
    assert (problems[0].code, problems[0].column) == (code, column)
    assert problems[0].file.endswith("profile.toml")
    for language in ("es", "en"):
        assert problems[0].reason(language)
        assert problems[0].remedy(language)


def test_several_mistakes_are_told_at_once(tmp_path: Path, profile: Written) -> None:
    text = profile('[columns]\nsexo = { from = "S" }\nmotive = { from = "M", codes = { A = "x" } }')
    assert {problem.code for problem in problems_of(folder_with(tmp_path, text))} == {
        "unknown-field",
        "unknown-target-code",
    }


def test_the_nearest_name_is_offered() -> None:
    assert nearest("SEXO", ["FECHA", "SEXO VICTIMA", "EDAD"]) == "SEXO VICTIMA"
    assert nearest("MOTIVO", ["A", "B"]) == "A, B"
