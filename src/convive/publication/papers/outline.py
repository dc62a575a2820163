"""What a paper says, before anyone decides whether it is Word or PDF: headings, paragraphs, tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """``level`` 1 is a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: its ``caption``, ``head`` and ``rows`` of text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Heading | Paragraph | Grid


@dataclass(frozen=True)
class Paper:
    """``short``: a few pages, without a cover and a table of contents."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]
    language: str = "es"
    short: bool = False
