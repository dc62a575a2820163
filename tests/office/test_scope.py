"""A mandate for a part of the territory, or for one body of the plan: who may, and who may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied

from convive.committee.roles import roles
from convive.errors import WrongUse
from convive.observatory import Observatory
from convive.standard import links_schema
from convive.web.committee import actions as committee
from convive.web.journal.models import Line
from convive.web.office.actions import accounts
from convive.web.office.actions import plan as actions
from convive.web.office.desk import Desk
from convive.web.office.guard import today
from convive.web.office.people import reset_second_factor
from convive.web.office.plan import desk as desks
from planning import ATTACH, HERE, SAID, pdf, strategy, territory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

__all__ = ["strategy", "territory"]

PROVINCE = f"{HERE}medida/cpted/"
"""A measure in the province 2401 alone."""
WHOLE = f"{HERE}medida/activate-committee/"


def test_an_officer_proves_the_activities_of_their_own_body_alone(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    health, police, none = (signed_in(body, "agency_officer", body=body) for body in ("health", "police", ""))
    for stranger in (health, none):
        assert 'name="title"' not in stranger.get(f"{HERE}actividad/sessions/").text
        assert stranger.post(ATTACH, SAID | {"file": pdf()}).status_code == 403
    assert not (strategy / "evidence").exists()
    assert not Line.objects.filter(act="evidence.attached").exists()
    led = next(one for one in desks.desk().plan.activities.values() if one.lead == "police")
    partner = next(one for one in desks.desk().plan.activities.values() if "police" in one.partners)
    for one in (led, partner):
        page = police.get(f"{HERE}actividad/{one.id}/")
        assert 'name="title"' in page.text
        said = SAID | {"kind": one.needs[0].kind, "dated": one.start.isoformat(), "quantity": "1"}
        assert police.post(f"{HERE}actividad/{one.id}/prueba/", said).status_code == 302
        assert health.post(f"{HERE}actividad/{one.id}/prueba/", said).status_code == 403
        piece = desks.desk().review.ledger.evidence[-1]
        for act in ({"do": "confirm"}, {"do": "withdraw", "reason": "x"}):
            assert health.post(f"{HERE}prueba/{piece.id}/", act).status_code == 403
        assert desks.desk().review.ledger.evidence[-1].counts is None


def test_a_district_sees_and_changes_what_is_tried_in_it(signed_in: Callable[..., Client], strategy: Path) -> None:
    inside, beside = (signed_in(unit, "technical_secretary", unit=unit) for unit in ("2401", "2402"))
    district = signed_in("240101", "analyst", unit="240101")
    assert "medida/cpted/" in inside.get(HERE).text
    assert "medida/cpted/" not in beside.get(HERE).text
    assert beside.get(PROVINCE).status_code == 403
    assert [one.get(PROVINCE).status_code for one in (inside, district)] == [200, 200]
    assert [one.get(f"{PROVINCE}cambiar/").status_code for one in (inside, beside)] == [200, 403]
    for whole in (f"{WHOLE}cambiar/", f"{HERE}puerta/", f"{HERE}excel/", f"{HERE}actividades.xlsx"):
        assert inside.get(whole).status_code == 403, whole
    assert inside.get(WHOLE).status_code == 200
    assert "cambiar" not in inside.get(WHOLE).text
    assert district.post(ATTACH, SAID).status_code == 403


def test_a_district_cannot_take_its_measure_to_another(person: Callable[..., User], strategy: Path) -> None:
    one = desks.desk().plan.measures["cpted"]
    ana = person("ana", "technical_secretary", unit="2401")
    said = {"evaluation": one.evaluation.model_dump(exclude={"named_on"}) | {"treated": ["2402"]}}
    with pytest.raises(PermissionDenied):
        actions.change(kind="measure", name="cpted", values=said, seen="", reason="x", by=ana)


def test_the_committee_is_that_of_the_whole_territory(
    signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    sec, part = person("sec", "technical_secretary"), signed_in("part", "technical_secretary", unit="2401")
    seat = committee.make_seat(code="a", office_es="A", agency="A", by=sec)
    session = committee.call(kind="ordinary", planned_on=today(), agenda="1", figures={}, by=sec)
    committee.hold(session=session, seen=1, held_on=today(), present=[], excused=[seat.pk], by=sec)
    assert part.get("/es/comite/").status_code == 200
    assert "integrantes/" not in part.get("/es/comite/").text
    for page in ("integrantes/", f"sesion/{session.code}/", f"sesion/{session.code}/acta.docx"):
        assert part.get(f"/es/comite/{page}").status_code == 403
    lines = Line.objects.count()
    said = {"kind": "ordinary", "planned_on": "2024-01-01", "agenda": ""}
    assert part.post("/es/comite/", said).status_code == 403
    assert Line.objects.count() == lines


def test_what_lies_in_no_part_of_the_territory_asks_for_all_of_it(
    signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    roles = ("technical_secretary", "custodian", "facilitator")
    part, admin = signed_in("part", *roles, unit="2401"), signed_in("admin", "administrator", unit="2401")
    for page in ("bitacora/", "cuentas/por-confirmar/", "custodia/", "talleres/"):
        assert part.get(f"/es/{page}").status_code == 403, page
    assert admin.get("/es/cuentas/").status_code == 403
    with pytest.raises(PermissionDenied):
        accounts.make(name="otra", by=person("jefa", "administrator", unit="2401"))


def test_who_was_excused_is_noted_and_counts_for_no_quorum(
    signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    sec = signed_in("sec", "technical_secretary")
    by = person("otra", "technical_secretary")
    seats = [committee.make_seat(code=code, office_es=code, agency="A", by=by) for code in "abc"]
    session = committee.call(kind="ordinary", planned_on=today(), agenda="1", figures={}, by=by)
    said = {"do": "hold", "version": "1", "held_on": today().isoformat(), "present": seats[0].pk}
    page = f"/es/comite/sesion/{session.code}/"
    assert sec.post(page, said | {"excused": [seats[0].pk, seats[1].pk]}).status_code == 302
    assert dict(session.attendances.values_list("seat__code", "excused")) == {"a": False, "b": True}
    assert "1 de 3" in sec.get(page).text
    assert f'name="excused" value="{seats[1].pk}" checked' in sec.get(page).text


def test_a_role_names_what_is_there(person: Callable[..., User], strategy: Path) -> None:
    admin, ana = person("admin", "administrator"), person("ana")
    for wrong in (
        {"role": "member", "unit": "99"},
        {"role": "agency_officer", "body": "nobody"},
        {"role": "member", "body": "police"},
    ):
        with pytest.raises(WrongUse):
            accounts.give(user=ana, by=admin, **wrong)
    given = accounts.give(user=ana, by=admin, role="agency_officer", unit="2401", body="police")
    assert (given.held.unit, given.held.body) == ("2401", "police")


def test_a_second_factor_that_is_lost_is_taken_away_at_the_machine(person: Callable[..., User]) -> None:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    ana = person("ana", "administrator")
    TOTPDevice.objects.create(user=ana, confirmed=True)
    assert not reset_second_factor("nobody")
    assert reset_second_factor("ana")
    assert not TOTPDevice.objects.filter(user=ana).exists()
    line = Line.objects.get(act="account.second_factor_reset")
    assert (line.subject, line.by) == ("ana", "(console)")


def test_the_table_holds_what_occurred_in_the_units_of_a_mandate(folder: Path, territory: None) -> None:
    records = pl.DataFrame({"record_id": ["r1", "r2", "r3", "r4"], "source_id": ["a", "b", "a", "b"]})
    desk = Desk(
        observatory=Observatory.open(folder),
        records=records,
        names={one: f"name-{one}" for one in records["record_id"]},
        links=pl.DataFrame(
            [("r1", "r2", 0.5, "people", ""), ("r3", "r4", 0.5, "people", "")], schema=links_schema(), orient="row"
        ),
        cases=pl.DataFrame({"case_id": ["c1", "c2", "c3"], "occurrence_unit": ["240301", "240101", None]}),
        case_records=pl.DataFrame({"case_id": ["c1", "c1", "c2", "c3"], "record_id": ["r1", "r2", "r3", "r4"]}),
        case_values=pl.DataFrame({"case_id": ["c1", "c2"], "record_id": ["r1", "r3"]}),
        unit_names={"2403": "Zarumilla", "240301": "Zarumilla", "240101": "Tumbes"},
    )
    part = desk.within({"2403"})
    assert part.records["record_id"].to_list() == ["r1", "r2"]
    assert part.cases["case_id"].to_list() == ["c1"]
    assert part.links.select("left", "right").rows() == [("r1", "r2")]
    assert set(part.names) == {"r1", "r2"}
    assert desk.within({"240101"}).links.is_empty()
    assert desk.within({"2403"}) is part
    assert desk.within({"nowhere"}).records.is_empty()


@pytest.mark.parametrize("role", sorted(roles()))
@pytest.mark.parametrize("unit", ["", "240101"])
def test_the_menu_leads_to_what_opens(signed_in: Callable[..., Client], strategy: Path, role: str, unit: str) -> None:
    """Every link of the menu, and of the page that people arrive at, may be followed by whoever sees it."""
    client = signed_in("ana", role, unit=unit)
    first = client.get("/es/", follow=True)
    if first.status_code == 403:
        assert unit, "a role for the whole territory has a page"
        return
    links = {link for link in re.findall(r'href="(/es/[^"#?]*)"', first.text) if link != "/es/"}
    assert len(links) > 1
    for link in sorted(links):
        assert client.get(link).status_code != 403, link
