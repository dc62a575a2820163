"""Where: counts and rates of the units below the focus."""

from __future__ import annotations

import polars as pl

from convive.publication import words
from convive.publication.edition import Area
from convive.publication.pages import parts, presence, spots
from convive.publication.pages.page import Block, Cell, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Figure, Reader
from convive.texts import number, say

NAME = "map"
NESTED = ("province", "district")
"""Levels whose units cover a territory without overlap, so that their counts add up to its count."""


def build(reader: Reader) -> Page:
    language = reader.language
    year = reader.full_year()
    units = reader.below()
    if year is None or not presence.has_map(reader):
        return parts.empty(NAME, reader)
    area, _ = reader.mapped()
    blocks: list[Block] = []
    if area is not None and area.schematic:
        blocks.append(Notice(say("map.schematic", language)))
    blocks += parts.chart("map-rates", reader, note=_attribution(area, language), thin_lines=False)
    blocks += parts.chart("map-intervals", reader)
    blocks += spots.section(reader)
    levels = _levels_with_cases(units, reader)
    tables = [_table(level, units, year, reader) for level in levels]
    below = _below(levels, units, year, reader)
    blocks.append(Section("counts", say("map.counts", language), (*tables, *below)))
    title = say(f"map.title_{reader.edition.place}", language, unit=reader.focus_name)
    lead = (_lead(reader), say(f"front.place_{reader.edition.place}", language))
    return Page(NAME, language, title, lead, tuple(blocks))


def _attribution(area: Area | None, language: str) -> str:
    return say("map.attribution", language, attribution=area.attribution) if area and not area.schematic else ""


def _levels_with_cases(units: pl.DataFrame, reader: Reader) -> list[str]:
    """Levels to which deaths were assigned: a city that no source names has no zeros to show."""
    counted = reader.rows("homicides", period="all").filter(pl.col("count") > 0)
    with_cases = units.filter(pl.col("code").is_in(counted["unit_code"].to_list()))
    return [level for level in units["level"].unique(maintain_order=True) if level in with_cases["level"]]


def _table(level: str, units: pl.DataFrame, year: str, reader: Reader) -> Table:
    """Counts of the year and of the whole period, and the year's rate, of the units of one level."""
    language = reader.language
    header = (
        say("site.column.unit", language),
        say("map.column_year", language, year=year),
        say("map.column_all", language),
        say("site.column.rate", language),
        say("site.column.interval", language),
        say("site.column.population", language),
        say("site.column.status", language),
    )
    codes = units.filter(pl.col("level") == level).sort("code")["code"]
    rows = tuple(_row(code, year, reader) for code in codes if reader.figure("homicides", "all", unit=code))
    caption = say("map.table", language, level=words.level(level, language), period=year)
    return Table(caption, header, rows, frozenset(range(1, 6)))


def _below(levels: list[str], units: pl.DataFrame, year: str, reader: Reader) -> list[Block]:
    """What the tables do not say by themselves: victims in no row, cases in no figure, what may still change."""
    language = reader.language
    told = [
        say(
            "map.no_unit",
            language,
            n=lost,
            whole=whole,
            unit=reader.focus_name,
            period=words.period(period, language),
            level=words.level(level, language),
        )
        for level in levels
        for period in (year, "all")
        for lost, whole in [_in_no_unit(level, units, period, reader)]
        if lost > 0
    ]
    told += _unlocated(reader)
    whole = reader.figure("homicides", "all")
    if whole is not None and whole.status in words.TELLING:
        told.append(say("map.all_provisional", language))
    return [Prose(tuple(told))] if told else []


def _in_no_unit(level: str, units: pl.DataFrame, period: str, reader: Reader) -> tuple[int, int]:
    """Victims of the focus that no unit of the level holds, by subtraction of published totals, and all of them.

    Nothing where a total is missing or withheld, or where the units of the level do not lie one beside the other
    (cities need not cover a department).
    """
    whole = reader.figure("homicides", period)
    here = units.filter(pl.col("level") == level)["code"]
    rows = reader.rows("homicides", period=period).filter(pl.col("unit_code").is_in(here.to_list()))
    if whole is None or whole.count is None or level not in NESTED or rows.is_empty() or rows["count"].null_count():
        return 0, 0
    return whole.count - int(rows["count"].sum()), whole.count


def _unlocated(reader: Reader) -> list[str]:
    """Cases of the whole register, of any kind of death, whose place is not known: they are in no figure at all."""
    quality = reader.edition.quality
    missing = {field["field"]: field["missing"] for field in quality.get("fields", ())}.get(reader.edition.place, 0)
    if missing is None:
        return [say(f"map.unlocated_withheld_{reader.edition.place}", reader.language)]
    if not missing:
        return []
    return [say(f"map.unlocated_{reader.edition.place}", reader.language, n=missing, cases=quality["cases"])]


def _row(code: str, year: str, reader: Reader) -> tuple[TableCell, ...]:
    language = reader.language
    rate = reader.figure("homicide_rate", year, unit=code)
    return (
        reader.edition.unit_name(code),
        parts.count_cell(reader.figure("homicides", year, unit=code), language),
        parts.count_cell(reader.figure("homicides", "all", unit=code), language),
        parts.rate_cell(rate, language),
        parts.interval_cell(rate, language) if rate and rate.value is not None else "–",
        number(rate.population, language) if rate and rate.population else "–",
        _status(reader.figure("homicides", year, unit=code), rate, language),
    )


def _status(count: Figure | None, rate: Figure | None, language: str) -> TableCell:
    """What the year's count and rate are: one word where it is the same for both."""
    told = {kind: figure.status for kind, figure in (("count", count), ("rate", rate)) if figure is not None}
    if not told:
        return "–"
    text = words.status(next(iter(told.values())), language)
    if len(set(told.values())) > 1:
        each = [
            say(f"map.status_{kind}", language, status=words.status(status, language)) for kind, status in told.items()
        ]
        text = "; ".join(each)
    return Cell(text, "doubt") if set(told.values()) & set(words.TELLING) else text


def _lead(reader: Reader) -> str:
    """The highest rate, and whether its interval leaves the others below."""
    language = reader.language
    _, frame = reader.mapped()
    known = sorted((f for f in reader.told(frame) if f.value is not None), key=lambda f: -(f.value or 0))
    if len(known) < 2:
        return say("map.lead_counts", language)
    top, others = known[0], known[1:]
    apart = top.low is not None and all(f.high is not None and top.low > f.high for f in others)
    return say(
        "map.lead_apart" if apart else "map.lead_overlap",
        language,
        unit=top.unit_name,
        rate=number(top.value or 0, language, 1),
        between=words.interval(top, language, 1),
        n=top.count or 0,
        period=words.period(top.period, language),
    )
