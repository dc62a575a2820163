"""The counted department, shared by the tests of disclosure control and of secrecy."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

HERE = Path(__file__).parent


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name.removesuffix(".py"), HERE / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def counting() -> Callable[[int], pl.DataFrame]:
    """Private figures of a department, drawn with a seed."""
    made: Callable[[int], pl.DataFrame] = _beside("department.py").figures
    return made


@pytest.fixture(scope="session")
def parents() -> pl.DataFrame:
    """code, name, level and parent of its units."""
    units: pl.DataFrame = _beside("department.py").parents()
    return units


@pytest.fixture(scope="session")
def looking() -> ModuleType:
    """The search for canaries in published bytes."""
    return _beside("looking.py")
