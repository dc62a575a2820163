"""The register joins by probability what exact rules leave apart, and keeps what it found beside the cases."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from convive.linkage.link import link
from convive.register import FindsLinks, build_register
from convive.register.unjoined import missed_share
from convive.sources.harmonise import complete

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "linkage"))

import generate


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    told = generate.records(500, "middle").with_row_index("row", offset=2)
    named = told.with_columns(
        pl.col("row").cast(pl.Int64),
        record_id=pl.concat_str("source_id", "row", separator=":"),
        source_body=pl.col("source_id").replace(
            {"policia": "police", "fiscalia": "prosecutor", "morgue": "morgue", "hospital": "hospital"}
        ),
        file=pl.lit("a.csv"),
        victim_no=pl.lit(1, pl.Int32),
        victims_in_event=pl.lit(1, pl.Int32),
        synthetic=pl.lit(True),
        received_on=pl.date(2021, 1, 15),
    )
    return complete(named)


@pytest.fixture(scope="module")
def find_links() -> FindsLinks:
    ancestors, levels = generate.territory()
    return partial(link, ancestors=ancestors, levels_of_units=levels, join=0.98, apart=0.02)


def test_linkage_joins_more_than_exact_rules(records: pl.DataFrame, find_links: FindsLinks) -> None:
    exact, probable = build_register(records), build_register(records, find_links)
    assert probable.cases.height < exact.cases.height
    assert probable.summary.joined_by["probability"] > 0
    assert probable.links["zone"].unique().sort().to_list() == ["joined", "people"]
    assert set(probable.links["left"]) | set(probable.links["right"]) <= set(records["record_id"])


def test_the_register_does_not_depend_on_the_order_of_records(records: pl.DataFrame, find_links: FindsLinks) -> None:
    one, other = build_register(records, find_links), build_register(records[::-1], find_links)
    assert one.cases.equals(other.cases)
    assert one.case_records.equals(other.case_records)
    ends = ["left", "right"]
    pairs = [{frozenset(pair) for pair in each.links.select(ends).iter_rows()} for each in (one, other)]
    assert pairs[0] == pairs[1]


def test_what_exact_rules_forbid_is_not_joined_by_probability(records: pl.DataFrame, find_links: FindsLinks) -> None:
    register = build_register(records, find_links)
    forbidden = {frozenset(pair) for pair in register.contradictions.select("left", "right").iter_rows()}
    joined = register.links.filter(pl.col("zone") == "joined").select("left", "right")
    cases = dict(register.case_records.select("record_id", "case_id").iter_rows())
    by_other_ways = {pair for pair in forbidden if len({cases[record] for record in pair}) == 1}
    assert not {frozenset(pair) for pair in joined.iter_rows()} & (forbidden - by_other_ways)


def test_what_linkage_expects_to_have_missed_is_what_people_have_not_settled() -> None:
    case = np.array([0, 0, 1, 2, 3, 3])
    rows = [(0, 1, 0.99, "joined"), (0, 2, 0.6, "people"), (1, 2, 0.5, "people"), (2, 3, 0.4, "people")]
    pairs = pl.DataFrame(rows, schema=["left", "right", "probability", "zone"], orient="row")
    none = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
    assert missed_share(pairs, case, none, 0.5) == pytest.approx(1.5 / 3.5)
    decided = pl.DataFrame({"left": [3], "right": [2]})
    assert missed_share(pairs, case, decided, 0.5) == pytest.approx(1.1 / 3.1)
    assert missed_share(pairs.filter(zone="joined"), case, none, 0.0) == 0


def test_a_register_tells_how_many_joins_it_expects_to_have_missed(
    records: pl.DataFrame, find_links: FindsLinks
) -> None:
    register = build_register(records, find_links)
    assert build_register(records).missed is None
    assert register.missed is not None
    assert 0 < register.missed < 0.1
