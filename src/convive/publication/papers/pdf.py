"""A paper as PDF, set by Typst. What it says is handed over as data, never as Typst's own language."""

from __future__ import annotations

import json
from pathlib import Path

import typst

from convive.publication.papers.outline import Grid, Heading, Paper

TEMPLATE = Path(__file__).with_name("paper.typ")


def pdf(paper: Paper) -> bytes:
    """``paper`` as PDF, A4; with a cover and a table of contents where it is not short."""
    told = {name: getattr(paper, name) for name in ("title", "subtitle", "language", "short")}
    told["parts"] = [_part(part) for part in paper.parts]
    made = typst.compile(str(TEMPLATE), sys_inputs={"paper": json.dumps(told, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


def _part(part: object) -> dict[str, object]:
    if isinstance(part, Heading):
        return {"kind": "heading", "text": part.text, "level": part.level}
    if isinstance(part, Grid):
        return {"kind": "grid", "caption": part.caption, "head": part.head, "rows": part.rows}
    return {"kind": "paragraph", **vars(part)}
