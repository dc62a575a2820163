"""The committee's work: a session called, held with quorum, agreements followed, nobody's edit lost, all of it told."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from docx import Document

from convive.errors import CommitteeError
from convive.indicators import catalogue
from convive.publication.release.answering import answering
from convive.publication.release.writing import json_bytes
from convive.web.committee import actions
from convive.web.committee.models import Agreement, Seat, Session
from convive.web.committee.public_figures import named
from convive.web.committee.snapshot import snapshot
from convive.web.committee.versions import ChangedMeanwhile
from convive.web.journal.models import Line
from convive.web.office.guard import today

CANARY = "Zunilda Canaria Mochica"
COUNTING = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from convive.web.office import setup
setup()
from django.contrib.auth.models import User
from django.db import connection
from convive.web.committee import actions
from convive.web.committee.models import Agreement, Session
from convive.web.office.guard import today
from convive.web.office.people import seat
seat("sec", "una clave bien larga", "technical_secretary")
by = User.objects.get()
place = actions.make_seat(code="a", office_es="A", agency="A", by=by)
first = actions.call(kind="ordinary", planned_on=today(), agenda="", figures={}, by=by)
actions.hold(session=first, seen=1, held_on=today(), present=[], by=by)
first.refresh_from_db()
together = Barrier(4)
def acts(name):
    for n in range(3):
        together.wait(60)
        actions.call(kind="ordinary", planned_on=today(), agenda=name, figures={}, by=by)
        together.wait(60)
        actions.agree(session=first, owner=place, due=today(), text_es=name, text_en="", by=by)
    connection.close()
with ThreadPoolExecutor(4) as pool:
    list(pool.map(acts, "abcd"))
def number(code):
    return [int(part) for part in code.split("-")]
for model in (Agreement, Session):
    print(*sorted(model.objects.values_list("code", flat=True), key=number))
"""


@pytest.fixture
def secretary(person: Callable[..., User]) -> User:
    return person("sec", "technical_secretary")


@pytest.fixture
def seats(secretary: User) -> list[Seat]:
    return [
        actions.make_seat(
            code=code, office_es=code.title(), agency=f"Agencia {code}", office_en="", holder=CANARY, by=secretary
        )
        for code in ("alcaldia", "fiscalia", "policia")
    ]


@pytest.fixture
def held(secretary: User, seats: list[Seat]) -> Session:
    session = actions.call(kind="ordinary", planned_on=today(), agenda="1. Homicidios", figures={}, by=secretary)
    actions.hold(session=session, seen=1, held_on=today(), present=[seats[0].pk, seats[2].pk], by=secretary)
    session.refresh_from_db()
    return session


def test_a_session_has_quorum_and_its_agreements_answer(secretary: User, held: Session, seats: list[Seat]) -> None:
    due = today() - dt.timedelta(days=3)
    kept = actions.agree(session=held, owner=seats[1], due=due, text_es="Mesa", text_en="", by=secretary)
    actions.follow(agreement=kept, words="Se pidió local", by=secretary)
    told = snapshot()
    assert told is not None
    (sitting,) = told.sittings
    assert (sitting.present, sitting.seats, sitting.needed, sitting.quorate) == (2, 3, 2, True)
    assert [seat["es"] for seat in sitting.absent] == ["Fiscalia"]
    (promise,) = told.agreements
    assert (promise.state, promise.days_late) == ("overdue", 3)
    assert told.head is not None
    assert told.head.number == Line.objects.count()
    acts = [one.act for one in told.changes]
    assert acts == ["seat.made"] * 3 + ["session.called", "session.held", "agreement.made", "agreement.followed"]


def test_what_is_published_names_no_person(secretary: User, held: Session, seats: list[Seat]) -> None:
    actions.change_session(session=held, seen=2, minutes=f"Habló {CANARY}", by=secretary)
    actions.change_seat(seat=seats[0], seen=1, holder=f"{CANARY} II", reason="Resolución 2", by=secretary)
    told = snapshot()
    assert told is not None
    published = json_bytes(answering(told)).decode()
    assert "Zunilda" not in published
    assert "sec" not in published.split('"sec')[0][-1:]
    assert f'"{secretary.get_username()}"' not in published


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(
    signed_in: Callable[..., Client], held: Session, secretary: User
) -> None:
    del secretary
    ana, luis = (signed_in(name, "technical_secretary") for name in ("ana", "luis"))
    address = f"/es/comite/sesion/{held.code}/"
    said = {"do": "write", "version": held.version, "agenda": "A", "minutes": "De Ana", "reason": "Se corrige"}
    assert ana.post(address, said).status_code == 302
    late = luis.post(address, said | {"minutes": "De Luis"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "De Luis" in page
    assert "De Ana" in page
    assert "ana cambió" in page
    held.refresh_from_db()
    assert held.minutes == "De Ana"
    assert Line.objects.filter(act="session.changed").count() == 1


def test_no_version_is_written_twice(held: Session, secretary: User) -> None:
    actions.change_session(session=held, seen=2, minutes="uno", by=secretary)
    with pytest.raises(ChangedMeanwhile):
        actions.change_session(session=held, seen=2, minutes="dos", by=secretary)


def test_an_officer_reports_on_the_agreements_of_their_seat_alone(
    secretary: User, held: Session, seats: list[Seat], person: Callable[..., User]
) -> None:
    officer = person("rosa", "agency_officer")
    Seat.objects.filter(pk=seats[1].pk).update(user=officer)
    mine, other = (
        actions.agree(
            session=held, owner=Seat.objects.get(pk=seat.pk), due=today(), text_es="x", text_en="", by=secretary
        )
        for seat in (seats[1], seats[0])
    )
    actions.follow(agreement=mine, words="Hecho a medias", by=officer)
    with pytest.raises(PermissionDenied):
        actions.follow(agreement=other, words="x", by=officer)
    with pytest.raises(PermissionDenied):
        actions.finish(agreement=mine, seen=1, end="done", reason="x", by=officer)
    assert Line.objects.filter(act="agreement.followed").count() == 1


def test_an_agreement_ends_once_and_with_a_reason(secretary: User, held: Session, seats: list[Seat]) -> None:
    one = actions.agree(session=held, owner=seats[0], due=today(), text_es="x", text_en="", by=secretary)
    with pytest.raises(CommitteeError):
        actions.finish(agreement=one, seen=1, end="done", reason=" ", by=secretary)
    actions.finish(agreement=one, seen=1, end="done", reason="Acta 3", by=secretary)
    one.refresh_from_db()
    with pytest.raises(CommitteeError):
        actions.finish(agreement=one, seen=2, end="withdrawn", reason="x", by=secretary)
    assert Agreement.objects.get().done_on == today()


def test_a_seat_is_tied_to_an_account_that_then_reports(
    signed_in: Callable[..., Client], held: Session, secretary: User, seats: list[Seat], person: Callable[..., User]
) -> None:
    sec, rosa = signed_in("ana", "technical_secretary"), signed_in("rosa", "agency_officer")
    officer, member = User.objects.get(username="rosa"), person("luz", "member")
    one = actions.agree(session=held, owner=seats[1], due=today(), text_es="x", text_en="", by=secretary)
    address = f"/es/comite/acuerdo/{one.code}/"
    said = {"do": "holder", "seat": seats[1].pk, "version": 1, "holder": CANARY, "votes": "yes", "until": ""}
    said["reason"] = "Resolución 3"
    assert rosa.post(address, {"do": "follow", "words": "Hecho"}).status_code == 403
    page = sec.post("/es/comite/integrantes/", said | {"user": member.pk}, follow=True)
    assert "no puede informar acuerdos" in page.text
    assert "antes de empezar" in sec.post("/es/comite/integrantes/", said | {"until": "1999-01-01"}, follow=True).text
    assert sec.post("/es/comite/integrantes/", said | {"user": officer.pk}).status_code == 302
    assert rosa.post(address, {"do": "follow", "words": "Hecho"}).status_code == 302
    late = sec.post("/es/comite/integrantes/", said | {"holder": "Otra persona", "until": "2031-05-07"})
    assert late.status_code == 409
    assert "<pre>2031-05-07</pre>" in late.text
    assert "Otra persona" in late.text
    assert CANARY in late.text


def test_minutes_print_the_head_and_every_look_at_them_is_told(signed_in: Callable[..., Client], held: Session) -> None:
    client = signed_in("ana", "member")
    address = f"/es/comite/sesion/{held.code}/acta"
    words = client.get(f"{address}.docx")
    told = "\n".join(one.text for one in Document(io.BytesIO(words.content)).paragraphs)
    looks = Line.objects.filter(act="private.seen")
    assert CANARY in told
    assert f"{looks.get().number}:{looks.get().hash}" in told
    paper = client.get(f"{address}.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert looks.count() == 2


def test_members_read_and_change_nothing(signed_in: Callable[..., Client], held: Session) -> None:
    client = signed_in("rosa", "member")
    for address, said in (
        ("/es/comite/", {"kind": "ordinary", "planned_on": "2030-01-01"}),
        (f"/es/comite/sesion/{held.code}/", {"do": "write", "version": held.version, "minutes": "x"}),
        ("/es/comite/integrantes/", {"do": "make", "code": "x", "office_es": "x", "agency": "x"}),
    ):
        assert client.get(address).status_code == 200
        assert client.post(address, said).status_code == 403


def test_the_whole_way_through_the_pages(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "technical_secretary")
    seat = {"do": "make", "code": "alcaldia", "office_es": "Alcaldía", "agency": "Municipalidad"}
    client.post("/es/comite/integrantes/", seat)
    client.post("/es/comite/", {"kind": "ordinary", "planned_on": today().isoformat(), "agenda": "Uno"})
    session = Session.objects.get()
    address = f"/es/comite/sesion/{session.code}/"
    held = {"do": "hold", "version": 1, "held_on": today().isoformat(), "present": [Seat.objects.get().pk]}
    client.post(address, held)
    due = (today() - dt.timedelta(days=1)).isoformat()
    client.post(address, {"do": "agree", "owner": Seat.objects.get().pk, "due": due, "text_es": "Alumbrar el parque"})
    overview = client.get("/es/comite/").content.decode()
    assert "Acuerdo vencido" in overview
    assert "Alumbrar el parque" in client.get(address).content.decode()
    words = client.get(f"{address}acta.docx")
    told = "\n".join(one.text for one in Document(io.BytesIO(words.content)).paragraphs)
    assert "Acta de la sesión" in told
    assert "Alcaldía (Municipalidad)" in told
    wrong = client.post(address, {"do": "hold", "version": 2, "held_on": "mañana"}, follow=True).content.decode()
    assert "no es una fecha" in wrong


def test_what_takes_the_place_of_words_says_why_and_adding_to_them_need_not(
    signed_in: Callable[..., Client], held: Session
) -> None:
    client, address = signed_in("ana", "technical_secretary"), f"/es/comite/sesion/{held.code}/"
    kept = {"do": "write", "version": 2, "agenda": "1. Homicidios\r\n2. Faroles", "minutes": "Se acordó alumbrar."}
    assert client.post(address, kept).status_code == 302
    other = kept | {"version": 3, "minutes": "No se acordó nada."}
    refused = client.post(address, other)
    assert refused.status_code == 422
    assert "falta decir por qué" in refused.text
    assert "<pre>No se acordó nada.</pre>" in refused.text
    assert client.post(address, other | {"reason": "Error de copia"}).status_code == 302
    last = Line.objects.filter(act="session.changed").latest("number")
    assert (last.reason, "Se acordó alumbrar." in last.details) == ("Error de copia", True)


def test_attendance_is_corrected_for_a_reason_and_the_log_keeps_what_stood(
    signed_in: Callable[..., Client], held: Session, seats: list[Seat]
) -> None:
    client, address = signed_in("ana", "technical_secretary"), f"/es/comite/sesion/{held.code}/"
    said = {"do": "hold", "version": 2, "held_on": today().isoformat(), "present": [seats[1].pk]}
    refused = client.post(address, said)
    assert refused.status_code == 422
    assert "Fiscalia" in refused.context["mine"][-1]
    assert set(held.attendances.values_list("seat__code", flat=True)) == {"alcaldia", "policia"}
    assert client.post(address, said | {"reason": "Lista firmada"}).status_code == 302
    told = json.loads(Line.objects.filter(act="session.held").latest("number").details)
    assert told["before"]["present"] == ["alcaldia", "policia"]
    assert told["present"] == ["fiscalia"]


def test_whoever_was_no_member_that_day_was_not_absent(
    signed_in: Callable[..., Client], secretary: User, held: Session, seats: list[Seat]
) -> None:
    day = today() - dt.timedelta(days=40)
    old = {"office_es": "Prefecto", "agency": "Prefectura", "by": secretary}
    before = actions.make_seat(code="prefectura", since=day, **old)
    gone = actions.make_seat(code="gone", since=day - dt.timedelta(days=9), **old | {"office_es": "Antiguo"})
    until = day - dt.timedelta(days=1)
    actions.change_seat(seat=gone, seen=1, until=until, reason="Cesó", by=secretary)
    session = actions.call(kind="ordinary", planned_on=day, agenda="", figures={}, by=secretary)
    with pytest.raises(CommitteeError) as refused:
        actions.hold(session=session, seen=1, held_on=day, present=[before.pk, seats[0].pk], by=secretary)
    assert [(one.code, one.value) for one in refused.value.problems] == [("seat-not-then", "alcaldia")]
    actions.hold(session=session, seen=1, held_on=day, present=[before.pk], by=secretary)
    client = signed_in("ana", "member")
    address = f"/es/comite/sesion/{session.code}/"
    assert "Asisten 1 de 1 con voto" in client.get(address).text
    paper = Document(io.BytesIO(client.get(f"{address}acta.docx").content))
    named = [one.text for one in paper.paragraphs if "asisti" in one.text]
    assert len(named) == 1
    assert named[0].startswith("Prefecto (Prefectura)")


def test_minutes_are_seen_on_the_page_as_in_the_paper_and_every_look_is_told(
    signed_in: Callable[..., Client], held: Session, secretary: User
) -> None:
    client, looks = signed_in("ana", "member"), Line.objects.filter(act="private.seen")
    assert client.get(f"/es/comite/sesion/{held.code}/").status_code == 200
    assert not looks.exists()
    actions.change_session(session=held, seen=2, minutes=f"Habló {CANARY}", by=secretary)
    assert CANARY in client.get(f"/es/comite/sesion/{held.code}/").text
    assert [(one.by, one.subject) for one in looks] == [("ana", f"session/{held.code}")]


def test_the_agenda_of_a_call_that_cannot_be_made_is_not_lost(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "technical_secretary")
    refused = client.post("/en/comite/", {"kind": "consultation", "planned_on": "soon", "agenda": "Hours of writing"})
    assert refused.status_code == 422
    assert ">Hours of writing</textarea>" in refused.text
    assert 'value="consultation" selected' in refused.text
    assert not Session.objects.exists()


def test_what_does_not_fit_is_told_and_never_cut_or_half_kept(
    signed_in: Callable[..., Client], held: Session, seats: list[Seat]
) -> None:
    client = signed_in("ana", "technical_secretary")
    address, long = f"/es/comite/sesion/{held.code}/", "Alumbrar el parque. " * 26
    said = {"do": "agree", "owner": seats[0].pk, "due": today().isoformat()}
    refused = client.post(address, said | {"text_es": long})
    assert refused.status_code == 422
    assert long.strip() in refused.text
    assert client.post(address, said | {"text_es": ("x" * 99 + "\r\n") * 5}).status_code == 302
    kept = Agreement.objects.get()
    assert client.post(f"/es/comite/acuerdo/{kept.code}/", {"do": "follow", "words": long}).status_code == 422
    seat = {"do": "make", "office_es": "Alcaldía", "agency": "Municipalidad"}
    for code in ("Alcaldía", "a/b", "-a", "a b"):
        assert client.post("/es/comite/integrantes/", seat | {"code": code}).status_code == 422, code
    assert client.post(address, {"do": "write", "version": held.version, "minutes": "a\0b"}).status_code == 400
    assert Client(SERVER_NAME="localhost").post("/entrar/", {"username": "a\0", "password": "x"}).status_code == 400
    assert client.get("/es/comite/").status_code == 200
    assert (Agreement.objects.count(), Seat.objects.count()) == (1, 3)


def test_the_agenda_calls_a_figure_by_its_name() -> None:
    told = named("homicides/24/2015-H1", "es")
    assert told == f"{catalogue()['homicides'].label.es}, 24, primer semestre de 2015"
    assert named("gone-since/24/2015", "en") == "gone-since, 24, 2015"


def test_two_who_count_at_once_get_two_codes(
    folder: Path, tmp_path: Path, another_database: Callable[[], dict[str, str]]
) -> None:
    """On PostgreSQL both would count the same before either has written."""
    city = tmp_path / "city"
    shutil.copytree(folder, city, ignore=shutil.ignore_patterns("convive.sqlite3*"))
    environment = os.environ | another_database() | {"CONVIVE_OBSERVATORY": str(city)}
    told = subprocess.run([sys.executable, "-c", COUNTING], env=environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    year = today().year
    assert told.stdout.split() == [f"{year}-1-{n}" for n in range(1, 13)] + [f"{year}-{n}" for n in range(1, 14)]
