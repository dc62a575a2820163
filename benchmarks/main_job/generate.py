"""An observatory of any size: synthetic victims of a country in three files, for the benchmark of the main job.

``python benchmarks/main_job/generate.py DIR ROWS`` writes a complete observatory with ROWS victim rows. Seeded: the
same ROWS give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20141231
YEARS = range(2011, 2021)
DEPARTMENTS, PROVINCES, DISTRICTS = 25, 8, 9

SHARES = {"policia": 0.40, "fiscalia": 0.35, "morgue": 0.25}
GIVEN = ["JOSE", "LUIS", "MARIA", "JUAN", "CARLOS", "ANA", "JORGE", "ROSA", "MIGUEL", "CARMEN", "VICTOR", "JULIA"]
SURNAMES = [
    f"{head}{tail}"
    for head in ("ALV", "BEN", "CAST", "FERN", "GUT", "HERR", "MART", "RAM")
    for tail in ("ARADO", "ITES", "ILLO", "EZ", "ERO", "ANO")
]
WORDS = {
    "SEXO": (["MASCULINO", "FEMENINO", "SIN REGISTRO"], [0.88, 0.11, 0.01]),
    "ARMA": (["ARMA DE FUEGO", "ARMA BLANCA", "OBJETO CONTUNDENTE", "NO SE CONOCE", ""], [0.6, 0.2, 0.1, 0.06, 0.04]),
    "LUGAR": (
        ["VIA PUBLICA", "DOMICILIO", "BAR", "CAMPO ABIERTO", "", "NO SE CONOCE"],
        [0.5, 0.2, 0.1, 0.1, 0.05, 0.05],
    ),
    "MOTIVO": (["VENGANZA", "ROBO", "RIÑA", "EXTORSION", "NO ESPECIFICADO", ""], [0.25, 0.2, 0.15, 0.1, 0.2, 0.1]),
    "DELITO": (["HOMICIDIO CALIFICADO", "HOMICIDIO SIMPLE", "SICARIATO", "FEMINICIDIO"], [0.4, 0.35, 0.2, 0.05]),
    "INTENCION": (["HOMICIDIO", "SUICIDIO", "ACCIDENTE", "NO SE CONOCE"], [0.85, 0.05, 0.05, 0.05]),
    "ESTADO_CIVIL": (["SOLTERO", "CASADO", "CONVIVIENTE", ""], [0.5, 0.25, 0.2, 0.05]),
    "INSTRUCCION": (["PRIMARIA COMPLETA", "SECUNDARIA COMPLETA", "SUPERIOR", ""], [0.3, 0.4, 0.2, 0.1]),
    "OCUPACION": (["AGRICULTOR", "COMERCIANTE", "MOTOTAXISTA", "ESTUDIANTE", ""], [0.2, 0.2, 0.2, 0.2, 0.2]),
    "RELACION": (["DESCONOCIDO", "PAREJA", "CONOCIDO", ""], [0.4, 0.1, 0.2, 0.3]),
}


def districts() -> list[str]:
    return [
        f"{department:02d}{province:02d}{district:02d}"
        for department in range(1, DEPARTMENTS + 1)
        for province in range(1, PROVINCES + 1)
        for district in range(1, DISTRICTS + 1)
    ]


def victims(number: int, rng: np.random.Generator) -> pl.DataFrame:
    """The truth: one row a victim, as no institution sees it whole."""
    codes = np.array(districts())
    day = rng.integers(0, 365 * len(YEARS), number)
    delay = rng.poisson(2, number)
    event = np.datetime64(f"{YEARS[0]}-01-01") + day
    columns: dict[str, object] = {
        "FECHA_HECHO": event,
        "FECHA_MUERTE": event + rng.poisson(0.4, number),
        "FECHA_REGISTRO": event + delay,
        "HORA": [
            f"{h:02d}:{m:02d}" for h, m in zip(rng.integers(0, 24, number), rng.integers(0, 60, number), strict=True)
        ],
        "UBIGEO": codes[rng.integers(0, len(codes), number)],
        "EDAD": rng.integers(1, 90, number),
        "DNI": [f"{identity:08d}" for identity in rng.permutation(60_000_000)[:number] + 10_000_000],
        "NOMBRES": [f"{a} {b}" for a, b in zip(rng.choice(GIVEN, number), rng.choice(GIVEN, number), strict=True)],
        "APELLIDO_PATERNO": rng.choice(SURNAMES, number),
        "APELLIDO_MATERNO": rng.choice(SURNAMES, number),
        "LONGITUD": np.round(rng.uniform(-81, -70, number), 5),
        "LATITUD": np.round(rng.uniform(-18, 0, number), 5),
        "DIRECCION": [f"JR. LAS FLORES {n}" for n in rng.integers(1, 2000, number)],
    }
    columns |= {name: rng.choice(words, number, p=odds) for name, (words, odds) in WORDS.items()}
    return pl.DataFrame(columns)


def received(truth: pl.DataFrame, rows: int, prefix: str, rng: np.random.Generator) -> pl.DataFrame:
    """What one institution delivers: a sample of the truth with its own numbers, gaps and a few impossible values."""
    sample = truth[rng.choice(truth.height, rows, replace=False)]
    number = np.arange(rows)
    age = sample["EDAD"].cast(pl.String).to_numpy().copy()
    age[rng.random(rows) < 0.002] = "999"
    identity = sample["DNI"].to_numpy().copy()
    identity[rng.random(rows) < 0.1] = ""
    dates = [pl.col(name).dt.strftime("%d/%m/%Y") for name in ("FECHA_HECHO", "FECHA_MUERTE", "FECHA_REGISTRO")]
    day = sample.with_columns(dates)["FECHA_HECHO"].to_numpy().copy()
    day[rng.random(rows) < 0.001] = "31/02/2014"
    return sample.with_columns(dates).with_columns(
        pl.Series("NUMERO", [f"{prefix}-{n:07d}" for n in number]),
        pl.Series("EDAD", age),
        pl.Series("DNI", identity),
        pl.Series("FECHA_HECHO", day),
    )


PROFILE = """[profile]
id = "{source}"
version = 1
extends = "generic"
body = "{body}"
row = "victim"
received_on = 2021-01-15
synthetic = true
title.es = "{source} (sintético)"
title.en = "{source} (synthetic)"
publisher = "benchmark"
licence = "CC0-1.0"
"""

OBSERVATORY = """[observatory]
id = "benchmark"
name.es = "Banco de pruebas"
name.en = "Benchmark"
synthetic.es = "Datos sintéticos para medir la velocidad."
synthetic.en = "Synthetic data to measure speed."
focus = "01"
as_of = 2021-01-15

[linkage]
method = "exact"
"""

TERRITORY = """levels = ["country", "department", "province", "district"]

[[units]]
file = "units.csv"

[[population]]
file = "population.csv"
columns = { year = "year", code = "code", value = "population" }
series = "synthetic"
source.es = "Población sintética"
source.en = "Synthetic population"
synthetic = true
"""


def write_territory(folder: Path, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True)
    codes = ["PE", *sorted({code[:length] for code in districts() for length in (2, 4, 6)})]
    level = {2: "department", 4: "province", 6: "district"}
    units = pl.DataFrame(
        {
            "code": codes,
            "name": ["Perú"] + [f"Unidad {code}" for code in codes[1:]],
            "level": ["country"] + [level[len(code)] for code in codes[1:]],
            "parent": [None] + [code[:-2] or "PE" for code in codes[1:]],
        }
    )
    units.write_csv(folder / "units.csv")
    leaves = pl.DataFrame({"code": districts(), "base": rng.integers(2_000, 200_000, len(districts()))})
    yearly = leaves.join(pl.DataFrame({"year": list(YEARS)}), how="cross").with_columns(
        population=(pl.col("base") * 1.01 ** (pl.col("year") - YEARS[0])).cast(pl.Int64)
    )
    whole = [
        yearly.group_by(pl.col("code").str.head(length), "year").agg(pl.col("population").sum()) for length in (2, 4, 6)
    ]
    pl.concat(whole).sort("year", "code").write_csv(folder / "population.csv")
    (folder / "territory.toml").write_text(TERRITORY, "utf-8")


def write(folder: Path, rows: int) -> None:
    """A whole observatory with ``rows`` victim rows in three sources."""
    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True)
    (folder / "observatory.toml").write_text(OBSERVATORY, "utf-8")
    write_territory(folder / "territory", rng)
    truth = victims(int(rows * 0.55), rng)
    bodies = {"policia": "police", "fiscalia": "prosecutor", "morgue": "morgue"}
    for source, share in SHARES.items():
        target = folder / "sources" / source
        target.mkdir(parents=True)
        received(truth, int(rows * share), source[0].upper(), rng).write_csv(target / f"{source}.csv")
        (target / "profile.toml").write_text(PROFILE.format(source=source, body=bodies[source]), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
