"""How many joins linkage itself expects to have missed: what the deaths that nobody saw have to reckon with."""

from __future__ import annotations

import polars as pl

from convive.register.ranking import Integers


def missed_share(pairs: pl.DataFrame, case: Integers, apart: pl.DataFrame, misses: float) -> float:
    """Of all joins that make the records one case a death, the share that is expected to be missing.

    ``pairs`` (left, right, probability, zone) were looked at; of those left to people, the likeliest of each two cases
    counts by its probability, unless people said that they are two (``apart``: left, right). ``misses``: pairs expected
    to be one death among those left apart. ``case`` numbers each record's case. Pairs that agree in no search key are
    not looked at and not counted.
    """
    held = _of_cases(apart, case).unique()
    asked = _of_cases(pairs.filter(pl.col("zone") == "people"), case).filter(pl.col("one") != pl.col("other"))
    waiting = (
        asked.join(held, on=["one", "other"], how="anti").group_by("one", "other").agg(pl.col("probability").max())
    )
    expected = float(waiting["probability"].sum()) + misses
    made = len(case) - len(set(case.tolist()))
    return expected / (made + expected) if expected else 0.0


def _of_cases(pairs: pl.DataFrame, case: Integers) -> pl.DataFrame:
    """The cases that the records of each pair belong to (one ≤ other), beside what the pair holds."""
    ends = [pl.Series(case[pairs[name].to_numpy()]) for name in ("left", "right")]
    sides = {"one": pl.min_horizontal(*map(pl.lit, ends)), "other": pl.max_horizontal(*map(pl.lit, ends))}
    return pairs.drop("left", "right").with_columns(**sides) if pairs.width > 2 else pairs.select(**sides)
