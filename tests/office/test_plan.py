"""The plan in the office: edited by two, proved by evidence, stopped at gates, brought back as a workbook."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from openpyxl import load_workbook
from PIL import Image

from convive.publication.release.acting import acting
from convive.publication.release.answering import answering
from convive.publication.release.writing import json_bytes
from convive.strategy import editing, reading
from convive.strategy.decisions import load as decisions
from convive.texts import say
from convive.web.committee.snapshot import PUBLIC_ACTS, snapshot
from convive.web.journal.models import Line
from convive.web.office.plan import desk as desks
from convive.web.office.plan import forms

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

CANARY = "Zunilda Canaria Mochica"
HERE = "/es/plan/"
ATTACH = f"{HERE}actividad/sessions/prueba/"
ACTIVITY = f"{HERE}actividad/sessions/"
SAID = {"title": "Acta de la sesión", "kind": "minute", "dated": "2014-02-20", "quantity": "", "source": "", "note": ""}


@pytest.fixture(scope="module")
def territory(folder: Path, tumbes: Path) -> Iterator[None]:
    """The plan of Tumbes names units of its territory."""
    kept = folder.with_name("territory-kept")
    (folder / "territory").rename(kept)
    shutil.copytree(tumbes / "territory", folder / "territory")
    yield
    shutil.rmtree(folder / "territory")
    kept.rename(folder / "territory")


@pytest.fixture(autouse=True)
def strategy(folder: Path, tumbes: Path, territory: None) -> Iterator[Path]:
    """The plan of Tumbes without evidence or decisions."""
    there = folder / "strategy"
    shutil.rmtree(there, ignore_errors=True)
    there.mkdir()
    shutil.copy(tumbes / "strategy" / "plan.toml", there)
    yield there
    shutil.rmtree(there)


def pdf() -> SimpleUploadedFile:
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Author"] = CANARY
        made.save(written)
    return SimpleUploadedFile("acta de Zunilda.pdf", written.getvalue())


def photo() -> SimpleUploadedFile:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = CANARY
    Image.new("RGB", (40, 30), "red").save(written, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", written.getvalue())


def acts() -> list[str]:
    return list(Line.objects.order_by("number").values_list("act", flat=True))


def last() -> dict[str, Any]:
    details: dict[str, Any] = json.loads(Line.objects.order_by("-number").first().details)
    return details


def seen_of(client: Client, address: str) -> dict[str, str]:
    """What the form at ``address`` would send if nothing were typed."""
    context = client.get(address).context
    sent: dict[str, Any] = {"seen": context["seen"], "base": context["base"]}
    for part in context["parts"]:
        for cell in [part] if "form" in part else [cell for row in part["rows"] for cell in row["cells"]]:
            many = cell["form"] == "many"
            sent[cell["name"]] = [value for value, _, on in cell["choices"] if on] if many else cell["text"]
            if cell["form"] == "choice":
                sent[cell["name"]] = next((value for value, _, on in cell["choices"] if on), cell["choices"][0][0])
    return sent


def test_the_pages_show_the_plan_in_both_languages(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "member")
    for language, words in (("es", "Activar el Comité"), ("en", "Activate the Citizen Security Committee")):
        page = client.get(f"/{language}/plan/")
        assert page.status_code == 200
        assert words in page.text
        for address in ("medida/activate-committee/", "actividad/sessions/"):
            assert client.get(f"/{language}/plan/{address}").status_code == 200
    assert client.get(f"{HERE}medida/no-such/").status_code == 404


def test_evidence_moves_an_activity_once_a_second_person_confirmed_it(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    rosa, luis = signed_in("rosa", "agency_officer"), signed_in("luis", "analyst")
    assert rosa.post(ATTACH, SAID | {"file": pdf()}).status_code == 302
    (piece,) = desks.desk().review.ledger.evidence
    kept = (strategy / "evidence" / piece.file).read_bytes()
    assert CANARY.encode() not in kept
    with pikepdf.open(io.BytesIO(kept)) as read:
        assert "/Author" not in read.docinfo
    assert (strategy / "evidence" / piece.file).stat().st_mode & 0o077 == 0
    assert desks.desk().review.progress["activate-committee"].share == 0
    address = f"{HERE}prueba/{piece.id}/"
    assert "no puede confirmar lo que registró" in rosa.post(address, {"do": "confirm"}, follow=True).text
    assert desks.desk().review.progress["activate-committee"].share == 0
    luis.post(address, {"do": "confirm"})
    assert desks.desk().review.progress["activate-committee"].share == pytest.approx(1 / 12 / 2)
    assert acts() == ["evidence.attached", "evidence.confirmed"]
    assert "1 de 12 actas" in rosa.get(ACTIVITY).text


def test_a_file_is_served_to_keep_and_every_look_is_told(signed_in: Callable[..., Client]) -> None:
    rosa = signed_in("rosa", "agency_officer")
    for upload, media in ((pdf(), "application/pdf"), (photo(), "image/jpeg")):
        rosa.post(ATTACH, SAID | {"file": upload})
        piece = desks.desk().review.ledger.evidence[-1]
        answer = signed_in(f"m-{piece.id}", "member").get(f"{HERE}prueba/{piece.id}/archivo/")
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert CANARY.encode() not in answer.content
        assert (acts()[-1], last()) == ("private.seen", {"records": [piece.file]})


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\x00", b"OggS\x00", b""],
)
def test_what_is_no_photo_or_pdf_is_refused_and_what_was_typed_stays(
    signed_in: Callable[..., Client], strategy: Path, content: bytes
) -> None:
    rosa = signed_in("rosa", "agency_officer")
    upload = SimpleUploadedFile("acta.pdf", content, content_type="application/pdf")
    answer = rosa.post(ATTACH, SAID | {"title": "Lo que escribí", "file": upload})
    assert answer.status_code == 422
    assert "Lo que escribí" in answer.text
    assert not (strategy / "evidence.csv").exists()
    assert not list((strategy / "evidence").glob("*"))
    assert acts() == []


def test_a_request_that_is_too_large_is_refused_unread(signed_in: Callable[..., Client]) -> None:
    client = signed_in("rosa", "agency_officer")
    assert (
        client.post(ATTACH, SAID | {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(13_000_000))}).status_code
        == 413
    )
    assert (
        client.post(ATTACH, SAID | {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(10_500_000))}).status_code
        == 422
    )


def test_evidence_is_taken_back_for_a_reason_and_stays_written(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    rosa, luis, sec = (
        signed_in(name, role)
        for name, role in (("rosa", "agency_officer"), ("luis", "analyst"), ("sec", "technical_secretary"))
    )
    rosa.post(ATTACH, SAID | {"title": CANARY, "note": CANARY})
    (piece,) = desks.desk().review.ledger.evidence
    address = f"{HERE}prueba/{piece.id}/"
    luis.post(address, {"do": "confirm"})
    assert "Falta decir por qué" in rosa.post(address, {"do": "withdraw", "reason": " "}, follow=True).text
    assert "la adjuntó otra persona" in luis.post(address, {"do": "withdraw", "reason": "x"}, follow=True).text
    sec.post(address, {"do": "withdraw", "reason": "Era de otra sesión"})
    assert desks.desk().review.progress["activate-committee"].share == 0
    assert len((strategy / "evidence.csv").read_text("utf-8").splitlines()) == 4
    assert Line.objects.get(act="evidence.withdrawn").reason == "Era de otra sesión"
    told = json_bytes(acting(desks.desk().review)).decode()
    assert "Zunilda" not in told
    assert '"rosa"' not in told


def test_the_second_of_two_sees_both_versions_and_loses_nothing(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    ana, luis = (signed_in(name, "technical_secretary") for name in ("ana", "luis"))
    address = f"{HERE}medida/activate-committee/cambiar/"
    said = seen_of(ana, address)
    text = (strategy / "plan.toml").read_text("utf-8")
    assert ana.post(address, said | {"label.es": "Nombre de Ana", "lead": "region"}).status_code == 302
    late = luis.post(address, said | {"label.es": "Nombre de Luis", "source": "9.9"})
    assert late.status_code == 409
    assert "Nombre de Ana" in late.text
    assert "Nombre de Luis" in late.text
    held = reading.load(strategy)
    assert held is not None
    assert held.measures["activate-committee"].label.es == "Nombre de Ana"
    again = {part["name"]: part["text"] for part in late.context["parts"] if "form" in part}
    assert (again["label.es"], again["lead"], again["source"]) == ("Nombre de Ana", "region", "9.9")
    sent = said | again | {"partners": said["partners"], "label.es": "Nombre de ambos", "seen": late.context["seen"]}
    assert luis.post(address, sent).status_code == 302
    told = reading.load(strategy)
    assert told is not None
    one = told.measures["activate-committee"]
    assert (one.label.es, one.lead, one.source) == ("Nombre de ambos", "region", "9.9")
    assert acts() == ["plan.changed"] * 2
    assert last()["changes"]["label"][0]["es"] == "Nombre de Ana"
    assert sum(line.startswith("#") for line in text.splitlines()) == sum(
        line.startswith("#") for line in (strategy / "plan.toml").read_text("utf-8").splitlines()
    )


def test_what_cannot_be_read_is_told_and_what_was_typed_stays(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_bytes()
    address = f"{HERE}actividad/sessions/cambiar/"
    said = seen_of(sec, address)
    for wrong, words in (
        ({"from": "mañana"}, "no es una fecha"),
        ({"needs.0.quantity": "doce"}, "no es un número"),
        ({"label.es": ""}, "no puede quedar vacía"),
        ({"until": "2001-01-01"}, "termina antes de empezar"),
    ):
        answer = sec.post(address, said | {"label.en": "As I typed it"} | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert "As I typed it" in answer.text
    assert (strategy / "plan.toml").read_bytes() == before
    assert acts() == []


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    plan = desks.desk().plan
    for language in ("es", "en"):
        made = {"measure": forms.measure_fields, "activity": forms.activity_fields, "indicator": forms.indicator_fields}
        for kind, fields_of in made.items():
            fields = fields_of(plan, language)
            for part in getattr(plan, editing.PLACES[kind]).values():
                before = editing.told(part)
                post = QueryDict(mutable=True)
                for name, text in forms.flat(fields, before).items():
                    post.setlist(name, text.split(", ") if name == "partners" and text else [text])
                after = forms.read(fields, forms.sent(fields, post))
                if kind == "measure":
                    after["evaluation"]["named_on"] = before["evaluation"]["named_on"]
                assert {key: before[key] for key in after if key in before} == {
                    key: value for key, value in after.items() if key in before
                }


def test_a_new_activity_and_another_target(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    address = f"{HERE}medida/activate-committee/actividad-nueva/"
    said = seen_of(sec, address) | {
        "id": "public-minutes",
        "label.es": "Actas públicas",
        "label.en": "Public minutes",
        "needs.0.kind": "document",
        "needs.0.quantity": "4",
        "needs.0.what.es": "actas",
        "needs.0.what.en": "minutes",
    }
    assert sec.post(address, said).headers["Location"] == "/es/plan/actividad/public-minutes/"
    target = f"{HERE}indicador/homicides-department/cambiar/"
    assert sec.post(target, seen_of(sec, target) | {"target.value": "20"}).status_code == 302
    plan = reading.load(strategy)
    assert plan is not None
    assert plan.activities["public-minutes"].needs[0].quantity == 4
    assert plan.indicators["homicides-department"].target.value == 20
    assert acts() == ["plan.added", "plan.changed"]


def test_nobody_skips_a_gate_without_a_decision_on_record(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    address = f"{HERE}puerta/"
    page = sec.get(address)
    assert [name for name, _ in page.context["decisions"]] == ["skip", "stay"]
    said = {"stage": "planning", "decided_on": "2015-01-10", "by": "Comité, sesión 1", "document": "Acta 1"}
    for wrong in (
        {"decision": "pass", "reason": "Ya"},
        {"decision": "skip", "reason": " "},
        {"decision": "skip", "reason": "Ya", "document": ""},
        {"decision": "skip", "reason": "Ya", "decided_on": "2999-01-01"},
        {"decision": "skip", "reason": "Ya", "stage": "transition"},
        {"decision": "jump", "reason": "Ya"},
    ):
        assert sec.post(address, said | wrong).status_code == 422, wrong
    assert not (strategy / "gates.csv").exists()
    assert acts() == []
    assert sec.post(address, said | {"decision": "skip", "reason": "Urge"}).status_code == 302
    plan = desks.desk().plan
    ((taken,), problems) = decisions(strategy, plan)
    assert problems == ()
    assert taken.missed == desks.desk().review.way.moves[-1].conditions != ()
    assert desks.desk().review.way.stage == "stabilization"
    line = Line.objects.get(act="gate.decided")
    assert (line.by, line.reason, last()["missed"]) == ("sec", "Urge", list(taken.missed))
    assert "Urge" in sec.get(address).text


def brought(client: Client, changes: dict[tuple[str, str, str], object]) -> HttpResponse:
    """The workbook fetched, some cells changed, and sent back for its difference."""
    book = load_workbook(io.BytesIO(client.get(f"{HERE}actividades.xlsx").content))
    for (sheet, name, column), value in changes.items():
        head = [cell.value for cell in book[sheet][1]]
        row = next(row for row in book[sheet].iter_rows(min_row=2) if row[0].value == name)
        row[head.index(column)].value = value
    out = io.BytesIO()
    book.save(out)
    return client.post(f"{HERE}excel/", {"file": SimpleUploadedFile("plan.xlsx", out.getvalue())})


def test_a_workbook_is_shown_before_it_is_written(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_bytes()
    change: dict[tuple[str, str, str], object] = {
        ("Actividades", "sessions", "hasta"): dt.date(2015, 3, 31),
        ("Presupuesto", "activate-committee/1", "planificado"): 30000,
    }
    shown = brought(sec, change)
    assert "2015-03-31" in shown.text
    assert "30000" in shown.text
    assert (strategy / "plan.toml").read_bytes() == before
    assert acts() == []
    accept = {"do": "accept", "difference": shown.context["signed"]}
    assert sec.post(f"{HERE}excel/", accept | {"difference": shown.context["signed"][:-3]}).status_code == 422
    assert sec.post(f"{HERE}excel/", accept).status_code == 302
    plan = reading.load(strategy)
    assert plan is not None
    assert plan.activities["sessions"].until == dt.date(2015, 3, 31)
    assert plan.measures["activate-committee"].budget[0].planned == 30000
    assert [row[1:] for row in last()["changes"]] == [
        ["sessions", "hasta", "2014-12-31", "2015-03-31"],
        ["activate-committee/1", "planificado", "24000", "30000"],
    ]
    late = sec.post(f"{HERE}excel/", accept)
    assert late.status_code == 422
    assert "ya no dice" in late.text
    assert "no sirve" in brought(sec, {("Actividades", "sessions", "hasta"): "pronto"}).text
    assert "dice lo mismo" in brought(sec, {}).text


def test_a_change_that_no_account_made_is_found_and_told(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    sec.post(ATTACH, SAID)
    assert "cambiaron fuera" not in sec.get(HERE).text
    path = strategy / "plan.toml"
    path.write_text(path.read_text("utf-8").replace("planned = 24000", "planned = 99000"), "utf-8")
    assert "cambiaron fuera" in sec.get(HERE).text
    sec.post(ATTACH, SAID | {"dated": "2014-03-20"})
    assert acts() == ["evidence.attached", "plan.changed_outside", "evidence.attached"]
    found = Line.objects.get(act="plan.changed_outside")
    assert (found.subject, found.by) == ("plan.toml", "(outside)")
    assert "cambiaron fuera" not in sec.get(HERE).text


def test_where_the_line_cannot_be_written_the_plan_is_put_back(
    signed_in: Callable[..., Client], strategy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convive.web.office.actions import plan as actions

    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_bytes()
    address = f"{HERE}actividad/sessions/cambiar/"
    said = seen_of(sec, address)

    def stops(**told: object) -> None:
        assert (strategy / "plan.toml").read_bytes() != before
        raise OSError("full")

    monkeypatch.setattr(actions, "record", stops)
    with pytest.raises(OSError, match="full"):
        sec.post(address, said | {"label.es": "Otro"})
    assert (strategy / "plan.toml").read_bytes() == before


def test_citizens_read_that_the_plan_changed_and_not_who_changed_it(signed_in: Callable[..., Client]) -> None:
    sec = signed_in("sec-canary", "technical_secretary")
    sec.post("/es/comite/integrantes/", {"do": "make", "code": "a", "office_es": "A", "agency": "A"})
    sec.post(ATTACH, SAID | {"title": CANARY, "note": CANARY})
    told = snapshot()
    assert told is not None
    assert [(one.act, one.subject) for one in told.changes][1:] == [("evidence.attached", "sessions")]
    assert "canary" not in json_bytes(answering(told)).decode().lower()
    for act in PUBLIC_ACTS:
        for language in ("es", "en"):
            assert "x-1" in say(f"answer.act.{act}", language, subject="x-1") or act == "plan.imported"


def test_a_plan_that_somebody_broke_is_told_and_nothing_falls(signed_in: Callable[..., Client], strategy: Path) -> None:
    path = strategy / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('lead = "municipality"', 'lead = "nadie"', 1), "utf-8")
    page = signed_in("ana", "member").get(HERE)
    assert page.status_code == 503
    assert "nadie" in page.text
