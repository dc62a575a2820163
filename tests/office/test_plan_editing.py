"""The plan edited in the office, by one, by two at once, and as a workbook that comes back."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from openpyxl import load_workbook

from convive.strategy import adding, editing, reading
from convive.web.journal.models import Line
from convive.web.office.guard import today
from convive.web.office.plan import desk as desks
from convive.web.office.plan import forms
from convive.web.office.plan.frame_forms import fields_of
from planning import HERE, acts, last, seen_of, strategy, territory

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

__all__ = ["strategy", "territory"]


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
        for kind, place in editing.PLACES.items():
            for part in getattr(plan, place).values():
                fields = fields_of(kind, plan, part, language)
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
    accept = {"do": "accept", "difference": shown.context["signed"], "reason": "Acuerdo 12"}
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


def test_a_measure_comes_complete_or_not_at_all(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    address = f"{HERE}medida-nueva/"
    of = seen_of(sec, f"{HERE}medida/cpted/cambiar/")
    later = (today() + dt.timedelta(days=60)).isoformat()
    first = {"first.id": "lamps", "first.label.es": "Faroles", "first.label.en": "Lamps", "first.lead": "municipality"}
    first |= {"first.from": later, "first.until": later, "first.need.kind": "document", "first.need.quantity": "2"}
    first |= {"first.need.what.es": "actas", "first.need.what.en": "minutes"}
    said = of | first | {"id": "lights", "label.es": "Alumbrado", "label.en": "Lighting"}
    for wrong, words in (
        ({"id": "cpted"}, "se usa dos veces"),
        ({"first.from": "2014-01-01"}, "antes de hoy"),
    ):
        answer = sec.post(address, said | wrong)
        assert (answer.status_code, words in answer.text, "Faroles" in answer.text) == (422, True, True), words
    assert sec.post(address, said).headers["Location"] == "/es/plan/medida/lights/"
    one = desks.desk().plan.measures["lights"]
    assert (one.activity[0].needs[0].quantity, one.evaluation.named_on) == (2, today())
    assert "Alumbrado" in sec.get(HERE).text
    assert (acts(), last()["kind"]) == (["plan.added"], "measure")
    part = signed_in("part", "technical_secretary", unit="2403")
    assert part.post(address, said | {"id": "lights-again", "first.id": "lamps-again"}).status_code == 403


def test_an_indicator_and_a_condition_come_to_the_plan(signed_in: Callable[..., Client], strategy: Path) -> None:
    sec = signed_in("sec", "technical_secretary")
    address = f"{HERE}indicador-nuevo/"
    said = seen_of(sec, address) | {
        "id": "fewer-killings",
        "label.es": "Menos",
        "label.en": "Fewer",
        "unit.es": "casos",
    }
    said |= {"unit.en": "cases", "baseline.period": "2013", "target.value": "30", "target.by": "2018-12-31"}
    neither = sec.post(address, said)
    assert (neither.status_code, "figure, output" in neither.text) == (422, True)
    assert sec.post(address, said | {"figure.indicator": "homicides", "figure.unit": "24"}).status_code == 302
    figure = desks.desk().plan.indicators["fewer-killings"].figure
    assert figure is not None
    assert (figure.indicator, figure.unit) == ("homicides", "24")
    gate = f"{HERE}puerta/condicion-nueva/"
    said = seen_of(sec, gate) | {"id": "met", "label.es": "Se reunió", "label.en": "It met"}
    said |= {"evidence.activity": "sessions", "evidence.kind": "minute", "evidence.at_least": "3"}
    assert sec.post(gate, said).status_code == 302
    assert "met" in desks.desk().review.missing()
    assert acts() == ["plan.added"] * 2


def test_what_is_withdrawn_is_told_with_its_reason_and_by_nobody_else(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    sec, officer = signed_in("sec", "technical_secretary"), signed_in("rosa", "agency_officer", body="municipality")
    plan = desks.desk().plan
    free = next(one.id for one in plan.measure if not list(adding.waiting(plan, "measure", one.id)))
    address = f"{HERE}retirar/measure/{free}/"
    assert officer.post(address, {"reason": "x"}).status_code == 403
    seen = sec.get(address).context["seen"]
    for wrong in ({"reason": " ", "seen": seen}, {"reason": "Sin fondos", "seen": "otra"}):
        assert sec.post(address, wrong).status_code == 422
    assert acts() == []
    assert sec.post(address, {"reason": "Sin fondos", "seen": seen}).status_code == 302
    assert "Sin fondos" in sec.get(HERE).text
    assert {one.state for one in desks.desk().review.progress[free].activities} == {"withdrawn"}
    line = Line.objects.get(act="plan.withdrawn")
    assert (line.subject, line.by, line.reason) == (free, "sec", "Sin fondos")
    condition = f"{HERE}retirar/condition/plan-approved/"
    assert "plan-approved" in desks.desk().review.missing()
    said = {"reason": "Se aprobó en otra instancia", "seen": sec.get(condition).context["seen"]}
    refused = sec.post(condition, said)
    assert refused.status_code == 422
    assert "saltar la puerta sin decirlo" in refused.text
    assert "plan-approved" in desks.desk().review.missing()
    offered = [name for name, _ in sec.get(f"{HERE}puerta/").context["conditions"]]
    assert "plan-approved" not in offered
    later = f"{HERE}retirar/condition/{offered[0]}/"
    assert sec.post(later, said | {"seen": sec.get(later).context["seen"]}).status_code == 302
    assert Line.objects.filter(act="plan.withdrawn", subject=offered[0]).exists()
