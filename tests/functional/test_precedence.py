"""A city that says whom it believes, from files on disk to the private tables."""

from __future__ import annotations

from typing import Any

import pytest

from convive.build import build
from convive.observatory import Observatory

HEADER = "NUMERO,FECHA,UBIGEO,VICTIMA,DNI,EDAD,SEXO,INTENCION,ARMA\n"
POLICE = "D-1,03/05/2014,240101,SOSA RUIZ ANA,43211234,34,FEMENINO,HOMICIDIO,ARMA DE FUEGO\n"
MORGUE = "P-9,03/05/2014,240101,SOSA RUIZ ANA,43211234,36,FEMENINO,HOMICIDIO,ARMA BLANCA\n"


@pytest.fixture
def two_sources(city: Any) -> Any:
    city.delivery.write_text(HEADER + POLICE, "utf-8")
    morgue = city.folder / "sources" / "morgue"
    morgue.mkdir()
    profile = city.profile.read_text("utf-8").replace('"policia"', '"morgue"').replace('"police"', '"morgue"')
    (morgue / "profile.toml").write_text(profile, "utf-8")
    (morgue / "hechos.csv").write_text(HEADER + MORGUE, "utf-8")
    return city


def say(city: Any, words: str) -> None:
    path = city.folder / "observatory.toml"
    path.write_text(path.read_text("utf-8").partition("\n[precedence]")[0] + f"\n[precedence]\n{words}\n", "utf-8")


def test_the_case_takes_the_value_of_whom_the_city_believes_and_keeps_what_the_other_says(two_sources: Any) -> None:
    for words, age, source in (("", 36.0, "morgue"), ('age_years = ["policia"]', 34.0, "policia")):
        say(two_sources, words)
        assert build(Observatory.open(two_sources.folder), publish=False).cases == 1
        (case,) = two_sources.table("cases").iter_rows(named=True)
        assert (case["age_years"], case["age_years_source"], case["age_years_disagree"]) == (age, source, True)
        told = two_sources.table("case_values").filter(field="age_years").sort("source_id")
        assert told.select("source_id", "value", "agrees", "taken").rows() == [
            ("morgue", "36.0", source == "morgue", source == "morgue"),
            ("policia", "34.0", source == "policia", source == "policia"),
        ]
        mechanism = two_sources.table("case_values").filter(field="mechanism", agrees=False)
        assert mechanism["source_id"].to_list() == ["policia"]


def test_a_field_and_a_source_that_there_is_not_stop_the_build_with_what_to_write(two_sources: Any) -> None:
    say(two_sources, 'edad = ["policia"]\nsex = ["forense"]')
    for language, told in (
        ("es", ("Ningún caso tiene el campo «edad»", "«forense» no es una fuente", "(morgue, policia)")),
        ("en", ("No case has a field “edad”", "“forense” is neither a source", "(morgue, policia)")),
    ):
        answer = two_sources.run("check", language=language)
        answer.says("observatory.toml [precedence.edad]", "observatory.toml [precedence.sex]", *told)
        assert answer.code == 1
