"""A sealed report from an old telephone to the custodians' desk: real servers, Chromium without scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from convive.voice import key_file
from convive.voice.sealed import Cost
from serving import serving

pytestmark = pytest.mark.browser

CONVIVE = [sys.executable, "-m", "convive"]
PHRASE = "marea loza quince tambor río"
SEATS = {"ana": "Defensoría", "benito": "Obispado", "carla": "Abogados"}
WORDS = "Llaman del 972 345 678 a mi bodega y cobran cupo"
ENOUGH_SECONDS = 120


@pytest.fixture(scope="module")
def folder(tumbes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with three custodians, whose keys lie beside it."""
    made = tmp_path_factory.mktemp("sealed") / "tumbes"
    shutil.copytree(tumbes, made, ignore=shutil.ignore_patterns("private", "public"))
    (made / "voice").mkdir(exist_ok=True)
    (made / "voice" / "limits.toml").write_text("[door]\nwait_seconds = 0\neven_seconds = 0\n", "utf-8")
    cards = []
    for name, seat in SEATS.items():
        path = made.parent / f"{name}.key"
        custodian = key_file.make(path, name=name, institution=seat, pass_phrase=PHRASE, cost=Cost(1, 8 << 10))
        cards.append(path.with_suffix(".card"))
        cards[-1].write_bytes(key_file.card(custodian))
    subprocess.run([*CONVIVE, "custody", "init", str(made), *map(str, cards)], check=True, stdout=subprocess.DEVNULL)
    return made


@pytest.fixture(scope="module")
def citizens(folder: Path) -> Iterator[str]:
    with serving(lambda port: command("citizen", folder, port), "/es/") as address:
        yield address


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[str]:
    with serving(lambda port: command("custody", "desk", folder.parent / "ana.key", port), "/es/") as address:
        yield address


def command(*words: object) -> list[str]:
    """The words of a command that serves, the last of them its port."""
    *named, port = map(str, words)
    return [*CONVIVE, *named, "--bind", f"127.0.0.1:{port}"]


def page_of(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=False).new_page()
    page.set_default_timeout(60_000)
    return page


def reported(page: Page, citizens: str, language: str = "es") -> str:
    """Fill in and send; the receipt that is shown."""
    page.goto(f"{citizens}/{language}/a/")
    page.fill("#what", WORDS)
    page.select_option("#subject", "extortion")
    page.click("main button")
    return "\n".join(page.locator("ol.plain").first.locator("li").all_inner_texts())


def test_a_report_is_made_kept_and_found_again_on_a_small_screen_without_scripts(
    browser: Browser, citizens: str
) -> None:
    page = page_of(browser, 360)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    receipt = reported(page, citizens)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.fill("#receipt", receipt)
    page.click("main button")
    assert "Su copia está bien" in page.inner_text("h1")
    page.goto(f"{citizens}/es/c/")
    page.fill("#receipt", receipt)
    page.click("main button")
    assert "Su denuncia" in page.inner_text("h1")
    assert WORDS not in page.content()
    assert all(address.startswith(citizens) for address in asked)
    assert page.context.cookies() == []


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(browser: Browser, citizens: str, language: str, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 740}, bypass_csp=True).new_page()
    page.set_default_timeout(60_000)
    for path in ("", "a/", "c/", "e/"):
        page.goto(f"{citizens}/{language}/{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_two_custodians_read_scrub_and_forward_at_one_desk(
    browser: Browser, citizens: str, desk: str, folder: Path, tmp_path: Path
) -> None:
    """The office's part is made by its own actions in a process of its own, as its pages call them."""
    phone = page_of(browser, 360)
    receipt = reported(phone, citizens)
    bundle = tmp_path / "report.convive"
    office(folder, "hand_over", bundle)
    page = page_of(browser, 1280)
    page.goto(f"{desk}/es/")
    page.set_input_files("#bundle", bundle)
    page.fill("#phrase", "otra frase que no es la suya")
    page.click("main button")
    assert "La frase clave no abre esta llave" in page.inner_text(".wrong")
    page.set_input_files("#bundle", bundle)
    page.fill("#phrase", PHRASE)
    page.set_input_files("#other_key", folder.parent / "benito.key")
    page.fill("#other_phrase", PHRASE)
    page.click("main button")
    assert WORDS in page.inner_text("main")
    assert "972 345 678" in page.inner_text("mark >> nth=0")
    page.click("text=Quitar lo marcado")
    scrubbed = page.input_value("#words")
    assert "972" not in scrubbed
    assert "mi bodega" not in scrubbed
    assert "cobran cupo" in scrubbed
    page.fill("#body", "Fiscalía de Tumbes")
    page.check("input[name=seen]")
    with page.expect_download() as download:
        page.click("main button")
    reply = tmp_path / "reply.convive"
    download.value.save_as(reply)
    assert b"cupo" not in reply.read_bytes()
    office(folder, "reply", reply)
    phone.goto(f"{citizens}/es/c/")
    phone.fill("#receipt", receipt)
    phone.click("main button")
    seen = phone.inner_text("main")
    assert "cobran cupo" in seen
    assert "Fiscalía de Tumbes" in seen
    assert "fue abierta por los custodios" in seen
    kept = tmp_path / "kept.convive"
    subprocess.run([*CONVIVE, "custody", "export", str(folder), "--to", str(kept)], check=True)
    assert drilled(kept, folder.parent / "ana.key", folder.parent / "carla.key") == (0, "Simulacro bueno")
    assert drilled(kept, folder.parent / "ana.key") == (1, "Simulacro fallido")


def drilled(kept: Path, *keys: Path) -> tuple[int, str]:
    """How the drill of recovery ends, and how its last line begins."""
    asked = [word for key in keys for word in ("--key", str(key))]
    run = subprocess.run(
        [*CONVIVE, "custody", "drill", str(kept), *asked],
        input=f"{PHRASE}\n" * len(keys),
        env=os.environ | {"CONVIVE_LANG": "es"},
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout.splitlines()[-1].split(":")[0]


OFFICE = """
import datetime as dt, pathlib, sys
from convive.web.office import setup
setup()
from convive.voice.custody import Custody
from convive.web.citizen import deposits
from convive.web.citizen.models import Report
from convive.web.custody import actions
from convive.web.custody.models import Opening
what, folder, file = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
custody = Custody.read(folder / "voice")
ana = custody.custodian("ana")
if what == "hand_over":
    report = Report.objects.latest("entries__deposit")
    opening = actions.ask(subject=report, custodian=ana, by="ana", reason="amenaza")
    file.write_bytes(actions.hand_over(subject=opening, custodian=ana, custody=custody, by="ana").to_bytes())
else:
    opening = Opening.objects.get()
    actions.reply(subject=opening, custodian=ana, by="ana", text=file.read_bytes())
"""


def office(folder: Path, what: str, file: Path) -> None:
    environment = os.environ | {"CONVIVE_OBSERVATORY": str(folder)}
    subprocess.run([sys.executable, "-c", OFFICE, what, str(folder), str(file)], env=environment, check=True)
