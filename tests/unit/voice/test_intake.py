"""What is reported is checked, all of it at once."""

from __future__ import annotations

import pytest

from convive.errors import VoiceError
from convive.observatory import Bilingual
from convive.voice.reports.catalogue import Attribute, Body, Catalogue, Category, Jurisdiction, Route, Value, read_rules
from convive.voice.reports.intake import dangerous, fill

WORD = Bilingual(es="x", en="x")
ATTRIBUTES = (
    Attribute(code="POSTE", datatype="string", description=WORD),
    Attribute(
        code="TIPO",
        datatype="singlevaluelist",
        description=WORD,
        required=True,
        values=(Value(key="led", name=WORD), Value(key="sodio", name=WORD)),
    ),
    Attribute(code="DIAS", datatype="number", description=WORD),
    Attribute(code="DESDE", datatype="datetime", description=WORD),
    Attribute(code="LEER", datatype="text", description=WORD, variable=False),
)
LIGHT = Category(code="luz", name=WORD, description=WORD, group=WORD, attribute=ATTRIBUTES)
CATALOGUE = Catalogue(
    categories={"luz": LIGHT},
    bodies={"muni": Body(id="muni", name=WORD)},
    routes=(Route(category="luz", body="muni", unit="2401"),),
    rules=read_rules({}, "reports.toml"),
    jurisdiction=Jurisdiction(),
    dangerous=("extorsion", "me van a matar", "cupos"),
)
TREE = ("240101", "2401", "24")


def filled(**given: object):  # type: ignore[no-untyped-def]
    told = {"category": "luz", "latitude": "-3.5", "longitude": "-80.4", "answers": {"TIPO": ["led"]}} | given
    inside = lambda north, east: TREE if -4 < north < -3 else ()  # noqa: E731
    return fill(CATALOGUE, **told, units_at=inside, units_above=lambda unit: TREE[TREE.index(unit) :])


def codes(**given: object) -> list[str]:
    with pytest.raises(VoiceError) as found:
        filled(**given)
    return [one.code for one in found.value.problems]


def test_a_point_is_routed() -> None:
    one = filled(words="  Tres\tpostes\r\nsin luz\x00 ", answers={"TIPO": ["led"], "DIAS": ["3"], "LEER": ["no"]})
    assert (one.body, one.units, one.latitude) == ("muni", TREE, -3.5)
    assert one.words == "Tres postes\nsin luz"
    assert one.answers == {"TIPO": ("led",), "DIAS": ("3",)}


def test_an_address_or_a_place_is_enough() -> None:
    one = filled(latitude="", longitude="", address="Plaza de Armas", unit="2401")
    assert (one.latitude, one.body) == (None, "muni")
    assert filled(latitude="", longitude="", address="Por ahí").body == ""


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"category": "nada"}, ["report-category"]),
        ({"latitude": "", "longitude": ""}, ["report-place-missing"]),
        ({"latitude": "-3.5", "longitude": ""}, ["report-point-illegible"]),
        ({"latitude": "nan"}, ["report-point-illegible"]),
        ({"latitude": "-3.5", "longitude": "190"}, ["report-point-illegible"]),
        ({"latitude": "40"}, ["report-place-outside"]),
        ({"words": "x" * 1501}, ["report-words-long"]),
        ({"answers": {}}, ["report-attribute-missing"]),
        ({"answers": {"TIPO": ["neon"]}}, ["report-attribute-value"]),
        ({"answers": {"TIPO": ["led", "sodio"]}}, ["report-attribute-value"]),
        ({"answers": {"TIPO": ["led"], "DIAS": ["inf"], "DESDE": ["ayer"]}}, ["report-attribute-value"] * 2),
        (
            {"latitude": "x", "words": "y" * 2000, "answers": {}},
            ["report-words-long", "report-point-illegible", "report-attribute-missing"],
        ),
    ],
)
def test_all_that_does_not_fit_is_told_at_once(given: dict[str, object], wanted: list[str]) -> None:
    assert codes(**given) == wanted


@pytest.mark.parametrize(
    ("words", "belongs"),
    [
        ("Cobran CUPOS en el mercado", True),
        ("Es una extorsión", True),
        ("Dicen que me van a matar", True),
        ("El poste está apagado", False),
        ("Un cupo de estacionamiento", False),
    ],
)
def test_what_belongs_into_the_sealed_channel_is_noticed(words: str, belongs: bool) -> None:
    assert dangerous(CATALOGUE, words) is belongs
