"""Numbers with their meaning, in words: intervals, shares with their base, how sure a figure is."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from babel.dates import format_date

from convive.publication.reading import HALF, MONTH, Figure, Reader
from convive.territory.words import level as level
from convive.texts import LOCALES, number, say

Level = Literal["firm", "rough", "weak", "none"]


def withheld(figure: Figure | None) -> bool:
    return figure is None or figure.value is None


def count(figure: Figure | None, language: str) -> str:
    """``54``, or the word for withheld."""
    if figure is None:
        return say("words.no_figure", language)
    if figure.value is None:
        return say("words.withheld", language)
    return number(figure.value, language)


def rate(value: float | None, language: str) -> str:
    return say("words.withheld", language) if value is None else number(value, language, 1)


def interval(figure: Figure, language: str, decimals: int = 0) -> str:
    """``entre 17.7 y 30.8``; empty where the figure has no interval."""
    if figure.low is None or figure.high is None:
        return ""
    return say(
        "words.between",
        language,
        low=number(figure.low, language, decimals),
        high=number(figure.high, language, decimals),
    )


def short(figure: Figure, language: str, decimals: int = 0) -> str:
    """``54 (41–70)`` for the end of a bar."""
    if figure.value is None:
        return say("words.withheld", language)
    value = number(figure.value, language, decimals)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({number(figure.low, language, decimals)}–{number(figure.high, language, decimals)})"


def percent(fraction: float, language: str) -> str:
    return say("words.percent", language, value=number(100 * fraction, language))


def share(figure: Figure | None, reader: Reader) -> str:
    """``48 de 54 (89 %; entre 77 % y 96 %)``; ``3 de 7`` below the minimum base; the word for withheld."""
    language = reader.language
    if figure is None:
        return say("words.no_figure", language)
    if figure.value is None or figure.count is None or not figure.denominator:
        return say("words.withheld", language)
    of = say("words.of", language, part=figure.count, whole=figure.denominator)
    if figure.denominator < reader.percent_base:
        return of
    if figure.low is None or figure.high is None:
        return say("words.share_plain", language, of=of, share=percent(figure.value, language))
    between = percent_interval(figure, language)
    return say("words.share", language, of=of, share=percent(figure.value, language), between=between)


def percent_interval(figure: Figure, language: str) -> str:
    """``entre 77 % y 96 %``; empty where the figure has no interval."""
    if figure.low is None or figure.high is None:
        return ""
    return say("words.between", language, low=percent(figure.low, language), high=percent(figure.high, language))


def period(name: str, language: str) -> str:
    """``2014``, ``primer semestre de 2015``, ``marzo de 2014``, ``todo el periodo``."""
    if name == "all":
        return say("words.all_periods", language)
    if re.match(HALF, name):
        return say(f"words.half_{name[-1]}", language, year=name[:4])
    if re.match(MONTH, name):
        day = dt.date(int(name[:4]), int(name[5:]), 1)
        pattern = "MMMM 'de' y" if language == "es" else "MMMM y"
        return str(format_date(day, pattern, locale=LOCALES[language]))
    return name


TELLING = ("provisional", "not_comparable")
"""Statuses that stand beside a figure wherever it is shown: who reads it otherwise concludes too much."""


def status(name: str, language: str) -> str:
    """``provisional``, ``no comparable``."""
    return say(f"site.status.{name}", language)


def status_sentence(figure: Figure | None, language: str) -> str:
    """What the status means for whoever reads the figure; empty where there is nothing to say."""
    if figure is None or figure.status not in TELLING:
        return ""
    why = _why(figure, language)
    if not why:
        return say(f"words.status_{figure.status}", language)
    told = status(figure.status, language)
    return say("words.status_because", language, status=told[0].upper() + told[1:], why=why)


def _why(figure: Figure, language: str) -> str:
    """The reason of a status; empty where there is none, or where an edition that another version of the program built
    names one that this version does not know."""
    try:
        return say(figure.status_reason, language) if figure.status_reason else ""
    except KeyError:
        return ""


def qualified(text: str, figure: Figure | None, language: str) -> str:
    """``text`` with the status of its figure where that must be said: ``2025, provisional``."""
    if figure is None or figure.status not in TELLING:
        return text
    return say("words.with_status", language, text=text, status=status(figure.status, language))


def named(text: str, language: str) -> str:
    """``text`` with the names of standards and parts of documents as the reader's language writes them."""
    for theirs, ours in _names(language):
        text = theirs.sub(ours, text)
    return text


@cache
def _names(language: str) -> list[tuple[re.Pattern[str], str]]:
    data = tomllib.loads((Path(__file__).parent / "pages" / "names.toml").read_text("utf-8"))
    return [
        (re.compile(rf"\b{re.escape(written)}\b"), entry[language])
        for entry in data["name"]
        for other, written in entry.items()
        if other != language
    ]


@dataclass(frozen=True)
class Certainty:
    """How sure a figure is, as a level that can be shown and a sentence that can be read."""

    level: Level
    words: str


def certainty(figure: Figure | None, language: str) -> Certainty:
    """By the number of cases behind the figure; the thresholds and their source are in ``certainty.toml``."""
    if figure is None or figure.value is None:
        return Certainty("none", say("words.certainty_none", language))
    cases = figure.denominator if figure.denominator is not None else figure.count
    if cases is None:
        return Certainty("weak", say("words.certainty_no_count", language))
    level = _level(cases)
    return Certainty(level, say(f"words.certainty_{level}", language, n=cases))


def _level(cases: int) -> Level:
    thresholds = _thresholds()
    if cases >= thresholds["firm"]:
        return "firm"
    return "rough" if cases >= thresholds["rough"] else "weak"


@cache
def _thresholds() -> dict[str, int]:
    data = tomllib.loads((Path(__file__).parent / "pages" / "certainty.toml").read_text("utf-8"))
    return {name: int(entry["minimum_cases"]) for name, entry in data["levels"].items()}
