"""Deaths by hour and weekday. On a phone the table stands upright: hours go down, days go across."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification


def draw(rows: pl.DataFrame, *, language: str, width: theme.Width, hour_title: str) -> Spec:
    """``rows``: weekday (1 = Monday), hour, count (null where withheld), status; absent cells are true zeros."""
    days = _day_names(language)
    cells = _complete(rows).with_columns(day=pl.col("weekday").replace_strict(days, return_dtype=pl.String))
    order = list(days.values())
    highest = int(cells["count"].max() or 1)  # type: ignore[arg-type]
    day: dict[str, Any] = {"shorthand": "day:N", "sort": order, "title": None}
    hour: dict[str, Any] = {"shorthand": "hour:O", "title": hour_title}
    if width.narrow:
        x, y = alt.X(**day, axis=alt.Axis(labelAngle=0, orient="top")), alt.Y(**hour, axis=alt.Axis(labelExpr=_CLOCK))
        height = 24 * 17
    else:
        x, y = alt.X(**hour, axis=alt.Axis(labelAngle=0)), alt.Y(**day)
        height = 7 * 30
    base = inline(cells.select("day", "hour", "count", "status", "weekday").to_dicts())
    known = base.transform_filter("isValid(datum.count)")
    square = known.mark_rect(stroke=theme.PAPER, strokeWidth=1.5).encode(x=x, y=y, color=_colour(highest))
    number = (
        known.transform_filter("datum.count > 0")
        .mark_text(fontSize=width.letters - 1)
        .encode(
            x=x,
            y=y,
            text="count:Q",
            color=alt.condition(f"datum.count / {highest} > 0.6", alt.value(theme.PAPER), alt.value(theme.INK)),
        )
    )
    layers = [square, number]
    if cells["count"].null_count():
        layers.append(
            base.transform_filter("!isValid(datum.count)")
            .mark_rect(fill=theme.WITHHELD, stroke=theme.PAPER, strokeWidth=1.5)
            .encode(x=x, y=y)
        )
    return specification(alt.layer(*layers).properties(height=height))


_CLOCK = "(datum.value < 10 ? '0' : '') + datum.value + ' h'"


def _colour(highest: int) -> alt.Color:
    scale = alt.Scale(domain=[0, highest], range=["#f4f7fa", *theme.SEQUENCE[1:]])
    return alt.Color("count:Q", scale=scale, legend=None)


def _day_names(language: str) -> dict[int, str]:
    sunday, *others = theme.TIME_FORMAT_LOCALES[language]["shortDays"]
    return dict(enumerate([*others, sunday], start=1))


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """All 168 cells: one that has no row is a count of zero."""
    grid = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": range(24)}), how="cross")
    cells = grid.join(rows.select("weekday", "hour", "count", "status"), on=["weekday", "hour"], how="left")
    absent = pl.col("status").is_null()
    return cells.with_columns(
        count=pl.when(absent).then(0).otherwise(pl.col("count")), status=pl.col("status").fill_null("final")
    )
