"""Records of one death are found, with a probability and its reasons; what is in doubt is left to people."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from convive.linkage.clusters import components
from convive.linkage.link import Links, link
from convive.linkage.reasons import read

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "linkage"))

import generate

ANCESTORS, LEVELS = generate.territory()


def linked(records: pl.DataFrame, **settings: object) -> Links:
    return link(records, ANCESTORS, LEVELS, **{"join": 0.98, "apart": 0.02, **settings})  # type: ignore[arg-type]


def pairs_in(groups: pl.Series) -> int:
    sizes = groups.value_counts()["count"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def precision_and_recall(records: pl.DataFrame, joined: pl.DataFrame) -> tuple[float, float]:
    """Of pairs of records in one group."""
    groups = pl.Series("group", components(records.height, joined))
    both = pl.DataFrame({"group": groups, "truth": records["truth"]})
    right = pairs_in(both.select(pl.struct("group", "truth")).to_series().hash())
    return right / pairs_in(groups), right / pairs_in(records["truth"])


@pytest.fixture(scope="module")
def middle() -> pl.DataFrame:
    return generate.records(4000, "middle")


@pytest.fixture(scope="module")
def links(middle: pl.DataFrame) -> Links:
    return linked(middle)


def test_at_the_middle_level_of_noise_few_joins_are_wrong_and_few_are_missed(
    middle: pl.DataFrame, links: Links
) -> None:
    precision, recall = precision_and_recall(middle, links.joined)
    assert precision >= 0.99
    assert recall >= 0.97


def test_what_people_settle_makes_the_register_nearly_complete(middle: pl.DataFrame, links: Links) -> None:
    truth = middle["truth"]
    asked = links.pairs.filter(pl.col("zone") == "people")
    same = asked.filter(pl.lit(truth[asked["left"]]) == pl.lit(truth[asked["right"]]))
    precision, recall = precision_and_recall(middle, pl.concat([links.joined, same]))
    assert precision >= 0.995
    assert recall >= 0.995


def test_the_zone_for_people_is_small(links: Links) -> None:
    asked = links.pairs.filter(pl.col("zone") == "people")
    records = pl.concat([asked["left"], asked["right"]]).n_unique()
    assert 0 < records <= 0.03 * 4000 * 2.4


def test_the_same_records_give_the_same_numbers(middle: pl.DataFrame, links: Links) -> None:
    assert linked(middle).pairs.equals(links.pairs)


def test_every_pair_has_its_reasons_in_both_languages(links: Links) -> None:
    for written in links.pairs["reasons"].head(50):
        reasons = read(written)
        assert reasons
        assert all(reason.told("es") != reason.told("en") for reason in reasons)
        weights = [abs(reason.weight) for reason in reasons]
        assert weights == sorted(weights, reverse=True)


def test_a_higher_threshold_joins_less_and_misses_more(links: Links) -> None:
    told = links.consequences.sort("threshold")
    assert told["joined"].is_sorted(descending=True)
    assert told["false_joins"].is_sorted(descending=True)
    assert told["misses"].is_sorted()


def test_the_thresholds_that_hold_are_among_those_whose_consequence_is_shown(middle: pl.DataFrame) -> None:
    found = linked(middle, join=0.97, apart=0.1)
    assert 0.97 in found.consequences["threshold"].to_list()
    assert (found.outcome.join, found.outcome.apart) == (0.97, 0.1)
    asked = found.pairs.filter(pl.col("zone") == "people")
    assert found.outcome.asked == asked.height
    truth = middle["truth"]
    same = int((truth[asked["left"]] == truth[asked["right"]]).sum())
    assert abs(same - found.outcome.asked_true) <= max(5, 0.4 * asked.height)
    assert found.outcome.misses >= 0


def test_expected_false_joins_are_of_the_order_of_the_real_ones(middle: pl.DataFrame, links: Links) -> None:
    truth = middle["truth"]
    false = links.joined.filter(pl.lit(truth[links.joined["left"]]) != pl.lit(truth[links.joined["right"]])).height
    expected = links.consequences.filter(pl.col("threshold") == 0.98)["false_joins"].item()
    assert abs(false - expected) <= 5


def test_where_no_source_names_a_person_twice_no_pair_lies_within_one(middle: pl.DataFrame) -> None:
    source = middle["source_id"]
    pairs = linked(middle, within=False).pairs
    assert pairs.filter(pl.lit(source[pairs["left"]]) == pl.lit(source[pairs["right"]])).is_empty()


def test_a_doubtful_pair_is_never_joined_without_people(middle: pl.DataFrame, links: Links) -> None:
    alone = links.joined.filter(pl.concat_list("left", "right").list.eval(pl.element()).list.len() == 2).sort(
        "probability", descending=True
    )
    degree = pl.concat([alone["left"], alone["right"]]).value_counts()
    once = degree.filter(pl.col("count") == 1)[degree.columns[0]].implode()
    pair = alone.filter(pl.col("left").is_in(once) & pl.col("right").is_in(once)).head(1).select("left", "right")
    again = linked(middle, doubtful=pair)
    told = again.pairs.join(pair, on=["left", "right"], how="semi")
    assert told["zone"].to_list() == ["people"]


def test_copies_of_a_file_are_joined_record_by_record() -> None:
    one = generate.records(300, "low").filter(pl.col("source_id") == "policia").unique("truth", maintain_order=True)
    both = pl.concat([one, one.with_columns(source_id=pl.lit("copia"))])
    precision, recall = precision_and_recall(both, linked(both).joined)
    assert precision == 1
    assert recall > 0.98


def test_nameless_victims_are_not_joined_for_want_of_names() -> None:
    nobody = generate.records(400, "middle").with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("given_names", "surname_1", "surname_2", "full_name", "identity_number")
    )
    pairs = linked(nobody).pairs
    source, truth = nobody["source_id"], nobody["truth"]
    assert not (source[pairs["left"]] == source[pairs["right"]]).any()
    joined = pairs.filter(pl.col("zone") == "joined")
    assert (truth[joined["left"]] == truth[joined["right"]]).mean() >= 0.98  # type: ignore[operator]


def test_two_nameless_dead_of_one_day_and_place_stay_two() -> None:
    records = generate.records(400, "low")
    nobody = {
        name: pl.lit(None, pl.String)
        for name in ("given_names", "surname_1", "surname_2", "full_name", "identity_number")
    }
    one = (
        records.filter(pl.col("source_id").is_in(["policia", "fiscalia"]))
        .group_by("source_id", maintain_order=True)
        .head(1)
    )
    alike = one.with_columns(
        **nobody,
        occurred_on=pl.date(2012, 3, 4),
        registered_on=pl.date(2012, 3, 5),
        sex=pl.lit("male"),
        age_years=pl.lit(30.0),
        occurrence_unit=pl.lit("010101"),
        mechanism=pl.lit("firearm"),
    )
    massacre = pl.concat([records, *[alike.select(records.columns)] * 2])
    joined = linked(massacre).joined
    assert joined.filter((pl.col("left") >= records.height) | (pl.col("right") >= records.height)).is_empty()


@pytest.mark.parametrize("name", ["sex", "mechanism", "occurrence_unit", "surname_1"])
def test_a_column_of_one_value_tells_nobody_from_another(name: str) -> None:
    records = generate.records(400, "low")
    value = records[name].drop_nulls()[0]
    constant = records.with_columns(pl.lit(value).alias(name))
    links = linked(constant)
    precision, _ = precision_and_recall(constant, links.joined)
    assert precision >= 0.98
    assert not any(f"{name}=" in reasons for reasons in links.pairs["reasons"])


@pytest.mark.parametrize("size", [0, 1, 2, 29])
def test_a_register_too_small_to_learn_from_joins_nothing(size: int) -> None:
    records = generate.records(50, "low").head(size)
    assert linked(records).joined.is_empty()


def test_the_place_of_the_event_is_told_by_the_territory_s_own_levels(middle: pl.DataFrame, links: Links) -> None:
    told = {one.level for written in links.pairs["reasons"] for one in read(written) if one.field == "place"}
    assert {"district", "province"} <= told <= {"district", "province", "department", "differs"}
    (reason,) = read("place=district:3.1")
    assert "(distrito)" in reason.told("es")
    assert "(district)" in reason.told("en")
    (other,) = read("place=vereda:3.1")
    assert "(vereda)" in other.told("es")


def test_an_alias_is_a_reason_where_names_lack() -> None:
    """Half of the victims are known by their alias alone, in every source the same."""
    records = generate.records(400, "low")
    unnamed = pl.col("truth") % 2 == 0
    personal = ("given_names", "surname_1", "surname_2", "full_name", "identity_number")
    bare = records.with_columns(pl.when(~unnamed).then(name).alias(name) for name in personal)
    nicknames = pl.Series([f"(a) {start}{end}" for start in generate.STARTS for end in generate.ENDS])
    called = bare.with_columns(alias=pl.when(unnamed).then(pl.lit(nicknames[records["truth"] % len(nicknames)])))
    recalls = [precision_and_recall(table, linked(table).joined) for table in (bare, called)]
    assert recalls[1][0] >= 0.99
    assert recalls[1][1] > recalls[0][1] + 0.05
    assert any("alias=same" in reasons for reasons in linked(called).pairs["reasons"])
