"""What worked: the league of measures, doubt first; each has a page of its own."""

from __future__ import annotations

from collections.abc import Sequence

from convive.publication.effect import averted, span
from convive.publication.pages import measure, parts
from convive.publication.pages.measure import Judged
from convive.publication.pages.page import Block, Cell, Link, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.pages.violence_cost import violence_cost
from convive.publication.reading import Reader
from convive.texts import say

NAME = measure.SECTION
TONES: dict[str, Tone] = {"likely-helped": "good", "likely-harmed": "bad"}


def build(reader: Reader) -> Page:
    language, told = reader.language, measure.every(reader.edition)
    if not told:
        return parts.empty(NAME, reader)
    blocks: list[Block] = [
        Prose((say("evaluations.how", language),)),
        Section("league", say("evaluations.league", language), (_league(told, reader),)),
        Section("violence-cost", say("evaluations.violence_cost", language), violence_cost(reader)),
    ]
    title = say("evaluations.title", language, unit=reader.focus_name)
    lead = (_lead(told, language), *_unread(reader))
    return Page(NAME, language, title, lead, tuple(blocks))


def _unread(reader: Reader) -> tuple[str, ...]:
    rows = reader.edition.evaluations_unread
    if not rows:
        return ()
    return (say("evaluations.unread", reader.language, n=len(rows), rows=", ".join(map(str, rows))),)


def _lead(told: Sequence[Judged], language: str) -> str:
    registered = [one.found for one in told if one.found is not None]
    if not registered:
        return say("evaluations.lead_nothing", language, n=len(told))
    known = sum(found["verdict"] != "cannot-tell" for found in registered)
    first = (
        say("evaluations.lead", language, n=len(registered), known=known)
        if known
        else say("evaluations.lead_none", language, n=len(registered))
    )
    left = len(told) - len(registered)
    return f"{first} {say('evaluations.lead_unregistered', language, n=left)}" if left else first


def _league(told: Sequence[Judged], reader: Reader) -> Table:
    """Widest interval last among those that have one; first the columns that say how little is known."""
    language = reader.language
    names = ("measure", "doubt", "smallest_year", "verdict", "averted")
    header = tuple(say(f"evaluations.column.{name}", language) for name in names)
    rows = tuple(_row(one, reader) for one in sorted(told, key=_certainty))
    return Table(say("evaluations.table", language), header, rows, stacked=True)


def _row(one: Judged, reader: Reader) -> tuple[TableCell, ...]:
    language = reader.language
    name, found = one.name(language), one.found
    head = Cell(name, link=Link(name, page=one.page))
    if found is None:
        verdict = say("evaluation.verdict.cannot-tell", language)
        begun = one.start <= reader.as_of
        short = say(f"evaluations.unregistered_{'short' if begun else 'ahead'}", language)
        return (head, short, "–", Cell(verdict, "doubt"), "–")
    return (
        head,
        span(found, language),
        measure.smallest(found, language),
        Cell(say(f"evaluation.verdict.{found['verdict']}", language), TONES.get(found["verdict"], "doubt")),
        averted(found, language),
    )


def _certainty(one: Judged) -> tuple[bool, bool, float, str]:
    found = one.found
    if found is None or found["low"] is None or found["high"] is None:
        return found is None, True, 0.0, one.id
    return False, False, float(found["high"] / max(found["low"], 1e-9)), one.id
