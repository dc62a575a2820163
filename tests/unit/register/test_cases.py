"""Cases as a whole: stable opaque names, no person in them, the same whatever the order of the records."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from convive.register import Precedence, build_register
from convive.standard import case_records_schema, case_schema, fields, record_fields

MakeRecords = Callable[..., pl.DataFrame]
BODIES = {"pnp", "mpfn", "morgue", "sinadef", "eess"}


def many(make_records: MakeRecords, size: int = 400) -> pl.DataFrame:
    """Random records that overlap, conflict and leave things out (seeded)."""
    dice = np.random.default_rng(20150630)
    start = dt.date(2011, 1, 1)

    def one() -> dict[str, Any]:
        person = int(dice.integers(0, 120))
        on = start + dt.timedelta(days=13 * person + int(dice.integers(0, 2)))
        values: dict[str, Any] = {
            "source_id": str(dice.choice(sorted(BODIES))),
            "source_record_number": str(person) if dice.random() < 0.3 else None,
            "identity_number": f"4{person:07}" if dice.random() < 0.4 else "00000000",
            "full_name": f"Juan {chr(65 + person % 26)}a Pérez {'B' * (person // 26 + 1)}"
            if dice.random() < 0.7
            else "NN",
            "sex": str(dice.choice(["male", "male", "male", "female", "unknown"])),
            "occurred_on": on if dice.random() < 0.9 else None,
            "mechanism": str(dice.choice(["firearm", "sharp", "unknown", "not_recorded"])),
            "intent": str(dice.choice(["intentional", "undetermined", "not_recorded"])),
        }
        return values

    return make_records(*(one() for _ in range(size)))


def test_the_columns_are_those_of_the_schema(make_records: MakeRecords) -> None:
    register = build_register(make_records({"sex": "male"}))
    assert dict(register.cases.schema) == case_schema()
    assert dict(register.case_records.schema) == case_records_schema()


def test_no_records_no_cases(make_records: MakeRecords) -> None:
    register = build_register(make_records())
    assert register.cases.is_empty()
    assert dict(register.cases.schema) == case_schema()
    assert register.summary.records == register.summary.cases == 0


def test_every_record_is_in_one_case(make_records: MakeRecords) -> None:
    records = many(make_records)
    register = build_register(records)
    assert sorted(register.case_records["record_id"]) == sorted(records["record_id"])
    assert register.cases["n_records"].sum() == records.height
    assert register.cases["case_id"].is_unique().all()
    assert register.summary.cases == register.cases.height < records.height
    assert sum(register.summary.joined_by.values()) == records.height
    assert register.summary.disagreements["mechanism"] == register.cases["mechanism_disagree"].sum() > 0


def test_the_order_of_the_records_changes_nothing(make_records: MakeRecords) -> None:
    records = many(make_records)
    first = build_register(records)
    for seed in (1, 2, 3):
        again = build_register(records.sample(fraction=1, shuffle=True, seed=seed))
        assert_frame_equal(first.cases, again.cases)
        assert_frame_equal(first.case_records, again.case_records)
        assert sorted(first.contradictions.rows()) == sorted(again.contradictions.rows())
        assert first.summary == again.summary


def test_the_caller_keeps_its_frame(make_records: MakeRecords) -> None:
    records = many(make_records, 20)
    before = records.clone()
    build_register(records)
    assert_frame_equal(records, before)


def test_a_case_keeps_its_name_when_a_later_source_joins_it(make_records: MakeRecords) -> None:
    first = {"source_record_number": "7", "identity_number": "43211234"}
    later = {"source_id": "sinadef", "identity_number": "43211234", "received_on": dt.date(2016, 1, 1)}
    alone, both = build_register(make_records(first)).cases, build_register(make_records(first, later)).cases
    assert alone["case_id"].to_list() == both["case_id"].to_list()
    assert (alone["status"].item(), both["status"].item()) == ("draft", "matched")


def test_no_person_is_in_a_case(make_records: MakeRecords) -> None:
    secret = {
        "full_name": "CANARY NAME",
        "identity_number": "43211234",
        "address": "CANARY ROAD",
        "narrative": "CANARY",
    }
    written = build_register(make_records(secret | {"source_record_number": "CANARY-7"})).cases.write_json()
    assert "CANARY" not in written
    assert "43211234" not in written


def test_a_case_is_synthetic_if_any_record_is(make_records: MakeRecords) -> None:
    one = {"identity_number": "43211234"}
    cases = build_register(make_records(one, one | {"source_id": "mpfn", "synthetic": True})).cases
    assert cases["synthetic"].to_list() == [True]


def test_concepts_are_decided_on_the_fused_case(make_records: MakeRecords) -> None:
    one = {"identity_number": "43211234", "occurred_on": dt.date(2014, 5, 1)}
    cases = build_register(
        make_records(one | {"intent": "intentional"}, one | {"source_id": "mpfn", "penal_type": "art108"})
    ).cases
    assert cases.select("figure_in_ceic", "figure_in_iccs_0101", "figure_in_qualified").row(0) == (True, True, True)


def test_places_are_fused_whole(make_records: MakeRecords) -> None:
    one = {"identity_number": "43211234"}
    police = one | {"occurrence_unit": "240101", "occurrence_level": "district"}
    morgue = one | {"source_id": "morgue", "occurrence_unit": "2402", "occurrence_level": "province"}
    case = build_register(make_records(police, morgue)).cases.row(0, named=True)
    assert (case["occurrence_unit"], case["occurrence_level"], case["occurrence_source"]) == (
        "240101",
        "district",
        "pnp",
    )
    assert case["occurrence_disagree"]
    assert case["death_unit"] is None


def test_among_equals_the_earlier_delivery_is_believed(make_records: MakeRecords) -> None:
    one = {"identity_number": "43211234", "age_years": 30.0}
    later = one | {"age_years": 31.0, "received_on": dt.date(2016, 1, 1), "file": "a.csv"}
    assert build_register(make_records(later, one | {"file": "b.csv"})).cases["age_years"].to_list() == [30.0]


@pytest.mark.parametrize("field", [field.name for field in record_fields("coded", "place")])
def test_every_body_has_its_place_in_every_order(field: str) -> None:
    order = Precedence().of(field)
    assert len(set(order)) == len(order)
    assert set(order) >= {
        "police",
        "prosecutor",
        "morgue",
        "hospital",
        "civil_registry",
        "statistics",
        "press",
        "citizen",
    }


def test_precedence_names_only_fields_that_exist() -> None:
    table = tomllib.loads((files("convive.register") / "precedence.toml").read_text("utf-8"))
    named = [field for order in table["order"] for field in order["fields"]]
    assert [field for field in named if field not in fields()] == []
    assert len(set(named)) == len(named)
