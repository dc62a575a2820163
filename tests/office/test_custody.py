"""The custodians' room: what is asked, lent, opened, answered, forwarded, each with its line; nothing in the clear."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.texts import say
from convive.voice import custodian
from convive.voice.bundles import Bundle
from convive.voice.content import Content
from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import (
    Cost,
    derive_reporter,
    new_name,
    new_receipt,
    new_secret,
    public_of,
    seal,
    sign,
    signing_key_of,
)

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from convive.web.citizen.models import Report

WORDS = "CANARIO-8812 cobran cupo en mi bodega"
SEATS = {"ana": "Defensoría", "benito": "Obispado", "carla": "Abogados"}


@pytest.fixture
def keys() -> list[OpenKey]:
    secrets = {name: new_secret() for name in SEATS}
    return [
        OpenKey(Custodian(name, seat, public_of(secrets[name]), signing_key_of(secrets[name])), secrets[name])
        for name, seat in SEATS.items()
    ]


@pytest.fixture
def custody(keys: list[OpenKey], folder: Path) -> Iterator[Custody]:
    from convive.web.custody.keeping import found

    record = Custody.found(custodians=[key.custodian for key in keys], threshold=2, since=dt.date(2026, 11, 28))
    found(folder / "voice", record, by="convive custody")
    yield record
    for path in (folder / "voice").glob("custody*"):
        path.unlink()


@pytest.fixture
def report(custody: Custody) -> Report:
    """A report that was released to the office."""
    from convive.web.citizen import deposits

    reporter = derive_reporter(new_receipt(), bytes.fromhex(custody.salt), Cost(1, 8 << 10))
    content = Content("report", {"what": WORDS, "reporter": reporter.public.hex()})
    name, now = new_name(), dt.datetime.now(dt.UTC)
    of = new_name()
    sealed = seal(content.to_bytes(), name=name, custodians=custody.keys, threshold=2, report=of)
    kept = deposits.deposit(name=name, report=of, sealed=sealed, reporter=reporter, now=now)
    deposits.release(now + dt.timedelta(hours=6))
    kept.refresh_from_db()
    return kept


@pytest.fixture
def clients(signed_in: Callable[..., Client]) -> dict[str, Client]:
    return {name: signed_in(name, "custodian") for name in SEATS}


def acts(report: Report) -> list[str]:
    from convive.web.journal.models import Line

    lines = Line.objects.filter(subject=f"report/{report.name}", act__startswith="custody.")
    return [line.act.partition(".")[2] for line in lines.order_by("number")]


def up(data: bytes) -> dict[str, object]:
    return {"file": io.BytesIO(data)}


def asked(clients: dict[str, Client], report: Report) -> str:
    """Ana asks to open; the name of her opening."""
    from convive.web.custody.models import Opening

    clients["ana"].post(f"/es/custodia/denuncia/{report.name}/pedir/", {"reason": "Posible amenaza"})
    return Opening.objects.get(report=report).name


def handed_over(clients: dict[str, Client], name: str) -> Bundle:
    response = clients["ana"].post(f"/es/custodia/apertura/{name}/denuncia/")
    return Bundle.from_bytes(response.content, "report")


def test_two_custodians_open_one_answers_and_every_step_is_a_line(
    clients: dict[str, Client], report: Report, keys: list[OpenKey]
) -> None:
    from convive.web.custody.models import Forwarding

    name = asked(clients, report)
    request = Bundle.from_bytes(clients["benito"].get(f"/es/custodia/apertura/{name}/pedido/").content, "request")
    assert all(not one.body for one in (request.entries or {}).values())
    loan = custodian.lend_shares(request, keys[1])
    clients["benito"].post(f"/es/custodia/apertura/{name}/prestar/", up(loan.to_bytes()))
    bundle = handed_over(clients, name)
    opened = custodian.open_report(bundle, keys[:1])
    assert [one.fields["what"] for one in opened.contents.values()] == [WORDS]
    address = f"/es/custodia/apertura/{name}/respuesta/"
    clients["ana"].post(address, up(custodian.answer(opened, "La leímos").to_bytes()))
    until = dt.date(2026, 12, 1)
    sent = custodian.forward(opened, words="Cobran cupo en […]", body="Fiscalía de Tumbes", answer_by=until)
    clients["ana"].post(address, up(sent.to_bytes()))
    assert acts(report) == ["asked", "lent", "opened", "answered", "forwarded"]
    forwarding = Forwarding.objects.get()
    assert (forwarding.body, forwarding.answer_by) == ("Fiscalía de Tumbes", until)
    page = clients["carla"].get("/es/custodia/").text
    assert "Fiscalía de Tumbes" in page
    clients["carla"].post(f"/es/custodia/envio/{forwarding.pk}/respondido/", {"reason": "Abrió carpeta 12-2026"})
    assert "Abrió carpeta 12-2026" in clients["carla"].get("/es/custodia/").text


def test_no_word_of_a_report_is_on_any_page_of_the_office_or_in_any_row(
    clients: dict[str, Client], report: Report, keys: list[OpenKey]
) -> None:
    from django.db import connection

    name = asked(clients, report)
    opened = custodian.open_report(handed_over(clients, name), keys[:2])
    sent = custodian.forward(opened, words=WORDS, body="Fiscalía", answer_by=dt.date(2026, 12, 1))
    clients["ana"].post(f"/es/custodia/apertura/{name}/respuesta/", up(sent.to_bytes()))
    seen = b""
    for path in ("/es/custodia/", f"/es/custodia/denuncia/{report.name}/", "/en/custodia/"):
        seen += clients["ana"].get(path).content
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for value in itertools.chain.from_iterable(cursor.fetchall()):
                seen += bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    assert b"CANARIO-8812" not in seen


def test_who_sits_at_one_table_opens_without_a_loan_and_it_counts_as_opened(
    clients: dict[str, Client], report: Report, keys: list[OpenKey]
) -> None:
    from convive.web.custody.models import Opening

    bundle = handed_over(clients, asked(clients, report))
    assert custodian.open_report(bundle, [keys[0], keys[2]]).contents
    assert Opening.objects.get().opened
    assert acts(report) == ["asked", "opened"]


@pytest.mark.parametrize("who", ["benito", "carla"])
def test_nobody_else_is_handed_what_ana_asked_for(clients: dict[str, Client], report: Report, who: str) -> None:
    name = asked(clients, report)
    response = clients[who].post(f"/es/custodia/apertura/{name}/denuncia/")
    assert response.status_code == 302
    assert acts(report) == ["asked"]


def test_a_loan_of_another_or_for_another_is_refused(
    clients: dict[str, Client], report: Report, keys: list[OpenKey]
) -> None:
    from convive.web.custody.models import Loan

    name = asked(clients, report)
    request = Bundle.from_bytes(clients["benito"].get(f"/es/custodia/apertura/{name}/pedido/").content, "request")
    loan = custodian.lend_shares(request, keys[1])
    for wrong in (
        dataclasses.replace(loan, opening="0" * 16),
        dataclasses.replace(loan, lender=keys[2].custodian.key),
        dataclasses.replace(loan, asked_by=keys[2].custodian.key),
    ):
        clients["benito"].post(f"/es/custodia/apertura/{name}/prestar/", up(wrong.to_bytes()))
    clients["benito"].post(f"/es/custodia/apertura/{name}/prestar/", up(b"nonsense"))
    clients["carla"].post(f"/es/custodia/apertura/{name}/prestar/", up(loan.to_bytes()))
    assert not Loan.objects.exists()
    assert acts(report) == ["asked"]


def test_asking_needs_a_reason(clients: dict[str, Client], report: Report) -> None:
    clients["ana"].post(f"/es/custodia/denuncia/{report.name}/pedir/", {"reason": "  "})
    assert acts(report) == []


def test_an_account_that_is_not_in_the_record_looks_and_does_nothing(
    signed_in: Callable[..., Client], report: Report
) -> None:
    stranger = signed_in("eva", "custodian")
    assert say("custody.not_me", "es", user="eva") in stranger.get("/es/custodia/").text
    assert stranger.post(f"/es/custodia/denuncia/{report.name}/pedir/", {"reason": "x"}).status_code == 403
    assert acts(report) == []


def test_what_was_not_released_is_not_there(clients: dict[str, Client], report: Report) -> None:
    from convive.web.citizen.models import Report as Reports

    Reports.objects.update(batch=None)
    assert report.name not in clients["ana"].get("/es/custodia/").text
    assert clients["ana"].get(f"/es/custodia/denuncia/{report.name}/").status_code == 404


def test_a_custodian_is_replaced_and_nothing_is_lost(
    report: Report, custody: Custody, keys: list[OpenKey], folder: Path
) -> None:
    from convive.errors import VoiceError
    from convive.web.citizen.proof import check
    from convive.web.custody import keeping

    secret = new_secret()
    flor = OpenKey(Custodian("flor", "Universidad", public_of(secret)), secret)
    carried = keeping.carry_out(custody)
    joined = custody.replaced(leaves="ana", joins=flor.custodian, since=dt.date(2026, 11, 29))
    back = custodian.replace(custody, joined, carried.entries or {}, keys[1:])
    for wrong in (
        dataclasses.replace(back, entries={}),
        dataclasses.replace(back, custody=custody),
        dataclasses.replace(back, entries=dict(carried.entries or {})),
        dataclasses.replace(back, consents={}),
        dataclasses.replace(back, consents=dict(list((back.consents or {}).items())[:1])),
    ):
        with pytest.raises(VoiceError):
            keeping.take_back(folder / "voice", wrong, by="convive custody")
    assert keeping.take_back(folder / "voice", Bundle.from_bytes(back.to_bytes()), by="convive custody") == 1
    assert check().problems == ()
    again = keeping.carry_out(joined)
    assert custodian.drill(joined, again.entries or {}, [flor, keys[1]]).passed
    assert custodian.open_report(again, [flor, keys[2]]).contents
    with pytest.raises(VoiceError):
        custodian.open_report(again, [keys[0], keys[2]])


def test_an_administrator_cannot_change_custodians_without_k_who_sign(
    report: Report, custody: Custody, keys: list[OpenKey], folder: Path
) -> None:
    """Shares can be sealed to any keys by anybody: without the signatures the office would take the administrator's,
    and all later reports would be sealed to them."""
    from convive.errors import VoiceError
    from convive.web.custody import keeping

    secret = new_secret()
    mine = Custodian("admin", "Sistemas", public_of(secret), signing_key_of(secret))
    joined = custody.replaced(leaves="ana", joins=mine, since=dt.date(2026, 11, 29))
    entries = {
        name: dataclasses.replace(one, shares={key: bytes(65) for key in joined.keys})
        for name, one in (keeping.carry_out(custody).entries or {}).items()
    }
    told = joined.replacement({name: one.shares_digest for name, one in entries.items()})
    of_one, of_another = sign(told, keys[0].secret), sign(told, secret)
    for consents in ({}, {keys[0].custodian.key: of_one, keys[1].custodian.key: of_another}, {mine.key: of_another}):
        forged = Bundle("report", "all", "all", entries=entries, custody=joined, consents=consents)
        with pytest.raises(VoiceError) as refused:
            keeping.take_back(folder / "voice", forged, by="convive custody")
        assert refused.value.problems[0].code == "replacement-misfit"
    assert Custody.read(folder / "voice") == custody


@pytest.mark.parametrize("act", ["custody.replaced", "custody.founded"])
def test_custodians_changed_by_hand_with_their_line_are_noticed(
    act: str, custody: Custody, report: Report, folder: Path
) -> None:
    """Whoever owns the database can write a line of the log that fits; the signatures it cannot."""
    from django.db import transaction

    from convive.web.citizen.proof import check
    from convive.web.journal import record

    stranger = Custodian("admin", "Sistemas", public_of(new_secret()))
    joined = custody.replaced(leaves="ana", joins=stranger, since=dt.date(2026, 11, 29))
    joined.write(folder / "voice")
    with transaction.atomic():
        record(act=act, subject="custody/2", by="convive custody", details={"fingerprint": joined.fingerprint})
    assert {problem.code for problem in check().problems} == {"custody-unsigned"}


def test_an_exchanged_record_of_custodians_is_noticed(custody: Custody, report: Report, folder: Path) -> None:
    from convive.web.citizen.proof import check

    assert check().problems == ()
    stranger = Custodian("admin", "Sistemas", public_of(new_secret()))
    table = json.loads(custody.text)
    table["custodians"][0] = dataclasses.asdict(stranger)
    (folder / "voice" / "custody.json").write_text(json.dumps(table), "utf-8")
    assert {problem.code for problem in check().problems} == {"custody-unlogged"}
    (folder / "voice" / "custody.json").unlink()
    assert {problem.code for problem in check().problems} == {"custody-unlogged"}


def test_the_office_never_answers_with_what_is_not_a_download_or_a_page(
    clients: dict[str, Client], report: Report
) -> None:
    response: HttpResponse = clients["ana"].get(f"/es/custodia/apertura/{asked(clients, report)}/pedido/")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "no-store" in response.headers["Cache-Control"]
