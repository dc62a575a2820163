"""At what hour and on which day of the week."""

from __future__ import annotations

import polars as pl

from convive.publication.charts.telling import NIGHT_FROM, NIGHT_TO, hour_cells
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "hours"
BLOCKS_OF_HOURS = ((0, 6), (6, 12), (12, 18), (18, 24))


def build(reader: Reader) -> Page:
    language = reader.language
    found = reader.charts.get("hours-week")
    if found is None:
        return parts.empty(NAME, reader)
    cells = hour_cells(found.frame)
    blocks: list[Block] = [
        *parts.chart(
            "hours-week", reader, table=_table(cells, language), note=say("hours.note", language), thin_lines=False
        )
    ]
    weekday = parts.chart("hours-weekday", reader)
    if weekday:
        blocks.append(Section("weekday", say("hours.weekday", language), tuple(weekday)))
    blocks.append(Section("caution", say("hours.caution_title", language), (Prose((say("hours.caution", language),)),)))
    return Page(
        NAME, language, say("hours.title", language, unit=reader.focus_name), (_lead(cells, reader),), tuple(blocks)
    )


def _lead(cells: pl.DataFrame, reader: Reader) -> str:
    known = cells.drop_nulls("count")
    night = int(known.filter((pl.col("hour") >= NIGHT_FROM) | (pl.col("hour") < NIGHT_TO))["count"].sum())
    whole = int(known["count"].sum())
    total = reader.figure("homicides", "all")
    address = "hours.lead" if cells["count"].null_count() == 0 else "hours.lead_withheld"
    everyone = int(total.value) if total and total.value is not None else whole
    return say(address, reader.language, part=night, whole=whole, everyone=everyone)


def _table(cells: pl.DataFrame, language: str) -> Table:
    """Weekdays by four parts of the day; a part with a withheld hour is “at least”."""
    header = (say("site.column.weekday", language), *(f"{a:02}–{b:02} h" for a, b in BLOCKS_OF_HOURS))
    rows = tuple(_row(cells.filter(pl.col("weekday") == day), day, language) for day in range(1, 8))
    return Table(say("hours.table", language), header, rows, frozenset(range(1, 5)))


def _row(cells: pl.DataFrame, day: int, language: str) -> tuple[TableCell, ...]:
    parts_of_day: list[TableCell] = [say(f"hours.day_{day}", language)]
    for start, end in BLOCKS_OF_HOURS:
        counts = cells.filter((pl.col("hour") >= start) & (pl.col("hour") < end))["count"]
        total = number(int(counts.sum()), language)
        parts_of_day.append(
            Cell(say("hours.at_least", language, n=total), "withheld") if counts.null_count() else total
        )
    return tuple(parts_of_day)
