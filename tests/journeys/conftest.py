"""A browser, and the Tumbes example built and served as a city would serve it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ENOUGH_SECONDS = 30
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
def public(tumbes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The released folder of a copy of the Tumbes example, built here."""
    from convive.build import build
    from convive.observatory import Observatory
    from convive.web.static_pages import render_pages

    folder = tmp_path_factory.mktemp("journey") / "tumbes"
    shutil.copytree(tumbes, folder, ignore=shutil.ignore_patterns("private", "public"))
    observatory = Observatory.open(folder)
    build(observatory, render_pages=render_pages)
    return observatory.public


@pytest.fixture(scope="session")
def address(public: Path) -> Iterator[str]:
    """Where the live site answers."""
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(public), str(port)])
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base, server)
        yield base
    finally:
        server.terminate()
        server.wait(ENOUGH_SECONDS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(base: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(base, timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"nothing answers at {base}")
