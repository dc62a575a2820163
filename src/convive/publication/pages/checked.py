"""The map checked by neighbours: a section of the page “Answer”. Of a round, what its release left in."""

from __future__ import annotations

import datetime as dt

from convive.publication.edition import Tree
from convive.publication.pages.page import Block, Link, Notice, Prose, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

COLUMNS = ("unit", "kappa", "right", "too_high", "too_low")


def blocks(reader: Reader) -> list[Block]:
    """Nothing where no round was closed."""
    told, language = reader.edition.workshops, reader.language
    if not told:
        return []
    about = Prose((say("checked.about", language), say("checked.how", language)))
    found = [block for one in told["rounds"] for block in _round(one, language)]
    return [about, *found, Prose((), (Link(say("checked.data", language), data="data/workshops.json"),))]


def _round(one: Tree, language: str) -> list[Block]:
    day = date(dt.date.fromisoformat(one["closed"]), language)
    made: list[Block] = []
    if one["units"]:
        heads = tuple(say(f"checked.column_{name}", language) for name in COLUMNS)
        rows = tuple(_unit(unit, one["most_percent"], language) for unit in one["units"])
        made.append(Table(say("checked.table", language, day=day), heads, rows, stacked=True))
    if one["approval"] is not None:
        made.append(_votes(one, day, language))
    if not made:
        return [Notice(say("checked.nothing", language, day=day))]
    return [*made, Notice(say("checked.withheld", language, day=day))] if one["withheld"] else made


def _unit(one: Tree, most: int, language: str) -> tuple[TableCell, ...]:
    shares = (_share(one[name], most, language) for name in ("right", "too_high", "too_low"))
    return (one["name"], _kappa(one, language), *shares)


def _kappa(one: Tree, language: str) -> str:
    if one["kappa"] is None:
        return say("checked.no_kappa", language)
    value, low, high = (number(one[name], language, 1) for name in ("kappa", "low", "high"))
    return say("checked.kappa", language, value=value, low=low, high=high)


def _votes(one: Tree, day: str, language: str) -> Table:
    """Each priority with its approval and its place in the ranking."""
    places = {option["es"]: at for at, group in enumerate(one["ranked"], 1) for option in group}
    rows = tuple(
        (
            vote["option"][language],
            _share(vote["percent"], one["most_percent"], language),
            say("checked.place", language, place=places[vote["option"]["es"]]),
        )
        for vote in one["approval"]
    )
    heads = tuple(say(f"checked.column_{name}", language) for name in ("priority", "approval", "ranked"))
    return Table(say("checked.votes", language, day=day), heads, rows, stacked=True)


def _share(percent: int, most: int, language: str) -> str:
    """A share in steps, open at the ends, where it would say what all said."""
    end = "_or_more" if percent >= most else "_or_less" if percent <= 100 - most else ""
    return say(f"checked.percent{end}", language, percent=percent)
