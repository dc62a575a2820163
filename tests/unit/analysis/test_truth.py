"""Every public method has a truth that is not its own, watched by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis_methods import ASKED

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
METHOD_PAGES = REPOSITORY / "docs" / "methods"


def rows(page: str) -> list[tuple[list[str], str]]:
    """Methods and tests of the table."""
    found = re.findall(r"^\| (`.+?`) \| .+ \| `([\w.]+)` \|$", (METHOD_PAGES / page).read_text("utf-8"), re.M)
    return [(re.findall(r"`([\w.]+)`", methods), test) for methods, test in found]


@pytest.mark.parametrize("page", ["truth.md", "truth.en.md"])
def test_every_public_method_says_how_it_is_known(page: str) -> None:
    named = [method for methods, _ in rows(page) for method in methods]
    assert sorted(named) == sorted(ASKED)


def test_both_languages_name_the_same_tests_and_they_exist() -> None:
    assert rows("truth.md") == rows("truth.en.md")
    for _, test in rows("truth.md"):
        file, name = test.split(".")
        assert f"def {name}(" in (HERE / f"{file}.py").read_text("utf-8"), test
