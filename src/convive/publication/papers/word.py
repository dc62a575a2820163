"""A paper as a Word document."""

from __future__ import annotations

import io

from docx import Document
from docx.shared import Pt

from convive.publication.papers.outline import Grid, Heading, Paper


def word(paper: Paper) -> bytes:
    """``paper`` as .docx, with real headings, so that Word makes its table of contents."""
    document = Document()
    document.core_properties.title = paper.title
    document.core_properties.author = document.core_properties.comments = ""
    document.styles["Normal"].font.size = Pt(10)
    document.add_heading(paper.title, level=0)
    document.add_paragraph(paper.subtitle)
    for part in paper.parts:
        if isinstance(part, Heading):
            document.add_heading(part.text, level=part.level)
        elif isinstance(part, Grid):
            _table(document, part)
        else:
            document.add_paragraph().add_run(part.text).bold = part.strong
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document, grid: Grid) -> None:  # type: ignore[no-untyped-def]
    if grid.caption:
        document.add_paragraph(grid.caption, style="Caption")
    table = document.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, grid.head, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(text).bold = True
    for row in grid.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
