"""Units of territory shaded by rate, each with its name, rate and count, printed on it or in a key.

The classes divide the range of the rates into equal steps: darkness says how high a rate is, not its rank.
Longitudes are shrunk by the cosine of the middle latitude: a map of one department needs no more of a projection.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl
from shapely.geometry import mapping, shape

from convive.publication.charts import theme
from convive.publication.charts.chart import Spec, inline, specification

LABELS_UP_TO = 5
"""With more units than this the names would lie on one another: the map then carries numbers and a key tells them."""


KEY_UP_TO = 60
"""With more units than this a key would be longer than the table that stands beside the map anyway."""

DETAIL = 1500
"""A map is drawn as if it were this many steps wide: what is finer than half a pixel only makes the file heavy."""


def draw(rows: pl.DataFrame, boundaries: Mapping[str, Any], *, width: theme.Width, title: str, note: str) -> Spec:
    """``rows``: unit_code, label, value (null where unknown), status, text (rate and count, a
    line each); ``note`` stands below the map."""
    told = {row["unit_code"]: row for row in rows.to_dicts()}
    features = [_feature(feature, told.get(feature["properties"]["code"], {})) for feature in _flat(boundaries)]
    edges = class_edges(rows["value"].drop_nulls().to_list())
    inner = width.total - 16
    height = _height(features, inner, width)
    known = [feature for feature in features if feature["value"] is not None]
    others = [feature for feature in features if feature["value"] is None]
    layers = [_areas(known).encode(fill=_fill(edges, title))] if known else []
    for status, fill in ((True, theme.WITHHELD), (False, theme.ABSENT)):
        if some := [feature for feature in others if (feature["status"] == "suppressed") == status]:
            layers.append(_areas(some).encode(fill=alt.value(fill)))
    crowded = len(features) > LABELS_UP_TO
    if len(features) > KEY_UP_TO:
        crowded = False
        features = [{**feature, "lines": []} for feature in features]
    elif crowded:
        features = [{**feature, "lines": [str(place)]} for place, feature in enumerate(features, start=1)]
    layers += _labels(features, edges, width)
    chart = alt.layer(*layers).project(type="identity", reflectY=True).properties(height=height)
    chart = chart.properties(title=alt.Title(note, orient="bottom", fontWeight="normal", color=theme.MUTED))
    if not crowded:
        return specification(chart)
    return specification(alt.vconcat(chart.properties(width=inner), _key(features, inner, width), spacing=14))


def _key(features: list[dict[str, Any]], inner: int, width: theme.Width) -> Any:
    """What the numbers on the map stand for, with rate and count, in one column on a phone and two on a desk."""
    columns = 1 if width.narrow else 2
    deep = math.ceil(len(features) / columns)
    lines = [
        {"column": place // deep, "row": place % deep, "number": str(place + 1), "text": feature["told"]}
        for place, feature in enumerate(features)
    ]
    x = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[0, columns], nice=False))
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[deep - 0.5, -0.5], nice=False))
    base = inline(lines).encode(x=x, y=y)
    letters = width.letters - 1
    number = base.mark_text(align="right", dx=16, fontSize=letters, fontWeight="bold").encode(text="number:N")
    told = base.mark_text(align="left", dx=22, fontSize=letters).encode(text="text:N")
    return alt.layer(number, told).properties(width=inner, height=deep * (letters + 7))


def class_edges(values: list[float]) -> list[float]:
    """The inner edges of at most five classes of equal width, at round numbers.

    >>> class_edges([3.0, 48.0])
    [10.0, 20.0, 30.0, 40.0]
    """
    highest = max(values, default=0.0)
    if highest <= 0:
        return []
    raw = highest / len(theme.SEQUENCE)
    magnitude = 10 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw)
    return [step * i for i in range(1, len(theme.SEQUENCE)) if step * i < highest]


def _flat(boundaries: Mapping[str, Any]) -> list[dict[str, Any]]:
    shapes = [(feature, shape(feature["geometry"])) for feature in boundaries["features"]]
    middle = sum(area.centroid.y for _, area in shapes) / max(len(shapes), 1)
    shrink = math.cos(math.radians(middle))
    across = max((area.bounds[2] for _, area in shapes), default=0) - min(
        (area.bounds[0] for _, area in shapes), default=0
    )
    simpler = [(feature, area.simplify(across / DETAIL)) for feature, area in shapes]
    return [{**feature, "geometry": _shrunk(mapping(area), shrink)} for feature, area in simpler]


def _shrunk(geometry: dict[str, Any], shrink: float) -> dict[str, Any]:
    def scaled(part: Any) -> Any:
        if isinstance(part[0], (int, float)):
            return [part[0] * shrink, part[1]]
        return [scaled(piece) for piece in part]

    return {"type": geometry["type"], "coordinates": scaled(geometry["coordinates"])}


def _feature(feature: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    point = shape(feature["geometry"]).representative_point()
    lines = [row.get("label", feature["properties"].get("name", "")), *row.get("text", "").split("\n")]
    told = {
        "value": row.get("value"),
        "status": row.get("status", "absent"),
        "lines": lines,
        "told": ": ".join([lines[0], "; ".join(lines[1:])]),
        "x": point.x,
        "y": point.y,
    }
    return {
        "type": "Feature",
        "geometry": feature["geometry"],
        "properties": {"code": feature["properties"]["code"]},
        **told,
    }


def _height(features: list[dict[str, Any]], inner: int, width: theme.Width) -> int:
    boxes = [shape(feature["geometry"]).bounds for feature in features]
    across = max(b[2] for b in boxes) - min(b[0] for b in boxes)
    up = max(b[3] for b in boxes) - min(b[1] for b in boxes)
    return int(min(max(inner * up / across, 160), 460 if width.narrow else 520))


def _fill(edges: list[float], title: str) -> Any:
    colours = list(theme.SEQUENCE[: len(edges) + 1])
    legend = alt.Legend(
        title=title, orient="top", direction="horizontal", format=",~f", symbolType="square", gradientThickness=12
    )
    scale = alt.Scale(type="threshold", domain=edges, range=colours)
    return alt.Fill("value:Q", scale=scale, legend=legend)


def _areas(features: list[dict[str, Any]]) -> Any:
    return inline(features).mark_geoshape(stroke=theme.MUTED, strokeWidth=1)


def _labels(features: list[dict[str, Any]], edges: list[float], width: theme.Width) -> list[Any]:
    dark = edges[theme.ON_DARK_FROM - 1] if len(edges) >= theme.ON_DARK_FROM else math.inf
    points = [
        {"x": f["x"], "y": f["y"], "lines": f["lines"], "light": f["value"] is not None and f["value"] >= dark}
        for f in features
    ]
    base = inline(points).encode(longitude="x:Q", latitude="y:Q", text="lines:N")
    size: dict[str, Any] = {
        "fontSize": width.letters - (1 if width.narrow else 0),
        "lineHeight": width.letters + 2,
        "dy": 0 if len(features) > LABELS_UP_TO else -width.letters,
    }
    ink = alt.condition("datum.light", alt.value(theme.PAPER), alt.value(theme.INK))
    halo = alt.condition("datum.light", alt.value(theme.SEQUENCE[-1]), alt.value(theme.PAPER))
    return [
        base.mark_text(**size, strokeWidth=3, strokeJoin="round").encode(stroke=halo, fill=halo),
        base.mark_text(**size).encode(fill=ink),
    ]
