"""Who enters the office, what they are told where there is nothing, and what is noted of them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from office_journey import PASSWORD, Office

pytestmark = pytest.mark.browser


def test_addresses_that_lead_nowhere_say_so(looking: Office, browser: Browser) -> None:
    page = looking.page(browser)
    for path in (
        "caso/ffff/",
        "casos/more/none/",
        "casos/status/draft/",
        "casos/disagree/x/",
        "acta/hoy/",
        "par/a~b/",
    ):
        page.goto(f"{looking.address}/es/{path}")
        assert "Aquí no hay nada" in page.inner_text("main"), path


def test_only_those_with_the_role_see_anything(office: Office, browser: Browser) -> None:
    page = browser.new_context().new_page()
    for path in ("es/", "es/acta/", "es/bitacora/", "es/par/a~b/", "es/casos/", "es/caso/x/", "en/"):
        page.goto(f"{office.address}/{path}")
        assert "/entrar/" in page.url
    with sqlite3.connect(office.folder / "convive.sqlite3") as database:
        database.execute("UPDATE office_mandate SET ended_by = 'admin'")
    page = office.page(browser)
    page.goto(f"{office.address}/es/")
    assert "Su rol no incluye" in page.inner_text("main")


def test_every_look_is_noted(looking: Office, browser: Browser) -> None:
    page = looking.page(browser)
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    pair = page.url.rstrip("/").rpartition("/")[2].replace("%3A", ":").split("~")
    page.goto(f"{looking.address}/es/bitacora/")
    assert " ".join(pair) in page.inner_text("table")


def test_five_wrong_passwords_lock_the_account(office: Office, browser: Browser) -> None:
    page = browser.new_context().new_page()
    for _ in range(5):
        page.goto(f"{office.address}/entrar/")
        page.fill("#id_username", "maria")
        page.fill("#id_password", "no es esta")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page = office.page(browser)
    page.goto(f"{office.address}/es/")
    assert "/entrar/" in page.url


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_and_nothing_is_cut(looking: Office, browser: Browser, size: tuple[int, int]) -> None:
    page = looking.page(browser, size=size)
    pair = page.locator("[data-first]").get_attribute("href")
    found = []
    page.goto(f"{looking.address}/es/casos/disagree/age_years/")
    case = page.locator("[data-first]").get_attribute("href")
    register = ("/es/casos/", "/es/casos/disagree/age_years/", case, f"{case}mechanism/", f"{case}occurred_on/")
    for path in ("/es/", pair, "/es/acta/", "/es/bitacora/", "/en/", "/en/acta/", *register):
        page.goto(f"{looking.address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        worst = Axe().run(page).response["violations"]
        found += [
            (path, one["id"], one["nodes"][0]["html"]) for one in worst if one["impact"] in {"serious", "critical"}
        ]
    assert found == []


def test_what_the_office_keeps_is_its_owner_s_alone(looking: Office, browser: Browser) -> None:
    looking.page(browser)
    kept = [".office-key", *(path.name for path in looking.folder.glob("convive.sqlite3*"))]
    assert "convive.sqlite3-wal" in kept
    for name in kept:
        assert (looking.folder / name).stat().st_mode & 0o077 == 0, name
    assert os.environ.get("CONVIVE_OBSERVATORY") is None


def test_behind_a_server_that_speaks_https_people_sign_in_and_cookies_stay_there(looking: Office) -> None:
    asked = """
import os
from convive.web.office import setup
setup()
from django.test import Client
client = Client(enforce_csrf_checks=True, headers={"X-Forwarded-Proto": "https", "Host": "mesa.example.org"})
client.get("/entrar/")
token = client.cookies["csrftoken"].value
answer = client.post(
    "/entrar/",
    {"username": "maria", "password": os.environ["SAID"], "csrfmiddlewaretoken": token},
    headers={"Origin": "https://mesa.example.org", "Referer": "https://mesa.example.org/entrar/"},
)
print(answer.status_code, client.cookies["convive_office"]["secure"], client.cookies["csrftoken"]["secure"])
"""
    told = {"CONVIVE_OBSERVATORY": str(looking.folder), "CONVIVE_HTTPS_ORIGIN": "https://mesa.example.org"}
    found = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | told | {"SAID": PASSWORD}, capture_output=True, text=True
    )
    assert found.stdout.split() == ["302", "True", "True"], found.stderr
