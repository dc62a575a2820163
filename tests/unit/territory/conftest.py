"""A small territory that a test may spoil."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from convive.errors import Problem, TerritoryError
from convive.territory import Territory

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


FILES = {
    "settings": """
[[units]]
file = "units.csv"

[[boundaries]]
file = "districts.geojson"
level = "district"
edition = "2014"
valid_from = 2014-01-01

[[population]]
file = "population.csv"
series = "estimates"
""",
    "units": """code,name,level,parent,aliases
24,Tumbes,department,PE,
2401,Tumbes,province,24,
2403,Zarumilla,province,24,
240101,Tumbes,district,2401,Cercado de Tumbes
240301,Zarumilla,district,2403,
240302,Aguas Verdes,district,2403,
city:tumbes,Tumbes,city,2401,
""",
    "population": """code,year,population
24,2013,1000
24,2014,1010
2401,2013,600
2401,2014,606
2403,2013,400
2403,2014,404
""",
}
NAMES = {
    "settings": "territory.toml",
    "units": "units.csv",
    "population": "population.csv",
    "districts": "districts.geojson",
}


def polygon(code: str | None, rings: list[Any]) -> dict[str, Any]:
    properties = {} if code is None else {"code": code}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}}


def block(code: str | None, west: float, width: float = 1) -> dict[str, Any]:
    """A square of one degree of latitude from the equator on, whose western side is at longitude ``west``."""
    return polygon(code, [[[west, 0], [west + width, 0], [west + width, 1], [west, 1], [west, 0]]])


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def shapes() -> SimpleNamespace:
    """Hands out :func:`polygon`, :func:`block` and :func:`collection`."""
    return SimpleNamespace(polygon=polygon, block=block, collection=collection)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a territory whose parents and levels stand in columns, some files replaced; ``None`` leaves one out."""
    districts = collection(block("240101", 0), block("240301", 1), block("240302", 2))

    def written(**replaced: str | None) -> Path:
        for key, text in (FILES | {"districts": districts} | replaced).items():
            if text is not None:
                (tmp_path / NAMES[key]).write_text(text, "utf-8")
        return tmp_path

    return written


@pytest.fixture
def small(write: Callable[..., Path]) -> Territory:
    return Territory.load(write())


Position = tuple[str, str, int | None, str, str]


@pytest.fixture
def stopped_by() -> Callable[[Path], list[Position]]:
    """Code, file, row, column and value of each problem with which loading a folder stops."""

    def stopped_by(folder: Path) -> list[Position]:
        with pytest.raises(TerritoryError) as stopped:
            Territory.load(folder)
        return positions(stopped.value.problems)

    return stopped_by


@pytest.fixture
def told_by() -> Callable[[Territory], list[Position]]:
    """The same for what is told and does not stop the work."""
    return lambda territory: positions(territory.problems)


def positions(problems: tuple[Problem, ...]) -> list[Position]:
    """Where each problem is; every one of them must be able to say itself in both languages."""
    assert all(problem.reason(lang) and problem.remedy(lang) for problem in problems for lang in ("es", "en"))
    return [(p.code, p.file, p.row, p.column, p.value) for p in problems]
