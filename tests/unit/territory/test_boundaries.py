"""Boundaries by edition, and what is wrong with a polygon."""

from __future__ import annotations

import datetime as dt

import pytest

from convive.errors import TerritoryError
from convive.territory import Territory

BOWTIE = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


def test_features_have_code_and_name_only(small):
    collection = small.boundaries("district")
    assert collection["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in collection["features"]] == [
        {"code": "240101", "name": "Tumbes"},
        {"code": "240301", "name": "Zarumilla"},
        {"code": "240302", "name": "Aguas Verdes"},
    ]


def test_asking_for_a_level_without_boundaries_tells_which_there_are(small):
    with pytest.raises(TerritoryError, match="district"):
        small.boundaries("province")


def test_an_old_figure_keeps_its_old_boundary(write, shapes):
    older = '[[boundaries]]\nfile = "units.geojson"\nlevel = "district"\nedition = "2007"\n'
    older += "valid_from = 2007-01-01\nvalid_to = 2013-12-31\n"
    folder = write()
    (folder / "units.geojson").write_text(shapes.collection(shapes.block("240101", 0, width=3)), "utf-8")
    settings = (folder / "territory.toml").read_text("utf-8") + older
    territory = Territory.load(write(settings=settings))
    assert territory.edition_on("district", dt.date(2010, 5, 1)) == "2007"
    assert territory.edition_on("district", dt.date(2014, 5, 1)) == "2014"
    assert territory.locate([2.5], [0.5], level="district", edition="2007").tolist() == ["240101"]
    assert territory.locate([2.5], [0.5], level="district").tolist() == ["240302"]
    assert len(territory.boundaries("district", "2007")["features"]) == 1


def test_an_invalid_polygon_stops_the_work_and_tells_where_it_crosses_itself(write, shapes, stopped_by):
    drawn = shapes.collection(shapes.block("240301", 1), shapes.polygon("240101", BOWTIE))
    folder = write(districts=drawn)
    assert stopped_by(folder) == [("boundary-invalid", "districts.geojson", 2, "", "240101")]
    with pytest.raises(TerritoryError, match=r"Self-intersection.*0\.5 0\.5"):
        Territory.load(folder)


def test_an_invalid_polygon_is_mended_where_the_settings_allow_it_and_told(write, shapes, told_by):
    folder = write(districts=shapes.collection(shapes.polygon("240101", BOWTIE)))
    settings = (folder / "territory.toml").read_text("utf-8").replace("valid_from", "mend = true\nvalid_from")
    territory = Territory.load(write(settings=settings, districts=shapes.collection(shapes.polygon("240101", BOWTIE))))
    assert ("boundary-mended", "districts.geojson", 1, "", "240101") in told_by(territory)
    assert territory.locate([0.1, 0.5], [0.5, 0.9], level="district").tolist() == ["240101", None]


def test_a_polygon_without_code_stops_the_work(write, shapes, stopped_by):
    drawn = shapes.collection(shapes.block("240101", 0), shapes.block(None, 1))
    assert stopped_by(write(districts=drawn)) == [("boundary-without-code", "districts.geojson", 2, "code", "")]


def test_a_polygon_of_no_unit_is_told_and_not_used(write, shapes, told_by):
    territory = Territory.load(write(districts=shapes.collection(shapes.block("240101", 0), shapes.block("240199", 1))))
    assert told_by(territory) == [("boundary-unit-unknown", "districts.geojson", 2, "code", "240199")]
    assert territory.locate([1.5], [0.5], level="district").tolist() == [None]


def test_a_unit_without_polygon_is_told(write, shapes, told_by):
    empty = shapes.block("240301", 1) | {"geometry": None}
    territory = Territory.load(write(districts=shapes.collection(shapes.block("240101", 0), empty)))
    assert told_by(territory) == [("boundary-without-polygon", "districts.geojson", 2, "", "240301")]


def test_two_polygons_of_one_unit_become_one_and_it_is_told(write, shapes, told_by):
    drawn = shapes.collection(shapes.block("240101", 0), shapes.block("240301", 1), shapes.block("240101", 5))
    territory = Territory.load(write(districts=drawn))
    assert told_by(territory) == [("boundary-twice", "districts.geojson", 3, "", "240101")]
    assert territory.locate([0.5, 5.5], [0.5, 0.5], level="district").tolist() == ["240101", "240101"]


def test_boundaries_in_metres_are_refused(write, shapes, stopped_by):
    problems = stopped_by(write(districts=shapes.collection(shapes.block("240101", 560_000))))
    assert [code for code, *_ in problems] == ["boundary-not-degrees"]


def test_one_edition_is_stated_once(write, stopped_by):
    folder = write()
    again = '[[boundaries]]\nfile = "districts.geojson"\nlevel = "district"\nedition = "2014"\n'
    settings = (folder / "territory.toml").read_text("utf-8") + again
    assert [code for code, *_ in stopped_by(write(settings=settings))] == ["boundary-edition-twice"]
