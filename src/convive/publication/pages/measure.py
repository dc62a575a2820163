"""One measure on one page: the question, the picture, the verdict, the doubt, the cost; what could be seen, what is
known from elsewhere, and what was registered before the start.

A measure has a page from the day it stands in the plan. Where nobody registered its evaluation before the start, the
page says that, and gives no verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convive.errors import EvaluationError
from convive.evaluation.evidence import MARK, expected, named, rules
from convive.evaluation.limits import limits
from convive.evaluation.outcomes import outcome
from convive.publication.charts.evaluations import PREFIX
from convive.publication.edition import Edition, Tree
from convive.publication.effect import averted, percent, rows, span
from convive.publication.pages.evidence import beyond, cited
from convive.publication.pages.measure_cost import cost
from convive.publication.pages.measures import evaluation_told
from convive.publication.pages.page import Block, ChartBlock, Link, Notice, Page, Prose, Section, Table
from convive.publication.reading import Reader
from convive.texts import date, number, say

SECTION = "evaluations"

UNTOLD = ("refused", "withheld", "no-data", "changed", "ahead")
"""Rules by which there is no verdict to tell, and why."""


@dataclass(frozen=True)
class Judged:
    """A ``measure`` of the plan and what was ``found`` of it; one of both may be None, never both."""

    id: str
    found: Tree | None
    measure: Tree | None

    def name(self, language: str) -> str:
        told = self.found["name"] if self.found is not None else (self.measure or {})["label"]
        return str(told[language])

    @property
    def page(self) -> str:
        return f"{SECTION}/{self.id}"

    @property
    def start(self) -> dt.date:
        return dt.date.fromisoformat(self.found["start"] if self.found is not None else (self.measure or {})["from"])

    @property
    def treated(self) -> list[str]:
        found = self.found if self.found is not None else (self.measure or {})["evaluation"]
        return list(found["treated"])


def every(edition: Edition) -> tuple[Judged, ...]:
    """The registered evaluations, then the measures of the plan of which none is registered."""
    planned = {one["id"]: one for one in edition.plan.get("measures", ())}
    found = [Judged(one["id"], one, planned.get(one["measure"] or one["id"])) for one in edition.evaluations]
    known = {one.measure["id"] for one in found if one.measure is not None}
    return (*found, *(Judged(name, None, one) for name, one in planned.items() if name not in known))


def ids(edition: Edition) -> tuple[str, ...]:
    return tuple(one.id for one in every(edition))


def build(reader: Reader, item: str) -> Page:
    """The page of the measure ``item``; raises ``KeyError`` where there is none."""
    language, edition = reader.language, reader.edition
    one = {judged.id: judged for judged in every(edition)}[item]
    found, measure = one.found, one.measure
    blocks: list[Block] = []
    if found is not None:
        blocks += _picture(found, reader)
        blocks.append(Notice(" ".join(_says(found, language)), _verdict(found, language)))
        blocks.append(_section("doubt", (*_doubt(found, language), *_together(found, reader)), language))
    else:
        blocks.append(Notice(unregistered(one, reader), say("evaluation.verdict.cannot-tell", language)))
    blocks.append(_section("cost", cost(found, measure, edition.plan, language), language))
    blocks.append(_section("foresight", _foresight(one, reader), language, _falls(found, language)))
    blocks.append(_elsewhere(one, language))
    if found is not None:
        blocks.append(_section("promise", _promise(found, reader), language))
    links = [Link(say("evaluations.back", language), page=SECTION)]
    if measure is not None:
        links.append(Link(say("evaluations.in_plan", language), page="act", anchor=f"measure-{measure['id']}"))
    blocks.append(Prose((), tuple(links)))
    return Page(one.page, language, one.name(language), (_question(one, reader),), tuple(blocks))


def unregistered(one: Judged, reader: Reader) -> str:
    """That nobody registered the evaluation: too late for one that has begun, not yet for one that has not."""
    if one.start <= reader.as_of:
        return say("evaluations.unregistered", reader.language)
    return say("evaluations.unregistered_yet", reader.language, start=date(one.start, reader.language))


def smallest(found: Tree | None, language: str, months: int = 12) -> str:
    """The smallest fall that would be seen after so many months, in a word."""
    falls = found["foresight"]["falls"] if found is not None and found["foresight"] else ()
    for one in falls:
        if one["months"] == months:
            return say("evaluations.no_fall", language) if one["percent"] is None else f"−{one['percent']} %"
    return "–"


def _section(name: str, paragraphs: Sequence[str], language: str, *more: Block | None) -> Section:
    blocks = (Prose(tuple(paragraphs)), *(one for one in more if one is not None))
    return Section(name, say(f"evaluations.{name}", language), blocks)


def _question(one: Judged, reader: Reader) -> str:
    language = reader.language
    if one.found is not None:
        return str(one.found["question"][language])
    assert one.measure is not None
    judged = one.measure["evaluation"]
    outcome = next(row["label"] for row in reader.edition.plan["indicators"] if row["id"] == judged["outcome"])
    return say("evaluations.question", language, outcome=outcome[language], measure=one.name(language))


def _verdict(found: Tree, language: str) -> str:
    return say(f"evaluation.verdict.{found['verdict']}", language)


def _says(one: Tree, language: str) -> list[str]:
    if one["rule"] in UNTOLD:
        return [say(f"evaluations.{one['rule'].replace('-', '_')}", language), *one["doubt"][language]]
    told = list(one["says"][language])
    if one["averted"] is not None:
        told.append(averted(one, language, "evaluations.averted"))
    return told


def _picture(one: Tree, reader: Reader) -> list[Block]:
    """The effect, the second opinion and every refutation as ratios with their intervals, one below the other."""
    chart = reader.charts.get(f"{PREFIX}{one['id']}")
    if chart is None:
        return []
    language = reader.language
    header = tuple(say(f"evaluations.column.{name}", language) for name in ("what", "change", "interval"))
    places = dict(reader.edition.units.select("code", "name").iter_rows())
    told = [(label, *_change(row, language)) for label, row in rows(one, language, places)]
    title = chart.title[language]
    table = Table(title, header, tuple(told), frozenset({1, 2}), stacked=True)
    return [ChartBlock(chart.name, title, chart.alt[language], table, say("evaluations.picture_note", language))]


def _change(one: Tree, language: str) -> tuple[str, str]:
    ratio = percent(one["ratio"], language) if one["ratio"] is not None else "–"
    return ratio, "–" if one["low"] is None or one["high"] is None else span(one, language)


def _doubt(one: Tree, language: str) -> tuple[str, ...]:
    told = [*one["doubt"][language]] if one["rule"] not in UNTOLD else []
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


def _together(one: Tree, reader: Reader) -> tuple[str, ...]:
    """The other measures, registered or of the plan, that began with this one in the same places: no design that sees
    only counts can tell them apart."""
    language, start = reader.language, dt.date.fromisoformat(one["start"])
    lines = reader.edition.above
    others = []
    for other in every(reader.edition):
        if other.id == one["id"]:
            continue
        near = abs((other.start - start).days) < limits().margin_days
        same = any(a in lines(b) or b in lines(a) for a in one["treated"] for b in other.treated)
        if near and same:
            others.append(other.name(language))
    return (say("evaluations.together", language, others="; ".join(others), n=len(others)),) if others else ()


def _foresight(one: Judged, reader: Reader) -> tuple[str, ...]:
    language = reader.language
    if one.found is not None and one.found["foresight"]:
        told = one.found["foresight"]
        if told["rule"] in ("withheld", "rise"):
            return (say(f"evaluations.foresight_{told['rule']}", language),)
        if told["rule"] == "refused":
            return (say("evaluations.foresight_refused", language), *told["says"][language])
        return tuple(told["says"][language])
    if one.measure is not None:
        return (evaluation_told(one.measure["evaluation"], reader.edition.plan, language),)
    return (say("evaluations.no_data", language),)


def _falls(found: Tree | None, language: str) -> Table | None:
    falls = found["foresight"]["falls"] if found is not None and found["foresight"] else ()
    if not falls:
        return None
    header = tuple(say(f"evaluations.column.{name}", language) for name in ("months", "smallest"))
    told = tuple((number(one["months"], language), smallest(found, language, one["months"])) for one in falls)
    return Table(say("evaluations.falls", language), header, told, frozenset({0, 1}))


def _elsewhere(one: Judged, language: str) -> Section:
    """What the plan's measure cites of the library of evidence, and how much of it may be expected here."""
    source = one.measure["source"] if one.measure is not None else ""
    studies = named(source)
    hoped = one.found["expected"] if one.found is not None else (one.measure or {})["evaluation"]["expected_ratio"]
    told = [say("evaluations.hoped", language, change=percent(hoped, language))]
    if not studies:
        return _section("elsewhere", (*told, say("evaluations.elsewhere_none", language)), language)
    words, links = cited("; ".join(f"{MARK}{found.id}" for found in studies), language)
    told += [
        say("evaluations.elsewhere_not_carried", language, measure=rules()["measures"][kind][language])
        for kind in dict.fromkeys(found.measure for found in studies)
        if expected(kind) is None
    ]
    told += beyond(source, hoped, language)
    prose = Prose((*told, f"{words[0].upper()}{words[1:]}"), links)
    return Section("elsewhere", say("evaluations.elsewhere", language), (prose,))


def _promise(one: Tree, reader: Reader) -> tuple[str, ...]:
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
            expected=percent(one["expected"], language),
            months=str(one["judged_after_months"]),
        ),
        say("evaluations.outcome", language, outcome=outcome_label(one["outcome"], reader)),
    ]
    return (*told, *(_amended(change, language) for change in one["amendments"]))


def outcome_label(written: str, reader: Reader) -> str:
    """What an outcome counts, in words; as it is written where the register cannot count it."""
    try:
        found = outcome(written)
    except EvaluationError:
        return written
    counted = found.indicator.numerator if found.indicator.part is not None else found.indicator.label
    label = counted.model_dump()[reader.language]
    return f"{label}: {reader.category(found.breakdown, found.category)}" if found.breakdown else str(label)


def _amended(change: Mapping[str, str], language: str) -> str:
    values = {"on": _date(change["on"], language), "reason": change["reason"], "hash": change["hash"]}
    return say("evaluations.amended", language, **values)


def _date(day: str, language: str) -> str:
    return date(dt.date.fromisoformat(day), language)
