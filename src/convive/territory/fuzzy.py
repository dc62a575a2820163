"""Names that are nearly right: the Indel similarity of RapidFuzz, accepted only when one unit is clearly ahead of all
others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from convive.territory.names import ANYWHERE
from convive.territory.settings import Matching

FUZZY_SCHEMA: dict[str, pl.DataType] = {
    "level": pl.String(),
    "scope": pl.String(),
    "key": pl.String(),
    "near_code": pl.String(),
    "near_score": pl.Float64(),
}
_BLOCK = 2_000


def nearest(asked: pl.DataFrame, scoped_names: pl.DataFrame, rule: Matching) -> pl.DataFrame:
    """:data:`FUZZY_SCHEMA` of those rows of ``asked`` (level, scope, key) that have one clear answer; score 0–100."""
    found: list[pl.DataFrame] = []
    pools = scoped_names.partition_by("level", "scope", as_dict=True)
    for (level, scope), part in (
        asked.unique().sort("level", "scope", "key").partition_by("level", "scope", as_dict=True).items()
    ):
        pool = pools.get((level, scope))
        if pool is None:
            continue
        threshold = rule.threshold_without_context if scope == ANYWHERE else rule.threshold
        found.extend(_block(block, pool, threshold, rule.margin) for block in part.iter_slices(_BLOCK))
    return pl.concat(found) if found else pl.DataFrame(schema=FUZZY_SCHEMA)


def _digits(names: pl.DataFrame) -> np.ndarray[Any, Any]:
    return names["key"].str.replace_all(r"[^0-9]", "").to_numpy()


def _block(part: pl.DataFrame, pool: pl.DataFrame, threshold: float, margin: float) -> pl.DataFrame:
    """The best unit of each name against the best of any other unit.

    Numbers in names are no slips: they must be equal.
    """
    pool = pool.sort("code", "key")
    scores = process.cdist(part["key"].to_list(), pool["key"].to_list(), scorer=fuzz.ratio, dtype=np.float32)
    scores[_digits(part)[:, None] != _digits(pool)[None, :]] = 0.0
    owner = pool["code"].rle_id().to_numpy()
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    by_unit = np.maximum.reduceat(scores, starts, axis=1)
    codes = pool["code"].to_numpy()[starts]
    best = by_unit.argmax(axis=1)
    rows = np.arange(len(part))
    score = by_unit[rows, best]
    by_unit[rows, best] = -1.0
    clear = (score >= threshold) & (score - by_unit.max(axis=1) >= margin)
    answer = part.with_columns(
        near_code=pl.Series([str(code) for code in codes[best]], dtype=pl.String),
        near_score=pl.Series(score.astype(float), dtype=pl.Float64),
    )
    return answer.filter(pl.Series(clear)).select(list(FUZZY_SCHEMA))
