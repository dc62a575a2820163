"""``convive build``: from received files to the observatory."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, out, progress, text
from convive.observatory import Observatory
from convive.texts import number


def run(
    folder: Folder, *, site: Annotated[bool, typer.Option("--site/--no-site", help=text("build.site"))] = True
) -> None:
    from convive.build import build

    render_pages = None
    if site:
        from convive.web.static_pages import render_pages
    began = time.perf_counter()
    with progress() as bars:
        built = build(Observatory.open(folder), render_pages=render_pages, progress=bars)
    out.print(
        text(
            "build.done",
            seconds=number(time.perf_counter() - began, LANGUAGE, 1),
            files=built.files,
            rows=built.rows,
            records=built.records,
            aggregates=built.aggregates,
            rejected=built.rows_rejected,
            values=built.values_rejected,
            cases=built.cases,
            figures=built.figures,
        )
    )
    if built.claims_differing:
        out.print(text("build.claims", n=built.claims_differing, folder=folder))
