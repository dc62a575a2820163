"""The plan as an Excel workbook that people edit and hand back: what it holds, row by row, and the cells that may
change.

One description serves both ways: :func:`sheets` of the plan is what is written, and what a workbook that comes back is
compared with.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from convive.publication.release.writing import FORMULA_STARTS
from convive.strategy.plan import Plan
from convive.strategy.review import Review

Place = tuple[str | int, ...]
"""Where in ``plan.toml`` a cell stands: keys of tables and places in lists."""


@dataclass(frozen=True)
class Sheet:
    """``key`` heads the names of its rows. A row: its name, the cells that may change (text and place in ``plan.toml``)
    and those that are only read, each by its heading."""

    name: str
    key: str
    rows: tuple[tuple[str, dict[str, tuple[str, Place]], dict[str, str]], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        _, cells, told = self.rows[0]
        return (self.key, *told, *cells)


def sheets(plan: Plan, review: Review | None = None) -> tuple[Sheet, ...]:
    """The sheets of ``plan``; with ``review`` the activities also say what is proved of them."""
    return (
        Sheet("Medidas", "medida", tuple(_measures(plan))),
        Sheet("Actividades", "actividad", tuple(_activities(plan, review))),
        Sheet("Pruebas pedidas", "prueba pedida", tuple(_needs(plan))),
        Sheet("Presupuesto", "partida", tuple(_budgets(plan))),
        Sheet("Indicadores", "indicador", tuple(_indicators(plan))),
    )


def workbook(plan: Plan, review: Review) -> bytes:
    """The workbook of ``plan``: the matrix of activities with owners, dates, evidence, budget and indicators."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets(plan, review):
        page = book.create_sheet(sheet.name)
        page.append(list(sheet.headings))
        told = len(sheet.rows[0][2]) + 1
        for name, cells, read in sheet.rows:
            page.append([_safe(value) for value in (name, *read.values(), *(value for value, _ in cells.values()))])
        for at, cell in enumerate(page[1], 1):
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDDDDD" if at <= told else "DCEBF7")
            page.column_dimensions[get_column_letter(at)].width = 22 if at > 1 else 26
        page.freeze_panes = "B2"
        for row in page.iter_rows(min_row=2):
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(value: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _measures(plan: Plan) -> Iterator[tuple[str, dict[str, tuple[str, Place]], dict[str, str]]]:
    for i, one in enumerate(plan.measure):
        at: Place = ("measure", i)
        cells = {
            "nombre (es)": (one.label.es, (*at, "label", "es")),
            "nombre (en)": (one.label.en, (*at, "label", "en")),
            "etapa": (one.stage, (*at, "stage")),
            "objetivo": (one.objective, (*at, "objective")),
            "responsable": (one.lead, (*at, "lead")),
            "con": (", ".join(one.partners), (*at, "partners")),
        }
        yield one.id, cells, {}


def _activities(
    plan: Plan, review: Review | None
) -> Iterator[tuple[str, dict[str, tuple[str, Place]], dict[str, str]]]:
    for i, measure in enumerate(plan.measure):
        for j, one in enumerate(measure.activity):
            at: Place = ("measure", i, "activity", j)
            share = ""
            if review is not None:
                share = f"{min(review.progress[measure.id].activities[j].share, 1.0):.0%}"
            cells = {
                "nombre (es)": (one.label.es, (*at, "label", "es")),
                "nombre (en)": (one.label.en, (*at, "label", "en")),
                "responsable": (one.lead, (*at, "lead")),
                "con": (", ".join(one.partners), (*at, "partners")),
                "desde": (one.start.isoformat(), (*at, "from")),
                "hasta": (one.until.isoformat(), (*at, "until")),
            }
            yield one.id, cells, {"medida": measure.label.es, "avance probado": share}


def _needs(plan: Plan) -> Iterator[tuple[str, dict[str, tuple[str, Place]], dict[str, str]]]:
    for i, measure in enumerate(plan.measure):
        for j, one in enumerate(measure.activity):
            for k, need in enumerate(one.needs):
                place: Place = ("measure", i, "activity", j, "needs", k, "quantity")
                yield f"{one.id}/{k + 1}", {"cantidad": (f"{need.quantity:.12g}", place)}, {"qué": need.what.es}


def _budgets(plan: Plan) -> Iterator[tuple[str, dict[str, tuple[str, Place]], dict[str, str]]]:
    for i, measure in enumerate(plan.measure):
        for j, one in enumerate(measure.budget):
            at: Place = ("measure", i, "budget", j)
            cells = {
                "año": (str(one.year), (*at, "year")),
                "fuente": (one.source, (*at, "source")),
                "planificado": (f"{one.planned:.12g}", (*at, "planned")),
            }
            yield f"{measure.id}/{j + 1}", cells, {"medida": measure.label.es}


def _indicators(plan: Plan) -> Iterator[tuple[str, dict[str, tuple[str, Place]], dict[str, str]]]:
    for i, one in enumerate(plan.indicator):
        at: Place = ("indicator", i)
        cells = {
            "meta": (f"{one.target.value:.12g}", (*at, "target", "value")),
            "para el": (one.target.by.isoformat(), (*at, "target", "by")),
        }
        yield one.id, cells, {"nombre": one.label.es, "unidad": one.unit.es}
