"""What may come, and why here: forecasts beside the simplest ones, zones of the next month, features of the place."""

from __future__ import annotations

import datetime as dt

from convive.publication import words
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Link, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

NAME = "ahead"
SIGNIFICANT = 0.05


def build(reader: Reader) -> Page:
    language = reader.language
    told = reader.edition.patterns.get("ahead") or {}
    if not (told.get("forecast") or told.get("why")):
        return parts.empty(NAME, reader)
    blocks: list[Block] = []
    minutes: list[str] = []
    if told["forecast"]:
        sentences = _verdict(told["forecast"], reader)
        minutes += sentences
        about = Prose((*sentences, say("ahead.about", language, size=told["size"])))
        blocks.append(
            Section("forecast", say("ahead.forecast_title", language), (about, _methods(told["forecast"], language)))
        )
        blocks.append(Section("zones", say("ahead.zones_title", language), (_zones(told["forecast"], language),)))
    if told["why"]:
        found = _why(told["why"], reader)
        minutes += found
        why: list[Block] = [Prose(found)]
        if told["why"]["schematic"]:
            minutes.append(say("ahead.why_schematic", language))
            why.insert(0, Notice(say("ahead.why_schematic", language)))
        if told["why"]["chosen"]:
            why.append(_factors(told["why"], language))
        blocks.append(Section("why", say("ahead.why_title", language), tuple(why)))
    else:
        blocks.append(Section("why", say("ahead.why_title", language), (Prose((say("ahead.why_none", language),)),)))
    caution = Prose((say("ahead.caution", language),))
    blocks.append(Section("caution", say("ahead.caution_title", language), (caution,)))
    blocks.append(parts.minutes(minutes, reader))
    title = say("ahead.title", language, unit=reader.focus_name)
    return Page(NAME, language, title, (_lead(told, language),), tuple(blocks))


def _lead(told: Tree, language: str) -> str:
    found = told["forecast"]
    if found is None:
        return say("ahead.lead_unknown", language)
    if found["simple_wins"]:
        return say("ahead.lead_simple", language, method=_name(found["baseline"], language))
    return say("ahead.lead_process", language, method=_name(found["baseline"], language))


def _verdict(found: Tree, reader: Reader) -> list[str]:
    """Which forecast was worth most, in sentences that can be pasted into the minutes."""
    language = reader.language
    caught = {one["method"]: one["caught"] for one in found["methods"]}
    values = {
        "begin": _date(found["from"], language),
        "until": _date(found["until"], language),
        "method": _name(found["baseline"], language),
        "caught": words.percent(caught[found["baseline"]], language),
        "other": words.percent(caught["self-exciting"], language),
        "share": words.percent(found["area_share"], language),
    }
    return [say("ahead.simple_wins" if found["simple_wins"] else "ahead.process_wins", language, **values)]


def _methods(found: Tree, language: str) -> Table:
    header = tuple(say(f"ahead.column_{name}", language) for name in ("method", "what", "caught"))
    rows: tuple[tuple[TableCell, ...], ...] = tuple(
        (
            _name(one["method"], language),
            say(f"ahead.what_{_key(one['method'])}", language),
            say("ahead.about_share", language, share=words.percent(one["caught"], language)),
        )
        for one in found["methods"]
    )
    title = say("ahead.table", language, share=words.percent(found["area_share"], language))
    return Table(title, header, rows, frozenset({2}), stacked=True)


def _zones(found: Tree, language: str) -> Prose:
    if not found["zones"]:
        return Prose((say("ahead.zones_none", language),))
    links = tuple(
        Link(say("spots.zone", language, id=name), page="map", anchor=f"cell-{name}") for name in found["zones"]
    )
    text = say("ahead.zones", language, zones=", ".join(found["zones"]), method=_name(found["best"], language))
    return Prose((text,), links)


def _why(told: Tree, reader: Reader) -> tuple[str, ...]:
    language = reader.language
    asked = ", ".join(one[language] for one in told["asked"])
    strong = [one for one in told["chosen"] if one["p"] <= SIGNIFICANT]
    how = {"asked": asked, "cells": number(told["cells"], language), "simulations": told["simulations"]}
    if strong:
        found = "; ".join(_factor(one, language) for one in strong)
        sentences = [say("ahead.why_found", language, found=found, **how)]
        named = {one["name"][language] for one in strong}
        rest = [one[language] for one in told["asked"] if one[language] not in named]
        return (*sentences, say("ahead.why_rest", language, rest=", ".join(rest))) if rest else tuple(sentences)
    return (say("ahead.why_chance", language, **how),)


def _factor(one: Tree, language: str) -> str:
    return say(
        f"ahead.factor_{one['way']}",
        language,
        name=one["name"][language],
        metres=one["metres"],
        **{name: number(one[name], language, 1) for name in ("ratio", "low", "high")},
    )


def _factors(told: Tree, language: str) -> Table:
    header = tuple(say(f"ahead.column_{name}", language) for name in ("factor", "where", "ratio", "interval", "p"))
    rows: tuple[tuple[TableCell, ...], ...] = tuple(
        (
            one["name"][language],
            say(f"ahead.way_{one['way']}", language, metres=one["metres"]),
            number(one["ratio"], language, 1),
            f"{number(one['low'], language, 1)}–{number(one['high'], language, 1)}",
            number(one["p"], language, 3),
        )
        for one in told["chosen"]
    )
    return Table(say("ahead.why_table", language), header, rows, frozenset({2, 3, 4}), stacked=True)


def _name(method: str, language: str) -> str:
    return say(f"ahead.method_{_key(method)}", language)


def _key(method: str) -> str:
    return method.replace("-", "_")


def _date(day: str, language: str) -> str:
    return date(dt.date.fromisoformat(day), language)
