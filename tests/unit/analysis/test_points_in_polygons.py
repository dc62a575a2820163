"""Each point is in the polygon in which another library finds it."""

from __future__ import annotations

import json
from pathlib import Path

import numba
import numpy as np
import pytest
import shapely

from convive.analysis.points_in_polygons import polygon_grid, polygon_of
from convive.errors import AnalysisError


def first_by_shapely(points: np.ndarray, polygons: np.ndarray) -> np.ndarray:
    tree = shapely.STRtree(polygons)
    point, polygon = tree.query(shapely.points(points), predicate="within")
    found = np.full(len(points), len(polygons))
    np.minimum.at(found, point, polygon)
    return np.where(found == len(polygons), -1, found)


def scattered(polygons: np.ndarray, n: int, seed: int = 1) -> np.ndarray:
    low_x, low_y, high_x, high_y = shapely.total_bounds(polygons)
    draws = np.random.default_rng(seed).uniform(-0.05, 1.05, (n, 2))
    return draws * [high_x - low_x, high_y - low_y] + [low_x, low_y]


def test_the_districts_of_a_country(real_data: Path) -> None:
    told = json.loads((real_data / "peru_distrital_simple.geojson").read_text("utf-8"))
    polygons = np.array([shapely.geometry.shape(one["geometry"]) for one in told["features"] if one["geometry"]])
    points = scattered(polygons, 200_000)
    found = polygon_of(points, polygon_grid(polygons), metres=True)
    assert np.mean(found >= 0) > 0.3
    assert np.array_equal(found, first_by_shapely(points, polygons))


@pytest.mark.parametrize("seed", range(6))
def test_stars_with_holes_that_overlap(seed: int) -> None:
    draws = np.random.default_rng(seed)
    polygons = []
    for _ in range(30):
        angle = np.sort(draws.uniform(0, 2 * np.pi, 25))
        ring = draws.uniform(0.2, 1, 25)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) * 100
        star = shapely.make_valid(shapely.polygons(ring + draws.uniform(0, 500, 2)))
        polygons.append(star.difference(star.centroid.buffer(10)))
    shapes = np.array(polygons)
    points = scattered(shapes, 30_000, seed)
    assert np.array_equal(polygon_of(points, polygon_grid(shapes)), first_by_shapely(points, shapes))


def test_squares_side_by_side_share_their_borders_fairly() -> None:
    squares = np.array([shapely.box(x, y, x + 10, y + 10) for x in range(0, 50, 10) for y in range(0, 50, 10)])
    corners = np.array([(x, y) for x in range(0, 51, 5) for y in range(0, 51, 5)], dtype=float)
    found = polygon_of(corners, polygon_grid(squares))
    inner = (corners > 0).all(axis=1) & (corners < 50).all(axis=1)
    assert (found[inner] >= 0).all()
    touching = [
        square.intersects(shapely.Point(corner)) for square, corner in zip(squares[found], corners, strict=True)
    ]
    assert np.array(touching)[found >= 0].all()


def test_the_number_of_threads_changes_nothing() -> None:
    squares = np.array([shapely.box(x, 0, x + 7, 90) for x in range(0, 90, 7)])
    points = scattered(squares, 50_000)
    grid, threads = polygon_grid(squares), numba.get_num_threads()
    found = polygon_of(points, grid)
    numba.set_num_threads(1)
    try:
        assert np.array_equal(polygon_of(points, grid), found)
    finally:
        numba.set_num_threads(threads)


def test_no_polygon_is_refused_and_no_point_gives_nothing() -> None:
    with pytest.raises(AnalysisError):
        polygon_grid([shapely.Polygon()])
    assert len(polygon_of([], polygon_grid([shapely.box(0, 0, 10, 10)]))) == 0
