"""Which unit a row's code and names mean, how sure that is, and what contradicts it."""

from __future__ import annotations

import polars as pl

from convive.territory.codes import inei_units, learn, reniec_parts, reniec_units
from convive.territory.gazetteer import Gazetteer, name_key, naming
from convive.territory.names import RANKS, resolve_names
from convive.territory.settings import Settings
from convive.territory.tables import text_of

RESOLVED_SCHEMA: dict[str, pl.DataType] = {
    "unit_code": pl.String(),
    "level": pl.String(),
    "certainty": pl.String(),
    "score": pl.Float64(),
    "problem_code": pl.String(),
}


def resolve(
    frame: pl.DataFrame, settings: Settings, units: pl.DataFrame, ancestors: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """``frame`` with :data:`RESOLVED_SCHEMA` added, rows in their order; see :meth:`convive.territory.Territory.resolve`."""
    levels = [level for level in settings.levels[1 if settings.country else 0 :] if level in frame.columns]
    rows = _rows(frame, levels, settings)
    named = _with_country(resolve_names(rows, levels, gazetteer), rows, settings)
    coded, far = _coded(rows, named, units, ancestors, settings.levels[-1])
    joined = _joined(rows, named, coded, ancestors, settings)
    joined = joined.join(units.select(unit="code", level_="level"), on="unit", how="left", maintain_order="left")
    abroad = pl.col("far") | (pl.col("i").is_in(far["i"].implode()) & ~pl.col("home"))
    said = pl.any_horizontal(pl.col(["code", *levels, "place", "country"]).is_not_null())
    words = {rank: word for word, rank in RANKS.items()}
    certainty = (
        pl.when(abroad)
        .then(pl.lit("abroad"))
        .when(~said)
        .then(pl.lit("not_recorded"))
        .otherwise(pl.col("rank").fill_null(0).replace_strict(words, return_dtype=pl.String))
    )
    settled = abroad | ~said
    answer = joined.sort("i").select(
        unit_code=pl.when(~settled).then("unit"),
        level=pl.when(~settled).then("level_"),
        certainty=certainty,
        score=pl.when(~settled & pl.col("unit").is_not_null()).then("score"),
        problem_code=pl.when(~settled).then("problem"),
    )
    return pl.concat([frame.drop(list(RESOLVED_SCHEMA), strict=False), answer], how="horizontal")


def _rows(frame: pl.DataFrame, levels: list[str], settings: Settings) -> pl.DataFrame:
    """i and every input column as stripped text, with ``home``: the country named is ours, ``far``: the place named is abroad."""
    columns = ["code", "coding", "country", *levels, "place", "place_level"]
    rows = frame.with_columns(pl.col(c).cast(pl.String) for c in columns if c in frame.columns)
    weight = pl.col("rows").cast(pl.Int64) if "rows" in frame.columns else pl.lit(1, dtype=pl.Int64)
    rows = rows.select(*(text_of(c, rows).alias(c) for c in columns), rows=weight).with_row_index("i")
    ours = settings.country.names if settings.country else ()
    keys = pl.Series(list(ours), dtype=pl.String).to_frame("name").select(name_key(pl.col("name")))["name"]
    outside = pl.Series(naming()["abroad"]).to_frame("name").select(name_key(pl.col("name")))["name"]
    country = name_key(pl.col("country"))
    home = country.is_in(keys.implode()).fill_null(value=False)
    foreign = country.is_not_null() & ~home & pl.lit(settings.country is not None)
    exiled = pl.any_horizontal(
        [name_key(pl.col(level)).is_in(outside.implode()).fill_null(value=False) for level in levels]
        or [pl.lit(value=False)]
    )
    return rows.with_columns(home=home, far=foreign | exiled)


def _with_country(named: pl.DataFrame, rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Where only the country is named and it is ours, that is the unit."""
    if settings.country is None:
        return named
    own = named["rank"].is_null() & rows["home"]
    return named.with_columns(
        unit=pl.when(own).then(pl.lit(settings.country.code)).otherwise("unit"),
        rank=pl.when(own).then(RANKS["exact"]).otherwise("rank"),
        score=pl.when(own).then(100.0).otherwise("score"),
    )


def _coded(
    rows: pl.DataFrame, named: pl.DataFrame, units: pl.DataFrame, ancestors: pl.DataFrame, finest: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(i, unit, whole) by code; (i) of the codes abroad."""
    with_code = rows.select("i", "code", "coding", "rows").filter(pl.col("code").is_not_null())
    ours = pl.col("coding").fill_null("inei") == "reniec"
    parts = reniec_parts(with_code.filter(ours)).join(rows.select("i", "rows"), on="i", maintain_order="left")
    learnt = learn(parts, named, ancestors, finest)
    by_table = inei_units(with_code.filter(~ours), units).with_columns(learnt=pl.lit(value=False))
    found = pl.concat([by_table, reniec_units(parts, learnt, units).with_columns(learnt=pl.lit(value=True))])
    return found, parts.filter("abroad").select("i")


def _joined(
    rows: pl.DataFrame, named: pl.DataFrame, coded: pl.DataFrame, ancestors: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """Code and names put together: the finer of two that agree, what holds both where they contradict each other."""
    pairs = rows.join(named, on="i", maintain_order="left")
    pairs = pairs.join(coded.select("i", "whole", "learnt", by_code="unit"), on="i", how="left", maintain_order="left")
    above = ancestors.select("code", "ancestor")
    up = above.select(unit="code", by_code="ancestor", code_holds=pl.lit(value=True))
    down = above.select(by_code="code", unit="ancestor", names_hold=pl.lit(value=True))
    pairs = pairs.join(up, on=["unit", "by_code"], how="left", maintain_order="left")
    pairs = pairs.join(down, on=["unit", "by_code"], how="left", maintain_order="left")
    pairs = pairs.join(_common(pairs, ancestors, settings), on="i", how="left", maintain_order="left")
    # A code learnt from names adds nothing to the certainty of those names.
    unknown = pl.col("code").is_not_null() & pl.col("by_code").is_null()
    by_code = pl.col("by_code").is_not_null()
    same = by_code & (pl.col("unit") == pl.col("by_code"))
    code_alone = by_code & pl.col("unit").is_null()
    code_finer = by_code & pl.col("names_hold").fill_null(value=False) & ~same
    against = by_code & pl.col("unit").is_not_null() & pl.col("code_holds").is_null() & pl.col("names_hold").is_null()
    by_code_rank = pl.when("whole").then(RANKS["code"]).otherwise(RANKS["parent_only"])
    kept = pl.when(pl.col("common").is_not_null()).then(RANKS["parent_only"]).otherwise(RANKS["unresolved"])
    settled = code_alone | code_finer | same
    return pairs.with_columns(
        unit=pl.when(code_alone | code_finer).then("by_code").when(against).then("common").otherwise("unit"),
        rank=pl.when(same)
        .then(pl.when("learnt").then("rank").otherwise(pl.max_horizontal("rank", by_code_rank)))
        .when(code_alone | code_finer)
        .then(by_code_rank)
        .when(against)
        .then(kept)
        .otherwise("rank"),
        score=pl.when(settled | against).then(100.0).otherwise("score"),
        problem=pl.when(against)
        .then(pl.lit("place-code-disagrees"))
        .when(settled & pl.col("whole"))
        .then(None)
        .when(unknown & (pl.col("rank").fill_null(0) <= RANKS["parent_only"]) & pl.col("problem").is_null())
        .then(pl.lit("unknown-place-code"))
        .when(settled & pl.col("problem").is_null() & (pl.col("rank").fill_null(0) <= RANKS["parent_only"]))
        .then(pl.lit("unknown-place-code"))
        .otherwise("problem"),
    )


def _common(pairs: pl.DataFrame, ancestors: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """i, common: the finest unit below the country that holds both what the code and what the names mean."""
    rank = {level: number for number, level in enumerate(settings.levels)}
    country = settings.country.code if settings.country else ""
    against = pairs.filter(
        pl.col("by_code").is_not_null() & pl.col("unit").is_not_null() & pl.col("code_holds").is_null()
    ).select("i", "unit", "by_code")
    lines = ancestors.filter(pl.col("ancestor") != country)
    one = against.join(lines, left_on="unit", right_on="code").select("i", "by_code", "ancestor", "level")
    both = one.join(lines.select(by_code="code", ancestor="ancestor"), on=["by_code", "ancestor"])
    order = pl.col("level").replace_strict(rank, return_dtype=pl.Int64)
    return both.sort(order).group_by("i").agg(common=pl.col("ancestor").last())
