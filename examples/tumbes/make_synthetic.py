"""Invents the victims of Tumbes 2011–2015 and writes them as four institutions would.

Each has its own format and its own faults. Every person is invented; the totals are those of the founding paper. The
same seed gives the same bytes.

    python examples/tumbes/make_synthetic.py [folder]
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import Workbook

SEED = 20160630
AS_OF = dt.date(2015, 6, 30)
FOLDER = Path(__file__).parent

# What the founding paper tells, and what is needed to complete it: exact counts by year.
FACTS: dict[int, dict[str, dict[str, int]]] = {
    2011: {
        "sex": {"male": 10, "female": 1},
        "age": {"15-29": 2, "30-44": 4, "45-59": 4, "60+": 1},
        "qualified": {"yes": 7, "no": 4},
        "place": {"street": 5, "bar": 1, "home": 4, "vehicle": 1},
        "mechanism": {"firearm": 7, "sharp": 3, "blunt": 1},
        "motive": {"revenge": 2, "quarrel": 4, "common_crime": 2, "unknown": 2, "not_recorded": 1},
        "resolved": {"yes": 4, "no": 7},
    },
    2012: {
        "sex": {"male": 45, "female": 3},
        "age": {"0-14": 1, "15-29": 18, "30-44": 18, "45-59": 9, "60+": 2},
        "qualified": {"yes": 43, "no": 5},
        "place": {"street": 25, "bar": 5, "restaurant": 2, "shop": 1, "open_area": 2, "home": 10, "vehicle": 3},
        "mechanism": {"firearm": 39, "sharp": 6, "blunt": 2, "strangulation": 1},
        "motive": {
            "revenge": 17,
            "organised_crime": 6,
            "common_crime": 3,
            "quarrel": 4,
            "unknown": 13,
            "not_recorded": 5,
        },
        "resolved": {"yes": 8, "no": 40},
    },
    2013: {
        "sex": {"male": 42, "female": 3},
        "age": {"15-29": 18, "30-44": 17, "45-59": 8, "60+": 2},
        "qualified": {"yes": 39, "no": 6},
        "place": {"street": 23, "bar": 4, "restaurant": 3, "shop": 1, "home": 10, "vehicle": 3, "workplace": 1},
        "mechanism": {"firearm": 37, "sharp": 5, "blunt": 2, "strangulation": 1},
        "motive": {
            "revenge": 17,
            "organised_crime": 5,
            "common_crime": 2,
            "quarrel": 3,
            "unknown": 14,
            "not_recorded": 4,
        },
        "resolved": {"yes": 6, "no": 39},
    },
    2014: {
        "sex": {"male": 50, "female": 4},
        "age": {"0-14": 1, "15-29": 23, "30-44": 22, "45-59": 6, "60+": 2},
        "qualified": {"yes": 48, "no": 6},
        "place": {
            "street": 28,
            "bar": 4,
            "restaurant": 3,
            "shop": 2,
            "open_area": 1,
            "home": 10,
            "hotel": 2,
            "vehicle": 3,
            "workplace": 1,
        },
        "mechanism": {"firearm": 46, "sharp": 5, "blunt": 2, "strangulation": 1},
        "motive": {
            "revenge": 22,
            "common_or_organised_crime": 5,
            "quarrel": 3,
            "robbery": 2,
            "unknown": 15,
            "not_recorded": 7,
        },
        "resolved": {"yes": 5, "no": 49},
    },
    2015: {
        "sex": {"male": 24, "female": 2},
        "age": {"15-29": 11, "30-44": 11, "45-59": 4},
        "qualified": {"yes": 23, "no": 3},
        "place": {"street": 14, "bar": 2, "restaurant": 2, "shop": 1, "home": 5, "vehicle": 2},
        "mechanism": {"firearm": 22, "sharp": 3, "blunt": 1},
        "motive": {"revenge": 10, "common_or_organised_crime": 3, "quarrel": 2, "unknown": 8, "not_recorded": 3},
        "resolved": {"yes": 1, "no": 25},
    },
}
LAST_DAY = {2015: dt.date(2015, 6, 26)}
PRESS_2012 = ("bar", "bar", "bar", "street", "street", "vehicle", "open_area")
"""Where the seven killings lay of which the newspapers of 2012 told."""
AGES = {"0-14": (9, 14), "15-29": (16, 29), "30-44": (30, 44), "45-59": (45, 59), "60+": (60, 78)}
DISTRICTS = {
    "TUMBES": 0.46,
    "AGUAS VERDES": 0.17,
    "ZARUMILLA": 0.13,
    "CORRALES": 0.08,
    "LA CRUZ": 0.04,
    "ZORRITOS": 0.04,
    "SAN JACINTO": 0.02,
    "PAPAYAL": 0.02,
    "PAMPAS DE HOSPITAL": 0.01,
    "CANOAS DE PUNTA SAL": 0.02,
    "MATAPALO": 0.01,
}
CENTRES = {
    "TUMBES": (-80.44, -3.55),
    "AGUAS VERDES": (-80.22, -3.46),
    "ZARUMILLA": (-80.31, -3.50),
    "CORRALES": (-80.53, -3.60),
    "LA CRUZ": (-80.62, -3.63),
    "ZORRITOS": (-80.72, -3.73),
    "SAN JACINTO": (-80.50, -3.70),
    "PAPAYAL": (-80.25, -3.56),
    "PAMPAS DE HOSPITAL": (-80.45, -3.80),
    "CANOAS DE PUNTA SAL": (-80.90, -4.02),
    "MATAPALO": (-80.22, -3.68),
}
"""The capitals as the schematic map draws them: points belong to that drawing, not to the country."""
CORNERS = {
    "TUMBES": ((-80.4462, -3.5538), (-80.4345, -3.5452), (-80.4511, -3.5610)),
    "AGUAS VERDES": ((-80.2168, -3.4621), (-80.2254, -3.4553)),
    "ZARUMILLA": ((-80.3071, -3.5036),),
}
"""Invented corners at which killings gather."""
HOURS = [5, 4, 4, 3, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 4, 6, 8, 9, 8, 7]
WEEKDAYS = [1.0, 0.8, 0.8, 0.9, 1.3, 2.0, 2.2]
MALE = [
    "JUAN",
    "CARLOS",
    "JOSÉ",
    "LUIS",
    "MIGUEL",
    "JORGE",
    "VÍCTOR",
    "PEDRO",
    "CÉSAR",
    "WILMER",
    "ELMER",
    "EDINSON",
    "SEGUNDO",
    "MANUEL",
    "ROBERTO",
    "DARWIN",
]
FEMALE = ["MARÍA", "ROSA", "ANA", "CARMEN", "JULIA", "ELENA", "YESENIA", "FIORELLA"]
SURNAMES = [
    "GARCÍA",
    "FLORES",
    "SÁNCHEZ",
    "RODRÍGUEZ",
    "RAMÍREZ",
    "CASTILLO",
    "INFANTE",
    "PEÑA",
    "ZAPATA",
    "BENITES",
    "OLAYA",
    "CRUZ",
    "YACILA",
    "MORÁN",
    "PURIZAGA",
    "CÓRDOVA",
    "NOBLECILLA",
    "CHUNGA",
    "FARÍAS",
    "SILVA",
    "GRANDA",
    "ATOCHE",
    "RUJEL",
    "MEDINA",
    "ESPINOZA",
    "BARRIENTOS",
    "DIOSES",
    "MENDOZA",
    "VÍLCHEZ",
    "IMÁN",
]

PLACE_WORDS = {
    "street": ("VÍA PÚBLICA", "CALLE", "AVENIDA"),
    "bar": ("BAR", "CANTINA", "DISCOTECA"),
    "restaurant": ("RESTAURANTE", "CEVICHERÍA"),
    "shop": ("BODEGA", "TIENDA"),
    "open_area": ("DESCAMPADO", "PLAYA"),
    "home": ("DOMICILIO", "VIVIENDA"),
    "hotel": ("HOSTAL",),
    "vehicle": ("VEHÍCULO", "MOTOTAXI"),
    "workplace": ("CENTRO LABORAL",),
}
MOTIVE_WORDS = {
    "revenge": ("VENGANZA", "AJUSTE DE CUENTAS"),
    "quarrel": ("RIÑA", "DISCUSIÓN"),
    "robbery": ("ROBO",),
    "common_crime": ("DELINCUENCIA COMÚN",),
    "organised_crime": ("CRIMEN ORGANIZADO",),
    "common_or_organised_crime": ("DELINCUENCIA COMÚN U ORGANIZADA",),
    "unknown": ("NO ESPECIFICA", "SE DESCONOCE"),
    "not_recorded": ("", "S/D"),
}
WEAPON_WORDS = {
    "firearm": ("ARMA DE FUEGO", "PAF", "PISTOLA", "REVÓLVER"),
    "sharp": ("ARMA BLANCA", "CUCHILLO"),
    "blunt": ("OBJETO CONTUNDENTE",),
    "strangulation": ("ASFIXIA",),
}
CAUSE_WORDS = {
    "firearm": (
        "Traumatismo encefalocraneano por PAF",
        "Shock hipovolémico por proyectil de arma de fuego",
        "Herida penetrante torácica, HPAF",
    ),
    "sharp": ("Shock hipovolémico por arma blanca", "Herida punzocortante torácica"),
    "blunt": ("Traumatismo por objeto contundente",),
    "strangulation": ("Asfixia por estrangulamiento",),
}
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
ACCENTS = str.maketrans("ÁÉÍÓÚÑ", "AEIOUN")


@dataclass
class Death:
    """One invented death, as it truly was; ``kind`` is homicide, suicide, accident or attempt."""

    truth_id: str
    kind: str
    on: dt.date
    hour: int
    minute: int
    district: str
    sex: str
    age: int
    qualified: str
    place: str
    mechanism: str
    motive: str
    resolved: str
    dni: str
    given: str
    surname_1: str
    surname_2: str
    event: int = 0
    press: int = 0
    longitude: str = ""
    latitude: str = ""
    held_by: list[str] = field(default_factory=list)

    @property
    def homicide(self) -> bool:
        return self.kind == "homicide"


class Inventor:
    """A seeded source of people, dates and choices."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(SEED)
        self.people = 0

    def one(self, options: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
        """One of ``options``, by ``weights`` where given."""
        share = None if weights is None else np.asarray(weights) / np.sum(weights)
        return options[int(self.random.choice(len(options), p=share))]

    def often(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def spread(self, counts: dict[str, int]) -> list[str]:
        """Each key as often as ``counts`` says, shuffled."""
        every = [key for key, times in counts.items() for _ in range(times)]
        return [every[int(at)] for at in self.random.permutation(len(every))]

    def date(self, year: int) -> dt.date:
        """A day of ``year``, weekends heavier."""
        last = LAST_DAY.get(year, dt.date(year, 12, 31))
        days = [dt.date(year, 1, 1) + dt.timedelta(days=at) for at in range((last - dt.date(year, 1, 1)).days + 1)]
        return self.one(days, [WEEKDAYS[day.weekday()] for day in days])

    def person(self, sex: str) -> dict[str, str]:
        """An invented name, and a number that looks like a DNI and belongs to nobody (it begins with 00)."""
        self.people += 1
        first = MALE if sex == "male" else FEMALE
        return {
            "given": f"{self.one(first)} {self.one(first)}",
            "surname_1": self.one(SURNAMES),
            "surname_2": self.one(SURNAMES),
            "dni": f"00{self.people * 1013 % 1000:03d}{self.people:03d}",
        }

    def delay(self, on: dt.date) -> dt.date:
        """When it was registered: most within days, some after months, never after the cut-off."""
        days = int(self.one([0, 1, 2, 3, 7, 15, 45, 120], [30, 28, 14, 10, 8, 5, 3, 2]))
        return min(on + dt.timedelta(days=days), AS_OF)


def invent(inventor: Inventor) -> list[Death]:
    """All deaths, homicides first."""
    deaths = [death for year in FACTS for death in _homicides(inventor, year)]
    _tell_press(deaths)
    _tell_events(deaths)
    deaths[5].surname_1, deaths[90].surname_2 = "ZZYXWQ", "QUXWALÓ"
    others = [("suicide", 14), ("accident", 22), ("attempt", 12)]
    return deaths + [_other(inventor, kind, at) for kind, many in others for at in range(many)]


def _homicides(inventor: Inventor, year: int) -> list[Death]:
    facts = {name: inventor.spread(counts) for name, counts in FACTS[year].items()}
    found = []
    for at in range(len(facts["sex"])):
        low, high = AGES[facts["age"][at]]
        found.append(
            Death(
                truth_id=f"H{year}-{at + 1:02d}",
                kind="homicide",
                on=inventor.date(year),
                hour=inventor.one(range(24), HOURS),
                minute=int(inventor.random.integers(60)),
                district=inventor.one(list(DISTRICTS), list(DISTRICTS.values())),
                age=int(inventor.random.integers(low, high + 1)),
                **{name: facts[name][at] for name in ("sex", "qualified", "place", "mechanism", "motive", "resolved")},
                **inventor.person(facts["sex"][at]),
            )
        )
    return sorted(found, key=lambda death: (death.on, death.truth_id))


def _tell_press(deaths: list[Death]) -> None:
    """Mark the seven cases of 2012 that the newspapers told: men under 45, shot, qualified."""
    fit = [
        d
        for d in deaths
        if d.on.year == 2012 and d.sex == "male" and d.age < 45 and d.qualified == "yes" and d.mechanism == "firearm"
    ]
    for place in PRESS_2012:
        chosen = next((d for d in fit if d.place == place and not d.press), None)
        if chosen is None:
            # Two deaths exchange their places, so that the totals stay.
            chosen = next(d for d in fit if not d.press and d.place not in ("bar", "vehicle", "open_area"))
            other = next(d for d in deaths if d.on.year == 2012 and d.place == place and not d.press)
            chosen.place, other.place = other.place, chosen.place
        chosen.press = 1


def _tell_events(deaths: list[Death]) -> None:
    """Three attacks with several dead: two, two and three victims, at one place and time."""
    for number, (year, size) in enumerate(((2012, 2), (2013, 2), (2014, 3)), start=1):
        group = [
            d for d in deaths if d.on.year == year and not d.press and d.place == "street" and d.qualified == "yes"
        ][:size]
        for death in group:
            death.event, death.on, death.district = number, group[0].on, group[0].district
            death.hour, death.minute = group[0].hour, group[0].minute


def _tell_points(deaths: list[Death]) -> None:
    """Give five of six deaths a point: near one of its district's corners, or anywhere around the capital; the dead of
    one attack share theirs. Drawn from a seed of its own, so that nothing else of the example depends on it."""
    random = np.random.default_rng(SEED + 1)
    of_event: dict[int, tuple[str, str]] = {}
    for death in deaths:
        corners = CORNERS.get(death.district, ())
        known, gathers, which = random.random(), random.random(), int(random.integers(max(1, len(corners))))
        east, north = random.normal(0, 1, 2)
        at, spread = (corners[which], 0.0012) if corners and gathers < 0.6 else (CENTRES[death.district], 0.014)
        point = f"{at[0] + east * spread:.5f}", f"{at[1] + north * spread:.5f}"
        point = of_event.setdefault(death.event, point) if death.event else point
        if death.homicide and (known < 5 / 6 or death.event):
            death.longitude, death.latitude = point


def _other(inventor: Inventor, kind: str, at: int) -> Death:
    sex = inventor.one(["male", "female"], [0.75, 0.25])
    return Death(
        truth_id=f"{kind[0].upper()}-{at + 1:02d}",
        kind=kind,
        on=inventor.date(int(inventor.one(list(FACTS)))),
        hour=inventor.one(range(24)),
        minute=int(inventor.random.integers(60)),
        district=inventor.one(list(DISTRICTS), list(DISTRICTS.values())),
        sex=sex,
        age=int(inventor.random.integers(15, 75)),
        qualified="no",
        place=inventor.one(["home", "street"]),
        mechanism={"suicide": "strangulation", "accident": "blunt", "attempt": "firearm"}[kind],
        motive="not_recorded",
        resolved="no",
        **inventor.person(sex),
    )


# --- police: CSV, cp1252, ";", dd/mm/yyyy ---

POLICE = [
    "NUMERO",
    "FECHA_HECHO",
    "HORA",
    "FECHA_REGISTRO",
    "DISTRITO",
    "LUGAR",
    "DIRECCION",
    "MUERTE VIOLENTA",
    "MODALIDAD",
    "ARMA",
    "MOTIVO",
    "APELLIDO_PATERNO",
    "APELLIDO_MATERNO",
    "NOMBRES",
    "DNI",
    "SEXO",
    "EDAD",
    "RESUELTO",
    "LONGITUD",
    "LATITUD",
    "RESUMEN",
]
MANNER = {"homicide": "HOMICIDIO", "suicide": "SUICIDIO", "accident": "ACCIDENTE DE TRÁNSITO"}


def police(inventor: Inventor, deaths: list[Death]) -> bytes:
    """Every homicide, the suicides and accidents, three rows twice, and the planted bad rows."""
    rows = [_police_row(inventor, d, at) for at, d in enumerate((d for d in deaths if d.kind != "attempt"), start=1)]
    rows += [[*row[:-1], "REGISTRO DUPLICADO"] for row in (rows[20], rows[70], rows[130])]
    rows += _police_planted()
    return _csv(POLICE, rows, ";").encode("cp1252")


def _police_row(inventor: Inventor, d: Death, number: int) -> list[str]:
    """The police contradict only what another institution is believed in: age and weapon the morgue, clearance the
    prosecutors.
    """
    d.held_by.append("policia")
    weapon = inventor.one(WEAPON_WORDS[d.mechanism]) if d.homicide else ""
    age, hour, resolved = str(d.age), f"{d.hour:02d}:{d.minute:02d}", {"yes": "SÍ", "no": "NO"}[d.resolved]
    if d.homicide and "morgue" in d.held_by:
        age = inventor.one([age, str(d.age + 1), str(d.age - 2), "", "NO PRECISA"], [80, 6, 4, 6, 4])
        weapon = inventor.one([weapon, "", "ARMA BLANCA"], [85, 10, 5])
    if d.homicide and "fiscalia" in d.held_by and d.resolved == "no" and inventor.often(0.05):
        resolved = "SÍ"
    hour = "" if inventor.often(0.06) else hour
    told = "NOTICIA DE PRENSA: ATAQUE DE SICARIOS EN MOTOCICLETA" if d.press else ""
    if d.truth_id in ("H2012-03", "H2013-04", "H2014-05"):
        told = "CANARIO ZZYXWQ: RELATO QUE NO DEBE SALIR"
    return [
        f"PNP-{d.on.year}-{number:04d}",
        d.on.strftime("%d/%m/%Y"),
        hour,
        inventor.delay(d.on).strftime("%d/%m/%Y"),
        _district(inventor, d.district),
        inventor.one(PLACE_WORDS[d.place]),
        f"JR. QUXWALÓ {number}" if number % 37 == 0 else f"CALLE INVENTADA {number}",
        MANNER[d.kind],
        _police_class(inventor, d),
        weapon,
        inventor.one(MOTIVE_WORDS[d.motive]) if d.homicide else "",
        d.surname_1,
        d.surname_2,
        d.given,
        d.dni,
        "M" if d.sex == "male" else "F",
        age,
        resolved if d.homicide else "",
        d.longitude,
        d.latitude,
        told,
    ]


def _district(inventor: Inventor, name: str) -> str:
    """As a clerk writes it: now and then in small letters."""
    return name.title() if inventor.often(0.08) else name


def _police_class(inventor: Inventor, d: Death) -> str:
    if not d.homicide:
        return ""
    if d.qualified == "yes":
        return (
            inventor.one(["SICARIATO", "HOMICIDIO CALIFICADO"]) if d.mechanism == "firearm" else "HOMICIDIO CALIFICADO"
        )
    return "ROBO CON SUBSECUENTE MUERTE" if d.motive == "robbery" else "HOMICIDIO SIMPLE"


def _police_planted() -> list[list[str]]:
    """Six bad rows. Those that stay records are accidents and suicides, so that no homicide hangs on them."""
    base = {
        "HORA": "10:00",
        "FECHA_REGISTRO": "20/03/2014",
        "FECHA_HECHO": "15/03/2014",
        "DISTRITO": "TUMBES",
        "SEXO": "M",
        "EDAD": "40",
        "MUERTE VIOLENTA": "ACCIDENTE DE TRÁNSITO",
        "LUGAR": "CARRETERA",
    }
    planted: list[dict[str, str]] = [
        {"NUMERO": "PNP-X-0001", "FECHA_HECHO": "31/02/2014", "FECHA_REGISTRO": "", "MUERTE VIOLENTA": "HOMICIDIO"},
        {"NUMERO": "PNP-X-0002", "FECHA_HECHO": "15/09/2015", "FECHA_REGISTRO": "", "MUERTE VIOLENTA": "HOMICIDIO"},
        {"NUMERO": "PNP-X-0003", "EDAD": "999"},
        {"NUMERO": "PNP-X-0004", "DISTRITO": "VILLA QUXWALÓ"},
        {"NUMERO": "PNP-X-0005", "RESUMEN": '=HYPERLINK("http://example.org","ver")'},
        {"NUMERO": "PNP-X-0006", "MUERTE VIOLENTA": "OVNI"},
    ]
    return [[({**base, **row}).get(name, "") for name in POLICE] for row in planted]


# --- prosecutors: XLSX, two header lines with merged cells, a row is an event ---

PROSECUTOR = (
    ("CARPETA", ("NÚMERO", "FECHA INGRESO")),
    ("HECHO", ("FECHA", "DISTRITO", "MANERA DE MUERTE")),
    ("AGRAVIADO", ("N° VÍCTIMAS", "DNI")),
    ("CALIFICACIÓN", ("ARTÍCULO", "CONSUMADO", "MOTIVO", "ESCLARECIDO")),
)


def prosecutor(inventor: Inventor, deaths: list[Death]) -> bytes:
    """Seven of ten homicides one by one, three attacks as events, the attempts, and an event without victims."""
    chosen = [d for d in deaths if d.homicide and not d.event and (d.on.year == 2011 or inventor.often(0.7))]
    rows = [_prosecutor_row(inventor, d, at) for at, d in enumerate(chosen, start=1)]
    conflicts = [at for at, d in enumerate(chosen) if d.motive == "quarrel"][:5]
    for at in conflicts:
        rows[at][9] = "VENGANZA"
    rows += [
        _attempt_row(inventor, d, 800 + at) for at, d in enumerate((d for d in deaths if d.kind == "attempt"), start=1)
    ]
    for event in (1, 2, 3):
        dead = [d for d in deaths if d.event == event]
        for d in dead:
            d.held_by.append("fiscalia (event)")
        rows.append(
            [
                f"CF-{900 + event}",
                _at(inventor.delay(dead[0].on)),
                _at(dead[0].on),
                dead[0].district,
                "POR ESTABLECER",
                len(dead),
                "",
                "",
                "SI",
                "",
                "",
            ]
        )
    rows.append(
        [
            "CF-999",
            _at(dt.date(2014, 5, 6)),
            _at(dt.date(2014, 5, 5)),
            "TUMBES",
            "HOMICIDIO DOLOSO",
            0,
            "",
            "108",
            "SI",
            "",
            "NO",
        ]
    )
    return _workbook("CARPETAS", PROSECUTOR, rows)


def _prosecutor_row(inventor: Inventor, d: Death, number: int) -> list[Any]:
    d.held_by.append("fiscalia")
    known = d.motive not in ("unknown", "not_recorded") and inventor.often(0.6)
    return [
        f"CF-{d.on.year}-{number:04d}",
        _at(inventor.delay(d.on)),
        _at(d.on),
        d.district,
        "HOMICIDIO DOLOSO",
        1,
        d.dni,
        "108" if d.qualified == "yes" else "106",
        "SI",
        inventor.one(MOTIVE_WORDS[d.motive]) if known else "NO ESPECIFICADO",
        "SI" if d.resolved == "yes" else "NO",
    ]


def _attempt_row(inventor: Inventor, d: Death, number: int) -> list[Any]:
    d.held_by.append("fiscalia")
    return [
        f"CF-{number}",
        _at(inventor.delay(d.on)),
        _at(d.on),
        d.district,
        "HOMICIDIO DOLOSO",
        1,
        d.dni,
        "106",
        "NO",
        "",
        "NO",
    ]


# --- morgue: CSV, UTF-8 with BOM, dates in many forms, decimal comma ---

MORGUE = (
    "PROTOCOLO",
    "FECHA DE MUERTE",
    "VICTIMA",
    "DNI",
    "SEXO",
    "EDAD",
    "DISTRITO DEL HECHO",
    "MANERA DE MUERTE",
    "CAUSA",
)


def morgue(inventor: Inventor, deaths: list[Death]) -> bytes:
    """Six of ten homicides; eight of them once more, misspelt and without number, intent to be established."""
    homicides = [d for d in deaths if d.homicide and inventor.often(0.6)]
    rows = [_morgue_row(inventor, d, at) for at, d in enumerate(homicides, start=1)]
    rows += [_morgue_row(inventor, d, 500 + at) for at, d in enumerate(d for d in deaths if d.kind == "suicide")]
    variants = [d for d in homicides if d.on.year >= 2012 and len(_misspelt(d.surname_1)) > 3][5:45:5]
    for at, d in enumerate(variants):
        row = _morgue_row(inventor, d, 700 + at)
        row[2], row[3], row[7] = f"{_misspelt(d.surname_1)}, {d.given.split()[0]}", "", "POR ESTABLECER"
        rows.append(row)
    rows.append(
        ["PM-0999", "31 de febrero de 2014", "N.N.", "", "M", "30,0", "TUMBES", "POR ESTABLECER", "Traumatismo por PAF"]
    )
    return b"\xef\xbb\xbf" + _csv(MORGUE, rows, ",").encode("utf-8")


def _morgue_row(inventor: Inventor, d: Death, number: int) -> list[str]:
    d.held_by.append("morgue")
    cause = inventor.one(CAUSE_WORDS[d.mechanism])
    name = f"{d.surname_1} {d.surname_2}, {d.given}"
    manner = "HOMICIDIO" if d.homicide else "SUICIDIO"
    return [
        f"PM-{number:04d}",
        _in_some_form(d.on, number),
        name.translate(ACCENTS) if inventor.often(0.3) else name,
        d.dni,
        "MASCULINO" if d.sex == "male" else "FEMENINO",
        f"{d.age},0",
        d.district,
        manner,
        cause,
    ]


def _in_some_form(day: dt.date, number: int) -> str:
    forms = (
        day.isoformat(),
        day.strftime("%d/%m/%Y"),
        f"{day.day} de {MONTHS[day.month - 1]} de {day.year}",
        day.strftime("%d-%m-%Y"),
    )
    return forms[number % len(forms)]


def _misspelt(name: str) -> str:
    """Z for S, B for V, and an accent lost: what makes a join hard."""
    plain = name.translate(ACCENTS)
    return re.sub("[SZVBIY]", lambda letter: dict(zip("SZVBIY", "ZSBVYI", strict=True))[letter.group()], plain)


# --- hospital: XLSX, the wounded who died days later ---

HOSPITAL = (
    (
        "",
        (
            "HISTORIA CLÍNICA",
            "FECHA DE INGRESO",
            "FECHA DE FALLECIMIENTO",
            "PACIENTE",
            "DNI",
            "SEXO",
            "EDAD",
            "DISTRITO",
            "MANERA",
            "DIAGNÓSTICO",
        ),
    ),
)


def hospital(inventor: Inventor, deaths: list[Death]) -> bytes:
    """Twenty wounded with their number, six without it and misspelt, one with an impossible age."""
    fit = [d for d in deaths if d.homicide and d.on < AS_OF - dt.timedelta(days=30)]
    chosen = [fit[int(at)] for at in inventor.random.choice(len(fit), size=26, replace=False)]
    rows = [_hospital_row(inventor, d, at) for at, d in enumerate(chosen, start=1)]
    for row, d in zip(rows[20:], chosen[20:], strict=True):
        row[3], row[4] = f"{_misspelt(d.surname_1)} {d.given.split()[0]}", ""
    rows.append(
        [
            "HC-9999",
            _at(dt.date(2013, 8, 1)),
            _at(dt.date(2013, 8, 4)),
            "N.N.",
            "",
            "M",
            -3,
            "TUMBES",
            "POR ESTABLECER",
            "TEC grave",
        ]
    )
    return _workbook("EGRESOS", HOSPITAL, rows)


def _hospital_row(inventor: Inventor, d: Death, number: int) -> list[Any]:
    d.held_by.append("hospital")
    died = d.on + dt.timedelta(days=int(inventor.random.integers(2, 12)))
    manner = "HOMICIDIO" if number in (3, 9, 15) else "POR ESTABLECER"
    return [
        f"HC-{number:04d}",
        _at(d.on),
        _at(died),
        f"{d.surname_1} {d.surname_2} {d.given}",
        d.dni,
        "M" if d.sex == "male" else "F",
        d.age,
        d.district,
        manner,
        inventor.one(CAUSE_WORDS[d.mechanism]),
    ]


# --- writing ---

TRUTH = tuple(
    column.name for column in fields(Death) if column.name not in ("held_by", "given", "surname_1", "surname_2")
)


def truth(deaths: list[Death]) -> bytes:
    """What truly happened, and which institutions hold it."""
    rows = [[*(str(getattr(d, name)) for name in TRUTH), " + ".join(sorted(set(d.held_by)))] for d in deaths]
    return _csv((*TRUTH, "held_by"), rows, ",").encode("utf-8")


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)


def _workbook(title: str, header: Sequence[tuple[str, Sequence[str]]], rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    if any(group for group, _ in header):
        column = 1
        for group, names in header:
            sheet.cell(1, column, group)
            sheet.merge_cells(start_row=1, start_column=column, end_row=1, end_column=column + len(names) - 1)
            column += len(names)
        sheet.append([name for _, names in header for name in names])
    else:
        sheet.append([name for _, names in header for name in names])
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    raw = io.BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _without_clock(workbook: bytes) -> bytes:
    """The same workbook without the hour of its making, so that the same data give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2015-06-30T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, (2015, 6, 30, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main(folder: Path = FOLDER) -> None:
    """Write the files of the four institutions and the truth below ``folder``."""
    inventor = Inventor()
    deaths = invent(inventor)
    _tell_points(deaths)
    # The police come last: what they may contradict depends on who else holds the case.
    files = {
        "sources/fiscalia/carpetas_2011_2015.xlsx": prosecutor(inventor, deaths),
        "sources/morgue/necropsias_2011_2015.csv": morgue(inventor, deaths),
        "sources/hospital/egresos_2011_2015.xlsx": hospital(inventor, deaths),
        "sources/policia/homicidios_2011_2015.csv": police(inventor, deaths),
    }
    files["synthetic-truth/truth.csv"] = truth(deaths)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
