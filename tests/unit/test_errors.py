"""Problems say where, what and what to do, in both languages."""

from __future__ import annotations

import string

import pytest

from convive.errors import (
    FOUND,
    LANGUAGES,
    WRONG_USE,
    BuildError,
    CatalogueError,
    Findings,
    ObservatoryError,
    Problem,
    ProfileError,
    SourceFileError,
    TerritoryError,
    WrongUse,
    problem_texts,
)


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (Problem("empty-file"), ""),
        (Problem("empty-file", file="a.csv"), "a.csv"),
        (Problem("empty-file", file="a.csv", row=7), "a.csv:7"),
        (Problem("empty-file", file="a.csv", row=7, column="EDAD"), "a.csv:7 [EDAD]"),
        (Problem("empty-file", file="a.toml", column="reader.quote"), "a.toml [reader.quote]"),
    ],
)
def test_where(problem: Problem, place: str) -> None:
    assert problem.place() == place


def test_reason_and_remedy_hold_the_values() -> None:
    problem = Problem(
        "wrong-encoding", file="a.csv", row=7, value="0xF1", values={"declared": "utf-8", "fitting": "cp"}
    )
    assert "0xF1" in problem.reason("es")
    assert '"cp"' in problem.remedy("en")


def test_an_error_tells_all_of_its_problems() -> None:
    error = SourceFileError([Problem("empty-file", file="a.csv"), Problem("no-sources")])
    first, second = error.describe("es").splitlines()
    assert first.startswith("a.csv: El archivo está vacío.")
    assert second.startswith("El observatorio no tiene fuentes.")
    assert SourceFileError(Problem("no-sources")).problems == (Problem("no-sources"),)


def test_exit_codes() -> None:
    assert WrongUse.exit_code == WRONG_USE
    findings = (ObservatoryError, ProfileError, SourceFileError, TerritoryError, CatalogueError, BuildError)
    assert {kind.exit_code for kind in findings} == {FOUND}
    assert all(issubclass(kind, Findings) for kind in findings)


@pytest.mark.parametrize("code", sorted(problem_texts()))
def test_every_problem_is_said_in_both_languages_with_the_same_values(code: str) -> None:
    entry = problem_texts()[code]
    assert set(entry) == {"reason", "remedy"}
    for part in entry.values():
        assert set(part) == set(LANGUAGES)
        assert all(words.strip() for words in part.values())
    used = {
        language: {name for part in entry.values() for _, name, *_ in string.Formatter().parse(part[language]) if name}
        for language in LANGUAGES
    }
    assert used["es"] == used["en"]
