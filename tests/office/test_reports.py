"""The bodies' and the facilitators' desks: who may say what, and what stays in the office."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from django.core.exceptions import PermissionDenied

from convive.errors import VoiceError
from convive.voice.reports.states import By, Kind
from convive.web.journal.models import Line
from convive.web.reports import place
from convive.web.reports.models import Happened, Marked, Report, Round, Slip, Workshop

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from convive.publication.edition import Edition

CATALOGUE = """
[[body]]
id = "muni"
name = { es = "Municipalidad", en = "Municipality" }
[[body]]
id = "agua"
name = { es = "Agua", en = "Water" }
[[category]]
code = "luz"
name = { es = "Luz", en = "Light" }
description = { es = "Luz", en = "Light" }
group = { es = "Luz", en = "Light" }
[[route]]
category = "luz"
body = "muni"
"""


@pytest.fixture(autouse=True)
def catalogue(folder: Path) -> Iterator[None]:
    path = folder / "voice" / "reports.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(CATALOGUE, "utf-8")
    place.forget()
    yield
    path.unlink()
    place.forget()


@pytest.fixture
def report() -> Report:
    now = dt.datetime.now(dt.UTC) - dt.timedelta(days=40)
    made = Report.objects.create(
        token="t",
        category="luz",
        body="muni",
        unit="990101",
        words="canary-words",
        received=now,
        updated=now,
        state="received",
        status="open",
        origin="web",
    )
    Happened.objects.create(report=made, kind=Kind.RECEIVED, by=By.SYSTEM, at=now)
    return made


def test_the_desk_shows_what_waits_and_reminds(signed_in: Callable[..., Client], report: Report) -> None:
    page = signed_in("ana", "report_officer").get("/es/reportes/")
    assert "con recordatorio" in page.text
    assert report.events.filter(kind="reminded").count() == 1


def test_every_look_at_a_citizen_s_report_is_in_the_log(signed_in: Callable[..., Client], report: Report) -> None:
    client = signed_in("ana", "report_officer")
    address = f"/es/reportes/{report.pk}/"
    assert "canary-words" in client.get(address).text
    found = list(Line.objects.filter(act="private.seen").values_list("by", "subject"))
    assert found == [("ana", address)]


def test_an_officer_answers_acts_and_closes_but_never_solves(signed_in: Callable[..., Client], report: Report) -> None:
    client = signed_in("ana", "report_officer")
    address = f"/es/reportes/{report.pk}/"
    assert "canary-words" in client.get(address).text
    client.post(address, {"act": "answered", "words": "Iremos"})
    client.post(address, {"act": "solved", "words": "Listo"})
    report.refresh_from_db()
    assert report.state == "answered"
    client.post(address, {"act": "done", "words": "Se cambió el foco"})
    report.refresh_from_db()
    assert (report.state, report.status) == ("closed", "closed")
    assert [one.kind for one in report.events.all()] == ["received", "answered", "acted", "closed"]
    acts = list(Line.objects.filter(subject=str(report.pk)).values_list("act", "by"))
    assert ("report.closed", "ana") in acts
    client.post(address, {"act": "show"})
    report.refresh_from_db()
    assert report.screened


def test_it_is_passed_to_another_body_with_a_reason(signed_in: Callable[..., Client], report: Report) -> None:
    client = signed_in("ana", "report_officer")
    client.post(f"/es/reportes/{report.pk}/", {"act": "route", "body": "agua", "words": "Es un tubo"})
    client.post(f"/es/reportes/{report.pk}/", {"act": "route", "body": "nadie", "words": "x"})
    report.refresh_from_db()
    assert report.body == "agua"
    assert Line.objects.filter(act="report.routed", reason="Es un tubo").count() == 1


def test_an_officer_of_another_district_sees_nothing_of_it(signed_in: Callable[..., Client], report: Report) -> None:
    client = signed_in("beto", "report_officer", unit="990102")
    assert client.get(f"/es/reportes/{report.pk}/").status_code == 404
    assert client.post(f"/es/reportes/{report.pk}/", {"act": "closed", "words": "x"}).status_code == 404
    above = signed_in("carla", "report_officer", unit="9901")
    assert above.get(f"/es/reportes/{report.pk}/").status_code == 200


def test_a_panel_says_solved_and_who_answers_cannot_note_it(
    person: Callable[..., User], signed_in: Callable[..., Client], report: Report
) -> None:
    from convive.web.reports.actions import panel_says

    officer = person("ana", "report_officer")
    both = person("dora", "report_officer", "panel_recorder")
    for user in (officer, both):
        with pytest.raises(PermissionDenied):
            panel_says(subject=report, solved=True, people=5, words="", by=user)
    recorder = person("elio", "panel_recorder")
    with pytest.raises(VoiceError):
        panel_says(subject=report, solved=True, people=2, words="", by=recorder)
    client = signed_in("flor", "panel_recorder")
    client.post(f"/es/reportes/{report.pk}/panel/", {"people": "4", "say": "solved", "words": "Hay luz"})
    report.refresh_from_db()
    assert report.state == "solved"


@pytest.fixture
def map_published(folder: Path) -> Iterator[None]:
    path = folder / "public" / "data" / "edition.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"id": letter, "unit_code": "990101", "band": band} for letter, band in zip("ABC", (2, 1, 0), strict=True)]
    path.write_text(json.dumps({"patterns": {"spots": {"cells": cells}}}), "utf-8")
    yield
    path.unlink()


@pytest.mark.usefixtures("map_published")
def test_a_round_of_workshops_on_paper(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "facilitator")
    client.post("/es/talleres/", {"name": "2026-1", "options": "Luz | Light\nPatrulla | Patrol"})
    found = Round.objects.get()
    assert {code: one["level"] for code, one in found.cells.items() if "?" not in code} == {"A": 3, "B": 2, "C": 1}
    for where in ("Norte", "Sur"):
        client.post(f"/es/talleres/{found.pk}/", {"act": "workshop", "place": where, "phones": "12"})
    assert Slip.objects.values_list("code").distinct().count() == 24
    north, south = Workshop.objects.order_by("pk")
    sheet = {"people": "5", "c-A": "too_high", "c-C": "too_low", "c-990101?1": "missing", "approve": "p1", "r-p1": "1"}
    for number in range(3):
        for workshop in (north, south):
            sent = client.post(f"/es/talleres/taller/{workshop.pk}/", sheet | {"table": str(number)})
            assert sent.status_code == 302, sent.text
    assert client.post(f"/es/talleres/taller/{north.pk}/", sheet | {"table": "0"}).status_code == 400
    assert client.post(f"/es/talleres/taller/{north.pk}/", sheet | {"table": "9", "people": "2"}).status_code == 400
    assert Marked.objects.count() == 6
    page = client.get(f"/es/talleres/{found.pk}/").text
    assert "Kappa ponderada" in page
    assert page.count("Papeletas sin usar: 12") == 2
    assert all(slip.code in page for slip in Slip.objects.all())
    assert page.count("3 hojas.") == 2, "sheets of each workshop, to be compared with the people who came"
    client.post(f"/es/talleres/{found.pk}/", {"act": "close"})
    page = client.get(f"/es/talleres/{found.pk}/").text
    assert "Nada por distrito" in page  # six tables of two workshops, but not twenty cells
    assert client.get(f"/es/talleres/taller/{north.pk}/").status_code == 404


def test_of_a_closed_round_no_place_table_or_code_is_published_and_of_an_open_one_nothing() -> None:
    from convive.publication.pages import checked
    from convive.publication.reading import Reader
    from convive.publication.release.rounds import rounds
    from convive.web.reports.sheets import public_rounds

    cells = {f"CELDA{at}": {"unit": "990101", "level": 1 + at % 3, "count": at} for at in range(24)}
    options = [{"code": "p1", "es": "Luz", "en": "Light"}]
    made = Round.objects.create(name="RONDA DE LOS CANARIOS", cells=cells, options=options)
    for where in ("PARQUE CANARIO", "LOMA CANARIA"):
        workshop = Workshop.objects.create(round=made, code=f"Q{where[:5]}", place=where, day=dt.date(2026, 1, 5))
        for table in range(10):
            marks = dict.fromkeys(cells, "too_low" if table % 2 else "right")
            votes = {"approvals": [["p1"]], "rankings": [[["p1"]]]}
            Marked.objects.create(workshop=workshop, table=f"MESA{table}", marks=marks, **votes)
    assert public_rounds() == ()
    made.closed = dt.datetime(2026, 7, 1, 3, tzinfo=dt.UTC)
    made.save()
    [undecided] = public_rounds()
    assert undecided.votes is None, "nobody has read the priorities yet"
    assert undecided.withheld
    made.options = [one | {"shown": True} for one in options]
    made.save()
    told = rounds(public_rounds(), {"990101": "Puerto Viejo"})
    edition = cast("Edition", SimpleNamespace(workshops=told))
    shown = [checked.blocks(Reader(edition, language)) for language in ("es", "en")]
    words = json.dumps(told, ensure_ascii=False) + repr(shown)
    assert all(word in words for word in ("Puerto Viejo", "Luz", "Light"))
    assert told["rounds"][0]["closed"] == "2026-06-30", "the day where the city is"
    for secret in ("CELDA", "CANARI", "MESA", "QPARQU", "QLOMA", "2026-01-05"):
        assert secret not in words, secret


@pytest.mark.usefixtures("map_published")
def test_priorities_are_published_in_words_that_somebody_else_approved(signed_in: Callable[..., Client]) -> None:
    writer, reader = signed_in("ana", "facilitator"), signed_in("benito", "facilitator")
    words = "Luz en las calles | Street light\nPatrullas frente a la casa de Don Carlos Canario | Patrols"
    writer.post("/es/talleres/", {"name": "2026-1", "options": words})
    found = Round.objects.get()
    address = f"/es/talleres/{found.pk}/"
    page = writer.get(address).text
    assert "<mark>Don Carlos Canario</mark>" in page
    assert "quien las escribió no puede aprobarlas" in page
    writer.post(address, {"act": "priorities", "shown": ["p1", "p2"]})
    found.refresh_from_db()
    assert not [one for one in found.options if "shown" in one], "whoever wrote them approves nothing"
    reader.post(address, {"act": "priorities", "shown": ["p1"]})
    found.refresh_from_db()
    assert {one["code"]: one["shown"] for one in found.options} == {"p1": True, "p2": False}
    assert (line := Line.objects.get(act="workshop.priorities")).by == "benito"
    assert json.loads(line.details) == {"shown": ["p1"]}
    workshop = Workshop.objects.create(round=found, code="QQQQ", place="Norte", day=dt.date(2026, 1, 5))
    for table in range(20):
        votes = {"approvals": [["p1", "p2"]], "rankings": [[["p2"], ["p1"]]]}
        Marked.objects.create(workshop=workshop, table=str(table), **votes)
    writer.post(address, {"act": "close"})
    from convive.web.reports.sheets import public_rounds

    [told] = public_rounds()
    assert told.votes is not None
    assert told.votes.labels == {
        "p1": {"es": "Luz en las calles", "en": "Street light"},
        "p2": {"es": "otra prioridad", "en": "another priority"},
    }
    assert "Canario" not in repr(told)
    assert "otra prioridad · 80 % la aprueba" in writer.get(address).text


@pytest.mark.usefixtures("map_published")
def test_slips_that_serve_no_more_are_not_kept(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "facilitator")
    client.post("/es/talleres/", {"name": "2026-1"})
    found = Round.objects.get()
    for where in ("Norte", "Sur"):
        client.post(f"/es/talleres/{found.pk}/", {"act": "workshop", "place": where, "phones": "3"})
    north, south = Workshop.objects.order_by("pk")
    client.post(f"/es/talleres/{found.pk}/", {"act": "shut", "workshop": str(north.pk)})
    assert set(Slip.objects.values_list("workshop", flat=True)) == {south.pk}
    client.post(f"/es/talleres/{found.pk}/", {"act": "close"})
    assert not Slip.objects.exists()


def test_without_a_published_map_no_round_is_opened(signed_in: Callable[..., Client]) -> None:
    signed_in("ana", "facilitator").post("/es/talleres/", {"name": "2026-1"})
    assert not Round.objects.exists()
