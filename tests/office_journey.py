"""An observatory with its office open, and people who sign in to it in a browser."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, BrowserContext, Page

from convive.register.ledger import read
from serving import serving

PASSWORD = "una clave bien larga"
ROLE = ["--role", "technical_secretary"]
CONVIVE = [sys.executable, "-m", "convive"]


@dataclass(frozen=True)
class Office:
    """An observatory with its office open."""

    folder: Path
    address: str
    codes: dict[str, list[str]] = field(default_factory=dict)
    """Recovery codes by user: a code of the authenticator serves once in 30 seconds."""
    opened: list[BrowserContext] = field(default_factory=list)
    """To be closed afterwards: a page of a slowed-down laptop keeps a processor busy as long as it is open."""

    def page(self, browser: Browser, user: str = "maria", size: tuple[int, int] = (1280, 900)) -> Page:
        """A page of somebody who has signed in."""
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.opened.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        self.sign_in(page, user)
        return page

    def sign_in(self, page: Page, user: str) -> None:
        page.goto(f"{self.address}/")
        page.fill("#id_username", user)
        page.fill("#id_password", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if "/segundo-factor/" in page.url:
            self._second_factor(page, user)

    def _second_factor(self, page: Page, user: str) -> None:
        """Sets an authenticator up the first time; gives a recovery code from then on."""
        if user in self.codes:
            page.fill("#code", self.codes[user].pop())
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        secret = page.inner_text("#secret")
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        page.fill("#code", f"{TOTP(key).token():06}")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        self.codes[user] = page.locator(".codes code").all_inner_texts()
        with page.expect_navigation():
            page.click("#on")

    def decisions(self) -> list[str]:
        return [line.decision.kind for line in read(self.folder / "decisions").lines]


@pytest.fixture(scope="session")
def with_accounts(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built example with two accounts, as no session has yet touched it."""
    folder = tmp_path_factory.mktemp("office") / "tumbes"
    shutil.copytree(public.parent, folder)
    for user in ("maria", "luis"):
        subprocess.run(
            [*CONVIVE, "office", str(folder), "--add", user, *ROLE], input=f"{PASSWORD}\n", text=True, check=True
        )
    return folder


def press(page: Page, keys: str, *more: str) -> None:
    """The keys of a word one by one, then ``more`` by their names."""
    for key in (*keys, *more):
        page.keyboard.press(key)


@contextmanager
def opened(folder: Path) -> Iterator[Office]:
    """The office of the observatory in ``folder``, as long as a test needs it."""
    with serving(lambda port: [*CONVIVE, "office", str(folder), "--bind", f"127.0.0.1:{port}"], "/entrar/") as address:
        office = Office(folder, address)
        yield office
        for context in office.opened:
            context.close()


@pytest.fixture
def office(with_accounts: Path, tmp_path: Path) -> Iterator[Office]:
    """An office of one's own, to decide in."""
    with opened(Path(shutil.copytree(with_accounts, tmp_path / "tumbes"))) as office:
        yield office


@pytest.fixture(scope="module")
def looking(with_accounts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that several journeys look at and none decides in."""
    with opened(Path(shutil.copytree(with_accounts, tmp_path_factory.mktemp("looking") / "tumbes"))) as office:
        yield office
