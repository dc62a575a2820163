"""Units and their tree; every mistake in a table is told with file, row, column and value."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from convive.errors import TerritoryError
from convive.territory import Territory
from convive.territory.names import as_written

HEADER = "code,name,level,parent\n"
DEPARTMENT = "24,Tumbes,department,PE\n"
ONLY_UNITS = '[[units]]\nfile = "units.csv"\n'


def test_units_come_coarse_to_fine_with_their_parents(small):
    assert small.levels == ("country", "department", "province", "city", "district")
    parents = dict(small.units.select("code", "parent").iter_rows())
    assert list(parents) == ["PE", "24", "2401", "2403", "city:tumbes", "240101", "240301", "240302"]
    assert parents["PE"] is None
    assert parents["240302"] == "2403"


def test_every_unit_is_its_own_ancestor_and_below_all_others(small):
    line = small.ancestors.filter(pl.col("code") == "240302")
    assert dict(line.select("ancestor", "level").iter_rows()) == {
        "240302": "district",
        "2403": "province",
        "24": "department",
        "PE": "country",
    }


def test_codes_that_nest_by_prefix_tell_level_and_parent(write):
    settings = 'nesting = "prefix"\n' + ONLY_UNITS
    territory = Territory.load(write(settings=settings, units="code,name\n24,Tumbes\n2401,Tumbes\n240101,Tumbes\n"))
    told = territory.units.select("code", "level", "parent").rows()
    assert told == [
        ("PE", "country", None),
        ("24", "department", "PE"),
        ("2401", "province", "24"),
        ("240101", "district", "2401"),
    ]


def test_units_are_read_from_the_properties_of_boundaries(write, shapes):
    settings = (
        'nesting = "prefix"\n' + ONLY_UNITS + '[[units]]\nfile = "districts.geojson"\ncolumns = {name = "title"}\n'
    )
    drawn = shapes.block("240302", 0)
    drawn["properties"]["title"] = "Aguas Verdes"
    units = HEADER + DEPARTMENT + "2403,Zarumilla,province,24\n"
    territory = Territory.load(write(settings=settings, units=units, districts=shapes.collection(drawn)))
    assert territory.name("240302") == "Aguas Verdes"
    assert territory.units.filter(pl.col("code") == "240302")["parent"].to_list() == ["2403"]


def test_units_are_read_from_a_population_table_that_names_them(write):
    settings = (
        'nesting = "prefix"\n[[population]]\nfile = "population.csv"\nunits = true\nlevel = "department"\n'
        'columns = {code = "UBIGEO", value = "Total", department = "DEPARTAMENTO"}\n'
    )
    population = "year,UBIGEO,DEPARTAMENTO,Total\n2023,00,PERU,90\n2023,24,TUMBES,90\n2024,24,TUMBES,91\n"
    territory = Territory.load(write(settings=settings, population=population))
    assert territory.units["code"].to_list() == ["PE", "24"]
    assert territory.name("24") == "Tumbes"
    assert territory.population.filter(pl.col("unit_code") == "PE")["population"].to_list() == [90]


def test_the_first_table_gives_the_name_and_other_names_are_known_too(write):
    settings = ONLY_UNITS + '[[units]]\nfile = "population.csv"\nlevel = "department"\n'
    folder = write(settings=settings, units=HEADER + DEPARTMENT, population="code,name\n24,Tumpis\n")
    territory = Territory.load(folder)
    assert territory.name("24") == "Tumbes"
    answer = territory.resolve(pl.DataFrame({"department": ["TUMPIS"]}))
    assert answer.select("unit_code", "certainty").rows() == [("24", "alias")]


def test_validity_is_kept(write):
    units = "code,name,level,parent,valid_from,valid_to\n24,Tumbes,department,PE,1942-11-25,\n"
    territory = Territory.load(write(settings=ONLY_UNITS, units=units))
    row = territory.units.filter(pl.col("code") == "24")
    assert row.select("valid_from", "valid_to").rows() == [(dt.date(1942, 11, 25), None)]


def test_only_keeps_what_lies_below_a_code_and_above_it(write):
    units = HEADER + DEPARTMENT + "20,Piura,department,PE\n2401,Tumbes,province,24\n2001,Piura,province,20\n"
    settings = 'only = ["2401"]\n' + ONLY_UNITS
    territory = Territory.load(write(settings=settings, units=units))
    assert territory.units["code"].to_list() == ["PE", "24", "2401"]


def test_a_name_is_asked_only_of_units_that_exist(small):
    assert small.name("2403") == "Zarumilla"
    with pytest.raises(TerritoryError, match="9999"):
        small.name("9999")


@pytest.mark.parametrize(
    ("units", "problem"),
    [
        (HEADER + DEPARTMENT + DEPARTMENT, ("unit-twice", "units.csv", 3, "code", "24")),
        (HEADER + DEPARTMENT + ",Nadie,department,PE\n", ("unit-without-code", "units.csv", 3, "code", "Nadie")),
        (HEADER + DEPARTMENT + "25,,department,PE\n", ("unit-without-name", "units.csv", 3, "name", "25")),
        (HEADER + DEPARTMENT + "2401,Tumbes,province,23\n", ("unit-parent-missing", "units.csv", 3, "parent", "23")),
        (HEADER + DEPARTMENT + "X1,Barrio,quarter,24\n", ("unit-level-unknown", "units.csv", 3, "level", "quarter")),
        (
            HEADER + DEPARTMENT + "2401,Tumbes,province,240101\n240101,Tumbes,district,24\n",
            ("unit-parent-finer", "units.csv", 3, "parent", "240101"),
        ),
        (
            "code,name,level,parent,valid_from\n24,Tumbes,department,PE,31/02/2014\n",
            ("unit-date-bad", "units.csv", 2, "valid_from", "31/02/2014"),
        ),
        ("code,title\n24,Tumbes\n", ("territory-column-missing", "units.csv", None, "name", "name")),
        (HEADER, ("territory-file-empty", "units.csv", None, "", "")),
        ("", ("territory-file-empty", "units.csv", None, "", "")),
    ],
)
def test_a_mistake_is_told_where_it_stands(write, stopped_by, units, problem):
    assert problem in stopped_by(write(settings=ONLY_UNITS, units=units))


def test_units_that_end_up_belonging_to_themselves_are_all_named(write, stopped_by):
    units = HEADER + DEPARTMENT + "2401,Tumbes,province,2402\n2402,Villar,province,2401\n240101,Tumbes,district,2401\n"
    circles = [p for p in stopped_by(write(settings=ONLY_UNITS, units=units)) if p[0] == "unit-circle"]
    assert [(row, value) for _, _, row, _, value in circles] == [(3, "2401"), (4, "2402")]


def test_all_problems_are_told_at_once(write, stopped_by):
    units = HEADER + DEPARTMENT + DEPARTMENT + "2401,Tumbes,province,23\n"
    codes = {code for code, *_ in stopped_by(write(units=units, population="code,year,population\n24,2014,x\n"))}
    assert {"unit-twice", "unit-parent-missing", "population-not-a-number"} <= codes


def test_a_file_that_is_not_there_is_told_beside_those_that_are(write, stopped_by):
    assert ("territory-file-missing", "units.csv", None, "", "units.csv") in stopped_by(write(units=None))


def test_a_file_in_another_encoding_is_told(write, stopped_by):
    folder = write(settings=ONLY_UNITS)
    (folder / "units.csv").write_bytes((HEADER + "02,Áncash,department,PE\n").encode("latin-1"))
    assert next(code for code, *_ in stopped_by(folder)) == "territory-file-unreadable"
    (folder / "territory.toml").write_text(ONLY_UNITS + 'encoding = "latin-1"\n', "utf-8")
    assert Territory.load(folder).name("02") == "Áncash"


def test_broken_geojson_is_told(write, stopped_by):
    for text in ("{", json.dumps({"type": "Feature"}), "[]"):
        assert "territory-file-unreadable" in [code for code, *_ in stopped_by(write(districts=text))]


@pytest.mark.parametrize(
    ("received", "written"),
    [
        ("SAN JUAN DE LA VIRGEN", "San Juan de la Virgen"),
        ("MADRE DE DIOS", "Madre de Dios"),
        ("LA LIBERTAD", "La Libertad"),
        ("Áncash", "Áncash"),
        ("CAÑETE", "Cañete"),
    ],
)
def test_a_name_in_capitals_is_written_as_people_do(received: str, written: str) -> None:
    assert pl.DataFrame({"name": [received]}).select(as_written("name")).item() == written
