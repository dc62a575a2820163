"""A rule of closing hours tried out on the hours page: told as the analysis tells it, by keyboard, in two languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from convive.analysis.hours import closing_rule

pytestmark = pytest.mark.browser

ANSWER = ".rule .answer"


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}/en/hours/")
    page.wait_for_selector(f"{ANSWER} p")
    yield page
    context.close()


@pytest.mark.parametrize(
    ("days", "begin", "end"), [((3, 4, 5), 22, 6), ((6,), 23, 1), (range(7), 8, 12), ((0, 1), 5, 5), ((2,), 18, 0)]
)
def test_any_rule_is_told_as_the_analysis_tells_it(page: Page, days: tuple[int, ...], begin: int, end: int) -> None:
    counts = [count or 0 for count in json.loads(page.text_content("#rule-data") or "")["counts"]]
    for day in range(7):
        page.set_checked(f".rule input[value='{day}']", day in days)
    page.select_option(".rule [name=begin]", str(begin))
    page.select_option(".rule [name=end]", str(end))
    closed = np.zeros(168, bool)
    for day in days:
        closed[(day * 24 + begin + np.arange((end - begin) % 24 or 24)) % 168] = True
    expected = closing_rule(counts, closed)
    told = page.inner_text(ANSWER)
    numbers = re.search(r"closes (\d+) hours.* In them (\d+) of (\d+) .*: (\d+)% \(95% interval: (\d+)%–(\d+)%\)", told)
    assert numbers is not None, told
    shares = [round(100 * one) for one in (expected.share, expected.low, expected.high)]
    assert [int(one) for one in numbers.groups()] == [expected.hours, expected.inside, expected.events, *shares]
    says = (
        "more than" if expected.low > closed.mean() else "less than" if expected.high < closed.mean() else "cannot be"
    )
    assert f"That {'is ' if says != 'cannot be' else ''}{says}" in told


def test_the_rule_is_changed_by_keyboard_alone_and_nothing_chosen_says_so(page: Page) -> None:
    for day in range(7):
        page.uncheck(f".rule input[value='{day}']")
    assert "nothing to compare" in page.inner_text(ANSWER)
    page.focus(".rule input[value='0']")
    page.keyboard.press("Space")
    assert "closes" in page.inner_text(ANSWER)
    page.focus(".rule [name=end]")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_it_is_asked_in_spanish_too_and_without_scripts_the_table_stays(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/horas/")
    assert "aquí no se puede probar otra regla" in page.inner_text("main")
    assert page.locator(".rule").is_hidden()
    assert page.locator("#rules table tbody tr").count() > 3
    context.close()
