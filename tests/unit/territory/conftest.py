"""A small territory that a test may spoil."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

SETTINGS = """
levels = ["country", "department", "province", "district"]
nesting = "prefix"

[[units]]
file = "units.csv"

[[population]]
file = "population.csv"
series = "one"

[[boundaries]]
edition = "2007"
level = "district"
file = "districts.geojson"
"""

UNITS = """code,name,aliases
13,La Libertad,
1301,Trujillo,
130101,Trujillo,
130102,El Porvenir,
24,Tumbes,
2401,Tumbes,
240101,Tumbes,Cercado de Tumbes
240105,San Jacinto,
2403,Zarumilla,
240302,Aguas Verdes,La Frontera
20,Piura,
2001,Piura,
200101,Piura,
200102,El Porvenir,
"""

POPULATION = """code,year,population
24,2023,1000
24,2024,1010
2401,2023,700
2401,2024,707
2403,2023,300
2403,2024,303
"""


def square(code: str, west: float, *, ring: list[list[float]] | None = None) -> dict[str, object]:
    """A feature one degree wide from ``west`` on, between latitudes -4 and -3."""
    corners = ring or [[west, -4], [west + 1, -4], [west + 1, -3], [west, -3], [west, -4]]
    geometry = {"type": "Polygon", "coordinates": [corners]}
    return {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": geometry}


def write_geojson(path: Path, features: list[dict[str, object]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


@pytest.fixture
def draw(folder: Path) -> Callable[[dict[str, list[list[float]]]], None]:
    """Draw the districts anew, each by its ring."""

    def drawn(rings: dict[str, list[list[float]]]) -> None:
        write_geojson(folder / "districts.geojson", [square(code, 0, ring=ring) for code, ring in rings.items()])

    return drawn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "territory.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    (tmp_path / "population.csv").write_text(POPULATION, "utf-8")
    # Written against the order of their codes, so that an answer on the border cannot come from the file's order.
    write_geojson(tmp_path / "districts.geojson", [square("240302", -80), square("240101", -81)])
    return tmp_path


REAL = """
levels = ["country", "department", "province", "district"]
nesting = "prefix"
"""

REAL_POPULATION = """
[[population]]
file = "population_{file}_2023_2025.csv"
level = "{level}"
columns = {{ year = "year", code = "UBIGEO", value = "Total", {level} = "{name}" }}
country = ["{zeros}"]
series = "minsa-2023-2025"
units = true
"""

REAL_BOUNDARIES = """
[[boundaries]]
edition = "2007"
level = "{level}"
file = "peru_{file}_simple.geojson"
columns = {{ code = "{code}", name = "{name}" }}
"""


@pytest.fixture(scope="session")
def real_folder(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Peru as received: population tables that name the units, boundaries of 2007."""
    folder = tmp_path_factory.mktemp("peru")
    text = REAL
    for level, file, name, zeros in (
        ("department", "departamentos", "DEPARTAMENTO", "00"),
        ("province", "provincias", "PROVINCIA", "0000"),
        ("district", "distritos", "DISTRITO", "000000"),
    ):
        text += REAL_POPULATION.format(level=level, file=file, name=name, zeros=zeros)
    for level, file, code, name in (
        ("department", "departamental", "FIRST_IDDP", "NOMBDEP"),
        ("province", "provincial", "FIRST_IDPR", "NOMBPROV"),
        ("district", "distrital", "IDDIST", "NOMBDIST"),
    ):
        text += REAL_BOUNDARIES.format(level=level, file=file, code=code, name=name)
    (folder / "territory.toml").write_text(text, "utf-8")
    for path in (*real_data.glob("population_*.csv"), *real_data.glob("peru_*.geojson")):
        (folder / path.name).symlink_to(path)
    return folder
