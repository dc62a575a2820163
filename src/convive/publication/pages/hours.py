"""At what hour and on which day of the week."""

from __future__ import annotations

import polars as pl

from convive.publication import words
from convive.publication.charts.telling import NIGHT_FROM, NIGHT_TO, hour_cells
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Page, Prose, RuleBlock, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "hours"
HOURS_A_WEEK = 7 * 24
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
    blocks += _periods(reader)
    blocks += _rules(cells, reader)
    sentences = _found(reader)
    blocks.append(Section("caution", say("hours.caution_title", language), (Prose((say("hours.caution", language),)),)))
    blocks.append(parts.minutes((_lead(cells, reader), *sentences), reader))
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


def _periods(reader: Reader) -> list[Block]:
    """The periods of the week in which the risk is higher, in sentences that can be pasted into the minutes."""
    told = reader.edition.patterns.get("hours")
    if not told:
        return []
    language = reader.language
    title = say("hours.periods_title", language)
    if not told["enough"]:
        return [Section("periods", title, (Prose((say("hours.periods_too_few", language),)),))]
    known = told["known_share"]
    about = [say("hours.periods_about", language, simulations=told["looked_for"])]
    if known is not None:
        about.append(say("hours.periods_known", language, share=words.percent(known, language)))
    about += [
        say(f"hours.{name}", language, n=told[name])
        for name in ("windows", "without_end")
        if told.get(name) is not None
    ]
    return [Section("periods", title, (Prose((*_found(reader), *about)),))]


def _found(reader: Reader) -> list[str]:
    told = reader.edition.patterns.get("hours")
    if not told or not told["enough"]:
        return []
    return [_period(one, reader.language) for one in told["periods"]] or [say("hours.periods_none", reader.language)]


def _period(one: Tree, language: str) -> str:
    return say(
        "hours.period",
        language,
        first=_moment(one["first"], language),
        last=_moment(one["last"] + 1, language, ends=True),
        ratio=number(one["ratio"], language, 1),
        low=number(one["low"], language, 1),
        high=number(one["high"], language, 1),
        p=number(one["p"], language, 3),
    )


def _moment(hour: int, language: str, *, ends: bool = False) -> str:
    """A day and an hour; what ends at midnight ends at 24 h of the day that it was, as people say it."""
    day, clock = divmod(hour % HOURS_A_WEEK, 24)
    if ends and clock == 0:
        day, clock = (day - 1) % 7, 24
    return say("hours.moment", language, day=say(f"hours.day_{day + 1}", language), hour=clock)


def _rules(cells: pl.DataFrame, reader: Reader) -> list[Block]:
    """What closing some hours would have covered, rule by rule, and a form for any other."""
    rules = reader.edition.patterns.get("hours", {}).get("rules", ())
    language = reader.language
    blocks: list[Block] = []
    if rules:
        columns = ("nights", "hours", "share", "interval")
        header = tuple(say(f"hours.rule_{column}", language) for column in columns)
        rows = tuple(_rule(one, language) for one in rules)
        table = Table(say("hours.rules_table", language), header, rows, frozenset({1, 2, 3}), stacked=True)
        blocks = [Prose((say("hours.rules_about", language), say("hours.rules_caution", language))), table]
    return [Section("rules", say("hours.rules_title", language), (*blocks, _any_rule(cells, language)))]


ANSWERS = ("nights", "from", "until", "nothing", "percent", "answer", "more", "fewer", "alike", "withheld")
NUMBERS = ("n", "hours", "week", "part", "whole", "share", "low", "high", "withheld")
BLANKS = {name: f"{{{name}}}" for name in NUMBERS}
"""Placeholders that stay, for the script to fill."""


def _any_rule(cells: pl.DataFrame, language: str) -> RuleBlock:
    """A form that closes any hours, reckoned with the published counts alone; an hour that has no row is a true 0."""
    published = {(row["weekday"], row["hour"]): row["count"] for row in cells.iter_rows(named=True)}
    return RuleBlock(
        "rule",
        say("hours.try_title", language),
        counts=tuple(published.get((day, hour), 0) for day in range(1, 8) for hour in range(24)),
        days=tuple(say(f"hours.day_{day}", language) for day in range(1, 8)),
        words={name: say(f"hours.try_{name}", language, **BLANKS) for name in ANSWERS},
        about=(say("hours.try_about", language),),
    )


def _rule(one: Tree, language: str) -> tuple[TableCell, ...]:
    nights = say(f"hours.nights_{one['nights']}", language, begin=f"{one['from']:02}", end=f"{one['until']:02}")
    part = words.percent(one["hours"] / HOURS_A_WEEK, language)
    hours = say("hours.rule_hours_told", language, hours=one["hours"], share=part)
    if one["share"] is None:
        return nights, hours, Cell(say("words.withheld", language), "withheld"), "–"
    share, low, high = (words.percent(one[name], language) for name in ("share", "low", "high"))
    return nights, hours, share, f"{low}–{high}"
