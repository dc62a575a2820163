"""Classifications: versioned lists of codes, each with its Spanish and English label and where it comes from.

A list is a file ``classifications/<name>.toml``; ``age_groups.toml`` is read as the classification ``age_group``. A
code that nobody has checked against the original document says ``verified = false``. Codes that a source changed in
time carry ``valid_from``, ``valid_to`` and ``successor``.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import LANGUAGES, CatalogueError, Problem
from convive.standard.unknown import KINDS, UNKNOWN_KINDS

_FOLDER = Path(__file__).parent / "classifications"
_AGE_GROUPS = Path(__file__).parent / "age_groups.toml"
_OWN_KEYS = {"es", "en", "verified", "parent", "valid_from", "valid_to", "successor"}


@dataclass(frozen=True)
class Code:
    """One entry; ``properties`` holds what only its own list knows (``public_place``, ``intent`` …)."""

    code: str
    labels: Mapping[str, str]
    verified: bool
    parent: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Classification:
    """A list of codes. An ``open`` one also accepts codes that it does not list, where they match ``pattern``."""

    id: str
    version: str
    title: Mapping[str, str]
    source: str
    note: Mapping[str, str]
    open: bool
    pattern: str
    codes: Mapping[str, Code]

    def label(self, code: str, language: str) -> str:
        """What people read for ``code``, a kind of unknown included; an unlisted code of an open list reads as itself.

        Raises :class:`CatalogueError` naming the codes that exist.
        """
        if code in KINDS:
            return KINDS[code].label[language]
        if code in self.codes:
            return self.codes[code].labels[language]
        if self.open:
            return code
        values = {"classification": self.id, "known": ", ".join(self.codes)}
        raise CatalogueError(Problem("code-unknown", value=code, values=values))

    @property
    def values(self) -> tuple[str, ...]:
        """Everything that a field of a closed list may hold: its codes, then the kinds of unknown."""
        return (*self.codes, *UNKNOWN_KINDS)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """One row a code: code, label_es, label_en, verified, parent, valid_from, valid_to, successor, properties."""
        return _frame(self.codes)

    def with_property(self, name: str, value: object = True) -> tuple[str, ...]:
        """Codes whose property ``name`` is ``value``, e.g. the public places."""
        return tuple(code.code for code in self.codes.values() if code.properties.get(name) == value)

    def family(self, code: str) -> tuple[str, ...]:
        """``code`` and all that descend from it, in the order of the list."""
        return tuple(candidate for candidate in self.codes if code in self._line(candidate))

    def _line(self, code: str) -> Iterator[str]:
        current: str | None = code
        while current is not None:
            yield current
            current = self.codes[current].parent


@cache
def classification(name: str) -> Classification:
    """The classification ``name``; raises :class:`CatalogueError` listing those that exist."""
    path = _paths().get(name)
    if path is None:
        raise CatalogueError(Problem("classification-unknown", value=name, values={"known": ", ".join(_paths())}))
    return _read(path)


def classifications() -> dict[str, Classification]:
    """All classifications by name."""
    return {name: classification(name) for name in _paths()}


@cache
def _paths() -> dict[str, Path]:
    paths = {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}
    return dict(sorted({**paths, "age_group": _AGE_GROUPS}.items()))


def _read(path: Path) -> Classification:
    data = tomllib.loads(path.read_text("utf-8"))
    return Classification(
        id=data["id"],
        version=str(data["version"]),
        title=data["title"],
        source=data["source"],
        note=data.get("note", dict.fromkeys(LANGUAGES, "")),
        open=data.get("open", False),
        pattern=data.get("pattern", ""),
        codes={code: _code(code, entry) for code, entry in data.get("codes", {}).items()},
    )


def _code(code: str, entry: Mapping[str, Any]) -> Code:
    return Code(
        code=code,
        labels={language: entry[language] for language in LANGUAGES},
        verified=entry["verified"],
        parent=entry.get("parent"),
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
        successor=entry.get("successor"),
        properties={key: value for key, value in entry.items() if key not in _OWN_KEYS},
    )


def _frame(codes: Mapping[str, Code]) -> pl.DataFrame:
    names = {name: None for code in codes.values() for name in code.properties}
    rows = [_row(code, names) for code in codes.values()]
    schema: dict[str, Any] = {"code": pl.String, "label_es": pl.String, "label_en": pl.String, "verified": pl.Boolean}
    schema |= {"parent": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "successor": pl.String}
    return pl.DataFrame(rows, schema=schema | names, infer_schema_length=None, orient="row")


def _row(code: Code, names: Mapping[str, None]) -> tuple[object, ...]:
    own = (code.code, code.labels["es"], code.labels["en"], code.verified, code.parent)
    dated = (code.valid_from, code.valid_to, code.successor)
    return (*own, *dated, *(code.properties.get(name) for name in names))
