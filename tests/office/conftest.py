"""The office in this process: people with roles. See ``tests/django_side.py``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import django_side
from django_side import nothing_stays

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

__all__ = ["nothing_stays"]
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    _folder = django_side.new_city("office-")
    django_side.prepare(config, "convive.web.office_settings", _folder)
    from convive.web.office import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    from django.conf import settings

    # Making a password slow to guess is Django's work; it would be most of the time of these tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    django_side.forget(_folder)


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the observatory."""
    assert _folder is not None
    return _folder


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes an account with roles that hold since a month ago."""
    from django.contrib.auth.models import User

    from convive.web.office.guard import today
    from convive.web.office.models import Mandate

    def make(name: str, *held: str, unit: str = "", body: str = "") -> User:
        user = User(username=name)
        user.set_unusable_password()
        user.save()
        for role in held:
            since = today() - dt.timedelta(days=30)
            told = {"unit": unit, "body": body, "since": since}
            Mandate.objects.create(user=user, role=role, given_by="admin", confirmed_by="secretaria", **told)
        return user

    return make


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """A client in which somebody with the roles has signed in, with a second factor unless ``verified`` is false."""
    from django.test import Client
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_static.models import StaticDevice

    def enter(name: str, *held: str, unit: str = "", body: str = "", verified: bool = True) -> Client:
        client = Client(SERVER_NAME="localhost")
        user = person(name, *held, unit=unit, body=body)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if verified:
            session = client.session
            session[DEVICE_ID_SESSION_KEY] = StaticDevice.objects.create(user=user, name="test").persistent_id
            session.save()
        return client

    return enter


@pytest.fixture
def another_database(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    """Makes what the environment says so that a process uses a new database of the kind that these tests run on."""
    return lambda: django_side.another_address(request.config)
