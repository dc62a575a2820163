"""How long each body takes with what citizens report in the open: a section of the page “Answer”."""

from __future__ import annotations

import datetime as dt

from convive.publication.edition import Tree
from convive.publication.pages.page import Block, Link, Prose, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say
from convive.voice.reports import clock_words as words

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
        return [Prose((about, say("clock.too_few", language)))]
    heads = tuple(say(f"clock.{name}", language, days=told["within_days"]) for name in COLUMNS)
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
    reports, until, in_time = one["reports"], one["until"], one["in_time"]
    answered, acted, solved = (
        words.median(**until[name], of=reports, language=language) for name in ("answered", "acted", "solved")
    )
    body, category = (names and names[language] for names in (one["body"], one["category"]))
    return (
        words.who(body, category, language),
        number(reports, language),
        answered,
        words.share(in_time["share"], in_time["low"], in_time["high"], language),
        acted,
        solved,
        words.ends(one["closed"], one["solved"], one["not_solved"], language),
    )
