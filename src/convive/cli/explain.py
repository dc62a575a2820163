"""``convive explain``: how a figure is known."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from convive.cli.screen import LANGUAGE, Folder, out, text
from convive.errors import BuildError, Problem
from convive.observatory import Observatory
from convive.staging import recover


def run(folder: Folder, figure: Annotated[str, typer.Argument(metavar="FIGURE", help=text("explain.figure"))]) -> None:
    from convive.indicators import explain
    from convive.territory import Territory

    observatory = Observatory.open(folder)
    recover(folder)
    if not (observatory.private / "figures.parquet").exists():
        raise BuildError(Problem("not-built", file=str(folder)))
    tables = {
        name: pl.read_parquet(observatory.private / f"{name}.parquet", glob=False)
        for name in ("figures", "cases", "case_records")
    }
    explanation = explain(
        figure,
        territory=Territory.load(observatory.territory),
        concept=observatory.settings.observatory.concept,
        language=LANGUAGE,
        **tables,
    )
    out.print(explanation.text, markup=False)
