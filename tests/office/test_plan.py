"""The plan in the office: looked at, stopped at gates, changed from outside, told to citizens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.publication.release.answering import answering
from convive.publication.release.writing import json_bytes
from convive.strategy.decisions import load as decisions
from convive.texts import say
from convive.web.committee.snapshot import PUBLIC_ACTS, snapshot
from convive.web.journal.models import Line
from convive.web.office.plan import desk as desks
from planning import ATTACH, CANARY, HERE, SAID, acts, last, seen_of, strategy, territory

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["strategy", "territory"]


def test_the_pages_show_the_plan_in_both_languages(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "member")
    for language, words in (("es", "Activar el Comité"), ("en", "Activate the Citizen Security Committee")):
        page = client.get(f"/{language}/plan/")
        assert page.status_code == 200
        assert words in page.text
        for address in ("medida/activate-committee/", "actividad/sessions/"):
            assert client.get(f"/{language}/plan/{address}").status_code == 200
    assert client.get(f"{HERE}medida/no-such/").status_code == 404


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
