"""The open reports' side in this process, on the database that ``--database`` names and a copy of the Tumbes example.

Django has one configuration in a process, and other tests have others: these run by themselves (``make test`` does so,
once with each database).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

TESTS = Path(__file__).parents[1]
TUMBES = TESTS.parent / "examples" / "tumbes"
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    if os.environ.get("DJANGO_SETTINGS_MODULE", "convive.web.citizen_settings") != "convive.web.citizen_settings":
        raise pytest.UsageError("tests/reports run by themselves: pytest tests/reports")
    _folder = Path(tempfile.mkdtemp(prefix="reports-")) / "tumbes"
    shutil.copytree(TUMBES, _folder, ignore=shutil.ignore_patterns("private", "public", "*.sqlite3*"))
    os.environ["CONVIVE_OBSERVATORY"] = str(_folder)
    if config.getoption("--database") == "postgresql":
        os.environ["DATABASE_URL"] = beside("postgresql.py").new_database()
    from convive.web.citizen import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()


def pytest_unconfigure() -> None:
    if _folder is not None:
        shutil.rmtree(_folder.parent, ignore_errors=True)


def beside(name: str) -> ModuleType:
    """A module that stands beside this folder."""
    spec = importlib.util.spec_from_file_location(name.removesuffix(".py"), TESTS / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the observatory."""
    assert _folder is not None
    return _folder


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test writes into the database is undone after it."""
    if "committed" in request.keywords:
        yield
        return
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client() -> Client:
    from django.test import Client

    return Client(SERVER_NAME="localhost")


@pytest.fixture
def key() -> str:
    """A key for Open311."""
    from convive.web.reports.filing import new_key

    return new_key("prueba")


@pytest.fixture
def send(client: Client) -> Callable[..., object]:
    """Sends the form in the middle of the district of Tumbes."""

    def fill(language: str = "es", **given: object) -> object:
        told = {"category": "waste", "latitude": "-3.5182", "longitude": "-80.4548"} | given
        return client.post(f"/r/{language}/nuevo/", told)

    return fill
