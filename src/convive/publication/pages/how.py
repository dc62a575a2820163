"""How do we know? For each figure of the front page: definition, numerator, denominator, sources, cases, version."""

from __future__ import annotations

from convive.publication import words
from convive.publication.charts.catalogue import in_no_source
from convive.publication.pages.page import Link, Page, Prose, Section, Term, Terms
from convive.publication.reading import Figure, Reader
from convive.texts import number, say

NAME = "how"


def build(reader: Reader) -> Page:
    language = reader.language
    terms = tuple(_term(figure, reader) for figure in headline_figures(reader))
    steps = tuple(say(f"how.step_{step}", language) for step in range(1, 6))
    way = Section("way", say("how.way", language), (Prose(steps),))
    figures = Section("figures", say("how.figures", language), (Terms(terms),))
    return Page(NAME, language, say("how.title", language), (say("how.lead", language),), (figures, way))


def headline_figures(reader: Reader) -> list[Figure]:
    """The figures of the front page, in its order."""
    year, half = reader.full_year() or "", reader.latest_half() or ""
    wanted = [
        reader.figure("homicides", year),
        reader.figure("homicide_rate", year),
        _brought("qualified", reader.published("share_qualified"), reader),
        reader.published("share_by", disaggregation="mechanism", category="firearm"),
        _brought("motive", reader.published("share_motive_unknown"), reader),
        reader.figure("homicides", half),
        _brought("resolved", reader.figure("resolved_share", half), reader),
    ]
    return [figure for figure in wanted if figure is not None]


def _brought(field: str, figure: Figure | None, reader: Reader) -> Figure | None:
    """The figure, unless no source brings the field that it rests on."""
    return None if in_no_source(field, reader) else figure


def _term(figure: Figure, reader: Reader) -> Term:
    language = reader.language
    definition = reader.edition.definition(figure.indicator, language)
    links = (
        Link(say("how.to_definition", language), page="definitions", anchor=definition_anchor(figure.indicator)),
        Link(say("how.to_sources", language), page="sources"),
        Link(say("how.to_data", language), data="data/figures.csv"),
    )
    name = say(
        "how.name", language, label=_name(figure, definition, reader), period=words.period(figure.period, language)
    )
    return Term(
        figure.anchor,
        name,
        (_result(figure, reader), str(definition["definition"])),
        _facts(figure, definition, reader),
        links,
    )


def _name(figure: Figure, definition: dict[str, object], reader: Reader) -> str:
    label = str(definition["label"])
    if figure.disaggregation == "total":
        return label
    return f"{label}: {reader.category(figure.disaggregation, figure.category)}"


def _result(figure: Figure, reader: Reader) -> str:
    language = reader.language
    if figure.denominator is not None:
        return say("how.result", language, value=words.share(figure, reader))
    decimals = 1 if "rate" in figure.indicator else 0
    if figure.value is None or figure.low is None:
        return say("how.result", language, value=words.count(figure, language))
    value = number(figure.value, language, decimals)
    return say("how.result_interval", language, value=value, between=words.interval(figure, language, decimals))


def _facts(figure: Figure, definition: dict[str, object], reader: Reader) -> tuple[tuple[str, str], ...]:
    language = reader.language
    facts = [
        ("numerator", str(definition.get("numerator") or "")),
        ("denominator", str(definition.get("denominator") or "")),
        ("cases", "" if figure.count is None else number(figure.count, language)),
        ("base", "" if figure.denominator is None else number(figure.denominator, language)),
        ("population", "" if figure.population is None else number(figure.population, language)),
        ("territory", figure.unit_name),
        ("place", say(f"how.place_{figure.place}", language) if figure.place else ""),
        ("sources", _source_titles(figure, reader)),
        ("status", say(f"site.status.{figure.status}", language)),
        ("synthetic", say("how.yes" if figure.synthetic else "how.no", language)),
        ("version", f"{figure.definition_version} · Convive {reader.edition.version}"),
        ("address", figure.address),
    ]
    return tuple((say(f"how.fact.{name}", language), value) for name, value in facts if value)


def _source_titles(figure: Figure, reader: Reader) -> str:
    titles = reader.source_titles()
    return "; ".join(titles.get(source, source) for source in figure.sources.split("+") if source)


def definition_anchor(indicator: str) -> str:
    return indicator.replace("_", "-")
