"""``convive check``: everything is read and validated, nothing is built."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from convive.cli.screen import LANGUAGE, Folder, out, plain, progress, text
from convive.errors import FINE, FOUND, Problem
from convive.observatory import Observatory
from convive.texts import say


def run(folder: Folder, limit: Annotated[int, typer.Option(help=text("check.limit"), metavar="N", min=1)] = 10) -> None:
    from convive.build import inspect

    with progress() as bars:
        inspection = inspect(Observatory.open(folder), progress=bars)
    _show_problems(inspection.problems)
    _show_rejects(inspection.rejects, limit)
    counts = {"rows": inspection.rows, "files": inspection.files}
    if not inspection.problems and inspection.rejects.is_empty():
        out.print(text("check.fine", **counts))
        raise typer.Exit(FINE)
    out.print(text("check.found", **counts, rejected=inspection.rows_rejected, values=inspection.values_rejected))
    raise typer.Exit(FOUND)


def _show_problems(problems: list[Problem]) -> None:
    if problems:
        table = _table()
        for problem in problems:
            _add(table, problem.place(), problem.value, problem.reason(LANGUAGE), problem.remedy(LANGUAGE))
        out.print(table)


def _show_rejects(rejects: pl.DataFrame, limit: int) -> None:
    if rejects.is_empty():
        return
    for (code,), group in rejects.group_by("code", maintain_order=True):
        table = _table(title=_title(str(code)))
        told = _once(group)
        for reject in told.head(limit).iter_rows(named=True):
            where = Problem(str(code), f"{reject['source_id']}/{reject['file']}", reject["row"], reject["column"])
            value = (
                text("check.times", value=reject["value"], n=reject["times"])
                if reject["times"] > 1
                else reject["value"]
            )
            _add(table, where.place(), value, reject[f"reason_{LANGUAGE}"], reject[f"remedy_{LANGUAGE}"])
        out.print(table)
        if told.height > limit:
            out.print(text("check.more", n=told.height - limit))


def _once(rejects: pl.DataFrame) -> pl.DataFrame:
    """One line a value, at its first row, with how many ``times`` it stands in that column: one word that is met in
    every row must not hide the others. What has no value is told row by row."""
    same = pl.when(pl.col("value").fill_null("") != "").then(pl.col("value")).otherwise(pl.col("row").cast(pl.String))
    keys = ["source_id", "file", "column"]
    return rejects.group_by(*keys, same.alias("same"), maintain_order=True).agg(
        pl.exclude("same").first(), pl.len().alias("times")
    )


def _add(table: Table, *cells: str | None) -> None:
    """A row as it is: square brackets are not markup, and nothing in it steers the terminal."""
    table.add_row(*(Text(plain(cell or "")) for cell in cells))


def _title(code: str) -> Text:
    """What the problems have in common, and the code in small print for who looks it up in the rejects file."""
    return Text.assemble((say(f"kinds.{code}", LANGUAGE), "bold"), (f"  {code}", "dim"))


def _table(title: Text | None = None) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("where", "value", "reason", "remedy"):
        table.add_column(text(f"check.{heading}"), overflow="fold")
    return table
