"""The effect of a measure and each attempt to refute it, a point and its interval, around a line that says “no change”.

Rate ratios stand on a scale of logarithms: to halve and to double are equally far from nothing.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

COLUMNS = ("label", "ratio", "low", "high", "text", "focus")

TICKS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
"""Ratios that the axis names, as changes in per cent."""

LEAST, MOST = 0.05, 20.0
"""What lies beyond is drawn at the edge; the words beside it say how far it goes."""


def draw(rows: pl.DataFrame, *, width: theme.Width, x_title: str) -> Spec:
    """``rows`` has :data:`COLUMNS`; ``focus`` marks the effect itself."""
    low = max(LEAST, min(0.5, rows.select(pl.min_horizontal("low", "ratio").min()).item()))
    high = min(MOST, max(2.0, rows.select(pl.max_horizontal("high", "ratio").max()).item()))
    room = 1.02 if width.narrow else (high / low) ** 0.55
    scale = alt.Scale(type="log", domain=[low, high * room], nice=False, clamp=True)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    says = "(datum.value == 1 ? '0' : format(100 * (datum.value - 1), '+.0f')) + ' %'"
    x = alt.X("ratio:Q", title=x_title, scale=scale, axis=alt.Axis(values=ticks, labelExpr=says))
    y = alt.Y(
        "label:N",
        sort=rows["label"].to_list(),
        title=None,
        axis=None if width.narrow else alt.Axis(labelLimit=260, labelPadding=8, grid=True),
        scale=alt.Scale(type="band", paddingInner=0, paddingOuter=0.2),
    )
    told = inline(
        rows.select(*COLUMNS)
        .with_columns(
            pl.col("ratio", "low", "high").clip(low, high), both=pl.format("{}: {}", "label", "text"), nothing=1.0
        )
        .to_dicts()
    )
    colour = alt.condition("datum.focus", alt.value(theme.FOCUS), alt.value(theme.OTHERS))
    layers = [
        told.mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(x=alt.X("nothing:Q", scale=scale)),
        told.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=colour),
        told.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=colour),
    ]
    if width.narrow:
        layers.append(told.mark_text(align="left", baseline="bottom", dy=-9, x=0).encode(y=y, text="both:N"))
    else:
        layers.append(told.mark_text(align="left", dx=8).encode(x=alt.X("high:Q", scale=scale), y=y, text="text:N"))
    return specification(alt.layer(*layers).properties(height=alt.Step(48 if width.narrow else 34)))
