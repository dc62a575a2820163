"""Units of territory and their tree, from tables and from the properties of boundaries."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from convive.errors import Problem
from convive.territory.names import as_written
from convive.territory.notes import Notes, of_rows
from convive.territory.settings import PopulationTable, Settings, UnitColumns, UnitTable
from convive.territory.tables import filtered, properties, read_csv, read_features, require, text_of

UNITS_SCHEMA: dict[str, pl.DataType] = {
    "code": pl.String(),
    "name": pl.String(),
    "level": pl.String(),
    "parent": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}
ALIASES_SCHEMA: dict[str, pl.DataType] = {"code": pl.String(), "alias": pl.String()}
_READ = ("code", "name", "level", "parent", "valid_from", "valid_to", "aliases")


def read_units(folder: Path, settings: Settings, notes: Notes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units (:data:`UNITS_SCHEMA`, by level and code) and their other names (code, alias).

    The first table that names a unit gives its name; names that other tables write become aliases.
    """
    named = (*settings.units, *(as_units(table, settings) for table in settings.population if table.units))
    tables = [_read_table(folder, table, settings, notes) for table in named]
    rows = pl.concat([_country_rows(settings), *(table for table in tables if table is not None)])
    rows = rows.with_columns(parent=_parent(settings))
    units = rows.group_by("code", maintain_order=True).agg(
        *(pl.col(column).drop_nulls().first() for column in ("name", "level", "parent", "valid_from", "valid_to")),
        *(pl.col(column).first() for column in ("file", "row")),
    )
    _check(units, settings, notes)
    rank = {level: number for number, level in enumerate(settings.levels)}
    order = pl.col("level").replace_strict(rank, default=len(rank), return_dtype=pl.Int32)
    aliases = _aliases(rows, units)
    units = units.with_columns(name=as_written("name"))
    return units.sort(order, "code").select(list(UNITS_SCHEMA)), aliases


def ancestors_of(units: pl.DataFrame) -> pl.DataFrame:
    """code, ancestor, level of the ancestor: every unit with itself and all above it (nothing beyond a circle)."""
    parents = units.select("code", "parent")
    step = units.select("code", ancestor="code")
    steps: list[pl.DataFrame] = []
    while not step.is_empty() and len(steps) <= units["level"].n_unique():
        steps.append(step)
        up = step.join(parents, left_on="ancestor", right_on="code").select("code", ancestor="parent")
        step = up.join(units.select("code"), left_on="ancestor", right_on="code", how="semi")
    every = pl.concat(steps or [step]).unique(maintain_order=True)
    return every.join(units.select(ancestor="code", level="level"), on="ancestor", maintain_order="left")


def own_code(column: str, settings: Settings) -> pl.Expr:
    """The code as this territory writes it: the country's own code for the zeros of the tables."""
    written = pl.col(column)
    if settings.nation is None:
        return written
    return pl.when(written.is_in(settings.nation.written_as)).then(pl.lit(settings.nation.code)).otherwise(written)


def wanted(settings: Settings, column: str = "code") -> pl.Expr:
    """Whether a code is within ``only``; the country and units without a numeric code always are."""
    if not settings.only:
        return pl.lit(value=True)
    written = pl.col(column)
    below = pl.any_horizontal([written.str.starts_with(code) for code in settings.only])
    above = written.is_in([code[:n] for code in settings.only for n in settings.lengths.values()])
    return below | above | ~written.str.contains(r"^\d+$")


def as_units(table: PopulationTable, settings: Settings) -> UnitTable:
    """A population table read for the units that it names, one row a unit and year."""
    level = table.level or settings.levels[-1]
    columns = UnitColumns(code=table.columns.code, name=table.columns.naming(level))
    received = table.model_dump(include={"file", "encoding", "delimiter", "filters", "skip"})
    return UnitTable(**received, level=level, columns=columns, repeats=True)


def _read_table(folder: Path, table: UnitTable, settings: Settings, notes: Notes) -> pl.DataFrame | None:
    names = table.columns.model_dump()
    if table.file.lower().endswith((".geojson", ".json")):
        features = read_features(folder, table.file, notes)
        frame = (
            None
            if features is None
            else filtered(properties(features, [*names.values(), *table.filters]), table, notes)
        )
    else:
        frame = read_csv(folder, table, notes)
    if frame is None or not require(frame, [table.columns.code, table.columns.name], table.file, notes):
        return None
    rows = frame.select(*(text_of(names[key], frame).alias(key) for key in _READ), "row", file=pl.lit(table.file))
    rows = rows.filter(~pl.col("code").is_in(table.skip).fill_null(value=False))
    rows = rows.with_columns(code=own_code("code", settings)).filter(pl.col("code").is_null() | wanted(settings))
    notes.fatal.extend(
        of_rows("unit-without-code", rows.filter(pl.col("code").is_null()), column=names["code"], value="name")
    )
    rows = rows.filter(pl.col("code").is_not_null())
    if not table.repeats:
        again = rows.filter(~pl.col("code").is_first_distinct())
        notes.fatal.extend(of_rows("unit-twice", again, column=names["code"], value="code"))
    return _dated(rows.with_columns(level=_level(table, settings)), table, notes)


def _dated(rows: pl.DataFrame, table: UnitTable, notes: Notes) -> pl.DataFrame:
    names = table.columns.model_dump()
    for column in ("valid_from", "valid_to"):
        bad = rows.filter(pl.col(column).is_not_null() & pl.col(column).str.to_date(strict=False).is_null())
        notes.fatal.extend(of_rows("unit-date-bad", bad, column=names[column], value=column))
    return rows.with_columns(pl.col("valid_from", "valid_to").str.to_date(strict=False), pl.col("row").cast(pl.Int64))


def _level(table: UnitTable, settings: Settings) -> pl.Expr:
    by_length = {length: level for level, length in settings.lengths.items()}
    digits = pl.when(pl.col("code").str.contains(r"^\d+$")).then(pl.col("code").str.len_chars().cast(pl.Int64))
    found = digits.replace_strict(by_length, default=None, return_dtype=pl.String)
    level = pl.coalesce("level", found, pl.lit(table.level, dtype=pl.String))
    if settings.nation is None:
        return level
    return pl.when(pl.col("code") == settings.nation.code).then(pl.lit("country")).otherwise(level)


def _parent(settings: Settings) -> pl.Expr:
    """The parent that a row names; under prefix nesting the beginning of its code; else the country, for the level
    below it.
    """
    choices = [pl.col("parent")]
    levels = list(settings.lengths.items())
    if settings.nesting == "prefix":
        for (_, above), (level, _) in pairwise(levels):
            choices.append(pl.when(pl.col("level") == level).then(pl.col("code").str.head(above)))
    if settings.nation is not None and len(settings.levels) > 1:
        top = pl.col("level") == settings.levels[1]
        choices.append(pl.when(top).then(pl.lit(settings.nation.code)))
    return pl.coalesce(choices)


def _country_rows(settings: Settings) -> pl.DataFrame:
    schema: dict[str, Any] = {**UNITS_SCHEMA, "aliases": pl.String, "row": pl.Int64, "file": pl.String}
    order = [*_READ, "row", "file"]
    if settings.nation is None:
        return pl.DataFrame(schema={column: schema[column] for column in order})
    country = settings.nation
    row = {"code": country.code, "name": country.name, "level": "country", "aliases": ";".join(country.names)}
    return pl.DataFrame([row | {"file": "territory.toml"}], schema={column: schema[column] for column in order})


def _aliases(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    written = rows.select("code", alias=pl.col("aliases").str.split(";")).explode("alias")
    others = rows.select("code", alias="name")
    every = pl.concat([written, others]).with_columns(pl.col("alias").str.strip_chars()).filter(pl.col("alias") != "")
    known = units.select("code", alias="name")
    return every.unique(maintain_order=True).join(known, on=["code", "alias"], how="anti", maintain_order="left")


def _check(units: pl.DataFrame, settings: Settings, notes: Notes) -> None:
    if units.height <= (settings.nation is not None):
        notes.fatal.append(Problem("units-missing", file="territory.toml"))
    unnamed = units.filter(pl.col("name").is_null())
    notes.fatal.extend(of_rows("unit-without-name", unnamed, column="name", value="code"))
    astray = units.filter(~pl.col("level").is_in(settings.levels).fill_null(value=False))
    for file, row, code, level in astray.select("file", "row", "code", "level").iter_rows():
        values = {"code": code, "known": ", ".join(settings.levels)}
        notes.fatal.append(
            Problem("unit-level-unknown", file=file, row=row, column="level", value=level or "", values=values)
        )
    orphans = units.filter(pl.col("parent").is_not_null()).join(units, left_on="parent", right_on="code", how="anti")
    for file, row, code, parent in orphans.select("file", "row", "code", "parent").iter_rows():
        notes.fatal.append(
            Problem("unit-parent-missing", file=file, row=row, column="parent", value=parent, values={"code": code})
        )
    _check_tree(units, settings, notes)


def _check_tree(units: pl.DataFrame, settings: Settings, notes: Notes) -> None:
    circles = _in_circles(units)
    notes.fatal.extend(
        of_rows("unit-circle", units.filter(pl.col("code").is_in(circles)), column="parent", value="code")
    )
    rank = {level: number for number, level in enumerate(settings.levels)}
    ranked = units.with_columns(rank=pl.col("level").replace_strict(rank, default=None, return_dtype=pl.Int64))
    above = ranked.select(parent="code", above="rank")
    upside = ranked.join(above, on="parent").filter(
        (pl.col("above") >= pl.col("rank")) & ~pl.col("code").is_in(circles)
    )
    for file, row, code, parent in upside.select("file", "row", "code", "parent").iter_rows():
        notes.fatal.append(
            Problem("unit-parent-finer", file=file, row=row, column="parent", value=parent, values={"code": code})
        )


def _in_circles(units: pl.DataFrame) -> list[str]:
    """Units that are their own ancestor: what is left after taking away, again and again, units whose parent is gone
    and leaves.
    """
    left = units.select("code", "parent").filter(pl.col("parent").is_not_null())
    while True:
        kept = left.join(left, left_on="parent", right_on="code", how="semi")
        kept = kept.join(left, left_on="code", right_on="parent", how="semi")
        if kept.height == left.height:
            return left["code"].to_list()
        left = kept
