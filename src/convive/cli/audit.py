"""``convive audit``: do published figures follow from their own inputs?"""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from convive.cli.screen import LANGUAGE, Folder, out, text
from convive.errors import FINE, FOUND, ObservatoryError, Problem
from convive.observatory import Observatory
from convive.staging import recover

MARKS = {"holds": "[green]✓[/]", "differs": "[bold red]✗[/]", "cannot_be_checked": "[yellow]?[/]"}


def run(folder: Folder, everything: Annotated[bool, typer.Option("--all", help=text("audit.all"))] = False) -> None:
    from convive.publication.audit import check

    observatory = Observatory.open(folder)
    recover(folder)
    if not observatory.claims.exists():
        raise ObservatoryError(Problem("claims-missing", file=str(folder)))
    figures = observatory.private / "figures.parquet"
    findings = check(observatory.claims, pl.read_parquet(figures, glob=False) if figures.exists() else None)
    for finding in findings:
        if everything or finding.verdict != "holds":
            out.print(f"{MARKS[finding.verdict]} [bold]{finding.claim.id}[/] {_section(finding.claim.section)}")
            out.print(f"  {finding.words(LANGUAGE)}", markup=False)
    counts = {verdict: sum(finding.verdict == verdict for finding in findings) for verdict in MARKS}
    out.print(
        text(
            "audit.total",
            claims=len(findings),
            holds=counts["holds"],
            differs=counts["differs"],
            unknown=counts["cannot_be_checked"],
        )
    )
    raise typer.Exit(FINE if counts["holds"] == len(findings) else FOUND)


def _section(section: str) -> str:
    return f"§ {section}" if section[:1].isdigit() else section
