"""The register in a browser: a case found, corrected, split, joined."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from convive.build import build
from convive.observatory import Observatory
from office_journey import Office, press

pytestmark = pytest.mark.browser


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
