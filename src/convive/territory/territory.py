"""A territory as loaded: its units, their tree, boundaries, population, and the questions that other rooms ask it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from convive.errors import Problem, TerritoryError
from convive.territory.boundaries import Boundaries, read_boundaries
from convive.territory.breaks import find_breaks
from convive.territory.gazetteer import Gazetteer
from convive.territory.locate import locate
from convive.territory.notes import Notes
from convive.territory.population import read_population
from convive.territory.settings import SETTINGS_FILE, Settings, read_settings
from convive.territory.units import ancestors_of, read_units


@dataclass(frozen=True)
class Territory:
    """The places of an observatory. :meth:`load` makes one; nothing in it changes afterwards.

    ``units``: code, name, level, parent, valid_from, valid_to. ``ancestors``: code, ancestor, level of the ancestor,
    each unit being its own too. ``population``: unit_code, year, population, series, synthetic. ``breaks``: unit_code,
    from_year, to_year, change (fraction), reason (text address). ``problems``: what is not as it should be but did not
    stop the work.
    """

    settings: Settings
    units: pl.DataFrame
    aliases: pl.DataFrame
    ancestors: pl.DataFrame
    population: pl.DataFrame
    breaks: pl.DataFrame
    editions: tuple[Boundaries, ...] = field(repr=False)
    problems: tuple[Problem, ...]

    @classmethod
    def load(cls, folder: Path) -> Territory:
        """Read ``folder/territory.toml`` and all files it names.

        Raises :class:`TerritoryError` with every problem found at once; what does not stop the work is in ``problems``.
        """
        settings, notes = read_settings(folder), Notes()
        units, aliases = read_units(folder, settings, notes)
        population = read_population(folder, settings, units, notes)
        editions = read_boundaries(folder, settings, units, notes)
        if notes.fatal:
            raise TerritoryError(notes.fatal)
        breaks = find_breaks(population, units, settings.breaks)
        tree = ancestors_of(units)
        return cls(settings, units, aliases, tree, population, breaks, editions, tuple(notes.told))

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels from coarse to fine."""
        return self.settings.levels

    def name(self, code: str) -> str:
        """The name of a unit; raises :class:`TerritoryError` for one that does not exist."""
        if code not in self._names:
            raise TerritoryError(Problem("unit-unknown", value=code))
        return self._names[code]

    def comparable(self, unit_code: str, year_a: int, year_b: int) -> bool:
        """Whether no break of the population series lies between two years (in either order)."""
        first, last = min(year_a, year_b), max(year_a, year_b)
        pairs = self._breaks_of.get(unit_code, ())
        return not any(begin < last and end > first for begin, end in pairs)

    def resolve(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Units of written places; see :meth:`Gazetteer.resolve`."""
        return self.gazetteer.resolve(frame)

    def locate(
        self,
        longitude: np.ndarray[Any, Any],
        latitude: np.ndarray[Any, Any],
        *,
        level: str,
        edition: str | None = None,
    ) -> np.ndarray[Any, Any]:
        """Codes of the units of ``level`` that hold the points (degrees); ``None`` outside and where a coordinate is
        missing.

        Without boundaries of that level no point is known to lie anywhere, and all are ``None``.
        """
        if edition is None and not any(known.settings.level == level for known in self.editions):
            return np.full(np.shape(longitude), None, dtype=object)
        return locate(self._edition(level, edition), longitude, latitude)

    def boundaries(self, level: str, edition: str | None = None) -> dict[str, Any]:
        """GeoJSON of one level with ``code`` and ``name`` of each unit; the newest edition unless one is named.

        Raises :class:`TerritoryError` where there are none.
        """
        return self._edition(level, edition).geojson

    def edition_on(self, level: str, day: dt.date) -> str | None:
        """The newest edition of ``level`` that was valid on ``day``."""
        valid = [known for known in self.editions if known.settings.level == level and known.valid_on(day)]
        return valid[-1].settings.edition if valid else None

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return Gazetteer(self.settings, self.units, self.aliases, self.ancestors)

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.units.select("code", "name").iter_rows())

    @cached_property
    def _breaks_of(self) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        for unit, begin, end in self.breaks.select("unit_code", "from_year", "to_year").iter_rows():
            found.setdefault(unit, []).append((begin, end))
        return found

    def _edition(self, level: str, edition: str | None) -> Boundaries:
        fitting = [b for b in self.editions if b.settings.level == level and edition in (None, b.settings.edition)]
        if not fitting:
            known = ", ".join(f"{b.settings.level} {b.settings.edition}" for b in self.editions)
            wanted = f"{level} {edition}" if edition else level
            raise TerritoryError(
                Problem("boundary-level-missing", file=SETTINGS_FILE, value=wanted, values={"known": known or "—"})
            )
        return fitting[-1]
