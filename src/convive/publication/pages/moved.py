"""Did it move: two years side by side, spread between territories, operations and what happened next door."""

from __future__ import annotations

import datetime as dt

from convive.publication import words
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.reading import Reader
from convive.texts import date, number, say, signed

NAME = "moved"
TONES: dict[str, Tone] = {"better": "good", "worse": "bad"}


def build(reader: Reader) -> Page:
    language = reader.language
    told = reader.edition.patterns.get("moved") or {}
    if not (told.get("similarity") or told.get("spread") or told.get("operations")):
        return parts.empty(NAME, reader)
    blocks: list[Block] = [Section("years", say("moved.years_title", language), (_years(told, reader),))]
    if told["operations"]:
        table = Prose((say("moved.operations_about", language),)), _operations(told, reader)
        blocks.append(Section("operations", say("moved.operations_title", language), table))
    blocks.append(Section("spread", say("moved.spread_title", language), (_spread(told, reader),)))
    caution = Prose((say("moved.caution", language),))
    blocks.append(Section("caution", say("moved.caution_title", language), (caution,)))
    operations = (_recorded(one, reader) for one in told["operations"])
    recorded = (_lead(told, language), *_years(told, reader).paragraphs, *operations, *_spread(told, reader).paragraphs)
    blocks.append(parts.minutes(recorded, reader))
    title = say("moved.title", language, unit=reader.focus_name)
    return Page(NAME, language, title, (_lead(told, language),), tuple(blocks))


def _lead(told: Tree, language: str) -> str:
    found = told["similarity"]
    if found is None:
        return say("moved.lead_unknown", language)
    return say("moved.lead_differ" if found["p"] <= 0.05 else "moved.lead_alike", language)


def _years(told: Tree, reader: Reader) -> Prose:
    language, found = reader.language, told["similarity"]
    if found is None:
        return Prose((say("moved.years_few", language),))
    values = {
        "level": words.level(told["level"], language),
        "begin": _date(found["from"], language, later=1),
        "middle": _date(found["middle"], language),
        "after": _date(found["middle"], language, later=1),
        "until": _date(found["until"], language),
        "alike": words.percent(found["alike"], language),
        "p": number(found["p"], language, 3),
        "n": found["units"],
        "simulations": found["simulations"],
    }
    sentences = [say("moved.years_differ" if found["p"] <= 0.05 else "moved.years_alike", language, **values)]
    for more in (True, False):
        names = [reader.edition.unit_name(one["unit_code"]) for one in found["changed"] if one["more"] is more]
        if names:
            address = "moved.changed_more" if more else "moved.changed_less"
            sentences.append(say(address, language, units=", ".join(names)))
    if not found["changed"]:
        sentences.append(say("moved.changed_none", language))
    return Prose((*sentences, say("moved.years_about", language, **values)))


def _operations(told: Tree, reader: Reader) -> Table:
    language = reader.language
    header = tuple(
        say(f"moved.column_{name}", language) for name in ("operation", "where", "verdict", "whole", "spilled", "p")
    )
    rows = tuple(_operation(one, reader) for one in told["operations"])
    return Table(say("moved.table", language), header, rows, frozenset({3, 4, 5}), stacked=True)


def _operation(one: Tree, reader: Reader) -> tuple[TableCell, ...]:
    language = reader.language
    return (
        one["name"][language],
        _where(one, reader),
        Cell(_verdict(one, language), TONES.get(one["verdict"], "doubt")),
        _between(one, "whole", "low", "high", language),
        _between(one, "spilled", "spilled_low", "spilled_high", language),
        number(one["p"], language, 3) if one["p"] is not None else "–",
    )


def _where(one: Tree, reader: Reader) -> str:
    treated, control = (
        ", ".join(reader.edition.unit_name(code) for code in one[part]) for part in ("treated", "control")
    )
    day = _date(one["from"], reader.language)
    return say("moved.where", reader.language, treated=treated, control=control, day=day, n=one["months"])


def _verdict(one: Tree, language: str) -> str:
    return say(f"moved.verdict_{one['verdict'].replace(' ', '_')}", language)


def _recorded(one: Tree, reader: Reader) -> str:
    """An operation and what can be said of it, for the minutes."""
    language = reader.language
    name = one["name"][language]
    return say("moved.recorded", language, name=name, where=_where(one, reader), verdict=_verdict(one, language))


def _between(one: Tree, value: str, low: str, high: str, language: str) -> str:
    if one[value] is None:
        return "–"
    numbers = {name: _signed(one[key], language) for name, key in (("value", value), ("low", low), ("high", high))}
    return say("moved.between", language, **numbers)


def _signed(value: float, language: str) -> str:
    return f"+{number(value, language)}" if value > 0 else signed(value, language)


def _spread(told: Tree, reader: Reader) -> Prose:
    language, found = reader.language, told["spread"]
    if found is None:
        return Prose((say("moved.spread_few", language),))
    values = {name: number(found[name], language, 2) for name in ("correlation", "low", "high")}
    address = "moved.spread_chance"
    if found["p"] <= 0.05:
        address = "moved.spread_cockroach" if found["correlation"] < 0 else "moved.spread_contagion"
    sentence = say(
        address,
        language,
        n=found["units"],
        quarters=found["quarters"],
        lag=found["lag"],
        p=number(found["p"], language, 3),
        simulations=found["simulations"],
        **values,
    )
    return Prose((sentence,))


def _date(day: str, language: str, *, later: int = 0) -> str:
    return date(dt.date.fromisoformat(day) + dt.timedelta(days=later), language)
