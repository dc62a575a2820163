"""Where: a place's code and names become a unit of the territory; a point, the unit that holds it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from convive.sources.missing import text_value
from convive.sources.profile import Place
from convive.sources.values import CATEGORY, SCOPED_SCHEMA, UNUSED_SCHEMA, Harvest
from convive.territory import Territory

SEPARATOR = " / "


def placed(
    frame: pl.DataFrame,
    name: str,
    place: Place,
    parts: Mapping[str, str],
    words: Mapping[str, str],
    territory: Territory,
) -> Harvest:
    """Unit, level and certainty of one place; what the territory does not know is told and the row goes on."""
    if not parts:
        return _stated(name, str(place.constant), territory)
    sources = list(parts.values())
    combinations = frame.select(sources).unique(maintain_order=True)
    asked = combinations.select(
        *(text_value(source, words).alias(part) for part, source in parts.items()), coding=pl.lit(place.coding)
    )
    answer = territory.resolve(asked)
    raw = pl.concat_str([text_value(source, words) for source in sources], separator=SEPARATOR, ignore_nulls=True)
    table = combinations.with_columns(
        unit=answer["unit_code"], level=answer["level"], certainty=answer["certainty"], problem=answer["problem_code"]
    ).with_columns(said=combinations.select(raw).to_series().replace("", None))
    table = table.with_columns(pl.col("unit", "level", "certainty", "said").cast(CATEGORY))
    found = frame.select("row", *sources).join(table, on=sources, how="left", nulls_equal=True, maintain_order="left")
    return Harvest(_columns(name, found), [_told(found, SEPARATOR.join(sources))])


def located(records: pl.DataFrame, territory: Territory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``records`` whose occurrence has a point but no unit get the finest unit that holds the point; and the rows
    whose point lies outside all units: row, column, value, code, scope.

    A schematic boundary is a drawing: no point is looked for in it.
    """
    told = pl.DataFrame(schema=SCOPED_SCHEMA)
    level = _surveyed(territory)
    if not {"longitude", "latitude"} <= set(records.columns) or level is None:
        return records, told
    if "occurrence_unit" not in records.columns:
        records = records.with_columns(_nowhere("occurrence"))
    lacking = pl.col("occurrence_unit").is_null() & pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    points = records.filter(lacking).select("record_id", "row", "longitude", "latitude")
    if points.is_empty():
        return records, told
    units = territory.locate(points["longitude"].to_numpy(), points["latitude"].to_numpy(), level=level)
    points = points.with_columns(unit=pl.Series(units, dtype=pl.String))
    outside = points.filter(pl.col("unit").is_null()).select(
        "row",
        column=pl.lit("longitude, latitude"),
        value=pl.format("{}, {}", "longitude", "latitude"),
        code=pl.lit("point-outside"),
        scope=pl.lit("value"),
    )
    found = records.select("record_id").join(points, on="record_id", how="left", maintain_order="left")["unit"]
    inside = {"unit": pl.lit(found), "level": pl.lit(level), "certainty": pl.lit("point")}
    return records.with_columns(
        pl.when(pl.lit(found).is_not_null())
        .then(said)
        .otherwise(pl.col(f"occurrence_{part}").cast(pl.String))
        .cast(CATEGORY)
        .alias(f"occurrence_{part}")
        for part, said in inside.items()
    ), outside


def _surveyed(territory: Territory) -> str | None:
    """The finest level with boundaries that were surveyed."""
    drawn = {edition.settings.level for edition in territory.editions if not edition.settings.schematic}
    return next((level for level in reversed(territory.levels) if level in drawn), None)


def _nowhere(name: str) -> list[pl.Expr]:
    nothing = {"unit": None, "level": None, "certainty": "not_recorded", "raw": None}
    return [pl.lit(value, dtype=CATEGORY).alias(f"{name}_{part}") for part, value in nothing.items()]


def _stated(name: str, unit: str, territory: Territory) -> Harvest:
    level = dict(territory.units.select("code", "level").iter_rows()).get(unit)
    return Harvest(
        [
            pl.lit(unit if level else None, dtype=CATEGORY).alias(f"{name}_unit"),
            pl.lit(level, dtype=CATEGORY).alias(f"{name}_level"),
            pl.lit("code" if level else "unresolved", dtype=CATEGORY).alias(f"{name}_certainty"),
            pl.lit(None, dtype=CATEGORY).alias(f"{name}_raw"),
        ]
    )


def _columns(name: str, found: pl.DataFrame) -> list[pl.Expr]:
    parts = {"unit": "unit", "level": "level", "certainty": "certainty", "raw": "said"}
    return [pl.lit(found[of]).alias(f"{name}_{part}") for part, of in parts.items()]


def _told(found: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        found.filter(pl.col("problem").is_not_null())
        .select("row", column=pl.lit(column), value=pl.col("said").cast(pl.String), code="problem")
        .cast(UNUSED_SCHEMA)
    )
