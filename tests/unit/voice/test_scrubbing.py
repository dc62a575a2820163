"""The scrubbing desk marks what often identifies, and a gap does not tell what was there."""

from __future__ import annotations

import pytest

from convive.voice.scrubbing import GAP, marks, without

WORDS = (
    "Me llaman del 972 345 678 a mi bodega de la Av. Arica 230. Mi hermano pagó a las nueve, "
    "su DNI es 45678912. Dijeron «sabemos dónde estudia tu hija». La moto es 4521-BX y el yape rosa@correo.pe"
)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("number", "972 345 678"),
        ("own", "mi bodega"),
        ("address", "Av. Arica 230"),
        ("kin", "Mi hermano"),
        ("clock", "a las nueve"),
        ("number", "45678912"),
        ("quote", "«sabemos dónde estudia tu hija»"),
        ("plate", "4521-BX"),
        ("mail", "rosa@correo.pe"),
    ],
)
def test_what_often_identifies_is_marked(code: str, text: str) -> None:
    assert (code, text) in {(one.code, WORDS[one.start : one.end].strip()) for one in marks(WORDS)}


def test_gaps_are_alike_and_what_was_taken_is_gone() -> None:
    scrubbed = without(WORDS, marks(WORDS))
    for text in ("972", "bodega", "Arica", "hermano", "45678912", "hija", "BX", "rosa"):
        assert text not in scrubbed
    assert scrubbed.count(GAP) == len(marks(WORDS))
    assert without(WORDS, ()) == WORDS


def test_plain_words_are_left_alone() -> None:
    assert marks("Cobran cupo a los mototaxis del paradero del mercado.") == ()
