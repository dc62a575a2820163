"""Points in the districts of a country: ours beside GeoPandas' spatial join, on the same points in the same run.

    python benchmarks/analysis/points_in_polygons.py [FILE.geojson]

Without a file the districts are 1,834 Voronoi cells with wavy borders. Compiled code is warmed up first.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import shapely
from shapely.geometry import shape

from convive.analysis.points_in_polygons import polygon_grid, polygon_of

SIZES = (100_000, 1_000_000, 10_000_000)


def main() -> None:
    polygons = _districts(Path(sys.argv[1])) if len(sys.argv) > 1 else _cells()
    low_x, low_y, high_x, high_y = shapely.total_bounds(polygons)
    polygon_of([[low_x, low_y]], polygon_grid(polygons), metres=True)
    print(f"{len(polygons):,} polygons, {shapely.get_num_coordinates(polygons).sum():,} vertices")
    print(f"{'points':>12} {'convive s':>10} {'geopandas s':>12} {'ratio':>7} {'growth':>7}  differing")
    before = 0.0
    for size in SIZES:
        points = np.random.default_rng(1).uniform((low_x, low_y), (high_x, high_y), (size, 2))
        began = time.perf_counter()
        ours = polygon_of(points, polygon_grid(polygons), metres=True)
        mine = time.perf_counter() - began
        began = time.perf_counter()
        frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points[:, 0], points[:, 1]))
        joined = frame.sjoin(geopandas.GeoDataFrame(geometry=polygons), predicate="within")
        theirs = time.perf_counter() - began
        first = np.full(size, len(polygons))
        np.minimum.at(first, joined.index.to_numpy(), joined["index_right"].to_numpy())
        differing = int((np.where(first == len(polygons), -1, first) != ours).sum())
        growth = f"{mine / before / 10:7.2f}" if before else f"{'':7}"
        print(f"{size:>12,} {mine:>10.2f} {theirs:>12.2f} {theirs / mine:>6.1f}× {growth}  {differing}")
        before = mine


def _districts(path: Path) -> np.ndarray:
    features = json.loads(path.read_text("utf-8"))["features"]
    return np.array([shape(feature["geometry"]) for feature in features if feature["geometry"]])


def _cells() -> np.ndarray:
    seeds = shapely.multipoints(np.random.default_rng(3).uniform(0, 1_000_000, (1834, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 1_000_000, 1_000_000)))
    return shapely.segmentize(cells, 2_000)


if __name__ == "__main__":
    main()
