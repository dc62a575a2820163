"""Every promise of the threat model names tests that exist, in both languages the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
DOCUMENTS = ("docs/threat-model.md", "docs/threat-model.en.md")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    named = NAMED.findall((REPOSITORY / document).read_text("utf-8"))
    assert len(named) > 30
    for file, name in named:
        assert re.search(rf"^def {name}\(", (REPOSITORY / file).read_text("utf-8"), re.M), f"{file}::{name}"


@pytest.mark.parametrize(
    ("document", "title"),
    [("docs/threat-model.md", "## Qué prometemos"), ("docs/threat-model.en.md", "## What we promise")],
)
def test_every_promise_names_a_test(document: str, title: str) -> None:
    table = (REPOSITORY / document).read_text("utf-8").split(title)[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row)] == []


def test_both_languages_promise_the_same() -> None:
    one, other = (NAMED.findall((REPOSITORY / document).read_text("utf-8")) for document in DOCUMENTS)
    assert one == other
