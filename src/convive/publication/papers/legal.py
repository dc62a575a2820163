"""The action plan as the law asks for it, in Spanish: Chapter I, the diagnosis from the register's released figures;
Chapter II, the strategic frame from the plan. What the register does not hold is said, never filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from convive.publication import words
from convive.publication.pages.planned import day, value
from convive.publication.papers.outline import Grid, Heading, Paper, Paragraph, Part
from convive.publication.reading import Reader
from convive.strategy.plan import Measure
from convive.strategy.reading import rights
from convive.strategy.review import Review
from convive.texts import number, say, signed

LANGUAGE = "es"
BREAKDOWNS = ("sex", "age_group", "mechanism", "place_type", "motive")


@cache
def outline() -> dict[str, Any]:
    """``legal.toml``: the headings and standing texts."""
    return tomllib.loads(Path(__file__).with_name("legal.toml").read_text("utf-8"))


def legal_plan(review: Review, reader: Reader) -> Paper:
    """The whole document; ``reader`` reads the released edition in Spanish."""
    plan, edition = review.plan, reader.edition
    subtitle = outline()["subtitle"].format(
        source=plan.source.es,
        start=day(plan.start.isoformat(), LANGUAGE),
        until=day(plan.until.isoformat(), LANGUAGE),
        as_of=day(edition.as_of.isoformat(), LANGUAGE),
        edition=f"Convive {edition.version}, {edition.inputs_sha256[:12]}",
    )
    return Paper(plan.title.es, subtitle, (*_notices(review, reader), *_diagnosis(review, reader), *_frame(review)))


def _notices(review: Review, reader: Reader) -> Iterator[Part]:
    for notice in (reader.edition.synthetic, reader.edition.coverage):
        if notice:
            yield Paragraph(outline()["synthetic"].format(notice=notice[LANGUAGE]), strong=True)
    if review.plan.synthetic:
        yield Paragraph(outline()["synthetic"].format(notice=review.plan.synthetic.es), strong=True)


def _diagnosis(review: Review, reader: Reader) -> Iterator[Part]:
    plan = review.plan
    yield _heading("one", 1)
    yield from (_heading("problem"), Paragraph(plan.problem.es))
    yield from (_heading("law"), Paragraph(outline()["law"]), Paragraph(plan.approach.es))
    yield from (_heading("approaches"), Paragraph(outline()["approaches"]))
    yield _heading("situation")
    yield from (_heading("people", 3), _population(reader))
    yield from (_heading("deaths", 3), _deaths(reader))
    yield _heading("victims", 3)
    yield Paragraph(outline()["withheld"])
    yield from _victims(reader)
    yield from (_heading("zones", 3), _zones(reader))
    yield from (_heading("perception", 3), _lacking("encuestas de victimización ni de percepción"))
    yield from (_heading("property", 3), _lacking("delitos contra el patrimonio"))
    yield from (_heading("resources", 3), _lacking("personal, locales ni equipos"))
    yield from (_heading("future"), Paragraph(plan.future.es))


def _frame(review: Review) -> Iterator[Part]:
    plan = review.plan
    yield _heading("two", 1)
    yield from (_heading("components"), *_stages(review))
    yield from (_heading("objectives"), _objectives(review))
    yield from (_heading("activities"), _activities(review))
    yield from (_heading("indicators"), _indicators(review))
    yield from (_heading("budget"), _budget(review))
    yield from (_heading("risks"), _risks(review))
    yield from (_heading("rights"), _rights(review))
    yield _heading("evaluation")
    yield Grid(
        "Evaluación nombrada antes de empezar",
        ("Medida", "Resultado", "Comparación", "Cambio esperado", "Nombrada el", "Se vería en"),
        tuple(_evaluation(review, measure) for measure in plan.pursued),
    )


def _heading(name: str, level: int = 2) -> Heading:
    return Heading(outline()["headings"][name], level)


def _lacking(what: str) -> Paragraph:
    return Paragraph(outline()["lacking"].format(what=what))


def _population(reader: Reader) -> Part:
    units = reader.own_units()
    rows = [
        (reader.edition.unit_name(row["unit_code"]), str(row["year"]), number(row["population"], LANGUAGE))
        for row in reader.edition.population.iter_rows(named=True)
        if row["unit_code"] in units and str(row["year"]) == (reader.full_year() or "")
    ]
    if not rows:
        return _lacking("la población")
    return Grid("Población", ("Territorio", "Año", "Habitantes"), tuple(rows))


def _deaths(reader: Reader) -> Part:
    rows = []
    for year in reader.full_years():
        deaths, rate = reader.figure("homicides", year), reader.figure("homicide_rate", year)
        told = words.short(rate, LANGUAGE, 1) if rate else "–"
        rows.append(
            (year, words.count(deaths, LANGUAGE), told, words.status(deaths.status, LANGUAGE) if deaths else "")
        )
    head = ("Año", "Víctimas", "Tasa por 100,000 (95 %)", "Estado")
    return Grid(f"Homicidios, {reader.focus_name}", head, tuple(rows)) if rows else _lacking("años completos")


def _victims(reader: Reader) -> Iterator[Part]:
    for name in BREAKDOWNS:
        period = reader.broken_down(name)
        rows = reader.told(reader.rows("homicides", unit=reader.focus, period=period or "", disaggregation=name))
        if rows:
            about = reader.edition.classifications.get(name, {}).get("title", {}).get(LANGUAGE, name)
            caption = f"{about}, {words.period(period or '', LANGUAGE)}"
            told = tuple((reader.category(name, row.category), words.count(row, LANGUAGE)) for row in rows)
            yield Grid(caption, ("Categoría", "Víctimas"), told)


def _zones(reader: Reader) -> Part:
    year = reader.full_year() or ""
    rows = []
    for unit in reader.below().iter_rows(named=True):
        deaths, rate = reader.figure("homicides", year, unit=unit["code"]), None
        rate = reader.figure("homicide_rate", year, unit=unit["code"])
        if deaths is not None:
            level = words.level(unit["level"], LANGUAGE)
            told = words.short(rate, LANGUAGE, 1) if rate else "–"
            rows.append((unit["name"], level, words.count(deaths, LANGUAGE), told))
    head = ("Territorio", "Nivel", "Víctimas", "Tasa por 100,000 (95 %)")
    return Grid(f"Homicidios por territorio, {year}", head, tuple(rows)) if rows else _lacking("territorios menores")


def _stages(review: Review) -> Iterator[Part]:
    for name in review.plan.course:
        stage = review.plan.stages[name]
        yield Heading(stage.label.es, 3)
        yield Paragraph(stage.purpose.es)
        gate = review.plan.gate_of(stage.id)
        rows = [("para pasar", one.label.es) for one in (gate.onward if gate else ()) if one.withdrawn is None]
        rows += [("para volver", one.label.es) for one in (gate.back if gate else ()) if one.withdrawn is None]
        if rows:
            yield Grid("Condiciones", ("Para", "Condición"), tuple(rows))


def _objectives(review: Review) -> Grid:
    plan = review.plan
    rows = []
    for objective in (one for one in plan.objective if one.withdrawn is None):
        kind = "estratégico" if objective.kind == "strategic" else "específico"
        measures = "; ".join(one.label.es for one in plan.pursued if one.objective == objective.id) or "–"
        rows.append((kind, objective.label.es, measures))
    return Grid("Objetivos y sus medidas", ("Clase", "Objetivo", "Medidas"), tuple(rows))


def _activities(review: Review) -> Grid:
    plan = review.plan
    rows = tuple(
        (
            measure.label.es,
            activity.label.es,
            plan.bodies[activity.lead].label.es,
            "; ".join(plan.bodies[name].label.es for name in activity.partners) or "–",
            f"{activity.start:%Y-%m-%d} a {activity.until:%Y-%m-%d}",
            "; ".join(f"{value(need.quantity, LANGUAGE)} {need.what.es}" for need in activity.needs),
        )
        for measure in plan.pursued
        for activity in measure.activity
        if activity.withdrawn is None
    )
    return Grid("Matriz de actividades", ("Medida", "Actividad", "Responsable", "Con", "Fechas", "Se prueba con"), rows)


def _indicators(review: Review) -> Grid:
    rows = []
    for one in review.standings:
        if one.indicator.withdrawn is not None:
            continue
        about, first = one.indicator, one.baseline_figure
        part = bool(first and first.share)
        base = "–" if one.baseline is None else value(one.baseline, LANGUAGE, as_share=part)
        target = f"{value(about.target.value, LANGUAGE, as_share=part)} al {about.target.by:%Y-%m-%d}"
        source = "registro" if about.figure else "pruebas de la actividad"
        rows.append(
            (about.label.es, about.unit.es, base, about.baseline.period or about.baseline.source, target, source)
        )
    head = ("Indicador", "Unidad", "Línea de base", "Periodo o fuente", "Meta", "Se mide con")
    return Grid("Indicadores", head, tuple(rows))


def _budget(review: Review) -> Grid:
    plan = review.plan
    rows = tuple(
        (
            measure.label.es,
            str(one.year),
            plan.bodies[one.source].label.es,
            f"{plan.currency} {number(one.planned, LANGUAGE)}",
        )
        for measure in plan.pursued
        for one in measure.budget
    )
    total = sum(one.planned for measure in plan.pursued for one in measure.budget)
    last = ("Total", "", "", f"{plan.currency} {number(total, LANGUAGE)}")
    return Grid("Presupuesto por año y fuente", ("Medida", "Año", "Fuente", "Planificado"), (*rows, last))


def _risks(review: Review) -> Grid:
    levels = {name: say(f"act.level_{name}", LANGUAGE) for name in ("low", "middle", "high")}
    rows = tuple(
        (measure.label.es, risk.what.es, levels[risk.likelihood], levels[risk.harm], risk.answer.es)
        for measure in review.plan.pursued
        for risk in measure.risk
    )
    return Grid("Riesgos", ("Medida", "Riesgo", "Probabilidad", "Daño", "Respuesta"), rows)


def _rights(review: Review) -> Grid:
    rows = []
    for measure in review.plan.pursued:
        for name, about in rights().items():
            how = review.plan.how(measure, name)
            answer = "sí" if measure.rights[name].holds else "NO"
            rows.append((measure.label.es, about["question"]["es"], answer, how.es if how else ""))
    return Grid("Revisión de derechos y seguridad", ("Medida", "Pregunta", "Se cumple", "Cómo"), tuple(rows))


def _evaluation(review: Review, measure: Measure) -> tuple[str, ...]:
    judged, foresight = measure.evaluation, review.foresight[measure.id]
    change = f"{signed(100 * (judged.expected_ratio - 1), LANGUAGE)} %"
    seen = "–" if foresight.power is None else f"{number(100 * foresight.power, LANGUAGE)} de cada 100 veces"
    outcome = review.plan.indicators[judged.outcome].label.es
    return measure.label.es, outcome, judged.comparison.es, change, judged.named_on.isoformat(), seen
