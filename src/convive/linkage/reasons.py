"""Why two records may be one death, field by field, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from convive.linkage.model import DIFFERS, PLACE, UNKNOWN, Comparison
from convive.linkage.training import ByChance
from convive.territory.words import level
from convive.texts import say


@dataclass(frozen=True)
class Reason:
    """A field, the level of agreement at which the pair stands, and what it weighs: the logarithm (base 2) of how many
    times likelier it is in records of one person than in those of two."""

    field: str
    level: str
    weight: float

    def told(self, language: str) -> str:
        """In words, as ``Mismo apellido paterno``."""
        if self.field == PLACE and self.level not in (UNKNOWN, DIFFERS):
            return say("reasons.place.same", language, unit=level(self.level, language))
        return say(f"reasons.{self.field}.{self.level}", language)


def weights(true: ByChance, by_chance: ByChance, compared: Sequence[Comparison]) -> dict[str, dict[str, float]]:
    """What each level of each field weighs; nothing known weighs nothing."""
    return {
        one.field: {
            UNKNOWN: 0.0,
            **{name: float(np.log2(true[one.field][name] / by_chance[one.field][name])) for name in one.names},
        }
        for one in compared
    }


def total(levels: pl.DataFrame, weights: dict[str, dict[str, float]]) -> pl.Series:
    """The sum of the weights of each pair; ``levels`` has a column a field."""
    parts = [
        pl.col(field).fill_null(UNKNOWN).replace_strict(list(table), list(table.values()), return_dtype=pl.Float64)
        for field, table in weights.items()
    ]
    return levels.select(total=pl.sum_horizontal(parts)).to_series()


def written(levels: pl.DataFrame, weights: dict[str, dict[str, float]]) -> pl.Series:
    """The reasons of each pair as one text, ``field=level:weight`` between semicolons; :func:`read` reads it."""
    parts = [
        pl.when(pl.col(field).is_not_null()).then(
            pl.col(field).replace_strict(
                list(table),
                [f"{field}={level}:{weight:.1f}" for level, weight in table.items()],
                return_dtype=pl.String,
            )
        )
        for field, table in weights.items()
    ]
    if not parts:
        return pl.Series("reasons", [""] * levels.height, dtype=pl.String)
    return levels.select(reasons=pl.concat_str(parts, separator=";", ignore_nulls=True)).to_series()


def read(written: str) -> list[Reason]:
    """Reasons from their text, the weightiest first."""
    reasons = []
    for part in filter(None, written.split(";")):
        said, weight = part.rsplit(":", 1)
        field, level = said.split("=", 1)
        reasons.append(Reason(field, level, float(weight)))
    return sorted(reasons, key=lambda reason: -abs(reason.weight))
