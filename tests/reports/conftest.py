"""The open reports in this process, with a copy of the Tumbes example. See ``tests/django_side.py``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import django_side
from django_side import client, nothing_stays

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["client", "nothing_stays"]
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Django must be configured before the tests' modules are read."""
    global _folder
    _folder = django_side.copy_of_tumbes("reports-")
    django_side.prepare(config, "convive.web.citizen_settings", _folder)
    from convive.web.citizen import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()


def pytest_unconfigure() -> None:
    django_side.forget(_folder)


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the observatory."""
    assert _folder is not None
    return _folder


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
