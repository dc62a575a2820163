"""The open reports in a real browser: the map, and the form without scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
from server import served


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with served(tmp_path_factory.mktemp("reports")) as found:
        yield found


@pytest.mark.browser
def test_a_place_is_chosen_on_the_map_and_a_report_sent(live: tuple[str, str], browser: Browser) -> None:
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
