"""A tiny observatory on disk, and the command line as people run it: another process."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

import command_line

SETTINGS = """[observatory]
id = "prueba"
name.es = "Prueba"
name.en = "Test"
focus = "24"
as_of = 2014-12-31
"""

TERRITORY = """levels = ["department", "province", "district"]

[[units]]
file = "units.csv"

[[boundaries]]
edition = "2007"
level = "district"
file = "districts.geojson"

[[population]]
file = "population.csv"
columns = { year = "year", code = "code", value = "population" }
series = "prueba"
source.es = "Población inventada"
source.en = "Invented population"
synthetic = true
"""

UNITS = """code,name,level,parent
24,Tumbes,department,
2401,Tumbes,province,24
240101,Tumbes,district,2401
240102,Corrales,district,2401
"""

POPULATION = """year,code,population
2014,24,2000
2014,2401,2000
2014,240101,1500
2014,240102,500
"""

DISTRICTS = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"code": "240101", "name": "Tumbes"}, "geometry":
 {"type": "Polygon", "coordinates": [[[-81, -4], [-80, -4], [-80, -3], [-81, -3], [-81, -4]]]}},
{"type": "Feature", "properties": {"code": "240102", "name": "Corrales"}, "geometry":
 {"type": "Polygon", "coordinates": [[[-80, -4], [-79, -4], [-79, -3], [-80, -3], [-80, -4]]]}}
]}"""

PROFILE = """[profile]
id = "policia"
version = 1
extends = "generic"
body = "police"
received_on = 2014-12-31
synthetic = true
title.es = "Policía (inventada)"
title.en = "Police (invented)"

[columns.age_years]
from = "EDAD"
"""

HEADER = "NUMERO,FECHA,UBIGEO,DISTRITO,EDAD,SEXO,INTENCION,ARMA\n"
VICTIMS = """D-1,03/05/2014,240101,TUMBES,34,MASCULINO,HOMICIDIO,ARMA DE FUEGO
D-2,04/05/2014,240101,TUMBES,21,FEMENINO,HOMICIDIO,ARMA BLANCA
D-3,15/06/2014,240102,CORRALES,45,MASCULINO,HOMICIDIO,ARMA DE FUEGO
D-4,20/07/2014,240102,CORRALES,28,MASCULINO,HOMICIDIO,ARMA DE FUEGO
D-5,09/08/2014,240101,TUMBES,60,MASCULINO,HOMICIDIO,
"""
"""Five good rows: rows 2 to 6 of their file."""


@dataclass(frozen=True)
class City:
    """An observatory's folder and its commands."""

    folder: Path

    @property
    def delivery(self) -> Path:
        return self.folder / "sources" / "policia" / "hechos.csv"

    @property
    def profile(self) -> Path:
        return self.delivery.with_name("profile.toml")

    def receive(self, *rows: str, header: str = HEADER) -> None:
        """The five good rows, and ``rows`` after them: the first of these is row 7."""
        self.delivery.write_text(header + VICTIMS + "".join(f"{row}\n" for row in rows), "utf-8")

    def start(self, command: str) -> subprocess.Popen[str]:
        """The command, running."""
        whole = [*command_line.CONVIVE, command, str(self.folder)]
        return subprocess.Popen(
            whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=command_line.environment()
        )

    def run(self, command: str, *words: str, language: str = "", **more: str) -> command_line.Answer:
        """The command, ended; in a process of its own where the environment holds ``more``."""
        whole = [command, str(self.folder), *words]
        return command_line.run_alone(whole, language, **more) if more else command_line.run(whole, language)

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "private" / f"{name}.parquet", glob=False)

    def bytes(self) -> dict[str, bytes]:
        """Everything that was built."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for part in ("private", "public")
            for path in sorted((self.folder / part).rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def city(tmp_path: Path) -> City:
    """The tiny observatory, ready to build."""
    folder = tmp_path / "ciudad"
    contents = {
        "observatory.toml": SETTINGS,
        "territory/territory.toml": TERRITORY,
        "territory/units.csv": UNITS,
        "territory/population.csv": POPULATION,
        "territory/districts.geojson": DISTRICTS,
        "sources/policia/profile.toml": PROFILE,
        "sources/policia/hechos.csv": HEADER + VICTIMS,
    }
    for name, words in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, "utf-8")
    return City(folder)


@pytest.fixture
def twin(city: City, tmp_path: Path) -> City:
    """The same observatory in another folder."""
    return City(Path(shutil.copytree(city.folder, tmp_path / "otra parte" / "gemela")))
