"""Sources: received files are read, harmonised by their profile, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from convive.engine import Engine, LocalEngine
from convive.errors import BuildError, ConviveError, Findings, Problem, ProfileError, SourceFileError
from convive.observatory import Observatory
from convive.progress import Progress, Silent
from convive.sources.aggregates import harmonise_aggregates
from convive.sources.harmonise import Delivery, complete, harmonise
from convive.sources.profile import PROFILE_FILE, Profile, load_profile
from convive.sources.reading import read
from convive.sources.rejects import rejects_of
from convive.standard import aggregates_schema, files_schema, record_schema, rejects_schema
from convive.territory import Territory

__all__ = ["Harmonised", "newest_delivery", "read_sources"]


@dataclass(frozen=True)
class Harmonised:
    """Everything received, harmonised: tables with the columns of the standard's schemas. ``covers``: source_id,
    unit_code, first, last of what profiles declare to look at. ``problems`` are told, not fatal.
    """

    records: pl.DataFrame
    rejects: pl.DataFrame
    aggregates: pl.DataFrame
    files: pl.DataFrame
    covers: pl.DataFrame
    problems: tuple[Problem, ...]


def read_sources(
    observatory: Observatory,
    territory: Territory,
    *,
    as_of: dt.date,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Harmonised:
    """Read every file of every source, where ``engine`` does its work.

    Raises :class:`ProfileError` (:class:`SourceFileError` where only files are wrong) with all problems that concern
    a profile or a file as a whole, of all sources at once; :class:`BuildError` if the account of a file does not
    balance: rows read = rows of records + rejected rows + aggregates.
    """
    progress = progress or Silent()
    profiles, problems = _profiles(observatory)
    received, found = _files(profiles)
    covers, unknown = _covers(profiles, territory)
    problems += found + unknown
    progress.start("sources.reading", total=len(received))
    parts: list[_Part] = []
    told: list[Problem] = []
    seen: dict[tuple[str, str | int], str] = {}
    only_files = not problems
    parts_taken = (engine or LocalEngine()).each(partial(_taken, territory, as_of), received)
    for (folder, path, profile), part in zip(received, parts_taken, strict=True):
        progress.advance()
        if isinstance(part, BuildError):
            raise part
        if isinstance(part, Findings):
            only_files = only_files and isinstance(part, SourceFileError)
            problems += [_at(folder.name, problem) for problem in part.problems]
            continue
        label = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        first = seen.setdefault((str(part.file["file_sha256"]), profile.reader.sheet), label)
        if first == label:
            parts.append(part)
            told += part.problems
        else:
            told.append(Problem("same-file-twice", file=label, value=first))
    if problems:
        raise SourceFileError(problems) if only_files else ProfileError(problems)
    return _whole(parts, covers, told)


def newest_delivery(observatory: Observatory) -> dt.date | None:
    """The latest ``received_on`` of all profiles; None where none says it."""
    profiles, _ = _profiles(observatory)
    dates = [profile.profile.received_on for _, profile in profiles if profile.profile.received_on]
    return max(dates, default=None)


def _taken(territory: Territory, as_of: dt.date, received: tuple[Path, Path, Profile]) -> _Part | Findings:
    """One file read and harmonised, or what is wrong with it."""
    folder, path, profile = received
    try:
        delivery = Delivery(folder.name, path.relative_to(folder).as_posix(), profile, read(path, profile.reader))
        return _part(delivery, territory, as_of)
    except Findings as error:
        return error


@dataclass(frozen=True)
class _Part:
    records: pl.DataFrame | None
    aggregates: pl.DataFrame | None
    rejects: pl.DataFrame
    file: dict[str, object]
    problems: list[Problem]


def _profiles(observatory: Observatory) -> tuple[list[tuple[Path, Profile]], list[Problem]]:
    profiles: list[tuple[Path, Profile]] = []
    problems: list[Problem] = []
    folders = observatory.source_folders()
    if not folders:
        problems.append(Problem("no-sources", file=str(observatory.folder)))
    for folder in folders:
        try:
            profiles.append((folder, load_profile(folder)))
        except ConviveError as error:
            problems += error.problems
    return profiles, problems


def _files(profiles: list[tuple[Path, Profile]]) -> tuple[list[tuple[Path, Path, Profile]], list[Problem]]:
    received: list[tuple[Path, Path, Profile]] = []
    problems: list[Problem] = []
    for folder, profile in profiles:
        there = sorted({path for pattern in profile.reader.files for path in folder.glob(pattern) if _is_data(path)})
        garbled = [path for path in there if not _is_text(str(path.relative_to(folder.parent)))]
        problems += [Problem("name-garbled", file=_shown(path.relative_to(folder.parent))) for path in garbled]
        there = [path for path in there if path not in garbled]
        received += [(folder, path, profile) for path in there]
        if not there and not garbled:
            problems.append(Problem("no-files", file=folder.name, value=", ".join(profile.reader.files)))
    return received, problems


def _is_text(name: str) -> bool:
    """Whether the name of a file can be written: archives made on old Windows leave bytes that are no letters."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _shown(path: Path) -> str:
    return path.as_posix().encode(errors="replace").decode()


def _is_data(path: Path) -> bool:
    return path.is_file() and path.name != PROFILE_FILE and not path.name.startswith((".", "~$"))


def _part(delivery: Delivery, territory: Territory, as_of: dt.date) -> _Part:
    counted = delivery.profile.profile.row == "aggregate"
    result = harmonise_aggregates(delivery, territory) if counted else harmonise(delivery, territory, as_of=as_of)
    rejects = rejects_of(delivery, result.unused, as_of=as_of)
    used = result.records["row"].n_unique()
    rejected = rejects.filter(pl.col("scope") == "row")["row"].n_unique()
    label = f"{delivery.source_id}/{delivery.file}"
    if delivery.raw.rows != used + rejected:
        values = {"rows": delivery.raw.rows, "used": used, "rejected": rejected}
        raise BuildError(Problem("rows-lost", file=label, values=values))
    about = delivery.profile.profile
    file: dict[str, object] = {
        "source_id": delivery.source_id,
        "source_body": about.body,
        "file": delivery.file,
        "file_sha256": delivery.raw.sha256,
        "bytes": delivery.raw.bytes,
        "rows": delivery.raw.rows,
        "records": 0 if counted else result.records.height,
        "rejected": rejected,
        "aggregates": result.records.height if counted else 0,
        "title_es": about.title.es,
        "title_en": about.title.en,
        "publisher": about.publisher,
        "licence": about.licence,
        "received_on": about.received_on,
        "synthetic": about.synthetic,
    }
    records, aggregates = (None, result.records) if counted else (result.records, None)
    told = [_at(delivery.source_id, problem) for problem in delivery.raw.problems] + result.problems
    return _Part(records, aggregates, rejects, file, told)


def _whole(parts: list[_Part], covers: pl.DataFrame, told: list[Problem]) -> Harmonised:
    records = [part.records for part in parts if part.records is not None]
    empty = pl.DataFrame(schema=record_schema())
    return Harmonised(
        records=complete(pl.concat(_alike(records), rechunk=False)) if records else empty,
        rejects=pl.concat([pl.DataFrame(schema=rejects_schema()), *(part.rejects for part in parts)]),
        aggregates=pl.concat(
            [
                pl.DataFrame(schema=aggregates_schema()),
                *(part.aggregates for part in parts if part.aggregates is not None),
            ]
        ),
        files=pl.DataFrame([part.file for part in parts], schema=files_schema()),
        covers=covers,
        problems=tuple(told),
    )


def _covers(profiles: list[tuple[Path, Profile]], territory: Territory) -> tuple[pl.DataFrame, list[Problem]]:
    """What the profiles declare to cover, and the units among it that the territory does not know."""
    rows: list[tuple[str, str | None, dt.date | None, dt.date | None]] = []
    problems: list[Problem] = []
    known = set(territory.units["code"])
    for folder, profile in profiles:
        if told := profile.covers:
            label = f"{folder.name}/{PROFILE_FILE}"
            unknown = [unit for unit in told.units if unit not in known]
            problems += [
                Problem("covers-unknown-unit", file=label, column="covers.units", value=unit) for unit in unknown
            ]
            rows += [(folder.name, unit, told.first, told.last) for unit in told.units or (None,)]
    schema = {"source_id": pl.String, "unit_code": pl.String, "first": pl.Date, "last": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row"), problems


def _alike(records: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """All deliveries with the columns that any of them feeds, so that they can be stacked."""
    schema = record_schema()
    fed = [name for name in schema if any(name in frame.columns for frame in records)]
    return [complete(frame).select(fed) for frame in records]


def _at(source_id: str, problem: Problem) -> Problem:
    place = problem.file if "/" in problem.file or problem.file == source_id else f"{source_id}/{problem.file}"
    return Problem(problem.code, place, problem.row, problem.column, problem.value, problem.values)
