"""Deaths whose truth is known, as four institutions would write them, at three levels of noise.

``records(deaths, level, seed)`` gives a table with the columns that linkage reads and ``truth``, the number of the
death. Everything is drawn from the seed; nobody in it exists.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

SOURCES = {"policia": 0.8, "morgue": 0.7, "fiscalia": 0.55, "hospital": 0.35}
"""The institutions and the share of the deaths that each sees."""

MALE = [
    "JUAN",
    "CARLOS",
    "LUIS",
    "JOSE",
    "MIGUEL",
    "JORGE",
    "VICTOR",
    "PEDRO",
    "CESAR",
    "WILMER",
    "ELMER",
    "EDINSON",
    "SEGUNDO",
    "ANGEL",
    "JESUS",
    "MANUEL",
    "DAVID",
    "JAVIER",
    "FRANCISCO",
    "ALBERTO",
    "EDUARDO",
    "ANTONIO",
    "ROBERTO",
    "RAUL",
    "RICARDO",
    "FERNANDO",
    "OSCAR",
    "HUGO",
    "HECTOR",
    "MARIO",
    "JULIO",
    "SANTOS",
    "WALTER",
    "PERCY",
    "ALEX",
    "KEVIN",
    "JHON",
    "BRAYAN",
    "CRISTIAN",
    "DIEGO",
    "ANDERSON",
    "JOEL",
    "ROGER",
    "NELSON",
    "FELIX",
    "PABLO",
    "MARCO",
    "ENRIQUE",
    "GUSTAVO",
    "DANIEL",
]
FEMALE = [
    "MARIA",
    "ROSA",
    "ANA",
    "CARMEN",
    "JUANA",
    "LUZ",
    "JULIA",
    "PATRICIA",
    "TERESA",
    "GLORIA",
    "ELENA",
    "MARTHA",
    "ISABEL",
    "LUISA",
    "SILVIA",
    "KARINA",
    "YOLANDA",
    "BEATRIZ",
    "LUCIA",
    "CLAUDIA",
    "DIANA",
    "MILAGROS",
    "FLOR",
    "NANCY",
    "JESSICA",
    "VANESSA",
    "SONIA",
    "NORMA",
    "DORIS",
    "MIRTHA",
]
SHORT = {
    "JOSE": "PEPE",
    "LUIS": "LUCHO",
    "FRANCISCO": "PACO",
    "CARLOS": "CARLITOS",
    "JUAN": "JUANCHO",
    "ALBERTO": "BETO",
}
COMMON = [
    "QUISPE",
    "FLORES",
    "SANCHEZ",
    "GARCIA",
    "RODRIGUEZ",
    "ROJAS",
    "RAMOS",
    "MAMANI",
    "HUAMAN",
    "GONZALES",
    "LOPEZ",
    "DIAZ",
    "VASQUEZ",
    "FERNANDEZ",
    "TORRES",
    "RAMIREZ",
    "MENDOZA",
    "CASTILLO",
    "GUTIERREZ",
    "ESPINOZA",
    "CHAVEZ",
    "PEREZ",
    "CRUZ",
    "MORALES",
    "REYES",
    "RIVERA",
    "GOMEZ",
    "CASTRO",
    "ALVAREZ",
    "RUIZ",
    "ZAPATA",
    "SILVA",
    "CORDOVA",
    "NUNEZ",
    "VARGAS",
    "OLAYA",
    "INFANTE",
    "BENITES",
    "FARIAS",
    "GRANDA",
]
STARTS = [
    "BAR",
    "CAL",
    "CHU",
    "DEL",
    "ES",
    "FAR",
    "GAL",
    "HER",
    "IN",
    "JA",
    "LA",
    "MON",
    "NO",
    "OR",
    "PA",
    "QUI",
    "RO",
    "SAN",
    "TA",
    "UR",
    "VI",
    "YA",
    "ZE",
    "AL",
    "BO",
    "CO",
]
MIDDLES = ["RA", "LI", "TO", "NE", "MA", "CU", "RI", "LO", "SA", "DE", "VE"]
ENDS = ["NO", "LES", "RRA", "QUE", "TIN", "DO", "ZA", "RO", "NI", "CO", "NDO", "RES", "LLO"]
MECHANISMS, MECHANISM_SHARES = ("firearm", "sharp", "blunt", "strangulation", "other"), (0.68, 0.16, 0.09, 0.04, 0.03)


@dataclass(frozen=True)
class Noise:
    """Shares of records in which something went wrong."""

    typo: float
    no_second_surname: float
    one_given: float
    short_name: float
    swapped: float
    nameless: float
    no_identity: float
    identity_slip: float
    age_off: float
    no_age: float
    day_off: float
    no_day: float
    place_off: float
    no_place: float
    no_mechanism: float
    mechanism_off: float
    twice: float


LEVELS = {
    "low": Noise(
        0.01, 0.02, 0.05, 0.005, 0.002, 0.002, 0.08, 0.005, 0.05,
        0.02, 0.03, 0.005, 0.02, 0.02, 0.05, 0.01, 0.01,
    ),
    "middle": Noise(
        0.04, 0.06, 0.15, 0.02, 0.01, 0.008, 0.25, 0.02, 0.15,
        0.06, 0.10, 0.02, 0.06, 0.06, 0.15, 0.03, 0.02,
    ),
    "high": Noise(
        0.10, 0.15, 0.30, 0.05, 0.03, 0.03, 0.50, 0.05, 0.30,
        0.15, 0.20, 0.05, 0.15, 0.15, 0.30, 0.08, 0.04,
    ),
}  # fmt: skip


def records(deaths: int, level: str, seed: int = 20160630) -> pl.DataFrame:
    """Records of ``deaths`` dead, in random order."""
    draws, noise = np.random.default_rng(seed), LEVELS[level]
    truth = _people(deaths, draws)
    parts = []
    for source, share in SOURCES.items():
        seen = np.flatnonzero(draws.random(deaths) < share)
        seen = np.concatenate([seen, seen[draws.random(len(seen)) < noise.twice]])
        parts.append(_told(truth[seen], source, noise, draws))
    whole = pl.concat(parts)
    return whole[draws.permutation(whole.height)]


def territory() -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Every unit with those above it (code, ancestor, level), and the levels."""
    districts = [
        f"{department:02}{province:02}{district:02}"
        for department in range(1, 26)
        for province in range(1, 9)
        for district in range(1, 10)
    ]
    rows = []
    for code in districts:
        rows += [(code, code[:2], "department"), (code, code[:4], "province"), (code, code, "district")]
        rows += [
            (code[:4], code[:2], "department"),
            (code[:4], code[:4], "province"),
            (code[:2], code[:2], "department"),
        ]
    table = pl.DataFrame(rows, schema=["code", "ancestor", "level"], orient="row").unique(maintain_order=True)
    return table, ("department", "province", "district")


def _people(size: int, draws: np.random.Generator) -> pl.DataFrame:
    tail = sorted({a + b + c for a in STARTS for b in MIDDLES for c in ENDS})
    surnames = np.array(COMMON + tail)
    weights = 1 / (np.arange(len(surnames)) + 8.0)
    male = draws.random(size) < 0.88
    first, second = (_given(male, draws) for _ in range(2))
    two = draws.random(size) < 0.65
    given = np.where(two & (first != second), np.char.add(np.char.add(first, " "), second), first)
    districts = np.array(sorted(territory()[0].filter(pl.col("level") == "district")["code"].unique()))
    place_weights = 1 / (draws.permutation(len(districts)) + 5.0)
    on = draws.integers(0, 3650, size)
    return pl.DataFrame(
        {
            "truth": np.arange(size),
            "given": given,
            "surname_1": draws.choice(surnames, size, p=weights / weights.sum()),
            "surname_2": draws.choice(surnames, size, p=weights / weights.sum()),
            "sex": np.where(male, "male", "female"),
            "age": np.clip(draws.normal(32, 13, size), 1, 90).astype(int),
            "identity": draws.permutation(np.arange(10_000_000, 10_000_000 + 60 * size, 60))
            + draws.integers(0, 60, size),
            "on": on,
            "died": on + np.where(draws.random(size) < 0.85, 0, draws.integers(1, 20, size)),
            "place": draws.choice(districts, size, p=place_weights / place_weights.sum()),
            "mechanism": draws.choice(MECHANISMS, size, p=MECHANISM_SHARES),
        }
    )


def _given(male: np.ndarray, draws: np.random.Generator) -> np.ndarray:
    weights = [1 / (np.arange(len(names)) + 4.0) for names in (MALE, FEMALE)]
    him, her = (draws.choice(names, len(male), p=w / w.sum()) for names, w in zip((MALE, FEMALE), weights, strict=True))
    return np.where(male, him, her)


def _told(truth: pl.DataFrame, source: str, noise: Noise, draws: np.random.Generator) -> pl.DataFrame:
    """The dead as one institution writes them."""
    size = truth.height

    def hit(share: float) -> np.ndarray:
        return draws.random(size) < share

    given, one, two = (truth[name].to_numpy().astype(str) for name in ("given", "surname_1", "surname_2"))
    given = np.where(hit(noise.one_given), [name.split(" ")[0] for name in given], given)
    short = hit(noise.short_name)
    given = np.array(
        [
            " ".join(SHORT.get(part, part) for part in name.split(" ")) if is_short else name
            for name, is_short in zip(given, short, strict=True)
        ]
    )
    given, one, two = (_typos(words, hit(noise.typo), draws) for words in (given, one, two))
    swap = hit(noise.swapped)
    one, two = np.where(swap, two, one), np.where(swap, one, two)
    two = np.where(hit(noise.no_second_surname), "", two)
    nobody = hit(noise.nameless)
    given, one, two = np.where(nobody, "N.N.", given), np.where(nobody, "", one), np.where(nobody, "", two)
    identity = truth["identity"].cast(pl.String).to_numpy().astype(str)
    identity = _typos(identity, hit(noise.identity_slip), draws, "0123456789")
    identity = np.where(hit(noise.no_identity) | nobody, "", identity)
    day_off = np.where(hit(noise.day_off), draws.integers(-2, 3, size), 0)
    age = truth["age"].to_numpy() + np.where(hit(noise.age_off), draws.integers(-2, 3, size), 0)
    mechanism = np.where(hit(noise.mechanism_off), draws.choice(MECHANISMS, size), truth["mechanism"].to_numpy())
    place = truth["place"].to_numpy().astype(str)
    near = np.array([code[:4] for code in place]).astype(object) + np.array([f"{one:02}" for one in range(1, 10)])[
        draws.integers(0, 9, size)
    ].astype(object)
    place = np.where(hit(noise.place_off), near.astype(str), place)
    whole = source == "hospital"
    backwards = np.array([f"{a} {b}, {c}".replace(" ,", ",") for a, b, c in zip(one, two, given, strict=True)])
    start = dt.date(2011, 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal()
    on = truth["on"].to_numpy() + start + day_off
    died = truth["died"].to_numpy() + start + day_off
    no_day = hit(noise.no_day)
    table = pl.DataFrame(
        {
            "truth": truth["truth"],
            "source_id": np.full(size, source),
            "given_names": np.full(size, "") if whole else given,
            "surname_1": np.full(size, "") if whole else one,
            "surname_2": np.full(size, "") if whole else two,
            "full_name": backwards if whole else np.full(size, ""),
            "identity_number": identity,
            "sex": truth["sex"],
            "age_years": age.astype(float),
            "occurred_on": on,
            "died_on": died,
            "registered_on": died + draws.geometric(0.08, size),
            "occurrence_unit": place,
            "mechanism": np.where(hit(noise.no_mechanism), "not_recorded", mechanism),
        }
    )
    text = pl.col("given_names", "surname_1", "surname_2", "full_name", "identity_number")
    sees = {"policia": "occurred_on", "fiscalia": "occurred_on", "morgue": "died_on", "hospital": "died_on"}[source]
    hidden = "died_on" if sees == "occurred_on" else "occurred_on"
    lost = pl.Series(no_day)
    return table.with_columns(
        pl.when(text != "").then(text),
        pl.when(~pl.lit(pl.Series(hit(noise.no_age)))).then("age_years").alias("age_years"),
        pl.when(~pl.lit(pl.Series(hit(noise.no_place)))).then("occurrence_unit").alias("occurrence_unit"),
        pl.when(~pl.lit(lost)).then(sees).cast(pl.Int32).cast(pl.Date).alias(sees),
        pl.lit(None, dtype=pl.Date).alias(hidden),
        pl.col("registered_on").cast(pl.Int32).cast(pl.Date),
        birth_on=pl.lit(None, dtype=pl.Date),
        residence_raw=pl.lit(None, dtype=pl.String),
        residence_unit=pl.lit(None, dtype=pl.String),
        address=pl.lit(None, dtype=pl.String),
    )


def _typos(
    words: np.ndarray, is_hit: np.ndarray, draws: np.random.Generator, letters: str = "ABCDEFGHIJLMNOPQRSTUVZ"
) -> np.ndarray:
    """One letter of a word lost, doubled, changed or exchanged with the next."""
    made = words.astype(object)
    for at in np.flatnonzero(is_hit):
        word = str(made[at])
        if len(word) < 3:
            continue
        place, kind = int(draws.integers(0, len(word) - 1)), int(draws.integers(0, 4))
        other = letters[int(draws.integers(0, len(letters)))]
        made[at] = (
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + other + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )[kind]
    return made.astype(str)
