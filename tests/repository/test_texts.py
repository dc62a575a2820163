"""Every interface text exists in both languages, with the same placeholders."""

from __future__ import annotations

import string
import tomllib
from pathlib import Path

import pytest

from convive.errors import LANGUAGES, problem_texts
from convive.texts import _catalogue

PACKAGE = Path(__file__).parents[2] / "src" / "convive"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("address", sorted(_catalogue()))
def test_a_text_is_said_in_every_language_with_the_same_placeholders(address: str) -> None:
    entry = _catalogue()[address]
    assert set(entry) == set(LANGUAGES)
    assert all(text.strip() for text in entry.values())
    assert len({frozenset(placeholders(text)) for text in entry.values()}) == 1


@pytest.mark.parametrize("code", sorted(problem_texts()))
def test_a_problem_has_a_reason_and_a_remedy_in_every_language(code: str) -> None:
    entry = problem_texts()[code]
    assert set(entry) == {"reason", "remedy"}
    for part in entry.values():
        assert set(part) == set(LANGUAGES)
        assert len({frozenset(placeholders(text)) for text in part.values()}) == 1


def test_every_problem_that_the_code_names_is_defined_and_every_defined_one_is_named() -> None:
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py")) + "\n".join(
        path.read_text("utf-8") for path in PACKAGE.rglob("*.toml") if path.name != "problems.toml"
    )
    unused = {name for name in problem_texts() if f'"{name}"' not in code}
    assert not unused


def test_plural_forms_come_in_pairs() -> None:
    stems = {address.removesuffix(".one") for address in _catalogue() if address.endswith(".one")}
    assert stems == {address.removesuffix(".other") for address in _catalogue() if address.endswith(".other")}


def test_no_text_file_is_empty() -> None:
    for path in PACKAGE.rglob("texts/*.toml"):
        assert tomllib.loads(path.read_text("utf-8")), path
