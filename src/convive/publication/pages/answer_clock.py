"""How long each body takes with what citizens report in the open: a section of the page “Answer”."""

from __future__ import annotations

import datetime as dt

from convive.publication.edition import Tree
from convive.publication.pages.page import Block, Link, Prose, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

COLUMNS = ("body", "reports", "answered", "in_time", "acted", "solved", "ends")


def blocks(reader: Reader) -> list[Block]:
    """Nothing where citizens report nothing in the open; a sentence where they report too little to tell of anybody."""
    told, language = reader.edition.answer_clock, reader.language
    if not told:
        return []
    day = date(dt.date.fromisoformat(told["on"]), language)
    about = say("answer.clock_about", language, day=day, n=told["minimum"])
    rows = [*told["rows"], *([told["all"]] if told["all"] else [])]
    if not rows:
        return [Prose((about, say("answer.clock_too_few", language)))]
    heads = tuple(say(f"answer.clock_column_{name}", language, days=told["within_days"]) for name in COLUMNS)
    table = Table(
        say("answer.clock_table", language),
        heads,
        tuple(_row(one, language) for one in rows),
        frozenset({1}),
        stacked=True,
    )
    link = Link(say("answer.clock_data", language), data="data/answer_clock.json")
    return [Prose((about, say("answer.clock_how", language))), table, Prose((), (link,))]


def _row(one: Tree, language: str) -> tuple[TableCell, ...]:
    reports, until = one["reports"], one["until"]
    share, low, high = (number(100 * one["in_time"][name], language) for name in ("share", "low", "high"))
    ends = {name: number(one[name], language) for name in ("closed", "solved", "not_solved")}
    return (
        _who(one, language),
        number(reports, language),
        _median(until["answered"], reports, language),
        say("answer.clock_share", language, share=share, low=low, high=high),
        _median(until["acted"], reports, language),
        _median(until["solved"], reports, language),
        say("answer.clock_ends", language, **ends),
    )


def _who(one: Tree, language: str) -> str:
    if one["body"] is None:
        return say("answer.clock_all", language)
    category = one["category"][language] if one["category"] else say("answer.clock_others", language)
    return f"{one['body'][language]} · {category}"


def _median(one: Tree, reports: int, language: str) -> str:
    """Days until half had it, with interval and the number behind it; or that not even half have it."""
    if one["days"] is None:
        return say("answer.clock_not_half", language, came=one["came"], of=reports)
    low, high = (
        say("answer.clock_no_end", language) if one[end] is None else number(one[end], language, 1)
        for end in ("low", "high")
    )
    days = number(one["days"], language, 1)
    return say("answer.clock_median", language, days=days, low=low, high=high, came=one["came"], of=reports)
