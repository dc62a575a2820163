"""The territory of an observatory: units and their tree, boundaries by edition, population with its breaks, places found.

::

    territory = Territory.load(folder)
    territory.resolve(pl.DataFrame({"department": ["Tumbes"], "district": ["Aguas Verdes"]}))
    territory.locate(longitude, latitude, level="district")
    territory.comparable("24", 2024, 2025)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from convive.errors import Problem, TerritoryError, WrongUse
from convive.territory import locate as _locate
from convive.territory import resolve as _resolve
from convive.territory.boundaries import Boundaries, read_boundaries
from convive.territory.breaks import find_breaks
from convive.territory.gazetteer import Gazetteer
from convive.territory.notes import Notes
from convive.territory.population import read_population
from convive.territory.settings import Settings, read_settings
from convive.territory.units import ancestors_of, read_units

__all__ = ["Boundaries", "Territory"]


@dataclass(frozen=True)
class Territory:
    """What ``territory/`` says, checked.

    ``units``: code, name, level, parent, valid_from, valid_to. ``ancestors``: code, ancestor, level of the ancestor, each unit being its
    own first. ``population``: unit_code, year, population, series, synthetic. ``breaks``: unit_code, from_year, to_year, change (a
    fraction), reason (text address). ``problems``: what was found and did not stop the work.
    """

    settings: Settings
    units: pl.DataFrame
    ancestors: pl.DataFrame
    population: pl.DataFrame
    breaks: pl.DataFrame
    editions: tuple[Boundaries, ...]
    problems: tuple[Problem, ...]
    aliases: pl.DataFrame = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> Territory:
        """Read ``folder``; raises :class:`TerritoryError` with every problem that no figure could be trusted with."""
        settings = read_settings(folder)
        notes = Notes()
        units, aliases = read_units(folder, settings, notes)
        population = read_population(folder, settings, units, notes)
        editions = read_boundaries(folder, settings, units, notes)
        if notes.fatal:
            raise TerritoryError(notes.fatal)
        return cls(
            settings=settings,
            units=units,
            ancestors=ancestors_of(units),
            population=population,
            breaks=find_breaks(population, units, settings.breaks),
            editions=editions,
            problems=tuple(notes.told),
            aliases=aliases,
        )

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels from coarse to fine, as the settings name them."""
        return self.settings.levels

    def name(self, code: str) -> str:
        """The name of a unit; raises :class:`WrongUse` for a code that is none."""
        if code not in self._names:
            raise WrongUse(Problem("unit-unknown", value=code))
        return self._names[code]

    def comparable(self, unit_code: str, year_a: int, year_b: int) -> bool:
        """Whether no break of the unit's population lies between two years, in either order."""
        first, last = sorted((year_a, year_b))
        own = self.breaks.filter(pl.col("unit_code") == unit_code)
        return own.filter((pl.col("from_year") < last) & (pl.col("to_year") > first)).is_empty()

    def resolve(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Which unit each row means.

        ``frame`` has any of ``code`` with ``coding`` (``inei``, the default, or ``reniec``), ``country``, a column named as a level
        (``department``, ``province``, ``district`` …), ``place`` (a name of any level, or of ``place_level``), and ``rows`` (how many
        received rows this combination stands for, 1 if absent). Blank words must be null.

        Returns it with ``unit_code`` (finest unit found, or null), ``level``, ``certainty`` (code | exact | alias | probable |
        parent_only | unresolved | not_recorded | abroad), ``score`` (0–100) and ``problem_code`` (or null).
        """
        return _resolve.resolve(frame, self.settings, self.units, self.ancestors, self._gazetteer)

    def locate(
        self,
        longitude: np.ndarray[Any, Any],
        latitude: np.ndarray[Any, Any],
        *,
        level: str,
        edition: str | None = None,
        on: dt.date | None = None,
    ) -> np.ndarray[Any, Any]:
        """The code of the unit of ``level`` in which each point (degrees) lies; ``None`` outside all.

        On a border the lowest code holds. The edition is the one named, else the one valid ``on`` a day, else the newest.
        """
        return _locate.locate(self._edition(level, edition, on), longitude, latitude)

    def boundaries(self, level: str, edition: str | None = None, *, on: dt.date | None = None) -> dict[str, Any]:
        """A GeoJSON FeatureCollection with the properties ``code`` and ``name``; edition as for :meth:`locate`."""
        return self._edition(level, edition, on).geojson

    def edition_on(self, level: str, day: dt.date) -> str:
        """The edition of the boundaries of ``level`` that a figure of ``day`` uses."""
        return self._edition(level, None, day).settings.edition

    def _edition(self, level: str, edition: str | None, on: dt.date | None) -> Boundaries:
        """Among several that fit, the newest; where none was valid ``on`` that day, the one that begins soonest after it or ended last."""
        fitting = [b for b in self.editions if b.settings.level == level and edition in (None, b.settings.edition)]
        if not fitting:
            known = ", ".join(f"{b.settings.level} ({b.settings.edition})" for b in self.editions) or "–"
            wanted = level if edition is None else f"{level} ({edition})"
            raise TerritoryError(
                Problem("boundary-level-missing", file="territory.toml", value=wanted, values={"known": known})
            )
        if on is None:
            return fitting[-1]
        valid = [b for b in fitting if b.valid_on(on)]
        later = [b for b in fitting if (b.settings.valid_from or dt.date.min) > on]
        return (valid or later[:1] or fitting)[-1]

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.units.select("code", "name").iter_rows())

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer.of(self.units, self.aliases, self.ancestors, self.settings.matching)
