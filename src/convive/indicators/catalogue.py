"""The catalogue of indicators: what each figure means, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, model_validator

from convive.errors import CatalogueError
from convive.observatory import Bilingual, Strict, misfits

FOLDER = Path(__file__).parent / "catalogue"

Base = Literal["", "concept", "undetermined", "other", "all"]
Kind = Literal["count", "rate", "share", "breakdown_share", "median", "published"]
PeriodForm = Literal["month", "half", "year", "all"]


class Part(Strict):
    """Which homicides a share counts: those of a concept, or those with one of the codes (or a property) of a field."""

    concept: str | None = None
    field: str | None = None
    codes: tuple[str, ...] = ()
    property: str | None = None

    @model_validator(mode="after")
    def _is_one_condition(self) -> Part:
        if bool(self.concept) == bool(self.field) or bool(self.field) != (bool(self.codes) != bool(self.property)):
            raise ValueError("a part is a concept, or a field with either codes or a property")
        return self


class Indicator(Strict):
    """One indicator: its words in both languages, and how it is measured."""

    id: str
    version: str
    kind: Kind
    unit: Literal["victims", "per_100k", "share", "days", "complaints"]
    base: Base = ""
    concept: str | None = None
    where: Mapping[str, tuple[str, ...]] = {}
    part: Part | None = None
    measure: str | None = None
    zeros: bool = False
    sum: bool = False
    periods: tuple[PeriodForm, ...] = ()
    breakdowns: tuple[str, ...] = ()
    label: Bilingual
    definition: Bilingual
    numerator: Bilingual
    denominator: Bilingual
    method: Bilingual
    standard: str
    caution: Bilingual

    @model_validator(mode="after")
    def _is_whole(self) -> Indicator:
        """What is measured says of what and for which periods; a share says of which part."""
        if self.kind != "published" and not (self.base and self.periods):
            raise ValueError(f"an indicator of kind {self.kind!r} needs base and periods")
        if (self.kind == "share") != (self.part is not None):
            raise ValueError("part belongs to indicators of kind 'share', and each of them needs it")
        return self

    @property
    def definition_version(self) -> str:
        """Identifier and version, as every figure carries it."""
        return f"{self.id}@{self.version}"


@cache
def catalogue() -> Mapping[str, Indicator]:
    """All indicators by id, in the order of the files."""
    return read_catalogue(FOLDER)


def read_catalogue(folder: Path) -> Mapping[str, Indicator]:
    """The indicators of all files of ``folder``; raises :class:`CatalogueError` naming each misfit key."""
    found: dict[str, Indicator] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text("utf-8")).items():
            try:
                found[name] = Indicator.model_validate({"id": name, **entry})
            except ValidationError as error:
                raise CatalogueError(misfits(path, error)) from error
    return found
