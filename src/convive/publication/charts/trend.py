"""A line through time with its intervals; one panel a unit where several are compared.

A break of the series is drawn as a break of the line, a withheld value as a hatched column and never as zero, a
provisional value as a hollow point.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline

COLUMNS = ("period", "series", "value", "low", "high", "status", "segment", "focus")
"""What :func:`draw` needs of each row; ``segment`` counts up at each break of comparability within a series."""


def draw(rows: pl.DataFrame, *, width: theme.Width, y_title: str, withheld: str) -> Spec:
    """``rows`` has :data:`COLUMNS`; panels keep the order in which the series first appear."""
    rows = _broken_at_gaps(rows)
    series = rows["series"].unique(maintain_order=True).to_list()
    top = _top(rows)
    panels = [
        _panel(rows.filter(pl.col("series") == name), name, len(series), top, width, y_title, withheld)
        for name in series
    ]
    if len(panels) == 1:
        return dict(panels[0].to_dict())
    columns = _columns(len(panels), width)
    return dict(alt.concat(*panels, columns=columns, spacing=14).to_dict())


def _broken_at_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    """A line may not run across a period of which nothing is told."""
    gaps = pl.col("value").is_null().cast(pl.Int64).cum_sum().over("series")
    return rows.with_columns(segment=pl.col("segment").cast(pl.Int64) * 1000 + gaps)


def _top(rows: pl.DataFrame) -> float:
    drawn = rows.select(pl.max_horizontal(pl.col("value", "high").cast(pl.Float64)).max()).item()
    return float(drawn or 1) * 1.12


def _panel(
    rows: pl.DataFrame, name: str, panels: int, top: float, width: theme.Width, y_title: str, withheld: str
) -> Any:
    colour = theme.FOCUS if rows["focus"].any() else theme.OTHERS
    x = alt.X("period:O", title=None, axis=_period_axis(rows, panels, width), scale=alt.Scale(type="band", padding=0.1))
    scale = alt.Scale(domain=[0, top], nice=True)
    y = alt.Y("value:Q", title=y_title if panels == 1 else None, scale=scale, axis=alt.Axis(tickCount=5, format=",~f"))
    known = inline(_values(rows, known=True))
    layers = [
        _withheld(rows, x, top, withheld, width),
        known.mark_line(color=colour, strokeWidth=2).encode(x=x, y=y, detail="segment:N"),
        known.mark_rule(color=colour, strokeWidth=1.6, opacity=0.75).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        known.mark_point(color=colour, filled=True, size=55, opacity=1, strokeWidth=2).encode(
            x=x,
            y=y,
            fill=alt.condition("datum.status == 'provisional'", alt.value(theme.PAPER), alt.value(colour)),
            stroke=alt.value(colour),
        ),
    ]
    if panels > 1:
        last = inline(_last(rows))
        layers += [_last_value(last, x, scale, theme.PAPER, 4), _last_value(last, x, scale, colour, 0)]
    inner = _inner(panels, width)
    layered = alt.layer(*[layer for layer in layers if layer is not None])
    return layered.properties(width=inner, height=_height(panels, width), title=name if panels > 1 else "")


def _values(rows: pl.DataFrame, *, known: bool) -> list[dict[str, object]]:
    wanted = rows.filter(pl.col("value").is_not_null() == known)
    return wanted.select("period", "value", "low", "high", "status", "segment").to_dicts()


def _last_value(last: Any, x: alt.X, scale: alt.Scale, colour: str, halo: int) -> Any:
    """The newest value in letters; drawn once as a halo, so that the line does not cross it."""
    mark = last.mark_text(dy=-10, color=colour, stroke=colour, strokeWidth=halo, fontWeight="bold")
    return mark.encode(x=x, y=alt.Y("top:Q", scale=scale), text=alt.Text("value:Q", format=",.1f"))


def _last(rows: pl.DataFrame) -> list[dict[str, object]]:
    known = rows.drop_nulls("value").tail(1)
    return known.select("period", "value", top=pl.max_horizontal("value", "high")).to_dicts()


def _withheld(rows: pl.DataFrame, x: alt.X, top: float, word: str, width: theme.Width) -> Any:
    hidden = rows.filter(pl.col("status") == "suppressed")
    if hidden.is_empty():
        return None
    base = inline(hidden.select("period").with_columns(top=pl.lit(top)).to_dicts())
    column = base.mark_bar(fill=theme.WITHHELD, stroke=theme.OTHERS, strokeDash=[3, 3]).encode(x=x, y="top:Q")
    label = base.mark_text(angle=270, color=theme.INK, stroke=theme.PAPER, strokeWidth=4, text=word).encode(
        x=x, y=alt.value(70)
    )
    ink = base.mark_text(angle=270, color=theme.INK, text=word).encode(x=x, y=alt.value(70))
    return alt.layer(column, label, ink)


def _period_axis(rows: pl.DataFrame, panels: int, width: theme.Width) -> alt.Axis:
    crowded = rows.height * 44 > _inner(panels, width)
    if panels > 1 or crowded:
        # "2014" as "’14": four panels leave 20 px a year.
        return alt.Axis(labelAngle=0, labelExpr="length(datum.label) == 4 ? '’' + slice(datum.label, 2) : datum.label")
    return alt.Axis(labelAngle=0)


def _columns(panels: int, width: theme.Width) -> int:
    if width.narrow:
        return 2
    return 3 if panels in (3, 5, 6) else 4


def _inner(panels: int, width: theme.Width) -> int:
    if panels == 1:
        return width.total - (60 if width.narrow else 80)
    columns = _columns(panels, width)
    return (width.total - 8 - 42 * columns) // columns


def _height(panels: int, width: theme.Width) -> int:
    if panels > 1:
        return 150 if width.narrow else 210
    return 220 if width.narrow else 260
