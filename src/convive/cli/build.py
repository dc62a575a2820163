"""``convive build``: from received files to the observatory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, out, progress, text
from convive.committee.published import remember
from convive.observatory import Observatory
from convive.texts import number

if TYPE_CHECKING:
    from convive.engine import Engine
    from convive.publication.site import RenderPages
    from convive.web.office.asked import Asked


class Until(StrEnum):
    """How far a build goes."""

    figures = "figures"
    data = "data"
    site = "site"


class EngineName(StrEnum):
    """Where a build does its work."""

    local = "local"
    spark = "spark"


def run(
    folder: Folder,
    *,
    until: Annotated[Until, typer.Option(help=text("build.until"))] = Until.site,
    engine: Annotated[EngineName, typer.Option(help=text("build.engine"))] = EngineName.local,
) -> None:
    from convive.build import build

    render_pages: RenderPages | None = None
    if until is Until.site:
        from convive.web.static_pages import render_pages
    asked = _asked(folder)
    began = time.perf_counter()
    with _started(engine) as worker, progress() as bars:
        built = build(
            Observatory.open(folder),
            render_pages=render_pages,
            publish=until is not Until.figures,
            progress=bars,
            engine=worker,
            committee=asked.committee if asked else None,
            answer_clock=asked.answer_clock if asked else None,
            workshops=asked.workshops if asked else (),
        )
    if asked and asked.committee and asked.committee.head and until is not Until.figures:
        remember(folder, asked.committee.head)
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


def _asked(folder: Folder) -> Asked | None:
    """What the office's database says in public; None where there is no office."""
    from convive.web.database import is_there

    if not is_there(folder):
        return None
    from convive.web.office.asked import asked

    return asked(folder)


@contextmanager
def _started(name: EngineName) -> Iterator[Engine | None]:
    if name is EngineName.local:
        yield None
        return
    from convive.engine.spark import SparkEngine

    engine = SparkEngine.start()
    try:
        yield engine
    finally:
        engine.stop()
