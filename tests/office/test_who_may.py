"""Who may enter which page: a table of every address, and everybody against it. Nothing can be forgotten."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from convive.committee.roles import permissions, roles
from convive.web.journal.models import Line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TABLE = tomllib.loads((Path(__file__).parent / "who_may.toml").read_text("utf-8"))
OPEN = ("anybody", "signed_in")


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the office: its name with the name space, and its pattern."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one


PAGES = dict(patterns(get_resolver()))


def address(name: str) -> str:
    """An address of the page; what it is asked about need not exist: who may not must not learn even that."""
    sample = {"language": "es"} | TABLE[name].get("with", {})
    known = PAGES[name].pattern.converters
    return reverse(name, kwargs={part: sample[part] for part in known})


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    assert set(TABLE) == set(PAGES)
    assert {one["who"] for one in TABLE.values()} <= {*OPEN, *permissions()}


def test_every_address_has_a_name() -> None:
    assert not [pattern for name, pattern in PAGES.items() if name.endswith("None")]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_guarded_view_asks_for_what_the_table_says(name: str) -> None:
    asked = getattr(PAGES[name].callback, "permission", None)
    assert asked == (None if TABLE[name]["who"] in OPEN else TABLE[name]["who"])


@pytest.mark.parametrize("name", sorted(name for name in PAGES if TABLE.get(name, {}).get("who") != "anybody"))
def test_nobody_enters_without_signing_in(name: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(SERVER_NAME="localhost"), method)(address(name))
        if name.startswith("api:"):  # a program is told, and not led to a form
            assert answer.status_code in (401, 405), name
            continue
        assert answer.status_code in (302, 405), name
        assert answer.status_code == 405 or "/entrar/" in answer.headers["Location"]


@pytest.mark.parametrize("role", [*roles(), "nobody"])
def test_a_role_enters_what_it_may_and_nothing_else(signed_in: Callable[..., Client], role: str) -> None:
    client = signed_in("ana", *([] if role == "nobody" else [role]))
    may = roles()[role].permissions if role in roles() else frozenset()
    for name, entry in TABLE.items():
        if entry["who"] in OPEN:
            continue
        for method in ("get", "post"):
            seen = Line.objects.filter(act="private.seen")
            before = seen.count()
            status = getattr(client, method)(address(name)).status_code
            if status == 200 and permissions()[entry["who"]].private:
                assert seen.count() == before + 1, (role, name, method)
            if status != 405:
                assert (status != 403) == (entry["who"] in may), (role, name, method, status)
                assert status < 500 or status == 503, (role, name, method, status)


def test_a_mandate_holds_from_its_day_to_its_day_once_confirmed_and_until_ended(person: Callable[..., User]) -> None:
    import datetime as dt

    from convive.web.office.guard import may, today

    user = person("ana", "analyst")
    mandate = user.mandates.get()
    assert may(user, "register.homologate")
    for change in (
        {"until": today() - dt.timedelta(days=1)},
        {"since": today() + dt.timedelta(days=1)},
        {"confirmed_by": ""},
        {"ended_by": "admin"},
    ):
        user.mandates.filter(pk=mandate.pk).update(**change)
        assert not may(user, "register.homologate"), change
        user.mandates.filter(pk=mandate.pk).update(
            until=None, since=mandate.since, confirmed_by="secretaria", ended_by=""
        )
    user.is_active = False
    assert not may(user, "register.homologate")


def test_a_permission_that_does_not_exist_is_never_asked_for() -> None:
    from convive.web.office.guard import requires

    with pytest.raises(KeyError):
        requires("register.homologat")
