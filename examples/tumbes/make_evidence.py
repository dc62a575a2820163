"""Writes the illustrative evidence and gate decisions of the Tumbes plan: invented, and labelled so in plan.toml.

python examples/tumbes/make_evidence.py
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from convive.strategy import evidence, reading
from convive.strategy.decisions import FILE as GATES
from convive.strategy.decisions import Decision
from convive.strategy.review import decide, review

STRATEGY = Path(__file__).parent / "strategy"
AS_OF = dt.date(2015, 6, 30)
SESSIONS = {2: "febrero", 3: "marzo", 4: "abril", 5: "mayo", 6: "junio", 8: "agosto", 9: "septiembre", 11: "noviembre"}

Piece = tuple[str, str, str, float, str, str]
"""Activity, kind, day, quantity, source of funds, title."""


def pieces() -> Iterator[Piece]:
    for month, name in SESSIONS.items():
        yield "sessions", "minute", f"2014-{month:02}-20", 1, "", f"Acta de la sesión de {name} (ejemplo)"
    yield "joint-plan", "document", "2014-05-29", 1, "", "Plan de seguridad ciudadana aprobado (ejemplo)"
    yield "joint-plan", "minute", "2014-05-29", 1, "", "Acta de aprobación del plan (ejemplo)"
    yield "report-channel", "document", "2014-06-12", 1, "", "Protocolo del canal de denuncias (ejemplo)"
    for day in ("2014-06-30", "2014-09-30", "2015-03-31"):
        yield "public-accounting", "minute", day, 1, "", "Acta de audiencia pública (ejemplo)"
    yield "building-agreement", "document", "2014-08-14", 1, "", "Convenio interinstitucional (ejemplo)"
    yield "city-exchanges", "document", "2014-05-08", 1, "", "Informe del intercambio con Trujillo (ejemplo)"
    for year, month in [(2014, month) for month in range(3, 13)] + [(2015, month) for month in range(1, 7)]:
        if (year, month) not in {(2014, 12), (2015, 2)}:
            yield "case-table", "minute", f"{year}-{month:02}-25", 1, "", "Acta de la mesa de homologación (ejemplo)"
    yield "map-workshops", "figure", "2014-11-22", 3, "", "Tres talleres de validación (ejemplo)"
    yield "force-formed", "document", "2014-07-18", 1, "", "Resolución de creación (ejemplo)"
    yield "force-formed", "figure", "2014-10-30", 18, "", "Personas seleccionadas y capacitadas (ejemplo)"
    for year, month in [(2014, 11), (2014, 12), (2015, 1), (2015, 3), (2015, 4), (2015, 5)]:
        yield "force-working", "document", f"{year}-{month:02}-28", 1, "", "Informe mensual de la fuerza (ejemplo)"
    yield "terminal-checks", "figure", "2014-12-31", 22, "", "Operativos del segundo semestre (ejemplo)"
    yield "terminal-checks", "figure", "2015-06-15", 17, "", "Operativos del primer semestre (ejemplo)"
    yield "alcohol-ordinance", "document", "2014-12-11", 1, "", "Ordenanza de horarios (ejemplo)"
    yield "alcohol-inspections", "figure", "2015-05-31", 64, "", "Inspecciones nocturnas (ejemplo)"
    yield "victim-care", "figure", "2015-05-31", 37, "", "Víctimas y familias atendidas (ejemplo)"
    yield "sessions", "spending", "2014-12-20", 15_400, "municipality", "Gasto de las sesiones (ejemplo)"
    yield "report-channel", "commitment", "2014-06-20", 48_000, "municipality", "Contrato del canal (ejemplo)"
    yield "report-channel", "spending", "2014-10-10", 31_000, "municipality", "Primer pago del canal (ejemplo)"
    yield "building-agreement", "commitment", "2014-09-05", 180_000, "region", "Contrato del local (ejemplo)"
    yield "building-agreement", "spending", "2014-12-29", 60_000, "region", "Alquiler y adecuación (ejemplo)"
    yield "force-formed", "commitment", "2014-08-20", 250_000, "region", "Equipamiento (ejemplo)"
    yield "force-formed", "spending", "2014-12-15", 212_500, "region", "Equipamiento y capacitación (ejemplo)"
    yield "force-working", "spending", "2015-05-20", 96_300, "region", "Operación (ejemplo)"
    yield "terminal-checks", "spending", "2015-05-30", 88_000, "region", "Operativos (ejemplo)"
    yield "alcohol-inspections", "spending", "2015-05-31", 11_200, "municipality", "Inspecciones (ejemplo)"
    yield "case-table", "spending", "2015-05-31", 29_700, "municipality", "Mesa de homologación (ejemplo)"


def main() -> None:
    for name in (evidence.FILE, GATES):
        (STRATEGY / name).unlink(missing_ok=True)
    plan = reading.load(STRATEGY)
    assert plan is not None
    for activity, kind, day, quantity, source, title in sorted(pieces(), key=lambda piece: (piece[2], piece[0])):
        recorded = (dt.date.fromisoformat(day) + dt.timedelta(days=3)).isoformat()
        told = {"recorded_on": recorded, "act": "attach", "activity": activity, "kind": kind, "dated": day}
        told |= {"quantity": f"{quantity:g}", "source": source, "title": title, "public": "yes", "by": "secretaria"}
        row = evidence.attach(STRATEGY, plan, told)
        seen = {"recorded_on": recorded, "act": "confirm", "refers": row.id, "by": "analista"}
        evidence.attach(STRATEGY, plan, seen)
    loose = {"recorded_on": "2015-06-25", "act": "attach", "activity": "resocialisation-groups", "kind": "figure"}
    loose |= {"dated": "2015-06-20", "quantity": "9", "title": "Personas que completan (ejemplo)", "public": "yes"}
    evidence.attach(STRATEGY, plan, loose | {"by": "secretaria"})
    figures = pl.DataFrame(schema=dict.fromkeys(("indicator", "unit_code", "period", "disaggregation"), pl.String))
    figures = figures.with_columns(pl.lit("").alias("category"), pl.lit("").alias("status"), pl.lit(0.0).alias("value"))
    passed = Decision(
        0,
        dt.date(2014, 7, 1),
        "planning",
        "pass",
        "Comité, sesión de junio de 2014 (ejemplo)",
        "Se cumplen las condiciones; empieza la estabilización.",
        "Acta de la sesión de junio (ejemplo)",
    )
    decide(STRATEGY, review(STRATEGY, plan, figures, as_of=AS_OF), passed)


if __name__ == "__main__":
    main()
