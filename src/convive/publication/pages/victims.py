"""Who the victims are, and how and where they died. Never a percentage without its base."""

from __future__ import annotations

from convive.publication import words
from convive.publication.charts.catalogue import BREAKDOWNS, in_no_source
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import UNKNOWN, Figure, Reader
from convive.texts import say

NAME = "victims"
SAID = frozenset(
    f"victims.said.{field}.{code}"
    for field, codes in {
        "sex": ("male", "female"),
        "mechanism": ("firearm", "sharp"),
        "place_type": ("street", "home"),
        "qualified": ("yes", "no"),
    }.items()
    for code in codes
)
"""Categories that have a sentence of their own."""
CHARTS = ("victims-sex", "victims-age", "victims-mechanism", "victims-place", "victims-qualified")


def build(reader: Reader) -> Page:
    language = reader.language
    year = reader.full_year()
    sections = tuple(section for name in CHARTS for section in _section(name, reader))
    if year is None or not sections:
        return parts.empty(NAME, reader)
    deaths = reader.figure("homicides", year)
    lead = [say("victims.lead", language, n=int(deaths.value or 0) if deaths else 0, year=year, unit=reader.focus_name)]
    lead += [
        sentence
        for name in CHARTS[:3]
        for sentence in _most(BREAKDOWNS[name], reader)
        if reader.broken_down(BREAKDOWNS[name]) == year
    ]
    blocks = (*sections, *_untold(reader))
    return Page(NAME, language, say("victims.title", language, unit=reader.focus_name), (" ".join(lead),), blocks)


def _untold(reader: Reader) -> list[Block]:
    """What no source tells, so that nobody looks for it in vain."""
    fields = [BREAKDOWNS[name] for name in CHARTS if in_no_source(BREAKDOWNS[name], reader)]
    if not fields:
        return []
    names = "; ".join(say(f"victims.{field}", reader.language) for field in fields)
    return [Notice(say("victims.untold", reader.language, fields=names))]


def _section(name: str, reader: Reader) -> list[Section]:
    blocks = parts.chart(name, reader)
    if not blocks:
        return []
    field = BREAKDOWNS[name]
    said: list[Block] = [Prose((sentence,)) for sentence in _most(field, reader)]
    return [
        Section(
            field.replace("_", "-"), say(f"victims.{field}", reader.language), (*said, *blocks, *_years(field, reader))
        )
    ]


def _most(field: str, reader: Reader) -> list[str]:
    """The most frequent known category, with its share; nothing where it is withheld or shared by two."""
    rows = reader.rows("share_by", unit=reader.focus, period=reader.broken_down(field), disaggregation=field)
    known = [figure for figure in reader.told(rows) if figure.category not in UNKNOWN and figure.count]
    if not known:
        return []
    top = max(known, key=lambda figure: figure.count or 0)
    if sum(figure.count == top.count for figure in known) > 1:
        return []
    return [_said(top, reader)]


def _said(figure: Figure, reader: Reader) -> str:
    """``49 de 54 (91 %; …) eran hombres`` where that can be said well, else the label of the category."""
    share = words.share(figure, reader)
    own = f"victims.said.{figure.disaggregation}.{figure.category}"
    if own in SAID:
        return say(own, reader.language, share=share)
    label = reader.category(figure.disaggregation, figure.category)
    return say(f"victims.most_{figure.disaggregation}", reader.language, label=label, share=share)


def _years(field: str, reader: Reader) -> list[Block]:
    """Counts of each category, the years side by side."""
    years = reader.full_years()
    if len(years) < 2:
        return []
    language = reader.language
    rows = reader.rows("homicides", unit=reader.focus, disaggregation=field)
    told = {(figure.category, figure.period): figure for figure in reader.told(rows)}
    categories = [code for code in reader.codes(field) if any((code, year) in told for year in years)]
    body: list[tuple[TableCell, ...]] = [
        (reader.category(field, code), *(parts.count_cell(told.get((code, year)), language) for year in years))
        for code in categories
    ]
    totals = [parts.count_cell(reader.figure("homicides", year), language) for year in years]
    body.append((say("victims.all", language), *totals))
    heads = [words.qualified(year, reader.figure("homicides", year), language) for year in years]
    header = (say("site.column.category", language), *heads)
    caption = say("victims.years", language, field=say(f"victims.{field}", language))
    return [Table(caption, header, tuple(body), frozenset(range(1, len(header))))]
