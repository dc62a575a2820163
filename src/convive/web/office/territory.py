"""The units of the observatory's territory as the office needs them, read again when a file of theirs changes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from convive.territory import Territory

Stamp = tuple[tuple[object, ...], ...]


def units() -> dict[str, str]:
    """The units of the territory by code, with their names."""
    return _read(*_version())[0]


def above(unit: str) -> frozenset[str]:
    """The units in which ``unit`` lies, itself among them; none for one that the territory does not have."""
    return _read(*_version())[1].get(unit, frozenset())


def _version() -> tuple[Path, Stamp]:
    folder = Path(settings.FOLDER) / "territory"
    found = ((path, path.stat()) for path in sorted(folder.glob("*")))
    return folder, tuple((str(path), told.st_mtime_ns, told.st_size) for path, told in found)


@lru_cache(maxsize=2)
def _read(folder: Path, stamp: Stamp) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    del stamp
    territory = Territory.load(folder)
    lines: dict[str, set[str]] = {}
    for code, ancestor in territory.ancestors.select("code", "ancestor").iter_rows():
        lines.setdefault(code, set()).add(ancestor)
    names = dict(territory.units.select("code", "name").iter_rows())
    return names, {code: frozenset(found) for code, found in lines.items()}
