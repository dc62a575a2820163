"""Columns of a count by month, each with its interval; the years are told apart by their ticks."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline


def draw(rows: pl.DataFrame, *, width: theme.Width, y_title: str) -> Spec:
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
    scale = alt.Scale(domain=[0, top], nice=True)
    y = alt.Y("value:Q", title=y_title, scale=scale, axis=alt.Axis(tickMinStep=1, tickCount=5, format="d"))
    wanted = rows.select("period", "value", "low", "high", "status").with_columns(top=pl.lit(top))
    known = inline(wanted.filter(pl.col("value").is_not_null()).to_dicts())
    layers: list[Any] = [
        known.mark_bar(color=theme.SEQUENCE[2]).encode(x=x, y=y),
        known.mark_rule(color=theme.INK, strokeWidth=1, opacity=0.55).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
    ]
    hidden = wanted.filter(pl.col("status") == "suppressed")
    if not hidden.is_empty():
        base = inline(hidden.with_columns(pl.lit(top * 0.5).alias("top")).to_dicts())
        layers.append(
            base.mark_bar(fill=theme.WITHHELD, stroke=theme.OTHERS).encode(x=x, y=alt.Y("top:Q", scale=scale))
        )
    return dict(alt.layer(*layers).properties(height=200 if width.narrow else 230).to_dict())
