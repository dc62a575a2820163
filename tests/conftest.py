"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")

REPOSITORY = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="where the office keeps its people"
    )


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, which is not ours to republish; skips, saying so, where it is absent."""
    folder = Path(os.environ.get("CONVIVE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"real data not found at {folder} (set CONVIVE_DATA to its folder)")
    return folder


@pytest.fixture(scope="session")
def tumbes() -> Path:
    """The Tumbes example, as a city would keep it."""
    return REPOSITORY / "examples" / "tumbes"
