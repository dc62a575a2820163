"""A page as people read it, before anyone decides how it looks: a title, sentences, blocks. Knows nothing of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Link:
    """To another page (``page`` is its name, ``anchor`` a place in it), to a data file, or to a source elsewhere."""

    text: str
    page: str = ""
    anchor: str = ""
    data: str = ""
    url: str = ""


@dataclass(frozen=True)
class Prose:
    """Paragraphs, and links below them."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Notice:
    """Something that must not be overlooked: what is synthetic, what is not comparable, what is withheld."""

    kind: ClassVar[str] = "notice"
    text: str
    heading: str = ""


@dataclass(frozen=True)
class Headline:
    """A number that matters, what it means, how sure it is, and where that is explained."""

    kind: ClassVar[str] = "headline"
    label: str
    number: str
    meaning: str
    certainty: str
    level: Literal["firm", "rough", "weak", "none"]
    how: Link | None = None
    unit: str = ""
    status: str = ""
    """What the figure is where it is not final, in a sentence."""


@dataclass(frozen=True)
class Headlines:
    kind: ClassVar[str] = "headlines"
    items: tuple[Headline, ...]


Tone = Literal["", "good", "bad", "doubt", "withheld", "code"]


@dataclass(frozen=True)
class Cell:
    """A cell whose looks depend on what it says (a verdict, withheld, a file's name), that leads elsewhere, or to which
    an ``anchor`` leads."""

    text: str
    tone: Tone = ""
    link: Link | None = None
    anchor: str = ""


TableCell = str | Cell

NARROW_COLUMNS = 3
"""As many columns of numbers as fit a screen of 360 px beside their heading."""


@dataclass(frozen=True)
class Table:
    """``numeric`` holds the indexes of columns of numbers; the first column heads its row. A ``stacked`` table holds
    sentences: on a phone each row stands as a block of labelled lines."""

    kind: ClassVar[str] = "table"
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    numeric: frozenset[int] = frozenset()
    stacked: bool = False

    @property
    def wide(self) -> bool:
        """Whether a phone cannot show all columns at once."""
        return not self.stacked and len(self.header) > NARROW_COLUMNS

    @property
    def cells(self) -> list[list[tuple[Cell, bool, str]]]:
        """Rows of (cell, is a number, head of its column)."""
        return [
            [
                (Cell(cell) if isinstance(cell, str) else cell, index in self.numeric, self.header[index])
                for index, cell in enumerate(row)
            ]
            for row in self.rows
        ]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        return [(head, index in self.numeric) for index, head in enumerate(self.header)]


@dataclass(frozen=True)
class ChartBlock:
    """A chart by its name, what it shows in words, and the table that says the same."""

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    alt: str
    table: Table
    note: str = ""
    sizes: tuple[tuple[int, int], ...] = ()


Ring = Sequence[Sequence[float]]
"""A closed line of points, longitude and latitude in degrees."""


@dataclass(frozen=True)
class Shape:
    """Something drawn on a map: its outer ``rings``, how it ``look``s, the lines that it says when it is chosen (none:
    it cannot be), a letter on it, and the place in the page that leads to it."""

    rings: tuple[Ring, ...]
    look: str
    text: tuple[str, ...] = ()
    mark: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Layer:
    """Shapes that are shown and hidden together, drawn in the order given; ``legend``: looks and what they mean;
    ``lines``: their rings are open lines."""

    name: str
    label: str
    shapes: tuple[Shape, ...]
    legend: tuple[tuple[str, str], ...] = ()
    shown: bool = True
    lines: bool = False


@dataclass(frozen=True)
class MapBlock:
    """A map that people move: its layers, the ``view`` (southwest, northeast; longitude, latitude) that it opens with,
    and the words of its buttons. A table beside it says the same."""

    kind: ClassVar[str] = "map"
    name: str
    title: str
    alt: str
    layers: tuple[Layer, ...]
    view: tuple[tuple[float, float], tuple[float, float]]
    words: dict[str, str]
    note: str = ""

    @property
    def data_id(self) -> str:
        """The place in the page that holds the data."""
        return f"{self.name}-data"

    @property
    def data(self) -> dict[str, object]:
        """What is drawn, as JSON takes it."""
        layers = [
            {"name": one.name, "shown": one.shown, "lines": one.lines, "shapes": [vars(shape) for shape in one.shapes]}
            for one in self.layers
        ]
        return {"layers": layers, "view": self.view, "words": self.words}


@dataclass(frozen=True)
class RuleBlock:
    """A form in which the reader closes hours of the week and is told what they hold: ``counts`` (168; Monday 0 h
    first) as published, None where withheld; the names of the ``days``; the ``words`` of the answer."""

    kind: ClassVar[str] = "rule"
    name: str
    title: str
    counts: tuple[int | None, ...]
    days: tuple[str, ...]
    words: dict[str, str]
    chosen: frozenset[int] = frozenset({3, 4, 5})
    begin: int = 22
    end: int = 6
    about: tuple[str, ...] = ()

    @property
    def data_id(self) -> str:
        """The place in the page that holds the data."""
        return f"{self.name}-data"

    @property
    def data(self) -> dict[str, object]:
        """What the script reckons with, as JSON takes it."""
        return {"counts": self.counts, "words": self.words}

    @property
    def day_choices(self) -> list[tuple[int, str, bool]]:
        """Each day's number, name, and whether it is chosen at first."""
        return [(at, name, at in self.chosen) for at, name in enumerate(self.days)]

    @property
    def hour_choices(self) -> list[tuple[int, str]]:
        return [(hour, f"{hour:02}:00") for hour in range(24)]


@dataclass(frozen=True)
class Term:
    """A word and what it means; ``facts`` are labelled details, ``folded`` under the words that open them."""

    anchor: str
    name: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    folded: str = ""


@dataclass(frozen=True)
class Terms:
    kind: ClassVar[str] = "terms"
    items: tuple[Term, ...]


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    kind: ClassVar[str] = "section"
    anchor: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


Block = Prose | Notice | Headlines | Table | ChartBlock | MapBlock | RuleBlock | Terms | Section


@dataclass(frozen=True)
class Page:
    """``name`` is the same in every language; ``lead`` are the first sentences, which say what matters; ``menu`` names
    the pages that the menu leads to."""

    name: str
    language: str
    title: str
    lead: tuple[str, ...]
    blocks: tuple[Block, ...]
    description: str = ""
    menu: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """The entry of the menu that the page belongs to."""
        return self.name.partition("/")[0]

    @property
    def has_map(self) -> bool:
        """Whether a map stands on the page: only then it needs the map's scripts."""
        return any(_holds(block, MapBlock) for block in self.blocks)

    @property
    def has_rule(self) -> bool:
        """Whether a rule can be tried out on the page: only then it needs the rule's script."""
        return any(_holds(block, RuleBlock) for block in self.blocks)


def _holds(block: Block, kind: type[MapBlock | RuleBlock]) -> bool:
    inside = block.blocks if isinstance(block, Section) else ()
    return isinstance(block, kind) or any(_holds(one, kind) for one in inside)
