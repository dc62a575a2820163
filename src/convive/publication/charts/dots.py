"""A point and its interval for each unit, one below the other: what may be compared, and how far."""

from __future__ import annotations

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

COLUMNS = ("label", "value", "low", "high", "status", "text", "focus")


def draw(rows: pl.DataFrame, *, width: theme.Width, x_title: str) -> Spec:
    """Rows from top to bottom in their order; ``text`` stands beside the interval."""
    labels = rows["label"].to_list()
    top = float(rows.select(pl.max_horizontal(pl.col("value", "high").cast(pl.Float64)).max()).item() or 1)
    scale = alt.Scale(domain=[0, top * (1.02 if width.narrow else 1.35)], nice=False)
    y = alt.Y(
        "label:N",
        sort=labels,
        title=None,
        axis=None if width.narrow else alt.Axis(labelLimit=220, labelPadding=8, grid=True),
        scale=alt.Scale(type="band", paddingInner=0, paddingOuter=0.2),
    )
    x = alt.X("value:Q", title=x_title, scale=scale, axis=alt.Axis(tickCount=5, format=",~f"))
    everything = inline(_values(rows))
    known = inline(_values(rows.filter(pl.col("value").is_not_null())))
    colour = alt.condition("datum.focus", alt.value(theme.FOCUS), alt.value(theme.OTHERS))
    layers = [
        known.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=colour),
        known.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=colour),
    ]
    if width.narrow:
        named = everything.mark_text(align="left", baseline="bottom", dy=-9, x=0)
        layers.append(named.encode(y=y, text="both:N"))
    else:
        layers.append(
            everything.mark_text(align="left", dx=8).encode(x=alt.X("end:Q", scale=scale), y=y, text="text:N")
        )
    step = 48 if width.narrow else 34
    return specification(alt.layer(*layers).properties(height=alt.Step(step)))


def _values(rows: pl.DataFrame) -> list[dict[str, object]]:
    return (
        rows.select(*COLUMNS)
        .with_columns(end=pl.max_horizontal("value", "high").fill_null(0), both=pl.format("{}: {}", "label", "text"))
        .to_dicts()
    )
