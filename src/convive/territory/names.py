"""From the names of a place to its unit, going from the coarsest name to the finest.

Each name narrows the units that the row can mean to those below the ones found before. A name that several units bear is settled only by
the other names; left alone it is not guessed. Only names that no unit bears are compared by likeness, within what is already known.
"""

from __future__ import annotations

import polars as pl

from convive.territory.gazetteer import Gazetteer, keys_of

RANKS = {"code": 5, "exact": 4, "alias": 3, "probable": 2, "parent_only": 1, "unresolved": 0}
NAMED_SCHEMA: dict[str, pl.DataType] = {
    "i": pl.UInt32(),
    "unit": pl.String(),
    "rank": pl.Int32(),
    "score": pl.Float64(),
    "problem": pl.String(),
}


def resolve_names(rows: pl.DataFrame, levels: list[str], gazetteer: Gazetteer) -> pl.DataFrame:
    """:data:`NAMED_SCHEMA`, one row for each of ``rows`` (i, own_country, one column a level, place, place_level).

    ``unit`` is the finest unit on which the names agree; ``rank`` tells how sure (:data:`RANKS`), null where no name was given.
    """
    state = rows.select(
        "i",
        unit=pl.lit(None, dtype=pl.String),
        rank=pl.lit(None, dtype=pl.Int32),
        score=pl.lit(None, dtype=pl.Float64),
        problem=pl.lit(None, dtype=pl.String),
        agreed=pl.lit(0, dtype=pl.Int32),
        open=pl.lit(value=False),
    )
    possible = pl.DataFrame(schema={"i": pl.UInt32, "code": pl.String})
    for level in levels:
        asked = rows.select("i", name=level, level=pl.lit(level)).filter(pl.col("name").is_not_null())
        if not asked.is_empty():
            state, possible = _narrow(state, possible, asked, gazetteer)
    asked = rows.select("i", name="place", level="place_level").filter(pl.col("name").is_not_null())
    if not asked.is_empty():
        state, possible = _narrow(state, possible, asked, gazetteer)
    state = state.with_columns(
        rank=pl.when(pl.col("open") & pl.col("unit").is_not_null()).then(RANKS["parent_only"]).otherwise("rank"),
    )
    return state.select(pl.col(name).cast(dtype) for name, dtype in NAMED_SCHEMA.items())


def _narrow(
    state: pl.DataFrame, possible: pl.DataFrame, asked: pl.DataFrame, gazetteer: Gazetteer
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One more name: what it makes of each row's state and of the units that the row can mean."""
    asked = asked.join(keys_of(asked["name"]), on="name", maintain_order="left").join(state.select("i", "unit"), on="i")
    bearing = _bearing(asked, gazetteer)
    fitting = _fitting(bearing, possible, gazetteer)
    likely = _likely(asked, bearing, possible, gazetteer)
    found = pl.concat([fitting, likely])
    outcome = (
        asked.select("i", "unit")
        .join(_first_and_number(found), on="i", how="left")
        .join(bearing.select("i").unique().with_columns(borne=pl.lit(value=True)), on="i", how="left")
    )
    rest = possible.join(found.select("i"), on="i", how="anti")
    return _next_state(state, outcome.drop("unit")), pl.concat(
        [rest, found.select("i", "code"), _quarrel(outcome, bearing, state)]
    )


def _first_and_number(found: pl.DataFrame) -> pl.DataFrame:
    """i, n (units found), and of the first of them code, found (rank) and likeness."""
    first = {"code": "code", "found": "rank", "likeness": "score"}
    return found.group_by("i").agg(n=pl.len(), **{name: pl.col(column).first() for name, column in first.items()})


def _quarrel(outcome: pl.DataFrame, bearing: pl.DataFrame, state: pl.DataFrame) -> pl.DataFrame:
    """Where one coarser name stands against this one, a finer name may settle it: both sides stay possible."""
    single = state.filter(pl.col("agreed") == 1).select("i")
    against = outcome.filter(pl.col("n").is_null() & pl.col("borne").fill_null(value=False)).join(
        single, on="i", how="semi"
    )
    return bearing.join(against, on="i", how="semi").select("i", "code")


def _bearing(asked: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """i, code, rank, score of all units that bear the name at the level asked (at any, where none is)."""
    borne = asked.select("i", "key", asked="level").join(gazetteer.names, on="key")
    borne = borne.filter(pl.col("asked").is_null() | (pl.col("asked") == pl.col("level")))
    rank = pl.when("alias").then(RANKS["alias"]).otherwise(RANKS["exact"])
    return borne.select("i", "code", rank=rank.cast(pl.Int32), score=pl.lit(100.0), free=pl.col("asked").is_null())


def _fitting(bearing: pl.DataFrame, possible: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Of the units that bear the name, those within what the row can mean; own names before aliases, one that holds the others alone."""
    constrained = possible.select("i").unique()
    inside = (
        bearing.join(gazetteer.ancestors, on="code")
        .join(possible.select("i", ancestor="code"), on=["i", "ancestor"], how="semi")
        .select(bearing.columns)
    )
    fitting = pl.concat([inside, bearing.join(constrained, on="i", how="anti")]).unique(
        ["i", "code"], maintain_order=True
    )
    fitting = fitting.filter(pl.col("rank") == pl.col("rank").max().over("i"))
    return _holding_others(fitting, gazetteer).sort("i", "code").select("i", "code", "rank", "score")


def _holding_others(fitting: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """For a name asked at no level («Tumbes» is department, province, district and city): the unit that holds all the others, if one does."""
    several = fitting.filter(pl.col("free") & (pl.len().over("i") > 1))
    if several.is_empty():
        return fitting
    pairs = several.join(gazetteer.ancestors, on="code").join(
        several.select("i", ancestor="code"), on=["i", "ancestor"]
    )
    held = pairs.group_by("i", "ancestor").agg(held=pl.col("code").n_unique())
    total = several.group_by("i").agg(total=pl.len())
    top = held.join(total, on="i").filter(pl.col("held") == pl.col("total")).select("i", code="ancestor")
    settled = fitting.join(top, on=["i", "code"], how="semi")
    return pl.concat([fitting.join(top, on="i", how="anti"), settled])


def _likely(asked: pl.DataFrame, bearing: pl.DataFrame, possible: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """i, code, rank, score for names that no unit bears, by likeness within the unit already known."""
    many = possible.group_by("i").len().filter(pl.col("len") > 1)
    left = asked.filter(pl.col("key").is_not_null()).join(bearing, on="i", how="anti").join(many, on="i", how="anti")
    distinct = left.select("unit", "level", "key").unique(maintain_order=True)
    answers = [(*row, *(gazetteer.similar(*row) or (None, None))) for row in distinct.iter_rows()]
    schema = {"unit": pl.String, "level": pl.String, "key": pl.String, "code": pl.String, "score": pl.Float64}
    answered = pl.DataFrame(answers, schema=schema, orient="row").filter(pl.col("code").is_not_null())
    found = left.join(answered, on=["unit", "level", "key"], nulls_equal=True)
    return found.select("i", "code", rank=pl.lit(RANKS["probable"], dtype=pl.Int32), score="score")


def _next_state(state: pl.DataFrame, outcome: pl.DataFrame) -> pl.DataFrame:
    """Take in one name: found once, found several times, borne only elsewhere, or unknown."""
    joined = state.join(outcome.with_columns(named=pl.lit(value=True)), on="i", how="left", maintain_order="left")
    named = pl.col("named").fill_null(value=False)
    n = pl.col("n").fill_null(0)
    once, several = named & (n == 1), named & (n > 1)
    elsewhere = named & (n == 0) & pl.col("borne").fill_null(value=False)
    unknown = named & (n == 0) & ~pl.col("borne").fill_null(value=False)
    alone = elsewhere & (pl.col("agreed") == 1)
    # Found below a name that was skipped as unknown: sure of the unit, less sure that the row means it.
    doubtful = pl.when("open").then(RANKS["probable"]).otherwise(RANKS["exact"])
    rank = pl.min_horizontal("rank", "found", doubtful)
    return joined.select(
        "i",
        unit=pl.when(once).then("code").when(alone).then(None).otherwise("unit"),
        rank=pl.when(once)
        .then(rank)
        .when(named & pl.col("unit").is_null() | alone)
        .then(RANKS["unresolved"])
        .otherwise("rank"),
        score=pl.when(once).then(pl.min_horizontal("score", "likeness")).when(alone).then(None).otherwise("score"),
        problem=pl.when(once)
        .then(pl.when(pl.col("problem") != "ambiguous-place").then("problem"))
        .when(several)
        .then(pl.lit("ambiguous-place"))
        .when(elsewhere)
        .then(pl.lit("place-names-disagree"))
        .when(unknown)
        .then(pl.lit("unknown-place"))
        .otherwise("problem"),
        agreed=pl.when(once).then(pl.col("agreed") + 1).when(alone).then(0).otherwise("agreed"),
        open=pl.when(once).then(pl.lit(value=False)).when(named).then(pl.lit(value=True)).otherwise("open"),
    )
