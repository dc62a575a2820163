"""Forecasts and features, in what may be told: the simple way wins where it does, and a lone event is not in it."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from convive.publication.release.patterns.ahead import ahead
from convive.publication.release.patterns.spots import spots
from convive.territory.landscape import Feature, Landscape
from convive.territory.metres import LocalMetres

PLANE = LocalMetres(-80.0, -4.0)
LEAST = 3
AS_OF = dt.date(2014, 12, 31)


def deaths(points, days):
    """A death at each of ``points`` (metres), each an incident of its own."""
    longitude, latitude = PLANE.to_degrees(np.asarray(points, dtype=float))
    return pl.DataFrame(
        {
            "incident_id": [f"i{one:04d}" for one in range(len(longitude))],
            "longitude": longitude,
            "latitude": latitude,
            "occurred_on": days,
            "occurrence_unit": "240101",
            "location_precision": "point",
        },
        schema_overrides={"occurred_on": pl.Date},
    )


def degrees(points):
    return np.column_stack(PLANE.to_degrees(np.asarray(points, dtype=float)))


def grid(side=6_000, step=250):
    """Streets every ``step`` metres."""
    ways = np.arange(-side, side + 1, step)
    lines = [[(x, -side), (x, side)] for x in ways] + [[(-side, y), (side, y)] for y in ways]
    return tuple(degrees(line) for line in lines)


def town(seed, lone=None):
    """150 events of three years at three corners and anywhere, and one more where ``lone`` says."""
    rng = np.random.default_rng(seed)
    corners = np.array([(1_250, 1_250), (-1_750, 750), (250, -2_250)])
    points = np.concatenate([rng.normal(corners[rng.integers(0, 3, 90)], 70), rng.uniform(-3_000, 3_000, (60, 2))])
    days = [dt.date(2012, 1, 1) + dt.timedelta(days=int(one)) for one in rng.integers(0, 1_095, 150)]
    if lone is not None:
        points, days = np.vstack([points, [lone]]), [*days, dt.date(2014, 9, 9)]
    return deaths(points, days)


def told(table, landscape=None):
    ground = landscape or Landscape()
    where = {"place": "occurrence", "least": LEAST, "size": 500}
    found = spots(table, landscape=ground, **where)
    return found, ahead(table, ground, found["cells"], as_of=AS_OF, **where)


@pytest.fixture(scope="module")
def steady():
    near = Feature(
        "bars", {"es": "cantinas", "en": "bars"}, degrees([(1_250, 1_250), (-1_750, 750), (250, -2_250)]), ()
    )
    far = Feature("schools", {"es": "colegios", "en": "schools"}, degrees([(2_600, -2_600), (-2_600, 2_600)]), ())
    return told(town(1), Landscape(grid(3_000), True, (near, far), True))


def test_of_steady_corners_the_simple_map_wins_and_is_said_to(steady):
    found = steady[1]["forecast"]
    assert found["simple_wins"]
    assert found["baseline"] in ("kernel", "last-year")
    assert found["best"] == found["baseline"]
    caught = {one["method"]: one["caught"] for one in found["methods"]}
    assert caught[found["baseline"]] > caught["uniform"]
    assert found["zones"]
    assert set(found["zones"]) <= {one["id"] for one in steady[0]["cells"]}
    assert found["zones"] == sorted(found["zones"], key=lambda name: (len(name), name))


def test_a_feature_that_was_put_at_the_corners_is_found_and_another_is_not(steady):
    why = steady[1]["why"]
    strong = {one["name"]["en"] for one in why["chosen"] if one["p"] <= 0.05}
    assert strong == {"bars"}
    assert why["schematic"]
    assert all(one["low"] <= one["ratio"] <= one["high"] for one in why["chosen"])


def test_streets_are_painted_only_where_cells_are_told(steady):
    found = steady[0]
    assert [one["level"] for one in found["streets"]] == [0, 1, 2]
    rings = np.array([one["ring"] for one in found["cells"]])
    low, high = rings.min(axis=1) - 1e-4, rings.max(axis=1) + 1e-4
    for level in found["streets"]:
        for line in level["lines"]:
            middle = np.mean(line, axis=0)
            assert np.any(np.all((low <= middle) & (middle <= high), axis=1))


def test_streets_say_nothing_that_the_cells_do_not(steady):
    """Moving every event about inside its cell changes no street."""
    rng = np.random.default_rng(3)
    table = town(1)
    points = PLANE.to_metres(table["longitude"].to_numpy(), table["latitude"].to_numpy())
    moved = (np.floor(points / 500) + rng.uniform(0.05, 0.95, points.shape)) * 500
    again = told(deaths(moved, table["occurred_on"].to_list()), Landscape(grid(3_000)))[0]
    assert again["streets"] == steady[0]["streets"]


def test_a_thief_of_all_layers_is_left_with_many_cells_for_a_lone_event():
    """Whoever knows all other events and tries cells that hold none or one for the last one: every answer that the
    whole publication could give fits several of the cells."""
    known = town(4)
    points = PLANE.to_metres(known["longitude"].to_numpy(), known["latitude"].to_numpy())
    full = {tuple(cell) for cell in np.floor(points / 500).astype(int).tolist()}
    empty = [(x, y) for x in range(-5, 5) for y in range(-5, 5) if (x, y) not in full]
    rng = np.random.default_rng(5)
    answers = {}
    for at in rng.choice(len(empty), 10, replace=False):
        found, next_month = told(town(4, (np.array(empty[at]) + 0.5) * 500), Landscape(grid(3_000)))
        places = sorted([one["ring"], one["band"]] for one in found["cells"])
        forecast = next_month["forecast"]
        answer = json.dumps([places, found["density"], found["streets"], forecast and forecast["zones"]])
        answers.setdefault(answer, []).append(at)
        assert forecast is None or all(round(one["caught"] * 20, 9) % 1 == 0 for one in forecast["methods"])
    assert len(answers) == 1


def test_of_few_events_nothing_is_forecast():
    found = told(town(1).head(40))[1]
    assert found == {"enough": False, "size": 500, "forecast": None, "why": None}
