"""Pieces that several pages are made of: a chart with its table, a page without figures."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convive.publication import words
from convive.publication.pages.page import Block, Cell, ChartBlock, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Figure, Reader
from convive.texts import date, number, say

NOTED = ("provisional", "not_comparable", "suppressed")
"""Statuses that are told below each chart that has them."""


def empty(name: str, reader: Reader) -> Page:
    """A page that says in one sentence why this edition has nothing for it."""
    title = say(f"site.nav.{name}", reader.language)
    return Page(name, reader.language, title, (say(f"site.empty.{name}", reader.language),), ())


def minutes(sentences: Sequence[str], reader: Reader) -> Section:
    """The page's findings as one paragraph that can be pasted into the minutes of a committee: it says by itself what
    it rests on."""
    language, edition = reader.language, reader.edition
    head = say(
        "site.minutes_head",
        language,
        name=edition.name[language],
        as_of=date(edition.as_of, language),
        inputs=edition.inputs_sha256[:12],
    )
    synthetic = (say("site.minutes_synthetic", language),) if edition.synthetic else ()
    text = " ".join((head, *(one for one in sentences if one), *synthetic))
    return Section("minutes", say("site.minutes_title", language), (Prose((text,)),))


def chart(
    name: str, reader: Reader, *, note: str = "", table: Table | None = None, thin_lines: bool = True
) -> list[Block]:
    """The chart with the table that says the same, or nothing where the edition has no such chart."""
    found = reader.charts.get(name)
    if found is None:
        return []
    language = reader.language
    title = found.title[language]
    notes = [note, say("site.interval_note", language) if thin_lines else ""]
    statuses = set(found.frame["status"].unique())
    alike = statuses - {"suppressed"} == {"provisional"}
    notes += [
        say(f"site.note.{'all_provisional' if alike and status == 'provisional' else status}", language)
        for status in NOTED
        if status in statuses
    ]
    said = table or figures_table(found.frame, reader, title)
    return [ChartBlock(name, title, found.alt[language], said, " ".join(part for part in notes if part))]


def figures_table(frame: pl.DataFrame, reader: Reader, caption: str) -> Table:
    """Rows of figures as people read them; only the columns that tell something."""
    figures = reader.told(frame)
    language = reader.language
    rates = any("rate" in figure.indicator for figure in figures)
    columns = _columns(frame, rates)
    rows = [tuple(_cell(column, figure, reader) for column in columns) for figure in figures]
    header = tuple(say(f"site.column.{column}", language) for column in columns)
    numeric = frozenset(
        i for i, column in enumerate(columns) if column in {"count", "rate", "interval", "population", "share"}
    )
    return Table(caption, header, tuple(rows), numeric)


def _columns(frame: pl.DataFrame, rates: bool) -> list[str]:
    several = {name: frame[name].n_unique() > 1 for name in ("unit_code", "period")}
    broken_down = frame["disaggregation"].n_unique() > 0 and frame["disaggregation"][0] != "total"
    columns = []
    if several["unit_code"]:
        columns.append("unit")
    if broken_down:
        columns.append("category")
    if several["period"] or not columns:
        columns.append("period")
    columns += ["rate", "interval", "count", "population"] if rates else ["count", "interval"]
    if set(frame["status"].unique()) != {"final"}:
        columns.append("status")
    return columns


def _cell(column: str, figure: Figure, reader: Reader) -> TableCell:
    language = reader.language
    hidden = Cell(say("words.withheld", language), "withheld")
    if column == "unit":
        return figure.unit_name
    if column == "category":
        return reader.category(figure.disaggregation, figure.category)
    if column == "period":
        return words.period(figure.period, language)
    if column == "status":
        return say(f"site.status.{figure.status}", language)
    if column == "population":
        return "" if figure.population is None else number(figure.population, language)
    if figure.value is None:
        return hidden if column in {"count", "rate"} else ""
    if column == "rate":
        return number(figure.value, language, 1)
    if column == "interval":
        return interval_cell(figure, language)
    return "" if figure.count is None else number(figure.count, language)


def interval_cell(figure: Figure, language: str) -> str:
    """``17.7–30.8``, or that it cannot be computed (a rate published without its count)."""
    if figure.low is None or figure.high is None:
        return say("words.no_interval", language)
    decimals = 1
    return f"{number(figure.low, language, decimals)}–{number(figure.high, language, decimals)}"


def count_cell(figure: Figure | None, language: str) -> TableCell:
    """A count, the word for withheld, or a dash where the edition has no such row (nobody was counted)."""
    if figure is None:
        return "–"
    if figure.value is None:
        return Cell(say("words.withheld", language), "withheld")
    return number(figure.value, language)


def rate_cell(figure: Figure | None, language: str) -> TableCell:
    """A rate per 100,000, the word for withheld, or a dash where no population is known."""
    if figure is None:
        return "–"
    if figure.value is None:
        return Cell(say("words.withheld", language), "withheld")
    return number(figure.value, language, 1)
