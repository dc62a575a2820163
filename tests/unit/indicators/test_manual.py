"""The manual in docs is the one that the catalogue gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from convive.indicators import catalogue
from convive.indicators.manual import FILES, manual, write_manual

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("language", FILES)
def test_the_manual_is_up_to_date(language: str) -> None:
    remedy = "run: python -m convive.indicators.manual docs"
    assert (DOCS / FILES[language]).read_text("utf-8") == manual(language), remedy


@pytest.mark.parametrize("language", FILES)
def test_the_manual_tells_every_indicator(language: str) -> None:
    text = manual(language)
    for indicator in catalogue().values():
        assert f"(`{indicator.id}`)" in text
        assert indicator.definition[language] in text
        assert indicator.definition_version in text


def test_both_languages_are_written(tmp_path: Path) -> None:
    write_manual(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES.values())
    assert (tmp_path / FILES["es"]).read_text("utf-8") != (tmp_path / FILES["en"]).read_text("utf-8")
