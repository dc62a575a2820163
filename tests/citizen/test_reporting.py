"""A person reports, keeps the receipt, comes back, adds, judges, withdraws."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from reading import hidden, receipt_of

from convive.texts import say
from convive.voice import custodian
from convive.voice.bundles import Bundle
from convive.voice.content import Content
from convive.voice.custody import Custody
from convive.voice.key_file import OpenKey

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from convive.web.citizen.models import Report

Send = Callable[..., "HttpResponse"]
WORDS = "Piden cupo a los mototaxis del paradero"


def bundle_of(report: Report, custody: Custody) -> Bundle:
    entries = {entry.name: entry.sealed for entry in report.entries.all()}
    return Bundle("report", "o", report.name, reporter=report.reporter, entries=entries, custody=custody)


def opened(report: Report, custody: Custody, keys: list[OpenKey]) -> dict[str, Content]:
    """What two custodians at one table read."""
    return dict(custodian.open_report(bundle_of(report, custody), keys[1:3]).contents)


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_sent_is_what_the_custodians_read(
    send: Send, custody: Custody, keys: list[OpenKey], language: str
) -> None:
    from convive.web.citizen.models import Report

    response = send(language, what=WORDS, subject="extortion", point="-3.5669, -80.4515", official="police")
    assert response.status_code == 200
    report = Report.objects.get()
    (content,) = opened(report, custody, keys).values()
    fields = dict(content.fields)
    assert fields.pop("reporter") == report.reporter
    assert (fields["what"], fields["subject"], fields["official"]) == (WORDS, "extortion", "police")
    assert "80.4515" not in fields["point"]


def test_a_point_is_kept_as_the_cell_that_holds_it(send: Send, custody: Custody, keys: list[OpenKey]) -> None:
    from convive.web.citizen.models import Report

    for point in ("-3.5669, -80.4515", "-3.5671, -80.4512"):
        send(what=WORDS, point=point)
    cells = {next(iter(opened(one, custody, keys).values())).fields["point"] for one in Report.objects.all()}
    assert len(cells) == 1
    assert cells.pop().endswith("(± 500 m)")


def test_nothing_but_the_day_is_kept_of_when(send: Send) -> None:
    from convive.web.citizen.models import Deposit, Entry, Report

    send(what=WORDS)
    for model in (Report, Entry, Deposit):
        for field in model._meta.concrete_fields:
            if field.get_internal_type() == "DateTimeField":
                assert getattr(model.objects.get(), field.name).time() == dt.time()
    today = dt.datetime.now(dt.UTC).date()
    assert Report.objects.get().day == Entry.objects.get().day == today


def test_either_form_of_the_receipt_leads_back_and_a_wrong_one_does_not(send: Send, come_back: Send) -> None:
    for form in receipt_of(send(what=WORDS)):
        response = come_back(form)
        assert response.status_code == 200
        assert say("citizen.thread.title", "es") in response.text
        assert WORDS not in response.text
    wrong = come_back("1 arroz\n" * 8)
    assert wrong.status_code == 400
    assert say("citizen.back.wrong", "es") in wrong.text


def test_the_receipt_must_be_typed_again_to_count_as_kept(send: Send, client: Client) -> None:
    from convive.web.citizen.models import Report

    page = send(what=WORDS)
    visit = hidden(page.text, "visit")
    wrong = client.post("/es/a/b/", {"visit": visit, "receipt": "2 arroz " * 8})
    assert wrong.status_code == 400
    assert receipt_of(wrong) == receipt_of(page)
    assert not Report.objects.get().kept
    right = client.post("/es/a/b/", {"visit": visit, "receipt": receipt_of(page)[1]})
    assert say("citizen.said.kept", "es") in right.text
    assert Report.objects.get().kept


def test_the_reporter_adds_judges_and_withdraws(
    send: Send, come_back: Send, client: Client, custody: Custody, keys: list[OpenKey]
) -> None:
    from convive.web.citizen.models import Entry, Report, Share

    receipt = receipt_of(send(what=WORDS))[0]
    report = Report.objects.get()

    def act(**said: str) -> HttpResponse:
        page = come_back(receipt).text
        return client.post("/es/c/d/", {"visit": hidden(page, "visit"), "ticket": hidden(page, "ticket"), **said})

    assert say("citizen.done.added", "es") in act(do="add", what="Volvieron el martes").text
    assert say("citizen.done.judged", "es") in act(do="not_solved", what="Siguen cobrando").text
    report.refresh_from_db()
    assert report.state == "not_solved"
    assert [one.kind for one in opened(report, custody, keys).values()] == ["report", "addition", "verdict"]
    assert act(do="withdraw").status_code == 400  # not without the tick
    assert say("citizen.state.withdrawn", "es") in act(do="withdraw", sure="yes").text
    assert not Entry.objects.exists()
    assert not Share.objects.exists()
    assert say("citizen.state.withdrawn", "es") in come_back(receipt).text


def test_the_reporter_reads_what_custodians_answer_and_forward(
    send: Send, come_back: Send, custody: Custody, keys: list[OpenKey]
) -> None:
    from convive.web.citizen import deposits
    from convive.web.citizen.models import Report

    receipt = receipt_of(send(what=WORDS))[0]
    report = Report.objects.get()
    read = custodian.open_report(bundle_of(report, custody), keys[:2])
    replies = [
        custodian.answer(read, "La leímos. ¿Sigue hoy?"),
        custodian.forward(read, words="Cobran cupo en […]", body="Fiscalía", answer_by=dt.date(2026, 12, 31)),
    ]
    for reply in replies:
        ((name, sealed),) = (reply.entries or {}).items()
        deposits.reply(name=name, report=report, sealed=sealed, by="ana", now=dt.datetime.now(dt.UTC))
    page = come_back(receipt).text
    assert "La leímos. ¿Sigue hoy?" in page
    assert "Cobran cupo en […]" in page
    assert say("citizen.thread.forwarded", "es", body="Fiscalía", day="31 de diciembre de 2026") in page


def test_openings_are_seen_with_the_receipt(send: Send, come_back: Send) -> None:
    from convive.web.citizen.models import Report
    from convive.web.journal import record

    receipt = receipt_of(send(what=WORDS))[0]
    assert say("citizen.thread.no_log", "es") in come_back(receipt).text
    subject = f"report/{Report.objects.get().name}"
    for act, by in (("custody.asked", "ana"), ("custody.lent", "benito"), ("custody.opened", "ana")):
        record(act=act, subject=subject, by=by, details={"institution": "Defensoría"})
    page = come_back(receipt).text
    for act in ("asked", "lent", "opened"):
        assert say(f"citizen.log.{act}", "es") in page
    assert "Defensoría" in page
    assert "benito" not in page


def test_a_form_is_sent_once(client: Client) -> None:
    from convive.web.citizen.models import Report

    given = {"ticket": hidden(client.get("/es/a/").text, "ticket"), "what": WORDS}
    assert client.post("/es/a/", given).status_code == 200
    again = client.post("/es/a/", given)
    assert say("citizen.said.used", "es") in again.text
    assert Report.objects.count() == 1


@pytest.mark.parametrize("ticket", ["", "00", "x" * 200])
def test_a_form_that_we_did_not_make_comes_back_with_what_was_written(client: Client, ticket: str) -> None:
    from convive.web.citizen.models import Report

    response = client.post("/es/a/", {"ticket": ticket, "what": WORDS})
    assert response.status_code == 400
    assert WORDS in response.text
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({}, "what"),
        ({"what": "x" * 5001}, "what"),
        ({"what": WORDS, "who": "x" * 1001}, "who"),
        ({"what": WORDS, "subject": "gossip"}, "subject"),
        ({"what": WORDS, "unit": "999999"}, "unit"),
        ({"what": WORDS, "point": "detrás del mercado"}, "point"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_nothing_is_lost(
    send: Send, given: dict[str, str], column: str
) -> None:
    response = send(**given)
    assert response.status_code == 400
    assert f'<a href="#{column}">' in response.text
    if given.get("what") == WORDS:
        assert WORDS in response.text


def test_reports_wait_for_the_hour_of_release(send: Send) -> None:
    from convive.web.citizen import deposits
    from convive.web.citizen.models import Batch, Report
    from convive.web.journal.models import Line

    now = dt.datetime.now(dt.UTC)
    deposits.release(now)
    send(what=WORDS)
    send(what=WORDS)
    deposits.release(now + dt.timedelta(seconds=1))
    assert Report.objects.filter(batch=None).count() == 2
    later = deposits.last_release(now) + dt.timedelta(hours=6, minutes=1)
    deposits.release(later)
    deposits.release(later + dt.timedelta(minutes=5))
    assert Report.objects.filter(batch=None).count() == 0
    assert Batch.objects.count() == 2  # the empty one before, and this
    line = Line.objects.filter(act="reports.released").last()
    assert line is not None
    assert '"reports":2' in line.details


def test_every_field_of_every_model_is_classed() -> None:
    """Nothing new is stored unless somebody said here who may see it."""
    from convive.web.citizen.models import Batch, Deposit, Entry, Report, Share

    chained = ("number", "at", "by", "act", "subject", "reason", "details", "previous", "hash")
    classed = {
        Batch: {"hour": "restricted", "head": "public"},
        Report: dict.fromkeys(("name", "day", "kept", "state", "batch"), "restricted")
        | dict.fromkeys(("tag", "reporter"), "secret"),
        Entry: dict.fromkeys(("name", "report", "deposit", "sender", "day"), "restricted")
        | dict.fromkeys(("body", "for_reporter"), "secret"),
        Share: {"id": "restricted", "entry": "restricted", "key": "public", "sealed": "secret"},
        Deposit: dict.fromkeys(chained, "restricted"),
    }
    for model, fields in classed.items():
        assert {field.name for field in model._meta.concrete_fields} == set(fields)


def test_words_that_are_not_the_form_are_not_kept(send: Send, custody: Custody, keys: list[OpenKey]) -> None:
    from convive.web.citizen.models import Report

    send(what="a\x01b\x1b[31m\u2028c", email="x@example.org")
    (content,) = opened(Report.objects.get(), custody, keys).values()
    assert content.fields["what"] == "ab[31mc"
    assert set(content.fields) == {"what", "reporter"}


def test_the_paper_sheet_asks_what_the_page_asks(client: Client) -> None:
    from convive.voice.form import fields

    for language in ("es", "en"):
        sheet, page = client.get(f"/{language}/e/").text, client.get(f"/{language}/a/").text
        for one in fields():
            assert one.label[language] in sheet
            assert one.label[language] in page
            for choice in one.choices:
                assert choice.label[language] in sheet
        assert not re.search("<form|<input", sheet)
