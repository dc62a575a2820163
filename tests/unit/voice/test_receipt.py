"""The receipt in its two forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.errors import LANGUAGES, VoiceError
from convive.fold import folded
from convive.voice import receipt
from convive.voice.sealed import RECEIPT_BYTES, new_receipt

RECEIPTS = st.binary(min_size=RECEIPT_BYTES, max_size=RECEIPT_BYTES)


@given(RECEIPTS)
def test_both_forms_lead_back(made: bytes) -> None:
    assert receipt.read("\n".join(receipt.as_list(made))) == made
    for language in LANGUAGES:
        assert receipt.read("\n".join(receipt.as_numbers(made, language))) == made


def test_a_receipt_is_worth_88_bits_and_every_one_of_them_is_in_both_forms() -> None:
    assert RECEIPT_BYTES * 8 == 88
    lowest, highest = bytes(RECEIPT_BYTES), b"\xff" * RECEIPT_BYTES
    for made in (lowest, highest):
        assert receipt.read(", ".join(receipt.as_list(made))) == made
        assert receipt.read(" ".join(receipt.as_numbers(made, "es"))) == made
    assert len({new_receipt() for _ in range(1000)}) == 1000


def test_it_is_read_as_people_write_it() -> None:
    made = new_receipt()
    lines = receipt.as_list(made)
    for text in (
        ", ".join(lines),
        "  ".join(line.upper() for line in lines),
        "- " + "\n- ".join(folded(line).capitalize() for line in lines),
        "".join(line.replace(" ", "") for line in lines),
    ):
        assert receipt.read(text) == made
    digits = "".join(letter for letter in " ".join(receipt.as_numbers(made, "es")) if letter.isdigit())
    assert receipt.read(digits) == made
    assert receipt.read(" ".join(digits[place : place + 3] for place in range(0, len(digits), 3))) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arroz",
        "1 arroz",
        "1 arroz " * 7,
        "1 arroz " * 9,
        "9 arroz " * 8,
        "1 unicornio " * 8,
        "9" * 28,
        "1" * 27,
        "x" * 9999,
    ],
)
def test_what_can_be_no_receipt_is_told_without_saying_where(text: str) -> None:
    with pytest.raises(VoiceError) as refused:
        receipt.read(text)
    assert refused.value.problems[0].code == "receipt-illegible"
    assert not refused.value.problems[0].value


def test_the_words_are_256_and_no_two_differ_by_one_letter() -> None:
    plain = [folded(word) for word in receipt.words()]
    assert len(set(plain)) == len(plain) == 256
    assert all(word.isalpha() for word in plain)
    shapes = {}
    for word in plain:
        for place in range(len(word)):
            shape = f"{word[:place]}*{word[place + 1 :]}"
            assert shapes.setdefault(shape, word) == word
            assert word[:place] + word[place + 1 :] not in plain
