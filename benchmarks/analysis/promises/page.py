"""The table of kept promises: a file of measured rows, and the page made of it in both languages."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from promises.promise import PROMISES, WATCHES

FILE = Path(__file__).parents[1] / "calibration.csv"
PAGES = Path(__file__).parents[3] / "docs" / "methods"


@dataclass(frozen=True)
class Held:
    """One row of the table."""

    name: str
    what: str
    runs: int
    told: str
    kept: bool
    measured: str


HEADS = {
    "es": """# Calibración por simulación

[English](calibration.en.md)

Hecha por `python benchmarks/analysis/calibration.py --write` ({dates}): cada método, muchas veces, bajo su
propio modelo nulo, o con una verdad que se conoce. No se edita a mano. Qué verdad ajena tiene además cada método: [de
dónde se sabe](truth.md).

- **p**: valor p de Kolmogórov y Smirnov de que los valores p del método sean uniformes; se cumple si pasa de 0.01.
  Donde el estadístico toma pocos valores, los empates hacen p mayor, nunca menor («nunca demasiado pequeño»), y la
  prueba es de un lado.
- **intervalo**: cuántas veces contiene la verdad un intervalo del 95 %; se cumple si está a 1.5 puntos. Los intervalos
  exactos («al menos») pueden contener de más.
- **alarmas**: alarmas al año cuando no pasa nada / las que la regla anuncia de sí misma; se cumple si no llegan más que
  las anunciadas (tres errores estándar). Las reglas anuncian algo de más en semanas de Poisson, hasta una quinta parte:
  la dispersión se estima, y nunca por debajo de la de Poisson.

Con tantas pruebas, alguna de p menor que 0.01 llega por azar una vez de cada cien. Menos de 2,000 veces: en las
demás el método dijo que no puede decir nada, o no halló un solo cambio. El
valor p de Gumbel se ajusta a lo simulado y se comprueba donde sirve, en la
cola: pasa de 0.05 en el 95 % de los casos; en el medio, razones que se repiten lo apartan de lo uniforme. Con menos de
100 hechos se da el que cuenta simulaciones.
""",
    "en": """# Calibration by simulation

[Español](calibration.md)

Made by `python benchmarks/analysis/calibration.py --write` ({dates}): each method, many times, under its own
null model, or with a truth that is known. Not edited by hand. What truth of others each method has besides: [how it is
known](truth.en.md).

- **p**: Kolmogorov and Smirnov's p-value of the method's p-values being uniform; kept above 0.01. Where the statistic
  takes few values, ties make p larger, never smaller (“never too small”), and the test is one-sided.
- **interval**: how often a 95% interval holds the truth; kept within 1.5 points. Exact intervals (“at least”) may hold
  more.
- **alarms**: alarms a year when nothing happens / those that the rule says of itself; kept where no more come than are
  said (three standard errors). Of Poisson weeks rules say somewhat too many, up to a fifth: the dispersion is
  estimated, and never below Poisson's.

Of so many tests, one p below 0.01 comes by chance once in a hundred. Fewer than 2,000 runs: in the others the method
said that it cannot tell, or did not find just one change. The
Gumbel p-value is fitted to the simulations and checked where it serves, in the tail: it
is above 0.05 in 95% of cases; in the middle, ratios that repeat keep it from being uniform. Of fewer than 100 events
the one that counts simulations is given.
""",
}
WORDS = {
    "es": {
        "file": "calibration.md",
        "columns": "| método | qué | veces | resultado | ¿se cumple? |",
        "p": "p",
        "interval": "intervalo",
        "alarms": "alarmas",
        "p least": "p, nunca demasiado pequeño",
        "interval least": "intervalo, al menos",
        "yes": "sí",
        "no": "**no**",
    },
    "en": {
        "file": "calibration.en.md",
        "columns": "| method | what | runs | result | kept? |",
        "p": "p",
        "interval": "interval",
        "alarms": "alarms",
        "p least": "p, never too small",
        "interval least": "interval, at least",
        "yes": "yes",
        "no": "**no**",
    },
}


def known() -> dict[str, Held]:
    """The rows measured so far, by name."""
    if not FILE.exists():
        return {}
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [Held(**row | {"runs": int(row["runs"]), "kept": row["kept"] == "yes"}) for row in csv.DictReader(file)]
    return {row.name: row for row in rows}


def written(measured: Sequence[Held]) -> None:
    """The rows put in the place of those of the same promise; what nobody promises any more is left out."""
    rows = known() | {row.name: row for row in measured}
    order = [one.name for one in (*PROMISES, *WATCHES)]
    kept = [rows[name] for name in order if name in rows]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Held))
        for row in kept:
            writer.writerow((row.name, row.what, row.runs, row.told, "yes" if row.kept else "no", row.measured))
    for language, head in HEADS.items():
        _page(language, head, kept)


def _page(language: str, head: str, rows: Sequence[Held]) -> None:
    words = WORDS[language]
    lenient = {one.name for one in PROMISES if one.least}
    dates = " / ".join(sorted({row.measured for row in rows}))
    lines = [head.format(dates=dates), words["columns"], "|---" * 5 + "|"]
    for row in rows:
        what = words[f"{row.what} least" if row.name in lenient else row.what]
        method, *rest = row.name.split(",", 1)
        told = f"`{method}`" + "".join(f",{one}" for one in rest)
        lines.append(f"| {told} | {what} | {row.runs:,} | {row.told} | {words['yes' if row.kept else 'no']} |")
    (PAGES / words["file"]).write_text("\n".join(lines) + "\n", "utf-8")
