"""Registered measures in the release and on their page: the verdict with its doubt, and nothing that may not leave."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from convive.evaluation import verdict
from convive.evaluation.registration import Registered, Registration, read, register
from convive.evaluation.scenarios import STEADY, draw
from convive.publication.edition import Edition
from convive.publication.pages import build
from convive.publication.pages.page import Notice, Prose, Section, Table
from convive.publication.release.evaluations import evaluations
from convive.territory import Territory

AS_OF = dt.date(2015, 6, 30)
UNITS = ("2401", "2402", "2403")


@pytest.fixture(scope="module")
def territory() -> Territory:
    return Territory.load(Path(__file__).parents[3] / "examples" / "tumbes" / "territory")


@pytest.fixture(autouse=True)
def every_design_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "offered", lambda design, errors: True)


def cases(yearly: list[float], ratio: float = 1.0) -> pl.DataFrame:
    """Deaths of the three provinces 2011–June 2015 on the tenth of their month; ``ratio`` in the third from 2014 on."""
    ratios = np.ones((3, 54))
    ratios[2, 36:] = ratio
    counts = draw(STEADY, yearly, 54, seed=5, ratio=ratios)[0].astype(int)
    rows = [
        (dt.date(2011 + at // 12, at % 12 + 1, 10), UNITS[unit])
        for unit in range(3)
        for at in range(54)
        for _ in range(counts[unit, at])
    ]
    frame = pl.DataFrame(rows, schema={"occurred_on": pl.Date, "occurrence_unit": pl.String}, orient="row")
    return frame.with_columns(status=pl.lit("matched"), figure_in_ceic=pl.lit(True))


def registered(tmp_path: Path, **more: Any) -> tuple[Registered, ...]:
    told: dict[str, Any] = {
        "id": "controles",
        "name": {"es": "Controles", "en": "Checkpoints"},
        "question": {"es": "¿Bajaron?", "en": "Did they fall?"},
        "outcome": "homicide",
        "treated": ("2403",),
        "comparison": ("2401",),
        "around": ("2402",),
        "start": dt.date(2014, 1, 1),
        "expected": 0.8,
        "design": "difference-in-differences",
        "second": "structural-series",
        "judged_after_months": 24,
    }
    path = tmp_path / "strategy" / "evaluations.jsonl"
    register(path, Registration.model_validate(told | more), on=dt.date(2013, 12, 1))
    return read(path)


def told(frame: pl.DataFrame, territory: Territory, promises: tuple[Registered, ...]) -> dict[str, Any]:
    (found,) = evaluations(frame, territory, promises, concept="ceic", place="occurrence", least=3, as_of=AS_OF)
    return found


def said(edition: Edition, language: str) -> str:
    def words(block: Any) -> str:
        if isinstance(block, Section):
            return " ".join([block.title, *map(words, block.blocks)])
        if isinstance(block, Prose):
            return " ".join(block.paragraphs)
        if isinstance(block, Notice):
            return f"{block.heading} {block.text}"
        if isinstance(block, Table):
            return " ".join(cell if isinstance(cell, str) else cell.text for row in block.rows for cell in row)
        return ""

    page = build(edition, "evaluations", language)
    return " ".join([page.title, *page.lead, *map(words, page.blocks)])


def test_a_measure_that_helped_is_told_with_promise_doubt_and_surroundings(
    tmp_path: Path, territory: Territory, small_edition: Edition
) -> None:
    found = told(cases([120, 60, 90], 0.4), territory, registered(tmp_path))
    assert found["verdict"] == "likely-helped"
    assert found["high"] < 1
    assert found["until"] == "2015-06-30"
    assert {one["kind"] for one in found["placebos"]} == {"displacement"}
    assert found["second"]["design"] == "structural-series"
    assert not found["settled"]
    spanish, english = (said(replace(small_edition, evaluations=[found]), language) for language in ("es", "en"))
    assert "Probablemente ayudó" in spanish
    assert "Likely helped" in english
    assert found["registered"]["hash"] in spanish
    assert "antes del inicio" in spanish
    assert "Muertes evitadas" in spanish
    assert "24 meses después" in spanish


def test_a_handful_of_deaths_tells_no_number(tmp_path: Path, territory: Territory, small_edition: Edition) -> None:
    frame = cases([120, 60, 1e-9])
    few = pl.DataFrame({"occurred_on": [dt.date(2012, 3, 10), dt.date(2014, 3, 10)], "occurrence_unit": ["2403"] * 2})
    frame = pl.concat([frame, few.with_columns(status=pl.lit("matched"), figure_in_ceic=pl.lit(True))])
    found = told(frame, territory, registered(tmp_path))
    assert (found["verdict"], found["rule"]) == ("cannot-tell", "withheld")
    assert all(found[name] is None for name in ("ratio", "low", "high", "averted", "p"))
    assert found["placebos"] == []
    assert "se reservan" in said(replace(small_edition, evaluations=[found]), "es")


def test_too_early_is_said_in_words_and_an_amendment_stands_there(
    tmp_path: Path, territory: Territory, small_edition: Edition
) -> None:
    promises = registered(tmp_path, start=dt.date(2015, 4, 1))
    path = tmp_path / "strategy" / "evaluations.jsonl"
    changed = promises[0].now.model_copy(update={"expected": 0.9, "reason": "Menos presupuesto."})
    register(path, changed, on=dt.date(2015, 5, 1))
    found = told(cases([120, 60, 90]), territory, read(path))
    assert (found["verdict"], found["rule"], found["kept"]) == ("cannot-tell", "refused", False)
    spanish = said(replace(small_edition, evaluations=[found]), "es")
    assert "La serie es muy corta" in spanish
    assert "Enmienda del 1 de mayo de 2015: Menos presupuesto." in spanish


def test_the_page_without_measures_says_so_and_the_menu_does_not_lead_there(small_edition: Edition) -> None:
    page = build(replace(small_edition, evaluations=[]), "evaluations", "es")
    assert "evaluations" not in page.menu
    assert "todavía no se ha registrado ninguna medida" in " ".join([*page.lead, *[str(one) for one in page.blocks]])


def test_no_day_and_no_person_leaves(tmp_path: Path, territory: Territory) -> None:
    frame = cases([120, 60, 90]).with_columns(name=pl.lit("CANARIO PÉREZ"))
    found = told(frame, territory, registered(tmp_path))
    written = json.dumps(found, ensure_ascii=False)
    assert "CANARIO" not in written
    assert "-10" not in written.replace(found["registered"]["hash"], "")
