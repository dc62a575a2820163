"""What worked: the league of measures, doubt first, and for each its question, verdict, doubt and registration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Notice, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.reading import Reader
from convive.texts import date, number, say

NAME = "evaluations"
TONES: dict[str, Tone] = {"likely-helped": "good", "likely-harmed": "bad"}

Told = Mapping[str, Any]


def build(reader: Reader) -> Page:
    language, told = reader.language, reader.edition.evaluations
    if not told:
        return parts.empty(NAME, reader)
    blocks: list[Block] = [
        Prose((say("evaluations.how", language),)),
        Section("league", say("evaluations.league", language), (_league(told, reader),)),
        *(Section(one["id"], one["name"][language], _measure(one, reader)) for one in told),
    ]
    title = say("evaluations.title", language, unit=reader.focus_name)
    return Page(NAME, language, title, (_lead(told, language),), tuple(blocks))


def _lead(told: Sequence[Told], language: str) -> str:
    known = sum(one["verdict"] != "cannot-tell" for one in told)
    if not known:
        return say("evaluations.lead_none", language, n=len(told))
    return say("evaluations.lead", language, n=len(told), known=known)


def _league(told: Sequence[Told], reader: Reader) -> Table:
    """Widest interval last among those that have one; first the column that says how little is known."""
    language = reader.language
    header = tuple(say(f"evaluations.column.{name}", language) for name in ("measure", "doubt", "verdict", "averted"))
    rows: list[tuple[TableCell, ...]] = []
    for one in sorted(told, key=lambda one: (one["low"] is None, _width(one), one["id"])):
        rows.append(
            (
                Cell(one["name"][language]),
                _range(one, language),
                Cell(say(f"evaluation.verdict.{one['verdict']}", language), TONES.get(one["verdict"], "doubt")),
                _averted(one, language),
            )
        )
    return Table(say("evaluations.table", language), header, tuple(rows), stacked=True)


def _measure(one: Told, reader: Reader) -> tuple[Block, ...]:
    language = reader.language
    blocks: list[Block] = [
        Prose((one["question"][language],)),
        Notice(" ".join(_says(one, language)), say(f"evaluation.verdict.{one['verdict']}", language)),
    ]
    if one["low"] is not None:
        blocks.append(_picture(one, language))
    blocks.append(Section(f"{one['id']}-doubt", say("evaluations.doubt", language), (Prose(_doubt(one, language)),)))
    promise = Prose(_promise(one, reader))
    blocks.append(Section(f"{one['id']}-promise", say("evaluations.promise", language), (promise,)))
    return tuple(blocks)


def _says(one: Told, language: str) -> list[str]:
    if one["rule"] in ("refused", "withheld", "no-data"):
        return [say(f"evaluations.{one['rule'].replace('-', '_')}", language), *one["doubt"][language]]
    told = list(one["says"][language])
    if one["averted"] is not None:
        told.append(_averted(one, language, "evaluations.averted"))
    return told


def _picture(one: Told, language: str) -> Table:
    """The effect, the second opinion and every refutation as ratios with their intervals, one below the other."""
    header = tuple(say(f"evaluations.column.{name}", language) for name in ("what", "change", "interval"))
    rows = [(say("evaluations.effect", language), *_change(one, language))]
    if one["second"] is not None:
        rows.append((say("evaluations.second", language), *_change(one["second"], language)))
    for placebo in one["placebos"]:
        label = say(f"evaluations.placebo.{placebo['kind'].replace('-', '_')}", language, label=placebo["label"])
        rows.append((label, *_change(placebo, language)))
    return Table(say("evaluations.picture", language), header, tuple(rows), frozenset({1, 2}), stacked=True)


def _doubt(one: Told, language: str) -> tuple[str, ...]:
    told = [*one["doubt"][language]] if one["rule"] != "refused" else []
    if one["interval_by"]:
        told.append(say(f"evaluation.errors.{one['interval_by']}", language))
    if one["around"]:
        told.append(say(f"evaluations.moved.{one['moved'].replace(' ', '_') or 'unknown'}", language))
    elif one["comparison"]:
        told.append(say("evaluations.moved.not_looked", language))
    else:
        told.append(say("evaluations.alone", language))
    if one["watch"] is not None:
        address = "evaluations.watch_signal" if one["watch"]["signal"] else "evaluations.watch_quiet"
        told.append(say(address, language, n=one["watch"]["seen"], looks=one["watch"]["looks"]))
    if not one["settled"]:
        told.append(say("evaluations.unsettled", language, n=one["judged_after_months"]))
    return tuple(told)


def _promise(one: Told, reader: Reader) -> tuple[str, ...]:
    language, units = reader.language, reader.edition.unit_name
    first = one["registered"]
    told = [
        say(
            "evaluations.registered" if first["before_start"] else "evaluations.registered_late",
            language,
            on=_date(first["on"], language),
            start=_date(one["start"], language),
            hash=first["hash"],
        ),
        say(
            "evaluations.plan",
            language,
            design=say(f"evaluations.design.{one['design'].replace('-', '_')}", language),
            treated=", ".join(units(code) for code in one["treated"]),
            comparison=", ".join(units(code) for code in one["comparison"]) or "–",
            around=", ".join(units(code) for code in one["around"]) or "–",
            expected=_percent(one["expected"], language),
            months=str(one["judged_after_months"]),
        ),
    ]
    told += [
        say(
            "evaluations.amended",
            language,
            on=_date(change["on"], language),
            reason=change["reason"],
            hash=change["hash"],
        )
        for change in one["amendments"]
    ]
    return tuple(told)


def _width(one: Told) -> float:
    return float("inf") if one["low"] is None else float(one["high"] / max(one["low"], 1e-9))


def _range(one: Told, language: str) -> str:
    if one["low"] is None:
        return say("evaluations.no_range", language)
    return say("evaluations.range", language, low=_percent(one["low"], language), high=_percent(one["high"], language))


def _change(one: Told, language: str) -> tuple[str, str]:
    if one["low"] is None or one["high"] is None:
        return (_percent(one["ratio"], language) if one["ratio"] is not None else "–", "–")
    low, high = _percent(one["low"], language), _percent(one["high"], language)
    return _percent(one["ratio"], language), say("evaluations.range", language, low=low, high=high)


def _averted(one: Told, language: str, address: str = "evaluations.averted_short") -> str:
    if one["averted"] is None or one["averted_low"] is None or one["averted_high"] is None:
        return "–"
    names = ("averted", "averted_low", "averted_high")
    return say(address, language, **{name: number(one[name], language).replace("-", "−") for name in names})


def _percent(ratio: float, language: str) -> str:
    change = round(100 * (ratio - 1))
    sign = "−" if change < 0 else "+" if change > 0 else ""
    return f"{sign}{number(abs(change), language)} %"


def _date(day: str, language: str) -> str:
    return date(dt.date.fromisoformat(day), language)
