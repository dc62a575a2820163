"""``convive plan``: the papers of the plan, its half-year report, and a workbook that comes back."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from convive.cli.screen import Folder, out, plain, text
from convive.errors import FINE, FOUND, PlanError, Problem, WrongUse
from convive.observatory import Observatory

if TYPE_CHECKING:
    from convive.publication.edition import Edition
    from convive.strategy.plan import Plan
    from convive.strategy.review import Review


class Action(StrEnum):
    """What is done with the plan."""

    export = "export"
    bring = "import"
    report = "report"
    bulletin = "bulletin"


def run(
    action: Annotated[Action, typer.Argument(help=text("plan.action"), metavar="ACTION")],
    folder: Folder,
    file: Annotated[Path | None, typer.Option(help=text("plan.file"), metavar="XLSX")] = None,
    to: Annotated[Path | None, typer.Option(help=text("plan.to"), metavar="DIR")] = None,
    half: Annotated[str, typer.Option(help=text("plan.half"), metavar="2015-H1")] = "",
    apply: Annotated[bool, typer.Option("--apply", help=text("plan.apply"))] = False,
) -> None:
    observatory = Observatory.open(folder)
    if action is Action.bring:
        _bring(observatory, _plan(observatory), file, apply)
        return
    if action is Action.bulletin:
        made = _bulletin(observatory, _edition(observatory))
    else:
        plan, edition = _plan(observatory), _edition(observatory)
        exports = action is Action.export
        made = _papers(observatory, plan, edition) if exports else _report(observatory, plan, edition, half)
    target = to or observatory.folder / "papers"
    target.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (target / name).write_bytes(content)
        out.print(text("plan.written", path=target / name), markup=False)


def _plan(observatory: Observatory) -> Plan:
    from convive.strategy.reading import load

    plan = load(observatory.strategy)
    if plan is None:
        raise PlanError(Problem("plan-missing", file=str(observatory.strategy)))
    return plan


def _edition(observatory: Observatory) -> Edition:
    from convive.publication.edition import Edition

    if not (observatory.public / "data" / "edition.json").exists():
        raise WrongUse(Problem("plan-not-built", file=str(observatory.folder)))
    return Edition.load(observatory.public)


def _reviewed(observatory: Observatory, plan: Plan, edition: Edition, today: dt.date | None = None) -> Review:
    from convive.strategy.review import review

    as_of = edition.as_of if today is None else min(today, edition.as_of)
    return review(observatory.strategy, plan, edition.figures, as_of=as_of, today=today)


def _papers(observatory: Observatory, plan: Plan, edition: Edition) -> dict[str, bytes]:
    """The legal document, the matrix of activities and, where the plan has a prefix for it, the IATI file."""
    from convive.publication.papers.iati import activities
    from convive.publication.papers.legal import legal_plan
    from convive.publication.papers.pdf import pdf
    from convive.publication.papers.word import word
    from convive.publication.papers.workbook import workbook
    from convive.publication.reading import Reader

    found = _reviewed(observatory, plan, edition)
    paper = legal_plan(found, Reader(edition, "es"))
    made = {"plan.docx": word(paper), "plan.pdf": pdf(paper), "actividades.xlsx": workbook(plan, found)}
    if plan.iati_prefix:
        made["iati.xml"] = activities(found)
    return made


def _report(observatory: Observatory, plan: Plan, edition: Edition, half: str) -> dict[str, bytes]:
    from convive.publication.papers.half_year import half_year_report
    from convive.publication.papers.pdf import pdf
    from convive.publication.papers.word import word
    from convive.strategy.figures import ended

    if len(half) != 7 or half[4:] not in ("-H1", "-H2") or not half[:4].isdigit():
        raise WrongUse(Problem("plan-half", value=half))
    last = ended(half)
    first = last.replace(month=1 if half.endswith("1") else 7, day=1) - dt.timedelta(days=1)
    before, after = (_reviewed(observatory, plan, edition, day) for day in (first, last))
    paper = half_year_report(before, after, half, _head(observatory))
    return {f"informe-{half}.docx": word(paper), f"informe-{half}.pdf": pdf(paper)}


def _bulletin(observatory: Observatory, edition: Edition) -> dict[str, bytes]:
    """The bulletin in the languages of the edition, each as Word and PDF."""
    from convive.publication.papers.bulletin import bulletin
    from convive.publication.papers.pdf import pdf
    from convive.publication.papers.word import word
    from convive.publication.reading import Reader

    made: dict[str, bytes] = {}
    head = _head(observatory)
    for language in edition.languages:
        paper = bulletin(Reader(edition, language), head)
        name = {"es": "boletin", "en": "bulletin"}[language]
        made |= {f"{name}.docx": word(paper), f"{name}.pdf": pdf(paper)}
    return made


def _head(observatory: Observatory) -> str:
    """Of the office's log; empty where there is no office."""
    from convive.web.database import is_there
    from convive.web.office.asked import asked_head

    return str(asked_head(observatory.folder) or "") if is_there(observatory.folder) else ""


def _bring(observatory: Observatory, plan: Plan, file: Path | None, apply: bool) -> None:
    from convive.publication.papers import workbook_import

    if file is None or not file.is_file():
        raise WrongUse(Problem("plan-no-workbook", value=str(file or "")))
    found = workbook_import.differences(file.read_bytes(), plan)
    if not found:
        out.print(text("plan.same"))
        raise typer.Exit(FINE)
    table = Table(title=Text(text("plan.differences"), "bold"), title_justify="left")
    for head in ("sheet", "row", "column", "before", "after"):
        table.add_column(Text(text(f"plan.{head}")), overflow="fold")
    for one in found:
        cells = (one.sheet, one.row, one.column, one.before, one.after)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    out.print(table)
    if not apply:
        out.print(text("plan.dry", changes=len(found)))
        raise typer.Exit(FOUND)
    workbook_import.apply(observatory.strategy, found)
    out.print(text("plan.applied", changes=len(found)))
