"""Probabilities that two records tell of one death: learnt from the records themselves, without examples."""

from __future__ import annotations

import logging
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from splink import Linker, SettingsCreator

from convive.engine import Engine, LocalEngine
from convive.linkage.blocking import FIXES, condition, with_keys
from convive.linkage.clusters import APART, JOINED, Outcome, consequences, contested, outcome, rivals, zoned
from convive.linkage.features import NAMED, features
from convive.linkage.fillers import of_a_form, of_many
from convive.linkage.model import Comparison, comparisons
from convive.linkage.nobody import identity_keys
from convive.linkage.reasons import total, weights, written
from convive.linkage.training import agreement_by_chance, agreement_of_true_pairs, share_of_true_pairs

PAIRS = pl.Schema({"left": pl.Int64, "right": pl.Int64, "probability": pl.Float64})


@cache
def defaults() -> dict[str, Any]:
    """``linkage.toml``."""
    return tomllib.loads((Path(__file__).parent / "linkage.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Links:
    """What linkage found.

    ``pairs``: left, right (positions), probability, zone (joined, people, apart) and reasons
    (:func:`~convive.linkage.reasons.read`), without those that are clearly apart. ``consequences``: what each threshold
    would bring (:func:`~convive.linkage.clusters.consequences`). ``outcome``: what the register's own brought.
    """

    pairs: pl.DataFrame
    consequences: pl.DataFrame
    outcome: Outcome

    @property
    def joined(self) -> pl.DataFrame:
        """The pairs that are one death."""
        return self.pairs.filter(pl.col("zone") == JOINED)


def link(
    records: pl.DataFrame,
    ancestors: pl.DataFrame,
    levels_of_units: Sequence[str],
    *,
    join: float,
    apart: float,
    within: bool = True,
    certain: pl.DataFrame | None = None,
    doubtful: pl.DataFrame | None = None,
    engine: Engine | None = None,
) -> Links:
    """Which of ``records`` (record schema) tell of one death.

    ``ancestors`` and ``levels_of_units``: the tree of units (code, ancestor, level) and its levels, the widest first.
    ``join`` and ``apart``: the probabilities from which a pair is joined, and below which it is left apart. ``within``
    false: no source names a person twice. ``certain`` and ``doubtful``: pairs (left, right) that are joined already,
    and that are not to be joined without people. ``engine``: where pairs are made and weighed.
    """
    none = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
    certain, doubtful = (none if one is None else _in_order(one) for one in (certain, doubtful))
    identity = identity_keys(records["identity_number"]).alias("identity")
    table = _without_fillers(features(records, identity, ancestors, levels_of_units))
    scored = score(table, levels_of_units, within=within, engine=engine)

    def against(pairs: pl.DataFrame) -> pl.Series:
        least: float = defaults()["zones"]["against"]
        return total(levels(table, pairs, scored.compared), scored.weights) < least

    personal = scored.pairs.filter(_tells_of_a_person(table, scored.pairs))
    source = table["source"]
    nameless = scored.pairs.join(personal, on=["left", "right"], how="anti")
    across = nameless.filter(pl.lit(source[nameless["left"]]) != pl.lit(source[nameless["right"]]))
    looked_at = pl.concat([personal, across]).sort("left", "right")
    several = contested(looked_at.filter(pl.col("probability") >= apart), source)
    doubtful = pl.concat([doubtful, across.join(several, on=["left", "right"], how="semi").select("left", "right")])
    if not within:
        doubtful = pl.concat([doubtful, rivals(personal, source)])
    pairs = zoned(
        looked_at,
        records.height,
        join=join,
        apart=apart,
        certain=certain,
        doubtful=doubtful,
        against=against,
    )
    told = pairs.filter(pl.col("zone") != APART)
    reasons = written(levels(table, told, scored.compared), scored.weights)
    shown = sorted({*defaults()["zones"]["shown"], join})
    return Links(told.with_columns(reasons), consequences(pairs, shown), outcome(pairs, join=join, apart=apart))


def _without_fillers(table: pl.DataFrame) -> pl.DataFrame:
    """``table`` without names and numbers that a source writes beside too many people."""
    day, name = pl.coalesce("died", "on", "registered"), pl.concat_str("given", "surname_1", separator="|")
    source, facts = table["source"], table.select(day.alias("day"), name.alias("name"))
    numbered = of_many(source, table["identity"], facts["name"], facts["day"])
    named = of_a_form(source, facts["name"])
    if not (numbered.any() or named.any()):
        return table
    parts = [part for part in NAMED if part in table.columns]
    return table.with_columns(
        pl.when(~pl.lit(numbered)).then("identity").alias("identity"),
        *(pl.when(~pl.lit(named)).then(part).alias(part) for part in parts),
    )


def _tells_of_a_person(table: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """Whether both records of a pair have something in common to compare that is a person's own."""
    known = table.select(pl.col("identity", "surname_1", "given", "alias", "birth").is_not_null())
    left, right = known[pairs["left"]], known[pairs["right"]]
    return pl.DataFrame([left[name] & right[name] for name in known.columns]).select(
        pl.any_horizontal(pl.all()).alias("personal")
    )["personal"]


def _in_order(pairs: pl.DataFrame) -> pl.DataFrame:
    ends = pl.col("left", "right").cast(pl.Int64)
    return pairs.select(ends).select(left=pl.min_horizontal("left", "right"), right=pl.max_horizontal("left", "right"))


@dataclass(frozen=True)
class Scored:
    """``pairs`` that were looked at and are not improbable: left < right (positions), probability, sorted; the
    ``share`` of true pairs among all; the trained ``model`` in Splink's form; what was
    ``compared``, and what each level of agreement weighs."""

    pairs: pl.DataFrame
    share: float
    model: dict[str, Any]
    compared: tuple[Comparison, ...]
    weights: dict[str, dict[str, float]] = field(default_factory=dict)


def score(table: pl.DataFrame, units: Sequence[str], *, within: bool = True, engine: Engine | None = None) -> Scored:
    """Probabilities of the pairs of ``table`` (:func:`~convive.linkage.features.features`).

    ``units``: the levels of the territory, the widest first. ``within`` false: no source names a person twice, so pairs
    of one source are not looked at. Pairs below the ``least_probability`` of ``linkage.toml`` are left out. The same
    table gives the same numbers, whatever the threads and the ``engine``.
    """
    rules = defaults()
    blocking = rules["blocking"]
    most = max(blocking["pairs_at_least"], blocking["pairs_per_record"] * table.height)
    keyed, keys = with_keys(table, days=blocking["days"], largest=blocking["largest_block"], pairs=most)
    compared = comparisons(table, units)
    if not keys or not compared or table.height < rules["training"]["least_records"]:
        return Scored(pl.DataFrame(schema=PAIRS), 0.0, {}, tuple(compared))
    with (engine or LocalEngine()).database() as database:
        database.put("keyed", keyed)
        data = database.api.register("keyed", dataset_display_name="records")
        where = {key: condition(key, most_days=blocking["most_days"], within=within) for key in keys}
        training = rules["training"]
        draws = max(training["least_random_pairs"], training["random_pairs_per_record"] * keyed.height)
        draws = min(training["most_random_pairs"], draws)
        by_chance = agreement_by_chance(database, keyed.height, compared, pairs=draws, seed=training["seed"])
        before = share_of_true_pairs(keyed)
        fixed = {key: FIXES[key] for key in keys}
        true = agreement_of_true_pairs(database, keyed, fixed, compared, by_chance, where, training)
        blocks: list[Any] = list(where.values())
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="at",
            comparisons=[one.settings(true[one.field], by_chance[one.field]) for one in compared],
            blocking_rules_to_generate_predictions=blocks,
            retain_matching_columns=False,
            probability_two_random_records_match=before,
        )
        linker = Linker(data, settings, log_level=logging.ERROR, validate_settings=False)
        predicted = linker.inference.predict(
            threshold_match_probability=rules["zones"]["least_probability"] / 10, warning_mode="never"
        )
        found = database.ask(
            'SELECT least(at_l, at_r) AS "left", greatest(at_l, at_r) AS "right", match_weight AS weight'
            f" FROM {predicted.physical_name}"
        )
    every = table.height * (table.height - 1) / 2
    share, pairs = _with_probability(found.sort("left", "right"), before, every, training)
    return Scored(pairs, share, linker.misc.save_model_to_json(), tuple(compared), weights(true, by_chance, compared))


def _with_probability(
    found: pl.DataFrame, before: float, every: float, rules: Mapping[str, Any]
) -> tuple[float, pl.DataFrame]:
    """The share of true pairs among ``every`` pair, found again from the weights of all that were looked at, and the
    probabilities that follow from it. ``weight`` is the logarithm (base 2) of the odds under the share ``before``.
    """
    evidence = found["weight"].to_numpy() * math.log(2) - math.log(before / (1 - before))
    share = before
    for _ in range(rules["iterations"]):
        probability = 1 / (1 + np.exp(-(evidence + math.log(share / (1 - share)))))
        last, share = share, float(np.clip(probability.sum() / every, 1e-12, 0.5))
        if abs(share - last) < rules["convergence"] * last:
            break
    pairs = found.select("left", "right", probability=pl.Series(probability).round(6))
    return share, pairs.filter(pl.col("probability") >= defaults()["zones"]["least_probability"]).cast(PAIRS)


def levels(table: pl.DataFrame, pairs: pl.DataFrame, compared: Sequence[Comparison]) -> pl.DataFrame:
    """The level at which each of ``pairs`` (left, right) stands: a column a comparison with the level's name."""
    if pairs.is_empty() or not compared:
        return pairs.select("left", "right").with_columns(pl.lit(None, pl.String).alias(one.field) for one in compared)
    sides = [
        table.select(pl.all().exclude("at").name.suffix(f"_{side}"))[pairs[column]]
        for side, column in (("l", "left"), ("r", "right"))
    ]
    with LocalEngine().database() as database:
        beside = pl.concat([pairs.select("left", "right"), *sides], how="horizontal").with_row_index("number")
        database.put("beside", beside)
        told = ", ".join(f"{one.case()} AS {one.field}" for one in compared)
        found = database.ask(f'SELECT number, "left", "right", {told} FROM beside ORDER BY number').drop("number")
    return found.with_columns(
        pl.col(one.field).replace_strict(range(len(one.names)), one.names, return_dtype=pl.String) for one in compared
    )
