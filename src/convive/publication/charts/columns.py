"""Columns of a count by month, each with its interval; the years are told apart by their ticks.

A provisional month is a hollow column; a withheld one a short hatched mark of one size."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

CROWDED_BELOW = 6
"""Pixels for a month, its gap included, below which the lines of the intervals are drawn thinner."""


def draw(rows: pl.DataFrame, *, width: theme.Width, y_title: str, withheld: str) -> Spec:
    """``rows``: period (``2014-03``), value, low, high, status."""
    periods = rows["period"].to_list()
    x = alt.X(
        "period:O",
        sort=periods,
        title=None,
        axis=alt.Axis(
            values=[period for period in periods if period.endswith("-01")],
            labelExpr="slice(datum.label, 0, 4)",
            labelAngle=0,
            labelAlign="left",
            labelOffset=-4,
            tickSize=8,
        ),
        scale=alt.Scale(type="band", paddingInner=0.2),
    )
    top = float(rows.select(pl.max_horizontal(pl.col("value", "high").cast(pl.Float64)).max()).item() or 1)
    scale = alt.Scale(domain=[0, theme.ceiling(top)], nice=False)
    height = 200 if width.narrow else 230
    y = alt.Y("value:Q", title=y_title, scale=scale, axis=alt.Axis(tickMinStep=1, tickCount=5, format="d"))
    wanted = rows.select("period", "value", "low", "high", "status")
    crowded = rows.height * CROWDED_BELOW > width.total
    known = inline(wanted.filter(pl.col("value").is_not_null()).to_dicts())
    layers: list[Any] = [
        known.mark_bar(stroke=theme.SEQUENCE[2]).encode(
            x=x,
            y=y,
            fill=alt.condition(
                "datum.status == 'provisional'", alt.value(theme.SEQUENCE[0]), alt.value(theme.SEQUENCE[2])
            ),
        ),
        # Many months on a phone leave hardly a pixel for each: thinner lines keep them from closing into one block.
        known.mark_rule(color=theme.INK, strokeWidth=0.5 if crowded else 1, opacity=0.55).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
    ]
    hidden = wanted.filter(pl.col("status") == "suppressed")
    if not hidden.is_empty():
        base = inline(hidden.to_dicts())
        mark = base.mark_bar(fill=theme.WITHHELD, stroke=theme.OTHERS)
        foot = height - theme.WITHHELD_LENGTH
        layers.append(mark.encode(x=x, y=alt.value(foot), y2=alt.value(height)))
        word = base.mark_text(angle=270, align="left", dx=4, text=withheld)
        layers.append(word.encode(x=x, y=alt.value(foot)))
    return specification(alt.layer(*layers).properties(height=height))
