"""The citizens' side in this process, on the database that ``--database`` names: five custodians of whom two open.

Django has one configuration in a process, and other tests have others: these run by themselves (``make test`` does so,
once with each database).
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import new_secret, public_of

sys.path.insert(0, str(Path(__file__).parent))
import reading

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

TEMPLATE = Path(__file__).parents[2] / "src" / "convive" / "cli" / "template"
SEATS = {"Ana": "Defensoría", "Benito": "Obispado", "Carla": "Abogados", "Dora": "Universidad", "Elio": "Juntas"}
LIMITS = "[door]\nwait_seconds = 0\neven_seconds = 0\nreports_per_minute = 100000\nreceipts_per_minute = 100000\n"
_folder: Path | None = None
_keys: list[OpenKey] = []


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    if os.environ.get("DJANGO_SETTINGS_MODULE", "convive.web.citizen_settings") != "convive.web.citizen_settings":
        raise pytest.UsageError("tests/citizen run by themselves: pytest tests/citizen")
    _folder = Path(tempfile.mkdtemp(prefix="citizen-")) / "city"
    shutil.copytree(TEMPLATE, _folder)
    settings = _folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("@ID@", "ciudad").replace("@NAME@", "Ciudad"), "utf-8")
    _found_custody(_folder / "voice")
    (_folder / "voice" / "limits.toml").write_text(LIMITS, "utf-8")
    os.environ["CONVIVE_OBSERVATORY"] = str(_folder)
    if config.getoption("--database") == "postgresql":
        os.environ["DATABASE_URL"] = _new_database()
    from convive.web.citizen import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    _log_custody(_folder / "voice")


def pytest_unconfigure() -> None:
    if _folder is not None:
        shutil.rmtree(_folder.parent, ignore_errors=True)


def _found_custody(voice: Path) -> None:
    for name, seat in SEATS.items():
        secret = new_secret()
        _keys.append(OpenKey(Custodian(name, seat, public_of(secret)), secret))
    people = [key.custodian for key in _keys]
    Custody.found(custodians=people, threshold=2, since=dt.date(2026, 11, 28)).write(voice)


def _log_custody(voice: Path) -> None:
    """The record as founding it would have logged it."""
    from django.db import transaction

    from convive.web.journal import record

    custody = Custody.read(voice)
    assert custody is not None
    with transaction.atomic():
        details = {"fingerprint": custody.fingerprint}
        record(act="custody.founded", subject="custody/1", by="convive custody", details=details)


def _new_database() -> str:
    spec = importlib.util.spec_from_file_location("postgresql", Path(__file__).parents[1] / "postgresql.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.new_database())


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the observatory."""
    assert _folder is not None
    return _folder


@pytest.fixture(scope="session")
def keys() -> list[OpenKey]:
    return _keys


@pytest.fixture(scope="session")
def custody(folder: Path) -> Custody:
    found = Custody.read(folder / "voice")
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """What a test writes into the database is undone after it."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client() -> Client:
    from django.test import Client

    return Client(SERVER_NAME="localhost")


@pytest.fixture
def send(client: Client) -> Callable[..., HttpResponse]:
    """Fills in the form as a person does and sends it."""

    def fill(language: str = "es", **answers: object) -> HttpResponse:
        ticket = reading.hidden(client.get(f"/{language}/a/").text, "ticket")
        return client.post(f"/{language}/a/", {"ticket": ticket, **answers})

    return fill


@pytest.fixture
def come_back(client: Client) -> Callable[..., HttpResponse]:
    """Types a receipt."""

    def back(receipt: str, language: str = "es") -> HttpResponse:
        return client.post(f"/{language}/c/", {"receipt": receipt})

    return back
