"""Has something begun: alarms of the last year beside their false ones, changes of level, gatherings, near repeats."""

from __future__ import annotations

import datetime as dt

from convive.publication import words
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

NAME = "alerts"
RECENT = dt.timedelta(weeks=4)
"""An alarm this near to the end of the series is one of now."""


def build(reader: Reader) -> Page:
    language = reader.language
    told = reader.edition.patterns.get("alarms") or {}
    if not told.get("enough"):
        return parts.empty(NAME, reader)
    blocks: list[Block] = []
    now = _now(told, language)
    if now:
        blocks.append(Notice(now))
    blocks.append(
        Section("weeks", say("alerts.weeks_title", language), (_about(told, language), _table(told, language)))
    )
    blocks.append(Section("changes", say("alerts.changes_title", language), (_changes(told, language),)))
    if told["gatherings"]:
        blocks.append(Section("gatherings", say("alerts.gatherings_title", language), (_gatherings(told, reader),)))
    if told["repeat"]:
        blocks.append(Section("repeat", say("alerts.repeat_title", language), (_repeat(told["repeat"], language),)))
    caution = Prose((say("alerts.caution", language),))
    blocks.append(Section("caution", say("alerts.caution_title", language), (caution,)))
    recorded = [_lead(told, language), *(_sentence(one, language) for one in told["methods"])]
    recorded += _changes(told, language).paragraphs[:-1] if told["changes"] else _changes(told, language).paragraphs
    if told["gatherings"]:
        found = _gatherings(told, reader).paragraphs
        recorded += found[:-1] if told["gatherings"]["found"] else found
    if told["repeat"]:
        recorded += _repeat(told["repeat"], language).paragraphs
    blocks.append(parts.minutes(recorded, reader))
    title = say("alerts.title", language, unit=reader.focus_name)
    return Page(NAME, language, title, (_lead(told, language),), tuple(blocks))


def _lead(told: Tree, language: str) -> str:
    raised = sum(bool(one["alarms"]) for one in told["methods"])
    first, last = (_date(told[name], language) for name in ("first", "last"))
    address = "alerts.lead_raised" if raised else "alerts.lead_quiet"
    return say(address, language, raised=raised, rules=len(told["methods"]), first=first, last=last)


def _now(told: Tree, language: str) -> str:
    """Whether an alarm of the last four weeks stands, in a sentence; nothing where none does."""
    last = dt.date.fromisoformat(told["last"])
    recent = [
        say(f"alerts.method_{one['method']}", language)
        for one in told["methods"]
        if any(last - dt.date.fromisoformat(alarm["week"]) < RECENT for alarm in one["alarms"])
    ]
    return say("alerts.now", language, rules=", ".join(recent)) if recent else ""


def _about(told: Tree, language: str) -> Prose:
    """Each rule's finding in a sentence of its own, false alarms beside it."""
    return Prose(tuple(_sentence(one, language) for one in told["methods"]))


def _sentence(one: Tree, language: str) -> str:
    values = {
        "method": say(f"alerts.method_{one['method']}", language),
        "what": say(f"alerts.what_{one['method']}", language),
        "false": number(one["false_a_year"], language, 1),
    }
    if not one["alarms"]:
        return say("alerts.no_alarm", language, **values)
    weeks = "; ".join(_week(alarm, language) for alarm in one["alarms"])
    return say("alerts.alarm", language, n=len(one["alarms"]), weeks=weeks, **values)


def _week(alarm: Tree, language: str) -> str:
    day = _date(alarm["week"], language)
    if alarm["count"] is None:
        return say("alerts.week", language, day=day)
    return say("alerts.week_count", language, day=day, n=alarm["count"])


def _table(told: Tree, language: str) -> Table:
    header = tuple(say(f"alerts.column_{name}", language) for name in ("rule", "alarms", "false", "interval"))
    rows: tuple[tuple[TableCell, ...], ...] = tuple(
        (
            say(f"alerts.method_{one['method']}", language),
            number(len(one["alarms"]), language),
            number(one["false_a_year"], language, 1),
            f"{number(one['low'], language, 1)}–{number(one['high'], language, 1)}",
        )
        for one in told["methods"]
    )
    return Table(say("alerts.table", language), header, rows, frozenset({1, 2, 3}), stacked=True)


def _changes(told: Tree, language: str) -> Prose:
    if not told["changes"]:
        return Prose((say("alerts.no_change", language),))
    sentences = []
    for one in told["changes"]:
        values = {name: number(one[name], language, 1) for name in ("ratio", "ratio_low", "ratio_high")}
        months = {name: _month(one[name], language) for name in ("from", "low", "high")}
        up = one["ratio"] >= 1
        sentences.append(
            say(
                "alerts.rise" if up else "alerts.fall",
                language,
                month=months["from"],
                low=months["low"],
                high=months["high"],
                **values,
            )
        )
    return Prose((*sentences, say("alerts.changes_about", language)))


def _gatherings(told: Tree, reader: Reader) -> Prose:
    language, found = reader.language, told["gatherings"]
    how = {"reach": found["reach"], "days": found["days"], "until": _date(found["until"], language)}
    if not found["found"]:
        return Prose((say("alerts.no_gathering", language, **how),))
    sentences = [
        say(
            "alerts.gathering",
            language,
            unit=reader.edition.unit_name(one["unit_code"]),
            ratio=number(one["ratio"], language, 1),
            lasted=one["days"],
            recurrence=number(int(one["recurrence_days"]), language),
        )
        for one in found["found"]
    ]
    return Prose((*sentences, say("alerts.gatherings_about", language, **how)))


def _repeat(told: Tree, language: str) -> Prose:
    how = {"metres": told["metres"], "days": told["days"], "simulations": told["simulations"]}
    if told["ratio"] is None:
        return Prose((say("alerts.repeat_few", language, **how),))
    values = {
        name: number(told[name], language, 1) if told[name] is not None else "∞" for name in ("ratio", "low", "high")
    }
    address = "alerts.repeat" if told["p"] <= 0.05 else "alerts.repeat_chance"
    return Prose((say(address, language, p=number(told["p"], language, 3), **how, **values),))


def _date(day: str, language: str) -> str:
    return date(dt.date.fromisoformat(day), language)


def _month(month: str, language: str) -> str:
    return words.period(month, language)
