"""A browser, and the Tumbes example built and served as a city would serve it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from office_journey import looking, office, with_accounts
from serving import serving

__all__ = ["looking", "office", "with_accounts"]

SERVE = """
import sys
from pathlib import Path
from convive.web.server import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]))
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine; skips, saying so, where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium found (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def public(tumbes: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The released folder of a copy of the Tumbes example, built here; once for all processes of the tests."""
    from convive.build import build
    from convive.observatory import Observatory
    from convive.web.static_pages import render_pages

    mine = tmp_path_factory.getbasetemp()
    shared = mine if worker_id == "master" else mine.parent
    folder, whole = shared / "journey" / "tumbes", shared / "journey" / "whole"
    with FileLock(shared / "journey.lock"):
        if not whole.exists():
            shutil.rmtree(folder.parent, ignore_errors=True)
            shutil.copytree(tumbes, folder, ignore=shutil.ignore_patterns("private", "public"))
            build(Observatory.open(folder), render_pages=render_pages)
            whole.touch()
    return folder / "public"


@pytest.fixture(scope="session")
def address(public: Path) -> Iterator[str]:
    """Where the live site answers."""
    with serving(lambda port: [sys.executable, "-c", SERVE, str(public), str(port)]) as base:
        yield base
