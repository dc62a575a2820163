"""Spanish names, as registers write them, in one form."""

from __future__ import annotations

import polars as pl
import pytest

from convive.linkage.names import aliases, names, sound


def split(**parts: str) -> tuple[str | None, ...]:
    return names(table([parts])).row(0)


def table(people: list[dict[str, str]], source: str = "morgue") -> pl.DataFrame:
    columns = ("given_names", "surname_1", "surname_2", "full_name")
    rows = [{"source_id": source, **{name: one.get(name) for name in columns}} for one in people]
    return pl.DataFrame(rows, schema={"source_id": pl.String, **dict.fromkeys(columns, pl.String)})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            {"given_names": "María José", "surname_1": "De la Cruz", "surname_2": "Núñez"},
            ("MARIA JOSE", "CRUZ", "NUNEZ"),
        ),
        ({"given_names": "Ana", "surname_1": "DELACRUZ"}, ("ANA", "CRUZ", None)),
        ({"given_names": "Rosa", "surname_1": "López", "surname_2": "Ruiz de Pérez"}, ("ROSA", "LOPEZ", "RUIZ")),
        ({"given_names": "Rosa", "surname_1": "López", "surname_2": "Vda. de Pérez"}, ("ROSA", "LOPEZ", None)),
        ({"given_names": "Juan", "surname_1": "Montes de Oca", "surname_2": "Ríos"}, ("JUAN", "MONTESOCA", "RIOS")),
        ({"given_names": "Pepe", "surname_1": "Rojas"}, ("JOSE", "ROJAS", None)),
        ({"given_names": "Lucho Alberto (a) Chino", "surname_1": "Rojas"}, ("LUIS ALBERTO", "ROJAS", None)),
        ({"given_names": "N.N.", "surname_1": "NN"}, (None, None, None)),
        ({"given_names": "NO IDENTIFICADO", "surname_1": "POR IDENTIFICAR"}, (None, None, None)),
        ({"full_name": "BENITES FARÍAS, ELMER SEGUNDO"}, ("ELMER SEGUNDO", "BENITES", "FARIAS")),
        ({"full_name": "PURYSAGA, WILMER"}, ("WILMER", "PURYSAGA", None)),
        ({"full_name": "NO IDENTIFICADO"}, (None, None, None)),
        ({"full_name": "…"}, (None, None, None)),
        (
            {"given_names": "Juan", "surname_1": "Quispe", "surname_2": "Rojas de la Cruz"},
            ("JUAN", "QUISPE", "ROJAS CRUZ"),
        ),
        ({"full_name": "EN PROCESO DE IDENTIFICACIÓN"}, (None, None, None)),
        ({"full_name": "IDENTIDAD RESERVADA"}, (None, None, None)),
        ({"full_name": "RECIÉN NACIDO"}, (None, None, None)),
        ({"full_name": "QUISPE DE LA CRUZ JUAN CARLOS"}, ("JUAN CARLOS", "QUISPE", "CRUZ")),
        ({}, (None, None, None)),
    ],
)
def test_a_name_is_brought_to_one_form(written: dict[str, str], read: tuple[str | None, ...]) -> None:
    assert split(**written) == read


def test_a_source_that_writes_given_names_first_is_recognised() -> None:
    people = [
        {"full_name": name} for name in ("JUAN CARLOS PÉREZ GÓMEZ", "ROSA LÓPEZ DÍAZ", "LUIS MIGUEL SOTO", "ANA RUIZ")
    ]
    assert names(table(people)).rows() == [
        ("JUAN CARLOS", "PEREZ", "GOMEZ"),
        ("ROSA", "LOPEZ", "DIAZ"),
        ("LUIS MIGUEL", "SOTO", None),
        ("ANA", "RUIZ", None),
    ]


def test_surnames_made_with_de_la_are_not_a_husbands() -> None:
    written = ("JUAN DE LA CRUZ QUISPE", "MARÍA DE LOS ÁNGELES ROJAS DÍAZ", "JUAN CARLOS PÉREZ GÓMEZ")
    assert names(table([{"full_name": name} for name in written])).rows() == [
        ("JUAN", "CRUZ", "QUISPE"),
        ("MARIA ANGELES", "ROJAS", "DIAZ"),
        ("JUAN CARLOS", "PEREZ", "GOMEZ"),
    ]


def test_a_source_that_writes_surnames_first_is_recognised() -> None:
    people = [{"full_name": name} for name in ("PÉREZ GÓMEZ JUAN CARLOS", "LÓPEZ DÍAZ ROSA", "RUIZ ANA")]
    assert names(table(people)).rows() == [
        ("JUAN CARLOS", "PEREZ", "GOMEZ"),
        ("ROSA", "LOPEZ", "DIAZ"),
        ("ANA", "RUIZ", None),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("QUISPE", "KISPE"), ("ZEGARRA", "SEGARA"), ("CHAVEZ", "CHABES"), ("GIMENEZ", "JIMENES"), ("HUAMAN", "GUAMAN"),
     ("VALLEJOS", "BAYEJOS"), ("HERRERA", "ERRERA"), ("CAMPOS", "CANPOS")],
)  # fmt: skip
def test_what_sounds_alike_is_written_alike(one: str, other: str) -> None:
    spoken = pl.DataFrame({"word": [one, other]}).select(sound(pl.col("word"))).to_series()
    assert spoken[0] == spoken[1]


@pytest.mark.parametrize(
    ("one", "other"), [("PEREZ", "PERALTA"), ("CASTRO", "CASTILLO"), ("ROJAS", "ROSAS"), ("GUERRA", "JERRA")]
)
def test_what_sounds_different_stays_different(one: str, other: str) -> None:
    spoken = pl.DataFrame({"word": [one, other]}).select(sound(pl.col("word"))).to_series()
    assert spoken[0] != spoken[1]


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ({"given_names": "Lucho (a) Chino"}, "CHINO"),
        ({"full_name": 'ROJAS DÍAZ, JUAN "El Loco"'}, "LOCO"),
        ({"full_name": "ROJAS DÍAZ JUAN ALIAS CHATO"}, "CHATO"),
        ({"alias": "(a) El Ñato", "full_name": "ROJAS JUAN"}, "NATO"),
        ({"alias": "N.N.", "full_name": "ROJAS JUAN"}, None),
        ({"full_name": "ROJAS JUAN"}, None),
    ],
)
def test_what_people_call_somebody_is_read_wherever_it_stands(written: dict[str, str], called: str | None) -> None:
    records = table([written]).with_columns(alias=pl.lit(written.get("alias"), pl.String))
    assert aliases(records).to_list() == [called]


def test_an_alias_in_quotes_amid_a_name_takes_nothing_of_it_away() -> None:
    assert split(full_name='JUAN "CHINO" PÉREZ ROJAS') == names(table([{"full_name": "JUAN PÉREZ ROJAS"}])).row(0)
