"""What measures stand in, changed in the office: stages, objectives and bodies; and why, which every change says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.strategy import reading
from convive.strategy.decisions import Decision
from convive.strategy.plan import Plan
from convive.web.journal.models import Line
from convive.web.office.actions import plan as actions
from planning import HERE, acts, seen_of, strategy, territory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

__all__ = ["strategy", "territory"]
FRAME = f"{HERE}marco/"
BODY = {"id": "fire-brigade", "label.es": "Bomberos", "label.en": "Fire brigade", "iati_type": "15"}
CONDITION = {"first.id": "closed", "first.label.es": "Cerrado", "first.label.en": "Closed"}
STAGE = {
    "id": "handing-over",
    "label.es": "Entrega",
    "label.en": "Handing over",
    "purpose.es": "Entregar lo logrado.",
    "purpose.en": "Hand over what was achieved.",
}


def kept(strategy: Path) -> Plan:
    found = reading.load(strategy)
    assert found is not None
    return found


def test_a_body_and_an_objective_come_change_and_go(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_text("utf-8")
    new = f"{FRAME}body/agregar/"
    assert sec.post(new, seen_of(sec, new) | BODY).headers["Location"] == FRAME
    address = f"{FRAME}body/fire-brigade/cambiar/"
    assert sec.post(address, seen_of(sec, address) | {"label.es": "Cuerpo de Bomberos"}).status_code == 302
    assert kept(strategy).bodies["fire-brigade"].label.es == "Cuerpo de Bomberos"
    out = f"{HERE}retirar/body/fire-brigade/"
    said = {"seen": sec.get(out).context["seen"], "reason": "Ya no participa"}
    assert sec.post(out, said).headers["Location"] == FRAME
    assert "se retiró el" in sec.get(FRAME).text
    new = f"{FRAME}objective/agregar/"
    told = {"id": "trust", "kind": "strategic", "label.es": "Confianza", "label.en": "Trust"}
    assert sec.post(new, seen_of(sec, new) | told).status_code == 302
    assert kept(strategy).objectives["trust"].kind == "strategic"
    assert acts() == ["plan.added", "plan.changed", "plan.withdrawn", "plan.added"]
    assert set(Line.objects.values_list("reason", flat=True)) == {"Acuerdo 12", "Ya no participa"}
    comments = [line for line in before.splitlines() if line.startswith("#")]
    assert comments == [line for line in (strategy / "plan.toml").read_text("utf-8").splitlines() if line[:1] == "#"]
    offered = sec.get(f"{HERE}actividad/sessions/cambiar/").text
    assert "Cuerpo de Bomberos" not in offered, "what was withdrawn is not offered"


@pytest.mark.parametrize(("kind", "name"), [("body", "police"), ("objective", "life"), ("stage", "stabilization")])
def test_what_the_plan_stands_on_is_not_withdrawn(
    signed_in: Callable[..., Client], strategy: Path, kind: str, name: str
) -> None:
    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_bytes()
    out = f"{HERE}retirar/{kind}/{name}/"
    answer = sec.post(out, {"seen": sec.get(out).context["seen"], "reason": "Sobra"})
    assert answer.status_code == 422
    assert "hace falta para" in answer.text
    assert (strategy / "plan.toml").read_bytes() == before


def test_a_stage_comes_beyond_where_the_plan_has_been_and_goes_from_there_alone(
    signed_in: Callable[..., Client], person: Callable[..., User], strategy: Path
) -> None:
    sec, new = signed_in("sec", "technical_secretary"), f"{FRAME}stage/agregar/"
    said = seen_of(sec, new) | STAGE
    between = (
        said | CONDITION | {"after": "planning", "first.progress.measure": "cpted", "first.progress.at_least": "1"}
    )
    gateless = sec.post(new, said | {"after": "planning"})
    assert gateless.status_code == 422
    assert "no dice" in gateless.text
    assert sec.post(new, between).status_code == 302
    assert kept(strategy).course[:3] == ("planning", "handing-over", "stabilization")
    out = f"{HERE}retirar/stage/handing-over/"
    assert sec.post(out, {"seen": sec.get(out).context["seen"], "reason": "Sobra"}).status_code == 302
    assert kept(strategy).course[:2] == ("planning", "stabilization")
    decision = Decision(0, dt.date(2015, 1, 1), "planning", "skip", "Comité", "Urge", "Acta 1")
    actions.decide(decision=decision, by=person("otra", "technical_secretary"))
    late = sec.post(new, between | {"id": "late", "first.id": "late-closed"})
    assert late.status_code == 422
    assert "ya estuvo" in late.text


def test_a_change_without_a_reason_is_refused_and_what_was_typed_stays(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    sec = signed_in("sec", "technical_secretary")
    before = (strategy / "plan.toml").read_bytes()
    for address, typed in (
        (f"{FRAME}body/agregar/", BODY),
        (f"{FRAME}body/police/cambiar/", {"label.es": "La Policía"}),
        (f"{HERE}medida/cpted/cambiar/", {"label.es": "Otra medida"}),
    ):
        answer = sec.post(address, seen_of(sec, address) | typed | {"reason": " "})
        assert answer.status_code == 422
        assert typed["label.es"] in answer.text
    assert (strategy / "plan.toml").read_bytes() == before
    assert acts() == []
