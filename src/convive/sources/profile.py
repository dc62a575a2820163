"""A source's ``profile.toml``: how its columns and codes become ours."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from convive.errors import ConviveError, Problem, ProfileError
from convive.observatory import Bilingual, Strict, misfits, read_toml
from convive.sources.reading import ReaderOptions
from convive.standard import classification, fields, place_fields, record_fields

PROFILE_FILE = "profile.toml"
BUILT_IN = Path(__file__).parent / "profiles"

Body = Literal["police", "prosecutor", "morgue", "hospital", "civil_registry", "statistics", "press", "citizen"]


class About(Strict):
    """Who delivers this source, and what one of its rows is."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    extends: str | None = None
    body: Body
    row: Literal["victim", "event", "aggregate"] = "victim"
    title: Bilingual
    publisher: str = ""
    licence: str = ""
    received_on: dt.date | None = None
    synthetic: bool = False


class Missing(Strict):
    """Words of the source for each kind of unknown; compared without accents, case, or stray spaces. Blank is not
    recorded.
    """

    not_recorded: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


class Column(Strict):
    """Where one field of the record comes from.

    ``from`` names the received column, or several under which it may come (the first that is there is taken);
    ``from_all`` names columns that are read together. ``codes`` maps words to codes, or names a table of the
    profile's folder or a built-in one. ``words`` names a table of patterns that are looked for in text. ``otherwise``
    names a field that speaks where this one is silent, and ``otherwise_codes`` what it may then say (nothing named:
    anything).
    """

    from_: tuple[str, ...] = Field(default=(), alias="from")
    from_all: tuple[str, ...] = ()
    constant: str | None = None
    codes: Mapping[str, str] | str | None = None
    words: str | None = None
    formats: tuple[str, ...] = ()
    unit_from: tuple[str, ...] = ()
    missing: Missing | None = None
    otherwise: Literal["icd10"] | None = None
    otherwise_codes: tuple[str, ...] = ()
    optional: bool = False

    @field_validator("from_", "from_all", "formats", "unit_from", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Place(Strict):
    """Columns that say where: a code, names, or both; for the occurrence also a point."""

    code: tuple[str, ...] = ()
    coding: Literal["inei", "reniec", "own"] = "inei"
    country: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    constant: str | None = None
    optional: bool = False

    @field_validator("code", "country", "department", "province", "district", "place", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Victims(Strict):
    """For rows that are events: the column with the number of victims."""

    from_: tuple[str, ...] = Field(alias="from")

    @field_validator("from_", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Aggregate(Strict):
    """For rows that are counts or rates already: the columns that say of what, where, when and how much.

    Each value is a column's name, or ``= text`` for a constant; several are read together, joined by " / ". ``unit``
    is the territory's own code of the unit, where no ``[places.occurrence]`` says it. ``categories`` maps words to
    the codes of categories; with ``open_categories`` any other word is published too, written as a code.
    """

    indicator: tuple[str, ...]
    unit: str = ""
    period: tuple[str, ...]
    disaggregation: tuple[str, ...] = ("= total",)
    category: tuple[str, ...] = ("= total",)
    count: tuple[str, ...] = ()
    rate: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()
    categories: Mapping[str, str] = {}
    open_categories: bool = False

    @field_validator(
        "indicator",
        "period",
        "disaggregation",
        "category",
        "count",
        "rate",
        "share",
        "population",
        "statement",
        mode="before",
    )
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _measures_something(self) -> Aggregate:
        if not (self.count or self.rate or self.share):
            raise ValueError("[aggregate] needs count, rate or share")
        return self


class Covers(Strict):
    """What the source looks at, whether anything happened or not: a time (both days included) and units of the
    territory by their codes. Only where a source looks is no death a zero.
    """

    first: dt.date | None = Field(default=None, alias="from")
    last: dt.date | None = Field(default=None, alias="to")
    units: tuple[str, ...] = ()


class Profile(Strict):
    """The whole of ``profile.toml``, with what it extends already merged in."""

    profile: About
    reader: ReaderOptions = ReaderOptions()
    missing: Missing = Missing()
    columns: Mapping[str, Column] = {}
    places: Mapping[str, Place] = {}
    victims: Victims | None = None
    aggregate: Aggregate | None = None
    covers: Covers | None = None
    usable_with: tuple[str, ...] = ("occurred_on", "occurred_from", "died_on", "registered_on")
    ignore: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _shape_fits_row(self) -> Profile:
        if self.profile.row == "aggregate" and self.aggregate is None:
            raise ValueError('row = "aggregate" needs a table [aggregate]')
        if self.profile.row == "event" and self.victims is None:
            raise ValueError('row = "event" needs a table [victims]')
        return self

    @property
    def name(self) -> str:
        """Identifier and version, e.g. ``pnp-tumbes@1``."""
        return f"{self.profile.id}@{self.profile.version}"


def load_profile(folder: Path) -> Profile:
    """Read ``folder/profile.toml`` and what it extends; raises :class:`ProfileError` with every mistake found."""
    path = folder / PROFILE_FILE
    label = f"{folder.name}/{PROFILE_FILE}"
    if not path.is_file():
        raise ProfileError(Problem("profile-missing", file=folder.name))
    try:
        own = read_toml(path)
        tables = _extended(own, folder, label)
        profile = Profile.model_validate(tables)
    except ValidationError as error:
        raise ProfileError([_at(label, problem) for problem in misfits(path, error)]) from error
    except ConviveError as error:
        raise ProfileError([_at(label, problem) for problem in error.problems]) from error
    problems = _unknown_fields(profile, label) + _unknown_codes(profile, label) + _constants(profile, label)
    if problems:
        raise ProfileError(problems)
    return profile


def _extended(own: Mapping[str, Any], folder: Path, label: str) -> dict[str, Any]:
    name = own.get("profile", {}).get("extends")
    if not name:
        return _with_tables(own, folder, label)
    base = BUILT_IN / str(name)
    if not (base / PROFILE_FILE).is_file():
        there = ", ".join(sorted(entry.name for entry in BUILT_IN.iterdir() if (entry / PROFILE_FILE).is_file()))
        raise ProfileError(Problem("unknown-profile", file=label, value=str(name), values={"there": there}))
    inherited = tomllib.loads((base / PROFILE_FILE).read_text("utf-8"))
    return _merged(_with_tables(inherited, base, label), _with_tables(own, folder, label))


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``; the columns and places that ``own`` describes replace those of ``base`` whole."""
    whole = {**base, **own}
    for table in ("profile", "reader", "missing", "columns", "places", "aggregate"):
        if table in base and table in own:
            whole[table] = {**base[table], **own[table]}
    if "ignore" in base and "ignore" in own:
        whole["ignore"] = [*base["ignore"], *own["ignore"]]
    return whole


def _with_tables(tables: Mapping[str, Any], folder: Path, label: str) -> dict[str, Any]:
    """Code tables that stand in files of their own, put in their place."""
    columns = {
        name: {**column, "codes": _code_table(column["codes"], folder, label)}
        if isinstance(column, dict) and isinstance(column.get("codes"), str)
        else column
        for name, column in tables.get("columns", {}).items()
    }
    return {**tables, "columns": columns} if columns else dict(tables)


def _code_table(name: str, folder: Path, label: str) -> Mapping[str, str]:
    for path in (folder / f"{name}.toml", BUILT_IN / "codes" / f"{name}.toml"):
        if path.is_file():
            table = read_toml(path).get("codes", {})
            return {str(word): str(code) for word, code in table.items()} if isinstance(table, dict) else {}
    raise ProfileError(Problem("unknown-code-table", file=label, value=name))


def _unknown_fields(profile: Profile, label: str) -> list[Problem]:
    known = {field.name for field in record_fields() if field.kind not in ("place", "derived")}
    wrong = [name for name in profile.columns if name not in known]
    wrong_places = [name for name in profile.places if name not in place_fields()]
    return [
        Problem("unknown-field", file=label, column=name, value=name, values={"near": nearest(name, sorted(known))})
        for name in wrong
    ] + [
        Problem("unknown-field", file=label, column=name, value=name, values={"near": ", ".join(place_fields())})
        for name in wrong_places
    ]


def _unknown_codes(profile: Profile, label: str) -> list[Problem]:
    problems: list[Problem] = []
    for name, column in profile.columns.items():
        field = fields().get(name)
        if field is None or field.classification is None:
            continue
        targets = set(column.codes.values()) if isinstance(column.codes, Mapping) else set()
        targets |= {column.constant} if column.constant is not None else set()
        listed = classification(field.classification)
        if not listed.open:
            problems += [
                Problem(
                    "unknown-target-code",
                    file=label,
                    column=name,
                    value=code,
                    values={"there": ", ".join(sorted(listed.codes))},
                )
                for code in sorted(targets - set(listed.values))
            ]
    return problems


def _constants(profile: Profile, label: str) -> list[Problem]:
    """A constant is a code or a text: no date and no number is the same for every victim."""
    told = {name: column.constant for name, column in profile.columns.items() if column.constant is not None}
    return [
        Problem("constant-misplaced", file=label, column=name, value=str(value))
        for name, value in told.items()
        if name in fields() and fields()[name].kind not in ("coded", "text")
    ]


def nearest(name: str, there: list[str]) -> str:
    """The name of ``there`` that ``name`` most probably means, or a list of all where none is near."""
    from rapidfuzz import process

    found = process.extractOne(name.lower(), {option: option.lower() for option in there}, score_cutoff=60)
    return str(found[2]) if found else ", ".join(there)


def _at(label: str, problem: Problem) -> Problem:
    return Problem(problem.code, label, problem.row, problem.column, problem.value, problem.values)
