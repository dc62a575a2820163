"""The open reports in a real browser: map, form without scripts, a draft without network, rules of accessibility."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
from server import served

from convive.web.office.asked import asked

WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[tuple[str, str]]:
    with served(folder) as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_and_break_no_rule_of_accessibility(
    live: tuple[str, str], browser: Browser, language: str, width: int
) -> None:
    base, _ = live
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for name in ("", "nuevo/", "nuevo/?category=street-light", "mio/", "taller/"):
        page.goto(f"{base}/r/{language}/{name}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())
    assert wrong == []
    assert context.cookies() == []
    context.close()


@pytest.mark.browser
def test_a_place_is_chosen_on_the_map_and_a_report_sent_and_waits_for_the_next_build(
    folder: Path, live: tuple[str, str], browser: Browser
) -> None:
    base, _ = live
    page = browser.new_page()
    page.goto(f"{base}/r/es/nuevo/")
    page.select_option("#category", "abandoned-lot")
    page.locator(".place").click(position={"x": 300, "y": 160})
    assert page.input_value("#latitude").startswith("-")
    page.fill("#latitude", "-3.5")
    page.fill("#longitude", "-80.45")
    page.click("text=Enviar")
    page.wait_for_selector("code")
    assert "Reporte recibido" in page.inner_text("h1")
    page.close()
    told = asked(folder / "tumbes")
    assert told.answer_clock is not None
    assert told.answer_clock.rows == ()


@pytest.mark.browser
def test_without_scripts_the_form_is_a_plain_form(live: tuple[str, str], browser: Browser) -> None:
    base, _ = live
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/r/es/nuevo/")
    page.select_option("#category", "waste")
    page.fill("#address", "Zarumilla")
    page.click("text=Enviar")
    assert page.locator("code").count() == 1
    context.close()


AT_WORK = """navigator.serviceWorker.ready.then(() => new Promise((seen) => {
  const look = () => navigator.serviceWorker.controller ? seen() : setTimeout(look, 50);
  look();
}))"""
"""Until the worker that keeps the form answers for the page."""


@pytest.mark.browser
def test_without_network_a_draft_is_kept_sent_later_and_then_gone(live: tuple[str, str], browser: Browser) -> None:
    base, _ = live
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/r/es/nuevo/")
    page.evaluate(AT_WORK)
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    page.reload()
    page.select_option("#category", "abandoned-lot")
    page.fill("#latitude", "-3.4705")
    page.fill("#longitude", "-80.3435")
    drafts = """() => new Promise((done) => { const asked = indexedDB.open("reports", 1); asked.onsuccess = () => {
        const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => { asked.result.close(); done(all.result.length); }; }; })"""
    page.fill("#words", "En esa esquina nos AMENAZÁN con granada.")
    page.click("text=Enviar")
    page.wait_for_selector("text=NO se guardó en este teléfono")
    assert page.evaluate(drafts) == 0
    page.fill("#words", "sin red")
    page.click("text=Enviar")
    page.wait_for_selector("text=quedó guardado en este teléfono")
    assert page.evaluate(drafts) == 1
    context.set_offline(False)
    page.wait_for_selector("text=Reporte recibido")
    assert page.evaluate(drafts) == 0
    kept = page.evaluate("""async () => { const found = [];
        for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
        return found; }""")
    assert kept
    assert all(address.startswith(("/r/es/nuevo/", "/r/en/nuevo/", "/static/")) for address in kept)
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    page.goto(f"{base}/es/")
    assert page.evaluate("navigator.serviceWorker.controller === null")
    context.close()
