"""Inhabitants by unit and year, with what is wrong in the tables told by file, row, column and value."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convive.errors import Problem
from convive.territory.notes import Notes, of_rows, shown
from convive.territory.settings import PopulationTable, Settings
from convive.territory.tables import read_csv, require, text_of
from convive.territory.units import own_code, wanted

POPULATION_SCHEMA: dict[str, pl.DataType] = {
    "unit_code": pl.String(),
    "year": pl.Int64(),
    "population": pl.Int64(),
    "series": pl.String(),
    "synthetic": pl.Boolean(),
}
_YEARS = (1500, 2200)


def read_population(folder: Path, settings: Settings, units: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    """:data:`POPULATION_SCHEMA`, one row a unit and year, sorted.

    Where two tables tell of the same unit and year, the first listed holds; a difference between them is told. Two
    different values in one file stop the work, since nobody can know which is meant.
    """
    read = [_read_table(folder, table, settings, notes) for table in settings.population]
    tables = [table for table in read if table is not None]
    if not tables:
        return pl.DataFrame(schema=POPULATION_SCHEMA)
    rows = _of_known_units(pl.concat(tables), units, notes)
    _tell_twice(rows, notes)
    found = rows.unique(["unit_code", "year"], keep="first", maintain_order=True)
    _tell_sums(found, units, settings, notes)
    _tell_absent(found, units, notes)
    return found.select(list(POPULATION_SCHEMA)).sort("unit_code", "year")


def _read_table(folder: Path, table: PopulationTable, settings: Settings, notes: Notes) -> pl.DataFrame | None:
    frame = read_csv(folder, table, notes)
    names = table.columns
    needed = [names.code, names.value, *([] if table.year else [names.year])]
    if frame is None or not require(frame, needed, table.file, notes):
        return None
    rows = frame.select(
        pl.col("row").cast(pl.Int64),
        unit_code=text_of(names.code, frame),
        year_text=pl.lit(str(table.year)) if table.year else text_of(names.year, frame),
        population_text=text_of(names.value, frame),
        file=pl.lit(table.file),
        series=pl.lit(table.series),
        synthetic=pl.lit(table.synthetic),
    )
    rows = rows.filter(~pl.col("unit_code").is_in(table.skip).fill_null(value=False))
    rows = rows.with_columns(unit_code=own_code("unit_code", settings))
    if table.country and settings.nation:
        nation = pl.lit(settings.nation.code)
        written = pl.col("unit_code").is_in(table.country)
        rows = rows.with_columns(unit_code=pl.when(written).then(nation).otherwise("unit_code"))
    return _numbers(rows.filter(wanted(settings, "unit_code")), table, notes)


def _numbers(rows: pl.DataFrame, table: PopulationTable, notes: Notes) -> pl.DataFrame:
    """Rows with a usable year and population; the others are told."""
    number = pl.col("population_text").cast(pl.Float64, strict=False)
    rows = rows.with_columns(
        year=pl.col("year_text").cast(pl.Int64, strict=False),
        population=pl.when(number.is_finite()).then(number.round().cast(pl.Int64, strict=False)),
    )
    column = table.columns.value
    text = pl.col("population_text")
    faults = {
        "population-year-bad": (
            ~pl.col("year").is_between(*_YEARS).fill_null(value=False),
            table.columns.year,
            "year_text",
        ),
        "population-blank": (text.is_null(), column, "population_text"),
        "population-not-a-number": (text.is_not_null() & pl.col("population").is_null(), column, "population_text"),
        "population-zero": (pl.col("population") == 0, column, "population_text"),
        "population-negative": (pl.col("population") < 0, column, "population_text"),
    }
    for code, (bad, where, value) in faults.items():
        notes.fatal.extend(of_rows(code, rows.filter(bad), column=where, value=value))
    used = rows.filter((pl.col("population") > 0) & pl.col("year").is_between(*_YEARS))
    return used.drop("year_text", "population_text")


def _of_known_units(rows: pl.DataFrame, units: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    strange = rows.join(units, left_on="unit_code", right_on="code", how="anti")
    grouped = strange.group_by("file", maintain_order=True).agg(
        pl.col("row").first(), pl.col("unit_code").unique().sort()
    )
    for file, row, codes in grouped.iter_rows():
        values = {"n": len(codes)}
        notes.told.append(Problem("population-unit-unknown", file=file, row=row, value=shown(codes), values=values))
    return rows.join(units, left_on="unit_code", right_on="code", how="semi", maintain_order="left")


def _tell_twice(rows: pl.DataFrame, notes: Notes) -> None:
    key = ["unit_code", "year"]
    first = rows.unique(key, keep="first", maintain_order=True).select(
        *key, first="population", first_file="file", at="row"
    )
    other = rows.join(first, on=key, maintain_order="left").filter(pl.col("population") != pl.col("first"))
    columns = ("file", "row", "unit_code", "year", "population", "first", "first_file", "at")
    for file, row, unit, year, value, held, held_file, at in other.select(columns).iter_rows():
        values = {"unit": unit, "year": year, "first": held, "first_file": held_file, "first_row": at}
        code, notebook = (
            ("population-twice", notes.fatal) if file == held_file else ("population-two-tables", notes.told)
        )
        notebook.append(Problem(code, file=file, row=row, value=str(value), values=values))


def _tell_sums(found: pl.DataFrame, units: pl.DataFrame, settings: Settings, notes: Notes) -> None:
    """Children that all have a population must add up to their parent's; compared level by level."""
    tree = units.select(unit_code="code", parent="parent", level="level").filter(pl.col("parent").is_not_null())
    expected = tree.group_by("parent", "level").agg(children=pl.len())
    parts = (
        found.join(tree, on="unit_code")
        .group_by("parent", "level", "year")
        .agg(total=pl.col("population").sum(), told=pl.len())
    )
    whole = parts.join(expected, on=["parent", "level"]).filter(pl.col("told") == pl.col("children"))
    whole = whole.join(found, left_on=["parent", "year"], right_on=["unit_code", "year"])
    off = whole.filter((pl.col("total") / pl.col("population") - 1).abs() > settings.sum_tolerance)
    cities = pl.col("level") != "city"
    columns = ("file", "row", "parent", "year", "level", "population", "total")
    for file, row, parent, year, level, population, total in (
        off.filter(cities).sort("parent", "year").select(columns).iter_rows()
    ):
        values = {"unit": parent, "year": year, "level": level, "total": total}
        notes.told.append(Problem("population-sum-differs", file=file, row=row, value=str(population), values=values))


def _tell_absent(found: pl.DataFrame, units: pl.DataFrame, notes: Notes) -> None:
    """Units of a level that lack a year which other units of the level have."""
    levels = found.join(units.select(unit_code="code", level="level"), on="unit_code").select("level", "year").unique()
    should = units.select(unit_code="code", level="level").join(levels, on="level")
    absent = should.join(found, on=["unit_code", "year"], how="anti")
    grouped = absent.group_by("level", "year").agg(pl.col("unit_code")).sort("level", "year")
    for level, year, codes in grouped.iter_rows():
        values = {"n": len(codes), "level": level, "year": year}
        notes.told.append(Problem("population-absent", file="territory.toml", value=shown(codes), values=values))
