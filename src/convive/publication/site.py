"""The site beside the open data: charts, the data behind each, and the pages that somebody else renders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from convive.progress import Progress, Silent
from convive.publication.charts import theme
from convive.publication.charts.catalogue import charts
from convive.publication.charts.chart import Chart, svg
from convive.publication.charts.data import chart_data
from convive.publication.edition import DATA, Edition
from convive.publication.release.package import seal
from convive.publication.release.writing import put

RenderPages = Callable[[Edition], Iterable[tuple[str, bytes]]]
"""Turns an edition into (path below the site's folder, bytes). Handed in: the domain knows nothing of the web."""


def write_site(folder: Path, edition: Edition, render_pages: RenderPages, *, progress: Progress | None = None) -> None:
    """Write charts and pages of ``edition`` below ``folder``, where its open data lie, and describe the whole anew."""
    for path, content in site_files(edition, render_pages, progress=progress):
        put(folder / path, content)
    seal(folder)


def site_files(
    edition: Edition, render_pages: RenderPages, *, progress: Progress | None = None
) -> Iterator[tuple[str, bytes]]:
    """Every file of the site as (path, bytes), in a fixed order."""
    progress = progress or Silent()
    drawn = charts(edition)
    progress.start("site.progress.charts", total=len(drawn))
    for chart in drawn.values():
        yield from _chart_files(chart, edition)
        progress.advance()
    progress.start("site.progress.pages")
    for path, content in render_pages(edition):
        yield path, content
        progress.advance()


def _chart_files(chart: Chart, edition: Edition) -> Iterator[tuple[str, bytes]]:
    for language in edition.languages:
        for width in theme.WIDTHS:
            yield f"charts/{chart.file_name(language, width)}", svg(chart, language, width).encode()
    for name, content in chart_data(chart, edition).items():
        yield f"{DATA}/charts/{name}", content
