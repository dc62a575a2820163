"""Write the site beside the open data: charts, the data behind each, and the pages that somebody else renders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from convive.progress import Progress, Silent
from convive.publication.charts import theme
from convive.publication.charts.catalogue import charts
from convive.publication.charts.chart import svg
from convive.publication.charts.data import chart_data
from convive.publication.edition import Edition

RenderPages = Callable[[Edition], Iterable[tuple[str, bytes]]]
"""Turns an edition into (path below the site's folder, bytes). Handed in: the domain knows nothing of the web."""


def write_site(
    folder: Path, edition: Edition, render_pages: RenderPages, *, progress: Progress | None = None
) -> list[Path]:
    """Write charts and pages of ``edition`` below ``folder``; the paths written, in order."""
    progress = progress or Silent()
    drawn = list(charts(edition).values())
    progress.start("site.progress.charts", total=len(drawn))
    written = []
    for chart in drawn:
        for language in edition.languages:
            for width in theme.WIDTHS:
                drawing = svg(chart, language, width)
                written.append(_write(folder / "charts" / chart.file_name(language, width), drawing.encode()))
        written += [
            _write(folder / "data" / "charts" / name, content) for name, content in chart_data(chart, edition).items()
        ]
        progress.advance()
    progress.start("site.progress.pages", total=len(edition.languages))
    written += [_write(folder / path, content) for path, content in render_pages(edition)]
    return written


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
