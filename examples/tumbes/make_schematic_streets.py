"""Draws schematic streets and features of Tumbes, for the streets layer and the "why here" of the example.

Around each capital of the schematic map lies a grid of crooked blocks, and the corners that the synthetic deaths gather
at are street corners among others. Bars, bus terminals, schools and a river are laid on it by a fixed seed, without any
look at the deaths. It is a drawing, not a survey.

    python examples/tumbes/make_schematic_streets.py [folder]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "territory"
SEED = 2016
BLOCK = 0.0012
"""Degrees of a block's side: about 130 m."""

# Longitude and latitude of the towns on the schematic map, and blocks to each side.
TOWNS = {
    "Tumbes": (-80.44, -3.55, 14),
    "Corrales": (-80.53, -3.60, 8),
    "Zarumilla": (-80.31, -3.50, 8),
    "Aguas Verdes": (-80.22, -3.46, 9),
    "Zorritos": (-80.72, -3.73, 6),
}
FACTORS = {
    "bars": ({"es": "cantinas", "en": "bars"}, 40),
    "terminals": ({"es": "terminales de buses", "en": "bus terminals"}, 9),
    "schools": ({"es": "colegios", "en": "schools"}, 30),
}
RIVER = {"es": "el río", "en": "the river"}
ROADS = (("Zorritos", "Corrales"), ("Corrales", "Tumbes"), ("Tumbes", "Zarumilla"), ("Zarumilla", "Aguas Verdes"))


def main(folder: Path = FOLDER) -> None:
    """Write ``streets.geojson`` and ``features.geojson`` into ``folder``."""
    draws = np.random.default_rng(SEED)
    corners = {name: _corners(*town, draws) for name, town in TOWNS.items()}
    streets = [_feature("LineString", line) for grid in corners.values() for line in (*grid, *grid.transpose(1, 0, 2))]
    streets += [_feature("LineString", np.array([TOWNS[one][:2], TOWNS[other][:2]])) for one, other in ROADS]
    _write(folder / "streets.geojson", {"type": "FeatureCollection", "schematic": True, "features": streets})
    places = np.concatenate([grid.reshape(-1, 2) for grid in corners.values()])
    features = [
        _feature("Point", place, factor=factor)
        for factor, (_, number) in FACTORS.items()
        for place in places[draws.choice(len(places), number, replace=False)]
    ]
    river = np.array([(-80.46, -3.47), (-80.448, -3.52), (-80.452, -3.56), (-80.47, -3.62), (-80.48, -3.70)])
    features.append(_feature("LineString", river, factor="river"))
    names = {factor: name for factor, (name, _) in FACTORS.items()} | {"river": RIVER}
    tree = {"type": "FeatureCollection", "schematic": True, "factors": names, "features": features}
    _write(folder / "features.geojson", tree)


def _corners(longitude: float, latitude: float, blocks: int, draws: np.random.Generator) -> np.ndarray:
    """The corners of a town, rows × columns × 2."""
    steps = (np.arange(2 * blocks + 1) - blocks) * BLOCK
    grid = np.stack(np.meshgrid(longitude + steps, latitude + steps), axis=-1)
    crooked: np.ndarray = grid + draws.normal(0, BLOCK / 12, grid.shape)
    return crooked


def _feature(kind: str, places: np.ndarray, **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": np.round(places, 5).tolist()},
    }


def _write(path: Path, tree: dict[str, Any]) -> None:
    path.write_text(json.dumps(tree, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
