"""Accounts: two people for a role that sees data of persons, a second factor, limits of a session."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.oath import TOTP

from convive.committee.roles import permissions, roles
from convive.errors import WrongUse
from convive.web.journal.models import Line
from convive.web.office.actions import accounts
from convive.web.office.guard import may, today

if TYPE_CHECKING:
    from django.http import HttpResponse

PASSWORD = "una clave bien larga"
Person = Callable[..., User]


def test_a_role_that_sees_persons_holds_once_somebody_else_confirmed_it(person: Person) -> None:
    admin, secretary, ana = person("admin", "administrator"), person("sec", "technical_secretary"), person("ana")
    mandate = accounts.give(user=ana, role="analyst", by=admin)
    assert not may(ana, "register.homologate")
    for nobody in (admin, ana):
        with pytest.raises(PermissionDenied):
            accounts.confirm(mandate=mandate, by=nobody, reason="x")
    accounts.confirm(mandate=mandate, by=secretary, reason="Acuerdo 3")
    assert may(ana, "register.homologate")
    assert [line.act for line in Line.objects.all()] == ["role.given", "role.confirmed"]


@pytest.mark.parametrize(
    "role", [name for name, role in roles().items() if name not in ("administrator", "panel_recorder")]
)
def test_whoever_manages_accounts_reads_nothing_by_an_account_made_up_for_it(person: Person, role: str) -> None:
    """Holders of seats, minutes, files of evidence and the log name people, too."""
    admin, made_up = person("admin", "administrator"), person("nadie")
    accounts.give(user=made_up, role=role, by=admin)
    assert not any(may(made_up, name) for name in permissions())


def test_signing_in_and_out_and_trying_to_are_in_the_log(person: Person) -> None:
    ana = person("ana", "member")
    ana.set_password(PASSWORD)
    ana.save()
    client = Client(SERVER_NAME="localhost")
    said = {"username": "ana", "password": PASSWORD}
    for _ in range(7):
        client.post("/entrar/", said | {"password": "no es esta"})
    client.post("/entrar/", said | {"username": "canary-that-no-account-has"})
    assert [line.act for line in Line.objects.all()] == ["account.refused"] * 4 + ["account.locked"]
    assert not Line.objects.exclude(subject="ana").exists()
    AccessAttempt.objects.all().delete()
    assert client.post("/entrar/", said).status_code == 302
    client.post("/salir/")
    assert [(line.act, line.by) for line in Line.objects.all()][5:] == [
        ("account.signed_in", "ana"),
        ("account.signed_out", "ana"),
    ]


def test_whoever_manages_accounts_cannot_make_the_second_person_too(person: Person) -> None:
    admin, second, ana = person("admin", "administrator"), person("segunda"), person("ana")
    accounts.give(user=second, role="auditor", by=admin)
    mandate = accounts.give(user=ana, role="analyst", by=admin)
    with pytest.raises(PermissionDenied):
        accounts.confirm(mandate=mandate, by=second, reason="x")
    assert not may(ana, "register.homologate")


def test_an_account_restored_waits_for_a_second_person_again(person: Person) -> None:
    admin, ana = person("admin", "administrator"), person("ana", "analyst")
    assert may(ana, "register.homologate")
    accounts.restore(user=ana, by=admin, reason="perdió el teléfono")
    assert not may(ana, "register.homologate")


def test_the_administrator_gets_no_role_that_sees_persons(person: Person) -> None:
    admin = person("admin", "administrator")
    with pytest.raises(WrongUse):
        accounts.give(user=admin, role="analyst", by=admin)
    assert not Line.objects.exists()


def test_whoever_may_not_manage_accounts_changes_none(person: Person) -> None:
    analyst, ana = person("luis", "analyst"), person("ana")
    for act in (
        lambda: accounts.make(name="otra", by=analyst),
        lambda: accounts.give(user=ana, role="member", by=analyst),
        lambda: accounts.restore(user=ana, by=analyst, reason="x"),
        lambda: accounts.close(user=ana, by=analyst, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not Line.objects.exists()
    assert User.objects.get(username="ana").is_active


def test_accounts_are_made_given_roles_and_closed_on_the_page(signed_in: Callable[..., Client]) -> None:
    client = signed_in("admin", "administrator")
    page = client.post("/es/cuentas/", {"do": "make", "name": "rosa"}).content.decode()
    password = re.search(r"<code>([^<]+)</code>", page)
    rosa = User.objects.get(username="rosa")
    assert password
    assert rosa.check_password(password[1])
    assert password[1] not in client.get("/es/cuentas/").content.decode()
    client.post("/es/cuentas/", {"do": "give", "user": rosa.pk, "role": "member", "until": ""})
    assert not may(rosa, "committee.read")
    auditor, mandate = signed_in("luis", "auditor"), rosa.mandates.get().pk
    early = auditor.post("/es/cuentas/por-confirmar/", {"mandate": mandate, "reason": "Acuerdo 2"}, follow=True)
    assert "podría entrar primero" in early.text
    assert not may(rosa, "committee.read")
    hers = Client(SERVER_NAME="localhost")
    assert hers.post("/entrar/", {"username": "rosa", "password": password[1]}).status_code == 302
    assert hers.get("/es/").headers["Location"] == "/es/clave/"
    own = {"old_password": password[1], "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert hers.post("/es/clave/", own).status_code == 302
    assert hers.get("/es/").status_code == 403
    unsaid = auditor.post("/es/cuentas/por-confirmar/", {"mandate": mandate, "reason": " "}, follow=True)
    assert "Falta el motivo" in unsaid.text
    auditor.post("/es/cuentas/por-confirmar/", {"mandate": mandate, "reason": "Acuerdo 2"})
    assert may(rosa, "committee.read")
    assert "Falta el motivo" in client.post("/es/cuentas/", {"do": "end", "mandate": mandate}, follow=True).text
    assert may(rosa, "committee.read")
    client.post("/es/cuentas/", {"do": "end", "mandate": mandate, "reason": "Se jubila"})
    assert not may(rosa, "committee.read")
    client.post("/es/cuentas/", {"do": "close", "user": rosa.pk, "reason": "se fue"})
    assert not User.objects.get(username="rosa").is_active


def entered(user: User) -> Client:
    user.set_password(PASSWORD)
    user.save()
    client = Client(SERVER_NAME="localhost")
    answer = client.post("/entrar/", {"username": user.get_username(), "password": PASSWORD})
    assert answer.status_code == 302
    return client


def code_of(page: HttpResponse) -> tuple[str, bytes]:
    import base64

    found = re.search(r'<code id="secret">([A-Z2-7]+)</code>', page.content.decode())
    assert found
    key = base64.b32decode(found[1] + "=" * (-len(found[1]) % 8))
    return str(TOTP(key).token()).zfill(6), key


def test_data_of_persons_ask_for_a_second_factor_which_is_set_up_then(person: Person) -> None:
    client = entered(person("ana", "analyst"))
    answer = client.get("/es/casos/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/es/segundo-factor/")
    page = client.get(answer.headers["Location"])
    assert client.get("/es/segundo-factor/qr/").headers["Content-Type"] == "image/svg+xml"
    assert client.post("/es/segundo-factor/", {"code": "000000"}).status_code == 200
    assert client.get("/es/casos/").status_code == 302
    time.sleep(1.1)
    code, _ = code_of(page)
    shown = client.post("/es/segundo-factor/", {"code": code, "next": "/es/casos/"}).content.decode()
    codes = re.findall(r"<li><code>(\w{10})</code>", shown)
    assert len(set(codes)) == 10
    assert client.get("/es/casos/").status_code != 302
    assert client.get("/es/segundo-factor/qr/").status_code == 404

    other = entered(User.objects.get(username="ana"))
    assert other.get("/es/casos/").status_code == 302
    assert "secret" not in other.get("/es/segundo-factor/").content.decode()
    assert other.post("/es/segundo-factor/", {"code": codes[0]}).status_code == 302
    assert other.get("/es/casos/").status_code != 302
    third = entered(User.objects.get(username="ana"))
    assert third.post("/es/segundo-factor/", {"code": codes[0]}).status_code == 200, "a recovery code serves once"


def test_recovery_codes_cannot_be_read_from_the_database(person: Person) -> None:
    from django_otp.plugins.otp_static.models import StaticToken

    client = entered(person("ana", "analyst"))
    code, _ = code_of(client.get("/es/segundo-factor/"))
    shown = client.post("/es/segundo-factor/", {"code": code}).content.decode()
    codes = set(re.findall(r"<li><code>(\w{10})</code>", shown))
    assert codes
    assert not codes & {token.token for token in StaticToken.objects.all()}


def test_the_second_factor_leads_nowhere_else(person: Person) -> None:
    client = entered(person("ana", "analyst"))
    page = client.get("/es/segundo-factor/?next=https://example.org/").content.decode()
    assert "example.org" not in page


def test_a_session_ends_after_its_time_whatever_is_done(signed_in: Callable[..., Client]) -> None:
    from convive.web.office.limits import BEGAN

    client = signed_in("ana", "member")
    assert client.get("/es/comite/").status_code == 200
    session = client.session
    session[BEGAN] -= 9 * 3600
    session.save()
    assert client.get("/es/comite/").status_code == 302


def test_a_session_that_is_used_lasts_and_is_not_written_by_each_look(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.sessions.models import Session

    from convive.web.office import limits

    client, began = signed_in("ana", "member"), time.time()
    ends = []
    for later_s in (0, 1, 61):
        monkeypatch.setattr(limits.time, "time", lambda moment=began + later_s: moment)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/es/comite/").status_code == 200
        ends.append((any("UPDATE" in one["sql"] for one in asked), Session.objects.get().expire_date))
    assert [written for written, _ in ends] == [True, False, True]
    assert ends[0][1] == ends[1][1] < ends[2][1]


def test_weak_passwords_are_refused_when_changed(person: Person) -> None:
    client = entered(person("ana", "member"))
    for weak in ("corta", "123456789012345", "anaanaana"):
        said = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
        assert client.post("/es/clave/", said).status_code == 200, weak
    good = "otra clave bien larga"
    said = {"old_password": PASSWORD, "new_password1": good, "new_password2": good}
    assert client.post("/es/clave/", said).status_code == 302
    assert Line.objects.filter(act="account.password", subject="ana").count() == 1


def test_a_mandate_cannot_end_before_it_begins(person: Person) -> None:
    admin = person("admin", "administrator")
    with pytest.raises(WrongUse):
        accounts.give(user=person("ana"), role="member", until=today() - dt.timedelta(days=1), by=admin)
