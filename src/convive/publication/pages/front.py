"""The front page: the few things that matter, and how sure they are."""

from __future__ import annotations

from convive.indicators import change
from convive.publication import words
from convive.publication.charts.catalogue import in_no_source
from convive.publication.pages import parts, presence
from convive.publication.pages.page import Block, Headline, Headlines, Link, Page, Prose, Section
from convive.publication.reading import Figure, Reader
from convive.texts import number, say

NAME = "front"


def build(reader: Reader) -> Page:
    language = reader.language
    year = reader.full_year()
    deaths = reader.figure("homicides", year) if year else None
    if year is None or deaths is None:
        return parts.empty(NAME, reader)
    blocks: list[Block] = [Headlines(tuple(headlines(reader, year, deaths)))]
    blocks += parts.chart("trend-years", reader)
    blocks.append(_ways_on(reader))
    return Page(
        name=NAME,
        language=language,
        title=say(f"front.title_{reader.edition.place}", language, unit=reader.focus_name),
        lead=lead(reader, year, deaths),
        blocks=tuple(blocks),
        description=say("front.description", language, unit=reader.focus_name),
    )


def lead(reader: Reader, year: str, deaths: Figure) -> tuple[str, ...]:
    """Number, rate and change against the year before, in sentences."""
    language = reader.language
    first = say("front.deaths", language, n=int(deaths.value or 0), year=year, unit=reader.focus_name)
    sentences = [first]
    rate = reader.figure("homicide_rate", year)
    if rate is not None and rate.value is not None:
        sentences.append(
            say(
                f"front.rate_{words.certainty(rate, language).level}",
                language,
                rate=number(rate.value, language, 1),
                between=words.interval(rate, language, 1),
            )
        )
    sentences.append(words.status_sentence(deaths, language))
    where = say(f"front.place_{reader.edition.place}", language)
    versus = change_sentence(reader, year)
    return tuple(part for part in (" ".join(filter(None, sentences)), versus, where) if part)


def change_sentence(reader: Reader, year: str) -> str:
    """What changed against the year before and whether it is more than noise; empty where that cannot be said."""
    before_year = str(int(year) - 1)
    now, before = reader.figure("homicides", year), reader.figure("homicides", before_year)
    if now is None or before is None or now.count is None or before.count is None:
        return ""
    language = reader.language
    if "not_comparable" in (now.status, before.status):
        return ""
    if not reader.comparable(before_year, year):
        return say("front.not_comparable", language, before=before_year, year=year)
    exposures = _exposures(reader, before_year, year)
    found = change(before.count, exposures[0], now.count, exposures[1])
    counted = say("front.from_to", language, before_year=before_year, before=before.count, year=year, now=now.count)
    return f"{counted} {found.words(language)}"


def _exposures(reader: Reader, *years: str) -> tuple[float, ...]:
    """The populations of the years where all are known; else the years of one place count as equally exposed."""
    rates = [reader.figure("homicide_rate", year) for year in years]
    people = [rate.population for rate in rates if rate is not None and rate.population]
    return tuple(map(float, people)) if len(people) == len(years) else (1.0,) * len(years)


def headlines(reader: Reader, year: str, deaths: Figure) -> list[Headline]:
    found = [
        _count("homicides", deaths, reader),
        _rate(reader, year),
        _brought("share_qualified", "qualified", reader.published("share_qualified"), reader),
        _share("firearm", reader.published("share_by", disaggregation="mechanism", category="firearm"), reader),
        _brought("motive_unknown", "motive", reader.published("share_motive_unknown"), reader),
        _half(reader),
        _resolved(reader),
    ]
    return [headline for headline in found if headline is not None]


def _how(figure: Figure, reader: Reader) -> Link:
    return Link(say("site.how", reader.language), page="how", anchor=figure.anchor)


def _count(name: str, figure: Figure, reader: Reader) -> Headline:
    language = reader.language
    sure = words.certainty(figure, language)
    between = words.interval(figure, language)
    meaning = say("front.count_meaning", language, between=between) if between else ""
    label = say(f"front.{name}", language, period=words.period(figure.period, language))
    return Headline(
        label,
        words.count(figure, language),
        meaning,
        sure.words,
        sure.level,
        _how(figure, reader),
        status=words.status_sentence(figure, language),
    )


def _rate(reader: Reader, year: str) -> Headline | None:
    figure = reader.figure("homicide_rate", year)
    if figure is None or figure.value is None:
        return None
    language = reader.language
    sure = words.certainty(figure, language)
    return Headline(
        say("front.rate_label", language, period=year),
        number(figure.value, language, 1),
        say(
            "front.rate_meaning",
            language,
            between=words.interval(figure, language, 1),
            population=figure.population or 0,
        ),
        sure.words,
        sure.level,
        _how(figure, reader),
        unit=say("words.per_100k", language),
        status=words.status_sentence(figure, language),
    )


def _share(name: str, figure: Figure | None, reader: Reader) -> Headline | None:
    """The number is always “48 of 54”; what share that is, is said only where the base allows it."""
    if figure is None or figure.value is None or figure.count is None or not figure.denominator:
        return None
    language = reader.language
    sure = words.certainty(figure, language)
    big = say("words.of", language, part=figure.count, whole=figure.denominator)
    meaning = _share_meaning(figure, reader)
    label = say(f"front.{name}", language, period=words.period(figure.period, language))
    told = words.status_sentence(figure, language)
    return Headline(label, big, meaning, sure.words, sure.level, _how(figure, reader), status=told)


def _share_meaning(figure: Figure, reader: Reader) -> str:
    language = reader.language
    if (figure.denominator or 0) < reader.percent_base or figure.value is None:
        return say("front.share_small", language, least=reader.percent_base)
    between = words.percent_interval(figure, language)
    return say("front.share_meaning", language, percent=words.percent(figure.value, language), between=between)


def _half(reader: Reader) -> Headline | None:
    half = reader.latest_half()
    figure = reader.figure("homicides", half) if half else None
    if figure is None or figure.value is None or figure.period[:4] == reader.full_year():
        return None
    return _count("half", figure, reader)


def _resolved(reader: Reader) -> Headline | None:
    half = reader.latest_half()
    return _brought("resolved", "resolved", reader.figure("resolved_share", half), reader) if half else None


def _brought(name: str, field: str, figure: Figure | None, reader: Reader) -> Headline | None:
    """Nothing is said where no source brings the field: silence of the sources is no finding."""
    return None if in_no_source(field, reader) else _share(name, figure, reader)


def _ways_on(reader: Reader) -> Section:
    language = reader.language
    names = {"trend": "trend" if "trend-cities" in reader.charts else "trend_alone"}
    links = [
        Link(say(f"front.way.{names.get(name, name)}", language), page=name)
        for name in presence.shown(reader)
        if name != NAME
    ]
    return Section("more", say("front.more", language), (Prose((), tuple(links)),))
