"""The homologation table in a browser: two people, keyboard alone, nothing lost."""

from __future__ import annotations

import base64
import datetime as dt
import re
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, islice
from pathlib import Path
from threading import Barrier

import polars as pl
import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page

from convive.register.ledger import Decision, append, read, record_names
from convive.standard import links_schema
from office_journey import PASSWORD, Office, press

pytestmark = pytest.mark.browser


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
