"""Breaks of a population series."""

from __future__ import annotations

import polars as pl
import pytest

from convive.errors import LANGUAGES
from convive.territory import Territory
from convive.territory.breaks import beyond_breaks, find_breaks
from convive.territory.settings import BreakRule
from convive.texts import say

RULE = BreakRule(minimum=0.05, spread_multiple=6, minimum_units=10)


def series(**by_unit: list[int]) -> pl.DataFrame:
    rows = [(unit, 2020 + n, value, "s", False) for unit, values in by_unit.items() for n, value in enumerate(values)]
    return pl.DataFrame(rows, schema=["unit_code", "year", "population", "series", "synthetic"], orient="row")


def units_of(population: pl.DataFrame, level: str = "department") -> pl.DataFrame:
    return population.select(code="unit_code").unique().with_columns(level=pl.lit(level))


def found(population: pl.DataFrame, rule: BreakRule = RULE) -> list[tuple[object, ...]]:
    breaks = find_breaks(population, units_of(population), rule)
    return breaks.with_columns(pl.col("change").round(4)).rows()


def test_a_unit_alone_breaks_where_it_grows_more_than_births_and_moves_explain():
    assert found(series(a=[100_000, 101_000, 117_463])) == [("a", 2021, 2022, 0.163, "territory.break.growth")]


@pytest.mark.parametrize(("after", "broken"), [(105_000, False), (105_200, True), (95_200, False), (95_000, True)])
def test_alone_the_threshold_is_in_logarithms_and_has_two_sides(after, broken):
    assert bool(found(series(a=[100_000, after]))) is broken


def test_growth_is_by_year_where_years_are_missing():
    population = series(a=[100_000, 0, 0, 0, 116_000]).filter(pl.col("population") > 0)
    assert found(population) == []
    assert (
        found(population.with_columns(year=pl.when(pl.col("year") == 2024).then(2021).otherwise("year")))[0][2] == 2021
    )


def test_beside_many_others_the_one_that_departs_is_found():
    others = {f"u{n:02}": [100_000, 101_000 + 100 * n] for n in range(20)}
    assert found(series(**others, odd=[100_000, 91_600])) == [
        ("odd", 2020, 2021, -0.084, "territory.break.beside_others")
    ]


def test_where_all_vary_widely_a_wide_growth_is_no_break():
    wide = {f"u{n:02}": [100_000, 90_000 + 1_000 * n] for n in range(21)}
    assert found(series(**wide, odd=[100_000, 112_000])) == []
    assert found(series(**wide, odd=[100_000, 190_000]))[0][0] == "odd"


def test_a_break_where_the_series_changes_says_so():
    population = series(a=[100_000, 120_000]).with_columns(series=pl.Series(["old", "new"]))
    assert found(population)[0][-1] == "territory.break.other_series"


def test_units_are_never_compared_across_another_one():
    assert found(series(a=[100_000, 100_500], b=[900_000, 904_000])) == []


def test_years_on_the_two_sides_of_a_break_are_not_comparable(write):
    table = "code,year,population\n24,2023,263123\n24,2024,265844\n24,2025,309153\n24,2026,310000\n"
    territory = Territory.load(write(population=table))
    expected = {(2023, 2024): True, (2024, 2025): False, (2025, 2024): False, (2023, 2026): False, (2025, 2026): True}
    assert {pair: territory.comparable("24", *pair) for pair in expected} == expected
    assert territory.comparable("24", 2024, 2024)
    assert territory.comparable("2403", 2024, 2025)


@pytest.mark.parametrize(
    ("values", "beyond"),
    [
        ([100_000, 101_000, 102_000], []),
        ([100_000, 101_000, 150_000], [2022]),
        ([100_000, 150_000], [2021]),
        ([100_000, 150_000, 200_000], [2021, 2022]),
        ([100_000, 150_000, 151_000, 152_000], [2020]),
    ],
)
def test_what_a_break_parts_from_the_longest_stretch(values, beyond):
    population = series(a=values, b=[900_000, 904_000])
    told = beyond_breaks(population, find_breaks(population, units_of(population), RULE))
    assert sorted(told.filter("is_beyond_break").select("unit_code", "year").rows()) == [("a", year) for year in beyond]
    assert told.height == population.height


@pytest.mark.parametrize("reason", ["growth", "beside_others", "other_series"])
def test_each_reason_is_told_in_both_languages(reason):
    assert len({say(f"territory.break.{reason}", language) for language in LANGUAGES}) == 2


def test_a_territory_without_population_has_no_break(write):
    settings = '[[units]]\nfile = "units.csv"\n'
    territory = Territory.load(write(settings=settings))
    assert territory.breaks.is_empty()
    assert territory.comparable("24", 2011, 2014)


@pytest.mark.real_data
def test_the_known_breaks_of_tumbes_are_found(real_folder):
    territory = Territory.load(real_folder)
    known = territory.breaks.filter(pl.col("unit_code").is_in(["24", "2401"]))
    assert known.with_columns(pl.col("change").round(3)).select(
        "unit_code", "from_year", "to_year", "change"
    ).rows() == [
        ("24", 2024, 2025, 0.163),
        ("2401", 2023, 2024, -0.084),
    ]
    assert territory.comparable("24", 2023, 2024)
    assert not territory.comparable("24", 2024, 2025)
    assert not territory.comparable("2401", 2023, 2025)


@pytest.mark.real_data
def test_breaks_are_the_exception_at_every_level(real_folder):
    territory = Territory.load(real_folder)
    levels = territory.units.select(unit_code="code", level="level")
    broken = territory.breaks.join(levels, on="unit_code").group_by("level").agg(pl.col("unit_code").n_unique())
    assert dict(broken.iter_rows()) == {"department": 1, "province": 12, "district": 112}
