"""The office's API: it says what the pages say, to whom they say it, and nothing that is asked of it breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from convive.web.committee import actions as committee
from convive.web.journal.models import Line
from convive.web.office.guard import today
from django_side import ask_all
from planning import ATTACH, CANARY, SAID, strategy, territory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

__all__ = ["strategy", "territory"]

HERE = "/api/v1"
EXAMPLES = 10
"""Questions to each operation."""


@pytest.fixture
def busy(person: Callable[..., User], signed_in: Callable[..., Client]) -> Client:
    """A secretary whose plan has evidence and whose committee has met."""
    sec = signed_in("sec", "technical_secretary")
    sec.post(ATTACH, SAID | {"title": CANARY})
    by = person("otra", "technical_secretary")
    seat = committee.make_seat(code="a", office_es="A", agency="A", office_en="", holder=CANARY, by=by)
    session = committee.call(kind="ordinary", planned_on=today(), agenda="1", figures={}, by=by)
    committee.hold(session=session, seen=1, held_on=today(), present=[seat.pk], by=by)
    session.refresh_from_db()
    late = today() - dt.timedelta(days=2)
    committee.agree(session=session, owner=seat, due=late, text_es="Mesa", text_en="Board", by=by)
    return sec


def test_programs_read_what_people_read(busy: Client) -> None:
    plan = busy.get(f"{HERE}/plan").json()
    assert (plan["stage"], plan["from"]) == ("planning", "2014-01-01")
    page = busy.get(f"{HERE}/plan/measures?unit=2401&limit=1").json()
    assert (page["count"], [one["id"] for one in page["items"]]) == (2, ["task-force"])
    (piece,) = busy.get(f"{HERE}/plan/activities/sessions").json()["evidence"]
    assert (piece["title"], piece["by"], piece["counts_since"]) == (CANARY, "sec", None)
    (late,) = busy.get(f"{HERE}/committee/agreements?state=overdue").json()
    assert (late["text"], late["days_late"]) == ({"es": "Mesa", "en": "Board"}, 2)
    told = busy.get(f"{HERE}/committee")
    assert told.json()["sittings"][0]["quorate"] is True
    assert CANARY not in told.text
    lines = busy.get(f"{HERE}/journal?after=1&limit=2").json()
    assert [one["number"] for one in lines["items"]] == [2, 3]
    assert Line.objects.filter(act="journal.seen", subject="api").count() == 1
    assert "no-store" in told.headers["Cache-Control"]


def test_a_part_of_the_territory_is_told_its_own(signed_in: Callable[..., Client], strategy: Path) -> None:
    beside = signed_in("ana", "technical_secretary", unit="2402")
    names = {one["id"] for one in beside.get(f"{HERE}/plan/measures?limit=100").json()["items"]}
    assert "activate-committee" in names
    assert "cpted" not in names
    assert beside.get(f"{HERE}/plan/measures/cpted").status_code == 403
    assert beside.get(f"{HERE}/journal").status_code == 403


def test_what_is_not_there_or_broken_is_told_as_json(signed_in: Callable[..., Client], strategy: Path) -> None:
    ana = signed_in("ana", "member")
    assert ana.get(f"{HERE}/plan/measures/no-such").status_code == 404
    assert ana.get(f"{HERE}/committee").status_code == 404
    assert ana.get(f"{HERE}/plan/measures?limit=0").status_code == 422
    path = strategy / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('lead = "municipality"', 'lead = "nadie"', 1), "utf-8")
    broken = ana.get(f"{HERE}/plan")
    assert (broken.status_code, "nadie" in broken.json()["detail"]) == (503, True)
    path.unlink()
    assert ana.get(f"{HERE}/plan").status_code == 404


def test_nothing_that_is_asked_breaks_it(busy: Client) -> None:
    cookies = {settings.SESSION_COOKIE_NAME: busy.cookies[settings.SESSION_COOKIE_NAME].value}
    asked = ask_all(f"{HERE}/openapi.json", examples=EXAMPLES, cookies=cookies)
    assert len(asked) == 8
    assert all(200 in codes for path, codes in asked.items() if "{" not in path), asked
