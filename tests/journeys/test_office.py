"""The homologation table in a browser: two people, keyboard alone, nothing lost, nobody else."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations, islice
from pathlib import Path
from threading import Barrier

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP
from playwright.sync_api import Browser, BrowserContext, Page

from convive.build import build
from convive.observatory import Observatory
from convive.register.ledger import Decision, append, read, record_names
from convive.standard import links_schema
from serving import serving

pytestmark = pytest.mark.browser

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


@pytest.fixture(scope="module")
def with_accounts(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built example with two accounts, as no session has yet touched it."""
    folder = tmp_path_factory.mktemp("office") / "tumbes"
    shutil.copytree(public.parent, folder)
    for user in ("maria", "luis"):
        subprocess.run(
            [*CONVIVE, "office", str(folder), "--add", user, *ROLE], input=f"{PASSWORD}\n", text=True, check=True
        )
    return folder


@pytest.fixture
def office(with_accounts: Path, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "tumbes"
    shutil.copytree(with_accounts, folder)
    with serving(lambda port: [*CONVIVE, "office", str(folder), "--bind", f"127.0.0.1:{port}"], "/entrar/") as address:
        office = Office(folder, address)
        yield office
        for context in office.opened:
            context.close()


def press(page: Page, keys: str, *more: str) -> None:
    """The keys of a word one by one, then ``more`` by their names."""
    for key in (*keys, *more):
        page.keyboard.press(key)


def undecided(page: Page) -> int:
    return int(page.locator("h2").first.inner_text().split(":")[1])


def test_a_pair_is_settled_with_the_keyboard_alone_and_stands_in_the_minutes(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    before = undecided(page)
    assert before > 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    first = page.url
    assert page.locator("input[name=kind]:checked").count() == 0
    for keys, lacks in (("", "Elija primero la respuesta"), ("s", "y su motivo")):
        press(page, keys, "Enter")
        assert lacks in page.inner_text("#unsent")
    assert office.decisions() == []
    press(page, "1", "Enter")
    page.wait_for_url(lambda url: "/par/" in url and url != first)
    assert "Decisión anotada" in page.inner_text("main")
    press(page, "s1n2w")
    page.keyboard.type("Son primos")
    with page.expect_navigation():
        press(page, "", "Escape", "Enter")
    page.goto(f"{office.address}/es/")
    assert undecided(page) == before - 2
    first_line, second_line = (line.decision for line in read(office.folder / "decisions").lines)
    assert (first_line.kind, first_line.reason) == ("same", "same_person")
    assert (second_line.kind, second_line.reason, second_line.words) == ("not_same", "namesakes", "Son primos")
    page.goto(f"{office.address}/es/acta/")
    page.fill("#present", "Ana Ruiz, PNP\nLuis Soto, Fiscalía")
    page.click("form.present button")
    words = page.inner_text("main")
    assert "Ana Ruiz, PNP" in words
    assert "Son la misma muerte" in words
    with page.expect_download() as file:
        page.click("text=Descargar el acta")
    assert "No son la misma muerte" in Path(file.value.path()).read_text("utf-8")


def test_two_people_at_once_lose_no_decision_and_the_second_is_told(office: Office, browser: Browser) -> None:
    maria, luis = office.page(browser), office.page(browser, "luis")
    for page in (maria, luis):
        page.keyboard.press("Enter")
        page.wait_for_url("**/par/**")
    assert maria.url == luis.url
    press(maria, "s1", "Enter")
    maria.wait_for_url(lambda url: url != luis.url)
    press(luis, "n1", "Enter")
    luis.wait_for_selector(".message.error")
    assert "ya está decidida por maria" in luis.inner_text(".message.error")
    assert "son la misma muerte" in luis.inner_text(".message.error")
    assert office.decisions() == ["same"]


def undecided_pairs(folder: Path, pairs: int) -> None:
    """Lets the register that was built ask of so many pairs of its cases whether they are one."""
    members = (
        pl.read_parquet(folder / "private" / "case_records.parquet").unique("case_id", keep="first").sort("case_id")
    )
    ends = list(islice(combinations(members["record_id"], 2), pairs))
    rows = [(left, right, 0.5 + place / pairs / 3, "people", "") for place, (left, right) in enumerate(ends)]
    pl.DataFrame(rows, schema=links_schema(), orient="row").write_parquet(folder / "private" / "links.parquet")


def test_a_slow_laptop_pages_through_thousands_of_pairs_and_asks_nobody_but_the_office(
    office: Office, browser: Browser
) -> None:
    undecided_pairs(office.folder, 4000)
    page = office.page(browser)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    laptop = page.context.new_cdp_session(page)
    laptop.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    slow = {"offline": False, "latency": 150, "downloadThroughput": 100_000, "uploadThroughput": 50_000}
    laptop.send("Network.enable")
    laptop.send("Network.emulateNetworkConditions", slow)
    page.goto(f"{office.address}/es/pares/")
    assert undecided(page) == 4000
    assert page.locator("ol.pairs li").count() == 50
    first = page.locator("[data-first]").get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("j")
    assert page.locator("ol.pairs").first.get_attribute("start") == "51"
    assert page.locator("[data-first]").get_attribute("href") != first
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    pair = page.url
    press(page, "n2", "Enter", "Enter", "Enter")
    page.wait_for_url(lambda url: "/par/" in url and url != pair)
    assert office.decisions() == ["not_same"]
    page.goto(f"{office.address}/es/pares/?undecided=999")
    assert undecided(page) == 3999
    assert page.locator("ol.pairs").first.locator("li").count() == 49
    assert {urllib.parse.urlsplit(url).netloc for url in asked} == {urllib.parse.urlsplit(office.address).netloc}


def test_where_the_office_cannot_be_reached_the_person_is_told_and_the_decision_is_kept(
    office: Office, browser: Browser
) -> None:
    page = office.page(browser)
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    pair = page.url
    press(page, "n2w")
    page.keyboard.type("Primos de un mismo hogar")
    page.context.set_offline(True)
    press(page, "", "Escape", "Enter")
    page.wait_for_selector("#unsent:visible")
    assert "No se pudo llegar a la oficina" in page.inner_text("#unsent")
    page.context.set_offline(False)
    page.context.clear_cookies()
    press(page, "", "Enter")
    page.locator("#unsent", has_text="sesión").wait_for()
    assert (page.url, office.decisions()) == (pair, [])
    office.sign_in(page.context.new_page(), "maria")
    with page.expect_navigation():
        press(page, "", "Enter")
    (line,) = read(office.folder / "decisions").lines
    assert (line.decision.reason, line.decision.words) == ("namesakes", "Primos de un mismo hogar")


class Laptop:
    """Somebody's laptop without a browser: what the table answers and asks is HTTP alone."""

    def __init__(self, office: Office, user: str):
        self._address = office.address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.send("/entrar/", username=user, password=PASSWORD)
        secret = re.search(r'id="secret">([^<]+)<', self.look("/es/segundo-factor/"))
        assert secret
        key = base64.b32decode(secret[1] + "=" * (-len(secret[1]) % 8))
        self.send("/es/segundo-factor/", code=f"{TOTP(key).token():06}")

    def look(self, path: str) -> str:
        with self._opener.open(f"{self._address}{path}", timeout=120) as answer:
            return str(answer.read().decode())

    def send(self, path: str, **said: str) -> None:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.look(path))
        assert token
        form = urllib.parse.urlencode(said | {"csrfmiddlewaretoken": token[1]}).encode()
        sent = urllib.request.Request(f"{self._address}{path}", form, {"Referer": f"{self._address}{path}"})
        self._opener.open(sent, timeout=120).close()


def test_two_laptops_that_send_at_the_same_moment_lose_no_decision_and_decide_nothing_twice(office: Office) -> None:
    laptops = {user: Laptop(office, user) for user in ("maria", "luis")}
    pairs = re.findall(r'href="(/es/par/[^"]+)"', laptops["maria"].look("/es/"))
    assert len(pairs) > 2
    together = Barrier(2)

    def settles(user: str) -> None:
        for path in pairs:
            kind = "same" if user == "maria" else "not_same"
            together.wait(120)
            laptops[user].send(path, kind=kind, **{f"reason_{kind}": "other", "words": f"{user} {path}"})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settles, laptops))
    ledger = read(office.folder / "decisions")
    assert ledger.problems == ()
    assert sorted(line.decision.words.split()[1] for line in ledger.lines) == sorted(pairs)
    assert {line.decision.by for line in ledger.lines} <= {"maria", "luis"}


def test_a_decision_can_be_taken_back_with_words(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    address = page.url
    press(page, "s1", "Enter")
    page.wait_for_url(lambda url: url != address)
    page.goto(address)
    page.fill("#words", "Se revisó el expediente")
    page.click("button[value=withdrawn]")
    page.wait_for_url("**/es/pares/")
    assert office.decisions() == ["same", "withdrawn"]


def test_a_case_is_found_corrected_annulled_and_the_next_build_follows(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    page.goto(f"{office.address}/es/casos/")
    page.click("a[href*='/casos/disagree/mechanism/']")
    page.wait_for_url("**/casos/disagree/**")
    page.keyboard.press("Enter")
    page.wait_for_url("**/caso/**")
    case = page.url
    assert "las fuentes no coinciden" in page.inner_text("table")
    page.goto(f"{case}mechanism/")
    page.select_option("#value", "poison")
    page.click("button[value=reclassified]")
    assert "falta elegir el motivo" in page.inner_text("#unsent")
    page.select_option("#reason_reclassified", "agreed")
    page.click("button[value=reclassified]")
    page.wait_for_url(case)
    assert "«Mecanismo» pasa a" in page.inner_text("main")
    page.goto(f"{office.address}/es/casos/disagree/mechanism/")
    assert case.rstrip("/").split("/")[-1] not in page.inner_text("main")
    page.goto(f"{case}age_years/")
    page.fill("#value", "33")
    page.select_option("#reason_value", "later_information")
    page.click("button[value=value]")
    page.wait_for_url(case)
    page.goto(f"{case}age_years/")
    page.fill("#value", "34")
    page.select_option("#reason_value", "later_information")
    page.click("button[value=value]")
    page.wait_for_selector(".message.error")
    assert office.decisions() == ["reclassified", "value"]

    build(Observatory.open(office.folder), publish=False)
    page.goto(case)
    mechanism, age = (page.locator("tr", has_text=label).first.inner_text() for label in ("Mecanismo", "Edad (años)"))
    assert "decisión de la mesa" in mechanism
    assert "33" in age
    assert "revisado por la mesa" in page.inner_text("main")
    page.goto(f"{office.address}/es/casos/status/revised/")
    assert page.locator("tbody tr").count() == 1

    page.goto(case)
    page.select_option("#reason_annulled", "not_a_death")
    with page.expect_navigation():
        page.click("button[value=annulled]")
    page.locator("form", has_text="no cuenta").locator("textarea").first.fill("La víctima sí murió")
    with page.expect_navigation():
        page.locator("form", has_text="La víctima no murió").locator("button[value=withdrawn]").click()
    assert office.decisions() == ["reclassified", "value", "annulled", "withdrawn"]


def test_addresses_that_lead_nowhere_say_so(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    for path in (
        "caso/ffff/",
        "casos/more/none/",
        "casos/status/draft/",
        "casos/disagree/x/",
        "acta/hoy/",
        "par/a~b/",
    ):
        page.goto(f"{office.address}/es/{path}")
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


def test_every_look_is_noted(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    page.keyboard.press("Enter")
    page.wait_for_url("**/par/**")
    pair = page.url.rstrip("/").rpartition("/")[2].replace("%3A", ":").split("~")
    page.goto(f"{office.address}/es/bitacora/")
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
def test_axe_finds_nothing_serious_and_nothing_is_cut(office: Office, browser: Browser, size: tuple[int, int]) -> None:
    page = office.page(browser, size=size)
    pair = page.locator("[data-first]").get_attribute("href")
    found = []
    page.goto(f"{office.address}/es/casos/disagree/age_years/")
    case = page.locator("[data-first]").get_attribute("href")
    register = ("/es/casos/", "/es/casos/disagree/age_years/", case, f"{case}mechanism/", f"{case}occurred_on/")
    for path in ("/es/", pair, "/es/acta/", "/es/bitacora/", "/en/", "/en/acta/", *register):
        page.goto(f"{office.address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        worst = Axe().run(page).response["violations"]
        found += [
            (path, one["id"], one["nodes"][0]["html"]) for one in worst if one["impact"] in {"serious", "critical"}
        ]
    assert found == []


def test_what_the_office_keeps_is_its_owner_s_alone(office: Office, browser: Browser) -> None:
    office.page(browser)
    kept = [".office-key", *(path.name for path in office.folder.glob("convive.sqlite3*"))]
    assert "convive.sqlite3-wal" in kept
    for name in kept:
        assert (office.folder / name).stat().st_mode & 0o077 == 0, name
    assert os.environ.get("CONVIVE_OBSERVATORY") is None


def test_a_case_joined_in_error_is_split_from_its_own_page(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    page.goto(f"{office.address}/es/casos/disagree/age_years/")
    page.click("[data-first]")
    page.wait_for_url("**/caso/**")
    page.click("main li a[href*='/par/']")
    page.wait_for_url("**/par/**")
    with page.expect_navigation():
        press(page, "n1", "Enter")
    assert "Decisión anotada" in page.inner_text("main")
    assert office.decisions() == ["not_same"]
    before = build(Observatory.open(office.folder), publish=False).cases
    (office.folder / "decisions" / "decisions.jsonl").unlink()
    assert build(Observatory.open(office.folder), publish=False).cases == before - 1


def test_two_cases_are_joined_by_the_code_of_the_other(office: Office, browser: Browser) -> None:
    page = office.page(browser)
    page.goto(f"{office.address}/es/casos/disagree/age_years/")
    first, second = (page.locator("main a[href*='/caso/']").nth(at).get_attribute("href") for at in (0, 1))
    page.goto(f"{office.address}{first}")
    page.fill("#other", "0000")
    page.click("text=Ver lado a lado")
    page.wait_for_selector(".message.error")
    page.fill("#other", second.rstrip("/").split("/")[-1])
    page.click("text=Ver lado a lado")
    page.wait_for_url("**/par/**")
    with page.expect_navigation():
        press(page, "s1", "Enter")
    assert office.decisions() == ["same"]


def test_nobody_withdraws_a_decision_that_they_did_not_see(office: Office, browser: Browser) -> None:
    maria, luis = office.page(browser), office.page(browser, "luis")
    maria.keyboard.press("Enter")
    maria.wait_for_url("**/par/**")
    address = maria.url
    press(maria, "s1", "Enter")
    maria.wait_for_url(lambda url: url != address)
    maria.goto(address)
    luis.goto(address)
    luis.fill("#words", "Me equivoqué")
    luis.click("button[value=withdrawn]")
    luis.wait_for_url("**/es/pares/")
    luis.goto(address)
    with luis.expect_navigation():
        press(luis, "n1", "Enter")
    maria.fill("#words", "Retiro la mía")
    maria.click("button[value=withdrawn]")
    maria.wait_for_selector(".message.error")
    assert office.decisions() == ["same", "withdrawn", "not_same"]


def test_decisions_that_contradict_are_told_at_the_table_and_in_the_minutes(office: Office, browser: Browser) -> None:
    names = record_names(pl.read_parquet(office.folder / "private" / "records.parquet")).unique().sort().to_list()[:3]
    at = dt.datetime.now(dt.UTC).replace(microsecond=0)
    for kind, pair in (("same", names[:2]), ("same", names[1:])):
        append(office.folder / "decisions", Decision(kind, tuple(pair), "luis", at, "same_person"))
    page = office.page(browser)
    page.goto(f"{office.address}/es/par/{names[0]}~{names[2]}/")
    with page.expect_navigation():
        press(page, "n1", "Enter")
    assert "no son la misma muerte" in page.inner_text("main .message.error")
    for path in ("/es/", "/es/acta/"):
        page.goto(f"{office.address}{path}")
        assert "decisions.jsonl:3" in page.inner_text("main")


def test_behind_a_server_that_speaks_https_people_sign_in_and_cookies_stay_there(office: Office) -> None:
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
    told = {"CONVIVE_OBSERVATORY": str(office.folder), "CONVIVE_HTTPS_ORIGIN": "https://mesa.example.org"}
    found = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | told | {"SAID": PASSWORD}, capture_output=True, text=True
    )
    assert found.stdout.split() == ["302", "True", "True"], found.stderr
