"""The map of where events gather: with a mouse, by keyboard alone, without scripts, from a USB stick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CELL = ".plane path.cells"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}/mapa/")
    page.wait_for_selector(CELL)
    yield page
    context.close()


def test_a_cell_is_reached_and_read_by_keyboard_alone(page: Page) -> None:
    page.focus(".layers input >> nth=-1")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('path.cells')"):
            break
    named = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert re.match(r"Zona [A-Z], .*hechos", named)
    page.keyboard.press("Enter")
    assert page.inner_text(".leaflet-popup-content strong") in named


def test_a_row_of_the_table_leads_to_its_cell(page: Page) -> None:
    page.click("th#cell-B a")
    page.wait_for_selector(".leaflet-popup-content")
    assert page.inner_text(".leaflet-popup-content strong").startswith("Zona B")


def test_layers_are_shown_and_hidden(page: Page) -> None:
    for name in ("boundaries", "density", "cells", "hot"):
        drawn = page.locator(f".plane path.{name}")
        assert drawn.count() > 0, name
        page.uncheck(f".layers input[value={name}]")
        assert drawn.count() == 0, name
        page.check(f".layers input[value={name}]")
        assert drawn.count() > 0, name


def test_what_the_map_shows_stands_in_the_table_too(page: Page) -> None:
    cells = page.locator(CELL).evaluate_all("all => all.map(one => one.getAttribute('aria-label').split(',')[0])")
    rows = page.locator("th[id^=cell-]").all_inner_texts()
    assert sorted(cells) == sorted(rows)


def test_without_scripts_the_page_says_that_the_table_tells_the_same(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/en/map/")
    assert "the table below says the same" in page.inner_text("main")
    assert page.locator(".layers").is_hidden()
    assert page.locator("th[id^=cell-]").count() > 0
    context.close()


def test_the_map_is_drawn_from_a_usb_stick(browser: Browser, public: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{public.as_uri()}/mapa/index.html")
    page.wait_for_selector(CELL)
    context.close()
