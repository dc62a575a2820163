"""What worked elsewhere: studies of measures against violence, how far each can be believed, and what a city may
expect."""

from __future__ import annotations

from convive.evaluation.evidence import MARK, Expected, Study, expected, named, rules, studies, study
from convive.publication.pages.page import Block, Cell, Link, Page, Prose, Section, Table
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "evidence"


def build(reader: Reader) -> Page:
    language = reader.language
    blocks: list[Block] = [
        Section("expected", say("evidence.expected_title", language), (_expected(language), _about(language)))
    ]
    for measure, label in rules()["measures"].items():
        told = [one for one in studies() if one.measure == measure]
        if told:
            blocks.append(Section(measure, label[language], (_studies(told, label[language], language),)))
    blocks.append(Section("grades", say("evidence.grades_title", language), (_grades(language), _sources(language))))
    title = say("evidence.title", language)
    lead = say("evidence.lead", language, n=len(studies()))
    return Page(NAME, language, title, (lead, say("evidence.caution", language)), tuple(blocks))


def change(ratio: float, language: str) -> str:
    """A rate ratio as a change in per cent: ``−14 %``."""
    percent = round(100 * (ratio - 1)) + 0.0
    sign = "−" if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{number(abs(percent), language)} %"


def span(low: float, high: float, language: str) -> str:
    return say("evidence.span", language, low=change(low, language), high=change(high, language))


def link(study: Study, language: str) -> Link:
    """To the place of ``study`` on this page; for the plan, the matrix and the evaluations."""
    return Link(f"{study.what[language]} ({study.place}, {study.years})", page=NAME, anchor=study.id)


def cited(source: str, language: str) -> tuple[str, tuple[Link, ...]]:
    """A ``source`` of a score or a measure in words, with a link to each study that it names as ``evidence:<id>``;
    parts stand between semicolons. Of each kind of measure cited, what may be expected here at its discount is told."""
    parts, links = [], []
    kinds: list[str] = []
    for part in (one.strip() for one in source.split(";")):
        found = study(part.removeprefix(MARK)) if part.startswith(MARK) else None
        if found is None:
            parts.append(part)
        else:
            links.append(link(found, language))
            parts.append(
                say("evidence.cited", language, what=links[-1].text, effect=_effect(found, language).rstrip("."))
            )
            kinds.append(found.measure)
    parts += [told for kind in dict.fromkeys(kinds) if (told := here(kind, language))]
    return "; ".join(parts), tuple(links)


def here(kind: str, language: str) -> str:
    """What may be expected here of a kind of measure, in words; empty where nothing may be carried over."""
    found = expected(kind)
    if found is None:
        return ""
    values = {"measure": rules()["measures"][kind][language], "kept": number(100 * found.kept, language)}
    values |= {"change": change(found.ratio, language), "span": span(found.low, found.high, language)}
    return say("evidence.here", language, **values)


def beyond(source: str, hoped: float, language: str) -> tuple[str, ...]:
    """Where the change ``hoped`` for is more than the evidence that a plan cites allows, by kind of measure; nothing
    where it is not, or nothing may be carried over."""
    told = []
    for kind in dict.fromkeys(one.measure for one in named(source)):
        found = expected(kind)
        if found is None or hoped >= found.ratio:
            continue
        values = {"measure": rules()["measures"][kind][language], "hoped": change(hoped, language)}
        values |= {"change": change(found.ratio, language), "span": span(found.low, found.high, language)}
        told.append(say(f"evidence.beyond_{'all' if hoped < found.low else 'middle'}", language, **values))
    return tuple(told)


def _expected(language: str) -> Table:
    header = tuple(say(f"evidence.column_{name}", language) for name in ("measure", "change", "range", "rests"))
    rows = []
    for measure, label in rules()["measures"].items():
        found = expected(measure)
        name = Cell(label[language], link=Link(label[language], page=NAME, anchor=measure))
        rows.append((name, *_row(found, language)))
    return Table(say("evidence.expected_title", language), header, tuple(rows), frozenset({1, 2}), stacked=True)


def _row(found: Expected | None, language: str) -> tuple[Cell | str, ...]:
    if found is None:
        return Cell(say("evidence.nothing", language), "doubt"), "–", say("evidence.nothing_why", language)
    rests = say("evidence.rests", language, n=len(found.studies), kept=number(100 * found.kept, language))
    return change(found.ratio, language), span(found.low, found.high, language), rests


def _studies(told: list[Study], caption: str, language: str) -> Table:
    header = tuple(
        say(f"evidence.column_{name}", language) for name in ("study", "outcome", "effect", "design", "source")
    )
    rows = tuple(
        (
            Cell(f"{one.what[language]}. {one.place}, {one.years}", anchor=one.id),
            one.outcome[language],
            _effect(one, language),
            say(
                "evidence.level",
                language,
                label=rules()["designs"][one.design]["label"][language],
                level=str(one.level),
            ),
            Cell(one.source, link=Link(one.source, url=one.url)) if one.url else one.source,
        )
        for one in told
    )
    return Table(caption, header, rows, stacked=True)


def _effect(one: Study, language: str) -> str:
    parts = []
    if one.ratio is not None:
        parts.append(change(one.ratio, language))
    if one.low is not None and one.high is not None:
        between = span(one.low, one.high, language)
        parts.append(say("evidence.interval", language, span=between, percent=number(100 * one.confidence, language)))
    told = [" ".join(parts), *(text[language] for text in (one.in_words, one.note) if text is not None)]
    return " ".join(part if part.endswith(".") else f"{part}." for part in told if part)


def _about(language: str) -> Prose:
    return Prose(tuple(say(f"evidence.{name}", language) for name in ("pooling", "transport")))


def _grades(language: str) -> Table:
    header = tuple(say(f"evidence.column_{name}", language) for name in ("design", "grade", "kept"))
    rows = tuple(
        (one["label"][language], str(one["level"]), f"{number(100 * one['kept'], language)} %")
        for one in sorted(rules()["designs"].values(), key=lambda one: -one["level"])
    )
    return Table(say("evidence.grades_title", language), header, rows, frozenset({1, 2}))


def _sources(language: str) -> Prose:
    told = rules()["source"]
    return Prose(
        (say("evidence.scale", language, scale=told["scale"]), say("evidence.kept", language, kept=told["kept"]))
    )
