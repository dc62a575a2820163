"""Exports of KoboToolbox and ODK Central become open reports; what cannot be used is told with its reason.

Columns that tell who sent are never read, and the first look says so.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from convive.errors import ObservatoryError, Problem, SourceFileError
from convive.fold import folded
from convive.observatory import Strict, read_toml
from convive.sources.reading import RawTable, ReaderOptions, read
from convive.voice.reports.catalogue import Category

FILE = "import.toml"
NEEDED = ("key", "category")


class Names(Strict):
    """``voice/import.toml``: what the city's forms call their columns, and which choice stands for which category."""

    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    categories: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """An open report read from an export. ``key``: the submission's own; ``received`` has a zone."""

    key: str
    category: str
    received: dt.datetime
    words: str
    address: str
    latitude: float | None
    longitude: float | None
    row: int


@dataclass(frozen=True)
class Export:
    """What an export held: the reports, what could not be used, and what must be known of the file."""

    reports: tuple[Imported, ...]
    rejects: tuple[Problem, ...]
    told: tuple[Problem, ...]
    rows: int


class _Unusable(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


def read_names(voice: Path) -> Names:
    """The names of the observatory whose ``voice`` folder is given; none where there is no file."""
    path = voice / FILE
    return Names.model_validate(read_toml(path, Names)) if path.is_file() else Names()


def read_export(
    path: Path, categories: Mapping[str, Category], names: Names, *, timezone: str, now: dt.datetime
) -> Export:
    """The reports in ``path`` (CSV or XLSX as exported).

    Times without zone are read in ``timezone``; a submission without any was received ``now``. Raises
    :class:`SourceFileError` for a file that cannot be read or has no column for key, category or place.
    """
    table = read(path, _options(path))
    columns = _columns(table, names, path.name)
    known = _category_names(categories, names)
    zone = ZoneInfo(timezone)
    reports, rejects, seen = [], [*_shapes(table, path.name)], set[str]()
    for row in table.frame.iter_rows(named=True):
        try:
            one = _report(row, columns, known, zone, now, path.name)
        except _Unusable as found:
            rejects.append(found.problem)
            continue
        if one.key in seen:
            rejects.append(Problem("export-twice", file=path.name, row=one.row, value=one.key))
            continue
        seen.add(one.key)
        reports.append(one)
    told = [
        Problem("export-personal", file=path.name, column=name, value=name)
        for name in table.columns
        if _plain(name) in _rules()["personal"]["identifying"]
    ]
    return Export(tuple(reports), tuple(rejects), (*table.problems, *told), table.rows)


def _report(
    row: Mapping[str, Any],
    columns: Mapping[str, str],
    known: Mapping[str, str],
    zone: ZoneInfo,
    now: dt.datetime,
    file: str,
) -> Imported:
    number = int(row["row"])

    def cell(name: str) -> str:
        return str(row.get(columns.get(name, ""), "") or "").strip()

    def unusable(code: str, column: str, value: str) -> _Unusable:
        return _Unusable(Problem(code, file=file, row=number, column=columns.get(column, column), value=value))

    category = known.get(folded(cell("category")))
    if category is None:
        raise unusable("export-category", "category", cell("category"))
    point = _point(cell("point"), cell("latitude"), cell("longitude"))
    if point == ():
        raise unusable("export-point", "point", cell("point") or f"{cell('latitude')} {cell('longitude')}")
    if point is None and not cell("address"):
        raise unusable("report-place-missing", "address", "")
    received = _moment(cell("received"), zone, now)
    if received is None or received > now:
        raise unusable("export-date", "received", cell("received"))
    latitude, longitude = point or (None, None)
    key = cell("key").removeprefix("uuid:")
    if not key:
        raise unusable("export-keyless", "key", "")
    return Imported(key, category, received, cell("words"), cell("address"), latitude, longitude, number)


def _point(point: str, latitude: str, longitude: str) -> tuple[float, float] | tuple[()] | None:
    """Latitude and longitude; None where nothing is said, an empty tuple where it cannot be a point."""
    parts = [latitude, longitude] if latitude or longitude else point.replace(",", " ").split()[:2]
    if not any(parts):
        return None
    try:
        north, east = (float(part) for part in parts)
    except ValueError:
        return ()
    fits = math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180
    return (north, east) if fits and (north, east) != (0.0, 0.0) else ()


def _moment(text: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    if not text:
        return now
    try:
        found = dt.datetime.fromisoformat(text.replace(" ", "T", 1))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _columns(table: RawTable, names: Names, file: str) -> dict[str, str]:
    """Which column of the table is which; personal ones are not looked at."""
    personal = set(_rules()["personal"]["names"])
    there = {_plain(name): name for name in reversed(table.columns) if _plain(name) not in personal}
    found = {}
    for what, usual in _rules()["columns"].items():
        wanted = [_plain(name) for name in (*names.columns.get(what, ()), *usual)]
        first = next((there[name] for name in wanted if name in there), "")
        if first:
            found[what] = first
    lacking = [what for what in NEEDED if what not in found]
    if not ({"point", "address"} & found.keys() or {"latitude", "longitude"} <= found.keys()):
        lacking.append("point")
    if lacking:
        there_named = {"there": ", ".join(table.columns)}
        raise SourceFileError(
            [Problem("export-column-missing", file=file, value=one, values=there_named) for one in lacking]
        )
    return found


def _category_names(categories: Mapping[str, Category], names: Names) -> dict[str, str]:
    """Folded code, name in either language, or the city's own word → code."""
    strangers = sorted(set(names.categories.values()) - set(categories))
    if strangers:
        raise ObservatoryError([Problem("export-category", file=FILE, value=one) for one in strangers])
    known = {folded(text): code for code, one in categories.items() for text in (one.name.en, one.name.es, code)}
    return known | {folded(word): code for word, code in names.categories.items()}


def _options(path: Path) -> ReaderOptions:
    """KoboToolbox separates by semicolons, ODK by commas: the header says which."""
    if path.suffix.lower() != ".csv":
        return ReaderOptions()
    with path.open("rb") as file:
        head = file.readline(100_000)
    return ReaderOptions(delimiter=";" if head.count(b";") > head.count(b",") else ",")


def _shapes(table: RawTable, file: str) -> Sequence[Problem]:
    return [
        Problem(code, file=file, row=row, value=value or "")
        for row, code, value in table.rejects.select("row", "code", "value").iter_rows()
    ]


def _plain(name: str) -> str:
    return folded(name.rpartition("/")[2]).lower()


def _rules() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "columns.toml").read_text("utf-8"))
