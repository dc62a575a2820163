"""What may be seen: everything that pages and the web read comes from the ``public/`` folder through an
:class:`Edition`.

Nothing private can reach a page by construction: :meth:`Edition.load` opens files below ``public/data`` and no others,
and what was written there has passed disclosure control.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

DATA = "data"

Tree = Mapping[str, Any]
"""Decoded JSON. Texts for people stand in it as ``{"es": …, "en": …}``."""


@dataclass(frozen=True)
class Area:
    """Published boundaries of one level. ``geojson`` is a FeatureCollection whose features have ``code`` and
    ``name``."""

    level: str
    edition: str
    schematic: bool
    attribution: str
    licence: str
    geojson: Tree


@dataclass(frozen=True)
class Edition:
    """One edition of an observatory's open data.

    ``figures`` has the columns of figures.parquet (see ``standard.figures_schema``); a suppressed row keeps its place
    with null ``value``, ``low``, ``high`` and ``count``. ``units``: code, name, level, parent. ``population``:
    unit_code, year, population, series, synthetic. ``breaks``: unit_code, from_year, to_year, change (fraction), reason
    (text address). ``definitions`` by indicator id; ``classifications`` by disaggregation; ``sources`` one entry a
    received file; ``audit`` one entry a claim; ``quality`` shares of missing values and disagreements between sources;
    ``scorecard`` the quality of the register criterion by criterion; ``patterns`` what the analysis found;
    ``evaluations`` one entry a registered measure, ``evaluations_unread`` the lines of its file that could not be read,
    ``violence_cost`` what the city's accounts say; ``register`` how records became cases; ``choice`` and ``plan`` what
    was decided and is done, ``committee`` what it answers for, ``answer_clock`` how long bodies take with open reports,
    ``workshops`` what neighbours said of the map, each empty where there is none.
    """

    id: str
    name: Mapping[str, str]
    synthetic: Mapping[str, str] | None
    focus: str
    compare: tuple[str, ...]
    languages: tuple[str, ...]
    as_of: dt.date
    concept: str
    place: str
    minimum_cell: int
    minimum_percent_base: int
    licence: str
    contact: str
    version: str
    inputs_sha256: str
    figures: pl.DataFrame
    units: pl.DataFrame
    population: pl.DataFrame
    breaks: pl.DataFrame
    coverage: Mapping[str, str] | None = None
    areas: tuple[Area, ...] = ()
    definitions: Mapping[str, Tree] = field(default_factory=dict)
    classifications: Mapping[str, Tree] = field(default_factory=dict)
    sources: tuple[Tree, ...] = ()
    audit: tuple[Tree, ...] = ()
    quality: Tree = field(default_factory=dict)
    scorecard: Tree = field(default_factory=dict)
    patterns: Tree = field(default_factory=dict)
    evaluations: list[Tree] = field(default_factory=list)
    evaluations_unread: list[int] = field(default_factory=list)
    violence_cost: Tree = field(default_factory=dict)
    register: Tree = field(default_factory=dict)
    choice: Tree = field(default_factory=dict)
    plan: Tree = field(default_factory=dict)
    disclosure: Tree = field(default_factory=dict)
    committee: Tree = field(default_factory=dict)
    answer_clock: Tree = field(default_factory=dict)
    workshops: Tree = field(default_factory=dict)

    @classmethod
    def load(cls, public: Path) -> Edition:
        """The edition below the folder ``public``; raises ``FileNotFoundError`` where none was released."""
        data = public / DATA
        head = _read(data / "edition.json")
        return cls(
            **{key: head[key] for key in _PLAIN},
            scorecard=head.get("scorecard", {}),
            patterns=head.get("patterns", {}),
            evaluations=head.get("evaluations", []),
            evaluations_unread=head.get("evaluations_unread", []),
            violence_cost=head.get("violence_cost") or {},
            compare=tuple(head["compare"]),
            languages=tuple(head["languages"]),
            as_of=dt.date.fromisoformat(head["as_of"]),
            figures=pl.read_parquet(data / "figures.parquet", glob=False),
            units=pl.DataFrame(head["units"], schema=UNITS_SCHEMA, orient="row"),
            population=pl.read_csv(data / "population.csv", schema=POPULATION_SCHEMA, glob=False),
            breaks=pl.DataFrame(head["breaks"], schema=BREAKS_SCHEMA, orient="row"),
            coverage=head["coverage"],
            areas=_areas(_read(data / "territory.geojson")),
            definitions=_read(data / "definitions.json"),
            classifications=_read(data / "classifications.json"),
            sources=tuple(_read(data / "sources.json")),
            audit=tuple(_read(data / "audit.json")),
            choice=_read_if_there(data / "choice.json"),
            plan=_read_if_there(data / "plan.json"),
            committee=_read_if_there(data / "committee.json"),
            answer_clock=_read_if_there(data / "answer_clock.json"),
            workshops=_read_if_there(data / "workshops.json"),
        )

    def definition(self, indicator: str, language: str) -> dict[str, Any]:
        """The definition of ``indicator`` with its texts in ``language``; raises ``KeyError`` for an unknown one."""
        definition: dict[str, Any] = in_language(self.definitions[indicator], language)
        return definition

    def category_label(self, disaggregation: str, code: str, language: str) -> str:
        """What people read for a category, e.g. ``sex``, ``female``; a code that no list explains reads as itself."""
        codes = self.classifications.get(disaggregation, {}).get("codes", {})
        return str(codes[code][language]) if code in codes else code

    def unit_name(self, code: str) -> str:
        """The name of a unit; raises ``KeyError`` for one that is not in the territory."""
        return self._unit_names[code]

    @cached_property
    def _unit_names(self) -> dict[str, str]:
        return dict(self.units.select("code", "name").iter_rows())

    def above(self, code: str) -> frozenset[str]:
        """The units in which a unit lies, itself among them."""
        found = {code}
        parents = dict(self.units.select("code", "parent").iter_rows())
        while (parent := parents.get(code)) and parent not in found:
            found.add(parent)
            code = parent
        return frozenset(found)

    def area(self, level: str) -> Area | None:
        """The newest published boundaries of ``level``."""
        found = [area for area in self.areas if area.level == level]
        return max(found, key=lambda area: area.edition) if found else None


UNITS_SCHEMA: dict[str, Any] = {"code": pl.String, "name": pl.String, "level": pl.String, "parent": pl.String}
POPULATION_SCHEMA: dict[str, Any] = {
    "unit_code": pl.String,
    "year": pl.Int64,
    "population": pl.Int64,
    "series": pl.String,
    "synthetic": pl.Boolean,
}
BREAKS_SCHEMA: dict[str, Any] = {
    "unit_code": pl.String,
    "from_year": pl.Int64,
    "to_year": pl.Int64,
    "change": pl.Float64,
    "reason": pl.String,
}
_PLAIN = (
    *("id", "name", "synthetic", "focus", "concept", "place", "minimum_cell", "minimum_percent_base"),
    *("licence", "contact", "version", "inputs_sha256", "quality", "register", "disclosure"),
)


def in_language(tree: Any, language: str) -> Any:
    """``tree`` with every ``{"es": …, "en": …}`` in it replaced by its text in ``language``."""
    if isinstance(tree, Mapping):
        if set(tree) == {"es", "en"}:
            return tree[language]
        return {key: in_language(branch, language) for key, branch in tree.items()}
    if isinstance(tree, list | tuple):
        return [in_language(branch, language) for branch in tree]
    return tree


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _read_if_there(path: Path) -> Any:
    return _read(path) if path.exists() else {}


def _areas(collection: Tree) -> tuple[Area, ...]:
    """Level and edition travel in each feature, so that one GeoJSON file serves a reader with any tool."""
    return tuple(
        Area(
            **{key: about[key] for key in ("level", "edition", "schematic", "attribution", "licence")},
            geojson={
                "type": "FeatureCollection",
                "features": [
                    feature
                    for feature in collection["features"]
                    if (feature["properties"]["level"], feature["properties"]["edition"])
                    == (about["level"], about["edition"])
                ],
            },
        )
        for about in collection["areas"]
    )
