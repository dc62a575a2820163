"""Point in polygon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from convive.errors import TerritoryError
from convive.territory import Territory


def test_points_inside_outside_and_missing(small):
    longitude = np.array([0.5, 1.5, 2.5, 9.0, np.nan, 0.5])
    latitude = np.array([0.5, 0.5, 0.5, 0.5, 0.5, np.inf])
    assert small.locate(longitude, latitude, level="district").tolist() == [
        "240101",
        "240301",
        "240302",
        None,
        None,
        None,
    ]


def test_a_point_on_a_border_belongs_to_the_lowest_code_whatever_the_order_of_the_file(write, shapes):
    squares = [shapes.block("240101", 0), shapes.block("240301", 1), shapes.block("240302", 2)]
    for order in (squares, squares[::-1]):
        territory = Territory.load(write(districts=shapes.collection(*order)))
        assert territory.locate([1.0, 2.0], [0.5, 0.5], level="district").tolist() == ["240101", "240301"]


def test_a_hole_is_outside_and_an_island_inside(write, shapes):
    ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    mainland = shapes.polygon("240101", [ring, hole])
    island = [[[6, 0], [7, 0], [7, 1], [6, 1], [6, 0]]]
    mainland["geometry"] = {"type": "MultiPolygon", "coordinates": [[ring, hole], island]}
    territory = Territory.load(write(districts=shapes.collection(mainland)))
    places = territory.locate([0.5, 1.5, 6.5, 5.0], [0.5, 1.5, 0.5, 0.5], level="district")
    assert places.tolist() == ["240101", None, "240101", None]


def test_no_points_give_no_units(small):
    assert small.locate(np.array([]), np.array([]), level="district").tolist() == []


def test_more_points_than_one_portion_keep_their_places(small):
    longitude = np.tile([0.5, 1.5, 9.0], 100_000)
    found = small.locate(longitude, np.full(300_000, 0.5), level="district")
    assert (found.reshape(-1, 3) == np.array(["240101", "240301", None], dtype=object)).all()


def test_an_edition_that_is_not_there_is_told(small):
    with pytest.raises(TerritoryError, match="1993"):
        small.locate([0.5], [0.5], level="district", edition="1993")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(points=st.lists(st.tuples(st.floats(-1, 4), st.floats(-1, 2)), min_size=1, max_size=20))
def test_agrees_with_asking_every_polygon(small, points):
    areas = [(f["properties"]["code"], shape(f["geometry"])) for f in small.boundaries("district")["features"]]
    expected = [next((code for code, area in areas if area.intersects(Point(p))), None) for p in points]
    longitude, latitude = np.array(points).T
    assert small.locate(longitude, latitude, level="district").tolist() == expected


@pytest.mark.real_data
@pytest.mark.parametrize("level", ["department", "province", "district"])
def test_a_point_inside_each_unit_of_peru_is_found_in_it(real_folder, level):
    territory = Territory.load(real_folder)
    features = territory.boundaries(level)["features"]
    inside = [shape(feature["geometry"]).representative_point() for feature in features]
    found = territory.locate([p.x for p in inside], [p.y for p in inside], level=level)
    assert found.tolist() == [feature["properties"]["code"] for feature in features]
