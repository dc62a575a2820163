"""The small edition as a released folder, and a client that asks the live site for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.publication.edition import Edition
from convive.publication.release.writing import put
from convive.publication.site import site_files
from convive.web.static_pages import render_pages

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture(scope="session")
def site(small_edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static site of the small edition."""
    folder = tmp_path_factory.mktemp("public")
    (folder / "data").mkdir()
    (folder / "data" / "edition.json").write_text("{}", "utf-8")
    (folder / "datapackage.json").write_text("{}", "utf-8")
    (folder / "data" / "figures.csv").write_text("indicator\n", "utf-8")
    (folder / "data" / "sources.json").write_text("[]", "utf-8")
    (folder / "data" / "committee.json").write_text("{}", "utf-8")
    (folder / "data" / "answer_clock.json").write_text("{}", "utf-8")
    for path, content in site_files(small_edition, render_pages):
        put(folder / path, content)
    return folder


@pytest.fixture
def client(site: Path, small_edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of the live site that shows the same edition."""
    from django.test import Client

    from convive.web.public.published import published
    from convive.web.settings import PUBLIC_FOLDER_VARIABLE

    monkeypatch.setenv(PUBLIC_FOLDER_VARIABLE, str(site))
    monkeypatch.setattr(Edition, "load", classmethod(lambda cls, folder: small_edition))
    published.cache_clear()
    yield Client(SERVER_NAME="localhost")
    published.cache_clear()
