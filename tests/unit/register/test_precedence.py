"""Whom to believe first: Convive's orders, and those of a city before them."""

from __future__ import annotations

from typing import Any

import pytest

from convive.errors import ObservatoryError
from convive.register import Precedence, build_register, city_precedence

POLICE = {"source_id": "pnp", "identity_number": "43211234", "age_years": 30.0, "mechanism": "firearm"}
MORGUE = {"source_id": "morgue", "identity_number": "43211234", "age_years": 32.0, "mechanism": "sharp_object"}


def believed(make_records: Any, own: dict[str, tuple[str, ...]]) -> tuple[Any, ...]:
    records = make_records(POLICE, MORGUE)
    case = build_register(records, believed=city_precedence(own, {"pnp", "morgue", "mpfn"})).cases.row(0, named=True)
    return tuple(case[name] for name in ("age_years", "age_years_source", "mechanism", "mechanism_source"))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, (32.0, "morgue", "sharp_object", "morgue")),
        ({"age_years": ("pnp",)}, (30.0, "pnp", "sharp_object", "morgue")),
        ({"age_years": ("police",)}, (30.0, "pnp", "sharp_object", "morgue")),
        ({"mechanism": ("prosecutor", "pnp")}, (32.0, "morgue", "firearm", "pnp")),
        ({"default": ("police",)}, (30.0, "pnp", "firearm", "pnp")),
        ({"default": ("police",), "age_years": ("morgue",)}, (32.0, "morgue", "firearm", "pnp")),
    ],
    ids=["of convive", "a source", "a kind of institution", "one that is silent first", "default", "default and field"],
)
def test_a_city_says_whom_it_believes_about_a_field(make_records: Any, own: Any, expected: Any) -> None:
    assert believed(make_records, own) == expected


def test_of_two_sources_of_one_institution_the_one_named_is_believed(make_records: Any) -> None:
    records = make_records(POLICE, POLICE | {"source_id": "eess", "source_body": "police", "age_years": 31.0})
    for first, age in (("pnp", 30.0), ("eess", 31.0)):
        own = city_precedence({"age_years": (first,)}, {"pnp", "eess"})
        assert build_register(records, believed=own).cases["age_years"].to_list() == [age]


def test_what_the_city_leaves_out_keeps_the_order_of_convive() -> None:
    order = Precedence({"age_years": ("hospital",)}).of("age_years")
    assert order[0] == "hospital"
    assert order[1:] == tuple(body for body in Precedence().of("age_years") if body != "hospital")


def test_a_field_or_source_that_there_is_not_is_named_with_what_there_is() -> None:
    with pytest.raises(ObservatoryError) as raised:
        city_precedence({"age_year": ("police",), "sex": ("morge", "morgue", "morgue")}, {"pnp", "morgue"})
    told = [(one.code, one.place(), one.value) for one in raised.value.problems]
    assert told == [
        ("precedence-field", "observatory.toml [precedence.age_year]", "age_year"),
        ("precedence-source", "observatory.toml [precedence.sex]", "morge"),
        ("precedence-twice", "observatory.toml [precedence.sex]", "morgue"),
    ]
    spanish, english = (raised.value.describe(language) for language in ("es", "en"))
    assert "Ningún caso tiene el campo «age_year»" in spanish
    assert "age_years" in spanish
    assert "“morge” is neither a source of this observatory nor a kind of institution" in english
    assert "(morgue, pnp)" in english


@pytest.mark.parametrize("field", ["full_name", "narrative", "record_id", "case_id"])
def test_no_order_is_taken_for_what_no_case_carries(field: str) -> None:
    with pytest.raises(ObservatoryError, match="No case has a field"):
        city_precedence({field: ("police",)}, ())
