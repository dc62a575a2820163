"""The citizens' pages: sending, coming back, what is shown and what is not."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from PIL import Image

from convive.errors import VoiceError
from convive.voice.reports.states import By, Kind
from convive.web.reports import place
from convive.web.reports.filing import remind, standing_of, tell
from convive.web.reports.models import Happened, Marked, Photo, Report, Round, Slip, Workshop
from convive.web.reports.sheets import keep_slip
from convive.web.reports.telling import both_shares, outcome

RECEIPT = re.compile(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>")
PAGES = ("", "nuevo/", "mio/", "taller/")


def receipt_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    found = RECEIPT.search(answer.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_cookie_no_inline_script_and_ask_nobody_else(client: Client, language: str, name: str) -> None:
    answer = client.get(f"/r/{language}/{name}")
    assert answer.status_code == 200
    assert not answer.cookies
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    if name in ("", "nuevo/"):
        assert "script-src 'self';" in f"{policy};"  # 'none' beside it would be ignored, and browsers say so
    else:
        assert "script-src 'none'" in policy
    assert not re.search(r"https?://(?!localhost)", re.sub(r"http://www\.w3\.org\S+", "", answer.text))
    for script in re.findall(r"<script[^>]*>", answer.text):
        assert 'src="/static/' in script or 'type="application/json"' in script


def test_the_sealed_channel_has_no_script_and_no_part_of_the_installed_app(client: Client) -> None:
    """What is kept on a telephone is drafts of open reports alone: the sealed pages load nothing that could keep."""
    for address in ("/es/", "/en/", "/es/c/"):
        answer = client.get(address)
        assert "<script" not in answer.text
        assert "manifest" not in answer.text
        assert "script-src 'none'" in answer["Content-Security-Policy"]
    installed = client.get("/r/worker.js")
    assert "connect-src 'self'" in installed["Content-Security-Policy"]
    worker = installed.text
    assert "/es/a" not in worker
    assert 'scope: "/r/"' in open_static("reports/drafts.js")


def open_static(name: str) -> str:
    from django.contrib.staticfiles.finders import find

    with open(find(name), encoding="utf-8") as file:
        return file.read()


def test_a_report_is_routed_and_its_author_says_whether_it_is_solved(send: Callable[..., Any], client: Client) -> None:
    answer = send()
    receipt = receipt_of(answer)
    assert "Municipalidad Provincial de Tumbes" in answer.text
    report = Report.objects.get()
    assert receipt not in repr(Report.objects.values())
    tell(report=report, kind=Kind.CLOSED, by=By.BODY, words="Se recogió", who="ana")
    page = client.get(f"/r/es/{report.pk}/").text
    assert "Cerrado por la institución" in page
    assert "ana" not in re.sub(r"<[^>]+>", " ", page).split()
    back = client.post("/r/es/mio/", {"receipt": receipt.lower().replace("-", " "), "say": "not_solved"})
    assert "No solucionado" in back.text
    report.refresh_from_db()
    assert (report.state, report.status) == ("not_solved", "open")
    client.post("/r/es/mio/", {"receipt": receipt, "say": "solved"})
    report.refresh_from_db()
    assert (report.state, standing_of(report).said_by) == ("solved", By.REPORTER)


@pytest.mark.parametrize("receipt", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 500, "\x00"])
def test_no_other_receipt_opens_anything(send: Callable[..., Any], client: Client, receipt: str) -> None:
    send()
    Report.objects.filter(
        pk=Report.objects.create(
            token="x",
            category="waste",
            received=dt.datetime.now(dt.UTC),
            updated=dt.datetime.now(dt.UTC),
            state="received",
            status="open",
            origin="open311:x",
        ).pk
    )
    answer = client.post("/r/es/mio/", {"receipt": receipt, "say": "solved"})
    assert answer.status_code == 400
    assert not Report.objects.filter(state="solved").exists()


def test_a_place_by_name_or_district_or_point(send: Callable[..., Any]) -> None:
    receipt_of(send(latitude="", longitude="", address="Aguas Verdes"))
    receipt_of(send(latitude="", longitude="", address="Jr. Bolívar 123", unit="240101"))
    assert set(Report.objects.values_list("unit", "body")) == {
        ("240302", "muni-zarumilla"),
        ("240101", "muni-provincial"),
    }
    assert send(latitude="", longitude="").status_code == 400
    assert send(latitude="-12", longitude="-77").status_code == 400
    assert Report.objects.count() == 2


def test_what_is_near_is_offered_before_one_more_is_made(send: Callable[..., Any]) -> None:
    receipt_of(send())
    again = send(latitude="-3.51825")
    assert again.status_code == 200
    assert f"/r/es/{Report.objects.get().pk}/" in again.text
    assert Report.objects.count() == 1
    receipt_of(send(latitude="-3.51825", sure="1"))
    receipt_of(send(category="abandoned-lot"))
    assert Report.objects.count() == 3


def test_what_sounds_dangerous_is_sent_to_the_sealed_channel_and_not_kept(send: Callable[..., Any]) -> None:
    answer = send(words="Aquí cobran cupos canary-9")
    assert answer.status_code == 200
    assert "denuncia sellada" in answer.text
    assert not Report.objects.exists()


def test_words_and_photo_wait_until_somebody_looked(send: Callable[..., Any], client: Client) -> None:
    picture = Image.new("RGB", (64, 48), "red")
    exif = picture.getexif()
    exif[0x010F] = "CanaryCamera"
    exif[0x8825] = {1: "S", 2: (3.0, 33.0, 59.0)}
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    assert b"CanaryCamera" in written.getvalue()
    photo = SimpleUploadedFile("IMG_canary.jpg", written.getvalue(), "image/png")
    receipt_of(send(words="canary-words", address="canary-address", photo=photo))
    report = Report.objects.get()
    kept = bytes(Photo.objects.get().jpeg)
    assert b"CanaryCamera" not in kept
    assert b"Exif" not in kept
    for address in (f"/r/es/{report.pk}/", "/r/es/", "/r/es/avisos.atom", "/open311/v2/requests.json"):
        assert "canary" not in client.get(address).text
    assert client.get(f"/r/foto/{report.pk}.jpg").status_code == 404
    Report.objects.update(screened=True)
    assert "canary-words" in client.get(f"/r/es/{report.pk}/").text
    shown = client.get(f"/r/foto/{report.pk}.jpg")
    assert Image.open(io.BytesIO(shown.content)).size == (64, 48)


@pytest.mark.parametrize("data", [b"%PDF-1.4 x", b"<svg onload='x'/>", b"GIF89a", b"\xff\xd8\xff broken", b"x" * 10])
def test_what_is_no_photo_is_refused_by_its_content(send: Callable[..., Any], data: bytes) -> None:
    answer = send(photo=SimpleUploadedFile("photo.jpg", data, "image/jpeg"))
    assert answer.status_code == 400
    assert not Report.objects.exists()


def test_a_picture_that_unpacks_to_too_much_is_refused(send: Callable[..., Any]) -> None:
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    assert len(written.getvalue()) < 1_000_000
    assert send(photo=SimpleUploadedFile("p.png", written.getvalue())).status_code == 400


def test_closed_never_stands_without_solved(send: Callable[..., Any], client: Client) -> None:
    for _ in range(4):
        send(sure="1")
    first, second, *_ = Report.objects.order_by("pk")
    for report in (first, second):
        tell(report=report, kind=Kind.CLOSED, by=By.BODY, words="x")
    tell(report=first, kind=Kind.SOLVED, by=By.PANEL)
    assert outcome(Report.objects.all()).both()[0].part == 2
    sentence = both_shares(Report.objects.all(), "es")
    assert "cerraron 2 (50 %)" in sentence
    assert "solucionados 1 (25 %" in sentence
    assert sentence in client.get("/r/es/").text


def test_a_reminder_after_four_weeks_is_in_the_history_once(send: Callable[..., Any], client: Client) -> None:
    send()
    report = Report.objects.get()
    now = dt.datetime.now(dt.UTC)
    assert remind(now + dt.timedelta(days=27)) == 0
    assert remind(now + dt.timedelta(days=28, minutes=1)) == 1
    assert remind(now + dt.timedelta(days=28, minutes=2)) == 0
    assert Happened.objects.filter(report=report, kind="reminded").count() == 1
    assert "Recordatorio" in client.get(f"/r/es/{report.pk}/").text


def test_a_feed_of_a_district(send: Callable[..., Any], client: Client) -> None:
    send()
    send(latitude="-3.471", longitude="-80.3434")
    space = "{http://www.w3.org/2005/Atom}"
    for query, number in (("", 2), ("?unit=240101", 1), ("?unit=240301&category=waste", 1), ("?body=alumbrado", 0)):
        answer = client.get(f"/r/es/avisos.atom{query}")
        assert answer["Content-Type"].startswith("application/atom+xml")
        assert len(ElementTree.fromstring(answer.content).findall(f"{space}entry")) == number


def test_a_category_asks_its_questions(send: Callable[..., Any], client: Client) -> None:
    assert "¿Cuántos postes?" in client.get("/r/es/nuevo/?category=street-light").text
    refused = send(category="street-light")
    assert refused.status_code == 400
    assert "¿Cuántos postes?" in refused.text
    receipt_of(send(category="street-light", **{"q-HOW_MANY": "one"}))


def test_a_black_box_is_told_nowhere(send: Callable[..., Any], client: Client) -> None:
    receipt_of(send(category="risky-place"))
    report = Report.objects.get()
    assert client.get(f"/r/es/{report.pk}/").status_code == 404
    for address in ("/r/es/", "/r/es/avisos.atom"):
        assert "Lugar riesgoso</a>" not in client.get(address).text


@pytest.mark.parametrize("address", ["/r/es/999/", "/r/es/0/", "/r/fr/", "/r/foto/9.jpg", "/r/es/taller/ABCDEFGH/"])
def test_what_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.fixture
def workshop() -> Workshop:
    cells = {"A": {"unit": "240101", "level": 2, "count": 3}, "240101?1": {"unit": "240101", "level": 0, "count": 0}}
    made = Round.objects.create(name="2026-1", cells=cells)
    return Workshop.objects.create(round=made, code="INTERNAL", place="Norte", day=dt.date(2026, 1, 5))


def test_a_slip_brings_one_sheet_and_no_second(client: Client, workshop: Workshop) -> None:
    for code in ("ABCDEFGH", "JKLMNPQR"):
        Slip.objects.create(workshop=workshop, code=code)
    assert client.get("/r/es/taller/INTERNAL/").status_code == 404, "the workshop itself lets nobody in"
    assert client.post("/r/es/taller/", {"code": "abcdefgh"})["Location"] == "/r/es/taller/ABCDEFGH/"
    page = client.get("/r/es/taller/ABCDEFGH/").text
    assert "demasiado alto" in page.lower()
    assert "<legend>Lugar que falta 1 · sin registro · Tumbes" in page, "no code of a district for people to read"
    assert client.post("/r/es/taller/ABCDEFGH/", {"c-A": "too_high"}).status_code == 201
    for again in (client.get("/r/es/taller/ABCDEFGH/"), client.post("/r/es/taller/ABCDEFGH/", {"c-A": "right"})):
        assert again.status_code == 404
    assert client.post("/r/es/taller/", {"code": "ABCDEFGH"}).status_code == 400
    assert [one.marks for one in Marked.objects.all()] == [{"A": "too_high"}]
    workshop.open = False
    workshop.save()
    assert client.get("/r/es/taller/JKLMNPQR/").status_code == 404, "not used, but the workshop is shut"


def test_a_slip_that_another_request_just_spent_keeps_nothing(workshop: Workshop) -> None:
    slip = Slip.objects.create(workshop=workshop, code="ABCDEFGH")
    given = QueryDict("c-A=right")
    keep_slip(slip, given)
    with pytest.raises(VoiceError) as spent:
        keep_slip(slip, given)
    assert [one.code for one in spent.value.problems] == ["slip-used"]
    assert Marked.objects.count() == 1


@pytest.mark.parametrize("given", [{}, {"c-A": ""}, {"c-A": "bien"}, {"approve": "nobody", "r-p1": "99"}])
def test_a_sheet_that_is_not_kept_does_not_spend_its_slip(
    client: Client, workshop: Workshop, given: dict[str, str]
) -> None:
    """Sent by mistake before anything was marked, or not readable: it is said, and the slip still serves."""
    workshop.round.options = [{"code": "p1", "es": "Luz", "en": "Light"}]
    workshop.round.save()
    Slip.objects.create(workshop=workshop, code="ABCDEFGH")
    refused = client.post("/r/es/taller/ABCDEFGH/", given)
    assert refused.status_code == 400
    if "bien" not in given.values():
        assert "la papeleta sigue sirviendo" in refused.text
    assert not Marked.objects.exists()
    assert client.post("/r/es/taller/ABCDEFGH/", {"approve": "p1"}).status_code == 201
    assert [(one.marks, one.approvals, one.rankings) for one in Marked.objects.all()] == [({}, [["p1"]], [])]


def test_who_only_marks_cells_has_not_voted_for_nothing(client: Client, workshop: Workshop) -> None:
    workshop.round.options = [{"code": "p1", "es": "Luz", "en": "Light"}]
    workshop.round.save()
    Slip.objects.create(workshop=workshop, code="ABCDEFGH")
    assert client.post("/r/es/taller/ABCDEFGH/", {"c-A": "right"}).status_code == 201
    assert [(one.approvals, one.rankings) for one in Marked.objects.all()] == [([], [])]


def test_what_is_installed(client: Client) -> None:
    manifest = client.get("/r/app.webmanifest")
    assert manifest.json()["scope"] == "/r/"
    assert place.observatory().settings.observatory.id not in manifest.text
    shell = re.findall(r'"(/[^"]+)"', open_static("reports/worker.js").split("SHELL = [")[1].split("]")[0])
    assert shell
    assert all(client.get(address).status_code == 200 for address in shell if address.startswith("/r/"))
    from django.contrib.staticfiles.finders import find

    assert all(find(address.removeprefix("/static/")) for address in shell if address.startswith("/static/"))


def test_the_answer_clock_tells_the_worst_first_with_its_numbers(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    for body, days in (("alumbrado", 3), ("muni-provincial", 30)):
        for number in range(5):
            received = now - dt.timedelta(days=60)
            made = Report.objects.create(
                token=f"{body}{number}",
                category="waste",
                body=body,
                received=received,
                updated=now,
                state="answered",
                status="open",
                origin="x",
            )
            Happened.objects.create(report=made, kind="received", by="system", at=received)
            Happened.objects.create(report=made, kind="answered", by="body", at=received + dt.timedelta(days=days))
    page = client.get("/r/es/respuestas/").text
    assert page.index("Municipalidad Provincial") < page.index("Empresa de alumbrado") < page.index("<h2>Todas")
    assert "30.0 días (" in page
    assert "5 de 5" in page
    assert "0 cerrados, 0 solucionados" in page


def test_an_export_is_received_once(tmp_path: Any) -> None:
    from convive.voice.questionnaires.exports import Names, read_export
    from convive.web.reports.importing import take

    words = "_uuid,tipo,_ubicacion_latitude,_ubicacion_longitude\nu1,waste,-3.5182,-80.4548\nu2,street-light,-12,-77\n"
    (tmp_path / "x.csv").write_text(words, "utf-8")
    now = dt.datetime.now(dt.UTC)
    export = read_export(tmp_path / "x.csv", place.catalogue().categories, Names(), timezone="America/Lima", now=now)
    kept, known, problems = take(export, "x.csv")
    assert (kept, known) == (1, 0)
    assert [(one.code, one.file, one.row) for one in problems] == [("report-place-outside", "x.csv", 3)]
    assert take(export, "x.csv")[:2] == (0, 1)
    assert Report.objects.get().body == "muni-provincial"
