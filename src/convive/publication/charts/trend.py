"""A line through time with its intervals; one panel a unit where several are compared.

A break of the series is drawn as a break of the line, a withheld value as a short hatched mark and never as zero, a
provisional value as a hollow point and one that cannot be compared as a hollow diamond, with a legend that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

SHAPES = {"final": "circle", "as_published": "square", "provisional": "circle", "not_comparable": "diamond"}
HOLLOW = ("provisional", "not_comparable")
"""Statuses that a reader must not overlook."""

COLUMNS = ("period", "series", "value", "low", "high", "status", "segment", "focus")
"""What :func:`draw` needs of each row; ``segment`` counts up at each break of comparability within a series."""


def draw(
    rows: pl.DataFrame, *, width: theme.Width, y_title: str, withheld: str, statuses: Mapping[str, str], decimals: int
) -> Spec:
    """``rows`` has :data:`COLUMNS`; panels keep the order in which the series first appear. ``statuses`` are the words
    for each status; ``decimals`` those of the value that stands below the name of a panel."""
    rows = _broken_at_gaps(rows).with_columns(word=pl.col("status").replace_strict(statuses, return_dtype=pl.String))
    series = rows["series"].unique(maintain_order=True).to_list()
    top = _top(rows)
    panels = [
        _panel(rows.filter(pl.col("series") == name), name, len(series), top, width, y_title, withheld, decimals)
        for name in series
    ]
    if len(panels) == 1:
        return specification(panels[0])
    columns = _columns(len(panels), width)
    together = alt.concat(*panels, columns=columns, spacing=14)
    return specification(together.resolve_scale(fill="independent", stroke="independent", shape="independent"))


def _broken_at_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    """A line may not run across a period of which nothing is told."""
    gaps = pl.col("value").is_null().cast(pl.Int64).cum_sum().over("series")
    return rows.with_columns(segment=pl.col("segment").cast(pl.Int64) * 1000 + gaps)


def _top(rows: pl.DataFrame) -> float:
    drawn = rows.select(pl.max_horizontal(pl.col("value", "high").cast(pl.Float64)).max()).item()
    return theme.ceiling(float(drawn or 1))


def _panel(
    rows: pl.DataFrame,
    name: str,
    panels: int,
    top: float,
    width: theme.Width,
    y_title: str,
    withheld: str,
    decimals: int,
) -> Any:
    colour = theme.FOCUS if rows["focus"].any() else theme.OTHERS
    x = alt.X("period:O", title=None, axis=_period_axis(rows, panels, width), scale=alt.Scale(type="band", padding=0.1))
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y("value:Q", title=y_title if panels == 1 else None, scale=scale, axis=alt.Axis(tickCount=5, format=",~f"))
    known = inline(_values(rows, known=True))
    layers = [
        _withheld(rows, x, _height(panels, width), withheld),
        known.mark_line(color=colour, strokeWidth=2).encode(x=x, y=y, detail="segment:N"),
        known.mark_rule(color=colour, strokeWidth=1.6, opacity=0.75).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        known.mark_point(filled=True, size=60, opacity=1, strokeWidth=2).encode(
            x=x, y=y, **_by_status(rows, colour, panels)
        ),
    ]
    layered = alt.layer(*[layer for layer in layers if layer is not None])
    layered = layered.properties(width=_inner(panels, width), height=_height(panels, width))
    if panels == 1:
        return layered
    # Below the name, where no line can cross it.
    newest = alt.Title(name, subtitle=_newest(rows, decimals), subtitleColor=colour, subtitleFontWeight="bold")
    return layered.properties(title=newest)


def _by_status(rows: pl.DataFrame, colour: str, panels: int) -> dict[str, Any]:
    """Shape and filling by status, with a legend where one panel shows a status that must not be overlooked."""
    found = dict(
        rows.filter(pl.col("value").is_not_null()).select("status", "word").unique().sort("status").iter_rows()
    )
    told = panels == 1 and any(status in HOLLOW for status in found)
    legend = alt.Legend(title=None, orient="top", symbolStrokeWidth=2, symbolSize=80) if told else None
    words = list(found.values())
    shapes = alt.Scale(domain=words, range=[SHAPES[status] for status in found])
    fills = alt.Scale(domain=words, range=[theme.PAPER if status in HOLLOW else colour for status in found])
    return {
        "shape": alt.Shape("word:N", scale=shapes, legend=legend),
        "fill": alt.Fill("word:N", scale=fills, legend=legend),
        "stroke": alt.Stroke("word:N", scale=alt.Scale(domain=words, range=[colour] * len(words)), legend=legend),
    }


def _values(rows: pl.DataFrame, *, known: bool) -> list[dict[str, object]]:
    wanted = rows.filter(pl.col("value").is_not_null() == known)
    return wanted.select("period", "value", "low", "high", "status", "word", "segment").to_dicts()


def _newest(rows: pl.DataFrame, decimals: int) -> str:
    """``2014: 19.3``, and its status where that must not be overlooked."""
    known = rows.drop_nulls("value").tail(1).to_dicts()
    if not known:
        return ""
    row = known[0]
    note = f", {row['word']}" if row["status"] in HOLLOW else ""
    return f"{row['period']}: {row['value']:,.{decimals}f}{note}"


def _withheld(rows: pl.DataFrame, x: alt.X, height: int, word: str) -> Any:
    """A short mark at the foot, off the scale, with the word above it."""
    hidden = rows.filter(pl.col("status") == "suppressed")
    if hidden.is_empty():
        return None
    base = inline(hidden.select("period").to_dicts())
    foot = height - theme.WITHHELD_LENGTH
    mark = base.mark_bar(fill=theme.WITHHELD, stroke=theme.OTHERS).encode(x=x, y=alt.value(foot), y2=alt.value(height))
    return alt.layer(mark, base.mark_text(angle=270, align="left", dx=4, text=word).encode(x=x, y=alt.value(foot)))


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
