"""What is learnt from the records themselves: how often different people agree, and how often one person's records do.

u, the share of pairs of different people at each level, is counted on pairs drawn at random; m, that of true pairs, is
found by expectation maximisation on pairs that agree in one key, key by key (Winkler 1988; as Splink trains).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from convive.engine import Database
from convive.linkage.blocking import pairs_of
from convive.linkage.model import GAP, Comparison

Levels = NDArray[np.int64]
ByChance = Mapping[str, Mapping[str, float]]

_AGREE = ("sound_1", "sound_2", "sound_given", "birth", "address")
_ALIKE = " + ".join(f"coalesce(({name}_l = {name}_r)::INT, 0)" for name in _AGREE)
STRONG = f"coalesce(identity_l = identity_r, false) OR {_ALIKE} + coalesce(({GAP} <= 1)::INT, 0) >= 2"
"""Pairs drawn at random that are likely to be one person, and thus tell nothing of different people."""


def agreement_by_chance(
    database: Database, size: int, compared: Sequence[Comparison], *, pairs: int, seed: int
) -> dict[str, dict[str, float]]:
    """u of each level of each comparison. A level at which no pair stood gets half of what one pair would have given.

    ``keyed`` in ``database`` has ``size`` records. Each is put beside those that stand some steps further on in a
    random order, so that the pairs are the same whatever the number of threads.
    """
    left, right = _drawn(size, pairs, seed)
    database.put("drawn", pl.DataFrame({"left": left, "right": right}))
    known = database.columns("keyed")
    columns = sorted({name for one in compared for name in _named_in(one, known)} | {"identity", "on", "died", *_AGREE})
    told = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in columns)
    levels = ", ".join(f"{one.case()} AS level_{number}" for number, one in enumerate(compared))
    database.make(
        "drawn_levels",
        f'SELECT {levels} FROM (SELECT {told} FROM drawn d JOIN keyed l ON l.at = d."left"'
        f' JOIN keyed r ON r.at = d."right") WHERE NOT ({STRONG})',
    )
    return {one.field: _shares(database, number, one) for number, one in enumerate(compared)}


def _drawn(size: int, pairs: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of different positions: all of a small table, else each beside those some steps on in a random order."""
    draws = np.random.default_rng(seed)
    order = draws.permutation(size)
    steps = draws.permutation(np.arange(1, (size - 1) // 2 + 1))[: max(1, -(-pairs // size))]
    place = np.arange(size)
    return np.tile(order, len(steps)), np.concatenate([order[(place + step) % size] for step in steps])


def _named_in(one: Comparison, known: Iterable[str]) -> set[str]:
    said = " ".join([one.unknown, *(level.holds for level in one.levels)])
    return {name for name in known if f"{name}_l" in said}


def _shares(database: Database, number: int, one: Comparison) -> dict[str, float]:
    rows = database.ask(
        f"SELECT level_{number} AS place, count(*) AS pairs FROM drawn_levels WHERE level_{number} IS NOT NULL"
        " GROUP BY 1"
    )
    counts: dict[int, int] = dict(rows.iter_rows())
    whole = sum(counts.values()) or 1
    shares = {name: max(counts.get(place, 0), 0.5) / whole for place, name in enumerate(one.names)}
    return {name: min(share, 1.0) for name, share in shares.items()}


def share_of_true_pairs(keyed: pl.DataFrame) -> float:
    """A first share of true pairs among all pairs: those that agree in a strong key, at least one."""
    day = pl.coalesce("birth", pl.col("on").cast(pl.String), pl.col("died").cast(pl.String))
    names_and_day = keyed.select(pl.concat_str("given", "surname_1", day, separator="|")).to_series()
    found = max(pairs_of(keyed["identity"]), pairs_of(names_and_day), 1)
    return min(0.5, found / (keyed.height * (keyed.height - 1) / 2))


def agreement_of_true_pairs(
    database: Database,
    keyed: pl.DataFrame,
    keys: Mapping[str, tuple[str, ...]],
    compared: Sequence[Comparison],
    by_chance: ByChance,
    where: Mapping[str, str],
    rules: Mapping[str, Any],
) -> dict[str, dict[str, float]]:
    """m of each level of each comparison, found on the pairs of the first ``keys`` that hold enough of them.

    What a key fixes says nothing among its pairs (``keys``: key → fields that it fixes); what no key leaves free keeps
    its starting values. Those count as ``starting_pairs`` true pairs, so that in a small register a level at which no
    pair stands is unlikely and not impossible (a Dirichlet prior, which Splink's own training lacks).
    """
    starting = {one.field: _starting(one) for one in compared}
    sums = {field: rules["starting_pairs"] * shares for field, shares in starting.items()}
    enough = [key for key in keys if pairs_of(keyed[key]) >= rules["least_pairs"]]
    for key in enough[: rules["sessions"]]:
        free = [one for one in compared if one.field not in keys[key]]
        patterns, counts = _patterns(
            database, key, free, where[key], most=rules["em_pairs"], pairs=pairs_of(keyed[key])
        )
        prior = [rules["starting_pairs"] * starting[one.field] for one in free]
        chance = [np.array([by_chance[one.field][name] for name in one.names]) for one in free]
        for one, found in zip(free, expectation_maximisation(patterns, counts, chance, prior, rules), strict=True):
            sums[one.field] = sums[one.field] + found
    shares = {field: total / total.sum() for field, total in sums.items()}
    return {one.field: dict(zip(one.names, shares[one.field].tolist(), strict=True)) for one in compared}


def expectation_maximisation(
    patterns: Levels,
    counts: NDArray[np.float64],
    chance: Sequence[NDArray[np.float64]],
    prior: Sequence[NDArray[np.float64]],
    rules: Mapping[str, Any],
) -> list[NDArray[np.float64]]:
    """The expected number of true pairs at each level of each comparison, the prior's not counted.

    ``patterns``: one row a pattern of levels, -1 where nothing can be said; ``counts``: how many pairs show it;
    ``chance``: u, which stays; ``prior``: true pairs to begin with. (Winkler 1988; Dempster, Laird & Rubin 1977.)
    """
    share = 0.5
    m = [start / start.sum() for start in prior]
    found: list[NDArray[np.float64]] = [np.zeros(len(start)) for start in prior]
    if not len(counts):
        return found
    for _ in range(rules["iterations"]):
        weight = np.full(len(counts), np.log(share) - np.log1p(-share))
        for column, (true, false) in enumerate(zip(m, chance, strict=True)):
            ratio = np.append(np.log(true) - np.log(false), 0.0)
            weight += ratio[patterns[:, column]]
        true_pairs = counts / (1 + np.exp(-weight))
        before, share = share, float(np.clip(true_pairs.sum() / counts.sum(), 1e-6, 1 - 1e-6))
        for column, start in enumerate(prior):
            known = patterns[:, column] >= 0
            shown = np.bincount(patterns[known, column], weights=true_pairs[known], minlength=len(start))
            found[column] = shown.astype(np.float64)
            m[column] = (found[column] + start) / (found[column] + start).sum()
        if abs(share - before) < rules["convergence"]:
            break
    return found


def _patterns(
    database: Database, key: str, free: Sequence[Comparison], where: str, *, most: int, pairs: int
) -> tuple[Levels, NDArray[np.float64]]:
    """The patterns of levels among the pairs of one key, and how many pairs show each; of many pairs, a part."""
    known = database.columns("keyed")
    columns = sorted({name for one in free for name in _named_in(one, known)})
    told = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in columns)
    part = f" AND l.{key} % {-(-pairs // most)} = 0" if pairs > most else ""
    levels = ", ".join(f"coalesce({one.case()}, -1) AS level_{number}" for number, one in enumerate(free))
    table = database.ask(
        f"SELECT *, count(*) AS pairs FROM (SELECT {levels} FROM (SELECT {told} FROM keyed l JOIN keyed r"
        f" ON {where} AND l.at < r.at{part})) GROUP BY ALL ORDER BY ALL"
    )
    return table.drop("pairs").to_numpy().astype(np.int64), table["pairs"].to_numpy().astype(np.float64)


def _starting(one: Comparison) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.array([*(level.m for level in one.levels), one.differs])
    whole: NDArray[np.float64] = shares / shares.sum()
    return whole
