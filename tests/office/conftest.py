"""The office in this process, on the database that ``--database`` names: an observatory of its own, people with roles.

Django has one configuration in a process, and the public site's tests have another: these tests run by themselves
(``make test`` does so, once with each database).
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

TEMPLATE = Path(__file__).parents[2] / "src" / "convive" / "cli" / "template"
PASSWORD = "una clave bien larga"
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    if os.environ.get("DJANGO_SETTINGS_MODULE", "convive.web.office_settings") != "convive.web.office_settings":
        raise pytest.UsageError("tests/office run by themselves: pytest tests/office")
    _folder = Path(tempfile.mkdtemp(prefix="office-")) / "city"
    shutil.copytree(TEMPLATE, _folder)
    settings = _folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("@ID@", "ciudad").replace("@NAME@", "Ciudad"), "utf-8")
    os.environ["CONVIVE_OBSERVATORY"] = str(_folder)
    if config.getoption("--database") == "postgresql":
        os.environ["DATABASE_URL"] = beside("postgresql.py").new_database()
    from convive.web.office import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()


def pytest_unconfigure() -> None:
    if _folder is not None:
        shutil.rmtree(_folder.parent, ignore_errors=True)


@cache
def beside(name: str) -> ModuleType:
    """A module that stands beside this folder."""
    spec = importlib.util.spec_from_file_location(name.removesuffix(".py"), Path(__file__).parents[1] / name)
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
def person() -> Callable[..., User]:
    """Makes an account with roles that hold since a month ago."""
    from django.contrib.auth.models import User

    from convive.web.office.guard import today
    from convive.web.office.models import Mandate

    def make(name: str, *held: str, unit: str = "") -> User:
        user = User.objects.create_user(name, password=PASSWORD)
        for role in held:
            since = today() - dt.timedelta(days=30)
            Mandate.objects.create(
                user=user, role=role, unit=unit, since=since, given_by="admin", confirmed_by="secretaria"
            )
        return user

    return make


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """A client in which somebody with the roles has signed in."""
    from django.test import Client

    def enter(name: str, *held: str, unit: str = "") -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(person(name, *held, unit=unit), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


@pytest.fixture
def another_database(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    """What the environment says so that a process uses a new database of the kind that these tests run on."""

    def make() -> dict[str, str]:
        if request.config.getoption("--database") == "postgresql":
            return {"DATABASE_URL": beside("postgresql.py").new_database()}
        return {"DATABASE_URL": ""}

    return make
