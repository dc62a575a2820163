"""What is told of places: gatherings are found, evenness is not called one, and nobody can find a single event."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest
import shapely

from convive.publication.release.patterns.places import TOGETHER, plane_of
from convive.publication.release.patterns.spots import BANDS, spots
from convive.territory import Territory
from convive.territory.metres import LocalMetres

PLANE = LocalMetres(-80.0, -4.0)
LEAST = 3


def deaths(points, *, days=None, precision="point", incident=None):
    """A death at each of ``points`` (metres); by default each an incident of its own."""
    longitude, latitude = PLANE.to_degrees(np.asarray(points, dtype=float))
    n = len(longitude)
    on = days if days is not None else [dt.date(2012, 1, 1) + dt.timedelta(days=3 * one) for one in range(n)]
    return pl.DataFrame(
        {
            "case_id": [f"c{one}" for one in range(n)],
            "incident_id": incident or [f"i{one:04d}" for one in range(n)],
            "longitude": longitude,
            "latitude": latitude,
            "occurred_on": on,
            "occurrence_unit": ["240101"] * n,
            "location_precision": [precision] * n,
        },
        schema_overrides={"occurred_on": pl.Date},
    )


def told(table, **how):
    return spots(table, place="occurrence", least=LEAST, size=500, **how)


def city(seed=1, scattered=60, gathered=20):
    rng = np.random.default_rng(seed)
    spread = rng.uniform(-6_000, 6_000, (scattered, 2))
    return np.concatenate([spread, rng.normal((1_250, 1_250), 60, (gathered, 2))])


def holding(cell, table):
    """How many events lie in a published cell, counted from its ring alone."""
    box = shapely.Polygon(cell["ring"])
    events = table.unique("incident_id")
    return sum(box.covers(shapely.Point(x, y)) for x, y in events.select("longitude", "latitude").iter_rows())


def test_a_gathering_is_found_and_stands_first():
    found = told(deaths(city()))
    first = found["cells"][0]
    assert first["hot"]
    assert first["band"] == len(BANDS) - 1
    assert (first["rank_low"], first["rank_high"]) == (1, 1)
    assert shapely.Polygon(first["ring"]).covers(shapely.Point(*(one[0] for one in PLANE.to_degrees([[1_250, 1_250]]))))
    assert first["id"] in found["clusters"][0]["cells"]


def test_scattered_events_are_seldom_called_hot():
    called = 0
    for seed in range(40):
        points = np.random.default_rng(seed).uniform(-3_000, 3_000, (150, 2))
        called += any(one["hot"] for one in told(deaths(points))["cells"])
    assert called <= 6


def test_every_cell_told_holds_the_least_number_of_events():
    table = deaths(city(2, scattered=250))
    found = told(table)
    assert found["cells"]
    for cell in found["cells"]:
        assert holding(cell, table) >= LEAST
        low = BANDS[cell["band"]] * LEAST
        assert low <= holding(cell, table)


def test_an_attack_with_many_dead_in_one_place_is_not_shown_for_them():
    points = [*city(3), *[(-4_870.0, 4_870.0)] * 5]
    incident = [f"i{one:04d}" for one in range(len(points) - 5)] + ["attack"] * 5
    found = told(deaths(points, incident=incident))
    assert not any(shapely.Polygon(one["ring"]).covers(_at(-4_870, 4_870)) for one in found["cells"])


def test_a_thief_of_the_publication_cannot_find_an_event_that_stands_alone():
    """Whoever knows every other event, and tries each cell as the place of the lone one, sees one and the same answer
    for all cells that hold no event or one: the publication does not tell them apart."""
    known = city(4, scattered=59)
    rng = np.random.default_rng(5)
    counts = {}
    for point in known:
        cell = tuple(np.floor(point / 500).astype(int))
        counts[cell] = counts.get(cell, 0) + 1
    ones = [cell for cell, count in counts.items() if count == 1]
    answers = set()
    for cell in [ones[int(at)] for at in rng.choice(len(ones), 6, replace=False)]:
        tried = [(np.array(cell) + 0.5) * 500, *known]
        answers.add(json.dumps(told(deaths(tried)), sort_keys=True))
    assert len(answers) == 1


def test_a_thief_who_kept_the_map_of_the_month_before_cannot_find_the_event_between():
    """Event after event of two districts: the map becomes another only with the tenth new event of a district, so that
    ten enter at once and none of them can be told by when it came."""
    rng = np.random.default_rng(10)
    corners = 500 * rng.integers(-6, 6, (12, 2)) + 250
    points = rng.normal(corners[rng.integers(0, 12, 80)], 60)
    units = ["240101", "240101", "240101", "240102"] * 20
    table = deaths(points).with_columns(occurrence_unit=pl.Series(units))
    maps = {n: json.dumps(told(table.head(n)), sort_keys=True) for n in range(39, 81)}
    changed = [n for n in range(40, 81) if maps[n] != maps[n - 1]]
    assert len(changed) >= 3
    assert {units[:n].count(units[n - 1]) % TOGETHER for n in changed} == {0}


def test_density_is_drawn_from_what_is_shown_and_never_from_a_lone_event():
    lone = np.array([[-5_750.0, -5_750.0]])
    found = told(deaths([*np.clip(city(6), -4_000, 4_000), *lone]))
    area = shapely.union_all([shapely.Polygon(ring) for one in found["density"] for ring in one["rings"]])
    assert not area.covers(_at(-5_750, -5_750))


def test_points_that_are_the_middle_of_a_district_are_not_places():
    assert not told(deaths(city(), precision="centroid"))["enough"]


def test_of_few_events_nothing_is_told():
    found = told(deaths(city()[:20]))
    assert not found["enough"]
    assert found["cells"] == found["density"] == []


def test_deaths_without_a_point_are_told_as_a_share():
    table = deaths(city())
    without = table.head(30).with_columns(
        longitude=pl.lit(None, dtype=pl.Float64), incident_id=pl.lit("x") + pl.col("incident_id")
    )
    found = told(pl.concat([table, without]))
    assert found["located_share"] == pytest.approx(0.75, abs=0.03)
    assert told(deaths(city()).drop("longitude"))["enough"] is False


def test_the_accuracy_of_the_map_is_that_of_what_came_later():
    rng = np.random.default_rng(7)
    days = [dt.date(2013, 1, 1) + dt.timedelta(days=int(one)) for one in rng.integers(0, 900, 160)]
    steady = told(deaths(np.concatenate([city(8, 60, 0), rng.normal((1_250, 1_250), 80, (100, 2))]), days=days))
    assert steady["accuracy"]["low"] > 1
    even = told(deaths(rng.uniform(-8_000, 8_000, (160, 2)), days=days))
    assert even["accuracy"] is None or even["accuracy"]["low"] <= 1.5


def test_cells_stay_where_they_were_when_an_event_is_added():
    before, after = told(deaths(city(9))), told(deaths([*city(9), (1_250.0, 1_250.0), (5_900.0, 5_900.0)]))
    rings = [json.dumps(one["ring"]) for one in after["cells"]]
    assert json.dumps(before["cells"][0]["ring"]) in rings


def test_the_plane_of_cells_does_not_move_with_the_events(tumbes):
    territory = Territory.load(tumbes / "territory")
    units = territory.units["code"].to_list()
    events = deaths(city()).select("longitude", "latitude")
    assert plane_of(territory.editions, units, events) == plane_of(territory.editions, units, events + 1.0)
    assert plane_of((), units, events) != plane_of((), units, events + 1.0)


def _at(east, north):
    longitude, latitude = PLANE.to_degrees(np.array([[east, north]], dtype=float))
    return shapely.Point(longitude[0], latitude[0])
