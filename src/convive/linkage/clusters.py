"""From pairs to groups: what is joined, what is left apart, and what people are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

JOINED, PEOPLE, APART = "joined", "people", "apart"

Against = Callable[[pl.DataFrame], pl.Series]
"""Whether each pair (left, right) shows two different people, though nobody asked before."""


def components(size: int, pairs: pl.DataFrame) -> NDArray[np.int32]:
    """The number of the group that each of ``size`` records belongs to when all ``pairs`` are joined, in the order of
    their first records.

    The least record of each group is handed on from neighbour to neighbour, and from there to the least's least.
    """
    # As fast as SciPy's, whose import alone would cost every command a fifth of a second.
    least = np.arange(size)
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    while len(left):
        one, other = least[left], least[right]
        apart = one != other
        left, right, one, other = left[apart], right[apart], one[apart], other[apart]
        np.minimum.at(least, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(further := least[least], least):
            least = further
    groups: NDArray[np.int32] = (np.cumsum(least == np.arange(size)) - 1)[least].astype(np.int32)
    return groups


def zoned(
    pairs: pl.DataFrame,
    size: int,
    *,
    join: float,
    apart: float,
    certain: pl.DataFrame,
    doubtful: pl.DataFrame,
    against: Against,
) -> pl.DataFrame:
    """``pairs`` (left, right, probability) with their zone: joined from ``join`` on, apart below ``apart``, else for
    people, unless their records belong together by other pairs.

    ``certain`` pairs are joined already; ``doubtful`` ones are never joined without people. Where probable pairs would
    chain records together of which two are ``against`` each other, the least probable link of the chain goes to people.
    """
    asked = pairs.join(doubtful.select("left", "right").unique(), on=["left", "right"], how="semi").select(
        "left", "right"
    )
    probable = pairs.filter(pl.col("probability") >= join).join(asked, on=["left", "right"], how="anti")
    broken = _broken(probable, size, certain, pairs, apart, against)
    joined = probable.join(broken, on=["left", "right"], how="anti")
    group = pl.Series(
        components(size, pl.concat([one.select("left", "right").cast(pl.Int64) for one in (joined, certain)]))
    )
    together = pl.lit(group[pairs["left"]]) == pl.lit(group[pairs["right"]])
    is_broken = pl.struct("left", "right").is_in(
        pl.concat([broken, asked]).select(pl.struct("left", "right")).to_series().implode()
    )
    zone = (
        pl.when(together)
        .then(pl.lit(JOINED))
        .when(is_broken | (pl.col("probability") >= apart))
        .then(pl.lit(PEOPLE))
        .otherwise(pl.lit(APART))
    )
    return pairs.with_columns(zone=zone)


def contested(pairs: pl.DataFrame, source: pl.Series) -> pl.DataFrame:
    """The pairs (left, right) in which a record has more than one possible partner in the same source."""
    ends = pairs.with_columns(of_left=source[pairs["left"]], of_right=source[pairs["right"]])
    sides = [
        ends.select(at="left", other="right", source="of_right"),
        ends.select(at="right", other="left", source="of_left"),
    ]
    several = pl.concat(sides).filter(pl.len().over("at", "source") > 1)
    ordered = several.select(left=pl.min_horizontal("at", "other"), right=pl.max_horizontal("at", "other"))
    return ordered.unique(maintain_order=True)


def rivals(pairs: pl.DataFrame, source: pl.Series) -> pl.DataFrame:
    """The pairs (left, right) in which a record has a likelier partner in the same source, where no source names a
    person twice."""
    ends = pairs.with_columns(of_left=source[pairs["left"]], of_right=source[pairs["right"]])
    best = [pl.col("probability").max().over("left", "of_right"), pl.col("probability").max().over("right", "of_left")]
    return ends.filter(pl.col("probability") < pl.max_horizontal(best)).select("left", "right")


def consequences(pairs: pl.DataFrame, thresholds: Iterable[float]) -> pl.DataFrame:
    """What each threshold of joining would bring, were nobody asked, by the model's own probabilities.

    threshold, joined (pairs), false_joins and misses (pairs expected among those joined and those not).
    """
    probability = np.sort(pairs["probability"].to_numpy())
    rows = []
    for threshold in thresholds:
        first = int(np.searchsorted(probability, threshold))
        joined, left = probability[first:], probability[:first]
        rows.append((threshold, len(joined), float((1 - joined).sum()), float(left.sum())))
    schema = {"threshold": pl.Float64, "joined": pl.Int64, "false_joins": pl.Float64, "misses": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Outcome:
    """What the thresholds of a register brought, by the model's own probabilities.

    ``join`` and ``apart``: the thresholds. ``joined``: pairs joined, of them ``false_joins`` expected to be two deaths;
    ``asked``: pairs left to people, of them ``asked_true`` expected to be one; ``misses``: pairs expected to be one
    death among the ``left`` ones that were looked at and left apart.
    """

    join: float
    apart: float
    joined: int
    false_joins: float
    asked: int
    asked_true: float
    left: int
    misses: float


def outcome(pairs: pl.DataFrame, *, join: float, apart: float) -> Outcome:
    """The outcome of ``pairs`` (probability, zone)."""
    count, true = {}, {}
    for zone in (JOINED, PEOPLE, APART):
        probability = pairs.filter(pl.col("zone") == zone)["probability"]
        count[zone], true[zone] = probability.len(), float(probability.sum())
    return Outcome(
        join=join,
        apart=apart,
        joined=count[JOINED],
        false_joins=count[JOINED] - true[JOINED],
        asked=count[PEOPLE],
        asked_true=true[PEOPLE],
        left=count[APART],
        misses=true[APART],
    )


def _broken(
    probable: pl.DataFrame, size: int, certain: pl.DataFrame, pairs: pl.DataFrame, apart: float, against: Against
) -> pl.DataFrame:
    """The links that chain together records of different people."""
    links = pl.concat(
        [
            certain.select(pl.col("left", "right").cast(pl.Int64), probability=pl.lit(2.0)),
            probable.select("left", "right", "probability"),
        ]
    )
    group = components(size, links)
    counts = np.bincount(group, minlength=1)
    in_chain = np.flatnonzero(counts[group] > 2)
    members: dict[int, list[int]] = {}
    for at in in_chain.tolist():
        members.setdefault(int(group[at]), []).append(at)
    across = np.array([pair for group in members.values() for pair in combinations(group, 2)], dtype=np.int64).reshape(
        -1, 2
    )
    told = pairs.filter(pl.col("probability") >= apart).select("left", "right")
    known = pl.concat(
        [
            told,
            links.select(
                pl.min_horizontal("left", "right").alias("left"), pl.max_horizontal("left", "right").alias("right")
            ),
        ]
    )
    silent = (
        pl.DataFrame({"left": across[:, 0], "right": across[:, 1]})
        .join(known, on=["left", "right"], how="anti")
        .sort("left", "right")
    )
    if silent.is_empty():
        return probable.select("left", "right").clear()
    enemies = silent.filter(against(silent))
    groups = set(group[enemies["left"].to_numpy()].tolist())
    foes = {frozenset(pair) for pair in enemies.iter_rows()}
    inside = links.filter(
        pl.Series([int(one) in groups for one in group[links["left"].to_numpy()].tolist()], dtype=pl.Boolean)
    )
    in_order = inside.sort("probability", "left", "right", descending=[True, False, False]).select(
        "left", "right", pl.col("probability") > 1
    )
    return pl.DataFrame(
        refused(in_order.iter_rows(), foes),
        schema={"left": pl.Int64, "right": pl.Int64},
        orient="row",
    )


def refused(links: Iterable[tuple[int, int, bool]], foes: set[frozenset[int]]) -> list[tuple[int, int]]:
    """The links (left, right, whether it is certain), taken in their order, that would bring foes into one group; those
    that are certain are never refused."""
    of: dict[int, set[int]] = {}
    gone = []
    for left, right, is_certain in links:
        one, other = of.setdefault(left, {left}), of.setdefault(right, {right})
        if one is other:
            continue
        if not is_certain and any(frozenset((a, b)) in foes for a in one for b in other):
            gone.append((left, right))
            continue
        one |= other
        for at in other:
            of[at] = one
    return gone
