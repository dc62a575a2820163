"""A small observatory into which a test puts files and profiles."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from convive.errors import Findings, Problem
from convive.observatory import Observatory
from convive.sources import Harmonised, read_sources
from convive.territory import Territory

SETTINGS = """[observatory]
id = "prueba"
name.es = "Prueba"
name.en = "Test"
focus = "24"
"""

TERRITORY = """levels = ["country", "department", "province", "district"]
nesting = "prefix"

[[units]]
file = "units.csv"

[[boundaries]]
edition = "2007"
level = "district"
file = "districts.geojson"
"""

UNITS = """code,name,aliases
15,Lima,
1501,Lima,
150101,Lima,
24,Tumbes,
2401,Tumbes,
240101,Tumbes,Cercado de Tumbes
240105,San Jacinto,
2403,Zarumilla,
240302,Aguas Verdes,La Frontera
"""


def square(code: str, west: float) -> dict[str, object]:
    """One degree wide, three to four degrees south."""
    ring = [[west, -4.0], [west + 1, -4.0], [west + 1, -3.0], [west, -3.0], [west, -4.0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": geometry}


@dataclass(frozen=True)
class Desk:
    """An observatory's folder, and the two things a test does with it."""

    folder: Path

    def put(self, source: str, profile: str | None, **files: str | bytes) -> None:
        """Lay files (name without suffix: content of a CSV) and a profile into ``sources/<source>``."""
        folder = self.folder / "sources" / source
        folder.mkdir(parents=True, exist_ok=True)
        if profile is not None:
            (folder / "profile.toml").write_text(profile, "utf-8")
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / f"{name}.csv").write_bytes(raw)

    def read(self, as_of: dt.date = dt.date(2020, 12, 31)) -> Harmonised:
        territory = Territory.load(self.folder / "territory")
        return read_sources(Observatory.open(self.folder), territory, as_of=as_of)

    def problems(self) -> list[Problem]:
        """What reading raises."""
        with pytest.raises(Findings) as raised:
            self.read()
        return list(raised.value.problems)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "observatory.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "territory").mkdir()
    for name, content in (("territory.toml", TERRITORY), ("units.csv", UNITS)):
        (tmp_path / "territory" / name).write_text(content, "utf-8")
    features = [square("240101", -81.0), square("240302", -80.0)]
    collection = {"type": "FeatureCollection", "features": features}
    (tmp_path / "territory" / "districts.geojson").write_text(json.dumps(collection), "utf-8")
    return Desk(tmp_path)


ABOUT = """[profile]
id = "{id}"
version = 1
body = "police"
row = "{row}"
title.es = "Prueba"
title.en = "Test"
received_on = 2020-12-31
{more}

{tables}
"""


@pytest.fixture
def profile() -> Callable[..., str]:
    """Text of a profile: ``profile("[columns]…", extends="generic", row="event")``."""

    def written(tables: str = "", *, id: str = "prueba", row: str = "victim", extends: str = "") -> str:
        return ABOUT.format(id=id, row=row, tables=tables, more=f'extends = "{extends}"' if extends else "")

    return written
