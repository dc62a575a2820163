"""Each role's main way through the office, in Spanish at a desk and in English on a phone; axe finds nothing on the
way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from convive.committee.roles import roles
from serving import serving

pytestmark = pytest.mark.browser

PASSWORD = "una clave bien larga"
ENOUGH_SECONDS = 120
SIZES = {"es": (1280, 900), "en": (360, 740)}
PEOPLE = """
import datetime as dt, sys
from convive.web.office import setup
setup()
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from convive.committee.roles import roles
from convive.voice.reports.states import By, Kind
from convive.web.committee import actions
from convive.web.office.actions import accounts
from convive.web.office.people import seat
from convive.web.office.second_factor import _hashed
from convive.web.reports.models import Happened, Report
for role in roles():
    seat(role, sys.argv[1], role, body="committee" if role == "agency_officer" else "")
    user = User.objects.get(username=role)
    TOTPDevice.objects.create(user=user, confirmed=True, name="authenticator")
    codes = StaticDevice.objects.create(user=user, name="recovery")
    codes.token_set.create(token=_hashed(f"code{role}".replace("_", "")))
secretary, officer = (User.objects.get(username=name) for name in ("technical_secretary", "agency_officer"))
place = actions.make_seat(code="police", office_es="Jefe de policía", agency="Policía", user=officer, by=secretary)
today = dt.date.today()
for language in ("es", "en"):
    session = actions.call(kind="ordinary", planned_on=today, agenda="Uno", figures={}, by=secretary)
    actions.hold(session=session, seen=1, held_on=session.called_on, present=[place.pk], by=secretary)
    session.refresh_from_db()
    actions.agree(session=session, owner=place, due=today, text_es="Alumbrar", text_en="Light it", by=secretary)
    fresh, admin = User.objects.create_user(f"new-{language}"), User.objects.get(username="administrator")
    accounts.give(user=fresh, role="analyst", by=admin)
    now = dt.datetime.now(dt.UTC)
    report = Report.objects.create(
        token=language, category="street-light", body="alumbrado", unit="240101", words="No hay luz", received=now,
        updated=now, state="received", status="open", origin="web",
    )
    Happened.objects.create(report=report, kind=Kind.RECEIVED, by=By.SYSTEM, at=now)
"""


@dataclass
class Walk:
    """Somebody on their way: a page, its language, and what axe found so far."""

    page: Page
    base: str
    language: str
    paper: Path
    found: list[tuple[str, str, str]]

    @property
    def turn(self) -> int:
        """0 for the first walk, 1 for the second: what one changed is not changed again."""
        return list(SIZES).index(self.language)

    def at(self, path: str) -> Page:
        self.page.goto(f"{self.base}/{self.language}/{path}")
        if "/segundo-factor/" in self.page.url:
            user = self.page.locator(".leave a").inner_text()
            self.page.fill("#code", f"code{user}".replace("_", ""))
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
        self.look()
        return self.page

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self.page.click(button)

    def kept(self) -> None:
        """What was asked is done, and the page says so."""
        assert self.page.locator("main .message.success").count(), self.page.inner_text("main")[:600]

    def look(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= SIZES[self.language][0], self.page.url
        worst = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        self.found += [(self.page.url, one["id"], one["nodes"][0]["html"]) for one in worst]


def technical_secretary(walk: Walk) -> None:
    page = walk.at("comite/")
    printed = page.request.get(page.locator("main a[href$='/boletin.pdf']").evaluate("link => link.href"))
    assert printed.ok
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.body().startswith(b"%PDF-")
    assert printed.headers["content-disposition"].startswith("attachment")
    page.fill("#planned_on", "2030-01-01")
    walk.press("form.decide button.main")
    walk.kept()
    page = walk.at("comite/integrantes/")
    page.fill("main form >> nth=0 >> input[name=holder]", f"Titular {walk.language}")
    page.fill("main form >> nth=0 >> input[name=reason]", "Resolución 1")
    walk.press("button[value=holder] >> nth=0")
    walk.kept()
    page = walk.at(f"comite/sesion/{time.localtime().tm_year}-{walk.turn + 1}/")
    page.fill("#minutes", "Se acordó alumbrar.")
    walk.press("button[value=write]")
    walk.kept()
    page = walk.at("plan/medida/activate-committee/cambiar/")
    page.fill("#f-source", f"9.1.1 {walk.language}")
    page.fill("#reason", "Sesión 1")
    walk.press("form.decide button.main")
    walk.kept()
    page = walk.at("plan/medida/less-alcohol/evaluacion/")
    assert page.locator("tbody tr").count() >= 5  # a row for each design
    page.fill("#f-expected", f"0.8{walk.turn}")
    page.fill("#f-reason", "Menos presupuesto")
    walk.press("form.decide button[name=register]")
    walk.kept()
    walk.look()
    for form in ("medida-nueva", "puerta/condicion-nueva", "marco", "marco/stage/agregar", "retirar/measure/cpted"):
        walk.at(f"plan/{form}/")
    page = walk.at("plan/puerta/")
    page.select_option("#decision", "skip")
    for name in ("by", "reason", "document"):
        page.fill(f"#{name}", "Sesión 1")
    walk.press("form.decide button.main")
    walk.kept()


def analyst(walk: Walk) -> None:
    page = walk.at("pares/")
    page.click("[data-first]")
    page.wait_for_url("**/par/**")
    walk.look()
    page.keyboard.press("s")
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walk.kept()


def member(walk: Walk) -> None:
    walk.at("comite/").click("main a[href*='/sesion/']")
    walk.page.wait_for_url("**/sesion/**")
    walk.at("plan/").click("a[href*='/medida/']")
    walk.page.wait_for_url("**/medida/**")
    walk.look()
    assert not walk.page.locator("main form").count()


def agency_officer(walk: Walk) -> None:
    page = walk.at(f"comite/acuerdo/{time.localtime().tm_year}-{walk.turn + 1}-1/")
    page.fill("#words", "Se pidió presupuesto")
    walk.press("form.decide button.main")
    walk.kept()
    page = walk.at("plan/actividad/sessions/")
    page.fill("#title", f"Acta {walk.language}")
    page.fill("#dated", "2014-06-20")
    page.set_input_files("#file", walk.paper / f"acta-{walk.turn + 1}.pdf")
    walk.press("form[enctype] button.main")
    walk.kept()
    with page.expect_download() as file:
        page.click(".pieces a >> nth=0")
    assert file.value.suggested_filename.endswith(".pdf")


def auditor(walk: Walk) -> None:
    assert "account.signed_in" in walk.at("bitacora/").inner_text("table")
    page = walk.at("cuentas/por-confirmar/")
    page.fill("input[name=reason] >> nth=0", "Acuerdo 1")
    walk.press("button[value=confirm] >> nth=0")
    assert page.locator("button[value=confirm]").count() == 1 - walk.turn


def administrator(walk: Walk) -> None:
    page = walk.at("cuentas/")
    page.fill("#name", f"otra-{walk.language}")
    walk.press("button[value=make]")
    assert page.locator("main .message code").inner_text()


def custodian(walk: Walk) -> None:
    walk.at("custodia/")


def report_officer(walk: Walk) -> None:
    walk.at("reportes/").click("main a[href*='/reportes/'] >> nth=0")
    walk.page.wait_for_url("**/reportes/*/")
    walk.look()
    walk.page.fill("#words", "Se cambió la lámpara")
    walk.press("button[value=done]")
    walk.kept()


def panel_recorder(walk: Walk) -> None:
    walk.at("reportes/por-verificar/")
    page = walk.at(f"reportes/{walk.turn + 1}/panel/")
    page.fill("#people", "5")
    walk.press("button[value=solved]")
    walk.kept()


def facilitator(walk: Walk) -> None:
    page = walk.at("talleres/")
    page.fill("#name", f"Ronda {walk.language}")
    walk.press("main form button")
    walk.look()


WAYS: dict[str, Callable[[Walk], None]] = {
    way.__name__: way
    for way in (
        *(technical_secretary, analyst, member, agency_officer, auditor),
        *(administrator, custodian, report_officer, panel_recorder, facilitator),
    )
}


@pytest.fixture(scope="module")
def office(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The built example with an account for each role; where its office answers, and where documents to attach lie."""
    folder = tmp_path_factory.mktemp("roles") / "tumbes"
    shutil.copytree(public.parent, folder)
    environment = os.environ | {"CONVIVE_OBSERVATORY": str(folder)}
    subprocess.run([sys.executable, "-c", PEOPLE, PASSWORD], env=environment, check=True)
    for pages in (1, 2):  # another paper each time: the same one does not count twice
        with pikepdf.new() as made:
            for _ in range(pages):
                made.add_blank_page()
            made.save(folder.parent / f"acta-{pages}.pdf")
    with serving(
        lambda port: [sys.executable, "-m", "convive", "office", str(folder), "--bind", f"127.0.0.1:{port}"], "/entrar/"
    ) as address:
        yield address, folder.parent


def test_every_role_has_a_way() -> None:
    assert set(WAYS) == set(roles())


@pytest.mark.parametrize("role", WAYS)
def test_a_role_goes_its_way_in_both_languages(office: tuple[str, Path], browser: Browser, role: str) -> None:
    base, paper = office
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(ENOUGH_SECONDS * 1000)
    page.goto(f"{base}/entrar/")
    page.fill("#id_username", role)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for language, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        walk = Walk(page, base, language, paper, [])
        WAYS[role](walk)
        assert walk.found == []
    context.close()
