"""Who answers where, what does not fit in the catalogue, and what is near."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from convive.errors import ObservatoryError
from convive.voice.reports.catalogue import read_catalogue
from convive.voice.reports.nearby import Known, box, distance, nearby

GOOD = """
[[body]]
id = "muni"
name = { es = "Municipalidad", en = "Municipality" }
[[body]]
id = "region"
name = { es = "Región", en = "Region" }
[[category]]
code = "luz"
name = { es = "Luz apagada", en = "Light out" }
description = { es = "Un poste sin luz", en = "A lamp without light" }
group = { es = "Alumbrado", en = "Lighting" }
[[route]]
category = "luz"
body = "region"
[[route]]
category = "luz"
unit = "2401"
body = "muni"
"""
UNITS = {"24": "Tumbes", "2401": "Tumbes", "240101": "Tumbes"}
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def written(folder: Path, words: str) -> Path:
    (folder / "reports.toml").write_text(words, "utf-8")
    return folder


def test_the_route_of_the_finest_unit_wins(tmp_path: Path) -> None:
    catalogue = read_catalogue(written(tmp_path, GOOD), UNITS)
    assert catalogue.body_for("luz", ["240101", "2401", "24"]) == "muni"
    assert catalogue.body_for("luz", ["2402", "24"]) == "region"
    assert catalogue.body_for("luz", []) == "region"
    assert catalogue.body_for("otra", []) == ""


def test_without_a_file_nothing_can_be_reported(tmp_path: Path) -> None:
    assert not read_catalogue(tmp_path).categories


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ('[[route]]\ncategory = "luz"\nunit = "99"\nbody = "nadie"\n', ["route-leads-nowhere"] * 2),
        ('[[route]]\ncategory = "agua"\nbody = "muni"\n', ["route-leads-nowhere"]),
        ('[[route]]\ncategory = "luz"\nbody = "muni"\n', ["told-twice"]),
        ('[[body]]\nid = "muni"\nname = { es = "a", en = "b" }\n', ["told-twice"]),
        (
            '[[category]]\ncode = "agua"\nname = { es = "a", en = "b" }\ndescription = { es = "a", en = "b" }\n'
            'group = { es = "a", en = "b" }\nattribute = [{ code = "x", datatype = "singlevaluelist", '
            'description = { es = "a", en = "b" } }]\n',
            ["category-without-body", "attribute-values"],
        ),
        ("[rules]\nreminder_days = 0\n", ["setting-misfit"]),
        ("[rules]\nrecordatorio = 3\n", ["setting-misfit"]),
    ],
)
def test_every_mistake_is_told(tmp_path: Path, more: str, codes: list[str]) -> None:
    with pytest.raises(ObservatoryError) as found:
        read_catalogue(written(tmp_path, GOOD + more), UNITS)
    assert [one.code for one in found.value.problems] == codes


def test_a_rule_of_the_city_is_taken(tmp_path: Path) -> None:
    assert read_catalogue(written(tmp_path, "[rules]\nreminder_days = 14\n")).rules.reminder_days == 14


def test_distance_is_that_of_the_sphere() -> None:
    # A degree of latitude, and one of longitude at 60° north, on a sphere of 6,371,008.8 m.
    assert distance(0, 0, 1, 0) == pytest.approx(111_194.93, abs=1)
    assert distance(60, 0, 60, 1) == pytest.approx(55_597, rel=1e-3)


def test_only_the_same_thing_nearby_and_not_long_ago_is_offered() -> None:
    def known(key: str, category: str = "luz", metres: float = 0, days: int = 1) -> Known:
        return Known(key, category, -3.5 + metres / 111_194.93, -80.4, NOW - dt.timedelta(days=days))

    there = [
        known("far", metres=80),
        known("near", metres=30),
        known("here"),
        known("other", "agua"),
        known("old", days=300),
    ]
    found = nearby(there, category="luz", latitude=-3.5, longitude=-80.4, at=NOW, metres=60, days=180)
    assert [one.known.key for one in found] == ["here", "near"]
    assert found[1].metres == pytest.approx(30, abs=0.1)
    south, west, north, east = box(-3.5, -80.4, 60)
    assert all(south <= one.latitude <= north and west <= one.longitude <= east for one in there[1:3])
    assert not south <= there[0].latitude <= north
