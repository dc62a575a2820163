"""Which charts an edition has: a function for each, None where the edition has no figures for it."""

from __future__ import annotations

import polars as pl

from convive.errors import LANGUAGES
from convive.publication import words
from convive.publication.charts import bars, choropleth, columns, dots, heatmap, telling, theme, trend
from convive.publication.charts.chart import Chart, Spec
from convive.publication.charts.evaluations import pictures
from convive.publication.edition import Edition
from convive.publication.reading import MONTH, UNKNOWN, Figure, Reader
from convive.texts import say

BREAKDOWNS = {
    "victims-sex": "sex",
    "victims-age": "age_group",
    "victims-mechanism": "mechanism",
    "victims-place": "place_type",
    "victims-qualified": "qualified",
    "reasons-motive": "motive",
}
"""Charts of the victims of one year by one field: name of the chart, the field."""


FIELDS_BEHIND = {
    "age_group": ("age_years",),
    "qualified": ("qualified", "penal_type", "qualified_ground", "police_class"),
    "weekday": ("occurred_on",),
}
"""The fields of the record that can fill a breakdown, where they are not the field of the same name."""


def in_no_source(field: str, reader: Reader) -> bool:
    """Whether no source brings what a breakdown needs. A chart of it would show an absence as if it were an answer."""
    return all(reader.in_no_source(name) for name in FIELDS_BEHIND.get(field, (field,)))


def charts(edition: Edition) -> dict[str, Chart]:
    """Every chart of the edition by its name, in a fixed order."""
    made = [
        years(edition),
        cities(edition),
        months(edition),
        *(breakdown(edition, name, field) for name, field in BREAKDOWNS.items()),
        hours_of_week(edition),
        by_time(edition, "hours-weekday", "weekday"),
        map_of_rates(edition),
        units_compared(edition),
        *pictures(edition),
    ]
    return {chart.name: chart for chart in made if chart is not None}


def years(edition: Edition) -> Chart | None:
    """Homicides of the focus, year by year."""
    reader = Reader(edition, LANGUAGES[0])
    frame = (
        reader.rows("homicides", unit=reader.focus).filter(pl.col("period").is_in(reader.full_years())).sort("period")
    )
    return _trend("trend-years", edition, frame, "axis.victims") if frame.height > 1 else None


def cities(edition: Edition) -> Chart | None:
    """Yearly rates of the focus beside those of the units that it is compared with."""
    reader = Reader(edition, LANGUAGES[0])
    frame = reader.comparison()
    return _trend("trend-cities", edition, frame, "axis.rate") if frame["unit_code"].n_unique() > 1 else None


def _trend(name: str, edition: Edition, frame: pl.DataFrame, axis: str) -> Chart:
    reader = Reader(edition, LANGUAGES[0])
    rows = frame.with_columns(focus=pl.col("unit_code").is_in(reader.own_units()), segment=reader.segments(frame))

    def draw(language: str, width: theme.Width) -> Spec:
        named = rows.with_columns(series=_with_level(rows, language))
        return trend.draw(
            named,
            width=width,
            y_title=say(f"site.{axis}", language),
            withheld=say("words.withheld", language),
            statuses={status: words.status(status, language) for status in rows["status"].unique()},
            decimals=1 if axis == "axis.rate" else 0,
        )

    return telling.named(name, edition, frame, draw, telling.told_by_period)


def _with_level(rows: pl.DataFrame, language: str) -> pl.Expr:
    """``Tumbes (departamento)``: a department and a city may share a name. A name that says it already stays."""
    names = {level: words.level(level, language) for level in rows["unit_level"].unique()}
    level = pl.col("unit_level").replace_strict(names, return_dtype=pl.String)
    says_it = pl.col("unit_name").str.contains("(", literal=True)
    return pl.when(says_it).then("unit_name").otherwise(pl.format("{} ({})", "unit_name", level))


def months(edition: Edition) -> Chart | None:
    """Homicides of the focus, month by month."""
    reader = Reader(edition, LANGUAGES[0])
    frame = reader.rows("homicides", unit=reader.focus).filter(pl.col("period").str.contains(MONTH)).sort("period")
    if frame.height < 2:
        return None

    def draw(language: str, width: theme.Width) -> Spec:
        return columns.draw(
            frame, width=width, y_title=say("site.axis.victims", language), withheld=say("words.withheld", language)
        )

    return telling.named("trend-months", edition, frame, draw, telling.extremes)


def breakdown(edition: Edition, name: str, field: str) -> Chart | None:
    """The victims by one field, most frequent first, what is unknown last."""
    reader = Reader(edition, LANGUAGES[0])
    if in_no_source(field, reader):
        return None
    period = reader.broken_down(field)
    frame = ordered(reader.rows("homicides", unit=reader.focus, period=period, disaggregation=field), reader, field)
    if period is None or frame.is_empty():
        return None
    return _bars(name, edition, frame, period)


def by_time(edition: Edition, name: str, field: str) -> Chart | None:
    """All victims by weekday: the days stand in their order."""
    reader = Reader(edition, LANGUAGES[0])
    frame = reader.rows("homicides", unit=reader.focus, period="all", disaggregation=field).sort("category")
    frame = frame.filter(~pl.col("category").is_in(UNKNOWN))
    return None if frame.is_empty() else _bars(name, edition, frame, "all")


def _bars(name: str, edition: Edition, frame: pl.DataFrame, period: str) -> Chart:
    def draw(language: str, width: theme.Width) -> Spec:
        reader = Reader(edition, language)
        rows = [
            {
                "label": reader.category(figure.disaggregation, figure.category),
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "status": figure.status,
                "text": words.qualified(words.short(figure, language), figure, language),
                "muted": figure.category in UNKNOWN,
            }
            for figure in reader.told(frame)
        ]
        return bars.draw(
            pl.DataFrame(rows, schema=_BAR_SCHEMA), width=width, x_title=say("site.axis.victims", language)
        )

    return telling.named(name, edition, frame, draw, telling.told_by_category, period=period)


_BAR_SCHEMA = {
    "label": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "status": pl.String,
    "text": pl.String, "muted": pl.Boolean,
}  # fmt: skip


def hours_of_week(edition: Edition) -> Chart | None:
    """All victims whose hour is known, by weekday and hour."""
    reader = Reader(edition, LANGUAGES[0])
    frame = reader.rows("homicides", unit=reader.focus, period="all", disaggregation="hour_of_week")
    cells = telling.hour_cells(frame)
    if cells.is_empty():
        return None

    def draw(language: str, width: theme.Width) -> Spec:
        return heatmap.draw(cells, language=language, width=width, hour_title=say("site.axis.hour", language))

    return telling.named("hours-week", edition, frame, draw, telling.busiest)


def map_of_rates(edition: Edition) -> Chart | None:
    """The units below the focus that have boundaries, shaded by rate."""
    reader = Reader(edition, LANGUAGES[0])
    area, frame = reader.mapped()
    if area is None or frame.is_empty():
        return None

    def draw(language: str, width: theme.Width) -> Spec:
        told = Reader(edition, language)
        rows = [
            {
                "unit_code": figure.unit_code,
                "label": figure.unit_name,
                "value": figure.value,
                "status": figure.status,
                "text": _map_text(figure, language),
            }
            for figure in told.told(frame)
        ]
        note = say("charts.schematic", language) if area.schematic else ""
        return choropleth.draw(
            pl.DataFrame(rows, schema=_MAP_SCHEMA),
            area.geojson,
            width=width,
            title=say("site.axis.rate", language),
            note=note,
        )

    name = "map-rates"
    return telling.named(name, edition, frame, draw, telling.told_by_unit, period=frame["period"][0])


_MAP_SCHEMA = {"unit_code": pl.String, "label": pl.String, "value": pl.Float64, "status": pl.String, "text": pl.String}


def _map_text(figure: Figure, language: str) -> str:
    if figure.value is None:
        return say("words.withheld", language)
    deaths = "" if figure.count is None else "\n" + say("charts.deaths", language, n=figure.count)
    rate = words.qualified(words.short(figure, language, 1), figure, language)
    return rate + deaths


def units_compared(edition: Edition) -> Chart | None:
    """The rates of the map with their intervals, highest first."""
    reader = Reader(edition, LANGUAGES[0])
    _, mapped = reader.mapped()
    frame = mapped.sort("value", "unit_code", descending=[True, False], nulls_last=True)
    if frame.height < 2:
        return None

    def draw(language: str, width: theme.Width) -> Spec:
        rows = [
            {
                "label": figure.unit_name,
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "status": figure.status,
                "text": words.qualified(words.short(figure, language, 1), figure, language),
                "focus": True,
            }
            for figure in Reader(edition, language).told(frame)
        ]
        schema = {**_BAR_SCHEMA, "focus": pl.Boolean}
        del schema["muted"]
        return dots.draw(pl.DataFrame(rows, schema=schema), width=width, x_title=say("site.axis.rate", language))

    name = "map-intervals"
    return telling.named(name, edition, frame, draw, telling.told_by_unit, period=frame["period"][0])


def ordered(frame: pl.DataFrame, reader: Reader, field: str) -> pl.DataFrame:
    """Groups of age in their order, all else by count; withheld after known, unknown last."""
    rank = pl.col("category").replace_strict(
        {code: place for place, code in enumerate(reader.codes(field))}, default=999, return_dtype=pl.Int64
    )
    by_rank = rank if field == "age_group" else -pl.col("value").fill_null(0)
    return frame.sort(pl.col("category").is_in(UNKNOWN), by_rank, rank, "category")
