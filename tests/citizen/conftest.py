"""The citizens' side in this process: five custodians of whom two open. See ``tests/django_side.py``."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import django_side
from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import new_secret, public_of
from django_side import client, nothing_stays

sys.path.insert(0, str(Path(__file__).parent))
import reading

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

__all__ = ["client", "nothing_stays"]
SEATS = {"Ana": "Defensoría", "Benito": "Obispado", "Carla": "Abogados", "Dora": "Universidad", "Elio": "Juntas"}
LIMITS = "[door]\nwait_seconds = 0\neven_seconds = 0\nreports_per_minute = 100000\nreceipts_per_minute = 100000\n"
_folder: Path | None = None
_keys: list[OpenKey] = []


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    _folder = django_side.new_city("citizen-")
    _found_custody(_folder / "voice")
    (_folder / "voice" / "limits.toml").write_text(LIMITS, "utf-8")
    django_side.prepare(config, "convive.web.citizen_settings", _folder)
    from convive.web.citizen import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    _log_custody(_folder / "voice")


def pytest_unconfigure() -> None:
    django_side.forget(_folder)


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
