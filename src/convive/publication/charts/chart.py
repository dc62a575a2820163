"""A chart: the figures behind it, what it says in words, and how it is drawn in two languages and two widths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl
import vl_convert
from altair.utils.schemapi import debug_mode

from convive.publication.charts import theme

Spec = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """``frame`` holds exactly the rows of the released figures that are drawn: it is what a reader can download.

    ``alt`` says the finding, not the look; ``draw`` makes the Vega-Lite specification for a language and a width.
    """

    name: str
    frame: pl.DataFrame
    title: Mapping[str, str]
    alt: Mapping[str, str]
    draw: Callable[[str, theme.Width], Spec]

    @property
    def definitions(self) -> tuple[str, ...]:
        """The indicators drawn, by id: their definitions go with the data."""
        return tuple(self.frame["indicator"].unique().sort().to_list())

    def file_name(self, language: str, width: theme.Width) -> str:
        return f"{self.name}.{language}.{width.name}.svg"


def inline(rows: list[dict[str, Any]]) -> Any:
    """A layer's base with its rows in the specification itself: nothing is ever fetched.

    Returned as ``Any``: Altair's generated signatures do not survive a strict type checker.
    """
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def specification(chart: Any) -> Spec:
    """The Vega-Lite specification of an Altair chart.

    Not held against Vega-Lite's schema, which takes longer than to draw it: tests do that for every chart.
    """
    return dict(chart.to_dict(validate=False))


def svg(chart: Chart, language: str, width: theme.Width) -> str:
    """The chart as SVG; the same figures give the same text, on every machine."""
    with debug_mode(False):  # else Altair checks each part when it is made; see specification()
        spec = fitted(chart.draw(language, width), width)
    drawn = vl_convert.vegalite_to_svg(
        {**spec, "config": theme.config(width), "$schema": "https://vega.github.io/schema/vega-lite/v6.json"},
        allowed_base_urls=[],
        format_locale=theme.FORMAT_LOCALES[language],
        time_format_locale=theme.TIME_FORMAT_LOCALES[language],
    )
    return theme.hatched(_renumbered(str(drawn)))


def _renumbered(drawing: str) -> str:
    """Clip paths numbered from 0: the renderer counts on while a process lives, and bytes would depend on the order."""
    found: dict[str, str] = {}
    return _CLIP.sub(lambda match: found.setdefault(match[0], f"clip{len(found)}"), drawing)


_CLIP = re.compile(r"\bclip\d+\b")


def fitted(spec: Spec, width: theme.Width) -> Spec:
    """A chart of one panel, axes and letters included, exactly as wide as it must be."""
    if "layer" not in spec:
        return spec
    return {**spec, "width": width.total, "autosize": {"type": "fit-x", "contains": "padding"}}
