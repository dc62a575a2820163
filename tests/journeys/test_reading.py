"""A person reads the site: on a desk, on an old phone, with a screen reader, without scripts, from a USB stick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from convive.errors import LANGUAGES
from convive.publication.pages import addresses

pytestmark = pytest.mark.browser

PAGES = [addresses.folder(name, language) for name in addresses.NAMES for language in LANGUAGES]
DESK, PHONE = (1280, 900), (360, 740)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, DESK)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, PHONE)


def _page(browser: Browser, size: tuple[int, int], **options: object) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def violations(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """What axe calls serious or critical, with the element; by the rules ``only``, where any are named."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.url}: {item['id']} {item['nodes'][0]['html']}"
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_on_any_page_by_day_and_by_night(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    for page in _page(browser, size):
        found = []
        for path in PAGES:
            page.emulate_media(color_scheme="light")
            page.goto(f"{address}/{path}")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            found += violations(page)
            page.emulate_media(color_scheme="dark")  # the same elements in other colours
            found += violations(page, ("color-contrast",))
        assert found == []


def test_no_page_scrolls_sideways_on_a_phone(phone: Page, address: str) -> None:
    for path in PAGES:
        phone.goto(f"{address}/{path}")
        phone.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path


def test_every_picture_loads_and_nothing_is_asked_of_another_host(desk: Page, phone: Page, address: str) -> None:
    here = urlsplit(address).netloc
    for page in (desk, phone):
        asked: list[str] = []
        failed: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("response", lambda answer, failed=failed: failed.append(answer.url) if answer.status >= 400 else None)
        page.on("console", lambda message, failed=failed: failed.append(message.text))
        for path in PAGES:
            page.goto(f"{address}/{path}", wait_until="load")
            if page.locator("script").count():  # what a script asks for comes later
                page.wait_for_load_state("networkidle")
            assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)"), path
        assert {urlsplit(url).netloc for url in asked} == {here}
        assert failed == []


def test_a_reader_without_scripts_reaches_how_a_number_is_known(browser: Browser, address: str) -> None:
    for page in _page(browser, PHONE, java_script_enabled=False):
        page.goto(address)
        page.get_by_text("Menú:").click()
        page.get_by_role("link", name="Víctimas", exact=True).click()
        assert page.url == f"{address}/victimas/"
        page.get_by_role("link", name="English").click()
        assert page.url == f"{address}/en/victims/"
        page.goto(address)
        page.locator(".how a").first.click()
        anchor = urlsplit(page.url).fragment
        assert page.locator(f"[id='{anchor}'] dl").is_visible()
        page.get_by_text("Definición completa").first.click()
        assert page.locator(f"[id='{urlsplit(page.url).fragment}']").is_visible()


def test_the_keyboard_skips_to_the_content(desk: Page, address: str) -> None:
    desk.goto(address)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "skip"
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.id") == "main"


def test_the_folder_can_be_read_from_a_usb_stick(browser: Browser, public: Path) -> None:
    for page in _page(browser, DESK):
        page.goto((public / "index.html").as_uri())
        page.get_by_role("link", name="Tendencia", exact=True).first.click()
        assert page.url == (public / "tendencia" / "index.html").as_uri()
        page.wait_for_load_state("load")
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"


def test_printed_tables_are_open_and_the_menu_is_gone(desk: Page, address: str) -> None:
    desk.goto(f"{address}/victimas/")
    desk.emulate_media(media="print")
    assert not desk.locator("nav").first.is_visible()
    assert desk.locator("details table").first.is_visible()


CUT = """[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1)"""


def test_a_table_wider_than_a_phone_says_so_and_scrolls_by_keyboard(phone: Page, address: str) -> None:
    for path in PAGES:
        phone.goto(f"{address}/{path}")
        phone.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        untold = phone.evaluate(
            f"{CUT}.map(one => [one.getAttribute('aria-label'), one.previousElementSibling])"
            ".filter(([label, before]) => !before?.matches('.hint') || !before.offsetHeight).map(([label]) => label)"
        )
        assert untold == [], path
    phone.goto(f"{address}/mapa/")
    table = phone.locator(".scroll[role=group][tabindex='0'][aria-label]").last
    table.focus()
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    # `wait_for_function` would evaluate text inside the page, which its Content-Security-Policy forbids.
    table.evaluate(
        "box => new Promise(seen => { const look = frames => box.scrollLeft || !frames ? seen()"
        " : requestAnimationFrame(() => look(frames - 1)); look(600); })"
    )
    assert table.evaluate("box => box.scrollLeft") > 0


def test_no_table_is_cut_on_a_desk(desk: Page, address: str) -> None:
    for path in PAGES:
        desk.goto(f"{address}/{path}")
        desk.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert desk.evaluate(f"{CUT}.map(one => one.getAttribute('aria-label'))") == [], path


@pytest.mark.parametrize("across", [360, 800, 1280])
@pytest.mark.parametrize("cards", range(2, 10))
def test_no_card_of_the_front_page_stands_beside_a_hole(desk: Page, address: str, across: int, cards: int) -> None:
    desk.set_viewport_size({"width": across, "height": 900})
    desk.goto(address)
    holes = desk.evaluate(
        """cards => {
          const grid = document.querySelector('.headlines'), card = grid.firstElementChild;
          grid.replaceChildren(...Array.from({length: cards}, () => card.cloneNode(true)));
          const rows = {}, edge = grid.getBoundingClientRect().right;
          for (const one of grid.children) {
            const box = one.getBoundingClientRect();
            rows[Math.round(box.top)] = Math.max(rows[Math.round(box.top)] ?? 0, box.right);
          }
          return Object.values(rows).filter(right => right < edge - 2).length;
        }""",
        cards,
    )
    assert holes == 0
