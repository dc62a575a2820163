"""What ``territory.toml`` says: levels, tables of units, boundaries by edition, population and how a break is
recognised.

Every setting is told in the manual (``docs/territory.md``); a misspelt key is an error that names it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from convive.errors import Problem, TerritoryError
from convive.observatory import Bilingual, Strict

SETTINGS_FILE = "territory.toml"
_LENGTHS = {"department": 2, "province": 4, "district": 6}


class Country(Strict):
    """The unit that holds all others. ``written_as`` are codes under which tables write it (INEI: all zeros)."""

    code: str = "PE"
    name: str = "Perú"
    names: tuple[str, ...] = ("Perú", "PE", "PER", "República del Perú")
    written_as: tuple[str, ...] = ("00", "0000", "000000")


class Received(Strict):
    """A file below ``territory/`` and how its text is read.

    ``filters``: column → the only value whose rows are used.
    """

    file: str
    encoding: str = "utf-8"
    delimiter: str = ","
    filters: dict[str, str] = Field(default_factory=dict)


class UnitColumns(Strict):
    """Columns of a table, or properties of a GeoJSON, that tell of a unit; those absent are taken as blank."""

    code: str = "code"
    name: str = "name"
    level: str = "level"
    parent: str = "parent"
    valid_from: str = "valid_from"
    valid_to: str = "valid_to"
    aliases: str = "aliases"


class UnitTable(Received):
    """A CSV or GeoJSON with units.

    ``repeats``: one unit may stand in several rows (a row a year); other names become aliases.
    """

    level: str | None = None
    columns: UnitColumns = UnitColumns()
    repeats: bool = False
    skip: tuple[str, ...] = ()


class BoundaryColumns(Strict):
    """Properties of the features."""

    code: str = "code"
    name: str = "name"


class BoundaryFile(Strict):
    """One edition of the boundaries of one level.

    ``schematic``: a drawing, not a survey. ``mend``: repair invalid polygons.
    """

    file: str
    level: str
    edition: str
    columns: BoundaryColumns = BoundaryColumns()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    schematic: bool = False
    mend: bool = False
    attribution: str = ""
    licence: str = ""


class PopulationColumns(Strict):
    """Columns of a population table; the last four only name units, where ``units = true``."""

    code: str = "code"
    year: str = "year"
    value: str = "population"
    name: str | None = None
    department: str | None = None
    province: str | None = None
    district: str | None = None

    def naming(self, level: str) -> str:
        """The column that holds the name of a unit of ``level``."""
        own: str | None = getattr(self, level, None) if level in ("department", "province", "district") else None
        return own or self.name or "name"


class PopulationTable(Received):
    """Inhabitants by unit and year.

    ``year`` where the whole file is of one; ``skip``: codes that are no unit (subtotals).

    ``country``: codes under which this table writes the country, beside those of ``[country]``. ``units``: the table
    also names units.
    """

    level: str | None = None
    columns: PopulationColumns = PopulationColumns()
    year: int | None = None
    skip: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    series: str = "population"
    source: Bilingual | None = None
    synthetic: bool = False
    units: bool = False


class BreakRule(Strict):
    """When a yearly growth is no demography; see ``data/breaks.toml`` for the reasons of the defaults."""

    minimum: float = Field(gt=0)
    spread_multiple: float = Field(gt=0)
    minimum_units: int = Field(ge=1)

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, given: Any) -> Any:
        return {**break_defaults(), **given} if isinstance(given, dict) else given


class Matching(Strict):
    """How alike two names must be (0–100) to be called probably the same, and how far ahead of the next one."""

    threshold: float = Field(default=88, ge=50, le=100)
    threshold_without_context: float = Field(default=93, ge=50, le=100)
    margin: float = Field(default=5, ge=0, le=50)


class Settings(Strict):
    """The whole of ``territory.toml``. Levels go from coarse to fine.

    With ``nesting = "prefix"`` the code of a unit begins with its parent's, and ``code_lengths`` tells the level of a
    code; with ``"column"`` parents and levels come from the tables. ``only`` keeps the units below these codes (and
    above none).
    """

    levels: tuple[str, ...] = ("country", "department", "province", "city", "district")
    nesting: Literal["prefix", "column"] = "column"
    code_lengths: dict[str, int] = _LENGTHS
    only: tuple[str, ...] = ()
    sum_tolerance: float = Field(default=0.005, ge=0)
    country: Country | None = Country()
    units: tuple[UnitTable, ...] = ()
    boundaries: tuple[BoundaryFile, ...] = ()
    population: tuple[PopulationTable, ...] = ()
    breaks: BreakRule = Field(default_factory=lambda: BreakRule.model_validate({}))
    matching: Matching = Matching()

    @model_validator(mode="after")
    def _levels_known(self) -> Settings:
        named: list[str | None] = [table.level for table in self.units]
        named += [table.level for table in self.population]
        named += [file.level for file in self.boundaries]
        own = [] if self.code_lengths == _LENGTHS else list(self.code_lengths)
        unknown = [level for level in (*named, *own) if level and level not in self.levels]
        if unknown:
            raise ValueError(f"level {unknown[0]!r} is not among levels {list(self.levels)}")
        return self

    @property
    def nation(self) -> Country | None:
        """The country, where this territory has that level."""
        return self.country if "country" in self.levels else None

    @property
    def lengths(self) -> dict[str, int]:
        """Code length by level, for the levels that this territory has."""
        return {level: self.code_lengths[level] for level in self.levels if level in self.code_lengths}


@cache
def break_defaults() -> dict[str, Any]:
    """The thresholds as shipped."""
    text = resources.files("convive.territory").joinpath("data/breaks.toml").read_text("utf-8")
    rule: dict[str, Any] = tomllib.loads(text)["rule"]
    return rule


def read_settings(folder: Path) -> Settings:
    """Read ``folder/territory.toml``; raises :class:`TerritoryError` naming every key that does not fit."""
    path = folder / SETTINGS_FILE
    if not path.is_file():
        raise TerritoryError(Problem("territory-missing", file=SETTINGS_FILE, value=str(folder.name)))
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TerritoryError(Problem("toml-unreadable", file=SETTINGS_FILE, values={"detail": str(error)})) from error
    except ValidationError as error:
        raise TerritoryError([_misfit(mistake) for mistake in error.errors()]) from error


def _misfit(mistake: Any) -> Problem:
    written = "" if isinstance(mistake["input"], dict) else str(mistake["input"])
    key = ".".join(str(part) for part in mistake["loc"])
    return Problem("setting-misfit", file=SETTINGS_FILE, column=key, value=written, values={"detail": mistake["msg"]})
