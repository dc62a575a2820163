"""What in the words of a priority may name somebody: proposed by the machine, decided by a person."""

from __future__ import annotations

import pytest

from convive.voice.workshops.priorities import may_name

PLACES = ("Aguas Verdes", "Corrales")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Luz en las calles", ()),
        ("Más patrullas", ()),
        ("Patrullas frente a la casa de Don Carlos de la Cruz", ("Don Carlos de la Cruz",)),
        ("luz en aguas verdes", ("Aguas Verdes",)),
        ("AGUAS VERDES: más luz", ("VERDES", "Aguas Verdes")),
        ("Que responda el 972 345 678", ("972 345 678",)),
        ("corralesco no es un lugar", ()),
    ],
)
def test_names_telephones_and_places_are_marked(words: str, named: tuple[str, ...]) -> None:
    assert may_name(words, PLACES) == named
