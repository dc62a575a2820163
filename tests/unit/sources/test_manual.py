"""Every key of a profile is in the manual, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from convive.sources.profile import About, Aggregate, Column, Missing, Place, Profile, Victims
from convive.sources.reading import ReaderOptions

DOCS = Path(__file__).parents[3] / "docs"
SECTIONS: dict[str, type[BaseModel]] = {
    "[profile]": About,
    "[reader]": ReaderOptions,
    "[missing]": Missing,
    "[columns.": Column,
    "[places.": Place,
    "[victims]": Victims,
    "[aggregate]": Aggregate,
}


def keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


@pytest.mark.parametrize("manual", ["sources.md", "sources.en.md"])
@pytest.mark.parametrize("heading", list(SECTIONS))
def test_every_key_is_told(manual: str, heading: str) -> None:
    text = (DOCS / manual).read_text("utf-8")
    section = re.search(rf"^### `{re.escape(heading)}.*?(?=^##|\Z)", text, re.S | re.M)
    assert section is not None
    told = set(re.findall(r"`(\w+)(?:\.\w+)?`", section[0]))
    assert set(keys(SECTIONS[heading])) - told == set()


@pytest.mark.parametrize("manual", ["sources.md", "sources.en.md"])
def test_every_table_is_told(manual: str) -> None:
    text = (DOCS / manual).read_text("utf-8")
    for name in Profile.model_fields:
        assert f"`[{name}]`" in text or f"`[{name}.<" in text or f"`{name}`" in text, name
