"""Horizontal bars of counts or shares with their intervals; what is withheld is a short hatched
mark of one size, never missing, never zero and never as long as a value."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

COLUMNS = ("label", "value", "low", "high", "status", "text", "muted")
"""What :func:`draw` needs of each row: ``text`` stands at the end of the bar, ``muted`` marks what is unknown."""


def draw(rows: pl.DataFrame, *, width: theme.Width, x_title: str) -> Spec:
    """Bars from top to bottom in the order of the rows."""
    if not width.narrow:
        rows = rows.with_columns(pl.col("label").map_elements(_wrapped, return_dtype=pl.String))
    labels = rows["label"].to_list()
    top = float(rows.select(pl.max_horizontal(pl.col("value", "high").cast(pl.Float64)).max()).item() or 1)
    room = 1.55 if width.narrow else 1.3
    x_scale = alt.Scale(domain=[0, top * room], nice=False)
    step = 46 if width.narrow else 34
    y = alt.Y(
        "label:N",
        sort=labels,
        title=None,
        axis=None
        if width.narrow
        else alt.Axis(labelLimit=280, labelPadding=8, labelExpr="split(datum.label, '\\n')", labelLineHeight=14),
        scale=alt.Scale(paddingInner=0.58 if width.narrow else 0.3, paddingOuter=0.5 if width.narrow else 0.15),
    )
    x = alt.X("value:Q", title=x_title, scale=x_scale, axis=alt.Axis(tickCount=4, format=",~f", values=_ticks(top)))
    known = inline(_values(rows.filter(pl.col("value").is_not_null())))
    colour = alt.condition("datum.muted", alt.value("#b9c2ca"), alt.value(theme.SEQUENCE[2]))
    layers: list[Any] = [
        known.mark_bar(cornerRadiusEnd=2).encode(x=x, y=y, color=colour),
        known.mark_rule(color=theme.INK, strokeWidth=1.5).encode(x=alt.X("low:Q", scale=x_scale), x2="high:Q", y=y),
        known.mark_text(align="left", dx=6).encode(x=alt.X("end:Q", scale=x_scale), y=y, text="text:N"),
    ]
    hidden = rows.filter(pl.col("status") == "suppressed")
    if not hidden.is_empty():
        layers += _withheld(hidden, y)
    if width.narrow:
        named = inline(_values(rows))
        layers.append(
            named.mark_text(align="left", baseline="bottom", dy=-11, x=0, fontWeight="bold").encode(y=y, text="label:N")
        )
    return specification(alt.layer(*layers).properties(height=alt.Step(step)))


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, 38))


def _values(rows: pl.DataFrame) -> list[dict[str, object]]:
    return rows.select(*COLUMNS).with_columns(end=pl.max_horizontal("value", "high")).to_dicts()


def _ticks(top: float) -> list[float]:
    """Ticks as far as the data reach, not into the room left for the letters."""
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 5000) if top / s <= 5), 10_000)
    return [float(step * i) for i in range(int(top // step) + 1)]


def _withheld(hidden: pl.DataFrame, y: alt.Y) -> list[Any]:
    """A mark whose length is given in pixels, off the scale: it cannot be read as a number."""
    base = inline(hidden.select("label", "text").to_dicts())
    mark = base.mark_bar(fill=theme.WITHHELD, stroke=theme.OTHERS).encode(
        x=alt.value(0), x2=alt.value(theme.WITHHELD_LENGTH), y=y
    )
    word = base.mark_text(align="left", dx=theme.WITHHELD_LENGTH + 6, x=0).encode(y=y, text="text:N")
    return [mark, word]
