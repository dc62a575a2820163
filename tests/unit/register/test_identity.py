"""Which records are one victim, and what is told instead of joined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from convive.register import Register, build_register

MAY = dt.date(2014, 5, 1)
JUAN = {"full_name": "Juan Pérez Rojas", "sex": "male"}
LUIS = {"full_name": "Luis Soto Vega", "sex": "male"}
DNI = "43211234"


@pytest.fixture
def joined(make_records: Callable[..., pl.DataFrame]) -> Callable[..., Register]:
    """Builds the register of some records given as dictionaries."""
    return lambda *rows: build_register(make_records(*rows))


Joined = Callable[..., Register]


def rules(register: Register) -> list[str]:
    return sorted(register.case_records["joined_by"].cast(pl.String).to_list())


def told(register: Register) -> list[tuple[str, str]]:
    return register.contradictions.select("joined_by", "reason").rows()


def test_records_of_one_source_and_number_are_one(joined: Joined) -> None:
    register = joined({"source_record_number": "7"}, {"source_record_number": "7", "file": "later.csv"})
    assert rules(register) == ["source_number", "source_number"]
    assert register.cases["n_records"].to_list() == [2]


@pytest.mark.parametrize(
    "other", [{"source_record_number": "8"}, {"source_id": "mpfn"}, {"victim_no": 2}, {"source_record_number": None}]
)
def test_another_number_source_or_victim_is_another_case(joined: Joined, other: dict[str, Any]) -> None:
    first = {"source_record_number": "7"}
    assert joined(first, first | other).cases.height == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (JUAN, LUIS),
        ({"sex": "male"}, {"sex": "female"}),
        ({"identity_number": DNI}, {"identity_number": "51211234"}),
        ({"age_years": 20.0}, {"age_years": 60.0}),
        ({"occurred_on": dt.date(2011, 1, 5)}, {"occurred_on": dt.date(2012, 1, 5)}),
    ],
    ids=["name", "sex", "identity", "age", "numbers begun anew"],
)
def test_one_number_that_tells_of_two_people_joins_nothing(
    joined: Joined, first: dict[str, Any], second: dict[str, Any]
) -> None:
    number = {"source_record_number": "7"}
    register = joined(number | first, number | second | {"file": "later.csv"})
    assert rules(register) == ["single", "single"]
    assert told(register) == [("source_number", "other-person")]
    assert register.cases["case_id"].n_unique() == 2


def test_a_correction_under_one_number_and_identity_stays_one_case(joined: Joined) -> None:
    number = {"source_record_number": "7", "identity_number": DNI}
    register = joined(number | {"sex": "male"}, number | {"sex": "female", "file": "later.csv"})
    assert register.cases["sex_disagree"].to_list() == [True]


def test_one_identity_number_joins_sources(joined: Joined) -> None:
    register = joined({"identity_number": DNI}, {"identity_number": "4321-1234", "source_id": "mpfn"})
    assert rules(register) == ["identity_number", "identity_number"]
    assert register.cases["sources"].to_list() == [["mpfn", "pnp"]]


def test_a_number_that_fills_a_blank_joins_nobody(joined: Joined) -> None:
    for filler in ("00000000", "99999999", "", None):
        assert joined({"identity_number": filler}, {"identity_number": filler, "source_id": "mpfn"}).cases.height == 2


def test_one_identity_number_with_deaths_years_apart_is_told(joined: Joined) -> None:
    early, late = {"identity_number": DNI, "occurred_on": dt.date(2010, 1, 1)}, {"identity_number": DNI, "died_on": MAY}
    register = joined(early, late | {"source_id": "mpfn"}, late | {"source_id": "morgue"})
    assert rules(register) == ["identity_number", "identity_number", "single"]
    assert told(register) == [("identity_number", "dates-or-sex-differ")]


def test_one_identity_number_of_two_sexes_is_told_even_with_a_third_that_has_none(joined: Joined) -> None:
    person = {"identity_number": DNI, "occurred_on": MAY}
    register = joined(
        person, person | {"source_id": "mpfn", "sex": "male"}, person | {"source_id": "morgue", "sex": "female"}
    )
    assert register.cases.height == 2
    assert told(register) == [("identity_number", "dates-or-sex-differ")]


def test_full_name_sex_and_date_join_sources(joined: Joined) -> None:
    register = joined(
        JUAN | {"occurred_on": MAY},
        {"given_names": "JUAN", "surname_1": "PEREZ", "surname_2": "ROJAS", "sex": "male", "source_id": "sinadef"}
        | {"died_on": MAY + dt.timedelta(days=1)},
    )
    assert rules(register) == ["name_sex_date", "name_sex_date"]


@pytest.mark.parametrize(
    "other",
    [
        {"occurred_on": MAY + dt.timedelta(days=2)},
        {"occurred_on": None},
        {"sex": "female"},
        {"sex": "unknown"},
        {"full_name": "Juan Pérez"},
    ],
)
def test_name_sex_and_date_must_all_agree(joined: Joined, other: dict[str, Any]) -> None:
    first = JUAN | {"occurred_on": MAY}
    assert joined(first, first | {"source_id": "mpfn"} | other).cases.height == 2


@pytest.mark.parametrize(
    "victims",
    [
        [{"surname_1": "QUISPE", "surname_2": "ROJAS"}] * 2,
        [{"given_names": "JUAN CARLOS"}] * 2,
        [{"full_name": "PEPE SOTO"}] * 2,
        [{"full_name": "PEPE SOTO", "age_years": 22.0}, {"full_name": "PEPE SOTO"}],
        [JUAN | {"age_years": 22.0}, JUAN | {"age_years": 61.0}],
    ],
    ids=["surnames alone", "given names alone", "a short name", "a short name, one age", "ages far apart"],
)
def test_a_name_that_may_be_anothers_joins_nothing(joined: Joined, victims: list[dict[str, Any]]) -> None:
    rows = [{"occurred_on": MAY, "sex": "male", "source_record_number": str(n)} | who for n, who in enumerate(victims)]
    assert joined(*rows).cases.height == 2


def test_a_short_name_joins_where_the_age_agrees(joined: Joined) -> None:
    who = {"full_name": "Pepe Soto", "sex": "male", "age_years": 22.0, "occurred_on": MAY}
    assert joined(who, who | {"source_id": "mpfn", "age_years": 23.0}).cases.height == 1


def test_the_same_name_day_after_day_is_told_not_joined(joined: Joined) -> None:
    days = [JUAN | {"occurred_on": MAY + dt.timedelta(days=day), "row": 10 + day} for day in range(3)]
    register = joined(*days)
    assert register.cases.height == 3
    assert told(register) == [("name_sex_date", "ages-or-dates-differ")] * 2


def test_under_a_number_of_two_people_a_third_record_belongs_to_neither(joined: Joined) -> None:
    number = {"source_record_number": "7", "sex": "male"}
    people = [number | {"identity_number": DNI}, number | {"identity_number": "51211234"}, number]
    assert joined(*people).cases.height == 3


def test_the_event_goes_before_the_death(joined: Joined) -> None:
    wounded = JUAN | {"occurred_on": MAY, "died_on": MAY + dt.timedelta(days=9)}
    assert joined(JUAN | {"occurred_on": MAY, "source_id": "mpfn"}, wounded).cases.height == 1


def test_many_without_a_name_stay_many(joined: Joined) -> None:
    nobody = [{"full_name": text, "sex": "male", "occurred_on": MAY} for text in ("NN", "N.N.", "", None) * 50]
    assert joined(*nobody).cases.height == 200


def test_a_chain_of_names_never_makes_two_identity_numbers_one(joined: Joined) -> None:
    person = JUAN | {"occurred_on": MAY}
    register = joined(
        person | {"identity_number": DNI},
        person | {"source_id": "mpfn"},
        person | {"source_id": "morgue", "identity_number": "51211234"},
    )
    assert rules(register) == ["single"] * 3
    assert told(register) == [("name_sex_date", "identity-numbers-differ")] * 2


def test_rules_chain_across_sources(joined: Joined) -> None:
    register = joined(
        JUAN | {"occurred_on": MAY},
        JUAN | {"occurred_on": MAY, "identity_number": DNI, "source_id": "sinadef"},
        {"identity_number": DNI, "source_id": "morgue", "source_record_number": "N-1"},
        {"source_id": "morgue", "source_record_number": "N-1", "file": "later.csv"},
    )
    assert register.cases["n_records"].to_list() == [4]
    assert register.cases["sources"].to_list() == [["morgue", "pnp", "sinadef"]]
    assert rules(register) == ["identity_number", "name_sex_date", "source_number", "source_number"]
