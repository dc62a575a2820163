"""The bulletin: the register's figures, what the committee and the plan answer for, and the head of the log.

A few pages to print, from the released edition alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from convive.publication import words
from convive.publication.pages import answer
from convive.publication.pages.page import Block, Notice, Prose, Section, Table
from convive.publication.papers.outline import Grid, Heading, Paper, Paragraph, Part
from convive.publication.reading import Reader
from convive.texts import date, say

LEFT_OUT = ("changes", "log")
"""Sections of the page “Answer” that the bulletin says otherwise, or that are too long for it."""


def bulletin(reader: Reader, head: str) -> Paper:
    """The bulletin of the edition, in the language of ``reader``. ``head``: number and hash of the log's last line when
    it is printed (empty where there is no office): whoever keeps a copy can prove later that nothing was changed."""
    language, edition = reader.language, reader.edition
    subtitle = say(
        "bulletin.subtitle",
        language,
        observatory=edition.name[language],
        as_of=date(edition.as_of, language),
        version=edition.version,
    )
    parts = [*_notices(reader), *_deaths(reader), *_answers(reader), *_log(head, language)]
    return Paper(say("bulletin.title", language, unit=reader.focus_name), subtitle, tuple(parts), language, short=True)


def _notices(reader: Reader) -> Iterator[Part]:
    for notice in (reader.edition.synthetic, reader.edition.coverage):
        if notice:
            yield Paragraph(notice[reader.language], strong=True)


def _deaths(reader: Reader) -> Iterator[Part]:
    language, rows = reader.language, []
    yield Heading(say("bulletin.deaths", language))
    for year in reader.full_years():
        deaths, rate = reader.figure("homicides", year), reader.figure("homicide_rate", year)
        told = words.short(rate, language, 1) if rate else "–"
        status = words.status(deaths.status, language) if deaths else ""
        rows.append((year, words.count(deaths, language), told, status))
    if not rows:
        yield Paragraph(say("bulletin.no_years", language))
        return
    heads = tuple(say(f"bulletin.column_{name}", language) for name in ("year", "victims", "rate", "status"))
    yield Grid("", heads, tuple(rows))
    year = reader.full_year() or ""
    places = [
        (unit["name"], words.count(deaths, language))
        for unit in reader.below().iter_rows(named=True)
        if (deaths := reader.figure("homicides", year, unit=unit["code"])) is not None
    ]
    if places:
        heads = tuple(say(f"bulletin.column_{name}", language) for name in ("unit", "victims"))
        yield Grid(say("bulletin.where", language, year=year), heads, tuple(places))


def _answers(reader: Reader) -> Iterator[Part]:
    """What the page “Answer” says, as paragraphs and tables."""
    page = answer.build(reader)
    yield from (Paragraph(sentence) for sentence in page.lead)
    for block in page.blocks:
        if isinstance(block, Section) and block.anchor in LEFT_OUT:
            continue
        yield from _parts(block)


def _parts(block: Block) -> Iterator[Part]:
    """A block of a page as parts of a paper; what is drawn is left out."""
    if isinstance(block, Section):
        yield Heading(block.title)
        for inner in block.blocks:
            yield from _parts(inner)
    elif isinstance(block, Notice):
        yield Paragraph(f"{block.text}", strong=True)
    elif isinstance(block, Prose):
        yield from (Paragraph(sentence) for sentence in block.paragraphs)
    elif isinstance(block, Table):
        rows = tuple(tuple(cell if isinstance(cell, str) else cell.text for cell in row) for row in block.rows)
        yield Grid(block.caption, block.header, rows)


def _log(head: str, language: str) -> Iterator[Part]:
    yield Heading(say("bulletin.log", language))
    if head:
        yield Paragraph(say("bulletin.head", language, head=head, line=head.partition(":")[0]))
    else:
        yield Paragraph(say("bulletin.no_head", language))
