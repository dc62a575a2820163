"""``convive build``: from received files to the observatory."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, out, progress, text
from convive.observatory import Observatory
from convive.texts import number

if TYPE_CHECKING:
    from convive.publication.site import RenderPages


class Until(StrEnum):
    """How far a build goes."""

    figures = "figures"
    data = "data"
    site = "site"


def run(folder: Folder, *, until: Annotated[Until, typer.Option(help=text("build.until"))] = Until.site) -> None:
    from convive.build import build

    render_pages: RenderPages | None = None
    if until is Until.site:
        from convive.web.static_pages import render_pages
    began = time.perf_counter()
    with progress() as bars:
        built = build(
            Observatory.open(folder), render_pages=render_pages, publish=until is not Until.figures, progress=bars
        )
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
    if built.notices:
        out.print(text("build.notices", n=built.notices, folder=folder), markup=False)
    if built.claims_differing:
        out.print(text("build.claims", n=built.claims_differing, folder=folder), markup=False)
