"""Draws the schematic map of Tumbes and shares out its illustrative population.

The map is a Voronoi diagram of the districts' capitals (coarse, public knowledge; those of small districts are
moved apart so that they can be read), cut by an outline drawn by hand. It is a drawing, not a survey.

    python examples/tumbes/make_schematic_map.py [folder]
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import shapely

FOLDER = Path(__file__).parent / "territory"
GRID = 0.001

# Longitude and latitude, moved apart around the city of Tumbes.
CAPITALS = {
    "240101": (-80.44, -3.55),
    "240102": (-80.53, -3.60),
    "240103": (-80.62, -3.63),
    "240104": (-80.45, -3.80),
    "240105": (-80.50, -3.70),
    "240106": (-80.38, -3.65),
    "240201": (-80.72, -3.73),
    "240202": (-80.62, -3.95),
    "240203": (-80.90, -4.02),
    "240301": (-80.31, -3.50),
    "240302": (-80.22, -3.46),
    "240303": (-80.22, -3.68),
    "240304": (-80.25, -3.56),
}
OUTLINE = [
    (-80.31, -3.39),
    (-80.24, -3.41),
    (-80.20, -3.45),
    (-80.17, -3.52),
    (-80.19, -3.60),
    (-80.14, -3.68),
    (-80.17, -3.80),
    (-80.18, -3.92),
    (-80.29, -4.02),
    (-80.43, -4.05),
    (-80.49, -4.20),
    (-80.62, -4.14),
    (-80.76, -4.16),
    (-80.89, -4.19),
    (-81.00, -4.10),
    (-80.94, -3.96),
    (-80.86, -3.83),
    (-80.77, -3.72),
    (-80.68, -3.63),
    (-80.58, -3.54),
    (-80.46, -3.46),
    (-80.38, -3.44),
]

# Stated: province of Tumbes 2013 (§2.6); department 2014 (345 officers at 147 per 100,000, §8.1.1).
PROVINCE_2013 = 164_404
DEPARTMENT_2014 = 234_694
GROWTH = 1.008
SHARES = {
    "2401": {"240101": 68, "240102": 15, "240103": 6, "240104": 4, "240105": 5, "240106": 2},
    "2402": {"240201": 62, "240202": 11, "240203": 27},
    "2403": {"240301": 45, "240302": 44, "240303": 3, "240304": 8},
}
OTHER_PROVINCES = {"2402": 28, "2403": 72}


def main(folder: Path = FOLDER) -> None:
    """Write the three maps and the population table into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = _names()
    districts = _districts()
    levels = {
        "district": districts,
        "province": _merged(districts, 4),
        "department": _merged(districts, 2),
    }
    for level, shapes in levels.items():
        features = [_feature(code, names[code], shape) for code, shape in sorted(shapes.items())]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
        (folder / f"{level}.geojson").write_text(text + "\n", "utf-8")
    _write_population(folder / "population.csv")


def _names() -> dict[str, str]:
    with (FOLDER / "units.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _districts() -> dict[str, shapely.Polygon]:
    outline = shapely.Polygon(OUTLINE)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(list(CAPITALS.values())), extend_to=outline)
    found: dict[str, shapely.Polygon] = {}
    for code, point in CAPITALS.items():
        cell = next(cell for cell in cells.geoms if cell.contains(shapely.Point(point)))
        found[code] = shapely.set_precision(shapely.normalize(cell.intersection(outline)), GRID)
    if not shapely.coverage_is_valid(list(found.values())):
        raise ValueError("the districts of the map overlap or leave gaps")
    return found


def _merged(districts: dict[str, shapely.Polygon], length: int) -> dict[str, shapely.Polygon]:
    codes = sorted({code[:length] for code in districts})
    return {
        code: shapely.coverage_union_all([shape for of, shape in districts.items() if of.startswith(code)])
        for code in codes
    }


def _feature(code: str, name: str, shape: shapely.Polygon) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(shapely.normalize(shape))))
    rings = [[[round(x, 3), round(y, 3)] for x, y in ring] for ring in geometry["coordinates"]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": geometry["type"], "coordinates": rings},
    }


def _write_population(path: Path) -> None:
    lines = ["code,year,population"]
    for year in range(2011, 2016):
        department = round(DEPARTMENT_2014 * GROWTH ** (year - 2014))
        first = round(PROVINCE_2013 * GROWTH ** (year - 2013))
        provinces = {"2401": first, **_shared(department - first, OTHER_PROVINCES)}
        lines.append(f"24,{year},{department}")
        for province, people in provinces.items():
            lines.append(f"{province},{year},{people}")
            lines += [f"{code},{year},{count}" for code, count in _shared(people, SHARES[province]).items()]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _shared(total: int, shares: dict[str, int]) -> dict[str, int]:
    """``total`` in whole people by ``shares``, adding up exactly (largest remainders)."""
    whole = sum(shares.values())
    counts = {code: total * share // whole for code, share in shares.items()}
    by_rest = sorted(shares, key=lambda code: (-(total * shares[code] % whole), code))
    for code in by_rest[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
