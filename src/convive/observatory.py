"""An observatory: the folder that a city keeps, and what its ``observatory.toml`` says."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from convive.errors import ObservatoryError, Problem, WrongUse

SETTINGS_FILE = "observatory.toml"


class Strict(BaseModel):
    """A table of a TOML file in which a misspelt key is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """A text in both languages."""

    es: str
    en: str

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language))


class Identity(Strict):
    """Who this observatory is and what it counts.

    ``synthetic`` says what in it is invented and ``coverage`` what its sources leave out; every page shows both.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: Bilingual
    synthetic: Bilingual | None = None
    coverage: Bilingual | None = None
    focus: str
    compare: tuple[str, ...] = ()
    languages: tuple[Literal["es", "en"], ...] = ("es", "en")
    timezone: str = "America/Lima"
    as_of: dt.date | None = None
    concept: Literal["iccs_0101", "bogota", "ceic"] = "ceic"
    place: Literal["occurrence", "death", "residence"] = "occurrence"


class PublicationRules(Strict):
    """What may leave the office, and in what grain."""

    minimum_cell: int = Field(default=3, ge=2)
    map_cell: int = Field(default=500, ge=250, le=10_000)
    """Metres of a side of the cells in which places are told."""
    minimum_percent_base: int = Field(default=20, ge=1)
    contact: str = ""
    licence: str = "CC-BY-4.0"


class LinkageRules(Strict):
    """How records of one death are found: from which probability on they are joined, and below which left apart.

    ``method`` exact joins only what a number, or a name, sex and day, shows to be one. ``within`` false: no source
    names a person twice.
    """

    method: Literal["probabilistic", "exact"] = "probabilistic"
    join: float = Field(default=0.98, gt=0.5, le=1)
    apart: float = Field(default=0.02, ge=0.005, lt=0.5)
    within: bool = True


class Settings(Strict):
    """The whole of ``observatory.toml``."""

    observatory: Identity
    linkage: LinkageRules = LinkageRules()
    precedence: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Whom to believe first about a field (or ``default``); see :mod:`convive.register.precedence`."""
    publication: PublicationRules = PublicationRules()


@dataclass(frozen=True)
class Observatory:
    """A folder and its settings."""

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: Path) -> Observatory:
        """Read ``folder/observatory.toml``.

        Raises :class:`WrongUse` for a folder that is no observatory and :class:`ObservatoryError` naming each mistake
        by its key.
        """
        path = folder / SETTINGS_FILE
        try:
            there = path.is_file()
        except PermissionError:
            raise ObservatoryError(Problem("folder-not-readable", file=str(folder))) from None
        if not there:
            raise WrongUse(Problem("observatory-missing", file=str(folder)))
        return cls(folder, Settings.model_validate(read_toml(path, Settings)))

    @property
    def private(self) -> Path:
        return self.folder / "private"

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def territory(self) -> Path:
        return self.folder / "territory"

    @property
    def decisions(self) -> Path:
        """The ledger of human decisions, ``decisions/*.jsonl``; the folder need not exist."""
        return self.folder / "decisions"

    @property
    def strategy(self) -> Path:
        """The matrix of the decision, stakeholders, score sheets and operations; the folder need not exist."""
        return self.folder / "strategy"

    @property
    def operations(self) -> Path:
        """What was done where and when; the file need not exist."""
        return self.strategy / "operations.toml"

    @property
    def registrations(self) -> Path:
        """Measures registered for evaluation before they begin; the file need not exist."""
        return self.strategy / "evaluations.jsonl"

    @property
    def violence_costs(self) -> Path:
        """What the city tells of the cost of its violence; the file need not exist."""
        return self.strategy / "violence_costs.csv"

    @property
    def voice(self) -> Path:
        """Categories, bodies and limits of the citizens' side; the folder need not exist."""
        return self.folder / "voice"

    @property
    def claims(self) -> Path:
        return self.folder / "claims.toml"

    def source_folders(self) -> list[Path]:
        """The folders below ``sources/``, by name."""
        root = self.folder / "sources"
        return sorted(path for path in root.glob("*") if path.is_dir()) if root.is_dir() else []


def read_toml(path: Path, model: type[BaseModel] | None = None) -> dict[str, object]:
    """The tables of a TOML file; raises :class:`ObservatoryError` where it cannot be read or does not fit ``model``."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ObservatoryError(Problem("toml-unreadable", file=path.name, values={"detail": str(error)})) from error
    if model is not None:
        try:
            model.model_validate(tables)
        except ValidationError as error:
            raise ObservatoryError(misfits(path, error)) from error
    return tables


def misfits(path: Path, error: ValidationError) -> list[Problem]:
    """One problem for each key that does not fit, with the key's path as its column."""
    return [
        Problem(
            "setting-misfit",
            file=path.name,
            column=".".join(str(part) for part in mistake["loc"]),
            value="" if isinstance(mistake["input"], dict) else str(mistake["input"]),
            values={"detail": mistake["msg"]},
        )
        for mistake in error.errors()
    ]
