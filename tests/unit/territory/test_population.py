"""Population: what is used, and what is told with file, row, column and value."""

from __future__ import annotations

import polars as pl
import pytest

from convive.territory import Territory

HEADER = "code,year,population\n"
TABLE = '[[units]]\nfile = "units.csv"\n[[population]]\nfile = "population.csv"\nseries = "estimates"\n'


def test_population_is_by_unit_and_year(small):
    row = small.population.filter((pl.col("unit_code") == "24") & (pl.col("year") == 2014))
    assert row.rows() == [("24", 2014, 1010, "estimates", False)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("24,2014,0", ("population-zero", "population.csv", 3, "population", "0")),
        ("24,2014,-5", ("population-negative", "population.csv", 3, "population", "-5")),
        ("24,2014,", ("population-blank", "population.csv", 3, "population", "")),
        ("24,2014,many", ("population-not-a-number", "population.csv", 3, "population", "many")),
        ('24,2014,"1,010"', ("population-not-a-number", "population.csv", 3, "population", "1,010")),
        ("24,2014,NaN", ("population-not-a-number", "population.csv", 3, "population", "NaN")),
        ("24,MMXIV,1010", ("population-year-bad", "population.csv", 3, "year", "MMXIV")),
    ],
)
def test_a_value_that_no_rate_can_use_is_told(write, stopped_by, line, problem):
    assert problem in stopped_by(write(population=HEADER + "24,2013,1000\n" + line + "\n"))


def test_two_values_for_one_unit_and_year_in_one_file_stop_the_work(write, stopped_by):
    table = HEADER + "24,2014,1010\n24,2014,1011\n"
    assert stopped_by(write(population=table)) == [("population-twice", "population.csv", 3, "", "1011")]


def test_the_same_value_twice_is_no_quarrel(write):
    territory = Territory.load(write(population=HEADER + "24,2014,1010\n24,2014,1010\n"))
    assert territory.population.height == 1


def test_of_two_tables_the_first_holds_and_the_difference_is_told(write, told_by):
    second = '[[population]]\nfile = "districts.geojson"\nseries = "census"\n'
    folder = write(settings=TABLE + second, population=HEADER + "24,2014,1010\n", districts=HEADER + "24,2014,999\n")
    territory = Territory.load(folder)
    assert territory.population.select("population", "series").rows() == [(1010, "estimates")]
    assert ("population-two-tables", "districts.geojson", 2, "", "999") in told_by(territory)


def test_children_that_do_not_add_up_are_told_at_their_parent(write, told_by):
    table = HEADER + "24,2014,1010\n2401,2014,606\n2403,2014,304\n"
    territory = Territory.load(write(settings=TABLE, population=table))
    assert [p for p in told_by(territory) if p[0] == "population-sum-differs"] == [
        ("population-sum-differs", "population.csv", 2, "", "1010")
    ]


@pytest.mark.parametrize("part", ["2403,2014,404", "2403,2014,406"])
def test_children_that_add_up_within_the_tolerance_are_not(write, told_by, part):
    table = HEADER + f"24,2014,1010\n2401,2014,606\n{part}\n"
    assert told_by(Territory.load(write(settings=TABLE, population=table))) == []


def test_children_of_whom_one_is_absent_are_not_summed_but_the_absence_is_told(write, told_by):
    territory = Territory.load(write(settings=TABLE, population=HEADER + "24,2014,1010\n2401,2014,606\n"))
    assert told_by(territory) == [("population-absent", "territory.toml", None, "", "2403")]


def test_population_of_a_unit_outside_the_territory_is_told_and_not_used(write, told_by):
    territory = Territory.load(write(settings=TABLE, population=HEADER + "24,2014,1010\n99,2014,5\n"))
    assert territory.population["unit_code"].to_list() == ["24"]
    assert ("population-unit-unknown", "population.csv", 3, "", "99") in told_by(territory)


def test_country_rows_written_as_zeros_are_the_country(write):
    territory = Territory.load(write(settings=TABLE, population=HEADER + "000000,2014,30000\n24,2014,1010\n"))
    assert territory.population.filter(pl.col("unit_code") == "PE")["population"].to_list() == [30000]


def test_filters_skips_and_a_fixed_year_choose_the_rows(write):
    extra = 'year = 2014\nskip = ["TOTAL"]\nfilters = {sex = "all"}\nsynthetic = true\n'
    table = "code,sex,population\nTOTAL,all,99\n24,all,1010\n24,male,500\n"
    territory = Territory.load(write(settings=TABLE + extra, population=table))
    assert territory.population.rows() == [("24", 2014, 1010, "estimates", True)]
    assert territory.problems == ()


def test_a_missing_column_is_told_beside_those_there(write, stopped_by):
    table = "code,year,inhabitants\n24,2014,1010\n"
    assert stopped_by(write(population=table)) == [
        ("territory-column-missing", "population.csv", None, "population", "population")
    ]
