"""What each chart is called and what it says to whoever cannot see it, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from convive.errors import LANGUAGES
from convive.publication import words
from convive.publication.charts import theme
from convive.publication.charts.chart import Chart, Spec
from convive.publication.edition import Edition
from convive.publication.reading import Figure, Reader
from convive.texts import say


def hour_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """weekday (1 = Monday), hour, count, status of the figures by hour of the week, without those of unknown hour."""
    parts = pl.col("category").str.extract_groups(r"^(?<weekday>[1-7])-(?<hour>\d{1,2})$")
    cells = frame.with_columns(parts.alias("parts")).unnest("parts").drop_nulls("hour")
    return cells.select(pl.col("weekday").cast(pl.Int64), pl.col("hour").cast(pl.Int64), "count", "status").sort(
        "weekday", "hour"
    )


Drawing = Callable[[str, theme.Width], Spec]
Telling = Callable[[Reader, pl.DataFrame], str]


def named(
    name: str, edition: Edition, frame: pl.DataFrame, draw: Drawing, telling: Telling, *, period: str = ""
) -> Chart:
    """The chart with its title and alternative text in both languages; ``telling`` puts the finding into words."""
    readers = {language: Reader(edition, language) for language in LANGUAGES}
    titles = {language: _say(f"charts.{name}.title", reader, period) for language, reader in readers.items()}
    alts = {
        language: _say(f"charts.{name}.alt", reader, period, told=telling(reader, frame))
        for language, reader in readers.items()
    }
    return Chart(name, frame, titles, alts, draw)


def _say(address: str, reader: Reader, period: str, **values: object) -> str:
    when = words.period(period, reader.language) if period else ""
    return say(address, reader.language, unit=reader.focus_name, period=when, **values)


def told_by_period(reader: Reader, frame: pl.DataFrame) -> str:
    lines = []
    for _, rows in frame.group_by("unit_code", maintain_order=True):
        told = [f"{figure.period}: {_number(figure, reader)}" for figure in reader.told(rows)]
        lines.append(f"{rows['unit_name'][0]}, {'; '.join(told)}.")
    return " ".join(lines)


def told_by_category(reader: Reader, frame: pl.DataFrame) -> str:
    told = [
        f"{reader.category(figure.disaggregation, figure.category)}: "
        f"{words.qualified(words.count(figure, reader.language), figure, reader.language)}"
        for figure in reader.told(frame)
    ]
    return "; ".join(told)


def told_by_unit(reader: Reader, frame: pl.DataFrame) -> str:
    return "; ".join(
        f"{figure.unit_name}: {words.qualified(words.rate(figure.value, reader.language), figure, reader.language)}"
        for figure in reader.told(frame)
    )


def extremes(reader: Reader, frame: pl.DataFrame) -> str:
    known = frame.drop_nulls("value").sort("value", "period", descending=[True, False]).head(1)
    return "".join(
        say("charts.peak", reader.language, period=words.period(figure.period, reader.language), n=figure.count)
        for figure in reader.told(known)
    )


def busiest(reader: Reader, frame: pl.DataFrame) -> str:
    cells = hour_cells(frame).drop_nulls("count")
    night = cells.filter((pl.col("hour") >= NIGHT_FROM) | (pl.col("hour") < NIGHT_TO))["count"].sum()
    return say("charts.night", reader.language, part=int(night), whole=int(cells["count"].sum()))


NIGHT_FROM, NIGHT_TO = 18, 6
"""Night as twelve hours, from dusk to dawn near the equator."""


def _number(figure: Figure, reader: Reader) -> str:
    if figure.value is None:
        return say("words.withheld", reader.language)
    decimals = 1 if "rate" in figure.indicator else 0
    return words.qualified(words.short(figure, reader.language, decimals), figure, reader.language)
