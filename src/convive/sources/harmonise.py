"""From a received table to standard records: one row a victim, coded, with everything that could not be used beside
it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from convive.errors import Problem, ProfileError
from convive.sources import values
from convive.sources.agreement import agreeing_dates
from convive.sources.causes import contradictions, external_cause, from_words, spoken_for
from convive.sources.columns import Available, columns_of, places_of
from convive.sources.derived import with_derived
from convive.sources.events import one_row_a_victim
from convive.sources.missing import words_of
from convive.sources.places import located, placed
from convive.sources.profile import Profile
from convive.sources.reading import RawTable
from convive.sources.values import CATEGORY, UNUSED_SCHEMA, Harvest, NumberStyle
from convive.standard import Field, classification, fields, record_schema
from convive.territory import Territory


@dataclass(frozen=True)
class Delivery:
    """One received file on its way: where it lies and what reading it gave."""

    source_id: str
    file: str
    profile: Profile
    raw: RawTable


@dataclass
class Harmonised:
    """Records with the columns that this delivery feeds, and the values and rows left out: row, column, value, code,
    scope.
    """

    records: pl.DataFrame
    unused: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)


def harmonise(delivery: Delivery, territory: Territory, *, as_of: dt.date) -> Harmonised:
    """Harmonise one file; raises :class:`ProfileError` where its columns are not those that the profile expects."""
    profile, frame = delivery.profile, delivery.raw.frame
    there = Available(delivery.raw.columns, file=f"{delivery.source_id}/{delivery.file}")
    fed, missing = columns_of(profile, there)
    where, missing_places = places_of(profile, there)
    victims_column = there.first(profile.victims.from_) if profile.victims else None
    if profile.victims and victims_column is None:
        missing.append(there.missing("victims", profile.victims.from_))
    if missing + missing_places:
        raise ProfileError(missing + missing_places)

    harvest = _provenance(delivery)
    frame, fed = _read_together(frame, fed, profile)
    for name, sources in fed.items():
        harvest += _field(frame, fields()[name], sources, profile, there, as_of)
    for name, parts in where.items():
        harvest += placed(frame, name, profile.places[name], parts, words_of(profile), territory)
    records = frame.lazy().select(harvest.expressions).collect()
    unused = pl.concat([pl.DataFrame(schema=UNUSED_SCHEMA), *harvest.unused])

    records, unused = one_row_a_victim(records, unused, frame, victims_column)
    records, outside = located(records, territory)
    unused = pl.concat([unused, outside, contradictions(records)])
    records = spoken_for(records, profile)
    records, unused = agreeing_dates(records, unused)
    records = with_derived(records)
    records, unused = _usable(records, unused, profile)
    return Harmonised(records, unused, there.unused(profile.ignore))


def _read_together(
    frame: pl.DataFrame, fed: dict[str, list[str]], profile: Profile
) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """Several columns that make up one value (a date and its hour) become one column, named after all of them."""
    several = {
        name: sources
        for name, sources in fed.items()
        if len(sources) > 1
        and fields()[name].kind != "text"
        and name != "icd10"
        and profile.columns[name].words is None
    }
    whole = {name: ", ".join(sources) for name, sources in several.items()}
    frame = frame.with_columns(
        pl.concat_str(sources, separator=" ", ignore_nulls=True).replace("", None).alias(whole[name])
        for name, sources in several.items()
    )
    return frame, fed | {name: [column] for name, column in whole.items()}


def _provenance(delivery: Delivery) -> Harvest:
    about, sha256 = delivery.profile.profile, delivery.raw.sha256
    said: dict[str, pl.Expr] = {
        "source_id": pl.lit(delivery.source_id, dtype=CATEGORY),
        "source_body": pl.lit(about.body, dtype=CATEGORY),
        "file": pl.lit(delivery.file, dtype=CATEGORY),
        "file_sha256": pl.lit(sha256, dtype=CATEGORY),
        "row": pl.col("row"),
        "synthetic": pl.lit(about.synthetic),
        "profile_version": pl.lit(delivery.profile.name, dtype=CATEGORY),
        "received_on": pl.lit(about.received_on, dtype=pl.Date),
    }
    return Harvest([expression.alias(name) for name, expression in said.items()])


def _field(
    frame: pl.DataFrame, field: Field, sources: list[str], profile: Profile, there: Available, as_of: dt.date
) -> Harvest:
    name, column = field.name, profile.columns[field.name]
    words, version = words_of(profile, column), f"{profile.profile.id}/{name}@{profile.profile.version}"
    numbers = NumberStyle(profile.reader.decimal, profile.reader.thousands)
    if not sources:
        return values.constant(name, str(column.constant), version)
    match field.kind:
        case "coded" if column.words:
            return from_words(frame, name, sources, column, words, version)
        case "coded" if name == "icd10":
            return external_cause(sources, words, version)
        case "coded":
            return values.coded(
                frame, name, sources[0], column, classification(str(field.classification)), words, version
            )
        case "date":
            return values.dated(frame, name, sources[0], column.formats, words, as_of)
        case "time":
            return values.timed(frame, name, sources[0], column.formats, words)
        case "datetime":
            return values.moment(frame, name, sources[0], column.formats, words, as_of)
        case "number" if name in ("age_years", "perpetrator_age_years"):
            return values.aged(frame, name, sources[0], there.first(column.unit_from), words, numbers)
        case "number":
            return values.numeric(frame, name, sources[0], words, numbers, pl.Float64)
        case "integer":
            return values.numeric(frame, name, sources[0], words, numbers, pl.Int32)
        case _:
            return values.text(name, sources, words)


def _usable(records: pl.DataFrame, unused: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows without any usable date are not records: the date that failed says why, else the row says that there is
    none.
    """
    needed = [name for name in profile.usable_with if name in records.columns]
    dated = pl.any_horizontal(pl.col(name).is_not_null() for name in needed) if needed else pl.lit(False)
    gone = records.filter(~dated).select("row").unique(maintain_order=True)
    if gone.is_empty():
        return records, unused
    date_codes = ["impossible-date", "unreadable-date", "future-date", "too-early-date"]
    failed = pl.col("row").is_in(gone["row"].implode()) & pl.col("code").is_in(date_codes)
    unused = unused.with_columns(scope=pl.when(failed).then(pl.lit("row")).otherwise("scope"))
    silent = gone.join(unused.filter(failed), on="row", how="anti").select(
        "row",
        column=pl.lit(", ".join(profile.usable_with)),
        value=pl.lit(""),
        code=pl.lit("no-usable-date"),
        scope=pl.lit("row"),
    )
    return records.filter(dated), pl.concat([unused, silent])


def complete(records: pl.DataFrame) -> pl.DataFrame:
    """``records`` with every column of the standard: fields that no source gives are not recorded."""
    schema: Any = record_schema()
    absent: list[pl.Expr] = []
    for name, dtype in schema.items():
        if name not in records.columns:
            absent.append(pl.lit(_absent(name), dtype=dtype).alias(name))
    return records.with_columns(absent).select(list(schema)).cast(schema)


def _absent(name: str) -> str | None:
    known = fields().get(name)
    silent = (known is not None and known.kind == "coded") or name.endswith(("_missing", "_certainty"))
    return "not_recorded" if silent else None
