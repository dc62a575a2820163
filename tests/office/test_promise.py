"""How a measure will be judged, registered in the office before it starts: what the data bear, the promise, the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from convive.evaluation.registration import FILE, Registration, read, register
from convive.evaluation.scenarios import STEADY, draw
from convive.web.office.guard import today
from planning import HERE, acts, last, strategy, territory

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["strategy", "territory"]

PAGE = f"{HERE}medida/less-alcohol/evaluacion/"
UNITS = ("2401", "2402", "2403")


@pytest.fixture
def later(strategy: Path) -> dt.date:
    """The measure is to begin in the future; returns its first day."""
    start = (today() + dt.timedelta(days=120)).replace(day=1)
    path = strategy / "plan.toml"
    text = path.read_text("utf-8")
    begin, end = text.index('id = "less-alcohol"'), text.index('id = "resocialise-heal"')
    part = text[begin:end].replace("2014-07-01", start.isoformat()).replace("2015-01-01", start.isoformat())
    for year in ("2014", "2015", "2016"):
        part = part.replace(f"until = {year}", f"until = {start.year + 1}")
    path.write_text(text[:begin] + part + text[end:], "utf-8")
    return start


@pytest.fixture(autouse=True)
def killings(folder: Path) -> Iterator[None]:
    """Five years of deaths in three provinces, about 48 a year."""
    counts = draw(STEADY, [30, 12, 6], 60, seed=3)[0].astype(int)
    begin = today().year - 5
    rows = [
        (dt.date(begin + at // 12, at % 12 + 1, 10), UNITS[unit])
        for unit, at in np.argwhere(counts > 0)
        for _ in range(counts[unit, at])
    ]
    frame = pl.DataFrame(rows, schema={"occurred_on": pl.Date, "occurrence_unit": pl.String}, orient="row")
    told = {
        "status": "matched",
        "occurred_precision": "day",
        "sex": "male",
        "intent": "assault",
        "mechanism": "firearm",
    }
    told |= {"motive": "revenge", "resolved": "no", "place_type": "street"}
    flags = {"figure_in_ceic": True, "figure_in_qualified": True, "age_years": 30}
    blank = pl.lit(None, pl.Date)
    literal = {name: pl.lit(value) for name, value in (told | flags).items()}
    path = folder / "private" / "cases.parquet"
    path.parent.mkdir(exist_ok=True)
    frame.with_columns(died_on=blank, registered_on=blank, **literal).write_parquet(path)
    settings = folder / "observatory.toml"
    kept = settings.read_text("utf-8")
    settings.write_text(with_cut_off(kept, dt.date(begin + 4, 12, 31)), "utf-8")
    yield
    settings.write_text(kept, "utf-8")
    path.unlink()


def with_cut_off(text: str, day: dt.date) -> str:
    """The settings of a city whose data go until ``day``."""
    lines = [line for line in text.splitlines() if not line.startswith("as_of")]
    at = lines.index("[observatory]") + 1
    return "\n".join([*lines[:at], f"as_of = {day.isoformat()}", *lines[at:]]) + "\n"


def filled(client: Client, **more: str) -> dict[str, Any]:
    context = client.get(PAGE).context
    sent: dict[str, Any] = {"seen": context["seen"], "register": ""}
    for cell in context["parts"]:
        sent[cell["name"]] = cell["text"]
        if cell["form"] == "choice":
            sent[cell["name"]] = next((value for value, _, on in cell["choices"] if on), cell["choices"][0][0])
    return sent | more


def test_the_form_proposes_what_the_data_bear_with_what_it_would_see(
    signed_in: Callable[..., Client], later: dt.date
) -> None:
    page = signed_in("sec", "technical_secretary").get(PAGE)
    assert page.status_code == 200
    assert page.context["wrong"] == ""
    designs = {each.design: each for each in page.context["found"]}
    assert designs["interrupted-series"].possible
    assert "muertes al año" in designs["interrupted-series"].sees[0]
    assert "6 meses" in designs["interrupted-series"].sees[0]
    assert not designs["difference-in-differences"].possible
    assert designs["difference-in-differences"].why
    assert "Horas de venta de alcohol" in page.text
    assert "de «Horas de venta de alcohol» puede esperarse aquí" in page.text.replace("De «", "de «")


def test_places_are_tried_before_anything_is_registered(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    sec = signed_in("sec", "technical_secretary")
    said = {name: typed for name, typed in filled(sec).items() if name != "register"} | {"look": ""}
    compared = sec.post(PAGE, said | {"treated": "2401", "comparison": "2402, 2403"})
    assert compared.status_code == 200
    assert next(each for each in compared.context["found"] if each.design == "difference-in-differences").possible
    within = sec.post(PAGE, said | {"comparison": "2401"})
    assert within.status_code == 422
    assert "«2401» está dentro de «24»" in within.text
    unlikely = sec.post(PAGE, said | {"expected": "0.3"})
    assert "El plan espera más que todo lo que la evidencia sostiene" in unlikely.text
    assert not (strategy / FILE).exists()


def test_it_is_registered_hashed_logged_and_shown_and_a_change_is_an_amendment_with_its_reason(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    sec = signed_in("sec", "technical_secretary")
    assert "Nadie ha registrado todavía" in sec.get(f"{HERE}medida/less-alcohol/").text
    assert [one[0] for one in sec.get(HERE).context["unpromised"]] == ["less-alcohol"]
    answer = sec.post(PAGE, filled(sec))
    assert answer.status_code == 302, answer.context["wrong"]
    (found,) = read(strategy / FILE)
    assert found.first.before_start
    assert (found.now.measure, found.now.start, found.now.outcome) == ("less-alcohol", later, "homicides")
    assert acts() == ["evaluation.registered"]
    assert last()["hash"] == found.first.hash
    assert FILE in last()["files"]
    assert sec.get(HERE).context["unpromised"] == []
    shown = sec.get(f"{HERE}medida/less-alcohol/")
    assert found.first.hash in shown.text
    again = filled(sec)
    assert again["reason"] == ""
    refused = sec.post(PAGE, again | {"expected": "0.9"})
    assert refused.status_code == 422
    assert sec.post(PAGE, again | {"expected": "0.9", "reason": "Menos presupuesto."}).status_code == 302
    (found,) = read(strategy / FILE)
    assert [one.registration.reason for one in found.amendments] == ["Menos presupuesto."]
    assert acts() == ["evaluation.registered", "evaluation.amended"]
    assert "Menos presupuesto." in sec.get(f"{HERE}medida/less-alcohol/").text


def test_an_amendment_changes_nothing_that_nobody_changed(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    """An older registration names what the form offers no more."""
    told: dict[str, Any] = {
        "id": "less-alcohol",
        "measure": "less-alcohol",
        "name": {"es": "Menos", "en": "Less"},
        "question": {"es": "¿Bajaron?", "en": "Did they fall?"},
        "outcome": "share_qualified",
        "treated": ("24",),
        "start": later,
        "expected": 0.85,
        "design": "interrupted-series",
        "second": "structural-series",
        "judged_after_months": 12,
    }
    older = Registration.model_validate(told)
    register(strategy / FILE, older, on=today())
    sec = signed_in("sec", "technical_secretary")
    assert sec.post(PAGE, filled(sec, expected="0.9", reason="Menos presupuesto.")).status_code == 302
    (found,) = read(strategy / FILE)
    assert found.now == older.model_copy(update={"expected": 0.9, "reason": "Menos presupuesto."})


def test_the_second_of_two_is_told_and_loses_nothing(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    ana, luis = (signed_in(name, "technical_secretary") for name in ("ana", "luis"))
    hers, his = filled(ana, **{"name.es": "Nombre de Ana"}), filled(luis, **{"name.es": "Nombre de Luis"})
    assert ana.post(PAGE, hers).status_code == 302
    late = luis.post(PAGE, his)
    assert late.status_code == 409
    (found,) = read(strategy / FILE)
    assert [one.registration.name.es for one in found.versions] == ["Nombre de Ana"]
    assert found.first.hash in late.text
    assert "Nombre de Luis" in late.text
    again = his | {"seen": late.context["seen"], "reason": "El nombre acordado."}
    assert luis.post(PAGE, again).status_code == 302
    assert len(read(strategy / FILE)[0].versions) == 2
    assert acts() == ["evaluation.registered", "evaluation.amended"]


def test_what_is_no_promise_is_refused_in_words(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    sec = signed_in("sec", "technical_secretary")
    said = filled(sec)
    for wrong, words in (
        ({"start": (later - dt.timedelta(days=40)).isoformat()}, "antes que la medida"),
        ({"design": "difference-in-differences"}, "necesitan lugares de comparación"),
        ({"design": "difference-in-differences", "treated": "2401", "comparison": "9999"}, "no está en el territorio"),
        ({"treated": "2401", "comparison": "2401"}, "está en dos lados"),
        ({"expected": "12"}, "no es una razón"),
        ({"judged_after_months": "2"}, "van de 6 a 120"),
        ({"treated": ""}, "dónde actúa"),
        ({"question.es": ""}, "no puede quedar vacía"),
    ):
        answer = sec.post(PAGE, said | wrong)
        assert answer.status_code == 422, wrong
        assert words in answer.text, wrong
        for name, typed in wrong.items():
            cell = next(one for one in answer.context["parts"] if one["name"] == name)
            assert cell["text"] == typed
    started = f"{HERE}medida/task-force/evaluacion/"
    page = sec.get(started)
    assert "ya no se puede registrar antes" in page.text
    assert 'name="register"' not in page.text
    assert sec.post(started, said | {"start": later.isoformat()}).status_code == 422
    assert not (strategy / FILE).exists()
    assert acts() == []


def test_who_does_not_reach_the_places_does_not_register(
    signed_in: Callable[..., Client], person: Callable[..., Any], strategy: Path, later: dt.date
) -> None:
    sec = signed_in("sec", "technical_secretary")
    said = filled(sec)
    elsewhere = signed_in("lucho", "technical_secretary", unit="2403")
    assert elsewhere.get(PAGE).status_code == 403
    assert elsewhere.post(PAGE, said).status_code == 403
    border = f"{HERE}medida/guns-drugs/evaluacion/"
    assert elsewhere.post(border, said | {"treated": "24"}).status_code in (403, 422)
    assert signed_in("mem", "member").get(PAGE).status_code == 403
    assert not (strategy / FILE).exists()


def test_a_registry_that_was_altered_is_told_and_nothing_is_written(
    signed_in: Callable[..., Client], strategy: Path, later: dt.date
) -> None:
    sec = signed_in("sec", "technical_secretary")
    sec.post(PAGE, filled(sec))
    path = strategy / FILE
    path.write_text(path.read_text("utf-8").replace('"judged_after_months": 12', '"judged_after_months": 60'), "utf-8")
    page = sec.get(PAGE)
    assert page.status_code == 503
    assert "evaluations.jsonl" in page.text
    assert sec.get(f"{HERE}medida/less-alcohol/").status_code == 200


def test_without_a_build_the_page_says_so(signed_in: Callable[..., Client], folder: Path, later: dt.date) -> None:
    path = folder / "private" / "cases.parquet"
    kept = path.read_bytes()
    path.unlink()
    try:
        page = signed_in("sec", "technical_secretary").get(PAGE)
    finally:
        path.write_bytes(kept)
    assert page.status_code == 200
    assert "convive build" in page.text
