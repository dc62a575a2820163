"""Who says what of a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from convive.register import build_register
from convive.register.ledger import Decision, append, read, record_names
from convive.standard import case_values_schema

DNI = {"identity_number": "43211234"}
POLICE = DNI | {"source_id": "pnp", "mechanism": "firearm", "age_years": 30.0, "occurrence_unit": "240101"}
MORGUE = DNI | {"source_id": "morgue", "mechanism": "sharp_object", "age_years": 30.0, "died_on": dt.date(2014, 5, 3)}
COURT = DNI | {"source_id": "mpfn", "mechanism": "firearm", "sex": "unknown"}


def said(values: pl.DataFrame, field: str) -> list[tuple[Any, ...]]:
    return values.filter(field=field).select("source_id", "value", "agrees", "taken").rows()


def test_every_source_stands_with_what_it_says_and_those_that_disagree(make_records: Any) -> None:
    alone = {"identity_number": "10203040", "source_id": "pnp", "mechanism": "firearm"}
    register = build_register(make_records(POLICE, MORGUE, COURT, alone))
    values = register.values
    assert dict(values.schema) == case_values_schema()
    assert sorted(said(values, "mechanism")) == [
        ("morgue", "sharp_object", True, True),
        ("mpfn", "firearm", False, False),
        ("pnp", "firearm", False, False),
    ]
    assert sorted(said(values, "age_years")) == [("morgue", "30.0", True, True), ("pnp", "30.0", True, False)]
    assert said(values, "occurrence") == [("pnp", "240101", True, True)]
    assert said(values, "died_on") == [("morgue", "2014-05-03", True, True)]
    assert said(values, "sex") == []
    assert values["case_id"].n_unique() == 1


def test_each_disagreement_of_a_case_has_sources_that_differ(make_records: Any) -> None:
    cases = [
        [one | {"identity_number": f"4321{n:04d}"} for one in (POLICE, MORGUE | {"age_years": 30.0 + n % 2})]
        for n in range(40)
    ]
    register = build_register(make_records(*(record for case in cases for record in case)))
    for field in ("mechanism", "age_years"):
        differing = register.values.filter(~pl.col("agrees"), field=field)["case_id"].unique().sort()
        assert differing.equals(register.cases.filter(f"{field}_disagree")["case_id"].sort())
    shuffled = make_records(*(record for case in cases for record in case)).sample(fraction=1, shuffle=True, seed=3)
    assert (
        build_register(shuffled)
        .values.sort("case_id", "field", "record_id")
        .equals(register.values.sort("case_id", "field", "record_id"))
    )


def test_what_people_decided_is_taken_from_no_source(make_records: Any, tmp_path: Any) -> None:
    records = make_records(POLICE, MORGUE)
    at = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    names = tuple(sorted(record_names(records)))
    append(tmp_path, Decision("value", names, "ana", at, "error_of_source", field="age_years", value="33", words="DNI"))
    values = build_register(records, ledger=read(tmp_path)).values
    assert {row[1:] for row in said(values, "age_years")} == {("30.0", False, False)}


def test_no_person_is_in_the_values(make_records: Any) -> None:
    secret = {"full_name": "CANARY NAME", "address": "CANARY ROAD", "narrative": "CANARY", "alias": "CANARY"}
    values = build_register(make_records(POLICE | secret, MORGUE | secret)).values
    written = values.write_json()
    assert values.height
    assert "CANARY" not in written
    assert DNI["identity_number"] not in written
