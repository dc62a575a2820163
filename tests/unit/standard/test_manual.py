"""The manual in docs is the one that the data give."""

from __future__ import annotations

from pathlib import Path

import pytest

from convive.standard import classifications, fields
from convive.standard.manual import FILES, manual, write_manual

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("language", FILES)
def test_the_manual_is_up_to_date(language: str) -> None:
    remedy = "run: python -m convive.standard.manual docs"
    assert (DOCS / FILES[language]).read_text("utf-8") == manual(language), remedy


@pytest.mark.parametrize("language", FILES)
def test_the_manual_tells_every_field_and_code(language: str) -> None:
    text = manual(language)
    assert [name for name in fields() if f"| `{name}` |" not in text] == []
    codes = [code for each in classifications().values() for code in each.codes]
    assert [code for code in codes if f"| `{code}` |" not in text] == []


def test_tables_are_whole() -> None:
    for line in manual("es").splitlines():
        if line.startswith("| `"):
            assert line.replace("\\|", "").count("|") in (4, 5, 9), line


def test_both_languages_are_written(tmp_path: Path) -> None:
    write_manual(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES.values())
    assert (tmp_path / FILES["es"]).read_text("utf-8") != (tmp_path / FILES["en"]).read_text("utf-8")
