"""A column or key that nobody declared public stops the release."""

from __future__ import annotations

import polars as pl
import pytest

from convive.publication.disclosure import rules
from convive.publication.edition import POPULATION_SCHEMA
from convive.publication.release import allowed
from convive.standard import fields, figures_schema


def test_every_column_of_the_figures_is_declared() -> None:
    assert allowed.columns("figures") == tuple(figures_schema())


def test_every_column_of_the_population_is_declared() -> None:
    assert allowed.columns("population") == tuple(POPULATION_SCHEMA)


def test_a_forgotten_column_stops_the_release() -> None:
    frame = pl.DataFrame(schema=figures_schema()).with_columns(full_name=pl.lit("x"))
    with pytest.raises(allowed.NotDeclaredError, match="full_name"):
        allowed.table("figures", frame)


@pytest.mark.parametrize("name", ["edition", "source", "units", "breaks", "quality", "quality_field", "register"])
def test_a_forgotten_key_stops_the_release(name: str) -> None:
    declared = dict.fromkeys(allowed.declared()["keys"][name])
    assert allowed.entry(name, declared) == declared
    with pytest.raises(allowed.NotDeclaredError, match="narrative"):
        allowed.entry(name, declared | {"narrative": "x"})
    with pytest.raises(allowed.NotDeclaredError, match="missing"):
        allowed.entry(name, {})


@pytest.mark.parametrize("name", sorted(rules().breakdowns))
def test_a_breakdown_is_of_a_public_field_or_of_one_that_may_be_counted(name: str) -> None:
    """Age, hour and weekday come from a date, a time and an age that are never published themselves."""
    derived = {"age_group": "age_years", "hour": "occurred_time", "weekday": "occurred_on", "month": "occurred_on"}
    derived["hour_of_week"] = "occurred_time"
    field = fields()[derived.get(name, name)]
    assert field.disclosure in ({"public"} if name not in derived else {"public", "restricted"})


def test_no_secret_field_stands_in_a_declared_column_or_key() -> None:
    secret = {name for name, field in fields().items() if field.disclosure == "secret"}
    told = {column for table in allowed.declared()["tables"].values() for column in table["columns"]}
    keys = {key for names in allowed.declared()["keys"].values() for key in names}
    assert not secret & (told | keys)
