"""Registered measures in the release and on their page: the verdict with its doubt, and nothing that may not leave."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import typer

from convive.cli import evaluate
from convive.errors import EvaluationError
from convive.evaluation import verdict
from convive.evaluation.cost import income_lost
from convive.evaluation.cost.told import read as read_costs
from convive.evaluation.registration import Registered, Registration, looked_through, read, register
from convive.evaluation.scenarios import STEADY, draw
from convive.publication.edition import Edition
from convive.publication.pages import BUILDERS, build, names
from convive.publication.pages.page import ChartBlock, Notice, Prose, Section, Table
from convive.publication.release.acting import acting
from convive.publication.release.costing import costing
from convive.publication.release.evaluations import Register, evaluations
from convive.register.quality import Break
from convive.strategy import reading
from convive.strategy.review import review
from convive.territory import Territory

AS_OF = dt.date(2015, 6, 30)
UNITS = ("2401", "2402", "2403")


@pytest.fixture(scope="module")
def territory() -> Territory:
    return Territory.load(Path(__file__).parents[3] / "examples" / "tumbes" / "territory")


@pytest.fixture(autouse=True)
def every_design_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "offered", lambda design, errors: True)
    monkeypatch.setattr("convive.evaluation.evaluate.offered", lambda design, errors: True)


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
    return as_cases(frame)


def as_cases(frame: pl.DataFrame, sex: str = "male") -> pl.DataFrame:
    """Deaths with all that counting asks of a case."""
    blank = pl.lit(None, pl.Date)
    told = {"status": "matched", "occurred_precision": "day", "sex": sex, "intent": "assault", "mechanism": "firearm"}
    flags = {"figure_in_ceic": True, "figure_in_qualified": True}
    return frame.with_columns(
        died_on=blank, registered_on=blank, **{name: pl.lit(value) for name, value in (told | flags).items()}
    )


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
    found: dict[str, Any] = evaluations(Register(frame, territory, "ceic", "occurrence", AS_OF, 3), promises)[0]
    return found


def league_of(edition: Edition) -> list[Any]:
    return [
        inner
        for block in build(edition, "evaluations", "es").blocks
        if isinstance(block, Section)
        for inner in block.blocks
    ]


def page_of(edition: Edition, name: str, language: str) -> str:
    def words(block: Any) -> str:
        if isinstance(block, Section):
            return " ".join([block.title, *map(words, block.blocks)])
        if isinstance(block, Prose):
            return " ".join(block.paragraphs)
        if isinstance(block, Notice):
            return f"{block.heading} {block.text}"
        if isinstance(block, ChartBlock):
            return f"{block.alt} {words(block.table)}"
        if isinstance(block, Table):
            return " ".join(cell if isinstance(cell, str) else cell.text for row in block.rows for cell in row)
        return ""

    page = build(edition, name, language)
    return " ".join((page.title, *page.lead, *map(words, page.blocks)))


def said(edition: Edition, language: str) -> str:
    return " ".join(page_of(edition, name, language) for name in names(edition) if name.startswith("evaluations"))


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
    assert [one["months"] for one in found["foresight"]["falls"]] == [6, 12, 24, 36]
    assert f"una baja de {found['foresight']['falls'][1]['percent']} % o más después de 12 meses" in spanish
    assert "nadie dice lo que costó" in spanish
    league = next(block for block in league_of(replace(small_edition, evaluations=[found])) if isinstance(block, Table))
    assert league.header[1].startswith("Cambio compatible")
    assert league.stacked


def test_a_handful_of_deaths_tells_no_number(tmp_path: Path, territory: Territory, small_edition: Edition) -> None:
    frame = cases([120, 60, 1e-9])
    few = pl.DataFrame({"occurred_on": [dt.date(2012, 3, 10), dt.date(2014, 3, 10)], "occurrence_unit": ["2403"] * 2})
    frame = pl.concat([frame, as_cases(few)])
    found = told(frame, territory, registered(tmp_path))
    assert (found["verdict"], found["rule"]) == ("cannot-tell", "withheld")
    assert all(found[name] is None for name in ("ratio", "low", "high", "averted", "p"))
    assert found["placebos"] == []
    assert (found["foresight"]["rule"], found["foresight"]["falls"]) == ("withheld", [])
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


def test_a_measure_of_the_plan_says_what_it_costs_and_what_is_known_and_gives_no_verdict_unregistered(
    tmp_path: Path, tumbes: Path, territory: Territory, small_edition: Edition
) -> None:
    loaded = reading.load(tumbes / "strategy")
    assert loaded is not None
    plan = acting(review(tumbes / "strategy", loaded, small_edition.figures, as_of=AS_OF))
    found = told(cases([120, 60, 90], 0.4), territory, registered(tmp_path, measure="guns-drugs"))
    edition = replace(small_edition, plan=plan, evaluations=[found])
    known = names(edition)
    assert "evaluations/guns-drugs" not in known  # it has the page of its evaluation
    spanish = page_of(edition, "evaluations/controles", "es")
    assert "Cada muerte evitada costó PEN" in spanish
    assert "Fieller" in spanish
    doubted = replace(edition, evaluations=[found | {"rule": "refuted", "verdict": "cannot-tell"}])
    assert "No se cree en el efecto" in page_of(doubted, "evaluations/controles", "es")
    english = page_of(edition, "evaluations/less-alcohol", "en")
    assert "without a registered design no verdict is given" in english
    assert "Cali" in english
    assert "% of the effect measured there is kept" in english
    assert "Cannot tell" in english
    assert len(known) == len(BUILDERS) + len(plan["measures"])
    # What began with it in the same places is named: no count tells them apart.
    together = page_of(edition, "evaluations/controles", "es").split("ningún conteo")[0]
    assert "Activar el Comité de Seguridad Ciudadana" in together
    assert "Menos alcohol en las horas de riesgo" not in together


def test_what_is_counted_is_what_was_registered(tmp_path: Path, territory: Territory, small_edition: Edition) -> None:
    men = cases([120, 60, 90])
    women = as_cases(
        men.filter(pl.col("occurrence_unit") == "2403").select("occurred_on", "occurrence_unit")[::3], "female"
    )
    vague = men[:40].with_columns(occurred_precision=pl.lit("year"), occurrence_unit=pl.lit("2403"))
    all_of_them = pl.concat([men, women, vague])
    alone = {"design": "interrupted-series", "comparison": (), "around": (), "second": ""}
    of_women = told(all_of_them, territory, registered(tmp_path / "a", outcome="homicides/sex=female", **alone))
    assert (
        of_women["foresight"]["says"]["en"]
        == told(women, territory, registered(tmp_path / "b", **alone))["foresight"]["says"]["en"]
    )
    assert of_women["averted"] is not None
    by_arms = told(men, territory, registered(tmp_path / "c", outcome="share_firearm", **alone))
    assert by_arms["ratio"] is not None
    assert by_arms["averted"] is None  # who was not shot may have died otherwise
    odd = told(men, territory, registered(tmp_path / "d", outcome="robberies", **alone))
    assert (odd["rule"], odd["ratio"]) == ("refused", None)
    assert "«robberies»" in odd["doubt"]["es"][0]
    spanish = said(replace(small_edition, evaluations=[of_women]), "es")
    assert "Se cuenta: Homicidios: Mujer" in spanish


def test_a_break_of_the_field_that_is_counted_stops_a_verdict_at_its_start_and_another_does_not(
    tmp_path: Path, territory: Territory
) -> None:
    frame = cases([120, 60, 90])
    changed = (Break("policia", "mechanism", 2013, 2014, ("arms",), ("firearm",)),)
    alone = {"design": "interrupted-series", "comparison": (), "around": (), "second": ""}
    of = Register(frame, territory, "ceic", "occurrence", AS_OF, 3, changed)
    (by_arms,) = evaluations(of, registered(tmp_path / "a", outcome="share_firearm", **alone))
    assert by_arms["rule"] == "refused"
    assert "policia: mechanism" in by_arms["doubt"]["en"][0]
    (all_of_them,) = evaluations(of, registered(tmp_path / "b", **alone))
    assert all_of_them["ratio"] is not None


def test_a_comparison_with_a_measure_of_its_own_is_told(tmp_path: Path, territory: Territory) -> None:
    registered(tmp_path)
    promises = registered(tmp_path, id="otra", treated=("2401",), comparison=("2402",), around=())
    found, _ = evaluations(Register(cases([120, 60, 90]), territory, "ceic", "occurrence", AS_OF, 3), promises)
    assert any("«Tumbes»" in words and "otra (2014-01-01)" in words for words in found["doubt"]["es"])
    everywhere = registered(
        tmp_path, id="todas", treated=("24",), comparison=(), around=(), design="interrupted-series"
    )
    found = evaluations(Register(cases([120, 60, 90]), territory, "ceic", "occurrence", AS_OF, 3), everywhere)[0]
    assert not any("todas" in words for words in found["doubt"]["es"])


def test_a_new_month_changes_the_verdict_and_nothing_else_is_asked(tmp_path: Path, territory: Territory) -> None:
    """Each month that comes is judged anew: first too early, then not known, then known."""
    frame, promises = cases([120, 60, 200], 0.3), registered(tmp_path, around=(), second="")
    seen = []
    for month in (2, 7, 12, 18):
        until = dt.date(2014 + (month - 1) // 12, (month - 1) % 12 + 1, 28)
        upto = frame.filter(pl.col("occurred_on") <= until)
        (found,) = evaluations(Register(upto, territory, "ceic", "occurrence", until, 3), promises)
        seen.append((found["until"], found["rule"], found["verdict"]))
    assert seen[0][1:] == ("refused", "cannot-tell")
    assert seen[-1][1:] == ("fewer", "likely-helped")
    assert [one[0] for one in seen] == ["2014-02-28", "2014-06-30", "2014-11-30", "2015-05-31"]


def test_one_bad_line_takes_no_other_measure_away(tmp_path: Path, territory: Territory, small_edition: Edition) -> None:
    registered(tmp_path, around=(), second="")
    registered(tmp_path, id="otra", treated=("2402",), around=(), second="")
    registered(tmp_path, id="tercera", treated=("2402",), around=(), second="")
    path = tmp_path / "strategy" / "evaluations.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines[1] = lines[1].replace('"expected": 0.8', '"expected": 0.5')
    path.write_text("\n".join([*lines[:2], "{no es una línea", lines[2]]) + "\n", "utf-8")
    promises, problems = looked_through(path)
    assert [(one.code, one.row) for one in problems] == [("registration-changed", 2), ("registration-unreadable", 3)]
    assert all(one.reason(language) and one.remedy(language) for one in problems for language in ("es", "en"))
    found = evaluations(Register(cases([120, 60, 90]), territory, "ceic", "occurrence", AS_OF, 3), promises)
    assert {one["id"]: one["rule"] == "changed" for one in found} == {
        "controles": False,
        "otra": True,
        "tercera": False,
    }
    spanish = said(replace(small_edition, evaluations=found, evaluations_unread=[3]), "es")
    assert "Una línea del registro de evaluaciones no se pudo leer (la 3)" in spanish
    assert "fue alterado después de escribirse" in spanish


def test_violence_is_priced_with_method_currency_and_year(small_edition: Edition) -> None:
    page = page_of(small_edition, "evaluations", "es")
    assert "54 hechos cuestan USD 485" in page.replace("\u00a0", " ")
    assert "(2008)" in page
    assert "Para el Perú: 2,77 % del PBI de 2014" in page
    assert "Lo que la ciudad no cita con su fuente no se suma" in page


MONEY = re.compile(r"\b(?:PEN|USD) [\d.,]+(.{8})")


def test_the_citys_accounts_stand_item_by_item_and_no_amount_lacks_its_year_or_its_method(
    tmp_path: Path, territory: Territory, small_edition: Edition
) -> None:
    rows = "2013,income,18000,PEN,ENAHO 2013,,\n2013,police,5000000,PEN,SIAF 2013,,\n2013,army,1,PEN,SIAF 2013,,\n"
    rows += "2013,homicide-unit-cost,900000,PEN,Acta 3 de 2014,Costo de la enfermedad.,Cost of illness.\n"
    path = tmp_path / "violence_costs.csv"
    path.write_text("year,item,amount,currency,source,method_es,method_en\n" + rows, "utf-8")
    frame = cases([120, 60, 90]).with_columns(age_years=pl.lit(30))
    found = costing(read_costs(path), Register(frame, territory, "ceic", "occurrence", AS_OF, 3), "24")
    assert found is not None
    deaths = frame.filter(pl.col("occurred_on").dt.year() == 2013).height
    (lost,) = [one["amount"] for one in found["items"] if one["item"] == "homicide-income"]
    assert lost == pytest.approx(deaths * income_lost([30], 18_000), abs=1)
    for language in ("es", "en"):
        page = page_of(replace(small_edition, violence_cost=found), "evaluations", language).replace("\u00a0", " ")
        assert "PEN 5,000,000 (2013)" in page
        assert "SIAF 2013" in page
        assert ("Costo de la enfermedad" if language == "es" else "Cost of illness") in page
        assert ("Una línea del archivo de cuentas" if language == "es" else "One line of the file") in page
        amounts = MONEY.findall(page)
        assert len(amounts) >= 5
        assert all(re.match(r" \((19|20)\d\d", after) for after in amounts), amounts
        for one in found["items"]:
            assert one["method"][language] in page
    two = frame.filter(pl.col("occurred_on").dt.year() == 2013)[:2]
    few = Register(two, territory, "ceic", "occurrence", AS_OF, 3)
    hidden = costing(read_costs(path), few, "24")
    assert hidden is not None
    assert "homicide-income" not in {one["item"] for one in hidden["items"]}
    assert (hidden["withheld"], hidden["by_units"]) == (True, None)
    assert costing(read_costs(tmp_path / "none.csv"), few, "24") is None


def test_the_page_without_measures_says_so_and_the_menu_does_not_lead_there(small_edition: Edition) -> None:
    bare = replace(small_edition, evaluations=[], plan={})
    assert [name for name in names(bare) if name.startswith("evaluations")] == ["evaluations"]
    page = build(bare, "evaluations", "es")
    assert "evaluations" not in page.menu
    assert "todavía no se ha registrado ninguna medida" in " ".join([*page.lead, *[str(one) for one in page.blocks]])


def test_no_day_and_no_person_leaves(tmp_path: Path, territory: Territory) -> None:
    frame = cases([120, 60, 90]).with_columns(name=pl.lit("CANARIO PÉREZ"))
    found = told(frame, territory, registered(tmp_path))
    written = json.dumps(found, ensure_ascii=False)
    assert "CANARIO" not in written
    assert "-10" not in written.replace(found["registered"]["hash"], "")


def test_the_command_proposes_foresees_and_registers_before_the_start(
    tmp_path: Path, tumbes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(tumbes, tmp_path / "city")
    (folder / "private").mkdir(exist_ok=True)
    cases([120, 60, 1e-9]).write_parquet(folder / "private" / "cases.parquet")
    file = tmp_path / "medida.toml"
    measure = MEASURE.format(start=dt.date.today() + dt.timedelta(days=40), treated="2401")
    file.write_text(measure, "utf-8")
    before = len(read(folder / "strategy" / "evaluations.jsonl"))
    with pytest.raises(typer.Exit):
        evaluate.run(folder, file)
    assert len(read(folder / "strategy" / "evaluations.jsonl")) == before
    evaluate.run(folder, file, write=True)
    (entry,) = read(folder / "strategy" / "evaluations.jsonl")[-1].versions
    assert entry.before_start
    shown = capsys.readouterr().out
    assert entry.hash in shown
    assert "interrupted-series" in shown
    assert "80 %" in shown
    file.write_text(measure.replace("2401", "2403").replace('"nueva"', '"otra"'), "utf-8")
    with pytest.raises(EvaluationError) as refused:
        evaluate.run(folder, file, write=True)
    assert [one.code for one in refused.value.problems] == [
        "registration-design-refused",
        "evaluation-no-events-before",
    ]
    file.write_text(measure.replace("2401", "9999"), "utf-8")
    with pytest.raises(EvaluationError, match="9999"):
        evaluate.run(folder, file)


MEASURE = """
id = "nueva"
name = {{ es = "Nueva", en = "New" }}
question = {{ es = "¿Bajaron?", en = "Did they fall?" }}
outcome = "homicide"
treated = ["{treated}"]
start = {start}
expected = 0.8
design = "interrupted-series"
judged_after_months = 24
"""
