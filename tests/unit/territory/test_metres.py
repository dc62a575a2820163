"""The plane of metres is right to one per cent where a city or a department lies."""

import numpy as np
import pytest
from pyproj import Geod

from convive.territory.metres import LocalMetres

PLANE = LocalMetres(-80.5, -3.6)


def test_distances_are_those_on_the_ellipsoid():
    rng = np.random.default_rng(0)
    longitude, latitude = rng.uniform(-81.4, -79.6, 200), rng.uniform(-4.5, -2.7, 200)
    places = PLANE.to_metres(longitude, latitude)
    ours = np.hypot(*(places[1:] - places[:-1]).T)
    _, _, theirs = Geod(ellps="WGS84").inv(longitude[:-1], latitude[:-1], longitude[1:], latitude[1:])
    assert ours == pytest.approx(theirs, rel=0.007)


def test_there_and_back():
    longitude, latitude = PLANE.to_degrees(PLANE.to_metres(np.array([-80.4]), np.array([-3.5])))
    assert (longitude[0], latitude[0]) == pytest.approx((-80.4, -3.5))
