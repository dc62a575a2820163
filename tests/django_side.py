"""One side of Convive's web in this process: an observatory of its own, on the database that ``--database`` names.

Django has one configuration in a process, and other tests have others: tests of a side run by themselves (``make test``
does so, once with each database).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from postgresql import new_database

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import Client

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "src" / "convive" / "cli" / "template"
TUMBES = ROOT / "examples" / "tumbes"


def new_city(prefix: str) -> Path:
    """The folder of an observatory as ``convive init`` makes it."""
    folder = _copied(TEMPLATE, prefix)
    settings = folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("@ID@", "ciudad").replace("@NAME@", "Ciudad"), "utf-8")
    return folder


def copy_of_tumbes(prefix: str) -> Path:
    """The folder of a copy of the example, not yet built."""
    return _copied(TUMBES, prefix)


def _copied(source: Path, prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix)) / "city"
    return Path(shutil.copytree(source, folder, ignore=shutil.ignore_patterns("private", "public", "*.sqlite3*")))


def prepare(config: pytest.Config, settings: str, folder: Path) -> None:
    """To be called before ``setup()`` of a side, and so before the tests' modules are read."""
    if os.environ.get("DJANGO_SETTINGS_MODULE", settings) != settings:
        raise pytest.UsageError(f"tests with {settings} run by themselves, in a process of their own")
    os.environ["CONVIVE_OBSERVATORY"] = str(folder)
    os.environ.update(another_address(config))


def another_address(config: pytest.Config) -> dict[str, str]:
    """What the environment says so that a process uses a new database of the kind that these tests run on."""
    return {"DATABASE_URL": new_database() if config.getoption("--database") == "postgresql" else ""}


def forget(folder: Path | None) -> None:
    """The folder with all that was written into it."""
    if folder is not None:
        shutil.rmtree(folder.parent, ignore_errors=True)


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


@contextmanager
def served() -> Iterator[WSGIHandler]:
    """The side as a WSGI server calls it, within the transaction of a test: a request does not close it."""
    from django.core.signals import request_finished, request_started
    from django.core.wsgi import get_wsgi_application
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield get_wsgi_application()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def ask_all(description: str, *, examples: int, **more: Any) -> dict[str, set[int]]:
    """Ask each operation of an OpenAPI ``description`` as many ``examples`` of what it takes, and does not take; what
    breaks it, or is answered otherwise than described, fails. The answers' codes by path."""
    import schemathesis
    from hypothesis import HealthCheck, given, settings

    codes: dict[str, set[int]] = {}
    with served() as application:
        schema = schemathesis.openapi.from_wsgi(description, application)
        for operation in (found.ok() for found in schema.get_all_operations()):

            @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy())
            def ask(case: schemathesis.Case) -> None:
                answer = case.call_and_validate(**more)
                codes.setdefault(case.operation.path, set()).add(answer.status_code)

            ask()
    return codes
