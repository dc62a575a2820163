"""Answer: what the committee promised and kept, in plain words; sessions, quorum, agreements, plan, money, targets, and
every change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from convive.publication.edition import Tree
from convive.publication.pages import answer_clock, checked, parts
from convive.publication.pages.page import Block, Cell, Link, Notice, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.reading import Reader
from convive.texts import date, number, say

NAME = "answer"
SHOWN_CHANGES = 100
TONES: Mapping[str, Tone] = {"overdue": "bad", "done": "good", "open": "", "withdrawn": "doubt"}


def build(reader: Reader) -> Page:
    told = reader.edition.committee
    if not told:
        return _without_committee(reader)
    language = reader.language
    blocks: list[Block] = []
    if told["illustrative"]:
        blocks.append(Notice(told["illustrative"][language], say("answer.illustrative", language)))
    for name, made in (
        ("sessions", _sessions(told, language)),
        ("agreements", _agreements(told, language)),
        ("clock", answer_clock.blocks(reader)),
        ("checked", checked.blocks(reader)),
        ("law", _law(told, language)),
        ("plan", _plan(reader)),
        ("changes", _changes(told, language)),
        ("log", _log(told, language)),
    ):
        if made:
            blocks.append(Section(name, say(f"answer.{name}_title", language), tuple(made)))
    title = say("answer.title", language, unit=reader.focus_name)
    return Page(NAME, language, title, _lead(told, language), tuple(blocks))


def _without_committee(reader: Reader) -> Page:
    """Bodies answer citizens, and neighbours check the map, even where there is no committee."""
    found = (("clock", answer_clock.blocks(reader)), ("checked", checked.blocks(reader)))
    sections = tuple(
        Section(name, say(f"answer.{name}_title", reader.language), tuple(made)) for name, made in found if made
    )
    page = parts.empty(NAME, reader)
    return replace(page, blocks=sections) if sections else page


def _lead(told: Tree, language: str) -> tuple[str, ...]:
    sittings, agreements = told["sittings"], told["agreements"]
    overdue = sum(one["state"] == "overdue" for one in agreements)
    values = {"day": _day(told["on"], language), "quorate": sum(one["quorate"] for one in sittings)}
    values |= {"complete": sum(one["present"] == one["seats"] for one in sittings)}
    first = say("answer.lead_sessions", language, n=len(sittings), **values)
    if not agreements:
        return (first, say("answer.lead_no_agreements", language))
    return (first, say("answer.lead_agreements", language, n=len(agreements), overdue=overdue))


def _sessions(told: Tree, language: str) -> list[Block]:
    if not told["sittings"]:
        return [Prose((say("answer.no_sessions", language),))]
    rows: list[tuple[TableCell, ...]] = []
    for one in reversed(told["sittings"]):
        quorum = Cell(say(f"answer.quorum_{'yes' if one['quorate'] else 'no'}", language), _tone(one["quorate"]))
        absent = "; ".join(seat[language] for seat in one["absent"]) or say("answer.nobody", language)
        came = say("answer.came_of", language, came=one["present"], seats=one["seats"], needed=one["needed"])
        day = say(f"answer.kind_{one['kind']}", language, day=_day(one["held_on"], language))
        rows.append((day, came, quorum, absent))
    heads = tuple(say(f"answer.column_{name}", language) for name in ("session", "came", "quorum", "absent"))
    who = tuple(
        (one["seat"][language], one["agency"], say("answer.of", language, part=one["came"], whole=one["held"]))
        for one in told["attendance"]
    )
    headed = tuple(say(f"answer.column_{name}", language) for name in ("seat", "agency", "attended"))
    return [
        Table(say("answer.sessions_table", language), heads, tuple(rows), stacked=True),
        Table(say("answer.attendance_table", language), headed, who, stacked=True),
    ]


def _agreements(told: Tree, language: str) -> list[Block]:
    if not told["agreements"]:
        return [Prose((say("answer.lead_no_agreements", language),))]
    order = {"overdue": 0, "open": 1, "done": 2, "withdrawn": 3}
    rows = [_agreement(one, language) for one in sorted(told["agreements"], key=lambda one: order[one["state"]])]
    heads = tuple(say(f"answer.column_{name}", language) for name in ("agreement", "owner", "due", "state", "followed"))
    return [Table(say("answer.agreements_table", language), heads, tuple(rows), stacked=True)]


def _agreement(one: Tree, language: str) -> tuple[TableCell, ...]:
    state = say(f"answer.state_{one['state']}", language, n=one["days_late"])
    steps = "; ".join(f"{_day(step['on'], language)}: {step['text'][language]}" for step in one["followed"])
    return (
        one["text"][language],
        one["owner"][language],
        _day(one["due"], language),
        Cell(state, TONES[one["state"]]),
        steps or "–",
    )


def _law(told: Tree, language: str) -> list[Block]:
    rows: list[tuple[TableCell, ...]] = []
    for one in told["periods"]:
        norm = say("answer.article", language, article=one["article"], day=_day(one["date"], language))
        if not one["verified"]:
            norm = f"{norm} {say('answer.unverified', language)}"
        state = say(
            f"answer.period_{'overdue' if one['overdue'] else 'kept'}", language, day=_day(one["until"], language)
        )
        every = say("answer.every", language, n=one["every_months"])
        rows.append((one["text"][language], every, Cell(state, _tone(not one["overdue"])), norm))
    heads = tuple(say(f"answer.column_{name}", language) for name in ("period", "every", "kept", "norm"))
    return [Table(say("answer.law_table", language), heads, tuple(rows), stacked=True)] if rows else []


def _plan(reader: Reader) -> list[Block]:
    """Stage and gates, money, indicators against targets, where there is a plan; the page “Act” tells all of it."""
    told = reader.edition.plan
    if not told:
        return []
    language = reader.language
    stage = next(one for one in told["stages"] if one["id"] == told["stage"])
    waits = [one["label"][language] for one in stage["onward"] if not one["holds"]]
    sentences = [say("answer.stage", language, stage=stage["label"][language])]
    sentences.append(
        say("answer.gate_waits", language, conditions="; ".join(waits)) if waits else say("answer.gate_open", language)
    )
    return [
        Prose(tuple(sentences), (Link(say("answer.to_plan", language), page="act"),)),
        _money(told, language),
        _targets(told, language),
    ]


def _money(told: Tree, language: str) -> Table:
    heads = tuple(say(f"answer.column_{name}", language) for name in ("stage", "planned", "committed", "spent"))
    rows = [
        (one["label"][language], *(number(one[name], language) for name in ("planned", "committed", "spent")))
        for one in told["stages"]
    ]
    return Table(
        say("answer.money_table", language, currency=told["currency"]), heads, tuple(rows), frozenset({1, 2, 3})
    )


def _targets(told: Tree, language: str) -> Table:
    heads = tuple(say(f"answer.column_{name}", language) for name in ("indicator", "baseline", "current", "target"))
    rows = []
    for one in told["indicators"]:
        by = say(
            "answer.target_by", language, value=_value(one["target"], one, language), day=_day(one["by"], language)
        )
        current = _value(one["current"], one, language)
        if one["low"] is not None and one["high"] is not None:
            low, high = (_value(one[end], one, language) for end in ("low", "high"))
            current = say("answer.between", language, value=current, low=low, high=high)
        rows.append((one["label"][language], _value(one["baseline"], one, language), current, by))
    return Table(say("answer.targets_table", language), heads, tuple(rows), stacked=True)


def _changes(told: Tree, language: str) -> list[Block]:
    if not told["changes"]:
        return []
    newest = list(reversed(told["changes"]))
    heads = tuple(say(f"answer.column_{name}", language) for name in ("number", "day", "change"))
    rows = tuple(
        (
            number(one["number"], language),
            _day(one["on"], language),
            say(f"answer.act.{one['act']}", language, subject=one["subject"]),
        )
        for one in newest[:SHOWN_CHANGES]
    )
    link = Link(say("answer.all_changes", language, n=len(newest)), data="data/committee.json")
    return [Table(say("answer.changes_table", language), heads, rows, stacked=True), Prose((), (link,))]


def _log(told: Tree, language: str) -> list[Block]:
    if not told["head"]:
        return [Prose((say("answer.no_log", language),))]
    lines = told["head"].partition(":")[0]
    head = (say("answer.head", language, lines=lines, head=told["head"]),)
    return [Prose((*head, say("answer.head_about", language)))]


def _value(value: float | None, one: Tree, language: str) -> str:
    if value is None:
        return "–"
    if one["share"]:
        return f"{number(100 * value, language, 1)} %"
    return number(value, language, 0 if float(value).is_integer() else 1)


def _tone(fine: bool) -> Tone:
    return "good" if fine else "bad"


def _day(day: str, language: str) -> str:
    return date(dt.date.fromisoformat(day), language)
