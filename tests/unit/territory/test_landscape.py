"""Streets and features are read as GeoJSON; what does not fit is told with file, row and value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convive.errors import ObservatoryError
from convive.territory import read_landscape

NAMES = {"bars": {"es": "cantinas", "en": "bars"}}


def written(folder: Path, name: str, features: list[Any], **more: Any) -> Path:
    tree = {"type": "FeatureCollection", "features": features} | more
    (folder / name).write_text(json.dumps(tree), "utf-8")
    return folder


def feature(kind: str, coordinates: Any, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def test_streets_and_features_are_read_and_say_whether_they_are_only_drawn(tmp_path: Path) -> None:
    streets = [
        feature("LineString", [[-80.4, -3.5], [-80.41, -3.5]]),
        feature("MultiLineString", [[[-80.4, -3.5], [-80.4, -3.6]], [[-80.5, -3.5], [-80.5, -3.6], [-80.6, -3.6]]]),
    ]
    written(tmp_path, "streets.geojson", streets, schematic=True)
    bars = [
        feature("Point", [-80.4, -3.5], factor="bars"),
        feature("MultiPoint", [[-80.4, -3.6], [-80.5, -3.6]], factor="bars"),
        feature("LineString", [[-80.4, -3.5], [-80.41, -3.5]], factor="bars"),
    ]
    found = read_landscape(written(tmp_path, "features.geojson", bars, factors=NAMES))
    assert [len(line) for line in found.streets] == [2, 2, 3]
    assert (found.streets_schematic, found.features_schematic) == (True, False)
    (one,) = found.features
    assert (one.id, one.name["es"], len(one.points), len(one.lines)) == ("bars", "cantinas", 3, 1)


def test_nothing_there_is_an_empty_landscape(tmp_path: Path) -> None:
    found = read_landscape(tmp_path)
    assert (found.streets, found.features) == ((), ())


@pytest.mark.parametrize(
    ("name", "features", "more", "code", "row"),
    [
        ("streets.geojson", [feature("Point", [-80.4, -3.5])], {}, "landscape-geometry", 1),
        ("streets.geojson", [{"type": "Feature"}], {}, "landscape-geometry", 1),
        ("streets.geojson", [feature("LineString", [[560_000, 9_605_000], [1, 2]])], {}, "landscape-degrees", 1),
        ("streets.geojson", [feature("LineString", [["a", "b"]])], {}, "landscape-geometry", 1),
        ("features.geojson", [feature("Point", [-80, -3], factor="gangs")], {"factors": NAMES}, "landscape-factor", 1),
        ("features.geojson", [], {"factors": {"bars": {"es": "cantinas"}}}, "landscape-nameless", None),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, name: str, features: list[Any], more: dict[str, Any], code: str, row: int | None
) -> None:
    with pytest.raises(ObservatoryError) as refused:
        read_landscape(written(tmp_path, name, features, **more))
    problem = refused.value.problems[0]
    assert (problem.code, problem.file, problem.row) == (code, name, row)
    assert all(problem.reason(language) and problem.remedy(language) for language in ("es", "en"))


@pytest.mark.parametrize("text", ["", "[]", '{"type": "Feature"}', "no json"])
def test_a_file_that_is_no_collection_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "streets.geojson").write_text(text, "utf-8")
    with pytest.raises(ObservatoryError) as refused:
        read_landscape(tmp_path)
    assert refused.value.problems[0].code == "landscape-unreadable"
