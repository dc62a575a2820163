"""From what a record writes about a place to a unit of the territory.

Names are read from coarse to fine, each within the unit found so far; a code is read beside them. What agrees is used,
down to the finest unit; where two parts contradict each other, only the unit that holds both. A name that several
units share is never guessed.
"""

from __future__ import annotations

import polars as pl

from convive.territory import codes
from convive.territory.fuzzy import nearest
from convive.territory.names import ANYWHERE, abroad, index, key, named_units, scoped
from convive.territory.settings import Settings

UNKNOWN, AMBIGUOUS, CONTRADICTION = "unknown-place", "ambiguous-place", "place-contradiction"
ANSWER = ("unit_code", "level", "certainty", "score", "problem_code")


class Gazetteer:
    """Answers for one territory; ``names`` and their index are made once."""

    def __init__(self, settings: Settings, units: pl.DataFrame, aliases: pl.DataFrame, ancestors: pl.DataFrame):
        self.settings = settings
        self.units = units
        self.ancestors = ancestors
        names = named_units(units, aliases)
        in_scope = scoped(names, ancestors)
        self._index = index(in_scope, ancestors)
        self._pool = pl.concat([in_scope, in_scope.with_columns(level=pl.lit(ANYWHERE))])
        self._countries = names.filter(pl.col("level") == "country")["key"].implode()
        depth = ancestors.group_by("code").agg(depth=pl.len())
        self._lines = ancestors.select("code", "ancestor").join(depth.rename({"code": "ancestor"}), on="ancestor")

    def resolve(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with unit_code, level, certainty, score (0–100) and problem_code, in the same order.

        Columns read, all text and all optional: ``code`` with ``coding`` (``inei``, ``own`` or ``reniec``),
        ``country``, a column named as any level of the territory, and ``place`` (one name of whatever level).
        certainty is ``code``, ``exact``, ``alias``, ``probable`` (a similar name, clearly ahead), ``parent_only``
        (only a coarser unit is sure), ``unresolved``, ``not_recorded`` or ``abroad``.
        """
        asked = self._prepared(frame)
        state = self._by_names(asked)
        state = self._by_code(asked, state)
        answer = self._worded(asked, state)
        return pl.concat([frame.drop(ANSWER, strict=False), answer], how="horizontal")

    @property
    def _named_levels(self) -> list[str]:
        return [level for level in self.settings.levels if level != "country"]

    def _prepared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """row, code, coding, and a key for the country, every level and the place."""
        there = frame.columns
        blank = pl.lit(None, dtype=pl.String)
        parts = ["country", *self._named_levels, "place"]
        text = pl.col("code").cast(pl.String).str.strip_chars() if "code" in there else blank
        asked = frame.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
            pl.when(text != "").then(text).alias("code"),
            (pl.col("coding").cast(pl.String) if "coding" in there else blank).fill_null("inei").alias("coding"),
            *((key(part) if part in there else blank).alias(part) for part in parts),
        )
        return codes.with_parts(asked, self.settings)

    def _by_names(self, asked: pl.DataFrame) -> pl.DataFrame:
        """row, unit, kind, score, problem, stopped after all names were read."""
        none = pl.lit(None, dtype=pl.String)
        context = codes.department_of("reniec_department")
        state = asked.select(
            "row",
            unit=none,
            kind=none,
            score=pl.lit(None, dtype=pl.Float64),
            problem=none,
            stopped=pl.lit(value=False),
            hint=context,
        )
        for level in self._named_levels:
            if asked[level].null_count() < asked.height:
                state = self._step(state, asked[level], level)
        if asked["place"].null_count() < asked.height:
            state = self._step(state, asked["place"], ANYWHERE)
        return state

    def _step(self, state: pl.DataFrame, keys: pl.Series, level: str) -> pl.DataFrame:
        """One name more: the unit so called within the unit found so far."""
        hint = pl.lit(None, dtype=pl.String) if level == "department" else pl.col("hint")
        rows = state.with_columns(
            key=keys, level=pl.lit(level), scope=pl.coalesce("unit", hint, pl.lit(ANYWHERE))
        ).with_columns(key=pl.when(~pl.col("stopped")).then("key"))
        place = ["level", "scope", "key"]
        rows = rows.join(
            self._index.rename({"code": "here", "kind": "how"}), on=place, how="left", maintain_order="left"
        )
        lost = rows.filter(pl.col("key").is_not_null() & pl.col("n").is_null()).select(place)
        near = nearest(lost, self._pool, self.settings.matching)
        rows = rows.join(near, on=place, how="left", maintain_order="left")
        elsewhere = self._index.filter(pl.col("scope") == ANYWHERE).select("level", "key", n_else="n", there="code")
        rows = rows.join(elsewhere, on=["level", "key"], how="left", maintain_order="left")
        rows = self._with_common(rows, "unit", "there")
        return _advanced(rows).select(state.columns)

    def _with_common(self, rows: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
        """``common``: the finest unit that holds both ``one`` and ``other``."""
        pairs = rows.select(one, other).drop_nulls().unique()
        lines = self._lines
        shared = pairs.join(lines, left_on=one, right_on="code").join(
            lines.select(pl.col("code").alias(other), "ancestor"), on=[other, "ancestor"]
        )
        finest = shared.sort("depth").group_by(one, other).agg(common=pl.col("ancestor").last())
        return rows.join(finest, on=[one, other], how="left", maintain_order="left")

    def _by_code(self, asked: pl.DataFrame, state: pl.DataFrame) -> pl.DataFrame:
        """What the code says beside the names."""
        said = codes.own_units(asked, self.units, self.settings)
        said = codes.reniec_units(said, state, self.ancestors)
        rows = state.with_columns(said.select("code_unit", "code_kind", "code_score", "code_problem", "learnt"))
        rows = self._with_common(rows, "unit", "code_unit")
        return _together(rows)

    def _worded(self, asked: pl.DataFrame, state: pl.DataFrame) -> pl.DataFrame:
        parts = [*self._named_levels, "place"]
        given = pl.any_horizontal(pl.col(part).is_not_null() for part in (*parts, "code"))
        foreign = pl.col("country").is_not_null() & ~pl.col("country").is_in(self._countries)
        outside = pl.any_horizontal(pl.col(part).is_in(abroad()).fill_null(value=False) for part in parts)
        facts = asked.select(
            given=given,
            home=pl.col("country").is_in(self._countries).fill_null(value=False),
            abroad=foreign.fill_null(value=False) | outside | pl.col("reniec_abroad"),
        )
        levels = self.units.select(unit="code", level="level")
        rows = pl.concat([state, facts], how="horizontal").with_columns(
            unit=pl.when(~pl.col("abroad")).then("unit"),
        )
        nation = self.settings.nation
        only = ~pl.col("given") & pl.col("home") & ~pl.col("abroad")
        if nation is not None:
            rows = rows.with_columns(
                unit=pl.when(only).then(pl.lit(nation.code)).otherwise("unit"),
                kind=pl.when(only).then(pl.lit("exact")).otherwise("kind"),
            )
        rows = rows.join(levels, on="unit", how="left", maintain_order="left")
        certainty = (
            pl.when("abroad")
            .then(pl.lit("abroad"))
            .when(pl.col("unit").is_not_null())
            .then("kind")
            .when("given")
            .then(pl.lit("unresolved"))
            .otherwise(pl.lit("not_recorded"))
        )
        sure = pl.col("unit").is_not_null() & pl.col("kind").is_in(["code", "exact", "alias"])
        return rows.select(
            unit_code="unit",
            level="level",
            certainty=certainty,
            score=pl.when(pl.col("unit").is_null()).then(None).when(sure).then(100.0).otherwise("score"),
            problem_code=pl.when(~pl.col("abroad")).then("problem"),
        )


def _advanced(rows: pl.DataFrame) -> pl.DataFrame:
    """The state after one name.

    A name known only outside the unit found so far is a contradiction, and ends the reading.
    """
    asked = pl.col("key").is_not_null()
    one, many = pl.col("n") == 1, pl.col("n") > 1
    near = pl.col("near_code").is_not_null()
    within = pl.col("scope") != ANYWHERE
    astray = asked & within & pl.col("n").is_null() & ~near & (pl.col("n_else") == 1).fill_null(value=False)
    lost = asked & ~one.fill_null(value=False) & ~near & ~astray
    weaker = pl.when((pl.col("kind") == "probable") | (pl.col("problem").is_not_null())).then(pl.lit("probable"))
    how = (
        pl.when(pl.col("how") == "nested")
        .then(pl.lit("parent_only"))
        .otherwise(pl.coalesce(weaker, pl.when(pl.col("kind") == "alias").then(pl.lit("alias")), "how"))
    )
    problem = (
        pl.when(astray)
        .then(pl.lit(CONTRADICTION))
        .when(lost & many.fill_null(value=False))
        .then(pl.lit(AMBIGUOUS))
        .when(lost)
        .then(pl.lit(UNKNOWN))
    )
    coarser = pl.when(pl.col("unit").is_not_null()).then(pl.lit("parent_only"))
    return rows.with_columns(
        unit=pl.when(asked & one)
        .then("here")
        .when(asked & near)
        .then("near_code")
        .when(astray)
        .then("common")
        .otherwise("unit"),
        kind=pl.when(asked & one)
        .then(how)
        .when(asked & near)
        .then(pl.lit("probable"))
        .when(astray | lost)
        .then(coarser)
        .otherwise("kind"),
        score=pl.when(asked & near).then(pl.min_horizontal("near_score", "score")).otherwise("score"),
        problem=pl.coalesce("problem", problem),
        stopped=pl.col("stopped") | astray,
    )


def _together(rows: pl.DataFrame) -> pl.DataFrame:
    """Names and code made one: the finer of two that agree, the unit that holds both where they do not."""
    coded, named = pl.col("code_unit").is_not_null(), pl.col("unit").is_not_null()
    sure = named & ~pl.col("kind").is_in(["probable", "parent_only"])
    apart_unsure = ~sure & (pl.col("common") != pl.col("code_unit"))
    code_holds = coded & (~named | (pl.col("common") == pl.col("unit")) | apart_unsure)
    names_hold = named & (~coded | (pl.col("common") == pl.col("code_unit")))
    apart = coded & named & ~code_holds & ~names_hold
    # A code that was learnt from names adds nothing to the certainty of those names.
    same = pl.col("code_unit") == pl.col("unit")
    by_code = code_holds & ~(same & sure & pl.col("learnt")).fill_null(value=False)
    clash = pl.col("problem") == CONTRADICTION
    return rows.with_columns(
        unit=pl.when(apart).then("common").when(by_code).then("code_unit").otherwise("unit"),
        kind=pl.when(apart).then(pl.lit("parent_only")).when(by_code).then("code_kind").otherwise("kind"),
        score=pl.when(apart).then(None).when(by_code).then("code_score").otherwise("score"),
        problem=pl.when(apart)
        .then(pl.lit(CONTRADICTION))
        .when(by_code & ~clash.fill_null(value=False))
        .then("code_problem")
        .otherwise(pl.coalesce("problem", "code_problem")),
    )
