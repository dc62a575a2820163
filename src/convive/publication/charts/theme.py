"""How every chart looks: colours, letters, number and date formats, the hatching of what is withheld. The only place.

Colours are those of Okabe and Ito (2008, "Color Universal Design"), told apart by people with any common form of colour
blindness; the sequential scale runs from light to dark, so that it also survives a black-and-white printer.

Letters are set in Liberation Sans (Arial's widths) because the renderer carries it: text is measured alike on every
machine, and the same figures give the same bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

INK = "#1b2733"
MUTED = "#54616e"
GRID = "#e3e7eb"
PAPER = "#ffffff"
FOCUS = "#0072b2"
ACCENT = "#d55e00"
OTHERS = "#6f7d8a"
SEQUENCE = ("#e6eef5", "#b7d0e4", "#7fabcf", "#3f7fb1", "#14507f")
ON_DARK_FROM = 3
"""Index in SEQUENCE from which letters on it must be light."""

WITHHELD = "#fdfdfb"
"""A colour used for nothing else: :func:`hatched` turns it into hatching in the finished SVG (Vega has no patterns)."""

WITHHELD_LENGTH = 14
"""Of the mark that stands for a withheld bar or column, in pixels: the same whatever it hides."""

ABSENT = "#f3f4f5"
"""Of a unit about which the edition has no figure."""

FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"

Name = Literal["wide", "narrow"]


ON_AN_AXIS = 5
"""About as many steps as an axis has."""


def ceiling(top: float) -> float:
    """A round number above ``top`` with a little air, so that no interval touches the edge of its chart.

    >>> ceiling(15.8), ceiling(70.5), ceiling(0.9)
    (20.0, 80.0, 1.0)
    """
    wanted = max(top, 1e-9) * 1.03
    magnitude: float = 10.0 ** math.floor(math.log10(wanted / ON_AN_AXIS))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude * ON_AN_AXIS >= wanted)
    return step * math.ceil(wanted / step)


@dataclass(frozen=True)
class Width:
    """One of the two sizes of every chart, in CSS pixels."""

    name: Name
    total: int
    letters: int

    @property
    def narrow(self) -> bool:
        return self.name == "narrow"


WIDTHS = (Width("wide", 720, 13), Width("narrow", 340, 12))

FORMAT_LOCALES: dict[str, dict[str, Any]] = {
    # Peru writes 1,234.5 (Unicode CLDR, es_PE); d3's built-in "es-ES" would write 1.234,5.
    "es": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["S/ ", ""]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["S/ ", ""]},
}

TIME_FORMAT_LOCALES: dict[str, dict[str, Any]] = {
    "es": {
        "dateTime": "%A, %e de %B de %Y, %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["a. m.", "p. m."],
        "days": ["domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"],
        "shortDays": ["dom", "lun", "mar", "mié", "jue", "vie", "sáb"],
        "months": [
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre",
        ],
        "shortMonths": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic"],
    },
    "en": {
        "dateTime": "%B %e, %Y, %X",
        "date": "%m/%d/%Y",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        "shortDays": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        "months": [
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ],
        "shortMonths": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    },
}  # fmt: skip


def config(width: Width) -> dict[str, Any]:
    """The Vega-Lite configuration of a chart of this width."""
    letters = width.letters
    axis = {
        "labelColor": INK, "titleColor": MUTED, "labelFontSize": letters, "titleFontSize": letters,
        "titleFontWeight": "normal", "gridColor": GRID, "domainColor": MUTED, "tickColor": MUTED,
    }  # fmt: skip
    return {
        "font": FONT,
        "background": PAPER,
        "padding": 4,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
        "text": {"color": INK, "fontSize": letters},
        "header": {"labelFontSize": letters + 1, "labelFontWeight": "bold", "labelColor": INK, "title": None},
        "legend": {"labelFontSize": letters, "titleFontSize": letters, "labelColor": INK, "titleColor": MUTED},
        "title": {"fontSize": letters + 1, "color": INK, "anchor": "start"},
    }


def hatched(svg: str) -> str:
    """``svg`` with everything filled in :data:`WITHHELD` shown as hatching."""
    if f'fill="{WITHHELD}"' not in svg:
        return svg
    pattern = (
        '<defs><pattern id="withheld" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{PAPER}"/>'
        f'<line x1="0" y1="0" x2="0" y2="6" stroke="{OTHERS}" stroke-width="2"/>'
        "</pattern></defs>"
    )
    head, rest = svg.split(">", 1)
    return f"{head}>{pattern}{rest}".replace(f'fill="{WITHHELD}"', 'fill="url(#withheld)"')
