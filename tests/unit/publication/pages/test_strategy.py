"""Choose and Act: what a committee decided and does, with its doubt, its gates and its evidence; and nothing
private."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convive.decision.choice import choose
from convive.decision.reading import load as load_matrix
from convive.errors import LANGUAGES
from convive.publication.edition import Edition
from convive.publication.pages import build
from convive.publication.pages.page import Page, Table
from convive.publication.release.acting import acting
from convive.publication.release.choosing import choosing
from convive.publication.release.writing import json_bytes
from convive.strategy import evidence, reading
from convive.strategy.review import review

AS_OF = dt.date(2015, 6, 30)


def strings(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from strings(getattr(thing, field.name))
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from strings(part)


def said(page: Page) -> str:
    return "\n".join(strings(page)).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def choice(tumbes: Path) -> dict[str, Any]:
    told = json_bytes(choosing(choose(load_matrix(tumbes / "strategy"), draws=4_000)))
    found: dict[str, Any] = json.loads(told)
    return found


def with_plan(edition: Edition, folder: Path) -> Edition:
    plan = reading.load(folder)
    assert plan is not None
    told = json_bytes(acting(review(folder, plan, edition.figures, as_of=AS_OF)))
    return dataclasses.replace(edition, plan=json.loads(told))


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_pages_say_everything_in_both_languages(
    small_edition: Edition, choice: dict[str, Any], tumbes: Path, language: str
) -> None:
    edition = with_plan(dataclasses.replace(small_edition, choice=choice), tumbes / "strategy")
    for name in ("choose", "act"):
        page = build(edition, name, language)
        assert "{" not in said(page)
        assert name in page.menu
        assert page.blocks


def test_choose_says_decision_doubt_and_dissent(small_edition: Edition, choice: dict[str, Any]) -> None:
    page = build(dataclasses.replace(small_edition, choice=choice), "choose", "es")
    assert page.lead[0].startswith("Seguridad ciudadana es primero con 17 puntos. Le siguen, a 1:")
    text = said(page)
    assert "16 (impreso 13)" in text
    assert "Basta mover un paso un solo puntaje, cualquiera de estos 4" in text
    assert "Basta pasar 4.2 % del peso de Viabilidad política a Costo" in text
    assert "La matriz no distingue Justicia penal y Diseño ambiental" in text
    assert "Sociedad civil (inventada) pone 2; la mediana de los demás es 5" in text
    assert [block.anchor for block in page.blocks] == ["decision", "doubt", "dissent", "evidence", "detail"]


def test_choose_shows_what_stakeholders_give_and_of_how_many_it_is_known(
    small_edition: Edition, choice: dict[str, Any]
) -> None:
    page = build(dataclasses.replace(small_edition, choice=choice), "choose", "es")
    tables = {block.caption: block for block in page.blocks[4].blocks if isinstance(block, Table)}
    fed = tables["Lo que dicen los actores frente a lo que dice la matriz"]
    rights = next(row for row in fed.rows if row[0] == "Derechos humanos")
    assert rights[1:4] == ("2", "4.0", "2")
    assert len(tables["Los actores"].rows) == 8


def test_scorers_are_named_only_where_the_matrix_says_so(tumbes: Path, tmp_path: Path) -> None:
    shutil.copytree(tumbes / "strategy", tmp_path / "strategy")
    path = tmp_path / "strategy" / "matrix.toml"
    path.write_text(path.read_text("utf-8").replace("named = true", "named = false"), "utf-8")
    told = json.dumps(choosing(choose(load_matrix(tmp_path / "strategy"), draws=1_000)), ensure_ascii=False)
    for private in ("Sociedad civil (inventada)", "business", "Sin trato justo nadie denuncia", "mano dura trajo"):
        assert private not in told
    assert "los puntajes se separan" in told
    assert "Hoja 1" in told


def test_act_says_the_stage_since_when_and_what_keeps_the_gate_shut(small_edition: Edition, tumbes: Path) -> None:
    page = build(with_plan(small_edition, tumbes / "strategy"), "act", "es")
    assert page.lead[0] == "El plan está en la etapa de Estabilización desde el 1 jul. 2014."
    assert page.lead[1].startswith("Para pasar a la siguiente faltan 3 de 3 condiciones: Como mucho 15 homicidios")
    text = said(page)
    assert "se pasó a Estabilización. Decidió: Comité, sesión de junio de 2014 (ejemplo)" in text
    assert "Aun alcanzada, solo se vería en 14 de cada 100 casos" in text
    assert "sin pruebas" in text
    assert "212,500" in text or "308,800" in text


def test_what_is_written_about_people_and_what_is_not_public_never_leaves(
    small_edition: Edition, tumbes: Path, tmp_path: Path
) -> None:
    """Canaries: who recorded and confirmed, the note, the title of evidence that may not be shown."""
    shutil.copytree(tumbes / "strategy", tmp_path / "strategy")
    folder = tmp_path / "strategy"
    plan = reading.load(folder)
    assert plan is not None
    told = {"recorded_on": "2015-06-26", "act": "attach", "activity": "victim-care", "kind": "figure"}
    told |= {"dated": "2015-06-20", "quantity": "4", "by": "Zenobia Canaria", "note": "viuda de Quispetrucho"}
    line = evidence.attach(folder, plan, told | {"title": "Atención a Telesfora Piscoya", "public": ""})
    seen = {"recorded_on": "2015-06-26", "act": "confirm", "refers": line.id, "by": "Filomena Chirapaq"}
    evidence.attach(folder, plan, seen | {"note": "cotejado con Abundio"})
    edition = with_plan(small_edition, folder)
    published = json.dumps(edition.plan, ensure_ascii=False) + said(build(edition, "act", "es"))
    for canary in ("Zenobia", "Quispetrucho", "Telesfora", "Chirapaq", "Abundio", "secretaria", "analista", line.hash):
        assert canary not in published
    assert "título reservado" in published
