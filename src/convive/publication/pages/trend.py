"""Years and months of the focus, and the years beside other cities."""

from __future__ import annotations

from convive.publication.pages import parts
from convive.publication.pages.front import change_sentence
from convive.publication.pages.page import Block, Notice, Page, Prose, Section
from convive.publication.reading import Reader
from convive.texts import say

NAME = "trend"


def build(reader: Reader) -> Page:
    language = reader.language
    years = reader.full_years()
    if not years:
        return parts.empty(NAME, reader)
    changes = tuple(sentence for year in years[1:] if (sentence := change_sentence(reader, year)))
    yearly: list[Block] = [*parts.chart("trend-years", reader)]
    if changes:
        yearly += [Section("changes", say("trend.changes", language), (Prose(changes),))]
    sections = [Section("years", say("trend.years", language), tuple(yearly))]
    sections += _section("months", parts.chart("trend-months", reader), reader)
    sections += _section("cities", parts.chart("trend-cities", reader), reader)
    lead = changes[-1] if changes else say("trend.single", language, year=years[-1])
    return Page(
        NAME, language, say("trend.title", language, unit=reader.focus_name), (lead,), (*_breaks(reader), *sections)
    )


def _section(name: str, blocks: list[Block], reader: Reader) -> list[Section]:
    if not blocks:
        return []
    caution = Prose((say(f"trend.{name}_caution", reader.language),))
    return [Section(name, say(f"trend.{name}", reader.language), (caution, *blocks))]


def _breaks(reader: Reader) -> list[Block]:
    """What may not be compared: each break of the population series of the units on this page."""
    return [Notice(text, say("trend.break_heading", reader.language)) for text in reader.break_sentences()]
